"""Which readings' pictures, or sounds, are vectors of a space already, and which are waiting.

The text of a reading is in the index when the reading is ``indexed``; its pictures follow
later and space by space, so that is noted apart. Each method is one transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy import ColumnElement, and_, delete, func, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert

from clerestory.storing import tables as t
from clerestory.storing.database import Database, chunks
from clerestory.storing.records import ReadingRecord
from clerestory.storing.rows import ledger_row, now, reading_record
from clerestory.storing.steps import readings_with_assets
from clerestory.types import LedgerLine, Space


class Embedded:
    """The readings of one catalogue, by space."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def waiting(
        self, space: Space, *, roles: Collection[str], assets: Iterable[str] | None = None
    ) -> list[ReadingRecord]:
        """Readings that answer, hold an object of one of ``roles`` and are not in ``space`` yet.

        Oldest first; of all assets or of these, without the trash.
        """
        done = select(t.embedded.c.reading).where(t.embedded.c.space == space.name)
        holding = select(t.reading_objects.c.reading).where(t.reading_objects.c.role.in_(sorted(roles)))
        query = readings_with_assets().where(
            _answering(), t.readings.c.reading.in_(holding), t.readings.c.reading.not_in(done)
        )
        with self._database.reading() as connection:
            if assets is None:
                rows = list(connection.execute(query))
            else:
                rows = [
                    row
                    for chunk in chunks(set(assets))
                    for row in connection.execute(query.where(t.assets.c.asset.in_(chunk)))
                ]
        return sorted(map(reading_record, rows), key=lambda one: (one.read_at, one.reading))

    def any_to_embed(self, *, roles: Collection[str]) -> bool:
        """Whether any reading that answers holds an object of one of ``roles``."""
        query = (
            select(t.readings.c.reading)
            .select_from(t.readings.join(t.assets).join(t.reading_objects))
            .where(_answering(), t.reading_objects.c.role.in_(sorted(roles)))
            .limit(1)
        )
        with self._database.reading() as connection:
            return connection.execute(query).first() is not None

    def record(
        self,
        space: Space,
        rows: Mapping[str, int],
        *,
        batch: str,
        lines: Mapping[str, Sequence[LedgerLine]] | None = None,
        code: str = "",
    ) -> None:
        """The vectors of these readings (reading -> number of rows) are in the index under ``batch``.

        ``lines``, all with this ``code``, say what of a reading could not be embedded; they
        replace earlier ones, which stay where there are none. A reading that was purged
        meanwhile is left out.
        """
        with self._database.writing() as connection:
            heard = upsert(t.batches).values(batch=batch, made_at=now())
            connection.execute(heard.on_conflict_do_nothing())
            for chunk in chunks(rows):
                query = select(t.readings.c.reading, t.readings.c.asset)
                known = {
                    row.reading: row.asset
                    for row in connection.execute(query.where(t.readings.c.reading.in_(chunk)))
                }
                if not known:
                    continue
                statement = upsert(t.embedded)
                values = [{"space": space.name, "reading": one, "rows": rows[one]} for one in known]
                connection.execute(
                    statement.on_conflict_do_update(
                        index_elements=["space", "reading"], set_={"rows": statement.excluded["rows"]}
                    ),
                    values,
                )
                if lines is None:
                    continue
                earlier = and_(t.ledger.c.reading.in_(list(known)), t.ledger.c.code == code)
                connection.execute(delete(t.ledger).where(earlier))
                noted = [
                    ledger_row(line, asset=asset, reading=one)
                    for one, asset in known.items()
                    for line in lines.get(one, ())
                ]
                if noted:
                    connection.execute(insert(t.ledger), noted)

    def rows(self, space: Space) -> dict[str, int]:
        """Reading -> number of its rows in ``space``, of readings that answer."""
        query = (
            select(t.embedded.c.reading, t.embedded.c.rows)
            .select_from(t.embedded.join(t.readings).join(t.assets))
            .where(t.embedded.c.space == space.name, _answering())
        )
        with self._database.reading() as connection:
            return {row.reading: row.rows for row in connection.execute(query)}

    def count(self, space: Space) -> int:
        """Number of rows in ``space`` that may answer."""
        query = (
            select(func.sum(t.embedded.c.rows))
            .select_from(t.embedded.join(t.readings).join(t.assets))
            .where(t.embedded.c.space == space.name, _answering())
        )
        with self._database.reading() as connection:
            return int(connection.execute(query).scalar() or 0)

    def forget(self, space: Space, readings: Iterable[str] | None = None) -> None:
        """These readings, or all, are not in ``space`` any more: they wait for it again."""
        here = t.embedded.c.space == space.name
        with self._database.writing() as connection:
            if readings is None:
                connection.execute(delete(t.embedded).where(here))
                return
            for chunk in chunks(readings):
                connection.execute(delete(t.embedded).where(here, t.embedded.c.reading.in_(chunk)))


def _answering() -> ColumnElement[bool]:
    """Of readings with their assets: those that may answer."""
    return and_(t.readings.c.state == "indexed", t.assets.c.removed_at.is_(None))
