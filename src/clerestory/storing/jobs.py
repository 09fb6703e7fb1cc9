"""Places whose text waits to be recognised, most urgent first, and what was recognised.

In: requests of readings. Out: jobs in order, results as JSON text. Jobs belong to the
asset, so that a place once read need not be read again when a newer reading asks for it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, func, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from clerestory.storing import codec
from clerestory.storing import tables as t
from clerestory.storing.database import Database, chunks
from clerestory.storing.records import Job
from clerestory.storing.rows import now
from clerestory.types import OcrRequest


class Jobs:
    """The jobs of one catalogue."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def waiting(self, *, assets: Iterable[str] | None = None, limit: int | None = None) -> list[Job]:
        """Jobs to do, highest priority first; without those of assets in the trash."""
        query = (
            select(t.jobs)
            .select_from(t.jobs.join(t.assets))
            .where(t.jobs.c.state == "waiting", t.assets.c.removed_at.is_(None))
            .order_by(t.jobs.c.priority.desc(), t.jobs.c.job)
        )
        with self._database.reading() as connection:
            if assets is None:
                return [_job(row) for row in connection.execute(query.limit(limit))]
            found = [
                _job(row)
                for chunk in chunks(assets)
                for row in connection.execute(query.where(t.jobs.c.asset.in_(chunk)))
            ]
        found.sort(key=lambda job: (-job.priority, job.job))
        return found[:limit]

    def finish(self, results: Sequence[tuple[int, str]]) -> None:
        """Note (job, result as JSON text) for several jobs at once."""
        with self._database.writing() as connection:
            for job, result in results:
                ended = {"state": "done", "result": result, "ended_at": now()}
                connection.execute(update(t.jobs).where(t.jobs.c.job == job).values(**ended))

    def of(self, asset: str, *, state: str | None = None) -> list[Job]:
        """The jobs of an asset, in the order in which they were asked for."""
        query = select(t.jobs).where(t.jobs.c.asset == asset).order_by(t.jobs.c.job)
        if state is not None:
            query = query.where(t.jobs.c.state == state)
        with self._database.reading() as connection:
            return [_job(row) for row in connection.execute(query)]

    def unmerged(self) -> set[str]:
        """Assets with results that ended after their reading was made (or in the same second)."""
        made = func.substr(t.readings.c.read_at, 1, 19)
        query = (
            select(t.jobs.c.asset)
            .distinct()
            .select_from(t.jobs.join(t.readings, t.jobs.c.asset == t.readings.c.asset))
            .where(t.jobs.c.state == "done", t.readings.c.state != "replaced")
            .where(func.substr(t.jobs.c.ended_at, 1, 19) >= made)
        )
        with self._database.reading() as connection:
            return set(connection.scalars(query))

    def pending(self) -> dict[str, int]:
        """Asset -> number of waiting jobs."""
        query = select(t.jobs.c.asset, func.count()).where(t.jobs.c.state == "waiting")
        with self._database.reading() as connection:
            return {asset: count for asset, count in connection.execute(query.group_by(t.jobs.c.asset))}


def keep_requests(connection: Connection, asset: str, requests: Sequence[OcrRequest]) -> None:
    """Within the caller's transaction: ``requests`` are what the asset's reading asks for now."""
    rows = {
        _place(request): {
            "asset": asset,
            "place": _place(request),
            "request": codec.dumps(codec.pack_request(request)),
            "priority": request.priority,
            "state": "waiting",
        }
        for request in requests
    }
    theirs = and_(t.jobs.c.asset == asset, t.jobs.c.state == "waiting")
    places = connection.execute(select(t.jobs.c.job, t.jobs.c.place).where(theirs))
    dropped = [job for job, place in places if place not in rows]
    for chunk in chunks(dropped):
        connection.execute(delete(t.jobs).where(t.jobs.c.job.in_(chunk)))
    if rows:
        statement = upsert(t.jobs)
        again = {"request": statement.excluded.request, "priority": statement.excluded.priority}
        connection.execute(
            statement.on_conflict_do_update(index_elements=["asset", "place"], set_=again),
            list(rows.values()),
        )


def _place(request: OcrRequest) -> str:
    text = codec.dumps([codec.pack_locator(request.locator), request.object])
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:32]


def _job(row: Row[Any]) -> Job:
    request = codec.unpack_request(json.loads(row.request))
    return Job(row.job, row.asset, request, row.priority, row.state, row.result or "")
