"""Text in pictures, after everything else is found already: jobs to results, results into readings.

In: places that readings asked for, the most urgent of the whole library first. Each result
is kept as soon as it is there; an asset's results are merged into its reading when its last
place is done, or every ``MERGE_RESULTS`` so that long scans become findable as they are
read. Segments that do not change keep their vectors.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from clerestory.errors import (
    BadSettings,
    ClerestoryError,
    FileDenied,
    FileVanished,
    ModelCorrupt,
    ModelMissing,
    WrongPassword,
)
from clerestory.ingesting.indexing import Indexer, ToIndex
from clerestory.ingesting.originals import where_now
from clerestory.ingesting.tasks import RecogniseTask, recognise_place
from clerestory.ingesting.work import Stopwatch, Work

if TYPE_CHECKING:
    from clerestory.reading.recognition import Recognition
    from clerestory.storing.records import Job

MERGE_RESULTS = 64
FLUSH_S = 60.0  # new text is findable after a minute at the latest

# No place can be read until this is mended.
_STOPPING = (ModelMissing, ModelCorrupt, BadSettings)
# The place stays in the queue: it may be read when the file or the password is there.
_PASSING = (WrongPassword, FileVanished, FileDenied)


@dataclass(frozen=True, slots=True)
class Recognised:
    """How many places were read, and why it stopped early, if it did."""

    places: int = 0
    error: ClerestoryError | None = None


def recognise_pending(
    work: Work,
    *,
    assets: Collection[str] | None = None,
    read_anew: Collection[str] = (),
    password: str | None = None,
) -> Recognised:
    """Read waiting places, of all assets or of these, and merge every result that is not merged yet.

    Earlier results go into the new readings of those that were just ``read_anew``.
    """
    jobs = work.stores.catalogue.jobs
    waiting = jobs.waiting(assets=assets)
    behind = (jobs.unmerged() if assets is None else jobs.unmerged() & set(assets)) | set(read_anew)
    if not waiting and not behind:
        return Recognised()
    merging = _Merging(work, waiting)
    for asset in sorted(behind | {job.asset for job in waiting}):
        merging.take_up(asset)
    told = Stopwatch(work, "recognise", len(waiting))
    places = 0
    for end in work.pool.run(recognise_place, _tasks(work, waiting, password)):
        job = end.key
        if isinstance(end.error, _STOPPING):
            work.pool.close(at_once=True)
            merging.finish()
            return Recognised(places, end.error)
        if not isinstance(end.error, _PASSING):
            merging.result(job, end.value, end.error)
            places += 1
        told.step(_name(work, job.asset))
    merging.finish()
    return Recognised(places)


class _Merging:
    """Results by asset until they go into the asset's reading."""

    def __init__(self, work: Work, waiting: Sequence[Job]) -> None:
        self.work = work
        self.left = Counter(job.asset for job in waiting)
        self.results: dict[str, list[Recognition]] = {}
        self.newest: dict[str, str] = {}  # asset -> reading, where it is not indexed yet
        self._indexer: Indexer | None = None
        self._flushed = time.monotonic()

    def take_up(self, asset: str) -> None:
        """Results that an interrupted run has left."""
        from clerestory.reading.recognition import Recognition

        catalogue = self.work.stores.catalogue
        ended = catalogue.jobs.of(asset, state="done")
        record = catalogue.current_readings([asset]).get(asset)
        if record is None or not ended:
            return
        asked = set(self.work.stores.readings.head(record.reading).ocr_requests)
        found = [Recognition.from_json(job.result) for job in ended]
        results = [one for one in found if one.request in asked]
        if results:
            self.results[asset] = results
            self._merge_when_due(asset)

    def result(self, job: Job, value: str | None, error: ClerestoryError | None) -> None:
        from clerestory.reading.recognition import Recognition

        found = Recognition.from_json(value) if value else Recognition(job.request, error=str(error))
        self.work.stores.catalogue.jobs.finish([(job.job, found.to_json())])
        self.left[job.asset] -= 1
        self.results.setdefault(job.asset, []).append(found)
        self._merge_when_due(job.asset)
        if self._indexer is not None and time.monotonic() - self._flushed > FLUSH_S:
            self._flush()

    def finish(self) -> None:
        """Merge the rest and let everything answer."""
        for asset in list(self.results):
            self._merge(asset)
        if self._indexer is not None:
            self._flush()
            self.work.stores.index.maintain()

    def _merge_when_due(self, asset: str) -> None:
        if not self.left[asset] or len(self.results[asset]) >= MERGE_RESULTS:
            self._merge(asset)

    def _merge(self, asset: str) -> None:
        from clerestory.reading.merging import merge

        stores = self.work.stores
        record = stores.catalogue.current_readings([asset]).get(asset)
        if record is None:  # purged meanwhile
            del self.results[asset]
            return
        before = stores.readings.load(self.newest.get(asset, record.reading))
        after = merge(before, self.results.pop(asset), self.work.settings.reading)
        if after == before:
            return
        digest = stores.readings.write(after)
        stores.catalogue.record_reading(digest, after)
        self.newest[asset] = digest
        name = _name(self.work, asset)
        item = ToIndex(digest, asset, len(after.segments), name, previous=record.reading)
        self._index().add(item)

    def _index(self) -> Indexer:
        if self._indexer is None:
            settings = self.work.settings.ingesting
            self._indexer = Indexer(self.work.stores, self.work.encoder(), settings)
        return self._indexer

    def _flush(self) -> None:
        self._index().flush()
        self.newest.clear()
        self._flushed = time.monotonic()


def _tasks(
    work: Work, waiting: Sequence[Job], password: str | None
) -> Iterator[tuple[Job, tuple[RecogniseTask]]]:
    catalogue = work.stores.catalogue
    assets = {job.asset for job in waiting}
    records = {record.asset: record for record in catalogue.assets(assets)}
    seen = catalogue.occurrences_of(assets)
    paths = {asset: where_now(work.stores, asset, seen.get(asset, ())) for asset in assets}
    for job in waiting:
        path, record = paths.get(job.asset), records.get(job.asset)
        if record is None or (path is None and not job.request.object):
            continue  # its original is away; the place waits until it is back
        yield (
            job,
            (
                RecogniseTask(
                    work.stores.folder,
                    job.asset,
                    str(path or ""),
                    Path(path or "").name,
                    record.media_type,
                    job.request,
                    work.settings,
                    work.engines.ocr,
                    password,
                ),
            ),
        )


def _name(work: Work, asset: str) -> str:
    seen = work.stores.catalogue.occurrences_of([asset]).get(asset)
    return Path(seen[0].path).name if seen else ""
