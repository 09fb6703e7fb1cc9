"""Which directions of the features stay the same when a sound of the same sort is met again.

In: features of sorts, each played several times. Out: a mean, a scale and a matrix. Features
are standardised and clipped, then whitened by their scatter within sorts (with a ridge: a
share ``shrink`` of its mean), so that what changes from one playing to the next counts little;
the first ``dimension`` directions in which sorts differ are kept. Linear discriminant analysis
(Fisher 1936; Rao 1948) with thousands of made-up classes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

CLIP = 4.0  # standard deviations


@dataclass(frozen=True, slots=True)
class Learned:
    """``mean`` and ``scale`` (F,), ``matrix`` (F, D)."""

    mean: np.ndarray
    scale: np.ndarray
    matrix: np.ndarray

    def embed(self, features: np.ndarray) -> np.ndarray:
        """(..., F) to unit vectors (..., D)."""
        vectors = np.clip((features - self.mean) / self.scale, -CLIP, CLIP) @ self.matrix
        return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9))


def learn(played: np.ndarray, *, dimension: int, shrink: float) -> Learned:
    """From ``played`` (sorts, times, F)."""
    every = played.reshape(-1, played.shape[2])
    mean, scale = every.mean(axis=0), every.std(axis=0) + 1e-6
    standard = np.clip((played - mean) / scale, -CLIP, CLIP)
    middle = standard.mean(axis=1)
    within = (standard - middle[:, None]).reshape(every.shape)
    times = played.shape[1]
    scatter = within.T @ within / (len(within) * (times - 1) / times)
    values, vectors = np.linalg.eigh(scatter)
    white = vectors / np.sqrt((1 - shrink) * values + shrink * values.mean())
    _, _, directions = np.linalg.svd((middle - middle.mean(axis=0)) @ white, full_matrices=False)
    return Learned(mean, scale, white @ directions[:dimension].T)


def found_again(vectors: np.ndarray) -> float:
    """Mean average precision of finding the other playings of a sort among all of (sorts, times, D)."""
    sorts, times, dimension = vectors.shape
    flat = vectors.reshape(-1, dimension)
    cosines = flat @ flat.T
    np.fill_diagonal(cosines, -np.inf)
    owner = np.repeat(np.arange(sorts), times)
    order = np.argsort(-cosines, axis=1, kind="stable")[:, :-1]
    right = owner[order] == owner[:, None]
    precision = np.cumsum(right, axis=1) / np.arange(1, right.shape[1] + 1)
    return float(((precision * right).sum(axis=1) / right.sum(axis=1)).mean())
