"""The order of places that answer words: gathered, fused, looked at more closely.

In: what is asked in words, and an open library's parts. Out: places, best first, each with the
parts of its score and its segments, the best first. It does not know what of a place is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from clerestory.searching.candidates import Candidates, Found, Place, gather, rows
from clerestory.searching.fusion import Part, fuse, ordered, shares
from clerestory.searching.late_interaction import max_similarity, unpacked
from clerestory.searching.query import Asked
from clerestory.searching.showing import Compared
from clerestory.settings import SearchingSettings
from clerestory.storing.index import Index, RowFilter

if TYPE_CHECKING:
    from clerestory.models.text import Encoded, TextEncoder
    from clerestory.storing.catalogue import Catalogue
    from clerestory.storing.readings import ReadingStore

# Of each of words, page-words, vector and tokens, so that together they make 1. No other
# division that was tried is better beyond noise (docs/measured.md).
WEIGHT = 0.25
# A page that the question names outweighs what the words say of other pages.
NAMED_WEIGHT = 0.75
# A place without any word of the query must be at least this near. MiniLM gives unrelated
# texts 0.0 to 0.2; encoders that give them more are not restricted by it.
LEAST_COSINE = 0.25
# For the choice of the segment that is shown, when the question speaks of a table or figure.
KIND_BONUS = 0.25

# Of each place by their token vectors; pages have 4 on average, a page of small tables 40.
SEGMENTS_COMPARED = 8
# Whose rules for words a query that shows no language of its own is read by.
MANY_LANGUAGES = 3


@dataclass(frozen=True, slots=True)
class OpenLibrary:
    """What of an open library is read. ``encoder`` None: words alone are searched."""

    index: Index
    readings: ReadingStore
    catalogue: Catalogue
    encoder: TextEncoder | None
    settings: SearchingSettings


@dataclass(frozen=True, slots=True)
class Ranked:
    """A place in the order of the result: its score's parts, its best segment, others that match.

    ``beside`` are all others on it.
    """

    place: Place
    parts: Mapping[str, float]
    best: Found
    others: tuple[str, ...]
    beside: tuple[Found, ...]


def rank(
    asked: Asked, library: OpenLibrary, *, languages: Sequence[str], where: RowFilter, limit: int
) -> tuple[list[Ranked], Compared]:
    """Places in order: all candidates by words, vector and name, then the first ones by token vectors."""
    settings, encoder = library.settings, library.encoder
    found, encoded = gather(
        asked,
        languages=languages,
        encoder=encoder,
        tokens=settings.late_interaction,
        index=library.index,
        where=where,
        k=max(settings.candidates, 2 * limit),
    )
    fused = fuse(_parts(found))
    # More than asked for: some fall out because the filter, a newer reading or a copy takes them.
    first = ordered(fused, among=_worth(found))[: max(settings.rerank, 2 * limit)]
    on_places = _segments_on(first, library, where)
    closer = [place for place in first[: settings.rerank] if place in on_places]
    compared = _compare(encoded, _looked_at(closer, on_places, found), library)
    of_places = _best_of_places(compared.scores)
    tokens_part = fuse([Part("tokens", of_places, WEIGHT)])
    parts = {place: {**fused[place], **tokens_part.get(place, {})} for place in on_places}
    best_first = _segment_order(found, compared.scores, asked)
    ranked = []
    for place in ordered(parts):
        best, *others = sorted(on_places[place], key=best_first)
        matching = [other.segment_id for other in others if other in found.words or other in found.vector]
        ranked.append(Ranked(place, parts[place], best, tuple(matching), tuple(others)))
    return ranked, compared


def usual_languages(index: Index) -> tuple[str, ...]:
    """Those that most segments are in: a query of two names may be of any of them."""
    counts = index.languages()
    return tuple(sorted(counts, key=lambda language: (-counts[language], language))[:MANY_LANGUAGES])


def _parts(found: Candidates) -> list[Part[Place]]:
    return [
        Part("words", _best_of_places(found.words), WEIGHT, floor=0.0),
        Part("page-words", found.page_words, WEIGHT, floor=0.0),
        Part("vector", _best_of_places(found.vector), WEIGHT),
        Part("page", dict.fromkeys(found.named, 1.0), NAMED_WEIGHT, floor=0.0),
    ]


def _best_of_places(scores: Mapping[Found, float]) -> dict[Place, float]:
    best: dict[Place, float] = {}
    for segment, score in scores.items():
        best[segment.place] = max(score, best.get(segment.place, score))
    return best


def _worth(found: Candidates) -> list[Place]:
    """Places that share a word with the query, are named by it, or are near enough to it."""
    near = [place for place, cosine in _best_of_places(found.vector).items() if cosine >= LEAST_COSINE]
    by_words = (segment.place for segment in found.words)
    return list(dict.fromkeys((*by_words, *found.page_words, *found.named, *near)))


def _segments_on(places: Sequence[Place], library: OpenLibrary, where: RowFilter) -> dict[Place, list[Found]]:
    """The segments of these places that the filter admits and whose reading is current."""
    if not places:
        return {}
    table = library.index.places([(place.asset, place.name) for place in places])
    languages = table["language"].to_pylist()
    admitted = [
        segment
        for segment, language in zip(rows(table), languages, strict=True)
        if (not where.kinds or segment.kind in where.kinds)
        and (not where.languages or language in where.languages)
    ]
    current = library.catalogue.answering({segment.reading for segment in admitted})
    on_places: dict[Place, list[Found]] = {}
    for segment in admitted:
        if segment.reading in current:
            on_places.setdefault(segment.place, []).append(segment)
    return on_places


def _looked_at(
    places: Iterable[Place], on_places: Mapping[Place, Sequence[Found]], found: Candidates
) -> list[Found]:
    """The segments whose token vectors are compared; of a crowded page those that were found come first."""

    def found_first(segment: Found) -> tuple[bool, int]:
        return (segment not in found.words and segment not in found.vector, segment.row)

    return [s for place in places for s in sorted(on_places[place], key=found_first)[:SEGMENTS_COMPARED]]


def _compare(encoded: Encoded | None, segments: Sequence[Found], library: OpenLibrary) -> Compared:
    if encoded is None or not encoded.tokens or library.encoder is None:
        return Compared(None, {}, {})
    encoder = library.encoder
    table = library.index.tokens(encoder.space, [segment.segment_id for segment in segments])
    stored = dict(zip(table["segment_id"].to_pylist(), table["tokens"].to_pylist(), strict=True))
    known = {
        segment: unpacked(stored[segment.segment_id], encoder.token_dimension)
        for segment in segments
        if stored.get(segment.segment_id)
    }
    scores = max_similarity(encoded.tokens[0], list(known.values())).tolist()
    return Compared(encoded.tokens[0], known, dict(zip(known, scores, strict=True)))


def _segment_order(found: Candidates, by_tokens: Mapping[Found, float], asked: Asked):
    """A sort key: which segment of a place shows best why the place answers."""
    words, vector, tokens = shares(found.words, floor=0.0), shares(found.vector), shares(by_tokens)

    def key(segment: Found) -> tuple[float, int]:
        score = sum(part.get(segment, 0.0) for part in (words, vector, tokens))
        kind = "figure" if segment.kind == "picture" else segment.kind
        return (-(score + KIND_BONUS * (kind in asked.kinds)), segment.row)

    return key
