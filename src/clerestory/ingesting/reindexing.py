"""The index built again from the readings, without reading a file again.

The new index is built beside the old one, which goes on answering, and then takes its
place. Needed when the text encoder changed, when `verify` says so, or never.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

from clerestory.ingesting.indexing import ROLE, Indexer, ToIndex
from clerestory.ingesting.work import Stopwatch, Work
from clerestory.storing.lance import LanceIndex


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
    built.index.maintain(budget_s=600.0)
    old = stores.folder.old_index
    shutil.rmtree(old, ignore_errors=True)
    # A crash between these leaves no index: the next writer finds the rows lost and makes them again.
    stores.folder.index.rename(old)
    fresh.rename(stores.folder.index)
    shutil.rmtree(old, ignore_errors=True)
    catalogue.spaces.switch(encoder.space, role=ROLE)
