"""``add``: from paths to segments that answer.

Look (a stat each), hash what changed, read what is new in worker processes, index in
batches; then recognise text in pictures. Every step leaves the library whole: an
interrupted ``add`` goes on where it was when it is repeated. A file that cannot be read
never stops the others; it is reported, and noted in the ledger.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from clerestory.errors import ClerestoryError, DiskFull, FileDenied, FileVanished
from clerestory.ingesting.failures import ledger_line, remembered, stays
from clerestory.ingesting.hashing import hash_files
from clerestory.ingesting.indexing import Indexer, ToIndex
from clerestory.ingesting.plan import Known, Plan, look, plan
from clerestory.ingesting.report import AddReport
from clerestory.ingesting.stores import Stores
from clerestory.ingesting.tasks import Read, ReadTask, read_file
from clerestory.ingesting.walk import FileSeen, NotSeen
from clerestory.ingesting.work import AddOptions, Stopwatch, Tally, Work
from clerestory.ingesting.workers import WorkerPool
from clerestory.types import Occurrence

# ``mtime_ns`` of a path that ``sync`` found gone: when the file is back, its stat differs.
GONE_MTIME = -1


@dataclass(frozen=True, slots=True)
class Taken:
    """The ``assets`` of the files that were met, and those of them that were read just now."""

    assets: frozenset[str]
    fresh: frozenset[str]


def add(
    work: Work, seen: Sequence[FileSeen | NotSeen], *, named: Iterable[str], options: AddOptions
) -> tuple[AddReport, Taken]:
    """Take in the files that were ``seen``. Returns the report and which assets they are.

    ``named`` are the paths that a person named: those come back out of the trash.

    Raises:
        ModelMissing, ModelCorrupt: the text encoder is needed and not there; nothing was read.
        DiskFull: what was acknowledged before is kept.
    """
    catalogue = work.stores.catalogue
    tally = Tally()
    occurrences = catalogue.occurrences()
    looked = look(seen, occurrences, rehash=options.rehash)
    unchanged, again = _known_failures(work, looked.unchanged, occurrences, options, tally)
    for unseen in looked.failed:
        _failed(work, tally, unseen.path, unseen.error, note=unseen.path in occurrences)
    made = _plan(work, (*looked.hash, *again), occurrences, tally)
    removed = {record.asset for record in catalogue.assets(removed=True)}
    _unchanged(work, unchanged, occurrences, options, tally)
    _touched(work, made, options, tally)
    back = _back(unchanged, made, occurrences, removed, frozenset(os.path.abspath(p) for p in named))  # noqa: PTH100
    if back:
        catalogue.restore(back)
        tally.restored += [path for path in back.values()]
    late = _known_elsewhere(work, made, occurrences, options, tally)
    waiting = _waiting_to_be_indexed(work, late)
    if made.new or waiting:
        indexer, rows = _indexer(work, waiting)
        _read(work, made, occurrences, indexer, rows, options, tally)
        indexer.flush()
        work.stores.index.maintain()
    if options.keep:
        _keep_known(work, [(file, occurrences[file.path][0]) for file in unchanged])
        _keep_known(work, [*made.touched, *made.known])
    met = {occurrences[file.path][0] for file in unchanged}
    met |= {digest for _, digest in (*made.touched, *made.known)} | set(made.new)
    return tally.report(), Taken(frozenset(met), frozenset(made.new))


def index_waiting(work: Work) -> None:
    """Make readings answer that are on the disk and not in the index.

    Raises:
        ModelMissing, ModelCorrupt, DiskFull
    """
    waiting = waiting_to_be_indexed(work.stores)
    if waiting:
        indexer = _indexer(work, waiting)[0]
        indexer.flush()
        work.stores.index.maintain()


def _indexer(work: Work, waiting: Sequence[ToIndex]) -> tuple[Indexer, Stopwatch]:
    """An indexer that has these already, and its progress."""
    rows = Stopwatch(work, "index", sum(item.segments for item in waiting))
    settings = work.settings.ingesting
    indexer = Indexer(work.stores, work.encoder(), settings, told=lambda count: rows.step(by=count))
    for item in waiting:
        indexer.add(item)
    return indexer, rows


def waiting_to_be_indexed(stores: Stores) -> list[ToIndex]:
    """Readings whose rows are missing.

    Left out is changed content whose ``add`` never ended: no path holds it yet.
    """
    records = stores.catalogue.to_index()
    seen = stores.catalogue.occurrences_of(record.asset for record in records)
    kept = {record.asset for record in stores.catalogue.assets(r.asset for r in records) if record.kept}
    return [
        ToIndex(
            record.reading,
            record.asset,
            record.segments,
            Path(seen[record.asset][0].path).name if record.asset in seen else "",
        )
        for record in records
        if record.asset in seen or record.asset in kept
    ]


def _waiting_to_be_indexed(work: Work, late: Sequence[Occurrence]) -> list[ToIndex]:
    """... and those that become current together with the paths that now hold them (``late``)."""
    waiting = {item.asset: item for item in waiting_to_be_indexed(work.stores)}
    records = work.stores.catalogue.current_readings({place.asset for place in late})
    for place in late:
        record = records[place.asset]
        item = waiting.get(place.asset)
        before = item.occurrences if item else ()
        waiting[place.asset] = ToIndex(
            record.reading,
            place.asset,
            record.segments,
            Path(place.path).name,
            occurrences=(*before, place),
        )
    return list(waiting.values())


def _known_failures(
    work: Work,
    unchanged: Sequence[FileSeen],
    occurrences: dict[str, Known],
    options: AddOptions,
    tally: Tally,
) -> tuple[list[FileSeen], list[FileSeen]]:
    """Divide unchanged files: those that answer, and those to try again. The rest fails as before."""
    unread = work.stores.catalogue.unread_assets()
    if not unread:
        return list(unchanged), []
    reasons = remembered(work.stores.catalogue.ledger(unread), password=options.password)
    answering: list[FileSeen] = []
    again: list[FileSeen] = []
    for file in unchanged:
        asset = occurrences[file.path][0]
        if asset not in unread:
            answering.append(file)
        elif asset in reasons:
            tally.failed[file.path] = reasons[asset]
        else:
            again.append(file)
    return answering, again


def _plan(work: Work, files: Sequence[FileSeen], occurrences: dict[str, Known], tally: Tally) -> Plan:
    if not files:
        return Plan((), (), {})
    told = Stopwatch(work, "hash", len(files))
    hashed: list[tuple[FileSeen, str]] = []
    for file, outcome in hash_files(files):
        if isinstance(outcome, str):
            hashed.append((file, outcome))
        else:
            _failed(work, tally, file.path, outcome, note=True)
        told.step(file.path)
    return plan(hashed, occurrences, readable=_readable(work, {digest for _, digest in hashed}))


def _readable(work: Work, assets: set[str]) -> set[str]:
    """Those of ``assets`` whose readings are whole; files that are damaged are deleted, to be made again."""
    stores = work.stores
    whole: set[str] = set()
    for asset, record in stores.catalogue.current_readings(assets).items():
        if not stores.readings.verify(record.reading):
            stores.readings.delete([record.reading])
            continue
        objects = [item.digest for item in stores.readings.head(record.reading).objects]
        damaged = [digest for digest in objects if not stores.objects.verify(digest)]
        stores.objects.delete(damaged)
        if not damaged:
            whole.add(asset)
    return whole


def _unchanged(
    work: Work,
    files: Sequence[FileSeen],
    occurrences: dict[str, Known],
    options: AddOptions,
    tally: Tally,
) -> None:
    tally.unchanged += len(files)
    if options.licence or options.attribution:
        work.stores.catalogue.record_occurrences(
            _occurrence(file, occurrences[file.path][0], options) for file in files
        )


def _touched(work: Work, made: Plan, options: AddOptions, tally: Tally) -> None:
    tally.unchanged += len(made.touched)
    work.stores.catalogue.record_occurrences(
        _occurrence(file, digest, options) for file, digest in made.touched
    )


def _back(
    unchanged: Sequence[FileSeen],
    made: Plan,
    occurrences: dict[str, Known],
    removed: set[str],
    named: frozenset[str],
) -> dict[str, str]:
    """Asset -> path for what leaves the trash.

    What a person removed stays removed while its folder is walked; it comes back when it is
    named, or met under a new path. What was only gone comes back with its file.
    """
    if not removed:
        return {}
    back = {
        occurrences[file.path][0]: file.path
        for file in unchanged
        if file.path in named and occurrences[file.path][0] in removed
    }
    for file, digest in (*made.touched, *made.known):
        before = occurrences.get(file.path)
        was_there = before is not None and before[0] == digest and before[2] != GONE_MTIME
        if digest in removed and (file.path in named or not was_there):
            back[digest] = file.path
    return back


def _known_elsewhere(
    work: Work, made: Plan, occurrences: dict[str, Known], options: AddOptions, tally: Tally
) -> list[Occurrence]:
    """Note moves and copies. Returns those that must wait until their content answers."""
    if not made.known:
        return []
    catalogue = work.stores.catalogue
    assets = {digest for _, digest in made.known}
    others = catalogue.occurrences_of(assets)
    indexed = {a for a, record in catalogue.current_readings(assets).items() if record.state == "indexed"}
    now: list[Occurrence] = []
    late: list[Occurrence] = []
    left: set[str] = set()  # paths that the content has moved away from
    for file, digest in made.known:
        tally.moved.append(file.path)
        place = _occurrence(file, digest, options)
        for other in others.get(digest, ()):
            if other.path != file.path and not os.path.lexists(other.path):
                left.add(other.path)
                place = Occurrence(
                    place.asset,
                    place.path,
                    place.size,
                    place.mtime_ns,
                    place.licence or other.licence,
                    place.attribution or other.attribution,
                )
        # A path whose content changed to one that does not answer yet switches with the index.
        (late if file.path in occurrences and digest not in indexed else now).append(place)
    leaving = catalogue.record_occurrences(now)
    if leaving:
        work.stores.index.remove_readings(leaving)
    catalogue.drop_occurrences(sorted(left))
    return late


def _read(
    work: Work,
    made: Plan,
    occurrences: dict[str, Known],
    indexer: Indexer,
    rows: Stopwatch,
    options: AddOptions,
    tally: Tally,
) -> None:
    told = Stopwatch(work, "read", len(made.new))
    rounds = dict(made.new)
    with WorkerPool(work.limits()) as pool:
        while rounds:
            # The largest first, so that the last worker does not work alone for long.
            order = sorted(rounds, key=lambda digest: (-rounds[digest][0].size, rounds[digest][0].path))
            tasks = [(digest, (_task(work, digest, rounds[digest][0], options),)) for digest in order]
            ends = pool.run(read_file, tasks)
            files, rounds = rounds, {}
            for end in ends:
                these = files[end.key]
                path = these[0].path
                if isinstance(end.error, DiskFull):
                    raise end.error
                if isinstance(end.error, FileVanished | FileDenied) and len(these) > 1:
                    _failed(work, tally, path, end.error, note=True)
                    rounds[end.key] = these[1:]  # a copy of it may be there still
                    continue
                if end.value is None:
                    assert end.error is not None
                    for file in these:
                        _failed(work, tally, file.path, end.error, note=True, asset=end.key, file=file)
                    told.step(path)
                    continue
                told.step(path, pages=end.value.pages)
                rows.total += end.value.segments
                _took_in(work, end.key, end.value, these, occurrences, indexer, options, tally)


def _task(work: Work, digest: str, file: FileSeen, options: AddOptions) -> ReadTask:
    return ReadTask(
        work.stores.folder,
        digest,
        file.path,
        file.size,
        file.mtime_ns,
        work.settings.reading,
        options.keep,
        options.password,
    )


def _took_in(
    work: Work,
    asset: str,
    read: Read,
    files: Sequence[FileSeen],
    occurrences: dict[str, Known],
    indexer: Indexer,
    options: AddOptions,
    tally: Tally,
) -> None:
    """A reading is on the disk: tell the catalogue, and index it with the next batch."""
    catalogue = work.stores.catalogue
    places = [_occurrence(file, asset, options) for file in files]
    # A path that held other content goes on answering with it until the new content can.
    switching = [p for p in places if p.path in occurrences and occurrences[p.path][0] != asset]
    head = work.stores.readings.head(read.reading)
    catalogue.record_reading(
        read.reading,
        head,
        segments=read.segments,
        size=files[0].size,
        occurrences=[place for place in places if place not in switching],
    )
    if options.keep:
        catalogue.mark_kept(asset)
    catalogue.forget_failures(place.path for place in places)
    record = catalogue.current_readings([asset])[asset]
    if (record.reading, record.state) == (read.reading, "indexed"):  # damaged files were made again
        leaving = catalogue.record_occurrences(switching)
        if leaving:
            work.stores.index.remove_readings(leaving)
    else:
        name = Path(files[0].path).name
        indexer.add(ToIndex(read.reading, asset, read.segments, name, occurrences=tuple(switching)))
    tally.added += [file.path for file in files]
    tally.pages += read.pages
    tally.segments += read.segments


def _keep_known(work: Work, files: Iterable[tuple[FileSeen, str]]) -> None:
    """Copy originals that are in the library already and were not kept before."""
    unkept = {record.asset for record in work.stores.catalogue.assets() if not record.kept}
    for file, digest in files:
        if digest in unkept:
            work.stores.objects.put_file(Path(file.path), digest)
            work.stores.catalogue.mark_kept(digest)
            unkept.discard(digest)


def _failed(
    work: Work,
    tally: Tally,
    path: str,
    error: ClerestoryError,
    *,
    note: bool,
    asset: str | None = None,
    file: FileSeen | None = None,
) -> None:
    """Report a path, and ``note`` it in the ledger.

    Its bytes are noted too where they are to blame: until they change they are not tried
    again, and what the path held before does not answer any more.
    """
    tally.failed[path] = error
    # A path that never was in the library and is not on the disk is a slip of the pen.
    if not note and isinstance(error, FileVanished):
        return
    catalogue = work.stores.catalogue
    if asset is None or file is None or not stays(error):
        catalogue.record_failure(path, ledger_line(error))
        return
    leaving = catalogue.record_occurrences([Occurrence(asset, path, file.size, file.mtime_ns)])
    if leaving:
        work.stores.index.remove_readings(leaving)
    catalogue.record_failure(path, ledger_line(error), asset=asset, size=file.size, mtime_ns=file.mtime_ns)


def _occurrence(file: FileSeen, asset: str, options: AddOptions) -> Occurrence:
    return Occurrence(asset, file.path, file.size, file.mtime_ns, options.licence, options.attribution)
