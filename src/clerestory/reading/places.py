"""The place that holds several places. Knows no document."""

from __future__ import annotations

import re
from collections.abc import Sequence

from clerestory.errors import BadLocator
from clerestory.types import Box, CellRange, CharRange, Locator, PageBox, Region, Slide, TimeSpan

_CELL = re.compile(r"([A-Z]+)([0-9]+)")


def join_locators(locators: Sequence[Locator]) -> Locator:
    """The smallest place around all that are of the first one's kind and page, slide or sheet."""
    first = locators[0]
    if len(locators) == 1:
        return first
    match first:
        case PageBox():
            boxes = [one.box for one in locators if isinstance(one, PageBox) and one.page == first.page]
            return PageBox(first.page, _around(boxes))
        case Slide():
            boxes = [one.box for one in locators if isinstance(one, Slide) and one.number == first.number]
            return Slide(first.number, _around(boxes))
        case Region():
            return Region(_around([one.box for one in locators if isinstance(one, Region)]))
        case CharRange():
            ranges = [one for one in locators if isinstance(one, CharRange)]
            return CharRange(min(one.start for one in ranges), max(one.end for one in ranges))
        case TimeSpan():
            spans = [one for one in locators if isinstance(one, TimeSpan)]
            return TimeSpan(min(one.start_s for one in spans), max(one.end_s for one in spans), first.box)
        case CellRange():
            ranges_ = [one for one in locators if isinstance(one, CellRange) and one.sheet == first.sheet]
            corners = [cell_position(name) for one in ranges_ for name in (one.first, one.last)]
            columns, rows = [column for column, _ in corners], [row for _, row in corners]
            return CellRange(
                first.sheet, cell_name(min(columns), min(rows)), cell_name(max(columns), max(rows))
            )


def cell_position(name: str) -> tuple[int, int]:
    """Column and row of a cell, both from 1: "B3" is (2, 3).

    Raises:
        BadLocator: not the name of a cell.
    """
    match = _CELL.fullmatch(name)
    if match is None:
        raise BadLocator(f"{name!r} is not the name of a cell", fix="Write a column and a row, such as B3.")
    column = 0
    for letter in match.group(1):
        column = column * 26 + ord(letter) - ord("A") + 1
    return column, int(match.group(2))


def cell_name(column: int, row: int) -> str:
    """The name of a cell from its column and row, both from 1."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{row}"


def _around(boxes: Sequence[Box]) -> Box:
    return Box(
        min(box.x0 for box in boxes),
        min(box.y0 for box in boxes),
        max(box.x1 for box in boxes),
        max(box.y1 for box in boxes),
    )
