"""The catalogue's tables in a database file: made, or brought up to date when they are older.

In: an open database. Out: the same with the tables of ``tables.py``. Each step is one
transaction, so that a crash leaves the older or the newer form.
"""

from __future__ import annotations

from sqlalchemy import Connection

from clerestory.errors import UnknownLibrary
from clerestory.storing import tables as t
from clerestory.storing.database import Database

# What an older file lacks beside whole tables: version -> statements that lead to it.
_STEPS = {
    2: (
        "ALTER TABLE jobs ADD COLUMN kind VARCHAR NOT NULL DEFAULT 'recognise'",
        "ALTER TABLE jobs ADD COLUMN seconds FLOAT NOT NULL DEFAULT 0",
        "ALTER TABLE jobs ADD COLUMN tries INTEGER NOT NULL DEFAULT 0",
    ),
    3: (),  # a table more
    4: ("ALTER TABLE spaces ADD COLUMN source VARCHAR NOT NULL DEFAULT ''",),
}


def prepare(database: Database) -> None:
    """Raises: UnknownLibrary: made by a newer version."""
    with database.reading() as connection:
        version = _version(connection)
    if version > t.SCHEMA_VERSION:
        raise UnknownLibrary("made by a newer version", where=str(database.path), fix="Update Clerestory.")
    if version < t.SCHEMA_VERSION:
        with database.writing() as connection:
            # Another process may have been faster; a new file has no version at all.
            for step in range(_version(connection) or t.SCHEMA_VERSION, t.SCHEMA_VERSION):
                for statement in _STEPS[step + 1]:
                    connection.exec_driver_sql(statement)
            t.metadata.create_all(connection)
            connection.exec_driver_sql(f"PRAGMA user_version = {t.SCHEMA_VERSION}")


def _version(connection: Connection) -> int:
    return int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())
