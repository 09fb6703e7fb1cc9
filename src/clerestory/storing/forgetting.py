"""What nothing refers to any more: assets that are purged, readings that were replaced, and their files.

Each function takes the caller's connection and is part of its transaction. Out: digests of
files that can be deleted afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, and_, delete, select

from clerestory.storing import tables as t
from clerestory.storing.database import chunks
from clerestory.storing.records import Forgotten


def purge(connection: Connection, assets: Iterable[str]) -> Forgotten:
    """Forget assets with paths, readings, ledger lines and jobs."""
    readings: list[str] = []
    objects: set[str] = set()
    for chunk in chunks(assets):
        theirs = list(connection.scalars(select(t.readings.c.reading).where(t.readings.c.asset.in_(chunk))))
        readings += theirs
        objects |= _objects_of(connection, theirs)
        of_jobs = select(t.job_objects.c.object).select_from(t.job_objects.join(t.jobs))
        objects.update(connection.scalars(of_jobs.where(t.jobs.c.asset.in_(chunk))))
        kept = and_(t.assets.c.asset.in_(chunk), t.assets.c.kept)
        objects.update(connection.scalars(select(t.assets.c.asset).where(kept)))
        paths = select(t.occurrences.c.path).where(t.occurrences.c.asset.in_(chunk))
        connection.execute(delete(t.ledger).where(t.ledger.c.path.in_(paths)))
        connection.execute(delete(t.assets).where(t.assets.c.asset.in_(chunk)))
    return Forgotten(tuple(readings), tuple(_unreferenced(connection, objects)))


def forget_replaced(connection: Connection) -> Forgotten:
    """Forget readings that newer ones replaced."""
    old = t.readings.c.state == "replaced"
    readings = list(connection.scalars(select(t.readings.c.reading).where(old)))
    objects = _objects_of(connection, readings)
    connection.execute(delete(t.readings).where(old))
    return Forgotten(tuple(readings), tuple(_unreferenced(connection, objects)))


def referenced(connection: Connection) -> Forgotten:
    """Every reading and object that anything refers to, the trash included."""
    readings = connection.scalars(select(t.readings.c.reading)).all()
    objects = set(connection.scalars(select(t.reading_objects.c.object).distinct()))
    objects.update(connection.scalars(select(t.job_objects.c.object).distinct()))
    objects.update(connection.scalars(select(t.assets.c.asset).where(t.assets.c.kept)))
    return Forgotten(tuple(readings), tuple(sorted(objects)))


def _objects_of(connection: Connection, readings: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for chunk in chunks(readings):
        query = select(t.reading_objects.c.object).where(t.reading_objects.c.reading.in_(chunk))
        found.update(connection.scalars(query))
    return found


def _unreferenced(connection: Connection, objects: Iterable[str]) -> list[str]:
    left = set(objects)
    for chunk in chunks(sorted(left)):
        for column in (t.reading_objects.c.object, t.job_objects.c.object):
            left.difference_update(connection.scalars(select(column).distinct().where(column.in_(chunk))))
        kept = select(t.assets.c.asset).where(t.assets.c.asset.in_(chunk), t.assets.c.kept)
        left.difference_update(connection.scalars(kept))
    return sorted(left)
