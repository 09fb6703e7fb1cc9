"""HTML tables as grids: spans filled in, header rows told from the rest.

In: a ``<table>`` element and a function that gives the text of a cell. Out: a table and
its caption, or None for a table that only places things on the page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from clerestory.reading.tables import header_rows
from clerestory.types import Row, Table

_MAX_SPAN = 1000  # as in the HTML standard
_FLOW_TAGS = {"h1", "h2", "h3", "h4", "h5", "h6", "figure", "section", "article", "main", "nav", "form"}
_LONG_CELL = 1500  # characters: a cell as long as that is a column of a page, not a value


@dataclass(frozen=True, slots=True)
class Grid:
    """A data table. ``left_out`` counts cells beyond the limit."""

    table: Table
    caption: str
    left_out: int = 0


def local_name(element: Any) -> str:
    """The tag without its namespace, lower-case; nothing for comments and the like."""
    tag = element.tag
    return tag.rpartition("}")[2].lower() if isinstance(tag, str) else ""


def is_layout(element: Any) -> bool:
    """Whether a table only places things: said by its role, or shown by what is in it."""
    if (element.get("role") or "").lower() in {"presentation", "none"}:
        return True
    cells = list(_cells_of_all_rows(element))
    if any(local_name(cell) == "th" for cell in cells) or _child(element, "caption") is not None:
        return False
    if len(cells) <= 1:
        return True
    for cell in cells:
        if any(local_name(inner) in _FLOW_TAGS for inner in cell.iterdescendants()):
            return True
        if sum(len(text) for text in cell.itertext()) > _LONG_CELL:
            return True
    # A table around tables frames them.
    return any(local_name(inner) == "table" for cell in cells for inner in cell.iterdescendants())


def read_grid(element: Any, cell_text: Callable[[Any], str], *, max_cells: int) -> Grid | None:
    """The table's cells with spans filled in; None when no cell says anything."""
    rows: list[list[str]] = []
    heads: list[bool] = []
    pending: dict[int, tuple[int, str]] = {}  # column -> rows still to fill, text
    cells = left_out = 0
    for row_element, in_head in _rows(element):
        own = [cell for cell in row_element if local_name(cell) in {"td", "th"}]
        if cells >= max_cells:
            left_out += len(own)
            continue
        row: list[str] = []
        only_heads = bool(own)
        for cell in own:
            _fill(row, pending)
            text = cell_text(cell)
            head = local_name(cell) == "th"
            only_heads = only_heads and head
            columns = _span(cell, "colspan")
            down = _span(cell, "rowspan")
            for offset in range(columns):
                # A heading stands over all its columns; a value is not said twice.
                part = text if head or not offset else ""
                if down > 1:
                    pending[len(row)] = (down - 1, part)
                row.append(part)
        _fill(row, pending)
        cells += len(row)
        rows.append(row)
        heads.append(in_head or only_heads)
    if not any(any(row) for row in rows):
        return None
    return _grid(element, rows, heads, cell_text, left_out)


def _grid(
    element: Any, rows: list[list[str]], heads: list[bool], cell_text: Callable[[Any], str], left_out: int
) -> Grid:
    caption_element = _child(element, "caption")
    caption = cell_text(caption_element) if caption_element is not None else ""
    keep = [any(row) for row in rows]
    heads = [head for head, kept in zip(heads, keep, strict=True) if kept]
    rows = [row for row, kept in zip(rows, keep, strict=True) if kept]
    width = max(len(row) for row in rows)
    # One heading over the whole width names the table.
    while len(rows) > 1 and heads[0] and width > 1 and len(rows[0]) == width and len(set(rows[0])) == 1:
        caption = " ".join(part for part in (caption, rows[0][0]) if part)
        rows, heads = rows[1:], heads[1:]
    count = 0
    while count < len(rows) and heads[count]:
        count += 1
    if count == len(rows):  # nothing but headings: the first row heads the others
        count = min(count, 1) if len(rows) > 1 else 0
    if not count:
        count = header_rows(rows)
    return Grid(Table(tuple(Row(tuple(row)) for row in rows), count), caption, left_out)


def _fill(row: list[str], pending: dict[int, tuple[int, str]]) -> None:
    """Cells that reach down from rows above, at the columns that come next."""
    while (column := len(row)) in pending:
        left, text = pending.pop(column)
        if left > 1:
            pending[column] = (left - 1, text)
        row.append(text)


def _span(cell: Any, name: str) -> int:
    try:
        return max(1, min(_MAX_SPAN, int(cell.get(name) or 1)))
    except ValueError:
        return 1


def _rows(element: Any) -> Iterator[tuple[Any, bool]]:
    """The table's own rows (not those of tables inside it), and whether they stand in its head."""
    for child in element:
        name = local_name(child)
        if name == "tr":
            yield child, False
        elif name in {"thead", "tbody", "tfoot"}:
            for row in child:
                if local_name(row) == "tr":
                    yield row, name == "thead"


def _cells_of_all_rows(element: Any) -> Iterator[Any]:
    for row, _ in _rows(element):
        for cell in row:
            if local_name(cell) in {"td", "th"}:
                yield cell


def _child(element: Any, name: str) -> Any | None:
    return next((child for child in element if local_name(child) == name), None)
