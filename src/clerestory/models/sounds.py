"""Sounds to vectors: recordings without words that sound alike lie near each other.

In: features of stretches (``sound_features``). Out: unit vectors. ``sounds.safetensors`` beside
this module comes from ``training/sounds``: directions of the features that stay the same when
a sound is met again, learned from sounds that were made up, so that no recording and nobody's
rights are in it. It does not know names of sounds, files or segments.
"""

from __future__ import annotations

import functools
import hashlib
import struct
from pathlib import Path

import numpy as np

from clerestory.errors import ModelCorrupt
from clerestory.models.minilm import read_safetensors
from clerestory.models.sound_features import COUNT
from clerestory.types import Space

SHIPPED = Path(__file__).parent / "sounds.safetensors"
NAME = "made-sounds"
CLIP = 4.0  # standard deviations, as in training


class SoundEncoder:
    """Vectors of ``space``; a matrix and nothing else, 0.1 ms for a sound."""

    def __init__(self, path: Path) -> None:
        try:
            content = path.read_bytes()
            arrays = read_safetensors(path)
            self._mean, self._scale, self._matrix = arrays["mean"], arrays["scale"], arrays["matrix"]
            if self._mean.shape != (COUNT,) or self._scale.shape != (COUNT,) or len(self._matrix) != COUNT:
                raise ValueError(f"not of {COUNT} features")
        except (OSError, ValueError, KeyError, TypeError, struct.error) as error:
            raise ModelCorrupt(
                f"it cannot be read ({error})", where=str(path), fix="Install Clerestory again."
            ) from error
        self.space = Space(NAME, hashlib.sha256(content).hexdigest(), self._matrix.shape[1])

    def embed(self, features: np.ndarray) -> np.ndarray:
        """(n, ``COUNT``) features to (n, D) float32 of unit length."""
        standard = np.clip((np.asarray(features, np.float32) - self._mean) / self._scale, -CLIP, CLIP)
        # Row by row, so that a vector does not depend on what else is in the batch.
        vectors = np.stack([row @ self._matrix for row in standard]) if len(standard) else _none(self._matrix)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.asarray(vectors / np.maximum(lengths, 1e-9), np.float32)


def _none(matrix: np.ndarray) -> np.ndarray:
    return np.zeros((0, matrix.shape[1]), np.float32)


@functools.cache
def load_sound_encoder() -> SoundEncoder:
    """The shipped encoder.

    Raises:
        ModelCorrupt
    """
    return SoundEncoder(SHIPPED)
