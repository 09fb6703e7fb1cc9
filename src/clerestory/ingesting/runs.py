"""Whole runs: what ``add``, ``sync`` and ``finish`` do, from the first look to the report.

The caller holds the writer's lease and the pool.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from clerestory.ingesting.adding import add, index_waiting
from clerestory.ingesting.perceiving import Heard, perceive_pending
from clerestory.ingesting.recognising import Recognised, recognise_pending
from clerestory.ingesting.removing import gone_paths, prune
from clerestory.ingesting.report import AddReport, Progress
from clerestory.ingesting.seeing import Seen, see_pictures, waiting_pictures
from clerestory.ingesting.sounding import embed_sounds
from clerestory.ingesting.stores import Stores
from clerestory.ingesting.walk import walk
from clerestory.ingesting.work import AddOptions, Work
from clerestory.settings import Settings
from clerestory.storing.jobs import MEDIA


@dataclass(frozen=True, slots=True)
class Gone:
    """What ``sync`` does about paths that are not there any more; see ``Library.sync``."""

    prune: bool = False
    force: bool = False


def _without_media(settings: Settings) -> Settings:
    return replace(settings, reading=replace(settings.reading, listen=False, watch=False))


def run_add(work: Work, paths: Sequence[Path], options: AddOptions, *, gone: Gone | None = None) -> AddReport:
    """Raises: what ``Library.add`` and ``Library.sync`` raise."""
    began = time.monotonic()
    stores, settings = work.stores, work.settings
    if options.ocr == "off":
        settings = replace(settings, reading=replace(settings.reading, ocr=False))
    work, reading = replace(work, settings=settings), settings.reading
    seen = []
    for item in walk(paths):
        seen.append(item)
        if len(seen) % 1000 == 0:
            work.listener(Progress("look", len(seen), len(seen), seconds=time.monotonic() - began))
    lost = gone_paths(stores, paths, seen) if gone else ()
    removed = prune(stores, lost, roots=paths, force=gone.force) if gone and gone.prune and lost else []
    # What is new asks for nothing then; what was heard and seen before still goes into its readings.
    asking = replace(work, settings=_without_media(settings)) if options.media == "off" else work
    report, taken = add(asking, seen, named=[os.fspath(path) for path in paths], options=options)
    # Pictures are found by what they show before their text is read, which takes much longer.
    looked = see_pictures(work, assets=taken.assets) if options.pictures == "now" else Seen()
    done = Recognised()
    if options.ocr == "now" and reading.ocr:
        done = recognise_pending(
            work, assets=taken.assets, read_anew=taken.read_anew, password=options.password
        )
    wanted = {"listen": reading.listen, "watch": reading.watch}
    kinds = [kind for kind in MEDIA if options.media == "now" and wanted[kind]]
    heard = perceive_pending(work, assets=taken.assets, read_anew=taken.read_anew, kinds=kinds)
    embed_sounds(stores, assets=taken.assets)
    if options.pictures == "now":  # key frames, and what readings that were made anew show
        looked = looked.then(see_pictures(work, assets=taken.assets))
    report = replace(report, gone=lost, removed=tuple(removed))
    return _told(stores, report, done, heard, looked, seconds=time.monotonic() - began)


def run_finish(work: Work, *, password: str | None) -> AddReport:
    """Raises: what ``Library.finish`` raises."""
    began = time.monotonic()
    index_waiting(work)
    looked = see_pictures(work)
    done = recognise_pending(work, password=password)
    heard = perceive_pending(work)
    embed_sounds(work.stores)
    looked = looked.then(see_pictures(work))
    return _told(work.stores, AddReport(), done, heard, looked, seconds=time.monotonic() - began)


def _told(
    stores: Stores, report: AddReport, done: Recognised, heard: Heard, looked: Seen, *, seconds: float
) -> AddReport:
    counts = stores.catalogue.counts()
    return replace(
        report,
        recognised=done.places,
        pending=counts.jobs_waiting,
        ocr_error=done.error,
        listened_s=heard.seconds,
        pending_s=counts.media_waiting_s,
        media_error=heard.error,
        seen=looked.pictures,
        unseen=waiting_pictures(stores),
        picture_error=looked.error,
        retry=done.retry + heard.retry,
        seconds=seconds,
    )
