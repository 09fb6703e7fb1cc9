"""The catalogue's tables, in SQLAlchemy Core so that they live in SQLite or PostgreSQL.

Only shapes: what may be asked of them is in ``catalogue.py``. Times are ISO 8601 text in
UTC; locators, requests and results are JSON text (``codec.py``).
"""

from __future__ import annotations

import re

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.types import BigInteger, TypeDecorator

SCHEMA_VERSION = 4  # see schema.py

metadata = MetaData()


class Words(TypeDecorator[str]):
    """Text of files and messages. Halves of surrogate pairs, which no database takes, are replaced."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return value if value is None or value.isascii() else _SURROGATE.sub("\ufffd", value)


class PathText(TypeDecorator[str]):
    """A path. Names of files are bytes on some systems, and Python writes those that are not
    UTF-8 as halves of surrogate pairs: kept as private characters, so that they come back.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        if value is None or value.isascii():
            return value
        return _SURROGATE.sub(lambda found: chr(_PRIVATE + ord(found[0])), value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        if value is None or value.isascii():
            return value
        return _KEPT.sub(lambda found: chr(ord(found[0]) - _PRIVATE), value)


_PRIVATE = 0x100000  # surrogates D800 to DFFF become 10D800 to 10DFFF
_SURROGATE = re.compile("[\ud800-\udfff]")
_KEPT = re.compile("[\U0010d800-\U0010dfff]")


def _refers(column: str) -> ForeignKey:
    return ForeignKey(column, ondelete="CASCADE")


def _one(name: str, column: str, condition: str) -> Index:
    """At most one row per value of ``column`` among those that fit."""
    where = text(condition)
    return Index(name, column, unique=True, sqlite_where=where, postgresql_where=where)


assets = Table(
    "assets",
    metadata,
    Column("asset", String(64), primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("media_type", Words, nullable=False, server_default=""),
    Column("title", Words, nullable=False, server_default=""),
    # When it was taken or written according to the file itself; empty = unknown.
    Column("own_time", String, nullable=False, server_default=""),
    Column("added_at", String, nullable=False),
    Column("removed_at", String),  # in the trash since; NULL = not removed
    Column("kept", Boolean, nullable=False, server_default=text("0")),
)

occurrences = Table(
    "occurrences",
    metadata,
    Column("path", PathText, primary_key=True),
    Column("asset", _refers("assets.asset"), nullable=False, index=True),
    Column("size", BigInteger, nullable=False),
    Column("mtime_ns", BigInteger, nullable=False),
    Column("licence", Words, nullable=False, server_default=""),
    Column("attribution", Words, nullable=False, server_default=""),
    Column("seen_at", String, nullable=False),
)

batches = Table(
    "batches",
    metadata,
    Column("batch", String, primary_key=True),
    Column("made_at", String, nullable=False),
)

readings = Table(
    "readings",
    metadata,
    Column("reading", String(64), primary_key=True),
    Column("asset", _refers("assets.asset"), nullable=False, index=True),
    Column("reader", String, nullable=False),
    Column("version", String, nullable=False),
    Column("settings", String, nullable=False),
    Column("state", String, nullable=False),
    Column("segments", Integer, nullable=False),
    Column("pages", Integer, nullable=False),
    Column("read_at", String, nullable=False),
    Column("batch", ForeignKey("batches.batch")),  # NULL until indexed
    CheckConstraint("state IN ('read', 'indexed', 'replaced')", name="state"),
    # One that answers and at most one on its way to replace it.
    _one("one_indexed", "asset", "state = 'indexed'"),
    _one("one_read", "asset", "state = 'read'"),
)

reading_metadata = Table(
    "reading_metadata",
    metadata,
    Column("reading", _refers("readings.reading"), primary_key=True),
    Column("key", Words, primary_key=True),
    Column("value", Words, nullable=False),
    Index("metadata_by_value", "key", "value"),
)

reading_objects = Table(
    "reading_objects",
    metadata,
    Column("reading", _refers("readings.reading"), primary_key=True),
    Column("object", String(64), primary_key=True, index=True),
    Column("role", String, nullable=False),
    Column("media_type", Words, nullable=False),
)

# Lines of a reading, or of a file that could not be read (then without a reading, and
# without an asset when its bytes could not even be hashed).
ledger = Table(
    "ledger",
    metadata,
    Column("line", Integer, primary_key=True),
    Column("asset", _refers("assets.asset"), index=True),
    Column("reading", _refers("readings.reading"), index=True),
    Column("path", PathText, nullable=False, server_default="", index=True),
    Column("code", String, nullable=False),
    Column("severity", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("reason", Words, nullable=False),
    Column("locator", Words),
    Column("text", Words, nullable=False, server_default=""),
    Column("noted_at", String, nullable=False),
)

# Places to recognise and stretches to hear or watch, by asset: results outlive the reading that asked.
jobs = Table(
    "jobs",
    metadata,
    Column("job", Integer, primary_key=True),
    Column("asset", _refers("assets.asset"), nullable=False),
    Column("place", String, nullable=False),  # digest of what is to be done where
    Column("request", Words, nullable=False),
    Column("priority", Float, nullable=False),
    Column("state", String, nullable=False),
    Column("result", Words),
    Column("ended_at", String),
    Column("kind", String, nullable=False, server_default="recognise"),
    Column("seconds", Float, nullable=False, server_default=text("0")),  # of a stretch
    Column("tries", Integer, nullable=False, server_default=text("0")),
    CheckConstraint("state IN ('waiting', 'done')", name="state"),
    UniqueConstraint("asset", "place"),
    Index("jobs_by_priority", "state", "priority"),
)

# What a result refers to lies in the object store before any reading does: key frames, previews.
job_objects = Table(
    "job_objects",
    metadata,
    Column("job", _refers("jobs.job"), primary_key=True),
    Column("object", String(64), primary_key=True, index=True),
)

spaces = Table(
    "spaces",
    metadata,
    Column("space", String, primary_key=True),
    Column("role", String, nullable=False),
    Column("encoder", String, nullable=False),
    Column("digest", String, nullable=False),
    Column("dimension", Integer, nullable=False),
    Column("current", Boolean, nullable=False),
    Column("made_at", String, nullable=False),
    Column("source", Words, nullable=False, server_default=""),  # how its encoder is named; see spaces.py
    _one("one_current", "role", "current"),
)

# Readings whose pictures (or sounds) are in the index as vectors of a space: how many rows they have there.
embedded = Table(
    "embedded",
    metadata,
    Column("space", String, primary_key=True),
    Column("reading", _refers("readings.reading"), primary_key=True, index=True),
    Column("rows", Integer, nullable=False),
)
