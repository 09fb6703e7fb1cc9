"""New content into the library: read by worker processes, told to the catalogue, handed to the indexer.

In: files by the content that they hold. Out: readings on the disk that the catalogue knows,
paths that hold them, and failures in the report and the ledger. Workers read ahead while
this process embeds; nothing large comes back from them.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from clerestory.errors import DiskFull, FileDenied, FileVanished
from clerestory.ingesting.failures import report_failure
from clerestory.ingesting.indexing import Indexer, ToIndex
from clerestory.ingesting.plan import Known
from clerestory.ingesting.sidecars import Recordings
from clerestory.ingesting.tasks import Read, ReadTask, read_file
from clerestory.ingesting.walk import FileSeen
from clerestory.ingesting.work import AddOptions, Stopwatch, Tally, Work
from clerestory.ingesting.workers import Done
from clerestory.types import Occurrence

Files = tuple[FileSeen, ...]


class Intake:
    """One ``add``'s way in. ``occurrences`` are what the catalogue knew before it."""

    def __init__(
        self,
        work: Work,
        indexer: Indexer,
        options: AddOptions,
        tally: Tally,
        *,
        rows: Stopwatch,
        occurrences: Mapping[str, Known],
    ) -> None:
        self.work = work
        self.indexer = indexer
        self.options = options
        self.tally = tally
        self.rows = rows
        self.occurrences = occurrences

    def take_in(self, new: Mapping[str, Files]) -> frozenset[str]:
        """Read each content once. Returns those that were known before.

        Raises:
            DiskFull
        """
        catalogue = self.work.stores.catalogue
        known = {record.asset for record in (*catalogue.assets(new), *catalogue.assets(new, removed=True))}
        failing = {one.path for one in catalogue.ledger(severity="error") if not one.reading}
        recordings = Recordings([*self.occurrences, *(file.path for files in new.values() for file in files)])
        told = Stopwatch(self.work, "read", len(new))
        waiting = dict(new)
        while waiting:
            # The largest first, so that the last worker does not work alone for long.
            order = sorted(waiting, key=lambda asset: (-waiting[asset][0].size, waiting[asset][0].path))
            tasks = [(asset, (self._task(asset, waiting[asset][0], recordings),)) for asset in order]
            files, waiting = waiting, {}
            for end in self.work.pool.run(read_file, tasks):
                these = files[end.key]
                if end.value is not None:
                    told.step(these[0].path, pages=end.value.pages)
                    if mended := [file.path for file in these if file.path in failing]:
                        catalogue.forget_failures(mended)
                    self._took_in(end.key, end.value, these, was_known=end.key in known)
                elif rest := self._failed(end, these):
                    waiting[end.key] = rest
                else:
                    told.step(these[0].path)
        return frozenset(known)

    def _task(self, asset: str, file: FileSeen, recordings: Recordings) -> ReadTask:
        return ReadTask(
            self.work.stores.folder,
            asset,
            file.path,
            file.size,
            file.mtime_ns,
            self.work.settings.reading,
            self.options.keep,
            self.options.password,
            recordings.of(file.path),
        )

    def _took_in(self, asset: str, read: Read, files: Files, *, was_known: bool) -> None:
        """A reading is on the disk: tell the catalogue, and index it with the next batch."""
        catalogue = self.work.stores.catalogue
        places = [occurrence(file, asset, self.options) for file in files]
        # A path that held other content goes on answering with it until the new content can.
        switching = tuple(place for place in places if self._holds_other(place))
        catalogue.record_reading(
            read.reading,
            self.work.stores.readings.head(read.reading),
            segments=read.segments,
            size=files[0].size,
            occurrences=[place for place in places if place not in switching],
        )
        if self.options.keep:
            catalogue.mark_kept(asset)
        if was_known and self._answers(asset, read.reading):  # damaged files were made again
            leaving = catalogue.record_occurrences(switching)
            if leaving:
                self.work.stores.index.remove_readings(leaving)
        else:
            name = Path(files[0].path).name
            self.rows.total += read.segments
            self.indexer.add(ToIndex(read.reading, asset, read.segments, name, occurrences=switching))
        self.tally.added += [file.path for file in files]
        self.tally.pages += read.pages
        self.tally.segments += read.segments

    def _failed(self, end: Done[str, Read], files: Files) -> Files:
        """Report it. Returns the copies of the content that may be there still."""
        assert end.error is not None
        if isinstance(end.error, DiskFull):
            raise end.error
        if isinstance(end.error, FileVanished | FileDenied):
            report_failure(self.work, self.tally, files[0].path, end.error)
            return files[1:]
        for file in files:
            report_failure(self.work, self.tally, file.path, end.error, asset=end.key, file=file)
        return ()

    def _holds_other(self, place: Occurrence) -> bool:
        before = self.occurrences.get(place.path)
        return before is not None and before[0] != place.asset

    def _answers(self, asset: str, reading: str) -> bool:
        record = self.work.stores.catalogue.current_readings([asset])[asset]
        return (record.reading, record.state) == (reading, "indexed")


def occurrence(file: FileSeen, asset: str, options: AddOptions) -> Occurrence:
    return Occurrence(asset, file.path, file.size, file.mtime_ns, options.licence, options.attribution)
