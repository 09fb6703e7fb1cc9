"""Pictures of readings that answer already become vectors, space by space.

In: readings in the index whose pictures are not in the spaces of the encoder yet. Out: a row
per picture and segment in the space of what pictures show and in that of how they look, then
one catalogue transaction that says so. Done again, nothing happens; interrupted, it goes on
where it was. When the settings name another encoder, its spaces are filled while the old
ones answer, then take their place.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from clerestory.errors import ClerestoryError, DiskFull, StoreCorrupt
from clerestory.ingesting.engines import named
from clerestory.ingesting.originals import Original, where_now
from clerestory.ingesting.passages import places
from clerestory.ingesting.recognising import LOST, STOPPING
from clerestory.ingesting.sights import (
    LOOK,
    NOT_SEEN,
    PICTURE,
    ROLES,
    Address,
    Looks,
    SeeTask,
    Sight,
    see,
    sights,
)
from clerestory.ingesting.stores import Stores
from clerestory.ingesting.work import Stopwatch, Work
from clerestory.types import LedgerLine, Space

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    from clerestory.models.picture import PictureEncoder

TASK_PICTURES = 16
FLUSH_ROWS = 1000
FLUSH_S = 30.0  # what was seen is findable half a minute later at the latest


@dataclass(frozen=True, slots=True)
class Seen:
    """How many pictures were looked at, and why the others could not be, if so."""

    pictures: int = 0
    error: ClerestoryError | None = None

    def then(self, later: Seen) -> Seen:
        """Both together."""
        return Seen(self.pictures + later.pictures, later.error or self.error)


def waiting_pictures(stores: Stores, *, assets: Collection[str] | None = None) -> int:
    """Readings, of all assets or of these, with pictures that cannot be found by what they show yet."""
    found: set[str] = set()
    for role in (PICTURE, LOOK):
        space = stores.catalogue.spaces.current(role) or _NOWHERE
        waiting = stores.catalogue.embedded.waiting(space, roles=ROLES, assets=assets)
        found.update(record.reading for record in waiting)
    return len(found)


def see_pictures(work: Work, *, assets: Collection[str] | None = None) -> Seen:
    """Look at the pictures that wait, of all assets or of these.

    Where the settings name another encoder than the one whose spaces answer, everything is
    looked at anew; with ``assets`` only if one of theirs waits, as loading an encoder costs time.

    Raises:
        DiskFull
    """
    catalogue = work.stores.catalogue
    if assets is not None and not waiting_pictures(work.stores, assets=assets):
        return Seen()
    if not catalogue.embedded.any_to_embed(roles=ROLES):
        return Seen()
    try:
        encoder = work.engines.picture(work.settings)
    except STOPPING as stop:
        return Seen(error=stop)
    spaces = {PICTURE: encoder.space, LOOK: encoder.look}
    for role, space in spaces.items():
        catalogue.spaces.record(space, role=role, source=named(work.settings))
    changing = any(catalogue.spaces.current(role) != space for role, space in spaces.items())
    run = _Run(work, encoder)
    error = run.see(None if changing else assets)
    if error is None and not (changing and run.waiting(None)):
        settle(work.stores, spaces)
    if run.pictures:
        work.stores.index.maintain()
    return Seen(run.pictures, error)


def settle(stores: Stores, spaces: Mapping[str, Space]) -> None:
    """The filled spaces answer from now on; others, such as one that was never filled, are dropped."""
    for role, space in spaces.items():
        if stores.catalogue.spaces.current(role) != space:
            stores.catalogue.spaces.switch(space, role=role)
    for role, space in spaces.items():
        for other in stores.catalogue.spaces.all(role):
            if other != space:
                stores.catalogue.embedded.forget(other)
                stores.index.drop_space(other)
                stores.catalogue.spaces.forget(other)


@dataclass(slots=True)
class _Open:
    """A reading whose pictures are being looked at."""

    reading: str
    asset: str
    sights: list[Sight]
    places: list[str]
    there: dict[str, set[tuple[str, str]]]  # space -> (segment, picture) that an interrupted run has left
    left: int = 0  # pictures that have not come back yet
    vectors: dict[tuple[str, int], tuple[np.ndarray, np.ndarray, bytes]] = field(default_factory=dict)
    errors: dict[tuple[str, int], ClerestoryError] = field(default_factory=dict)


class _Run:
    """One run of one encoder: readings out of the queue, rows into the index."""

    def __init__(self, work: Work, encoder: PictureEncoder) -> None:
        self.work = work
        self.stores = work.stores
        self.encoder = encoder
        self.spaces = (encoder.space, encoder.look)
        self.pictures = 0
        self._told = Stopwatch(work, "see", 0)
        self._open: dict[str, _Open] = {}
        self._done: list[_Open] = []
        self._gathered = 0
        self._flushed = time.monotonic()

    def waiting(self, assets: Collection[str] | None) -> dict[str, str]:
        """Reading -> asset, of those that are not in both spaces."""
        found: dict[str, str] = {}
        for space in self.spaces:
            waiting = self.stores.catalogue.embedded.waiting(space, roles=ROLES, assets=assets)
            found |= {record.reading: record.asset for record in waiting}
        return found

    def see(self, assets: Collection[str] | None) -> ClerestoryError | None:
        """Look at everything that waits. Returns why it had to stop, if it had to.

        Raises:
            DiskFull
        """
        lost: list[tuple[str, Address]] = []
        waiting = self.waiting(assets)
        if not waiting:
            return None
        stop = self._take(self._tasks(waiting), lost)
        # A worker that dies takes a whole task with it: its pictures are tried again one by one.
        alone = [((reading,), (address,)) for reading, address in lost]
        if stop is None and alone:
            stop = self._take(iter(alone), None)
        self._flush()
        return stop

    def _take(
        self,
        tasks: Iterator[tuple[tuple[str, ...], tuple[Address, ...]]],
        lost: list[tuple[str, Address]] | None,
    ) -> ClerestoryError | None:
        work = self.work

        def arguments() -> Iterator[tuple[tuple[tuple[str, ...], tuple[Address, ...]], tuple[SeeTask]]]:
            for key in tasks:
                yield key, (SeeTask(self.stores.folder, key[1], work.settings, work.engines.picture),)

        for end in work.pool.run(see, arguments()):
            readings, addresses = end.key
            if isinstance(end.error, DiskFull):
                raise end.error
            if isinstance(end.error, STOPPING):
                work.pool.close(at_once=True)
                return end.error
            if isinstance(end.error, LOST) and lost is not None:
                lost += zip(readings, addresses, strict=True)
                continue
            if end.value is not None:
                self._came(readings, addresses, end.value)
            elif end.error is not None:
                for reading, address in zip(readings, addresses, strict=True):
                    self._failed(reading, address, end.error)
            self._told.step(by=len(addresses))
            for reading in dict.fromkeys(readings):
                self._close_when_done(reading)
            if self._gathered >= FLUSH_ROWS or time.monotonic() - self._flushed > FLUSH_S:
                self._flush()
        return None

    def _tasks(self, waiting: Mapping[str, str]) -> Iterator[tuple[tuple[str, ...], tuple[Address, ...]]]:
        """Pictures in tasks of one size, whatever reading they are of."""
        seen = self.stores.catalogue.occurrences_of(waiting.values())
        tallies = {space.name: self.stores.index.readings(space) for space in self.spaces}
        gathered: list[tuple[str, Address]] = []
        for reading, asset in waiting.items():
            original = where_now(self.stores, asset, seen.get(asset, ()))
            try:
                gathered += [(reading, one) for one in self._opened(reading, asset, original, tallies)]
            except StoreCorrupt:  # `verify` says so, and adding its file again heals it
                continue
            self._told.total = self._told.done + sum(one.left for one in self._open.values())
            while len(gathered) >= TASK_PICTURES:
                part, gathered = gathered[:TASK_PICTURES], gathered[TASK_PICTURES:]
                yield tuple(one for one, _ in part), tuple(address for _, address in part)
        if gathered:
            yield tuple(one for one, _ in gathered), tuple(address for _, address in gathered)

    def _opened(
        self, reading: str, asset: str, original: Original | None, tallies: Mapping[str, Mapping[str, int]]
    ) -> list[Address]:
        """The reading's pictures that have to be looked at; a picture that is shown often, once."""
        content = self.stores.readings.load(reading)
        shown = sights(content)
        there = {
            space.name: _rows_there(self.stores, space, reading)
            if tallies[space.name].get(reading)
            else set()
            for space in self.spaces
        }
        opened = _Open(reading, asset, shown, places(content.segments), there)
        addresses: dict[tuple[str, int], Address] = {}
        for sight in shown:
            if all((sight.segment.id, sight.digest) in rows for rows in there.values()):
                continue
            own = original if sight.frame >= 0 else None
            addresses[sight.digest, sight.frame] = Address(sight.digest, sight.stored, sight.frame, own)
        opened.left = len(addresses)
        self._open[reading] = opened
        self._close_when_done(reading)
        return list(addresses.values())

    def _came(self, readings: Sequence[str], addresses: Sequence[Address], looks: Looks) -> None:
        for row, number in enumerate(looks.which):
            key = addresses[number].digest, addresses[number].frame
            vectors = looks.joint[row], looks.look[row], looks.beside[row]
            self._open[readings[number]].vectors[key] = vectors
            self.pictures += 1
        for number, error in looks.errors:
            self._failed(readings[number], addresses[number], error, came=False)
        for reading in readings:
            self._open[reading].left -= 1

    def _failed(self, reading: str, address: Address, error: ClerestoryError, *, came: bool = True) -> None:
        opened = self._open[reading]
        opened.errors[address.digest, address.frame] = error
        if came:
            opened.left -= 1

    def _close_when_done(self, reading: str) -> None:
        opened = self._open.get(reading)
        if opened is not None and not opened.left:
            del self._open[reading]
            self._done.append(opened)
            self._gathered += len(opened.sights)

    def _flush(self) -> None:
        """Rows of the readings that are complete into the index, then tell the catalogue."""
        done, self._done, self._gathered = self._done, [], 0
        self._flushed = time.monotonic()
        if not done:
            return
        batch = uuid.uuid4().hex
        lines = {one.reading: _lines(one) for one in done}
        counts: dict[str, dict[str, int]] = {}
        for column, space in enumerate(self.spaces):
            counts[space.name] = {}
            rows = []
            for one in done:
                fresh = _fresh(one, space)
                rows += [(one, sight) for sight in fresh]
                counts[space.name][one.reading] = len(fresh) + len(one.there[space.name])
            if rows:
                self.stores.index.append_vectors(_table(rows, space, column), space=space, batch=batch)
        for space in self.spaces:
            embedded = self.stores.catalogue.embedded
            embedded.record(space, counts[space.name], batch=batch, lines=lines, code=NOT_SEEN)


def _fresh(opened: _Open, space: Space) -> list[Sight]:
    """The pictures with new vectors that ``space`` lacks."""
    there = opened.there[space.name]
    return [
        sight
        for sight in opened.sights
        if (sight.digest, sight.frame) in opened.vectors and (sight.segment.id, sight.digest) not in there
    ]


def _lines(opened: _Open) -> list[LedgerLine]:
    """One line per picture that has no vector."""
    where = {(sight.digest, sight.frame): sight.segment.locator for sight in reversed(opened.sights)}
    return [
        LedgerLine(
            NOT_SEEN, "warning", "picture", f"it cannot be found by what it shows: {error.what}", where[key]
        )
        for key, error in opened.errors.items()
    ]


def _rows_there(stores: Stores, space: Space, reading: str) -> set[tuple[str, str]]:
    from clerestory.models.picture import unpacked

    table = stores.index.rows_of(space, [reading])
    digests = [unpacked(content).digest for content in table["tokens"].to_pylist()]
    return set(zip(table["segment_id"].to_pylist(), digests, strict=True))


def _table(rows: Sequence[tuple[_Open, Sight]], space: Space, column: int) -> pa.Table:
    """Rows for the index; ``column`` 0 takes what pictures show, 1 how they look."""
    import numpy as np
    import pyarrow as pa

    from clerestory.models.picture import without_cells

    found = [opened.vectors[sight.digest, sight.frame] for opened, sight in rows]
    flat = np.concatenate([np.asarray(vectors[column], np.float32) for vectors in found])
    return pa.table(
        {
            "segment_id": [sight.segment.id for _, sight in rows],
            "reading": [opened.reading for opened, _ in rows],
            "row": pa.array([sight.row for _, sight in rows], pa.int32()),
            "asset": [opened.asset for opened, _ in rows],
            "place": [opened.places[sight.row] for opened, sight in rows],
            "kind": [sight.segment.kind for _, sight in rows],
            "language": [sight.segment.language for _, sight in rows],
            "vector": pa.FixedSizeListArray.from_arrays(pa.array(flat, pa.float32()), space.dimension),
            "tokens": pa.array([v[2] if column == 0 else without_cells(v[2]) for v in found], pa.binary()),
        }
    )


_NOWHERE = Space("", "", 0)
