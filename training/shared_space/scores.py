"""How well captions find photographs and photographs captions, by heads' vectors.

In: unit vectors of photographs (n, D) and of their captions (n * c, D), and those that hubs
are told by. Out: a line of recall at 1, 5 and 10 both ways, ranked as search ranks. The
evaluation of record is ``clerestory eval pictures``, from pictures and words through the
shipped files; this one is for the recipe's own choices.
"""

from __future__ import annotations

import numpy as np

from clerestory.evaluating.pictures import Vectors, rank
from clerestory.models.picture_words import nearest_mean
from training.shared_space.shipping import (
    CAPTION_BANK,
    HUB_NEIGHBOURS,
    HUB_WEIGHT,
    PHOTO_BANK,
    WORD_HUB_NEIGHBOURS,
    WORD_HUB_WEIGHT,
)


def recall(seen: np.ndarray, said: np.ndarray, photos: np.ndarray, captions: np.ndarray) -> str:
    """``photos`` and ``captions``: others, of which banks are drawn."""
    random = np.random.default_rng(0)
    captions = captions[random.choice(len(captions), min(CAPTION_BANK, len(captions)), False)]
    photos = photos[random.choice(len(photos), min(PHOTO_BANK, len(photos)), False)]
    ranks = rank(
        Vectors(
            seen,
            said,
            np.repeat(np.arange(len(seen)), len(said) // len(seen)),
            HUB_WEIGHT * nearest_mean(seen, captions, HUB_NEIGHBOURS),
            WORD_HUB_WEIGHT * nearest_mean(said, photos, WORD_HUB_NEIGHBOURS),
        )
    )
    ways = {"caption to photo": ranks.of_photo, "photo to caption": ranks.of_caption}
    return "; ".join(
        f"{name} R@1/5/10 " + " / ".join(f"{100 * (found <= k).mean():.1f}" for k in (1, 5, 10))
        for name, found in ways.items()
    )
