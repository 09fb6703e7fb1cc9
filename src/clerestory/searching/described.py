"""The texts of a library that describe a picture: pages, captions, what is said.

In: the picture's vector in the joint space, and the index. Out: segments with what they count.
Candidates come from the space of texts, in the direction that texts near the picture lie in; then
each is embedded as words are, from its stored vector and its words, and compared with the picture
(less a share of the text's nearness to photos in general). Knows no ranking of places.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from clerestory.ingesting.passages import passage
from clerestory.searching.candidates import Found, rows
from clerestory.storing.index import Index, RowFilter

if TYPE_CHECKING:
    from clerestory.models.picture import Background, PictureEncoder
    from clerestory.models.text import TextEncoder
    from clerestory.storing.catalogue import Catalogue
    from clerestory.storing.readings import ReadingStore
    from clerestory.types import Segment

# Against pictures that look like the query's: a text says less than a picture shows.
WEIGHT = 0.5
# Captions of the background by whose scores a text's score is judged.
COMPARED = 500
# In standard deviations of those: a text that is this far above their mean counts half of WEIGHT.
HALF = 3.0


def describe(
    joint: np.ndarray,
    *,
    encoder: PictureEncoder,
    text: TextEncoder,
    index: Index,
    readings: ReadingStore,
    catalogue: Catalogue,
    where: RowFilter,
    k: int,
) -> dict[Found, float]:
    """Up to ``k`` segments with words, best first, each with 0..``WEIGHT``."""
    direction = encoder.to_text_vector(joint) if encoder.words else None
    background = encoder.background()
    if direction is None or background is None:
        return {}
    found = rows(index.near(text.space, direction, where=where, k=k))
    current = catalogue.answering({one.reading for one in found})
    segments = _with_words([one for one in found if one.reading in current], readings)
    table = index.vectors(text.space, [one.segment_id for one in segments], tokens=False)
    vectors = dict(zip(table["segment_id"].to_pylist(), table["vector"].to_pylist(), strict=True))
    known = [one for one in segments if one.segment_id in vectors]
    if not known:
        return {}
    of_text = np.array([vectors[one.segment_id] for one in known], np.float32)
    texts = encoder.embed_words([passage(segments[one]) for one in known], of_text)
    shares = WEIGHT * _shares(texts, joint, encoder, background)
    order = sorted(range(len(known)), key=lambda n: (-shares[n], known[n]))
    return {known[number]: float(shares[number]) for number in order if shares[number] > 0}


def _scores(joint: np.ndarray, texts: np.ndarray, encoder: PictureEncoder) -> np.ndarray:
    scores: np.ndarray = texts @ joint - encoder.word_hub_weight * encoder.word_hub(texts)
    return scores


def _shares(
    texts: np.ndarray, joint: np.ndarray, encoder: PictureEncoder, background: Background
) -> np.ndarray:
    """0..1: by how much the scores stand out from those of captions that have nothing to do with it."""
    others = _scores(joint, background.captions[:COMPARED], encoder)
    deviation = (_scores(joint, texts, encoder) - others.mean()) / max(float(others.std()), 1e-6)
    shares: np.ndarray = 1 / (1 + np.exp(HALF - deviation))
    return shares


def _with_words(found: Sequence[Found], readings: ReadingStore) -> dict[Found, Segment]:
    """The segments that say something of their own: a picture alone is known by its file's name."""
    by_reading: dict[str, list[Found]] = {}
    for one in found:
        by_reading.setdefault(one.reading, []).append(one)
    segments = {
        one: segment
        for reading, ones in by_reading.items()
        for one, segment in zip(ones, readings.segments(reading, [one.row for one in ones]), strict=True)
    }
    return {one: segments[one] for one in found if segments[one].text or segments[one].caption}
