"""The truth about a library: what was seen, what was read, what answers, what is in the trash.

In and out: values of ``types`` and ``records``. Every method is one transaction, so a
crash leaves either all of a step or nothing. Files of readings and objects, and rows of
the index, are other modules' work: they are written before the catalogue says so and
deleted after.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from sqlalchemy import and_, delete, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from clerestory.storing import counting, forgetting, matching, naming, schema
from clerestory.storing import tables as t
from clerestory.storing.database import Database, chunks
from clerestory.storing.embedded import Embedded
from clerestory.storing.jobs import Jobs, Request, keep_requests
from clerestory.storing.records import AssetRecord, Counts, Forgotten, LedgerRecord, ReadingRecord
from clerestory.storing.rows import (
    asset_record,
    ledger_record,
    ledger_row,
    now,
    occurrence,
    own_time,
    reading_record,
)
from clerestory.storing.spaces import Spaces
from clerestory.storing.steps import (
    insert_reading,
    ledger_lines,
    note_occurrences,
    readings_with_assets,
    rows_left,
    to_trash,
    unread,
)
from clerestory.types import Filter, LedgerLine, Occurrence, Reading


class Catalogue:
    """An open catalogue. Safe to use from several threads.

    ``jobs`` are what waits to be recognised, heard and watched, ``spaces`` the vector spaces,
    ``embedded`` says whose pictures are in them.
    """

    def __init__(self, path: Path) -> None:
        """Open the file at ``path``, or make it.

        Raises:
            UnknownLibrary: made by a newer version.
            StoreCorrupt
        """
        self._database = Database(path)
        self.jobs = Jobs(self._database)
        self.spaces = Spaces(self._database)
        self.embedded = Embedded(self._database)
        schema.prepare(self._database)

    def close(self) -> None:
        self._database.close()

    # Seeing files

    def occurrences(self) -> dict[str, tuple[str, int, int]]:
        """Every known path with its asset, size and ``mtime_ns``; the trash included."""
        columns = (
            t.occurrences.c.path,
            t.occurrences.c.asset,
            t.occurrences.c.size,
            t.occurrences.c.mtime_ns,
        )
        with self._database.reading() as connection:
            return {
                path: (asset, size, mtime)
                for path, asset, size, mtime in connection.execute(select(*columns))
            }

    def record_occurrences(self, seen: Iterable[Occurrence]) -> list[str]:
        """Note where assets were seen; assets not known yet are added (without a reading).

        A path that held another asset before now holds the new one; an asset that loses its
        last path this way goes to the trash in the same step. Licence and attribution are
        replaced only by ones that are not empty. Returns the readings whose rows must leave
        the index.
        """
        with self._database.writing() as connection:
            return note_occurrences(connection, seen)

    def drop_occurrences(self, paths: Iterable[str]) -> list[str]:
        """Forget these paths. Returns the assets that are left without any."""
        with self._database.writing() as connection:
            touched: set[str] = set()
            for chunk in chunks(paths):
                here = t.occurrences.c.path.in_(chunk)
                touched.update(connection.scalars(select(t.occurrences.c.asset).where(here)))
                connection.execute(delete(t.occurrences).where(here))
            for chunk in chunks(touched):
                rest = select(t.occurrences.c.asset).where(t.occurrences.c.asset.in_(chunk))
                touched.difference_update(connection.scalars(rest))
            return sorted(touched)

    def occurrences_of(self, assets: Iterable[str]) -> dict[str, tuple[Occurrence, ...]]:
        """The places of each asset, newest first."""
        found: dict[str, list[Occurrence]] = {}
        with self._database.reading() as connection:
            for chunk in chunks(assets):
                query = select(t.occurrences).where(t.occurrences.c.asset.in_(chunk))
                query = query.order_by(t.occurrences.c.mtime_ns.desc(), t.occurrences.c.path)
                for row in connection.execute(query):
                    found.setdefault(row.asset, []).append(occurrence(row))
        return {asset: tuple(places) for asset, places in found.items()}

    def mark_kept(self, asset: str) -> None:
        """A copy of the original is in the object store under the asset's own digest."""
        with self._database.writing() as connection:
            connection.execute(update(t.assets).where(t.assets.c.asset == asset).values(kept=True))

    # Reading

    def record_reading(
        self,
        digest: str,
        reading: Reading,
        *,
        segments: int | None = None,
        size: int = 0,
        occurrences: Iterable[Occurrence] = (),
        grown: bool = False,
    ) -> None:
        """The reading (and its objects) are on the disk: the asset counts as read.

        ``reading`` may come without segments when ``segments`` says how many there are.
        ``size`` in bytes is noted for an asset that comes without occurrences.
        An older reading keeps answering until ``mark_indexed``; one that was waiting to be
        indexed is replaced. Its requests become jobs; those already done stay done, and
        waiting ones that it does not ask for any more are dropped. Unless it has ``grown``
        out of results, it also says which stretches there are: results for others are dropped.
        """
        with self._database.writing() as connection:
            note_occurrences(connection, occurrences)
            first = upsert(t.assets).values(asset=reading.asset, size=size, added_at=now())
            connection.execute(first.on_conflict_do_nothing())
            facts = {"media_type": reading.media_type, "title": reading.title}
            facts["own_time"] = own_time(reading.metadata)
            connection.execute(update(t.assets).where(t.assets.c.asset == reading.asset).values(**facts))
            same = t.readings.c.reading == digest
            waiting = and_(t.readings.c.asset == reading.asset, t.readings.c.state == "read", ~same)
            connection.execute(update(t.readings).where(waiting).values(state="replaced"))
            known = connection.execute(select(t.readings.c.state).where(same)).scalar()
            if known is None:
                insert_reading(connection, digest, reading, segments=segments)
            elif known == "replaced":
                connection.execute(update(t.readings).where(same).values(state="read", batch=None))
            failures = and_(t.ledger.c.asset == reading.asset, t.ledger.c.reading.is_(None))
            connection.execute(delete(t.ledger).where(failures))
            requests: Sequence[Request] = (*reading.ocr_requests, *reading.media_requests)
            keep_requests(connection, reading.asset, requests, grown=grown)

    def record_failure(
        self, path: str, line: LedgerLine, *, asset: str | None = None, size: int = 0, mtime_ns: int = 0
    ) -> None:
        """A file that gave no reading: one ledger line, instead of earlier ones of this path.

        With ``asset`` its bytes are known: the occurrence is noted as well, so that the
        same bytes are not tried again without being asked to.
        """
        with self._database.writing() as connection:
            if asset is not None:
                note_occurrences(connection, [Occurrence(asset, path, size, mtime_ns)])
            earlier = and_(t.ledger.c.path == path, t.ledger.c.reading.is_(None))
            connection.execute(delete(t.ledger).where(earlier))
            connection.execute(insert(t.ledger), [ledger_row(line, asset=asset, path=path)])

    def forget_failures(self, paths: Iterable[str]) -> None:
        """Drop the ledger lines of files that could not be read."""
        with self._database.writing() as connection:
            for chunk in chunks(paths):
                gone = and_(t.ledger.c.path.in_(chunk), t.ledger.c.reading.is_(None))
                connection.execute(delete(t.ledger).where(gone))

    def unread_assets(self) -> set[str]:
        """Assets that have no reading, because reading failed or never ended; without the trash."""
        with self._database.reading() as connection:
            return set(connection.scalars(unread()))

    # Indexing

    def to_index(self) -> list[ReadingRecord]:
        """Readings on the disk whose rows are not in the index, oldest first; without the trash."""
        query = readings_with_assets().where(t.readings.c.state == "read", t.assets.c.removed_at.is_(None))
        with self._database.reading() as connection:
            return [reading_record(row) for row in connection.execute(query.order_by(t.readings.c.read_at))]

    def mark_indexed(
        self, readings: Sequence[str], batch: str, *, occurrences: Iterable[Occurrence] = ()
    ) -> list[str]:
        """The rows of these readings are in the index, under this batch: they answer from now on.

        ``occurrences`` are paths whose content changed: in the same step they hold the new
        assets, and old ones left without a path go to the trash. Returns the readings that
        do not answer any more; their rows are still in the index.
        """
        replaced: list[str] = []
        with self._database.writing() as connection:
            heard = upsert(t.batches).values(batch=batch, made_at=now())
            connection.execute(heard.on_conflict_do_nothing())
            for chunk in chunks(readings):
                these = t.readings.c.reading.in_(chunk)
                assets = select(t.readings.c.asset).where(these)
                older = and_(t.readings.c.asset.in_(assets), t.readings.c.state == "indexed", ~these)
                replaced += connection.scalars(select(t.readings.c.reading).where(older))
                connection.execute(update(t.readings).where(older).values(state="replaced", batch=None))
                connection.execute(update(t.readings).where(these).values(state="indexed", batch=batch))
            rows_left(connection, replaced)
            replaced += note_occurrences(connection, occurrences)
        return replaced

    def unmark_indexed(self, readings: Iterable[str]) -> None:
        """The index has lost the rows of these readings: they wait to be indexed again."""
        with self._database.writing() as connection:
            for chunk in chunks(readings):
                these = and_(t.readings.c.reading.in_(chunk), t.readings.c.state == "indexed")
                connection.execute(update(t.readings).where(these).values(state="read", batch=None))
                rows_left(connection, chunk)

    def heard_batches(self) -> set[str]:
        """Every batch id that was acknowledged; any other one in the index is a crash's remainder."""
        with self._database.reading() as connection:
            return set(connection.scalars(select(t.batches.c.batch)))

    def indexed_readings(self) -> dict[str, str]:
        """Reading -> asset for all that answer queries; any other one in the index is stale."""
        query = readings_with_assets().where(t.readings.c.state == "indexed", t.assets.c.removed_at.is_(None))
        with self._database.reading() as connection:
            return {row.reading: row.asset for row in connection.execute(query)}

    def current_readings(self, assets: Iterable[str]) -> dict[str, ReadingRecord]:
        """Asset -> the reading that answers for it (else the one waiting to be indexed)."""
        found: dict[str, ReadingRecord] = {}
        with self._database.reading() as connection:
            for chunk in chunks(assets):
                query = readings_with_assets().where(
                    t.readings.c.asset.in_(chunk), t.readings.c.state != "replaced"
                )
                for row in connection.execute(query.order_by(t.readings.c.state.desc())):
                    found[row.asset] = reading_record(row)  # "read" comes before "indexed", which wins
        return found

    def readings_of(self, assets: Iterable[str]) -> list[str]:
        """Every reading of these assets, replaced ones too: what a purge must remove."""
        with self._database.reading() as connection:
            return [
                reading
                for chunk in chunks(assets)
                for reading in connection.scalars(
                    select(t.readings.c.reading).where(t.readings.c.asset.in_(chunk))
                )
            ]

    def answering(self, readings: Iterable[str]) -> set[str]:
        """Those of ``readings`` that may answer: indexed, current, and not in the trash."""
        found: set[str] = set()
        with self._database.reading() as connection:
            for chunk in chunks(set(readings)):
                query = readings_with_assets().where(
                    t.readings.c.reading.in_(chunk), t.readings.c.state == "indexed"
                )
                query = query.where(t.assets.c.removed_at.is_(None))
                found.update(row.reading for row in connection.execute(query))
        return found

    # Looking

    def assets(self, assets: Iterable[str] | None = None, *, removed: bool = False) -> list[AssetRecord]:
        """All assets, or these, oldest first; those in the trash only with ``removed=True``."""
        where = t.assets.c.removed_at.is_not(None) if removed else t.assets.c.removed_at.is_(None)
        query = select(t.assets).where(where).order_by(t.assets.c.added_at, t.assets.c.asset)
        with self._database.reading() as connection:
            if assets is None:
                return [asset_record(row) for row in connection.execute(query)]
            found = [
                asset_record(row)
                for chunk in chunks(assets)
                for row in connection.execute(query.where(t.assets.c.asset.in_(chunk)))
            ]
        return sorted(found, key=lambda asset: (asset.added_at, asset.asset))

    def resolve(self, target: str) -> list[str]:
        """Assets that a person means by a digest, its first six or more digits, a path or a folder.

        Raises:
            UnknownAsset: nothing or, for digits, more than one asset fits.
        """
        with self._database.reading() as connection:
            return naming.resolve(connection, target)

    def assets_matching(self, filter: Filter) -> set[str] | None:
        """Assets that fit the filter's type, path, time, metadata and assets; None = no restriction.

        ``kinds`` and ``languages`` are properties of segments: the index knows them.
        """
        with self._database.reading() as connection:
            return matching.assets_matching(connection, filter)

    def metadata_of(self, assets: Iterable[str]) -> dict[str, dict[str, str]]:
        """Asset -> what its file says of itself."""
        current = {record.reading: asset for asset, record in self.current_readings(assets).items()}
        found: dict[str, dict[str, str]] = {asset: {} for asset in current.values()}
        with self._database.reading() as connection:
            for chunk in chunks(current):
                query = select(t.reading_metadata).where(t.reading_metadata.c.reading.in_(chunk))
                for row in connection.execute(query):
                    found[current[row.reading]][row.key] = row.value
        return found

    def ledger(
        self, assets: Iterable[str] | None = None, *, severity: str | None = None
    ) -> list[LedgerRecord]:
        """Lines of current readings and of files that could not be read, of all assets or of these."""
        query = ledger_lines().order_by(t.ledger.c.line)
        if severity is not None:
            query = query.where(t.ledger.c.severity == severity)
        with self._database.reading() as connection:
            if assets is None:
                return [ledger_record(row) for row in connection.execute(query)]
            return [
                ledger_record(row)
                for chunk in chunks(assets)
                for row in connection.execute(query.where(t.ledger.c.asset.in_(chunk)))
            ]

    def counts(self) -> Counts:
        with self._database.reading() as connection:
            return counting.counts(connection)

    # Removing

    def remove(self, assets: Iterable[str]) -> list[str]:
        """Put assets into the trash. Returns the readings whose rows must leave the index."""
        with self._database.writing() as connection:
            return to_trash(connection, assets)

    def restore(self, assets: Iterable[str]) -> None:
        """Take assets out of the trash; ``to_index`` then names their readings."""
        with self._database.writing() as connection:
            for chunk in chunks(assets):
                connection.execute(
                    update(t.assets).where(t.assets.c.asset.in_(chunk)).values(removed_at=None)
                )

    def purge(self, assets: Iterable[str]) -> Forgotten:
        """Forget assets for good, with paths, readings, ledger lines and jobs.

        Returns the files that nothing refers to any more. Afterwards no page of the
        catalogue holds their words; its log does until ``empty_log``.
        """
        with self._database.writing() as connection:
            return forgetting.purge(connection, assets)

    def empty_log(self) -> None:
        """Nothing that was forgotten is in the log of the catalogue any more.

        Raises:
            StoreBusy: another process has been reading all the while.
        """
        self._database.shrink_log()

    def forget_replaced(self) -> Forgotten:
        """Forget readings that newer ones replaced. Returns the files that can be deleted."""
        with self._database.writing() as connection:
            return forgetting.forget_replaced(connection)

    # Checking

    def referenced(self) -> Forgotten:
        """Every reading and object that the catalogue refers to, the trash included."""
        with self._database.reading() as connection:
            return forgetting.referenced(connection)

    def is_sound(self) -> bool:
        """Whether the database file is undamaged and all references in it hold."""
        return self._database.is_sound()
