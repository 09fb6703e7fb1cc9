"""All pictures of a library at once, each with its vectors and where it stands.

In: an open library's parts and the rows that a filter admits. Out: one row for each different
picture of a reading. Copies and clusters are made of these. Knows no query.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from clerestory.ingesting.sights import LOOK, PICTURE
from clerestory.models.picture import unpacked
from clerestory.searching.pictures import matrix
from clerestory.searching.ranking import OpenLibrary
from clerestory.storing.index import RowFilter
from clerestory.types import Group, Hit


@dataclass(frozen=True, slots=True)
class Gathered:
    """One picture: the segment it belongs to, and its own digest."""

    asset: str
    reading: str
    row: int
    digest: str


@dataclass(frozen=True, slots=True)
class Gallery:
    """n pictures in the order in which their assets came.

    ``vectors`` (n, D): float32, unit length. ``hashes`` (n,): perceptual hashes, uint64.
    """

    pictures: tuple[Gathered, ...]
    vectors: np.ndarray
    hashes: np.ndarray


def looks(library: OpenLibrary, where: RowFilter | None) -> Gallery | None:
    """The pictures by how they look; None where none was embedded yet."""
    return _gallery(library, where, LOOK)


def shown(library: OpenLibrary, where: RowFilter | None) -> Gallery | None:
    """The pictures by what they show; None where none was embedded yet."""
    return _gallery(library, where, PICTURE)


def _gallery(library: OpenLibrary, where: RowFilter | None, role: str) -> Gallery | None:
    space = library.catalogue.spaces.current(role)
    if space is None:
        return None
    if where is None:
        return Gallery((), np.empty((0, space.dimension), np.float32), np.empty(0, np.uint64))
    order = {reading: at for at, reading in enumerate(library.catalogue.embedded.rows(space))}
    table = library.index.rows_of(space, list(order))
    rows: dict[tuple[str, str], tuple[Gathered, int, int]] = {}
    columns = (table[name].to_pylist() for name in ("asset", "reading", "row", "kind", "language", "tokens"))
    for at, (asset, reading, row, kind, language, tokens) in enumerate(zip(*columns, strict=True)):
        if not _admits(where, asset, kind, language):
            continue
        stored = unpacked(tokens)
        digest = stored.digest
        # A logo that stands on every slide of a file is one picture of that file.
        rows.setdefault((reading, digest), (Gathered(asset, reading, row, digest), at, int(stored.phash, 16)))
    kept = sorted(rows.values(), key=lambda one: (order[one[0].reading], one[0].row, one[1]))
    vectors = matrix(table, space.dimension)[[at for _, at, _ in kept]]
    hashes = np.array([phash for _, _, phash in kept], np.uint64)
    return Gallery(tuple(one for one, _, _ in kept), vectors, hashes)


def _admits(where: RowFilter, asset: str, kind: str, language: str) -> bool:
    return (
        (not where.kinds or kind in where.kinds)
        and (not where.languages or language in where.languages)
        and (where.assets is None or asset in where.assets)
        and asset not in where.without_assets
    )


def group(
    library: OpenLibrary, members: Sequence[tuple[Gathered, float]], *, size: int, likeness: float
) -> Group | None:
    """Pictures with their likeness as hits, in the order given; None where all were removed meanwhile."""
    hits = tuple(_hits(library, members))
    return Group(hits, size, likeness) if hits else None


def _hits(library: OpenLibrary, members: Sequence[tuple[Gathered, float]]) -> list[Hit]:
    assets = {one.asset for one, _ in members}
    facts: Mapping = {record.asset: record for record in library.catalogue.assets(assets)}
    occurrences = library.catalogue.occurrences_of(assets)
    hits = []
    for one, score in members:
        record = facts.get(one.asset)
        if record is None:
            continue
        (segment,) = library.readings.segments(one.reading, [one.row])
        hits.append(
            Hit(
                segment=segment,
                asset=one.asset,
                title=record.title,
                media_type=record.media_type,
                score=score,
                parts={"look": score},
                occurrences=occurrences.get(one.asset, ()),
                pictures=(one.digest,),
            )
        )
    return hits
