"""Text in pictures: lines with their boxes and confidences, in reading order.

The engine runs PP-OCRv6 small (PaddleOCR) by onnxruntime with our own steps around it; see
``detection`` and ``recognition``. It has no classifier for lines that stand on their head:
pictures are given upright. It never downloads.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from clerestory.errors import BadSettings, ModelCorrupt
from clerestory.models.catalogue import BY_NAME
from clerestory.models.detection import DetectionSettings, clockwise, lines_of, prepare
from clerestory.models.ordering import reading_order
from clerestory.models.recognition import Piece, batches_of, cut_strip, decode, stack, turns_of
from clerestory.models.sessions import open_session
from clerestory.models.weights import WeightStore
from clerestory.settings import ModelSettings
from clerestory.types import Box

MIN_CONFIDENCE = 0.5  # mean over the characters of a line; below is mostly what is no text
MIN_SIDE = 4  # pixels of a picture


@dataclass(frozen=True, slots=True)
class OcrLine:
    """A line of text; ``box`` and ``quad`` (clockwise from its top left) in 0..1 of the picture."""

    text: str
    box: Box
    confidence: float
    quad: tuple[tuple[float, float], ...]


class OcrEngine(Protocol):
    name: str
    version: str

    def read(self, image: np.ndarray) -> list[OcrLine]: ...


def load_ocr_engine(
    settings: ModelSettings, *, longest_side: int, threads: int = 1, store: WeightStore | None = None
) -> OcrEngine:
    """The engine that ``settings.ocr`` names.

    ``longest_side``: pixels of the picture that detection sees; recognition sees all.

    Raises:
        ModelMissing, ModelCorrupt: see ``WeightStore.ready``.
        BadSettings: no such engine.
    """
    entry = BY_NAME.get(settings.ocr)
    if entry is None or entry.role != "ocr":
        known = ", ".join(entry.name for entry in BY_NAME.values() if entry.role == "ocr")
        raise BadSettings(f"models.ocr = {settings.ocr!r} is no known engine", fix=f"Known: {known}.")
    folder = (store or WeightStore(settings)).ready(entry.name)
    detector, recogniser = (folder / file.name for file in entry.files)
    return PaddleOcr(
        detector=open_session(detector, threads=threads),
        recogniser=open_session(recogniser, threads=threads),
        settings=DetectionSettings(longest_side=longest_side),
        name=entry.name,
    )


class PaddleOcr:
    """PP-OCR detection and recognition. Holds two onnxruntime sessions."""

    version = "1"

    def __init__(self, *, detector, recogniser, settings: DetectionSettings, name: str) -> None:
        self.name = name
        self.settings = settings
        self._detector, self._recogniser = detector, recogniser
        told = recogniser.get_modelmeta().custom_metadata_map.get("character")
        if told is None:
            raise ModelCorrupt("the recogniser does not say its characters", where=name, fix="Pull it again.")
        self._characters = ["", *told.splitlines(), " "]

    def read(self, image: np.ndarray) -> list[OcrLine]:
        """Lines of an upright RGB uint8 picture (h, w, 3), as a person reads them."""
        height, width = image.shape[:2]
        if min(height, width) < MIN_SIDE:
            return []
        map_ = self._run(self._detector, prepare(image, self.settings.longest_side))
        found = lines_of(map_[0, 0], self.settings)
        corners = found.strips * np.array((width, height), np.float32)
        views = [(line, turn) for line in range(len(corners)) for turn in turns_of(corners[line])]
        strips = [cut_strip(image, np.roll(corners[line], -turn, axis=0)) for line, turn in views]
        lines: list[OcrLine] = []
        for (line, turn), pieces in _surest(views, self._recognise(strips)):
            strip, tight = (np.roll(q[line], -turn, axis=0) for q in (found.strips, found.tight))
            lines += [_line(piece, strip, tight) for piece in pieces if piece.confidence >= MIN_CONFIDENCE]
        order = reading_order([line.box for line in lines], [line.text for line in lines])
        return [lines[index] for index in order]

    def _recognise(self, strips: list[np.ndarray]) -> list[list[Piece]]:
        results: list[list[Piece]] = [[]] * len(strips)
        for batch in batches_of([strip.shape[1] for strip in strips]):
            chosen = [strips[index] for index in batch]
            scores = self._run(self._recogniser, stack(chosen))
            widths = [strip.shape[1] for strip in chosen]
            for index, pieces in zip(batch, decode(scores, self._characters, widths), strict=True):
                results[index] = pieces
        return results

    @staticmethod
    def _run(session, pixels: np.ndarray) -> np.ndarray:
        return session.run(None, {session.get_inputs()[0].name: pixels})[0]


def _surest(
    views: list[tuple[int, int]], results: list[list[Piece]]
) -> list[tuple[tuple[int, int], list[Piece]]]:
    """For each line the view that was read with the highest confidence."""
    best: dict[int, tuple[float, tuple[int, int], list[Piece]]] = {}
    for view, pieces in zip(views, results, strict=True):
        confidence = min((piece.confidence for piece in pieces), default=0.0)
        if view[0] not in best or confidence > best[view[0]][0]:
            best[view[0]] = (confidence, view, pieces)
    return [(view, pieces) for _, view, pieces in best.values()]


def _line(piece: Piece, strip: np.ndarray, tight: np.ndarray) -> OcrLine:
    """The piece's part of the tight box; its shares of the strip run along the first side."""
    along = strip[1] - strip[0]
    length = max(float(along @ along), 1e-12)
    begin, end = (float((point - strip[0]) @ along) / length for point in (tight[0], tight[1]))
    span = max(end - begin, 1e-6)
    start, stop = (np.clip((share - begin) / span, 0, 1) for share in (piece.start, piece.end))
    (a, b, c, d) = tight
    quad = clockwise(
        np.array([a + (b - a) * start, a + (b - a) * stop, d + (c - d) * stop, d + (c - d) * start])
    )
    (x0, y0), (x1, y1) = quad.min(axis=0), quad.max(axis=0)
    corners = tuple((float(x), float(y)) for x, y in quad)
    box = Box(float(x0), float(y0), float(x1), float(y1))
    return OcrLine(piece.text.strip(), box, piece.confidence, corners)
