"""Kinds of things as a bridge from pictures to words that needs no captioned picture.

In: what the tower's classifier says of a picture, and text vectors of its classes' names.
Out: ``Kinds``: a picture is the mean of the names' vectors, weighted by how likely each
class is (ConSE: Norouzi et al. 2014, Zero-shot learning by convex combination of semantic
embeddings); a text is its own vector. Both without what all of them share, turned to the
directions in which the names differ most.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

# The classes of the tower's classifier in its order: names as Radford et al. 2021 put them.
NAMES = Path(__file__).parent / "class_names.txt"
TEMPERATURE = 2.0  # of the classifier: on held-back photographs 1 and 3 find fewer


@dataclass(frozen=True, slots=True)
class Kinds:
    """softmax(logits / temperature) @ names - centre; (vector - text_centre) @ basis; unit."""

    names: np.ndarray  # (classes, K)
    centre: np.ndarray  # (K,)
    basis: np.ndarray  # (T, K)
    text_centre: np.ndarray  # (T,)
    temperature: float = TEMPERATURE

    def pictures(self, logits: np.ndarray) -> np.ndarray:
        return unit(chances(logits, self.temperature) @ self.names - self.centre)

    def texts(self, vectors: np.ndarray) -> np.ndarray:
        return unit((vectors - self.text_centre) @ self.basis)


def kinds(logits: np.ndarray, vectors: np.ndarray, names: np.ndarray, dimension: int) -> Kinds:
    """From a sample of pictures (n, classes), of texts (m, T), and the names' vectors (classes, T)."""
    apart = names - names.mean(axis=0)
    _, _, directions = np.linalg.svd(apart, full_matrices=False)
    basis = np.ascontiguousarray(directions[:dimension].T, np.float32)
    turned = (names @ basis).astype(np.float32)
    centre = (chances(logits, TEMPERATURE) @ turned).mean(axis=0)
    return Kinds(turned, centre.astype(np.float32), basis, vectors.mean(axis=0).astype(np.float32))


def read_names() -> list[str]:
    return NAMES.read_text(encoding="utf-8").splitlines()


def chances(logits: np.ndarray, temperature: float) -> np.ndarray:
    powers = np.exp((logits - logits.max(axis=1, keepdims=True)) / temperature)
    return powers / powers.sum(axis=1, keepdims=True)


def unit(rows: np.ndarray) -> np.ndarray:
    """Of unit length along the last axis."""
    return rows / np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), 1e-12)
