"""Words of captions: which are said often enough, of how many captions, and how they are spelt.

In: captions by photograph. Out: stems (``searching.relevance.words``) with numbers. Knows nothing of
pictures.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from clerestory.searching.relevance import words
from clerestory.storing.analysis import terms

LEAST_PHOTOS = 15  # with a word, for a detector of it


def vocabulary(captions: Sequence[Sequence[str]]) -> tuple[dict[str, int], np.ndarray]:
    """Words of at least ``LEAST_PHOTOS`` photographs, and (V, n) the share of captions that say them."""
    said = [Counter(stem for caption in own for stem in set(words(caption))) for own in captions]
    photos = Counter(stem for own in said for stem in own)
    stems = {stem: row for row, stem in enumerate(sorted(s for s, n in photos.items() if n >= LEAST_PHOTOS))}
    salience = np.zeros((len(stems), len(captions)), np.float32)
    for number, own in enumerate(said):
        for stem, times in own.items():
            if stem in stems:
                salience[stems[stem], number] = times / len(captions[number])
    return stems, salience


def spelling(captions: Sequence[Sequence[str]], stems: Sequence[str]) -> dict[str, str]:
    """The commonest word of each stem."""
    forms: dict[str, Counter[str]] = {stem: Counter() for stem in stems}
    for word, times in Counter(w for own in captions for c in own for w in c.lower().split()).items():
        for stem in terms(word, "en"):
            if stem in forms:
                forms[stem][word] += times
    return {stem: found.most_common(1)[0][0] if found else stem for stem, found in forms.items()}
