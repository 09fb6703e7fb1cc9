"""The index built again from the readings, without reading a file again.

The new index is built beside the old one, which goes on answering, and then takes its
place. Needed when the text encoder changed, when `verify` says so, or never.
"""

from __future__ import annotations

import shutil
import uuid
from dataclasses import replace
from pathlib import Path

from clerestory.errors import StoreCorrupt
from clerestory.ingesting.indexing import ROLE, Indexer, ToIndex
from clerestory.ingesting.stores import Stores
from clerestory.ingesting.work import Stopwatch, Work
from clerestory.storing.lance import LanceIndex

_COPIED_READINGS = 500


def reindex(work: Work) -> None:
    """Build everything anew with the encoder of the settings. The caller then opens the index again.

    Raises:
        ModelMissing, ModelCorrupt: before anything was done.
    """
    stores, encoder = work.stores, work.encoder()
    catalogue = stores.catalogue
    fresh = stores.folder.new_index
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir()
    built = replace(stores, index=LanceIndex(fresh))
    records = list(catalogue.current_readings(record.asset for record in catalogue.assets()).values())
    seen = catalogue.occurrences_of(record.asset for record in records)
    told = Stopwatch(work, "index", sum(record.segments for record in records))
    indexer = Indexer(built, encoder, work.settings.ingesting, told=lambda rows: told.step(by=rows))
    for record in records:
        places = seen.get(record.asset)
        name = Path(places[0].path).name if places else ""
        indexer.add(ToIndex(record.reading, record.asset, record.segments, name))
    indexer.flush()
    _copy_others(stores, built)
    built.index.maintain(budget_s=600.0)
    old = stores.folder.old_index
    shutil.rmtree(old, ignore_errors=True)
    # A crash between these leaves no index: the next writer finds the rows lost and makes them again.
    stores.folder.index.rename(old)
    fresh.rename(stores.folder.index)
    shutil.rmtree(old, ignore_errors=True)
    catalogue.spaces.switch(encoder.space, role=ROLE)


def _copy_others(stores: Stores, built: Stores) -> None:
    """Vectors that are not of texts are taken along; what cannot be read of them is made again later."""
    catalogue = stores.catalogue
    for role, spaces in catalogue.spaces.of_roles().items():
        for space in spaces if role != ROLE else ():
            noted, batch = catalogue.embedded.rows(space), uuid.uuid4().hex
            readings = sorted(reading for reading, rows in noted.items() if rows)
            try:
                for start in range(0, len(readings), _COPIED_READINGS):
                    rows = stores.index.rows_of(space, readings[start : start + _COPIED_READINGS])
                    built.index.append_vectors(rows, space=space, batch=batch)
            except StoreCorrupt:
                built.index.drop_space(space)
                catalogue.embedded.forget(space)
                continue
            catalogue.embedded.record(space, noted, batch=batch)
