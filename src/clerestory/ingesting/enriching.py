"""Readings that grow richer: what was recognised, heard or seen goes into them, and they answer with it.

In: an asset's reading as it is and as it shall be. Out: the new one on the disk, known to
the catalogue, and in the index with the next batch. Segments that do not change keep their
vectors. Does not know where the riches come from.
"""

from __future__ import annotations

import time
from pathlib import Path

from clerestory.ingesting.indexing import Indexer, ToIndex
from clerestory.ingesting.work import Work
from clerestory.types import Reading

FLUSH_S = 60.0  # what is new is findable after a minute at the latest


class Enriching:
    """The readings that grow in one run; ``finish`` lets all of them answer."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self._newest: dict[str, str] = {}  # asset -> reading, where it is not indexed yet
        self._indexer: Indexer | None = None
        self._flushed = time.monotonic()

    def reading(self, asset: str) -> Reading | None:
        """The newest reading; None if the asset was purged meanwhile."""
        stores = self.work.stores
        record = stores.catalogue.current_readings([asset]).get(asset)
        return None if record is None else stores.readings.load(self._newest.get(asset, record.reading))

    def replace(self, reading: Reading) -> None:
        """This is the asset's reading from now on; nothing happens if it is already.

        Raises:
            DiskFull
        """
        stores, asset = self.work.stores, reading.asset
        record = stores.catalogue.current_readings([asset])[asset]
        # What was stored while it was heard or seen comes without its bytes.
        stores.objects.put_many(item.content for item in reading.objects if item.content)
        digest = stores.readings.write(reading)
        if digest == self._newest.get(asset, record.reading):
            return
        stores.catalogue.record_reading(digest, reading, grown=True)
        self._newest[asset] = digest
        seen = stores.catalogue.occurrences_of([asset]).get(asset)
        name = Path(seen[0].path).name if seen else ""
        self._index().add(ToIndex(digest, asset, len(reading.segments), name, previous=record.reading))

    def flush_when_due(self) -> None:
        if self._indexer is not None and time.monotonic() - self._flushed > FLUSH_S:
            self._flush()

    def finish(self) -> None:
        if self._indexer is not None:
            self._flush()
            self.work.stores.index.maintain()

    def _index(self) -> Indexer:
        if self._indexer is None:
            settings = self.work.settings.ingesting
            self._indexer = Indexer(self.work.stores, self.work.encoder(), settings)
        return self._indexer

    def _flush(self) -> None:
        self._index().flush()
        self._newest.clear()
        self._flushed = time.monotonic()
