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
_PLAIN_STYLES = {"TableGrid", "TableNormal", "Normal", "TableGridLight", "PlainTable"}
_FIRST_ROW = 0x0020  # in the flags of tblLook
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
    bold: list[bool] = []  # by row
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
        bold.append(_is_bold(row) if len(bold) < 2 else False)
    found.columns = max((sum(span for _, span in row) for row in grid), default=0)
    spread = [_spread(row, found.columns, everywhere=True) for row in grid]
    if 0 < marked < len(grid):
        found.header_rows = marked
    elif len(grid) > 1:
        emphasised = _has_header_style(element) or (bold[0] and not bold[1])
        found.header_rows = max(guess_header_rows(spread), int(emphasised))
    found.rows = [
        spread[index] if index < found.header_rows else _spread(row, found.columns, everywhere=False)
        for index, row in enumerate(grid)
    ]
    return found


def _has_header_style(element: Element) -> bool:
    """Whether the table's style sets its first row apart (plain grids do not)."""
    properties = child(element, "tblPr")
    style = child(properties, "tblStyle") if properties is not None else None
    look = child(properties, "tblLook") if properties is not None else None
    if style is None or look is None or attribute(style, "val") in _PLAIN_STYLES:
        return False
    try:
        flags = int(attribute(look, "val", "0"), 16)
    except ValueError:
        flags = 0
    return attribute(look, "firstRow") in ("1", "true") or bool(flags & _FIRST_ROW)


def _is_bold(row: Element) -> bool:
    """Whether all words of the row are set in bold."""
    runs = [run for run in row.iter() if local(run) == "r" and any((part.text or "").strip() for part in run)]
    return bool(runs) and all(is_on(child(run, "rPr", "b")) for run in runs)


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
