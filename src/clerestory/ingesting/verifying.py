"""Whether everything that a library says is so: every stored byte against its digest.

In: an open library. Out: what was looked at, and each problem with what to do. Changes nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from pathlib import Path

from clerestory.errors import StoreCorrupt
from clerestory.ingesting.indexing import ROLE
from clerestory.ingesting.inventory import Problem, VerifyReport
from clerestory.ingesting.passages import places
from clerestory.ingesting.stores import Stores
from clerestory.ingesting.work import Stopwatch, Work

_ADD_AGAIN = "Add its files again with --rehash."
_REINDEX = "Run `clerestory reindex`."
_FINISH = "Run `clerestory finish`: it looks at them again."


def verify(work: Work) -> VerifyReport:
    stores = work.stores
    began = time.monotonic()
    problems: list[Problem] = []
    if not stores.catalogue.is_sound():
        where = str(stores.folder.catalogue_file)
        problems.append(Problem("the catalogue is damaged", where, "Restore it from a backup."))
    known = stores.catalogue.referenced()
    told = Stopwatch(work, "verify", len(known.readings) + len(known.objects))
    readings = _damaged(known.readings, stores.readings.verify, told)
    objects = _damaged(known.objects, stores.objects.verify, told)
    if readings or objects:
        # A writer deletes files after the catalogue has forgotten them.
        still = stores.catalogue.referenced()
        readings, objects = readings & set(still.readings), objects & set(still.objects)
    for digest in sorted(readings):
        where = str(stores.readings.files.path(digest))
        problems.append(Problem("a reading is missing or damaged", where, _ADD_AGAIN))
    for digest in sorted(objects):
        where = str(stores.objects.path(digest))
        problems.append(Problem("a stored file is missing or damaged", where, _ADD_AGAIN))
    rows, wrong, written = _index(work)
    there, away = _originals(work)
    return VerifyReport(
        readings=len(known.readings),
        objects=len(known.objects),
        rows=rows,
        originals=there,
        away=away,
        problems=(*problems, *wrong),
        written=written,
        seconds=time.monotonic() - began,
    )


def _damaged(digests: Iterable[str], whole: Callable[[str], bool], told: Stopwatch) -> set[str]:
    found = set()
    for digest in digests:
        if not whole(digest):
            found.add(digest)
        told.step(digest)
    return found


def _index(work: Work) -> tuple[int, list[Problem], bool]:
    """Every current reading has all of its rows in every table, and no one else has.

    Without a lease: a writer appends rows before the catalogue says so and removes them after.
    So only readings that answered before and after the look are judged, and rows left over
    only where nobody wrote.
    """
    stores = work.stores
    catalogue, index = stores.catalogue, stores.index
    written = stores.folder.is_written()
    answering = catalogue.indexed_readings()
    records = catalogue.current_readings(answering.values())
    segments = {r.reading: r.segments for r in records.values() if r.reading in answering and r.segments}
    pages = {reading: _pages(stores, reading) for reading in segments}
    tables = {"words": (index.readings(), segments), "pages": (index.readings_of_pages(), pages)}
    space = catalogue.spaces.current(ROLE)
    if space is not None:
        tables["vectors"] = (index.readings(space), segments)
    noted = {
        space: catalogue.embedded.rows(space)
        for role, spaces in catalogue.spaces.of_roles().items()
        for space in (spaces if role != ROLE else ())
    }
    seen = {space: index.readings(space) for space in noted}
    after = catalogue.indexed_readings()
    written = written or stores.folder.is_written() or after != answering
    where = str(stores.folder.index)
    problems = []
    for name, (there, wanted) in tables.items():
        # A damaged reading is a problem of its own; how many pages it has is not known.
        lacking = [r for r, count in wanted.items() if r in after and count and there.get(r) != count]
        if lacking:
            problems.append(Problem(f"{len(lacking):,} readings lack rows among the {name}", where, _REINDEX))
        stale = len(there.keys() - wanted.keys())
        if stale and not written:
            problems.append(Problem(f"{stale:,} readings have left rows among the {name}", where, _REINDEX))
    for space, rows in noted.items():
        still, found = catalogue.embedded.rows(space), seen[space]
        wrong = [r for r, count in rows.items() if still.get(r) == count != found.get(r, 0)]
        left = found.keys() - after.keys() - answering.keys()
        if (wrong or left) and not written:
            what = f"{len(wrong) + len(left):,} readings have other rows in {space.name} than they should"
            problems.append(Problem(what, where, _FINISH))
    return sum(index.counts().values()), problems, written


def _pages(stores: Stores, reading: str) -> int:
    """How many places its segments stand on; 0 if it cannot be read any more."""
    try:
        return len(set(places(stores.readings.load(reading).segments)))
    except StoreCorrupt:
        return 0


def _originals(work: Work) -> tuple[int, tuple[str, ...]]:
    """How many originals are where they were seen, unchanged, and the paths where they are not."""
    catalogue = work.stores.catalogue
    live = {record.asset for record in catalogue.assets()}
    there, away = 0, []
    for path, (asset, size, mtime_ns) in catalogue.occurrences().items():
        if asset not in live:
            continue
        try:
            stat = Path(path).stat()
        except OSError:
            away.append(path)
            continue
        if (stat.st_size, stat.st_mtime_ns) == (size, mtime_ns):
            there += 1
        else:
            away.append(path)
    return there, tuple(sorted(away))
