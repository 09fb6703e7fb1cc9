"""From a query to hits: understand, gather, fuse, look closer, collapse.

In: a query, a filter and the parts of an open library. Out: hits, best first, each with
the parts of its score, and notes on what a person should know. Places (pages, slides,
stretches) compete; each answers with its best segment. "Nothing matches" is a result.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from clerestory.errors import UnsupportedQuery
from clerestory.ingesting.indexing import ROLE
from clerestory.searching.hits import choose, described
from clerestory.searching.query import Asked, search_terms, understand
from clerestory.searching.ranking import OpenLibrary, rank, usual_languages
from clerestory.searching.showing import Showing
from clerestory.settings import SearchingSettings
from clerestory.storing.index import Index, RowFilter
from clerestory.types import Filter, Hit, Query, SearchResult

if TYPE_CHECKING:
    from clerestory.models.text import TextEncoder
    from clerestory.storing.catalogue import Catalogue
    from clerestory.storing.readings import ReadingStore

EVERYTHING = Filter()


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
    library = OpenLibrary(index, readings, catalogue, encoder, settings)
    where = _admitted(filter, catalogue)
    hits: tuple[Hit, ...] = ()
    if where is None:
        notes.append("No file of the library fits the filter.")
    else:
        limit = settings.limit if limit is None else limit
        languages = asked.languages or usual_languages(library.index)
        ranked, compared = rank(asked, library, languages=languages, where=where, limit=limit)
        show = Showing(library.readings, encoder, compared, search_terms(asked.subject, languages))
        chosen = choose(ranked, library, show, limit=limit)
        hits = described(chosen, library, neighbours=neighbours)
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
