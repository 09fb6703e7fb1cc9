"""Whether a recogniser of English heard English, judged by how it wrote.

Given another language, or noise, it still writes fluent English sentences. Two things give
it away: it is less sure of its pieces, and it writes more than there is to hear, so that
many pieces must share a moment (``hasty``). A logistic of these two numbers, fitted on
English (native, Mandarin children and adults, synthetic voices) against acted German, 25
languages of a synthesiser and sounds that a detector took for speech; each kind weighs the
same (``python -m bench.speech_coverage``). Error rates are in docs/measured.md.

It knows nothing of the words: names and foreign phrases within English do no harm.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from clerestory.models.word_times import gapless_lengths

HASTY_FRAMES = 4  # 0.1 s: half of what a piece takes in quick speech
# Haste lies between two fits: clips with the silence around them (-8.0) and cut to the speech (-4.2).
SURENESS, HASTE, CONSTANT = 7.3, -6.1, 5.05


def coverage(log_probabilities: Sequence[float], attention: np.ndarray) -> float:
    """Probability in 0..1 that English was heard; ``attention`` (heads, pieces, frames)."""
    if attention.shape[1] == 0:
        return 0.0
    sure, hasty = evidence(log_probabilities, attention)
    return float(1 / (1 + np.exp(-(SURENESS * sure + HASTE * hasty + CONSTANT))))


def evidence(log_probabilities: Sequence[float], attention: np.ndarray) -> tuple[float, float]:
    """Mean log-probability, and the share of at least one piece that had to be said too fast."""
    # Without pauses: what is written too much has to crowd at the end of what was said.
    lengths = gapless_lengths(attention.mean(axis=0, keepdims=True))
    hasty = float(np.mean(lengths <= HASTY_FRAMES))
    return float(np.mean(log_probabilities)), hasty
