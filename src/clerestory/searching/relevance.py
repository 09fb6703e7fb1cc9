"""How probable it is that pictures fit words, and that any picture of a library does.

In: a query's vector and words and the vectors of the library's best pictures for it, and what a
space of pictures and words knows of the world (``models.picture.Background``). Out:
probabilities, from a bank of photographs with known captions that belong to no library:

1. A picture's evidence: logistic regression on how its score (cosine less the space's share of
   its nearness to captions in general) stands among those photographs of the bank that lack the
   query's words, and on what detectors of the single words say (ridge regressions from vectors
   to captions), the least sure word apart.
2. That the picture fits: again logistic, with its share of the best scores (a query that tells
   one picture from all others is surer of it).
3. That anything fits: of the library's first k pictures, how many photographs that lack the
   words would have as much evidence in a library of this size (the bank's tail goes on as an
   exponential function beyond its best ones: Pickands 1975); this follows the size of itself.

``training/shared_space/calibration.py`` fits all of it and names the arrays. Knows nothing of
the index and of models.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from clerestory.models.picture import Background
from clerestory.storing.analysis import terms

BEST = 10  # of the bank: what the query's best photographs in the world score
TAIL = 40  # of the bank: what the exponential tail is laid through
DEPTHS = (1, 3, 10, 30)  # of the library's pictures, where they are set against the bank's tail
FIRST = 6  # of the library's pictures, which one is set against
SHARP = 0.03  # in cosine; what makes one picture's share of the best differ from the next one's
LEAST_SPREAD = 1e-3  # in cosine; a query that finds all photographs alike tells nothing
RARE = 0.005  # share of photographs with a thing that is in no caption of the bank
KNOWN = 5  # photographs of the bank that have the words, from which on they tell what is usual
# Words that speak of pictures as such: no detector of theirs says anything.
FRAMING = frozenset(terms("photo photograph picture image shows showing shown", "en"))


@dataclass(frozen=True, slots=True)
class Judged:
    """``probability`` (n,): that each picture fits. ``matched``: that any picture of the library does."""

    probability: np.ndarray
    matched: float


@dataclass(frozen=True, slots=True)
class World:
    """A query among the k photographs of a bank.

    ``scores`` (k,); ``detected`` (k, w) what the detectors of the w known words say; ``named``
    (k, w) whether captions have them; ``count`` words in all.
    """

    scores: np.ndarray
    detected: np.ndarray
    named: np.ndarray
    count: int

    @property
    def having(self) -> np.ndarray:
        """(k,) whether the captions have all known words."""
        known = self.named.shape[1]
        return np.asarray(self.named.all(axis=1) if known else np.zeros(len(self.scores), bool))

    @property
    def lacking(self) -> np.ndarray:
        """(k,) whether they do not; all of them where nearly all have the words."""
        without = ~self.having
        return without if without.sum() >= TAIL else np.ones(len(self.scores), bool)

    def evidence_features(self, scores: np.ndarray, detected: np.ndarray) -> np.ndarray:
        """(n, 16) of pictures with these scores (n,) and detections (n, w)."""
        lacking = self.scores[self.lacking]
        spread = max(float(lacking.std()), LEAST_SPREAD)
        deviation = (scores - lacking.mean()) / spread
        best = np.partition(lacking, -min(BEST, len(lacking)))[-BEST:].mean()
        # A query without any word has nothing that could be unknown.
        unknown = 1 - self.named.shape[1] / self.count if self.count else 0.0
        least, mean, apart, rare = self._words(detected)
        many = np.log1p(self.count)
        prior = np.log((self.having.sum() + 0.5) / len(self.scores)) if self.named.shape[1] else np.log(RARE)

        def same(value: float) -> np.ndarray:
            return np.full(len(scores), value)

        return np.stack(
            [
                deviation,
                scores,
                (scores - best) / spread,
                least,
                mean,
                same(many),
                many * deviation,
                same(unknown),
                unknown * deviation,
                same(apart),
                same(float(prior)),
                same(rare),
                least * apart / 3,
                least * deviation,
                least**2 / 5,
                deviation**2 / 5,
            ],
            axis=1,
        )

    def _words(self, detected: np.ndarray) -> tuple[np.ndarray, np.ndarray, float, float]:
        """The least and the mean detection in units of those without the word, how far apart those
        with and without it are, and how rare it is; of the words that are known, by their share."""
        words = self.named.shape[1]
        if not words:
            none = np.zeros(len(detected))
            return none, none, 0.0, 0.0
        standing = np.empty(detected.shape)
        apart = []
        for word in range(words):
            with_it = self.named[:, word]
            # A word that nearly all have is measured against all.
            enough = with_it.sum() >= 3
            without = self.detected[~with_it if (~with_it).sum() >= TAIL else slice(None), word]
            middle, spread = without.mean(), without.std() + 1e-4
            standing[:, word] = (detected[:, word] - middle) / spread
            apart.append(float((self.detected[with_it, word].mean() - middle) / spread) if enough else 1.0)
        share = words / self.count
        rare = float(np.log(self.named.mean(axis=0) + 2e-4).min())
        return share * standing.min(axis=1), share * standing.mean(axis=1), share * min(apart), share * rare


@dataclass(frozen=True, slots=True)
class Relevance:
    """What scores are judged by.

    ``bank`` (k, D), ``hubs`` (k,): photographs as the space sees those that it was not trained on.
    ``detectors`` (V, D + 1) with their constant, ``columns``: a word's row of them; ``named`` (V, k).
    ``leverage`` (k,) how much a photograph of the bank pulls its own detection, ``shown`` (V,) of
    the captions of a photograph that has the word, how many say it. ``evidence``, ``hit`` and
    ``match``: a constant and weights.
    """

    bank: np.ndarray
    hubs: np.ndarray
    leverage: np.ndarray
    detectors: np.ndarray
    columns: dict[str, int]
    named: np.ndarray
    shown: np.ndarray
    hub_weight: float
    evidence: np.ndarray
    hit: np.ndarray
    match: np.ndarray

    @classmethod
    def of(cls, background: Background | None) -> Relevance | None:
        """None where nothing was fitted for the space."""
        if background is None or "match" not in background.calibration:
            return None
        known = background.calibration
        bank = np.asarray(known["bank"], np.float32)
        stems = known["stems"].tobytes().decode("ascii").split()
        bits = np.ascontiguousarray(known["named"]).view(np.uint8)
        return cls(
            bank=bank,
            hubs=np.asarray(known["bank_hubs"], np.float32),
            leverage=np.asarray(known["leverage"], np.float32),
            detectors=known["detectors"],
            columns={stem: row for row, stem in enumerate(stems)},
            named=bits.reshape(len(stems), -1),
            shown=np.asarray(known["shown"], np.float32),
            hub_weight=float(known["hub_weight"][0]),
            evidence=np.asarray(known["evidence"], np.float64),
            hit=np.asarray(known["hit"], np.float64),
            match=np.asarray(known["match"], np.float64),
        )

    def judge(
        self, query: np.ndarray, text: str, *, joint: np.ndarray, hub: np.ndarray, pictures: int
    ) -> Judged:
        """``query`` (D,) is the vector of ``text``; ``joint`` (n, D) and ``hub`` (n,) are of the
        library's best pictures for it, of ``pictures`` in all."""
        if not len(joint):
            return Judged(np.zeros(0, np.float32), 0.0)
        said = words(text)
        rows = [self.columns[word] for word in said if word in self.columns]
        detectors = np.asarray(self.detectors[rows], np.float32)
        world = self._world(query, rows, detectors, len(said))
        scores = joint @ query - self.hub_weight * hub
        detected = joint @ detectors[:, :-1].T + detectors[:, -1]
        evidence = linear(world.evidence_features(scores, detected), self.evidence)
        bank = linear(world.evidence_features(world.scores, world.detected), self.evidence)
        count = max(pictures, len(scores))
        fits = linear(hit_features(evidence, scores, bank, world, count), self.hit)
        any_fits = linear(match_features(evidence, bank, world, count)[None], self.match)
        return Judged(logistic(fits), float(logistic(any_fits)[0]))

    def _world(self, query: np.ndarray, rows: list[int], detectors: np.ndarray, count: int) -> World:
        named = np.unpackbits(self.named[rows], axis=1)[:, : len(self.bank)].T.astype(bool)
        seen = self.bank @ detectors[:, :-1].T + detectors[:, -1]
        # What the detector would say had it not been fitted to the photograph itself.
        own = self.leverage[:, None]
        detected = (seen - own * named * self.shown[rows]) / (1 - own)
        return World(self.bank @ query - self.hub_weight * self.hubs, detected, named, count)


def words(text: str) -> list[str]:
    """The stems of ``text`` that say what a picture shows, each once."""
    return [word for word in dict.fromkeys(terms(text, "en")) if word not in FRAMING]


def hit_features(
    evidence: np.ndarray, scores: np.ndarray, bank: np.ndarray, world: World, pictures: int
) -> np.ndarray:
    """(n, 7) of the library's best pictures, all of them at once."""
    powers = np.exp((scores - scores.max()) / SHARP)
    share = np.log(powers / powers.sum() + 1e-9)
    expected = expected_above(evidence, bank[world.lacking], pictures)
    first = np.sort(evidence)[::-1][:FIRST].mean()
    many = np.full(len(evidence), np.log1p(world.count))
    return np.stack(
        [
            evidence,
            share,
            np.clip(np.log(expected + 1e-3), -6, 8),
            evidence - first,
            many,
            many * share,
            np.full(len(evidence), np.log(pictures / 1000)),
        ],
        axis=1,
    )


def match_features(evidence: np.ndarray, bank: np.ndarray, world: World, pictures: int) -> np.ndarray:
    """(15,) of the library's best pictures, given the evidence of the bank's (k,)."""
    first = np.sort(evidence)[::-1]
    lacking, having = bank[world.lacking], bank[world.having]
    ahead = []
    for depth in DEPTHS:
        at = min(depth, len(first))
        expected = expected_above(first[at - 1 : at], lacking, pictures)[0]
        ahead.append(float(np.clip(np.log(at / (expected + 0.3)), -3, 6)))
    # Set against what is usual for photographs that have the words.
    beyond, hard = 0.0, 0.0
    if len(having) >= KNOWN:
        usual = np.median(having)
        by_chance = expected_above(usual[None], lacking, pictures)[0]
        there = pictures * len(having) / len(bank) / 2
        beyond = float(np.clip(((first > usual).sum() - by_chance) / np.sqrt(by_chance + 1), -4, 8))
        hard = float(np.clip(np.log((by_chance + 0.5) / (there + 0.5)), -4, 6))
    common = np.log(max(len(having) / len(bank), 0.001))
    many = np.log1p(world.count)
    # How many of the library fit, one picture with another.
    fitting = np.log(logistic(first).sum() + 0.01) - np.log(pictures) + 7
    return np.array(
        [
            first[0],
            first[: DEPTHS[1]].mean(),
            first[: DEPTHS[2]].mean(),
            *ahead,
            beyond,
            common,
            hard,
            fitting,
            many,
            many * first[0],
            many * ahead[1],
            many * ahead[2],
        ]
    )


def expected_above(values: np.ndarray, lacking: np.ndarray, pictures: int) -> np.ndarray:
    """How many of ``pictures`` photographs like those of the bank without the words would have
    at least these ``values`` (n,) of evidence."""
    falling = np.sort(lacking)[::-1]
    at = min(TAIL, len(falling))
    threshold = falling[at - 1]
    scale = max(float(falling[:at].mean() - threshold), LEAST_SPREAD)
    counted = np.searchsorted(-falling, -values, side="right") + 0.5
    beyond = at * np.exp(-np.maximum(values - threshold, 0) / scale)
    return pictures / len(falling) * np.where(values >= threshold, beyond, counted)


def linear(features: np.ndarray, weights: Sequence[float] | np.ndarray) -> np.ndarray:
    """``weights``: the constant, then one for each feature."""
    return np.asarray(features @ np.asarray(weights[1:]) + weights[0])


def logistic(values: np.ndarray) -> np.ndarray:
    return (1 / (1 + np.exp(-np.clip(values, -60, 60)))).astype(np.float32)
