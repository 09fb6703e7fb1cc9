"""Models with known answers, for tests without weights: small, exact, no mocks.

``text_encoder`` and ``ocr_engine`` have the signatures of the real loaders and live in an
importable module, so that worker processes find them too.
"""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Sequence

import numpy as np

from clerestory.models.ocr import OcrEngine, OcrLine
from clerestory.models.text import Encoded, TextEncoder
from clerestory.settings import Settings
from clerestory.types import Box, Space

DIMENSION = 384  # random directions in it are nearly at right angles: unrelated texts have cosine 0
TOKEN_DIMENSION = 16

# The picture in the middle of a painted area says what is written there: a colour has a known text.
RED, GREEN, BLUE = (220, 20, 20), (20, 160, 20), (20, 20, 220)
WRITTEN: dict[tuple[int, int, int], tuple[str, ...]] = {
    RED: ("crimson ledger of harbour dues", "total 4711 guilders"),
    GREEN: ("verdant survey of hedgerows",),
    BLUE: ("azure tide tables for the estuary", "high water 06:12"),
}


class BagOfWords:
    """A text is the sum of one random direction per word: equal words give cosine 1."""

    max_tokens = 256
    languages: frozenset[str] = frozenset()

    def __init__(self, *, token_dimension: int = TOKEN_DIMENSION, name: str = "bag-of-words") -> None:
        self.token_dimension = token_dimension
        self.space = Space(name, hashlib.sha256(name.encode()).hexdigest(), DIMENSION)

    def encode_passages(self, texts: Sequence[str], *, tokens: bool = False) -> Encoded:
        return self._encode(texts, tokens=tokens)

    def encode_queries(self, texts: Sequence[str], *, tokens: bool = False) -> Encoded:
        return self._encode(texts, tokens=tokens)

    def _encode(self, texts: Sequence[str], *, tokens: bool) -> Encoded:
        words = [re.findall(r"\w+", text.casefold())[: self.max_tokens] or ["nothing"] for text in texts]
        vectors = np.zeros((len(texts), DIMENSION), np.float32)
        for row, found in enumerate(words):
            vectors[row] = _unit(sum(_direction(word, DIMENSION) for word in found))
        if not tokens or not self.token_dimension:
            return Encoded(vectors)
        parts = tuple(
            np.stack([np.round(_direction(word, self.token_dimension) * 127) for word in found]).astype(
                np.int8
            )
            for found in words
        )
        return Encoded(vectors, parts)


class PaintedText:
    """Reads the text that ``WRITTEN`` gives to the colour in the middle of the picture."""

    name = "painted"
    version = "1"

    def read(self, image: np.ndarray) -> list[OcrLine]:
        height, width = image.shape[:2]
        middle = image[height // 2, width // 2].astype(int)
        for colour, lines in WRITTEN.items():
            if np.abs(middle - colour).max() < 30:
                return [self._line(text, row, len(lines)) for row, text in enumerate(lines)]
        return []

    def _line(self, text: str, row: int, rows: int) -> OcrLine:
        box = Box(0.1, row / rows, 0.9, (row + 0.8) / rows)
        corners = ((box.x0, box.y0), (box.x1, box.y0), (box.x1, box.y1), (box.x0, box.y1))
        return OcrLine(text, box, 0.95, corners)


def text_encoder(settings: Settings) -> TextEncoder:
    return BagOfWords(token_dimension=min(TOKEN_DIMENSION, settings.searching.token_dimension))


def ocr_engine(settings: Settings) -> OcrEngine:
    return PaintedText()


@functools.cache
def _direction(word: str, dimension: int) -> np.ndarray:
    seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:8])
    return _unit(np.random.default_rng(seed).standard_normal(dimension)).astype(np.float32)


def _unit(vector: np.ndarray) -> np.ndarray:
    return vector / np.linalg.norm(vector)
