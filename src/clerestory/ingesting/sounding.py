"""Sounds of readings that answer already become vectors of the space of sounds.

In: readings that keep features of sounds (``reading.speech.sounding``). Out: a row for each of
their segments of kind "sound", then one catalogue transaction that says so. No recording is
decoded for it: a new encoder makes its vectors from the same features, and takes the place of
the old one's space. Done again, nothing happens; interrupted, it goes on where it was.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from clerestory.errors import StoreCorrupt
from clerestory.ingesting.passages import places
from clerestory.ingesting.stores import Stores
from clerestory.reading.speech.sounding import ROLE as OBJECT
from clerestory.reading.speech.sounding import features_of
from clerestory.types import Segment, Space, TimeSpan

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

SOUND = "sound"  # role of the space, and kind of the segments
FLUSH_READINGS = 200


def embed_sounds(stores: Stores, *, assets: Collection[str] | None = None) -> int:
    """Put sounds that wait, of all assets or of these, into the space. Returns how many.

    Raises:
        ModelCorrupt, DiskFull
    """
    catalogue = stores.catalogue
    if not catalogue.embedded.any_to_embed(roles={OBJECT}):
        return 0
    from clerestory.ingesting.seeing import settle
    from clerestory.models.sounds import load_sound_encoder

    space = load_sound_encoder().space
    changing = catalogue.spaces.current(SOUND) not in (None, space)
    waiting = catalogue.embedded.waiting(space, roles={OBJECT}, assets=None if changing else assets)
    if not waiting:
        return 0
    catalogue.spaces.record(space, role=SOUND)
    count = 0
    for first in range(0, len(waiting), FLUSH_READINGS):
        part = waiting[first : first + FLUSH_READINGS]
        count += _embed(stores, space, [(one.reading, one.asset) for one in part])
    if changing:
        settle(stores, {SOUND: space})
    return count


def _embed(stores: Stores, space: Space, readings: Sequence[tuple[str, str]]) -> int:
    """Rows of these (reading, asset) into the index, then into the catalogue."""
    import numpy as np

    from clerestory.models.sounds import load_sound_encoder

    # An interrupted run may have left rows that the catalogue does not know.
    stores.index.remove_readings([reading for reading, _ in readings], space=space)
    rows: list[tuple[str, str, str, int, Segment]] = []
    features: list[np.ndarray] = []
    counts: dict[str, int] = {}
    for reading, asset in readings:
        try:
            found = _sounds(stores, reading)
        except StoreCorrupt:  # `verify` says so, and hearing it again heals it
            continue
        counts[reading] = len(found)
        for number, place, segment, values in found:
            rows.append((reading, asset, place, number, segment))
            features.append(values)
    batch = uuid.uuid4().hex
    if rows:
        vectors = load_sound_encoder().embed(np.stack(features))
        stores.index.append_vectors(_table(rows, vectors, space), space=space, batch=batch)
    stores.catalogue.embedded.record(space, counts, batch=batch)
    return len(rows)


def _sounds(stores: Stores, reading: str) -> list[tuple[int, str, Segment, np.ndarray]]:
    """Row, place, segment and features of each sound of the reading."""
    content = stores.readings.load(reading)
    known: dict[tuple[float, float], np.ndarray] = {}
    for item in content.objects:
        if item.role == OBJECT:
            known |= features_of(stores.objects.read(item.digest))
    found = []
    for number, (segment, place) in enumerate(zip(content.segments, places(content.segments), strict=True)):
        span = segment.locator
        if segment.kind == SOUND and isinstance(span, TimeSpan):
            values = known.get((span.start_s, span.end_s))
            if values is not None:
                found.append((number, place, segment, values))
    return found


def _table(rows: Sequence[tuple[str, str, str, int, Segment]], vectors: np.ndarray, space: Space) -> pa.Table:
    import pyarrow as pa

    return pa.table(
        {
            "segment_id": [segment.id for *_, segment in rows],
            "reading": [reading for reading, *_ in rows],
            "row": pa.array([number for _, _, _, number, _ in rows], pa.int32()),
            "asset": [asset for _, asset, *_ in rows],
            "place": [place for _, _, place, *_ in rows],
            "kind": [segment.kind for *_, segment in rows],
            "language": [segment.language for *_, segment in rows],
            "vector": pa.FixedSizeListArray.from_arrays(
                pa.array(vectors.ravel(), pa.float32()), space.dimension
            ),
            "tokens": pa.nulls(len(rows), pa.binary()),
        }
    )
