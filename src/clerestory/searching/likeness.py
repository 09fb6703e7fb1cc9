"""More like this: places whose pictures look alike, or whose words mean the like.

In: a segment of the library, and an open library's parts. Out: other places, best first. All is
taken from the vectors that are kept: nothing is decoded, and no model is needed. Copies of the
segment are not "more", and are left out. Knows no query.
"""

from __future__ import annotations

import time
from collections.abc import Mapping

import numpy as np

from clerestory.ingesting.indexing import ROLE
from clerestory.ingesting.sights import LOOK
from clerestory.models.picture import unpacked
from clerestory.searching.candidates import NOTHING, Found, rows, scores
from clerestory.searching.collapse import Look
from clerestory.searching.hits import choose, described
from clerestory.searching.pictures import Match, likeness, matrix
from clerestory.searching.query import understand
from clerestory.searching.ranking import LEAST_COSINE, OpenLibrary, rank
from clerestory.searching.showing import Compared, Showing
from clerestory.storing.index import RowFilter
from clerestory.types import Hit, Query, SearchResult, Segment

# By each kind of likeness.
CANDIDATES = 200


def like(
    hit: Hit, *, library: OpenLibrary, where: RowFilter | None, limit: int, neighbours: int = 0
) -> SearchResult:
    """At most ``limit`` places like that of ``hit``; ``where`` None admits none."""
    started = time.perf_counter()
    if where is None:
        nothing = "No file of the library fits the filter."
        return SearchResult(Query(), (), (nothing,), time.perf_counter() - started)
    matches = looks_like(hit, library, where)
    parts = {
        "look": {found: match.share for found, match in matches.items()},
        "vector": means_like(hit, library, where),
    }
    ranked, _ = rank(understand(""), NOTHING, None, beside=parts, library=library, where=where, limit=limit)
    own = Look.of(hit.segment)

    def unwanted(segment: Segment) -> bool:
        return segment.id == hit.segment.id or own.repeats(Look.of(segment))

    show = Showing(library.readings, library.encoder, Compared(None, {}, {}), (), matches)
    chosen = choose(ranked, show, limit=limit, unwanted=unwanted)
    hits = described(chosen, library, matches=matches, words=None, neighbours=neighbours)
    notes = () if hits else ("Nothing in the library is like it.",)
    return SearchResult(Query(), hits, notes, time.perf_counter() - started)


def looks_like(hit: Hit, library: OpenLibrary, where: RowFilter) -> dict[Found, Match]:
    """Segments with pictures that look like that of ``hit``: the one that was found, or else all it has."""
    space = library.catalogue.spaces.current(LOOK)
    own = None if space is None else library.index.pictures(space, [hit.segment.id])
    if space is None or own is None or not own.num_rows:
        return {}
    vectors = matrix(own, space.dimension)
    digests = [unpacked(content).digest for content in own["tokens"].to_pylist()]
    meant = [row for row, digest in enumerate(digests) if digest in hit.pictures[:1]]
    vector = vectors[meant or range(len(vectors))].mean(axis=0)
    vector /= max(float(np.linalg.norm(vector)), 1e-12)
    near = rows(library.index.near(space, vector, where=where, k=CANDIDATES))
    by_row = {(one.segment_id, one.reading): one for one in near if one.segment_id != hit.segment.id}
    table = library.index.pictures(space, sorted({segment for segment, _ in by_row}))
    best: dict[Found, Match] = {}
    shares = likeness(matrix(table, space.dimension) @ vector).tolist()
    columns = (table[name].to_pylist() for name in ("segment_id", "reading", "tokens"))
    for segment, reading, tokens, share in zip(*columns, shares, strict=True):
        found = by_row.get((segment, reading))
        if found is not None and share > 0 and (found not in best or share > best[found].share):
            stored = unpacked(tokens)
            best[found] = Match(share, None, (stored.digest,), stored)
    return best


def means_like(hit: Hit, library: OpenLibrary, where: RowFilter) -> Mapping[Found, float]:
    """Segments whose words mean what those of ``hit`` do, each with 0..1."""
    space = library.catalogue.spaces.current(ROLE)
    if space is None or not (hit.segment.text or hit.segment.caption):
        return {}
    own = library.index.vectors(space, [hit.segment.id], tokens=False)
    if not own.num_rows:
        return {}
    vector = np.array(own["vector"].to_pylist()[0], np.float32)
    near = scores(library.index.near(space, vector, where=where, k=CANDIDATES))
    return {
        found: (cosine - LEAST_COSINE) / (1 - LEAST_COSINE)
        for found, cosine in near.items()
        if cosine > LEAST_COSINE and found.segment_id != hit.segment.id
    }
