"""How probable it is that pictures fit words, and that any picture of a library does.

In: a query's vector and those of the library's best pictures, and what a space of pictures
and words knows of the world (``models.picture.Background``). Out: probabilities. A score is the
cosine less the space's share of the picture's nearness to captions in general. It is compared
with the scores of the same query against a bank of photographs that belong to no library: their
mean and spread, their best, and the best that a library of this size would have if all of its
pictures were such photographs (the tail of the bank's scores falls off as an exponential
function beyond its best ones: Pickands 1975). Two logistic regressions on these numbers.

``calibration`` holds ``bank`` (k, D) and ``bank_hubs`` (k,), photographs as the space sees those
that it was not trained on; ``hub_weight`` (1,); ``hit`` and ``match``: constant and weights.
Knows nothing of the index and of models.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from clerestory.models.picture import Background
from clerestory.storing.analysis import terms

BEST = 10  # of the bank: what the query's best photographs in the world score
TAIL = 40  # of the bank: what the exponential tail is laid through
FIRST = 3  # of the library's pictures, beside the very first
LEAST_SPREAD = 1e-3  # in cosine; a query that finds all photographs alike tells nothing


@dataclass(frozen=True, slots=True)
class Judged:
    """``probability`` (n,): that each picture fits. ``matched``: that any picture of the library does."""

    probability: np.ndarray
    matched: float


@dataclass(frozen=True, slots=True)
class Relevance:
    """What scores are judged by; see the module for the arrays."""

    bank: np.ndarray
    bank_hubs: np.ndarray
    hub_weight: float
    hit: np.ndarray
    match: np.ndarray

    @classmethod
    def of(cls, background: Background | None) -> Relevance | None:
        """None where nothing was fitted for the space."""
        if background is None or "match" not in background.calibration:
            return None
        known = {name: np.asarray(value, np.float32) for name, value in background.calibration.items()}
        return cls(
            bank=known["bank"],
            bank_hubs=known["bank_hubs"],
            hub_weight=float(known["hub_weight"][0]),
            hit=known["hit"],
            match=known["match"],
        )

    def judge(
        self, query: np.ndarray, text: str, *, joint: np.ndarray, hub: np.ndarray, pictures: int
    ) -> Judged:
        """``query`` (D,) is the vector of ``text``; ``joint`` (n, D) and ``hub`` (n,) are of the
        library's best pictures for it, of ``pictures`` in all."""
        if not len(joint):
            return Judged(np.zeros(0, np.float32), 0.0)
        scores = joint @ query - self.hub_weight * hub
        world = self.bank @ query - self.hub_weight * self.bank_hubs
        probability = _logistic(hit_features(scores, world, words(text)), self.hit)
        matched = _logistic(match_features(scores, world, max(pictures, len(scores)))[None], self.match)
        return Judged(probability, float(matched[0]))


def words(text: str) -> int:
    """How many words of ``text`` say something: the more, the less of it one picture shows."""
    return len(set(terms(text, "en")))


def hit_features(scores: np.ndarray, world: np.ndarray, count: int) -> np.ndarray:
    """(n, 7): of each picture's score, given the bank's scores ``world`` (k,) and the count of words."""
    best = np.partition(world, -BEST)[-BEST:].mean()
    spread = max(float(world.std()), LEAST_SPREAD)
    deviation = (scores - world.mean()) / spread
    top = np.full(len(scores), (best - world.mean()) / spread)
    many = np.full(len(scores), np.log1p(count))
    return np.stack(
        [scores, scores - best, deviation, top, many, many * deviation, many * (scores - best)], axis=1
    )


def match_features(scores: np.ndarray, world: np.ndarray, pictures: int) -> np.ndarray:
    """(7,): of the library's best scores (n,), given the bank's and the size of the library."""
    first = np.sort(scores)[::-1]
    of_hit = hit_features(first[:1], world, 0)[0, :4]
    expected, scale = expected_best(world, pictures)
    few = first[:FIRST].mean() - first[0]
    return np.array([*of_hit, (first[0] - expected) / scale, few, np.log(pictures / len(world))])


def expected_best(world: np.ndarray, pictures: int) -> tuple[float, float]:
    """The best score that ``pictures`` photographs like the bank's would have, and the tail's scale."""
    tail = np.partition(world, -TAIL)[-TAIL:]
    scale = max(float(tail.mean() - tail.min()), LEAST_SPREAD)
    return float(tail.min()) + scale * float(np.log(max(TAIL * pictures / len(world), 1.0))), scale


def _logistic(features: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """``weights``: the constant, then one for each feature."""
    value = np.clip(features @ weights[1:] + weights[0], -60, 60)  # exp stays finite
    return (1 / (1 + np.exp(-value))).astype(np.float32)
