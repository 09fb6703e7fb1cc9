"""The catalogue in numbers."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, func, select

from clerestory.storing import tables as t
from clerestory.storing.records import Counts
from clerestory.storing.steps import ledger_lines, readings_with_assets, unread


def counts(connection: Connection) -> Counts:
    def number(query: Any) -> int:
        return int(connection.execute(query).scalar() or 0)

    def how_many(query: Any) -> int:
        return number(select(func.count()).select_from(query.subquery()))

    live = t.assets.c.removed_at.is_(None)
    readings = readings_with_assets().where(live).subquery()
    answering = readings.c.state == "indexed"
    waiting = select(t.jobs).select_from(t.jobs.join(t.assets)).where(live, t.jobs.c.state == "waiting")
    jobs = waiting.subquery()
    lines = ledger_lines()
    return Counts(
        assets=how_many(select(t.assets.c.asset).where(live)),
        occurrences=how_many(
            select(t.occurrences.c.path).select_from(t.occurrences.join(t.assets)).where(live)
        ),
        segments=number(select(func.sum(readings.c.segments)).where(answering)),
        pages=number(select(func.sum(readings.c.pages)).where(answering)),
        unindexed=how_many(select(readings.c.reading).where(readings.c.state == "read")),
        unread=how_many(unread()),
        removed=how_many(select(t.assets.c.asset).where(~live)),
        jobs_waiting=how_many(waiting.where(t.jobs.c.kind == "recognise")),
        media_waiting_s=float(connection.execute(select(func.sum(jobs.c.seconds))).scalar() or 0.0),
        warnings=how_many(lines.where(t.ledger.c.severity == "warning")),
        errors=how_many(lines.where(t.ledger.c.severity == "error")),
    )
