"""From per-case scores to figures with 95 % bootstrap intervals.

Percentile bootstrap over cases (Efron 1979): cases are drawn with replacement, the
ratio of sums is taken each time. The same seed gives the same interval.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

SAMPLES = 2000  # the ends of the interval then move by about 0.2 points from seed to seed
COVERAGE = 0.95
_CHUNK = 200  # samples drawn at once: bounds memory at chunk x cases x 8 bytes


class Score(NamedTuple):
    """``amount`` out of ``out_of``: a hit is (1, 1), words found of a page (37, 41)."""

    amount: float
    out_of: float = 1.0


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured value, the ends of its 95 % interval, and the number of cases behind it."""

    value: float
    low: float
    high: float
    n: int


def figure(scores: Sequence[Score], *, seed: int = 0) -> Figure:
    """The sum of amounts over the sum of ``out_of``; 0 where nothing was to be had."""
    if not scores:
        return Figure(0.0, 0.0, 0.0, 0)
    pairs = np.asarray(scores, dtype=np.float64)
    low, high = _interval(_ratios(pairs, seed))
    return Figure(_ratio(pairs.sum(axis=0)), low, high, len(scores))


def paired_difference(first: Sequence[Score], second: Sequence[Score], *, seed: int = 0) -> Figure:
    """What ``second`` gains over ``first`` on the same cases, each pair drawn together."""
    if len(first) != len(second):
        raise ValueError(f"{len(first)} cases against {len(second)}: not pairs")
    if not first:
        return Figure(0.0, 0.0, 0.0, 0)
    before, after = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    low, high = _interval(_ratios(after, seed) - _ratios(before, seed))
    gain = _ratio(after.sum(axis=0)) - _ratio(before.sum(axis=0))
    return Figure(gain, low, high, len(first))


def _ratios(pairs: np.ndarray, seed: int) -> np.ndarray:
    """The ratio in each of ``SAMPLES`` resamples of ``pairs`` (n, 2)."""
    generator = np.random.default_rng(seed)
    ratios = []
    for start in range(0, SAMPLES, _CHUNK):
        drawn = generator.integers(0, len(pairs), size=(min(_CHUNK, SAMPLES - start), len(pairs)))
        sums = pairs[drawn].sum(axis=1)
        ratios.append(np.divide(sums[:, 0], sums[:, 1], out=np.zeros(len(sums)), where=sums[:, 1] != 0))
    return np.concatenate(ratios)


def _interval(values: np.ndarray) -> tuple[float, float]:
    tail = (1 - COVERAGE) / 2
    low, high = np.quantile(values, [tail, 1 - tail])
    return float(low), float(high)


def _ratio(sums: np.ndarray) -> float:
    return float(sums[0] / sums[1]) if sums[1] else 0.0
