"""The picture tower through onnxruntime: pictures of any size to the numbers that heads start from.

In: upright RGB uint8 arrays. Out: the outputs of ``efficientnet.py``'s graph by name. Knows
neither words nor files.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Literal

import numpy as np

from clerestory.models.efficientnet import SIDE
from clerestory.models.sessions import open_session
from clerestory.models.weights import WeightStore
from clerestory.settings import ModelSettings

BATCH_PICTURES = 8
# The shorter side becomes SIDE + 32 before the middle is cut out, as in the tower's own evaluation.
MARGIN = 32
# A longer picture loses its ends: squeezed into a square nothing in it could be known.
LONGEST_TO_SHORTEST = 2.0

Frame = Literal["middle", "whole"]


class PictureTower:
    """EfficientNet-Lite2. Holds an onnxruntime session once it has seen a picture."""

    def __init__(
        self, settings: ModelSettings, *, threads: int = 1, store: WeightStore | None = None
    ) -> None:
        self.name = settings.picture
        self.threads = threads
        self._file = (store or WeightStore(settings)).ready(settings.picture) / "model.onnx"

    @cached_property
    def digest(self) -> str:
        """What decides its numbers."""
        return hashlib.sha256(self._file.read_bytes()).hexdigest()

    @cached_property
    def _session(self):
        return open_session(self._file, threads=self.threads)

    def run(
        self, images: Sequence[np.ndarray], outputs: Sequence[str], *, frame: Frame = "whole"
    ) -> dict[str, np.ndarray]:
        """The named ``outputs``, one row per picture."""
        cut: Callable[[np.ndarray], np.ndarray] = middle_square if frame == "middle" else whole_square
        batches = []
        for begin in range(0, max(1, len(images)), BATCH_PICTURES):
            squares = [cut(image) for image in images[begin : begin + BATCH_PICTURES]]
            pixels = np.stack(squares) if squares else np.zeros((0, SIDE, SIDE, 3), np.uint8)
            batches.append(self._session.run(list(outputs), {"pixels": pixels}))
        return {
            name: np.concatenate(parts)
            for name, parts in zip(outputs, zip(*batches, strict=True), strict=True)
        }


def middle_square(image: np.ndarray) -> np.ndarray:
    """The middle of a picture as (260, 260, 3); a strip is stretched rather than cut to nothing."""
    image = _without_ends(image)
    height, width = image.shape[:2]
    scale = (SIDE + MARGIN) / min(height, width)
    size = (max(SIDE, round(width * scale)), max(SIDE, round(height * scale)))
    smaller = _resized(image, size)
    top, left = (smaller.shape[0] - SIDE) // 2, (smaller.shape[1] - SIDE) // 2
    return smaller[top : top + SIDE, left : left + SIDE]


def whole_square(image: np.ndarray) -> np.ndarray:
    """The whole of a picture as (260, 260, 3), squeezed; of a strip, the middle."""
    return _resized(_without_ends(image), (SIDE, SIDE))


def _without_ends(image: np.ndarray) -> np.ndarray:
    height, width = image.shape[:2]
    most = max(1, round(LONGEST_TO_SHORTEST * min(height, width)))
    top, left = max(0, height - most) // 2, max(0, width - most) // 2
    return image[top : top + most, left : left + most]


def _resized(image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """To (width, height): means of what falls into a pixel where both sides shrink."""
    import cv2

    shrinks = image.shape[1] > size[0] and image.shape[0] > size[1]
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC)
