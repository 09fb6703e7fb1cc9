"""How sure it is that pictures fit words, by whatever the encoder of pictures brings for that.

In: vectors of the joint space. Out: for each picture what it counts (0..1) and, where that is
known, the probability that it fits; and the chance that any picture of the library does. A
calibration that was fitted for the encoder comes first (``relevance``), then the encoder's own
sigmoid (SigLIP, Zhai et al. 2023); without either a picture counts as far as its cosine stands
out from those of photographs that belong to no library.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from clerestory.searching.relevance import Relevance

if TYPE_CHECKING:
    from clerestory.models.picture import PictureEncoder

REFUSED_BELOW = 0.5

# Pictures whose probability is asked for; what comes after them is nobody's answer.
JUDGED = 100
# What a picture counts at most where nobody knows whether it fits: less than a text that does.
UNJUDGED = 0.5
# In standard deviations of the cosines of the same words in the world: of some hundreds of pictures
# that have nothing to do with the words the best has about the lower one.
CHANCE, OUTSTANDING = 3.0, 6.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """``share`` (n,) and ``probability`` (n,) are 0..1, in the order of the pictures; see ``types.Hit``."""

    share: np.ndarray
    probability: np.ndarray | None
    matched: float | None


@dataclass(frozen=True, slots=True)
class Judge:
    """Judges pictures of one library: ``pictures`` is how many it has."""

    encoder: PictureEncoder
    relevance: Relevance | None
    pictures: int

    @classmethod
    def of(cls, encoder: PictureEncoder, *, pictures: int) -> Judge:
        return cls(encoder, Relevance.of(encoder.background()), pictures)

    @property
    def knows(self) -> bool:
        """Whether it gives probabilities."""
        return self.relevance is not None or self.encoder.scale is not None

    def judge(self, query: np.ndarray, text: str, joint: np.ndarray, hub: np.ndarray) -> Verdict:
        """``query`` (D,) are the words ``text``; ``joint`` (n, D) and ``hub`` (n,) are of the pictures."""
        cosines = joint @ query
        scores = cosines - self.encoder.hub_weight * hub
        order = np.argsort(-scores, kind="stable")
        share: np.ndarray = np.zeros(len(scores), np.float32)
        if not len(scores):
            return Verdict(share, share if self.knows else None, 0.0 if self.knows else None)
        if self.relevance is not None:
            first = order[:JUDGED]
            judged = self.relevance.judge(
                query, text, joint=joint[first], hub=hub[first], pictures=self.pictures
            )
            share[first] = judged.probability
            return Verdict(share, share, judged.matched)
        if self.encoder.scale is not None:
            share = 1 / (1 + np.exp(-(self.encoder.scale * cosines + (self.encoder.bias or 0.0))))
            return Verdict(share, share, float(share.max(initial=0.0)))
        world = self._world(query, cosines)
        deviation = (cosines - world.mean()) / max(float(world.std()), 1e-6)
        share = UNJUDGED * np.clip((deviation - CHANCE) / (OUTSTANDING - CHANCE), 0, 1)
        return Verdict(share.astype(np.float32), None, None)

    def _world(self, query: np.ndarray, cosines: np.ndarray) -> np.ndarray:
        """The cosines of ``query`` to the encoder's photographs, or else with those of the library."""
        background = self.encoder.background()
        return cosines if background is None else background.photos @ query
