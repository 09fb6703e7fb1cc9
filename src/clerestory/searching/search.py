"""From a query to hits: understand, gather, fuse, look closer, collapse.

In: a query, a filter and the parts of an open library. Out: hits, best first, each with
the parts of its score, and notes on what a person should know. Places (pages, slides,
stretches) compete; each answers with its best segment. "Nothing matches" is a result.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from clerestory.errors import UnsupportedQuery
from clerestory.ingesting.indexing import ROLE
from clerestory.searching.candidates import Candidates, Found, Place, gather, rows
from clerestory.searching.collapse import Look
from clerestory.searching.fusion import Part, fuse, ordered, shares, total
from clerestory.searching.late_interaction import max_similarity, unpacked
from clerestory.searching.query import Asked, search_terms, understand
from clerestory.searching.showing import Compared, Showing, Shown
from clerestory.settings import SearchingSettings
from clerestory.storing.index import Index, RowFilter
from clerestory.types import Filter, Hit, Query, SearchResult

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

EVERYTHING = Filter()


@dataclass(frozen=True, slots=True)
class _Library:
    """What of an open library is read. ``encoder`` None: words alone are searched."""

    index: Index
    readings: ReadingStore
    catalogue: Catalogue
    encoder: TextEncoder | None
    settings: SearchingSettings


@dataclass(frozen=True, slots=True)
class _Ranked:
    """A place in the order of the result: its score's parts, its best segment, others that match.

    ``beside`` are all others on it.
    """

    place: Place
    parts: Mapping[str, float]
    best: Found
    others: tuple[str, ...]
    beside: tuple[Found, ...]


def search(
    query: Query,
    *,
    index: Index,
    readings: ReadingStore,
    catalogue: Catalogue,
    encoder: TextEncoder | None,
    settings: SearchingSettings,
    filter: Filter = EVERYTHING,
    limit: int | None = None,
    neighbours: int = 0,
) -> SearchResult:
    """The ``limit`` best places, each with ``neighbours`` segments before and after it.

    Raises:
        UnsupportedQuery: it holds pictures or sounds, or no words.
    """
    started = time.perf_counter()
    _check(query)
    asked = understand(query.text)
    encoder, notes = _fitting(encoder, asked)
    notes += _of_another_model(encoder, catalogue)
    library = _Library(index, readings, catalogue, encoder, settings)
    where = _admitted(filter, catalogue)
    hits: tuple[Hit, ...] = ()
    if where is None:
        notes.append("No file of the library fits the filter.")
    else:
        limit = settings.limit if limit is None else limit
        languages = asked.languages or _usual_languages(library.index)
        ranked, compared = _rank(asked, library, languages=languages, where=where, limit=limit)
        show = Showing(library.readings, encoder, compared, search_terms(asked.subject, languages))
        chosen = _chosen(ranked, library, show, limit=limit)
        hits = _described(chosen, library, neighbours=neighbours)
        notes += _notes_on(hits, encoder)
    return SearchResult(query, hits, tuple(notes), time.perf_counter() - started)


def _check(query: Query) -> None:
    if query.images or query.audio:
        raise UnsupportedQuery(
            "pictures and sounds cannot be searched with yet", fix="Describe in words what to find."
        )
    if not query.text.strip():
        raise UnsupportedQuery("nothing is asked", fix="Give some words to look for.")


def _fitting(encoder: TextEncoder | None, asked: Asked) -> tuple[TextEncoder | None, list[str]]:
    """The encoder, unless it does not know the query's language; and what to say about it."""
    if encoder is None:
        return None, [
            "The text model is not on this machine, so only words were searched, not meaning. "
            "`clerestory models pull` gets it."
        ]
    if asked.languages and encoder.languages and not encoder.languages.intersection(asked.languages):
        return None, [
            f"The text model {encoder.space.encoder} does not know the language of the query "
            f"({', '.join(asked.languages)}), so only words were searched, not meaning."
        ]
    return encoder, []


def _of_another_model(encoder: TextEncoder | None, catalogue: Catalogue) -> list[str]:
    """What to say where the library's vectors are not all of this encoder."""
    answering = catalogue.spaces.current(ROLE)
    if encoder is None or answering is None or answering == encoder.space:
        return []
    return [
        f"The library was indexed with the text model {answering.encoder}, not with "
        f"{encoder.space.encoder}: what was indexed then is found by its words only. "
        "`clerestory reindex` mends it."
    ]


def _notes_on(hits: Sequence[Hit], encoder: TextEncoder | None) -> list[str]:
    if not hits:
        return ["Nothing in the library matches."]
    if encoder is None or not encoder.languages:
        return []
    unknown = {hit.segment.language for hit in hits} - encoder.languages - {"und", ""}
    if not unknown:
        return []
    return [
        f"Some hits are in a language that the text model {encoder.space.encoder} does not know "
        f"({', '.join(sorted(unknown))}): only their words count."
    ]


def _admitted(filter: Filter, catalogue: Catalogue) -> RowFilter | None:
    """The rows that may answer; None when no asset does."""
    assets = catalogue.assets_matching(filter)
    if assets is not None and not assets:
        return None
    return RowFilter(
        kinds=filter.kinds,
        languages=filter.languages,
        assets=None if assets is None else tuple(sorted(assets)),
    )


def _rank(
    asked: Asked, library: _Library, *, languages: Sequence[str], where: RowFilter, limit: int
) -> tuple[list[_Ranked], Compared]:
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
        ranked.append(_Ranked(place, parts[place], best, tuple(matching), tuple(others)))
    return ranked, compared


def _usual_languages(index: Index) -> tuple[str, ...]:
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


def _segments_on(places: Sequence[Place], library: _Library, where: RowFilter) -> dict[Place, list[Found]]:
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


def _compare(encoded: Encoded | None, segments: Sequence[Found], library: _Library) -> Compared:
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


def _chosen(
    ranked: Iterable[_Ranked], library: _Library, show: Showing, *, limit: int
) -> list[tuple[_Ranked, Shown, list[str]]]:
    """The first ``limit`` places that do not repeat an earlier one from another asset."""
    chosen: list[tuple[_Ranked, Shown, list[str]]] = []
    looks: list[Look] = []
    for candidate in ranked:
        if len(chosen) == limit:
            break
        shown = show.shown(candidate.best, candidate.beside)
        also = [
            other for other in (candidate.best.segment_id, *candidate.others) if other != shown.segment.id
        ]
        look = Look.of(shown.segment)
        earlier = next(
            (
                folded
                for (other, _, folded), seen in zip(chosen, looks, strict=True)
                if other.place.asset != candidate.place.asset and seen.repeats(look)
            ),
            None,
        )
        if earlier is not None:
            earlier += [shown.segment.id, *also]
        else:
            chosen.append((candidate, shown, also))
            looks.append(look)
    return chosen


def _described(
    chosen: Sequence[tuple[_Ranked, Shown, list[str]]], library: _Library, *, neighbours: int
) -> tuple[Hit, ...]:
    assets = {ranked.place.asset for ranked, _, _ in chosen}
    facts = {record.asset: record for record in library.catalogue.assets(assets)}
    occurrences = library.catalogue.occurrences_of(assets)
    lengths: dict[str, int] = {}
    if neighbours > 0:
        current = library.catalogue.current_readings(assets).values()
        lengths = {record.reading: record.segments for record in current}
    hits = []
    for ranked, shown, also in chosen:
        record = facts.get(ranked.place.asset)
        if record is None:
            continue  # removed while the search ran
        best = shown.found
        around = [
            row
            for row in range(best.row - neighbours, best.row + neighbours + 1)
            if row != best.row and 0 <= row < lengths.get(best.reading, 0)
        ]
        hits.append(
            Hit(
                segment=shown.segment,
                asset=ranked.place.asset,
                title=record.title,
                media_type=record.media_type,
                score=total(ranked.parts),
                parts=dict(ranked.parts),
                occurrences=occurrences.get(ranked.place.asset, ()),
                also=tuple(also),
                neighbours=tuple(library.readings.segments(best.reading, around)) if around else (),
                focus=shown.focus,
            )
        )
    return tuple(hits)
