"""How likely the texts that were found have to do with the query at all.

In: how near texts are to the query. Out: a probability. A logistic regression on the nearest
text's cosine and the best late interaction.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

BIAS, NEARNESS, TOKENS = -7.2, 8.4, 10.0


def trusted(cosines: Iterable[float], token_scores: Iterable[float]) -> float:
    """0..1."""
    value = BIAS + NEARNESS * max(cosines, default=0.0) + TOKENS * max(token_scores, default=0.0)
    return 1 / (1 + math.exp(-value))
