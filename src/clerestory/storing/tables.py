"""The catalogue's tables, in SQLAlchemy Core so that they live in SQLite or PostgreSQL.

Only shapes: what may be asked of them is in ``catalogue.py``. Times are ISO 8601 text in
UTC; locators, requests and results are JSON text (``codec.py``).
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
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
from sqlalchemy.types import BigInteger

SCHEMA_VERSION = 1

metadata = MetaData()


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
    Column("media_type", String, nullable=False, server_default=""),
    Column("title", Text, nullable=False, server_default=""),
    # When it was taken or written according to the file itself; empty = unknown.
    Column("own_time", String, nullable=False, server_default=""),
    Column("added_at", String, nullable=False),
    Column("removed_at", String),  # in the trash since; NULL = not removed
    Column("kept", Boolean, nullable=False, server_default=text("0")),
)

occurrences = Table(
    "occurrences",
    metadata,
    Column("path", Text, primary_key=True),
    Column("asset", _refers("assets.asset"), nullable=False, index=True),
    Column("size", BigInteger, nullable=False),
    Column("mtime_ns", BigInteger, nullable=False),
    Column("licence", Text, nullable=False, server_default=""),
    Column("attribution", Text, nullable=False, server_default=""),
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
    Column("key", String, primary_key=True),
    Column("value", Text, nullable=False),
    Index("metadata_by_value", "key", "value"),
)

reading_objects = Table(
    "reading_objects",
    metadata,
    Column("reading", _refers("readings.reading"), primary_key=True),
    Column("object", String(64), primary_key=True, index=True),
    Column("role", String, nullable=False),
    Column("media_type", String, nullable=False),
)

# Lines of a reading, or of a file that could not be read (then without a reading, and
# without an asset when its bytes could not even be hashed).
ledger = Table(
    "ledger",
    metadata,
    Column("line", Integer, primary_key=True),
    Column("asset", _refers("assets.asset"), index=True),
    Column("reading", _refers("readings.reading"), index=True),
    Column("path", Text, nullable=False, server_default="", index=True),
    Column("code", String, nullable=False),
    Column("severity", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("reason", Text, nullable=False),
    Column("locator", Text),
    Column("text", Text, nullable=False, server_default=""),
    Column("noted_at", String, nullable=False),
)

# Places whose text is to be recognised, by asset: results outlive the reading that asked.
jobs = Table(
    "jobs",
    metadata,
    Column("job", Integer, primary_key=True),
    Column("asset", _refers("assets.asset"), nullable=False),
    Column("place", String, nullable=False),  # digest of locator and object
    Column("request", Text, nullable=False),
    Column("priority", Float, nullable=False),
    Column("state", String, nullable=False),
    Column("result", Text),
    Column("error", Text, nullable=False, server_default=""),
    Column("ended_at", String),
    CheckConstraint("state IN ('waiting', 'done', 'failed')", name="state"),
    UniqueConstraint("asset", "place"),
    Index("jobs_by_priority", "state", "priority"),
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
    _one("one_current", "role", "current"),
)
