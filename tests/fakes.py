"""Models with known answers, for tests without weights: small, exact, no mocks.

``text_encoder``, ``ocr_engine``, ``speech``, ``voice_activity`` and ``picture`` have the signatures of the
real loaders and live in an importable module, so that worker processes find them too.
"""

from __future__ import annotations

import functools
import hashlib
import re
import wave
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from clerestory.models.ocr import OcrEngine, OcrLine
from clerestory.models.picture import Background, PictureEncoder, SeenPictures
from clerestory.models.speech import Heard, SpeechRecogniser, Word
from clerestory.models.text import Encoded, TextEncoder
from clerestory.models.voice_activity import VoiceActivity
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

# What a picture shows is its colours; words name them.
COLOURS: dict[str, tuple[int, int, int]] = {
    "red": RED,
    "green": GREEN,
    "blue": BLUE,
    "white": (255, 255, 255),
    "black": (0, 0, 0),
    "yellow": (240, 220, 30),
    "grey": (128, 128, 128),
}

# A word is a tone of its own height; between two words there is a short silence.
RATE = 16_000
SPOKEN = (
    *("anchor", "basalt", "cormorant", "driftwood", "estuary", "foghorn", "granite", "harbour"),
    *("inlet", "jetty", "kelp", "lantern", "marble", "nautilus", "oyster", "pilot"),
)
WORD_S, GAP_S = 0.4, 0.1
_LOWEST_HZ, _STEP_HZ = 400, 100
_FRAME = 512


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

    def token_places(self, text: str) -> list[tuple[int, int]]:
        words = list(re.finditer(r"\w+", text.casefold()))[: self.max_tokens]
        return [word.span() for word in words] or [(0, 0)]

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


class ColourNames:
    """Sees the shares of ``COLOURS`` in a picture, and in each quarter; words count when they name one.

    The last direction is for texts that name none. How a picture looks is its four quarters'
    mean colours.
    """

    words, cell_side, text = True, 2, ""
    hub_weight, word_hub_weight = 0.5, 0.0
    scale: float | None = 10.0  # a picture of two colours fits one of them as well as not
    bias: float | None = -7.0

    def __init__(self, *, name: str = "colour-names", look: str = "quarters") -> None:
        self.space = Space(name, hashlib.sha256(name.encode()).hexdigest(), len(COLOURS) + 1)
        self.look = Space(look, hashlib.sha256(look.encode()).hexdigest(), 13)

    def embed(self, images: Sequence[np.ndarray]) -> SeenPictures:
        quarters = [_quarters(image) for image in images]
        count, dimension = len(images), self.space.dimension
        joint = np.zeros((count, dimension), np.float32)
        cells = np.zeros((count, 4, dimension), np.float32)
        look = np.zeros((count, 13), np.float32)
        for number, (image, parts) in enumerate(zip(images, quarters, strict=True)):
            joint[number] = _shares(image)
            cells[number] = [_shares(part) for part in parts]
            means = [part.reshape(-1, 3).mean(axis=0) / 255 - 0.5 for part in parts]
            look[number] = _unit(np.concatenate([*means, [0.1]]))
        return SeenPictures(joint, look, np.zeros(count, np.float32), cells, np.ones(count, np.float32))

    def embed_words(self, texts: Sequence[str], vectors: np.ndarray | None = None) -> np.ndarray:
        found = np.zeros((len(texts), self.space.dimension), np.float32)
        for row, text in zip(found, texts, strict=True):
            named = set(re.findall(r"\w+", text.casefold()))
            row[:-1] = [name in named for name in COLOURS]
            row[-1] = not row.any()
            row /= np.linalg.norm(row)
        return found

    def word_hub(self, joint: np.ndarray) -> np.ndarray:
        return np.zeros(len(joint), np.float32)

    def to_text_vector(self, joint: np.ndarray) -> np.ndarray | None:
        return _unit(
            sum(share * _direction(name, DIMENSION) for name, share in zip(COLOURS, joint, strict=False))
        )

    def background(self) -> Background | None:
        names = np.eye(self.space.dimension, dtype=np.float32)
        return Background(captions=names, photos=names)


def _quarters(image: np.ndarray) -> list[np.ndarray]:
    """From the top left, row by row; a side of one pixel is in both halves."""
    height, width = image.shape[:2]
    rows = (slice(0, -(-height // 2)), slice(height // 2, height))
    columns = (slice(0, -(-width // 2)), slice(width // 2, width))
    return [image[row, column] for row in rows for column in columns]


def _shares(image: np.ndarray) -> np.ndarray:
    """How much of each colour there is, and nothing of the last; unit length."""
    pixels = image[:: max(1, image.shape[0] // 32), :: max(1, image.shape[1] // 32)].reshape(-1, 1, 3)
    nearest = np.abs(pixels.astype(int) - np.array([*COLOURS.values()])).sum(axis=2).argmin(axis=1)
    shares = np.bincount(nearest, minlength=len(COLOURS) + 1).astype(np.float32)
    return shares / np.linalg.norm(shares)


class Tones:
    """Hears the word that ``SPOKEN`` gives to each tone. ``log`` gets a line per call: what was heard."""

    name, version, longest_s = "tones", "1", 30.0
    languages = frozenset({"en"})

    def __init__(self, log: str = "") -> None:
        self.log = log

    def transcribe(self, samples: np.ndarray) -> Heard:
        loud = np.flatnonzero(_loud(samples, 160))
        runs = np.split(loud, np.flatnonzero(np.diff(loud) > 1) + 1) if len(loud) else []
        words = tuple(self._word(samples, run[0] * 160, (run[-1] + 1) * 160) for run in runs if len(run) > 10)
        if self.log:
            with Path(self.log).open("a", encoding="utf-8") as file:
                file.write(" ".join(word.text for word in words) + "\n")
        # A tone that is no word's own is heard with doubt.
        off = max(
            (_off(samples[run[0] * 160 : (run[-1] + 1) * 160]) for run in runs if len(run) > 10), default=0
        )
        return Heard(words, "en", -0.1 - off, 0.99)

    def _word(self, samples: np.ndarray, start: int, end: int) -> Word:
        heights = np.abs(np.fft.rfft(samples[start:end] * np.hanning(end - start)))
        height = heights.argmax() * RATE / (end - start)
        number = min(len(SPOKEN) - 1, max(0, round((height - _LOWEST_HZ) / _STEP_HZ)))
        return Word(SPOKEN[number], start / RATE, end / RATE, 0.9)


def _off(samples: np.ndarray) -> float:
    """0 for the tone of a word, 0.5 for one between two."""
    height = np.abs(np.fft.rfft(samples * np.hanning(len(samples)))).argmax() * RATE / len(samples)
    steps = (height - _LOWEST_HZ) / _STEP_HZ
    return float(abs(steps - round(steps)))


class Loudness:
    """Whatever is loud is a voice."""

    name, version, frame_s = "loudness", "1", _FRAME / RATE

    def probabilities(self, samples: np.ndarray) -> np.ndarray:
        return np.where(_loud(samples, _FRAME), 0.98, 0.02).astype(np.float32)


def _loud(samples: np.ndarray, frame: int) -> np.ndarray:
    count = -(-len(samples) // frame)
    frames = np.pad(samples, (0, count * frame - len(samples))).reshape(count, frame)
    return np.abs(frames).mean(axis=1) > 0.02


def saying(*words: str) -> np.ndarray:
    """Samples in which ``words`` of ``SPOKEN`` are said; an empty word is a second of silence."""
    parts = []
    for word in words:
        if not word:
            parts.append(np.zeros(RATE))
            continue
        height = _LOWEST_HZ + _STEP_HZ * SPOKEN.index(word)
        tone = 0.5 * np.sin(2 * np.pi * height * np.arange(round(WORD_S * RATE)) / RATE)
        parts += [tone, np.zeros(round(GAP_S * RATE))]
    return np.concatenate(parts).astype(np.float32)


def recording(path: Path, *words: str) -> Path:
    """A WAV file of ``saying``."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((saying(*words) * 32767).astype("<i2").tobytes())
    return path


def text_encoder(settings: Settings) -> TextEncoder:
    return BagOfWords(token_dimension=min(TOKEN_DIMENSION, settings.searching.token_dimension))


def ocr_engine(settings: Settings) -> OcrEngine:
    return PaintedText()


def picture(settings: Settings) -> PictureEncoder:
    """``models.picture`` names it, so that tests can change the encoder."""
    chosen = settings.models.picture
    return ColourNames(name="colour-names" if chosen == Settings().models.picture else chosen)


def speech(settings: Settings) -> SpeechRecogniser:
    """``models.folder`` names the file in which calls are noted."""
    return Tones(settings.models.folder)


def voice_activity(settings: Settings) -> VoiceActivity:
    return Loudness()


@functools.cache
def _direction(word: str, dimension: int) -> np.ndarray:
    seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:8])
    return _unit(np.random.default_rng(seed).standard_normal(dimension)).astype(np.float32)


def _unit(vector: np.ndarray) -> np.ndarray:
    return vector / np.linalg.norm(vector)
