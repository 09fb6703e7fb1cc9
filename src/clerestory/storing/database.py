"""One SQLite file: connections, transactions, and the database's errors as ours.

In: a path. Out: ``reading()`` and ``writing()`` blocks with a SQLAlchemy connection, each
one transaction. Write-ahead log, so that readers never wait; ``synchronous=FULL``, so that
what was committed survives a power cut; deleted rows are overwritten with zeros. Every
thread gets its own connection. Knows no table.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DatabaseError, OperationalError

from clerestory.errors import ClerestoryError, DiskFull, StoreBusy, StoreCorrupt

_BUSY_S = 30  # another writer's transaction takes milliseconds; its disk may be slow
_VALUES_PER_STATEMENT = 10_000  # SQLite takes 32,766

T = TypeVar("T")


class Database:
    """An open SQLite file. ``writing()`` blocks of all processes exclude each other."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._engine: Engine = create_engine(
            URL.create("sqlite+pysqlite", database=str(path)),
            connect_args={"timeout": _BUSY_S},
            pool_size=4,
            max_overflow=32,
        )
        event.listen(self._engine, "connect", _prepare)
        event.listen(self._engine, "begin", _begin)

    @contextlib.contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent view, whatever writers do meanwhile."""
        with self._our_errors(), self._engine.begin() as connection:
            yield connection

    @contextlib.contextmanager
    def writing(self) -> Iterator[Connection]:
        """All or nothing.

        Raises:
            StoreBusy: another process has been writing for half a minute.
            DiskFull
        """
        with self._our_errors(), self._engine.connect() as plain:
            connection = plain.execution_options(clerestory_writes=True)
            with connection.begin():
                yield connection

    def shrink_log(self) -> None:
        """Move the write-ahead log into the file and empty it, so that old pages are gone.

        Raises:
            StoreBusy: another process has been reading all the while; they go when the last process ends.
        """
        with self._our_errors(), self._engine.connect() as connection:
            plain = connection.connection.driver_connection
            assert isinstance(plain, sqlite3.Connection)
            busy, _, _ = plain.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            raise StoreBusy(
                "what was deleted is still in the catalogue's log, since another process keeps reading it",
                where=str(self.path),
                fix="Close the other process; the log is emptied when the last one ends.",
            )

    def is_sound(self) -> bool:
        """SQLite's own check of its file and of all references."""
        with self._our_errors(), self._engine.connect() as connection:
            plain = connection.connection.driver_connection
            assert isinstance(plain, sqlite3.Connection)
            return (
                plain.execute("PRAGMA integrity_check").fetchone() == ("ok",)
                and plain.execute("PRAGMA foreign_key_check").fetchone() is None
            )

    def close(self) -> None:
        self._engine.dispose()

    @contextlib.contextmanager
    def _our_errors(self) -> Iterator[None]:
        try:
            yield
        except DatabaseError as error:
            raise self._translated(error) from error
        except sqlite3.DatabaseError as error:
            raise self._translated(DatabaseError(None, None, error)) from error

    def _translated(self, error: DatabaseError) -> Exception:
        where = str(self.path)
        name = getattr(error.orig, "sqlite_errorname", "")
        kind: type[ClerestoryError]
        if name.startswith("SQLITE_FULL"):
            kind, what, fix = DiskFull, "no space left on the disk", "Free some space and repeat the command."
        elif name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            kind, what, fix = StoreBusy, "another process keeps the catalogue locked", "Repeat it later."
        elif name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
            kind, what, fix = StoreCorrupt, "the catalogue is damaged", "Restore it from a backup."
        elif isinstance(error, OperationalError):
            kind, what, fix = StoreCorrupt, f"the catalogue cannot be used ({error.orig})", ""
        else:
            return error  # a constraint: our own defect
        return kind(what, where=where, fix=fix)


def _prepare(connection: sqlite3.Connection, _: object) -> None:
    # The driver's own idea of when a transaction begins is switched off; _begin says it.
    connection.isolation_level = None
    for pragma in (
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        "secure_delete = ON",
        "temp_store = MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("clerestory_writes", False)
    # IMMEDIATE takes the write lock at once; upgrading later can fail instead of waiting.
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def chunks(values: Iterable[T]) -> Iterator[Sequence[T]]:
    """``values`` in pieces that fit one statement."""
    listed = list(values)
    for start in range(0, len(listed), _VALUES_PER_STATEMENT):
        yield listed[start : start + _VALUES_PER_STATEMENT]
