"""Between rows of the catalogue's tables and values of ``types`` and ``records``."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row

from clerestory.storing import codec
from clerestory.storing.records import AssetRecord, LedgerRecord, ReadingRecord
from clerestory.types import LedgerLine, Occurrence

_ISO_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2}(T\d{2}:\d{2}(:\d{2})?)?)?)?")


def now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="microseconds")


def own_time(metadata: Mapping[str, str]) -> str:
    for key in ("taken", "created"):
        found = _ISO_DATE.match(metadata.get(key, ""))
        if found:
            return found.group()
    return ""


def asset_record(row: Row[Any]) -> AssetRecord:
    return AssetRecord(
        row.asset,
        row.size,
        row.media_type,
        row.title,
        row.own_time,
        row.added_at,
        row.removed_at or "",
        row.kept,
    )


def reading_record(row: Row[Any]) -> ReadingRecord:
    return ReadingRecord(
        row.reading,
        row.asset,
        row.reader,
        row.version,
        row.settings,
        row.state,
        row.segments,
        row.pages,
        row.read_at,
        row.batch or "",
    )


def ledger_row(
    line: LedgerLine, *, asset: str | None, reading: str | None = None, path: str = ""
) -> dict[str, Any]:
    where = None if line.locator is None else codec.dumps(codec.pack_locator(line.locator))
    return {
        "asset": asset,
        "reading": reading,
        "path": path,
        "code": line.code,
        "severity": line.severity,
        "kind": line.kind,
        "reason": line.reason,
        "locator": where,
        "text": line.text,
        "noted_at": now(),
    }


def ledger_record(row: Row[Any]) -> LedgerRecord:
    where = None if row.locator is None else codec.unpack_locator(json.loads(row.locator))
    line = LedgerLine(row.code, row.severity, row.kind, row.reason, where, row.text)
    return LedgerRecord(line, row.asset or "", row.reading or "", row.path, row.noted_at)


def occurrence(row: Row[Any]) -> Occurrence:
    return Occurrence(row.asset, row.path, row.size, row.mtime_ns, row.licence, row.attribution)
