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
from clerestory.models.detection import DetectionSettings, boxes_of, prepare
from clerestory.models.ordering import reading_order
from clerestory.models.recognition import batches_of, cut_strip, decode, stack
from clerestory.models.sessions import open_session
from clerestory.models.weights import WeightStore
from clerestory.settings import ModelSettings
from clerestory.types import Box

MIN_CONFIDENCE = 0.5


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
        if min(height, width) < 2:
            return []
        map_ = self._run(self._detector, prepare(image, self.settings.longest_side))
        quads = boxes_of(map_[0, 0], self.settings)
        strips = [cut_strip(image, quad * (width, height)) for quad in quads]
        lines: list[OcrLine] = []
        for batch in batches_of([strip.shape[1] for strip in strips]):
            scores = self._run(self._recogniser, stack([strips[index] for index in batch]))
            for index, (text, confidence) in zip(batch, decode(scores, self._characters), strict=True):
                if text.strip() and confidence >= MIN_CONFIDENCE:
                    lines.append(_line(text.strip(), quads[index], confidence))
        return [lines[index] for index in reading_order([line.box for line in lines])]

    @staticmethod
    def _run(session, pixels: np.ndarray) -> np.ndarray:
        return session.run(None, {session.get_inputs()[0].name: pixels})[0]


def _line(text: str, quad: np.ndarray, confidence: float) -> OcrLine:
    (x0, y0), (x1, y1) = quad.min(axis=0), quad.max(axis=0)
    corners = tuple((float(x), float(y)) for x, y in quad)
    return OcrLine(text, Box(float(x0), float(y0), float(x1), float(y1)), confidence, corners)
