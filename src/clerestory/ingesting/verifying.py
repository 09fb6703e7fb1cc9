"""Whether everything that a library says is so: every stored byte against its digest.

In: an open library. Out: what was looked at, and each problem with what to do. Changes nothing.
"""

from __future__ import annotations

import time
from pathlib import Path

from clerestory.ingesting.indexing import ROLE
from clerestory.ingesting.inventory import Problem, VerifyReport
from clerestory.ingesting.work import Stopwatch, Work

_ADD_AGAIN = "Add its files again with --rehash."
_REINDEX = "Run `clerestory reindex`."


def verify(work: Work) -> VerifyReport:
    stores = work.stores
    began = time.monotonic()
    problems: list[Problem] = []
    if not stores.catalogue.is_sound():
        where = str(stores.folder.catalogue_file)
        problems.append(Problem("the catalogue is damaged", where, "Restore it from a backup."))
    known = stores.catalogue.referenced()
    told = Stopwatch(work, "verify", len(known.readings) + len(known.objects))
    for digest in known.readings:
        if not stores.readings.verify(digest):
            where = str(stores.readings.files.path(digest))
            problems.append(Problem("a reading is missing or damaged", where, _ADD_AGAIN))
        told.step(digest)
    for digest in known.objects:
        if not stores.objects.verify(digest):
            where = str(stores.objects.path(digest))
            problems.append(Problem("a stored file is missing or damaged", where, _ADD_AGAIN))
        told.step(digest)
    rows, wrong = _index(work)
    there, away = _originals(work)
    return VerifyReport(
        readings=len(known.readings),
        objects=len(known.objects),
        rows=rows,
        originals=there,
        away=away,
        problems=(*problems, *wrong),
        seconds=time.monotonic() - began,
    )


def _index(work: Work) -> tuple[int, list[Problem]]:
    """Every current reading has all of its rows, in the words and in the space, and no one else has."""
    catalogue, index = work.stores.catalogue, work.stores.index
    answering = catalogue.indexed_readings()
    records = catalogue.current_readings(answering.values())
    wanted = {r.reading: r.segments for r in records.values() if r.reading in answering and r.segments}
    where = str(work.stores.folder.index)
    tables = {"words": index.readings()}
    space = catalogue.spaces.current(ROLE)
    if space is not None:
        tables["vectors"] = index.readings(space)
    problems = []
    for name, there in tables.items():
        wrong = sum(there.get(reading) != count for reading, count in wanted.items())
        if wrong:
            problems.append(Problem(f"{wrong:,} readings lack rows among the {name}", where, _REINDEX))
        stale = len(there.keys() - wanted.keys())
        if stale:
            problems.append(Problem(f"{stale:,} readings have left rows among the {name}", where, _REINDEX))
    return sum(index.counts().values()), problems


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
