"""Recordings and videos heard and watched, stretch by stretch: jobs to results, results into readings.

In: stretches that readings asked for, the most urgent of the whole library first. Each result
is kept as soon as it is there, so a run that was killed goes on where it was. The reading is
built anew from all results of its asset when its last stretch is done, and from time to time
before, so that a long recording becomes findable while it is heard. What lacks weights waits;
the rest goes on.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from clerestory.errors import ClerestoryError, DiskFull
from clerestory.ingesting.enriching import Enriching
from clerestory.ingesting.originals import where_now
from clerestory.ingesting.recognising import LOST, MOST_TRIES, PASSING, STOPPING
from clerestory.ingesting.tasks import Perceived, PerceiveTask, perceive
from clerestory.ingesting.work import Stopwatch, Work
from clerestory.storing.jobs import MEDIA, seconds
from clerestory.types import MediaRequest, Occurrence

if TYPE_CHECKING:
    from clerestory.storing.records import Job, JobKind

MERGE_S = 60.0  # what was heard is findable some two minutes later at the latest
# Building a reading of many hours takes a while: at most one part in so many of the time is spent on it.
MERGE_SHARE = 10


@dataclass(frozen=True, slots=True)
class Heard:
    """``seconds`` that were heard or watched, stretches to be tried again, and why others wait."""

    seconds: float = 0.0
    retry: int = 0
    error: ClerestoryError | None = None


def perceive_pending(
    work: Work,
    *,
    assets: Collection[str] | None = None,
    read_anew: Collection[str] = (),
    kinds: Sequence[JobKind] = MEDIA,
) -> Heard:
    """Hear and watch waiting stretches, of all assets or of these, and merge what is not merged yet.

    Earlier results go into the new readings of those that were just ``read_anew``. Stretches
    of other ``kinds`` wait on.
    """
    catalogue = work.stores.catalogue
    unmerged = catalogue.jobs.unmerged(kinds=MEDIA)
    behind = (unmerged if assets is None else unmerged & set(assets)) | set(read_anew)
    for asset in read_anew:
        _again_without_objects(work, asset)
    waiting = catalogue.jobs.waiting(kinds=kinds, assets=assets)
    if not waiting and not behind:
        return Heard()
    merging = _Merging(work, waiting)
    for asset in sorted(behind):
        merging.merge(asset)
    told = Stopwatch(work, "listen", sum(seconds(job.request) for job in waiting))
    seen = catalogue.occurrences_of({job.asset for job in waiting})
    stopped: dict[str, ClerestoryError] = {}  # kind of job -> why none can be done
    heard, retry = 0.0, 0
    for end in work.pool.run(perceive, _tasks(work, waiting, seen, stopped)):
        job = end.key
        if isinstance(end.error, DiskFull):
            raise end.error
        if isinstance(end.error, STOPPING):
            stopped.setdefault(job.kind, end.error)
            continue
        if isinstance(end.error, LOST) and job.tries + 1 < MOST_TRIES:
            catalogue.jobs.tried(job.job)
            retry += 1
        elif not isinstance(end.error, PASSING):
            merging.result(job, end.value, end.error)
            heard += seconds(job.request)
        told.step(_name(seen, job.asset), by=seconds(job.request))
    merging.finish()
    return Heard(heard, retry, next(iter(stopped.values()), None))


class _Merging:
    """Assets whose readings lag behind their results."""

    def __init__(self, work: Work, waiting: Sequence[Job]) -> None:
        self.work = work
        self.left = Counter(job.asset for job in waiting)
        self.due: dict[str, float] = {}  # asset -> when it is to be merged, by the clock
        self.wait_s: dict[str, float] = {}
        self.enriching = Enriching(work)

    def result(self, job: Job, value: Perceived | None, error: ClerestoryError | None) -> None:
        from clerestory.reading.media.merging import failed

        assert isinstance(job.request, MediaRequest)
        found = value or Perceived(failed(job.request, str(error)))
        self.work.stores.catalogue.jobs.finish(job, found.result, objects=found.objects)
        self.left[job.asset] -= 1
        self.due.setdefault(job.asset, time.monotonic() + self.wait_s.get(job.asset, MERGE_S))
        if not self.left[job.asset]:
            self.merge(job.asset)
        for asset in [asset for asset, when in self.due.items() if time.monotonic() >= when]:
            self.merge(asset)
        self.enriching.flush_when_due()

    def merge(self, asset: str) -> None:
        """Build the asset's reading anew from all of its results."""
        from clerestory.reading.media.merging import merge_media

        began = time.monotonic()
        self.due.pop(asset, None)
        stores = self.work.stores
        results = [job.result for job in stores.catalogue.jobs.of(asset, kinds=MEDIA, state="done")]
        before = self.enriching.reading(asset) if results else None
        if before is None:  # no recording, or purged meanwhile
            return
        settings = self.work.settings.reading
        self.enriching.replace(merge_media(before, results, settings, object_bytes=stores.objects.read))
        self.wait_s[asset] = max(MERGE_S, MERGE_SHARE * (time.monotonic() - began))

    def finish(self) -> None:
        """Merge the rest and let everything answer."""
        for asset in list(self.due):
            self.merge(asset)
        self.enriching.finish()


def _again_without_objects(work: Work, asset: str) -> None:
    """Stretches whose key frames or previews are lost are watched again."""
    stores = work.stores
    objects = stores.catalogue.jobs.objects(asset)
    lost = [job for job, digests in objects.items() if not all(stores.objects.has(one) for one in digests)]
    if lost:
        stores.catalogue.jobs.again(lost)


def _tasks(
    work: Work,
    waiting: Sequence[Job],
    seen: Mapping[str, Sequence[Occurrence]],
    stopped: Mapping[str, ClerestoryError],
) -> Iterator[tuple[Job, tuple[PerceiveTask]]]:
    originals = {job.asset: where_now(work.stores, job.asset, seen.get(job.asset, ())) for job in waiting}
    engines = work.engines
    for job in waiting:
        original = originals[job.asset]
        if original is None or job.kind in stopped:
            continue  # the original is away, or the weights are: it waits
        assert isinstance(job.request, MediaRequest)
        task = PerceiveTask(
            work.stores.folder,
            job.asset,
            original,
            _name(seen, job.asset) or original.path.name,
            job.request,
            work.settings,
            engines.speech,
            engines.voice_activity,
            engines.ocr,
        )
        yield job, (task,)


def _name(seen: Mapping[str, Sequence[Occurrence]], asset: str) -> str:
    return Path(seen[asset][0].path).name if asset in seen else ""
