"""What waits to be recognised, heard and watched, most urgent first, and what came of it.

In: requests of readings. Out: jobs in order, results as JSON text. Jobs belong to the
asset, so that a place once read need not be read again when a newer reading asks for it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Row, and_, case, delete, func, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from clerestory.storing import codec
from clerestory.storing import tables as t
from clerestory.storing.database import Database, chunks
from clerestory.storing.records import Job, JobKind
from clerestory.storing.rows import now
from clerestory.types import MediaRequest, OcrRequest

Request = OcrRequest | MediaRequest

OCR: tuple[JobKind, ...] = ("recognise",)
MEDIA: tuple[JobKind, ...] = ("listen", "watch")


class Jobs:
    """The jobs of one catalogue. ``kinds`` are those that a method is about."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def waiting(
        self,
        *,
        kinds: Sequence[JobKind] = OCR + MEDIA,
        assets: Iterable[str] | None = None,
        limit: int | None = None,
    ) -> list[Job]:
        """Jobs to do, highest priority first; without those of assets in the trash."""
        query = (
            select(t.jobs)
            .select_from(t.jobs.join(t.assets))
            .where(t.jobs.c.state == "waiting", t.assets.c.removed_at.is_(None), t.jobs.c.kind.in_(kinds))
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

    def finish(self, job: Job, result: str, *, objects: Iterable[str] = ()) -> None:
        """Note the result as JSON text; nothing is noted if nobody asks for it any more.

        ``objects`` are stored objects that the result refers to: they are kept as long.
        """
        # Numbers of dropped jobs are given out again, so the place tells whether it is the same.
        asked = and_(t.jobs.c.job == job.job, t.jobs.c.asset == job.asset)
        asked = and_(asked, t.jobs.c.place == _place(job.request))
        ended = {"state": "done", "result": result, "ended_at": now()}
        rows = [{"job": job.job, "object": digest} for digest in dict.fromkeys(objects)]
        with self._database.writing() as connection:
            found = connection.execute(update(t.jobs).where(asked).values(**ended)).rowcount
            if found and rows:
                connection.execute(upsert(t.job_objects).on_conflict_do_nothing(), rows)

    def tried(self, job: int) -> None:
        """A worker was lost over it: it waits on, and this is counted."""
        with self._database.writing() as connection:
            connection.execute(update(t.jobs).where(t.jobs.c.job == job).values(tries=t.jobs.c.tries + 1))

    def again(self, jobs: Iterable[int]) -> None:
        """Forget what came of these: they wait again."""
        anew = {"state": "waiting", "result": None, "ended_at": None}
        with self._database.writing() as connection:
            for chunk in chunks(jobs):
                connection.execute(delete(t.job_objects).where(t.job_objects.c.job.in_(chunk)))
                connection.execute(update(t.jobs).where(t.jobs.c.job.in_(chunk)).values(**anew))

    def of(
        self, asset: str, *, kinds: Sequence[JobKind] = OCR + MEDIA, state: str | None = None
    ) -> list[Job]:
        """The jobs of an asset, in the order in which they were asked for."""
        query = select(t.jobs).where(t.jobs.c.asset == asset, t.jobs.c.kind.in_(kinds)).order_by(t.jobs.c.job)
        if state is not None:
            query = query.where(t.jobs.c.state == state)
        with self._database.reading() as connection:
            return [_job(row) for row in connection.execute(query)]

    def objects(self, asset: str) -> dict[int, list[str]]:
        """Job of this asset -> the stored objects that its result refers to."""
        query = select(t.job_objects).select_from(t.job_objects.join(t.jobs)).where(t.jobs.c.asset == asset)
        found: dict[int, list[str]] = {}
        with self._database.reading() as connection:
            for row in connection.execute(query.order_by(t.job_objects.c.job, t.job_objects.c.object)):
                found.setdefault(row.job, []).append(row.object)
        return found

    def unmerged(self, *, kinds: Sequence[JobKind]) -> set[str]:
        """Assets with results that ended after their reading was made (or in the same second)."""
        made = func.substr(t.readings.c.read_at, 1, 19)
        query = (
            select(t.jobs.c.asset)
            .distinct()
            .select_from(t.jobs.join(t.readings, t.jobs.c.asset == t.readings.c.asset))
            .where(t.jobs.c.state == "done", t.jobs.c.kind.in_(kinds), t.readings.c.state != "replaced")
            .where(func.substr(t.jobs.c.ended_at, 1, 19) >= made)
        )
        with self._database.reading() as connection:
            return set(connection.scalars(query))

    def pending(self) -> dict[str, tuple[int, float]]:
        """Asset -> number of places that wait for OCR, and seconds that wait to be heard or watched."""
        places = func.sum(case((t.jobs.c.kind.in_(OCR), 1), else_=0))
        query = select(t.jobs.c.asset, places, func.sum(t.jobs.c.seconds)).where(t.jobs.c.state == "waiting")
        with self._database.reading() as connection:
            return {
                asset: (int(count), float(seconds))
                for asset, count, seconds in connection.execute(query.group_by(t.jobs.c.asset))
            }


def seconds(request: Request) -> float:
    """How long the stretch is; places have no length."""
    if isinstance(request, OcrRequest):
        return 0.0
    return max(0.0, request.locator.end_s - request.locator.start_s)


def keep_requests(
    connection: Connection, asset: str, requests: Sequence[Request], *, grown: bool = False
) -> None:
    """Within the caller's transaction: ``requests`` are what the asset's reading asks for now.

    Unless the reading has ``grown`` out of results, its stretches are the only ones: what came
    of others overlaps with them and is dropped. A reading that asks for none leaves them.
    """
    rows = {
        _place(request): {
            "asset": asset,
            "place": _place(request),
            "kind": request.kind if isinstance(request, MediaRequest) else OCR[0],
            "request": codec.dumps(codec.pack_request(request)),
            "priority": request.priority,
            "seconds": seconds(request),
            "state": "waiting",
        }
        for request in requests
    }
    old = t.jobs.c.state == "waiting"
    if not grown:
        media = {row["kind"] for row in rows.values()} - set(OCR)
        old = old | t.jobs.c.kind.in_(media)
    places = connection.execute(
        select(t.jobs.c.job, t.jobs.c.place).where(and_(t.jobs.c.asset == asset, old))
    )
    dropped = [job for job, place in places if place not in rows]
    for chunk in chunks(dropped):
        connection.execute(delete(t.jobs).where(t.jobs.c.job.in_(chunk)))
    if rows:
        statement = upsert(t.jobs)
        again: dict[str, Any] = {n: statement.excluded[n] for n in ("request", "priority", "seconds")}
        if not grown:  # what is done already is to be merged into this reading: see ``unmerged``
            again["ended_at"] = case((t.jobs.c.state == "done", now()))
        connection.execute(
            statement.on_conflict_do_update(index_elements=["asset", "place"], set_=again),
            list(rows.values()),
        )
    if not grown:  # results that this reading did not ask for are to be merged into it as well
        ended = and_(t.jobs.c.asset == asset, t.jobs.c.state == "done", t.jobs.c.kind.in_(MEDIA))
        connection.execute(update(t.jobs).where(ended).values(ended_at=now()))


def _place(request: Request) -> str:
    where = codec.pack_locator(request.locator)
    text = codec.dumps([where, request.kind if isinstance(request, MediaRequest) else request.object])
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:32]


def _job(row: Row[Any]) -> Job:
    request = codec.unpack_request(json.loads(row.request))
    return Job(row.job, row.asset, row.kind, request, row.priority, row.state, row.result or "", row.tries)
