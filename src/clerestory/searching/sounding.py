"""The sounds of a library that are like a sound.

In: features of sounds that are asked with, and the index. Out: segments, 0..1 each, and none
that are no more alike than any two sounds are. A share is no probability. It knows no words.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from clerestory.ingesting.sounding import SOUND
from clerestory.models.sounds import load_sound_encoder
from clerestory.searching.candidates import Found, rows
from clerestory.storing.index import Index, RowFilter

if TYPE_CHECKING:
    from clerestory.storing.catalogue import Catalogue

# Of sounds that were made up (``training/sounds``), 3 of 100 pairs that have nothing to do with each
# other are nearer than the first, and 6 of 100 playings of one sort nearer than the second.
UNLIKE, ALIKE = 0.4, 0.9


def sounds_like(
    features: Sequence[np.ndarray], *, index: Index, catalogue: Catalogue, where: RowFilter, k: int
) -> dict[Found, float]:
    """Segments that sound like any of these, the best ``k`` for each; empty where no sound was taken in."""
    encoder = load_sound_encoder()
    if not features or catalogue.spaces.current(SOUND) != encoder.space:
        return {}
    best: dict[Found, float] = {}
    for vector in encoder.embed(np.stack(features)):
        table = index.near(encoder.space, vector, where=where, k=k)
        for found, cosine in zip(rows(table), table["score"].to_pylist(), strict=True):
            best[found] = max(best.get(found, -1.0), cosine)
    current = catalogue.answering({found.reading for found in best})
    shares = {found: share(cosine) for found, cosine in best.items() if found.reading in current}
    return {found: value for found, value in shares.items() if value > 0}


def share(cosine: float) -> float:
    """0..1."""
    return float(np.clip((cosine - UNLIKE) / (ALIKE - UNLIKE), 0.0, 1.0))
