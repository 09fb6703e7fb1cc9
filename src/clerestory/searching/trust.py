"""How likely texts that were found answer, and what a picture counts among them.

In: how near texts are to the query, and how likely pictures fit it. Out: probabilities, and scores
on the scale of those of texts. That texts have to do with the query at all is a logistic
regression on the nearest text's cosine and the best late interaction.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

BIAS, NEARNESS, TOKENS = -7.2, 8.4, 10.0


def trusted(cosines: Iterable[float], token_scores: Iterable[float]) -> float:
    """0..1."""
    value = BIAS + NEARNESS * max(cosines, default=0.0) + TOKENS * max(token_scores, default=0.0)
    return 1 / (1 + math.exp(-value))


# Of pages that a trusted query finds, this share of those with the best score answer, and with a
# score of s (of 1) as much less as its fourth power.
BEST_ANSWERS, POWER = 0.6, 4
LEAST_TRUST, LEAST_DOUBT = 0.1, 0.05


def among_texts(probability: float, trust: float) -> float:
    """The score of a text that answers as likely as a picture fits.

    Nothing tells a picture's probability where the words are none of those that people say of
    photographs; what texts answer well is mostly not asked of pictures, so these count as far as
    the texts are in doubt.
    """
    doubt = max(1 - trust, LEAST_DOUBT)
    return (doubt * probability / (BEST_ANSWERS * max(trust, LEAST_TRUST))) ** (1 / POWER)


def joined(text: float, picture: float) -> float:
    """The score of a place that answers by the one or by the other: their chances add up."""
    return (text**POWER + picture**POWER) ** (1 / POWER)
