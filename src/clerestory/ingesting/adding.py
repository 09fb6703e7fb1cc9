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

from clerestory.ingesting.failures import forget_mended, remembered, report_failure
from clerestory.ingesting.hashing import hash_files
from clerestory.ingesting.indexing import Indexer, ToIndex
from clerestory.ingesting.intake import Intake, occurrence
from clerestory.ingesting.plan import Known, Plan, look, plan
from clerestory.ingesting.report import AddReport
from clerestory.ingesting.sidecars import beside_changed
from clerestory.ingesting.stores import Stores
from clerestory.ingesting.walk import FileSeen, NotSeen
from clerestory.ingesting.work import AddOptions, Stopwatch, Tally, Work
from clerestory.types import Occurrence

# ``mtime_ns`` of a path that ``sync`` found gone: when the file is back, its stat differs.
GONE_MTIME = -1


@dataclass(frozen=True, slots=True)
class Taken:
    """The ``assets`` of the files that were met, and those that were known and read anew."""

    assets: frozenset[str]
    read_anew: frozenset[str]


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
        report_failure(work, tally, unseen.path, unseen.error, note=unseen.path in occurrences)
    made = _plan(work, (*looked.hash, *again), occurrences, tally)
    removed = {record.asset for record in catalogue.assets(removed=True)}
    _unchanged(work, unchanged, occurrences, options, tally)
    _touched(work, made, options, tally)
    back = _back(unchanged, made, occurrences, removed, frozenset(os.path.abspath(p) for p in named))  # noqa: PTH100
    if back:
        catalogue.restore(back)
        tally.restored += [path for path in back.values()]
    late = _known_elsewhere(work, made, occurrences, options, tally)
    seen_well = [*unchanged, *(file for file, _ in (*made.touched, *made.known))]
    forget_mended(catalogue, (file.path for file in seen_well))
    waiting = _waiting_to_be_indexed(work, late)
    # Subtitles beside a recording belong to what is read of it.
    out = (removed - set(back)) | catalogue.unread_assets() | set(made.new)
    retold = beside_changed(looked.hash, occurrences, without=out)
    new = {**made.new, **retold}
    read_anew: frozenset[str] = frozenset()
    if new:
        work.pool.prepare()  # while the encoder is loaded
    if new or waiting:
        indexer, rows = _indexer(work, waiting)
        intake = Intake(work, indexer, options, tally, rows=rows, occurrences=occurrences)
        read_anew = intake.take_in(new)
        indexer.flush()
        work.stores.index.maintain()
    if options.keep:
        _keep_known(work, [(file, occurrences[file.path][0]) for file in unchanged])
        _keep_known(work, [*made.touched, *made.known])
    met = {occurrences[file.path][0] for file in unchanged}
    met |= {digest for _, digest in (*made.touched, *made.known)} | set(new)
    return tally.report(), Taken(frozenset(met), read_anew)


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
            report_failure(work, tally, file.path, outcome, note=True)
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
        objects += [one for found in stores.catalogue.jobs.objects(asset).values() for one in found]
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
            occurrence(file, occurrences[file.path][0], options) for file in files
        )


def _touched(work: Work, made: Plan, options: AddOptions, tally: Tally) -> None:
    tally.unchanged += len(made.touched)
    work.stores.catalogue.record_occurrences(
        occurrence(file, digest, options) for file, digest in made.touched
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
        place = occurrence(file, digest, options)
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


def _keep_known(work: Work, files: Iterable[tuple[FileSeen, str]]) -> None:
    """Copy originals that are in the library already and were not kept before."""
    unkept = {record.asset for record in work.stores.catalogue.assets() if not record.kept}
    for file, digest in files:
        if digest in unkept:
            work.stores.objects.put_file(Path(file.path), digest)
            work.stores.catalogue.mark_kept(digest)
            unkept.discard(digest)
