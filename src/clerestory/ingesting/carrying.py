"""Vectors of pictures that stay when a reading grows: what a newer reading shows as well goes along.

In: which reading replaces which, within a batch of the index. Out: rows for the newer ones and
a note in the catalogue. Loads no model and decodes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from clerestory.ingesting.passages import places
from clerestory.ingesting.sights import LOOK, PICTURE, sights
from clerestory.ingesting.stores import Stores
from clerestory.types import Space

if TYPE_CHECKING:
    import pyarrow as pa


def carry(stores: Stores, replaced: Mapping[str, str], *, batch: str) -> None:
    """Vectors of pictures that a newer reading shows as well go along (old reading -> new one).

    Within a batch of the text: called before the new readings answer. ``carried`` notes it after.
    """
    for space in picture_spaces(stores) if replaced else ():
        known = replaced.keys() & stores.catalogue.embedded.rows(space).keys()
        for old in sorted(known):
            rows = _carried(stores, space, old, replaced[old])
            if rows is not None:
                stores.index.append_vectors(rows, space=space, batch=batch)


def carried(stores: Stores, readings: Sequence[str], *, batch: str) -> None:
    """Note which of ``readings`` have all of their pictures' vectors from those that they replaced."""
    for space in picture_spaces(stores) if readings else ():
        there = stores.index.readings(space)
        whole = {}
        for reading in readings:
            if there.get(reading) and there[reading] == len(sights(stores.readings.load(reading))):
                whole[reading] = there[reading]
        if whole:
            stores.catalogue.embedded.record(space, whole, batch=batch)


def picture_spaces(stores: Stores) -> list[Space]:
    """Those that answer and those that are being filled."""
    return [space for role in (PICTURE, LOOK) for space in stores.catalogue.spaces.all(role)]


def _carried(stores: Stores, space: Space, old: str, new: str) -> pa.Table | None:
    """Rows of ``new`` for the pictures that have one in ``old``; None if there are none.

    Segments change their ids with their text; a picture is known by its digest and frame.
    """
    import pyarrow as pa

    from clerestory.models.picture import unpacked

    content = stores.readings.load(new)
    names = places(content.segments)
    frames = {(one.segment.id, one.digest): one.frame for one in sights(stores.readings.load(old))}
    table = stores.index.rows_of(space, [old])
    row: dict[tuple[str, int], int] = {}
    segments, beside = table["segment_id"].to_pylist(), table["tokens"].to_pylist()
    for number, (segment, packed) in enumerate(zip(segments, beside, strict=True)):
        digest = unpacked(packed).digest
        row.setdefault((digest, frames.get((segment, digest), -1)), number)
    kept = [sight for sight in sights(content) if (sight.digest, sight.frame) in row]
    if not kept:
        return None
    taken = table.take(pa.array([row[sight.digest, sight.frame] for sight in kept], pa.int64()))
    columns: dict[str, pa.Array | pa.ChunkedArray] = {name: taken[name] for name in taken.column_names}
    columns["segment_id"] = pa.array([sight.segment.id for sight in kept])
    columns["reading"] = pa.array([new] * len(kept))
    columns["row"] = pa.array([sight.row for sight in kept], pa.int32())
    columns["place"] = pa.array([names[sight.row] for sight in kept])
    columns["kind"] = pa.array([sight.segment.kind for sight in kept])
    columns["language"] = pa.array([sight.segment.language for sight in kept])
    return pa.table(columns)
