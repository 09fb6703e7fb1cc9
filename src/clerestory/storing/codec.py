"""Locators, lines, tables, ledger lines and requests as JSON values, without loss.

Short lists instead of named fields where there are many: lines of a page are read at
each search. ``clerestory.locators`` writes locators for people and for links (rounded);
this one is for the store (exact).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from clerestory.types import (
    WHOLE,
    Box,
    CellRange,
    CharRange,
    LedgerLine,
    Line,
    Locator,
    MediaRequest,
    OcrRequest,
    PageBox,
    Region,
    Row,
    Slide,
    Table,
    TimeSpan,
)


def dumps(value: object) -> str:
    """Compact JSON; equal values give equal text."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def pack_locator(locator: Locator) -> list[Any]:
    """E.g. ``["page", 12, 0.1, 0.2, 0.5, 0.4]``; a whole page is ``["page", 12]``."""
    match locator:
        case PageBox(page, box):
            return ["page", page, *_pack_box(box)]
        case Slide(number, box):
            return ["slide", number, *_pack_box(box)]
        case Region(box):
            return ["region", *_pack_box(box)]
        case TimeSpan(start_s, end_s, box):
            return ["time", start_s, end_s, *(() if box is None else box)]
        case CharRange(start, end):
            return ["chars", start, end]
        case CellRange(sheet, first, last):
            return ["cells", sheet, first, last]


def unpack_locator(packed: list[Any]) -> Locator:
    return _UNPACK[packed[0]](packed)


def _pack_box(box: Box) -> tuple[float, ...]:
    return () if box == WHOLE else box


def _unpack_box(values: list[float]) -> Box:
    return Box(*values) if values else WHOLE


_UNPACK: dict[str, Callable[[list[Any]], Locator]] = {
    "page": lambda packed: PageBox(packed[1], _unpack_box(packed[2:])),
    "slide": lambda packed: Slide(packed[1], _unpack_box(packed[2:])),
    "region": lambda packed: Region(_unpack_box(packed[1:])),
    "time": lambda packed: TimeSpan(packed[1], packed[2], Box(*packed[3:]) if len(packed) > 3 else None),
    "chars": lambda packed: CharRange(packed[1], packed[2]),
    "cells": lambda packed: CellRange(packed[1], packed[2], packed[3]),
}


def pack_optional(locator: Locator | None) -> list[Any] | None:
    return None if locator is None else pack_locator(locator)


def unpack_optional(packed: list[Any] | None) -> Locator | None:
    return None if packed is None else unpack_locator(packed)


def pack_lines(lines: tuple[Line, ...]) -> list[list[Any]]:
    return [[line.start, line.end, pack_locator(line.locator), line.confidence] for line in lines]


def unpack_lines(packed: list[list[Any]]) -> tuple[Line, ...]:
    return tuple(Line(start, end, unpack_locator(where), sure) for start, end, where, sure in packed)


def pack_table(table: Table) -> list[Any]:
    return [table.header_rows, [[list(row.cells), pack_optional(row.locator)] for row in table.rows]]


def unpack_table(packed: list[Any]) -> Table:
    header_rows, rows = packed
    return Table(tuple(Row(tuple(cells), unpack_optional(where)) for cells, where in rows), header_rows)


def pack_ledger_line(line: LedgerLine) -> dict[str, Any]:
    return {
        "code": line.code,
        "severity": line.severity,
        "kind": line.kind,
        "reason": line.reason,
        "locator": pack_optional(line.locator),
        "text": line.text,
    }


def unpack_ledger_line(packed: dict[str, Any]) -> LedgerLine:
    return LedgerLine(**{**packed, "locator": unpack_optional(packed["locator"])})


def pack_request(request: OcrRequest | MediaRequest) -> dict[str, Any]:
    """Only stretches of media have a ``kind``: places for OCR were here first."""
    packed = {
        "locator": pack_locator(request.locator),
        "priority": request.priority,
        "reason": request.reason,
    }
    if isinstance(request, MediaRequest):
        return packed | {"kind": request.kind}
    return packed | {"object": request.object, "context": list(request.context)}


def unpack_request(packed: dict[str, Any]) -> OcrRequest | MediaRequest:
    return unpack_media_request(packed) if "kind" in packed else unpack_ocr_request(packed)


def unpack_ocr_request(packed: dict[str, Any]) -> OcrRequest:
    return OcrRequest(
        **{**packed, "locator": unpack_locator(packed["locator"]), "context": tuple(packed["context"])}
    )


def unpack_media_request(packed: dict[str, Any]) -> MediaRequest:
    _, start_s, end_s = packed["locator"]
    return MediaRequest(**{**packed, "locator": TimeSpan(start_s, end_s)})
