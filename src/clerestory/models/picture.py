"""Pictures to vectors of what they show, for likeness between pictures.

Knows nothing of files and orientation: it is given upright RGB arrays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from clerestory.models.efficientnet import SIDE
from clerestory.models.sessions import open_session, usable_cores
from clerestory.models.weights import WeightStore
from clerestory.settings import ModelSettings
from clerestory.types import Space

BATCH_PICTURES = 8
# The shorter side becomes SIDE + 32 before the middle is cut out, as in the tower's own evaluation.
MARGIN = 32
DIMENSION = 1280


@dataclass(frozen=True, slots=True)
class Embedded:
    """What the tower says about n pictures, float32.

    ``mean_pool`` and ``max_pool`` (n, 1280), ``grid`` (n, 9, 1280) row by row,
    ``layer_means`` (n, 5024), ``logits`` (n, 1000). ``mean_pool`` at unit length is the
    vector of the space.
    """

    mean_pool: np.ndarray
    max_pool: np.ndarray
    grid: np.ndarray
    layer_means: np.ndarray
    logits: np.ndarray

    @property
    def vectors(self) -> np.ndarray:
        """(n, 1280), unit length."""
        return self.mean_pool / np.maximum(np.linalg.norm(self.mean_pool, axis=1, keepdims=True), 1e-12)


OUTPUTS = ("mean_pool", "max_pool", "grid", "layer_means", "logits")


class PictureTower:
    """EfficientNet-Lite2. Holds an onnxruntime session."""

    def __init__(self, settings: ModelSettings, *, store: WeightStore | None = None) -> None:
        import hashlib

        model = (store or WeightStore(settings)).ready(settings.picture) / "model.onnx"
        digest = hashlib.sha256(model.read_bytes()).hexdigest()
        self.space = Space(settings.picture, digest, DIMENSION)
        self._session = open_session(model, threads=settings.threads or usable_cores())

    def embed(self, images: Sequence[np.ndarray]) -> Embedded:
        """Vectors of RGB uint8 pictures (h, w, 3) of any size."""
        batches = []
        for begin in range(0, len(images), BATCH_PICTURES):
            pixels = np.stack([middle_square(image) for image in images[begin : begin + BATCH_PICTURES]])
            batches.append(self._session.run(list(OUTPUTS), {"pixels": pixels}))
        if not batches:
            pixels = np.zeros((0, SIDE, SIDE, 3), np.uint8)
            batches.append(self._session.run(list(OUTPUTS), {"pixels": pixels}))
        return Embedded(*(np.concatenate(parts) for parts in zip(*batches, strict=True)))


def middle_square(image: np.ndarray) -> np.ndarray:
    """The middle of a picture as (260, 260, 3); a strip is stretched rather than cut to nothing."""
    import cv2

    height, width = image.shape[:2]
    scale = (SIDE + MARGIN) / min(height, width)
    size = (max(SIDE, round(width * scale)), max(SIDE, round(height * scale)))
    smaller = cv2.resize(image, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    top, left = (smaller.shape[0] - SIDE) // 2, (smaller.shape[1] - SIDE) // 2
    return smaller[top : top + SIDE, left : left + SIDE]
