"""Steps that several transactions of the catalogue have in common.

Each takes the caller's connection and is part of its transaction.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Select, and_, delete, func, insert, or_, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from clerestory.storing import tables as t
from clerestory.storing.database import chunks
from clerestory.storing.rows import ledger_row, now
from clerestory.types import Occurrence, Reading


def note_occurrences(connection: Connection, seen: Iterable[Occurrence]) -> list[str]:
    rows = [
        {
            "path": place.path,
            "asset": place.asset,
            "size": place.size,
            "mtime_ns": place.mtime_ns,
            "licence": place.licence,
            "attribution": place.attribution,
            "seen_at": now(),
        }
        for place in seen
    ]
    if not rows:
        return []
    before: set[str] = set()
    for chunk in chunks(row["path"] for row in rows):
        query = select(t.occurrences.c.asset).distinct().where(t.occurrences.c.path.in_(chunk))
        before.update(connection.scalars(query))
    known = [{"asset": row["asset"], "size": row["size"], "added_at": row["seen_at"]} for row in rows]
    connection.execute(upsert(t.assets).on_conflict_do_nothing(), known)
    statement = upsert(t.occurrences)
    new = statement.excluded
    kept = {
        name: func.coalesce(func.nullif(new[name], ""), t.occurrences.c[name])
        for name in ("licence", "attribution")
    }
    plain = {name: new[name] for name in ("asset", "size", "mtime_ns", "seen_at")}
    connection.execute(statement.on_conflict_do_update(index_elements=["path"], set_=plain | kept), rows)
    return to_trash(connection, _without_path(connection, before))


def _without_path(connection: Connection, assets: Iterable[str]) -> list[str]:
    left = set(assets)
    for chunk in chunks(sorted(left)):
        query = select(t.occurrences.c.asset).distinct().where(t.occurrences.c.asset.in_(chunk))
        left.difference_update(connection.scalars(query))
    return sorted(left)


def to_trash(connection: Connection, assets: Iterable[str]) -> list[str]:
    """Returns the readings whose rows must leave the index."""
    leaving: list[str] = []
    for chunk in chunks(assets):
        theirs = and_(t.readings.c.asset.in_(chunk), t.readings.c.state == "indexed")
        leaving += connection.scalars(select(t.readings.c.reading).where(theirs))
        live = and_(t.assets.c.asset.in_(chunk), t.assets.c.removed_at.is_(None))
        connection.execute(update(t.assets).where(live).values(removed_at=now()))
        # One that waits to replace the indexed one is the newer: it stays the one to index.
        newer = select(t.readings.c.asset).where(t.readings.c.state == "read")
        overtaken = and_(theirs, t.readings.c.asset.in_(newer))
        connection.execute(update(t.readings).where(overtaken).values(state="replaced", batch=None))
        connection.execute(update(t.readings).where(theirs).values(state="read", batch=None))
    rows_left(connection, leaving)
    return leaving


def rows_left(connection: Connection, readings: Iterable[str]) -> None:
    """The rows of these readings leave the index, those of every vector space."""
    for chunk in chunks(readings):
        connection.execute(delete(t.embedded).where(t.embedded.c.reading.in_(chunk)))


def insert_reading(connection: Connection, digest: str, reading: Reading, *, segments: int | None) -> None:
    row = {
        "reading": digest,
        "asset": reading.asset,
        "reader": reading.reader,
        "version": reading.version,
        "settings": reading.settings,
        "state": "read",
        "segments": len(reading.segments) if segments is None else segments,
        "pages": len(reading.pages),
        "read_at": now(),
    }
    connection.execute(insert(t.readings), [row])
    facts = [{"reading": digest, "key": key, "value": value} for key, value in reading.metadata.items()]
    if facts:
        connection.execute(insert(t.reading_metadata), facts)
    objects = {
        item.digest: {
            "reading": digest,
            "object": item.digest,
            "role": item.role,
            "media_type": item.media_type,
        }
        for item in reading.objects
    }
    if objects:
        connection.execute(insert(t.reading_objects), list(objects.values()))
    lines = [ledger_row(line, asset=reading.asset, reading=digest) for line in reading.ledger]
    if lines:
        connection.execute(insert(t.ledger), lines)


def readings_with_assets() -> Select[Any]:
    return select(t.readings).select_from(t.readings.join(t.assets))


def unread() -> Select[Any]:
    """Assets outside the trash that have no reading."""
    some = select(t.readings.c.asset).where(t.readings.c.state != "replaced")
    return select(t.assets.c.asset).where(t.assets.c.removed_at.is_(None), t.assets.c.asset.not_in(some))


def ledger_lines() -> Select[Any]:
    """Lines of current readings and of files without one; not of the trash."""
    current = select(t.readings.c.reading).where(t.readings.c.state != "replaced")
    live = select(t.assets.c.asset).where(t.assets.c.removed_at.is_(None))
    line = t.ledger.c
    return select(t.ledger).where(
        or_(line.reading.is_(None), line.reading.in_(current)),
        or_(line.asset.is_(None), line.asset.in_(live)),
    )
