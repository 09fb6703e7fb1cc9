"""How likely English words follow each other, to choose among texts that may have been said.

In: a text. Out: the mean logarithm of its words' probabilities by the trigrams that come with
pocketsphinx (Huggins-Daines et al. 2006; the extra ``media``). It knows no sound, and no words but
its own 20,000.
"""

from __future__ import annotations

import functools
import math
import re
from typing import Any

ORDER = 3
UNKNOWN = -16.0  # of a word that it does not know
_BASE = math.log(1.0001)  # its logarithms are of this base
_WORD = re.compile(r"[a-z']+")


class Wording:
    """Holds the model, 16 MB; a sentence takes 0.1 ms."""

    def __init__(self, model: Any) -> None:
        self._model = model

    def plausibility(self, text: str) -> float:
        """Mean natural logarithm per word, the end of the sentence counted as one."""
        words = ["<s>", *_WORD.findall(text.lower().replace("\u2019", "'")), "</s>"]
        total = 0.0
        for at in range(1, len(words)):
            latest_first = words[max(0, at - ORDER + 1) : at + 1][::-1]
            total += max(UNKNOWN, self._model.prob(latest_first) * _BASE)
        return total / (len(words) - 1)


@functools.cache
def load_wording() -> Wording | None:
    """The model, or None where pocketsphinx is not installed."""
    try:
        import pocketsphinx  # reads 10 MB of model
    except ImportError:
        return None
    path = f"{pocketsphinx.get_model_path()}/en-us/en-us.lm.bin"
    return Wording(pocketsphinx.NGramModel(pocketsphinx.Config(), pocketsphinx.LogMath(), path))
