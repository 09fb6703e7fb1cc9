"""The segments and places that may answer, each with the raw scores that brought it here.

In: what was asked, the text encoder, the index and the rows that a filter admits. Out: segments
found by words and by vector, places (pages, slides, sheets, stretches) found by words and
by name. Knows nothing of how scores are weighed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from clerestory.searching.query import Asked, search_terms, term_pairs
from clerestory.storing.index import Index, RowFilter

if TYPE_CHECKING:
    import pyarrow as pa

    from clerestory.models.text import Encoded, TextEncoder

# A named page is looked for in the documents that answer best otherwise: every document
# has a page 3.
PAGE_MARK_ASSETS = 30


class Place(NamedTuple):
    """A page, slide, sheet or stretch of an asset, as the index names it."""

    asset: str
    name: str


class Found(NamedTuple):
    """A segment's row in the index."""

    segment_id: str
    reading: str
    row: int
    place: Place
    kind: str


@dataclass(frozen=True, slots=True)
class Candidates:
    """Raw scores: BM25 of segments and of whole places, cosine of segments, places that were named."""

    words: dict[Found, float]
    page_words: dict[Place, float]
    vector: dict[Found, float]
    named: frozenset[Place]


NOTHING = Candidates({}, {}, {}, frozenset())


def gather(
    asked: Asked,
    *,
    languages: Sequence[str],
    encoder: TextEncoder | None,
    tokens: bool,
    index: Index,
    where: RowFilter,
    k: int,
) -> tuple[Candidates, Encoded | None]:
    """Up to ``k`` of each kind, and the query's vectors (with token vectors if ``tokens``).

    The searches run side by side, and those for words while the query is encoded.
    """
    terms = search_terms(asked.subject, languages)
    page_terms = [*terms, *term_pairs(asked.subject, languages)]
    with ThreadPoolExecutor(max_workers=3) as pool:  # the index works outside the interpreter lock
        words = pool.submit(index.words, terms, where=where, k=k)
        pages = pool.submit(index.pages, page_terms, where=where, k=k)
        near = encoded = None
        if encoder is not None:
            encoded = encoder.encode_queries([asked.subject], tokens=tokens and encoder.token_dimension > 0)
            near = pool.submit(index.near, encoder.space, encoded.vectors[0], where=where, k=k)
        by_words = scores(words.result())
        by_vector = {} if near is None else scores(near.result())
        page_words = place_scores(pages.result())
    if where.kinds or where.languages:
        # A page's words do not tell which of its segments have them.
        admitted = {found.place for found in (*by_words, *by_vector)}
        page_words = {place: score for place, score in page_words.items() if place in admitted}
    named = frozenset[Place]()
    if asked.page_marks:
        likely = _likely_assets(by_words, by_vector, page_words)
        named = _named_places(asked.page_marks, index=index, where=where, assets=likely, k=k)
    return Candidates(by_words, page_words, by_vector, named), encoded


def rows(table: pa.Table) -> list[Found]:
    """The segments of a table that the index gave."""
    columns = (table[name].to_pylist() for name in ("segment_id", "reading", "row", "asset", "place", "kind"))
    return [
        Found(segment_id, reading, row, Place(asset, place), kind)
        for segment_id, reading, row, asset, place, kind in zip(*columns, strict=True)
    ]


def scores(table: pa.Table) -> dict[Found, float]:
    return dict(zip(rows(table), table["score"].to_pylist(), strict=True))


def place_scores(table: pa.Table) -> dict[Place, float]:
    """The best score of each place (while a reading replaces another, a place is there twice)."""
    best: dict[Place, float] = {}
    columns = (table[name].to_pylist() for name in ("asset", "place", "score"))
    for asset, name, score in zip(*columns, strict=True):
        place = Place(asset, name)
        best[place] = max(score, best.get(place, score))
    return best


def _likely_assets(
    words: Iterable[Found], vector: Iterable[Found], pages: Iterable[Place]
) -> tuple[str, ...]:
    """Assets of the candidates, best first, each list in turn."""
    lists = [[found.place.asset for found in words], [found.place.asset for found in vector]]
    lists.append([place.asset for place in pages])
    longest = max(map(len, lists))
    turns = (assets[rank] for rank in range(longest) for assets in lists if rank < len(assets))
    return tuple(dict.fromkeys(turns))[:PAGE_MARK_ASSETS]


def _named_places(
    marks: Sequence[str], *, index: Index, where: RowFilter, assets: Sequence[str], k: int
) -> frozenset[Place]:
    if where.assets is not None and len(where.assets) <= PAGE_MARK_ASSETS:
        assets = where.assets
    narrowed = RowFilter(where.kinds, where.languages, tuple(assets), where.without_assets)
    return frozenset(place_scores(index.pages(marks, where=narrowed, k=k)))
