"""Canonical correlation of two kinds of vectors of the same things, in closed form.

In: covariances of both sides and between them. Out: a matrix per side. Both sides are
whitened with a ridge; the singular vectors of what is left between them are the common
directions, each scaled by a power of its correlation (0: all count alike, 1: as much as
they agree). Hotelling 1936; the scaling as in Gong et al. 2014 (A multi-view embedding
space for modeling internet images, tags, and their semantics).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Moments:
    """Second moments of pairs: of the first side, of the second, and between them."""

    first: np.ndarray
    second: np.ndarray
    between: np.ndarray


@dataclass(frozen=True, slots=True)
class Directions:
    """(p, D) and (q, D) matrices into the common space, and the D correlations."""

    first: np.ndarray
    second: np.ndarray
    correlations: np.ndarray


def correlate(moments: Moments, *, dimension: int, ridge: tuple[float, float], power: float) -> Directions:
    """The ``dimension`` most correlated directions.

    ``ridge``: what is added to each side's variances, in units of their mean.
    """
    first = inverse_root(moments.first, ridge[0])
    second = inverse_root(moments.second, ridge[1])
    left, values, right = np.linalg.svd(first @ moments.between @ second, full_matrices=False)
    strength = values[:dimension] ** power
    return Directions(
        first @ left[:, :dimension] * strength,
        second @ right[:dimension].T * strength,
        values[:dimension],
    )


def inverse_root(moments: np.ndarray, ridge: float) -> np.ndarray:
    """The symmetric inverse square root, with ``ridge`` mean variances added to each."""
    values, vectors = np.linalg.eigh(moments)
    values = np.maximum(values, 0)
    return (vectors / np.sqrt(values + ridge * values.mean())) @ vectors.T
