"""Ridge and logistic regression in numpy.

In: rows of numbers and what they should give. Out: weights; the constant is the last row of a
ridge's matrix and the first number of a logistic regression's. Knows nothing of what is fitted.
"""

from __future__ import annotations

import numpy as np

RIDGE = 1e-2


def regress(features: np.ndarray, truth: np.ndarray, weights: np.ndarray, decay: float = 1e-3) -> np.ndarray:
    """Logistic regression by Newton's steps: the constant, then a weight each."""
    middle, spread = features.mean(axis=0), features.std(axis=0) + 1e-9
    inputs = with_constant((features - middle) / spread)
    weights = weights / weights.mean()
    found = np.zeros(inputs.shape[1])
    penalty = decay * len(truth) * np.eye(len(found))
    penalty[-1, -1] = 0
    for _ in range(40):
        sure = 1 / (1 + np.exp(-np.clip(inputs @ found, -60, 60)))
        slope = inputs.T @ (weights * (sure - truth)) + penalty @ found
        curve = (inputs * (weights * sure * (1 - sure))[:, None]).T @ inputs + penalty
        step = np.linalg.solve(curve + 1e-9 * np.eye(len(found)), slope)
        found -= step
        if np.abs(step).max() < 1e-8:
            break
    plain = found[:-1] / spread
    return np.concatenate([[found[-1] - (plain * middle).sum()], plain])


def ridge(inputs: np.ndarray, wanted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(D + 1, V) with the constant last, and the inverse that gives a row's leverage."""
    inputs = with_constant(inputs).astype(np.float64)
    width = inputs.shape[1]
    inverse = np.linalg.inv(inputs.T @ inputs + RIDGE * len(inputs) / width * np.eye(width))
    return (inverse @ (inputs.T @ wanted)).astype(np.float32), inverse


def with_constant(rows: np.ndarray) -> np.ndarray:
    return np.concatenate([rows, np.ones((*rows.shape[:-1], 1), rows.dtype)], axis=-1)
