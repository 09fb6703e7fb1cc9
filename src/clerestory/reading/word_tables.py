"""Word tables as rectangles of cell texts: spans, vertical merges, header rows.

In: a table element and a function that reads one cell. Out: rows of equal length. A cell
that spans columns stands in its first column (in header rows in all of them, so that every
column has its name); a cell that spans rows stands in each row. Source: ECMA-376 part 1,
section 17.4.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from clerestory.reading.elements import Element, attribute, child, is_on, local, whole
from clerestory.reading.grids import guess_header_rows
from clerestory.reading.word_text import Paragraph
from clerestory.types import Row, Table

MAX_SPAN = 1_000  # columns; Word itself allows 63
_WRAPPERS = {"sdt", "sdtContent", "customXml", "ins", "moveTo"}


@dataclass(slots=True)
class WordTable:
    rows: list[tuple[str, ...]] = field(default_factory=list)
    header_rows: int = 0
    columns: int = 0
    cells: list[Element] = field(default_factory=list)
    paragraphs: list[Paragraph] = field(default_factory=list)  # of all cells, for what hangs on them
    deleted: list[str] = field(default_factory=list)

    def table(self) -> Table:
        return Table(tuple(Row(row) for row in self.rows), self.header_rows)


def read_table(element: Element, cell_text: Callable[[Element, list[Paragraph]], str]) -> WordTable:
    """The table; ``cell_text`` reads a cell and appends the paragraphs in it."""
    found = WordTable()
    marked = 0  # rows at the top that repeat on each page
    grid: list[list[tuple[str, int]]] = []  # (text, columns it spans)
    above: list[str] = []  # texts by column, for vertical merges
    for row in _named(element, "tr"):
        properties = child(row, "trPr")
        if properties is not None and child(properties, "del") is not None:
            found.deleted.append(" ".join(row.itertext()).strip())
            continue
        if properties is not None and is_on(child(properties, "tblHeader")) and marked == len(grid):
            marked += 1
        cells = [("", _number(properties, "gridBefore"))] if _number(properties, "gridBefore") else []
        column = sum(span for _, span in cells)
        texts: list[str] = [""] * column
        for cell in _named(row, "tc"):
            own = child(cell, "tcPr")
            span = min(MAX_SPAN, max(1, _number(own, "gridSpan", 1)))
            merge = child(own, "vMerge") if own is not None else None
            continues = merge is not None and attribute(merge, "val", "continue") == "continue"
            found.cells.append(cell)
            text = cell_text(cell, found.paragraphs)
            if continues and not text and column < len(above):
                text = above[column]
            cells.append((text, span))
            texts.extend([text] * span)
            column += span
        above = texts
        grid.append(cells)
    found.columns = max((sum(span for _, span in row) for row in grid), default=0)
    spread = [_spread(row, found.columns, everywhere=True) for row in grid]
    found.header_rows = marked if 0 < marked < len(grid) else guess_header_rows(spread)
    found.rows = [
        spread[index] if index < found.header_rows else _spread(row, found.columns, everywhere=False)
        for index, row in enumerate(grid)
    ]
    return found


def _spread(row: list[tuple[str, int]], columns: int, *, everywhere: bool) -> tuple[str, ...]:
    cells: list[str] = []
    for text, span in row:
        cells.append(text)
        cells.extend([text if everywhere else ""] * (span - 1))
    return tuple(cells + [""] * (columns - len(cells)))


def _named(element: Element, name: str) -> Iterator[Element]:
    for one in element:
        if local(one) == name:
            yield one
        elif local(one) in _WRAPPERS:
            yield from _named(one, name)


def _number(properties: Element | None, name: str, default: int = 0) -> int:
    one = child(properties, name) if properties is not None else None
    return whole(attribute(one, "val"), default) if one is not None else default
