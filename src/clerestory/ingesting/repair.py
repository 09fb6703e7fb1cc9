"""Put in order what a crashed writer left behind, and drop files that nothing refers to.

The catalogue decides. Rows of batches that it never heard of leave the index, as do rows
of readings that do not answer any more; readings whose rows are lost wait to be indexed
again. Files of replaced readings go only here, at the beginning of the next writer's work,
so that a search that is running does not lose them under its hands.
"""

from __future__ import annotations

import shutil
from collections.abc import Collection

from clerestory.ingesting.indexing import ROLE as TEXT
from clerestory.ingesting.stores import Stores
from clerestory.storing.records import Forgotten
from clerestory.types import Space


def repair(stores: Stores) -> None:
    """Cheap when there is nothing to do. The caller holds the writer's lease."""
    _half_built(stores)
    _rows(stores)
    delete_files(stores, stores.catalogue.forget_replaced())
    _old_versions(stores)


def _half_built(stores: Stores) -> None:
    """An interrupted `reindex` leaves a second index, which no purge would look into."""
    for folder in (stores.folder.new_index, stores.folder.old_index):
        if folder.exists():
            shutil.rmtree(folder)


def delete_files(stores: Stores, forgotten: Forgotten) -> None:
    """Delete the files of what the catalogue has forgotten."""
    stores.readings.delete(forgotten.readings)
    stores.objects.delete(forgotten.objects)


def _rows(stores: Stores) -> None:
    catalogue, index = stores.catalogue, stores.index
    unheard = index.batches() - catalogue.heard_batches()
    if unheard:
        index.remove_batches(sorted(unheard))
    answering = catalogue.indexed_readings()
    there = index.readings()
    stale = there.keys() - answering.keys()
    if stale:
        index.remove_readings(sorted(stale))
    missing = answering.keys() - there.keys()
    if missing:
        records = catalogue.current_readings({answering[reading] for reading in missing})
        lost = [one.reading for one in records.values() if one.reading in missing and one.segments]
        catalogue.unmark_indexed(lost)
    for role, spaces in catalogue.spaces.of_roles().items():
        for space in spaces if role != TEXT else ():
            _rows_of(stores, space, answering)


def _rows_of(stores: Stores, space: Space, answering: Collection[str]) -> None:
    """Of a space of pictures: what is not as the catalogue says leaves it, and is looked at again."""
    embedded, index = stores.catalogue.embedded, stores.index
    if index.counts().get(space.name, 0) == embedded.count(space):
        return
    noted, there = embedded.rows(space), index.readings(space)
    wrong = {reading for reading, rows in noted.items() if rows != there.get(reading, 0)}
    # What is there and not noted yet, of a reading that answers, came along from the one before it.
    leaving = (there.keys() - set(answering)) | (wrong & there.keys())
    if leaving:
        index.remove_readings(sorted(leaving), space=space)
    embedded.forget(space, wrong)


def _old_versions(stores: Stores) -> None:
    """Content in the trash that no path holds and that was not kept cannot come back."""
    removed = [record for record in stores.catalogue.assets(removed=True) if not record.kept]
    if not removed:
        return
    seen = stores.catalogue.occurrences_of(record.asset for record in removed)
    gone = [record.asset for record in removed if record.asset not in seen]
    if gone:
        delete_files(stores, stores.catalogue.purge(gone))
