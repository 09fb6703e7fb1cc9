"""Text in pictures, after everything else is found already: jobs to results, results into readings.

In: places that readings asked for, the most urgent of the whole library first. Each result
is kept as soon as it is there; an asset's results are merged into its reading when its last
place is done, or every ``MERGE_RESULTS`` so that long scans become findable as they are
read. A place over which a worker was lost waits for another run, ``MOST_TRIES`` in all.
"""

from __future__ import annotations

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
    WorkerDied,
    WorkerTimeout,
    WrongPassword,
)
from clerestory.ingesting.enriching import Enriching
from clerestory.ingesting.originals import where_now
from clerestory.ingesting.tasks import RecogniseTask, recognise_place
from clerestory.ingesting.work import Stopwatch, Work
from clerestory.storing.jobs import OCR
from clerestory.types import OcrRequest

if TYPE_CHECKING:
    from clerestory.reading.recognition import Recognition
    from clerestory.storing.records import Job

MERGE_RESULTS = 64
MOST_TRIES = 3  # a place that kills its worker as often would do so for ever

# No place can be read until this is mended.
STOPPING = (ModelMissing, ModelCorrupt, BadSettings)
# The place stays in the queue: it may be read when the file or the password is there.
PASSING = (WrongPassword, FileVanished, FileDenied)
LOST = (WorkerDied, WorkerTimeout)


@dataclass(frozen=True, slots=True)
class Recognised:
    """How many places were read, how many wait to be tried again, and why it stopped early, if it did."""

    places: int = 0
    retry: int = 0
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
    waiting = jobs.waiting(kinds=OCR, assets=assets)
    unmerged = jobs.unmerged(kinds=OCR)
    behind = (unmerged if assets is None else unmerged & set(assets)) | set(read_anew)
    if not waiting and not behind:
        return Recognised()
    merging = _Merging(work, waiting)
    for asset in sorted(behind | {job.asset for job in waiting}):
        merging.take_up(asset)
    told = Stopwatch(work, "recognise", len(waiting))
    places = retry = 0
    for end in work.pool.run(recognise_place, _tasks(work, waiting, password)):
        job = end.key
        if isinstance(end.error, STOPPING):
            work.pool.close(at_once=True)
            merging.finish()
            return Recognised(places, retry, end.error)
        if isinstance(end.error, LOST) and job.tries + 1 < MOST_TRIES:
            jobs.tried(job.job)
            retry += 1
        elif not isinstance(end.error, PASSING):
            merging.result(job, end.value, end.error)
            places += 1
        told.step(_name(work, job.asset))
    merging.finish()
    return Recognised(places, retry)


class _Merging:
    """Results by asset until they go into the asset's reading."""

    def __init__(self, work: Work, waiting: Sequence[Job]) -> None:
        self.work = work
        self.left = Counter(job.asset for job in waiting)
        self.results: dict[str, list[Recognition]] = {}
        self.enriching = Enriching(work)

    def take_up(self, asset: str) -> None:
        """Results that an interrupted run has left."""
        from clerestory.reading.recognition import Recognition

        catalogue = self.work.stores.catalogue
        ended = catalogue.jobs.of(asset, kinds=OCR, state="done")
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

        assert isinstance(job.request, OcrRequest)
        found = Recognition.from_json(value) if value else Recognition(job.request, error=str(error))
        self.work.stores.catalogue.jobs.finish(job, found.to_json())
        self.left[job.asset] -= 1
        self.results.setdefault(job.asset, []).append(found)
        self._merge_when_due(job.asset)
        self.enriching.flush_when_due()

    def finish(self) -> None:
        """Merge the rest and let everything answer."""
        for asset in list(self.results):
            self._merge(asset)
        self.enriching.finish()

    def _merge_when_due(self, asset: str) -> None:
        if not self.left[asset] or len(self.results[asset]) >= MERGE_RESULTS:
            self._merge(asset)

    def _merge(self, asset: str) -> None:
        from clerestory.reading.merging import merge

        results = self.results.pop(asset)
        before = self.enriching.reading(asset)
        if before is not None:  # else purged meanwhile
            self.enriching.replace(merge(before, results, self.work.settings.reading))


def _tasks(
    work: Work, waiting: Sequence[Job], password: str | None
) -> Iterator[tuple[Job, tuple[RecogniseTask]]]:
    catalogue = work.stores.catalogue
    assets = {job.asset for job in waiting}
    records = {record.asset: record for record in catalogue.assets(assets)}
    seen = catalogue.occurrences_of(assets)
    originals = {asset: where_now(work.stores, asset, seen.get(asset, ())) for asset in assets}
    for job in waiting:
        original, record = originals[job.asset], records.get(job.asset)
        assert isinstance(job.request, OcrRequest)
        if record is None or (original is None and not job.request.object):
            continue  # its original is away; the place waits until it is back
        yield (
            job,
            (
                RecogniseTask(
                    work.stores.folder,
                    job.asset,
                    original,
                    original.path.name if original else "",
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
