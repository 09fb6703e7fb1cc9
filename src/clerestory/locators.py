"""Places in an asset as addresses and as words.

In: an asset's digest or a file name, and a locator. Out: a W3C Media Fragments address
(``clerestory:ab12…#page=12&xywh=percent:10,20,30,40``) and back, or words for people
("manual.pdf p. 12, lower left"). Knows nothing of files, libraries or pictures.

Sources: Media Fragments URI 1.0 (``t``, ``xywh=percent``), RFC 8118 (``page`` of a PDF),
RFC 5147 (``char`` of a text). ``slide``, ``sheet`` and ``cells`` are ours.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from urllib.parse import quote, unquote

from clerestory.errors import BadLocator
from clerestory.types import WHOLE, Box, CellRange, CharRange, Locator, PageBox, Region, Slide, TimeSpan

SCHEME = "clerestory"
# A millionth of a page's side is far below a pixel of any picture of it; addresses stay short.
BOX_STEPS = 1_000_000
TIME_STEPS = 1_000  # milliseconds

_ADDRESS = re.compile(r"clerestory:(?P<asset>[0-9a-f]{4,64})#(?P<fragment>.+)", re.DOTALL)
_CELL = re.compile(r"[A-Z]{1,3}[1-9][0-9]{0,6}")
_KEYS = ("page", "slide", "sheet", "cells", "char", "t", "xywh")


def to_fragment(asset: str, locator: Locator) -> str:
    """The address of ``locator`` in ``asset``; boxes are rounded to a millionth, times to a millisecond."""
    return f"{SCHEME}:{asset}#{_fragment(locator)}"


def _fragment(locator: Locator) -> str:
    match locator:
        case PageBox(page, box):
            return f"page={page}{_box(box)}"
        case Slide(number, box):
            return f"slide={number}{_box(box)}"
        case Region(box):
            return _box(box, always=True).removeprefix("&")
        case TimeSpan(start_s, end_s, box):
            span = f"t={_decimal(start_s, TIME_STEPS)},{_decimal(end_s, TIME_STEPS)}"
            return span if box is None else span + _box(box, always=True)
        case CharRange(start, end):
            return f"char={start},{end}"
        case CellRange(sheet, first, last):
            return f"sheet={quote(sheet, safe='')}&cells={first}:{last}"


def _box(box: Box, *, always: bool = False) -> str:
    if box == WHOLE and not always:
        return ""
    # Width and height come from rounded corners, so that an address read and written again is the same.
    x0, y0, x1, y1 = (round(value * BOX_STEPS) for value in box)
    percents = (_decimal(steps / BOX_STEPS * 100, BOX_STEPS // 100) for steps in (x0, y0, x1 - x0, y1 - y0))
    return f"&xywh=percent:{','.join(percents)}"


def _decimal(value: float, steps: int) -> str:
    digits = len(str(steps)) - 1
    text = f"{round(value * steps) / steps:.{digits}f}"
    return text.rstrip("0").rstrip(".")


def parse_fragment(address: str) -> tuple[str, Locator]:
    """Asset digest (or the beginning of one) and locator of an address.

    Raises:
        BadLocator: it names no place.
    """
    matched = _ADDRESS.fullmatch(address)
    if not matched:
        raise _bad(address, "not an address of a place")
    parts: dict[str, str] = {}
    for part in matched["fragment"].split("&"):
        key, equals, value = part.partition("=")
        if key not in _KEYS or not equals or key in parts:
            raise _bad(address, f"cannot read {part!r}")
        parts[key] = value
    try:
        return matched["asset"], _locator(parts)
    except ValueError as error:
        raise _bad(address, str(error)) from error


def _bad(address: str, what: str) -> BadLocator:
    return BadLocator(
        what,
        where=address[:120],
        fix="Addresses look like clerestory:DIGEST#page=12&xywh=percent:10,20,30,40.",
    )


def _locator(parts: Mapping[str, str]) -> Locator:
    box = _parsed_box(parts["xywh"]) if "xywh" in parts else None
    match sorted(key for key in parts if key != "xywh"):
        case []:
            return Region(box or WHOLE)
        case ["page"]:
            return PageBox(_counted(parts["page"]), box or WHOLE)
        case ["slide"]:
            return Slide(_counted(parts["slide"]), box or WHOLE)
        case ["t"]:
            start_s, end_s = _span(parts["t"])
            return TimeSpan(float(start_s), float(end_s), box)
        case ["char"] if box is None:
            start, end = _span(parts["char"])
            if start != int(start) or end != int(end):
                raise ValueError("characters are counted in whole numbers")
            return CharRange(int(start), int(end))
        case ["cells", "sheet"] if box is None:
            first, _, last = parts["cells"].partition(":")
            if not _CELL.fullmatch(first) or not _CELL.fullmatch(last):
                raise ValueError(f"{parts['cells']!r} is not a range of cells such as B3:D7")
            return CellRange(unquote(parts["sheet"], errors="strict"), first, last)
        case keys:
            raise ValueError(f"{' and '.join(keys)} do not go together")


def _parsed_box(text: str) -> Box:
    if not text.startswith("percent:"):
        raise ValueError("a box is written in percent")
    x, y, w, h = _numbers(text.removeprefix("percent:"), 4)
    corners = (x, y, x + w, y + h)
    if any(value > 100 for value in corners):
        raise ValueError("the box is not inside the page")
    return Box(*(float(value / 100) for value in corners))


def _counted(text: str) -> int:
    if not re.fullmatch(r"[1-9][0-9]{0,8}", text):
        raise ValueError(f"{text!r} is not a number from 1")
    return int(text)


def _span(text: str) -> tuple[Decimal, Decimal]:
    start, end = _numbers(text, 2)
    if end < start:
        raise ValueError("the end lies before the start")
    return start, end


def _numbers(text: str, count: int) -> list[Decimal]:
    """``count`` finite numbers >= 0, exact, so that sums of them are."""
    try:
        numbers = [Decimal(part) for part in text.split(",") if re.fullmatch(r"[0-9.]{1,24}", part)]
    except InvalidOperation:
        numbers = []
    if len(numbers) != count or len(numbers) != len(text.split(",")):
        raise ValueError(f"{text!r} is not {count} numbers")
    return numbers


def describe(name: str, locator: Locator) -> str:
    """The place in words, after the file's name: "manual.pdf p. 12, lower left"."""
    return name + place(locator, lead=" ")


def place(locator: Locator, *, lead: str = "") -> str:
    """The place alone: "p. 12, lower left", "03:12–03:31", "Sheet1, row 7"; empty for a whole picture."""
    match locator:
        case PageBox(page, box):
            return f"{lead}p. {page}{_comma(position(box))}"
        case Slide(number, box):
            return f"{lead}slide {number}{_comma(position(box))}"
        case Region(box):
            words = position(box)
            return (f", {words}" if lead else words) if words else ""
        case TimeSpan(start_s, end_s, box):
            span = clock(start_s) if end_s <= start_s else f"{clock(start_s)}–{clock(end_s)}"
            return f"{lead}{span}{_comma(position(box or WHOLE))}"
        case CharRange(start, end):
            return f"{lead}characters {start + 1:,}–{max(end, start + 1):,}"
        case CellRange(sheet, first, last):
            cells = _cells(first, last)
            words = f"{sheet}, {cells}" if sheet else cells
            return f", {words}" if lead else words


def _comma(words: str) -> str:
    return f", {words}" if words else ""


def position(box: Box) -> str:
    """Where on its page a box lies, in a word or two; empty when it covers most of it."""
    wide = box.x1 - box.x0 > 0.6
    high = box.y1 - box.y0 > 0.6
    across = _third(box.x0, box.x1, ("left", "centre", "right"))
    down = _third(box.y0, box.y1, ("upper", "middle", "lower"))
    if wide and high:
        return ""
    if high:
        return {"left": "left side", "centre": "centre", "right": "right side"}[across]
    if wide:
        return {"upper": "top", "middle": "middle", "lower": "bottom"}[down]
    if across == "centre":
        return {"upper": "top centre", "middle": "centre", "lower": "bottom centre"}[down]
    return f"{down} {across}"


def _third(low: float, high: float, words: tuple[str, str, str]) -> str:
    return words[min(2, max(0, int((low + high) / 2 * 3)))]


def clock(seconds: float) -> str:
    """Seconds as a player shows them: 03:12, 1:02:07."""
    whole = int(seconds)
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes:02}:{rest:02}"


def _cells(first: str, last: str) -> str:
    if first == last:
        return first
    first_column, first_row = _split(first)
    last_column, last_row = _split(last)
    # Rows are what people count when a range starts at the sheet's edge and is wider than one column.
    if first_column == "A" and last_column != "A":
        return f"row {first_row}" if first_row == last_row else f"rows {first_row}–{last_row}"
    return f"{first}:{last}"


def _split(cell: str) -> tuple[str, str]:
    column = cell.rstrip("0123456789")
    return column, cell[len(column) :]
