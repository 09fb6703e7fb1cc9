"""Tables as searchable text, and long tables as runs of rows with the header repeated.

In: a table. Out: one line of text per row, "header: cell; header: cell", so that a row
can be found and quoted without the rows above it. Knows no file format.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from clerestory.reading.cutting import Piece, cut_text
from clerestory.reading.places import join_locators
from clerestory.reading.sentences import count_words, storable
from clerestory.types import Line, Locator, Row, Table

_WHOLE = 2  # times the aimed words: a table up to this length is not cut
_NUMBER = re.compile(r"[-+(]?[$€£]?\s?\d[\d.,:/\s-]*\s?[%€$)]?|[-–—]|n/?a", re.I)


@dataclass(frozen=True, slots=True)
class TableRun:
    """Some rows of a table: their text with places, the rows with the header, and which part it is."""

    piece: Piece
    table: Table | None
    locator: Locator
    part: str


def table_text(table: Table) -> str:
    """One line per row below the header (the header itself if there is nothing below it)."""
    return "\n".join(text for _, text in row_texts(table))


def row_texts(table: Table) -> list[tuple[int, str]]:
    """The lines of ``table_text``, each with the number (from 0) of its row."""
    body = range(table.header_rows, len(table.rows))
    header = _header(table)
    if not body:
        body, header = range(len(table.rows)), ()
    texts = ((number, _row_text(table.rows[number], header)) for number in body)
    return [(number, text) for number, text in texts if text]


def header_rows(rows: Sequence[Sequence[str]]) -> int:
    """1 if the first row reads like a header of those below it, else 0.

    A header names every column once, in words, and the rows below differ from it in kind:
    a column of numbers, or cells that are longer than their heading.
    """
    if len(rows) < 2 or len(rows[0]) < 2:
        return 0
    first = [cell.strip() for cell in rows[0]]
    if not all(first) or len(set(first)) < len(first) or any(_NUMBER.fullmatch(cell) for cell in first):
        return 0
    sample = rows[1:50]
    for column, name in enumerate(first):
        cells = [row[column].strip() for row in sample if column < len(row) and row[column].strip()]
        if not cells:
            continue
        if sum(bool(_NUMBER.fullmatch(cell)) for cell in cells) > len(cells) / 2:
            return 1
        repeated = len(set(cells)) < len(cells)
        if name not in cells and (repeated or sum(map(len, cells)) / len(cells) > 1.5 * len(name)):
            return 1
    return 0


def table_runs(table: Table, locator: Locator, *, words: int) -> list[TableRun]:
    """The table whole, or in runs of about ``words`` words.

    A run's place is that of its rows where rows have places, else the table's.
    """
    table = _storable(table)
    texts = [(table.rows[number], text) for number, text in row_texts(table)]
    counts = [count_words(text) for _, text in texts]
    total = sum(counts)
    if total <= _WHOLE * words:
        piece = _piece(texts, locator)
        return [TableRun(piece, table, locator, "")]
    aim = total / max(1, round(total / words))
    groups: list[list[tuple[Row, str]]] = [[]]
    size = 0.0
    for pair, count in zip(texts, counts, strict=True):
        if groups[-1] and size + count / 2 > aim:
            groups.append([])
            size = 0
        groups[-1].append(pair)
        size += count
    # A table of nothing but headings is its own body.
    header = table.rows[: table.header_rows] if len(table.rows) > table.header_rows else ()
    runs: list[TableRun] = []
    for group in groups:
        # The first run holds the header where it stands; the others repeat it.
        own = [row for row, _ in group]
        held = own if group is not groups[0] else [*header, *own]
        places = [row.locator for row in held if row.locator is not None]
        place = join_locators(places) if places else locator
        rows = Table((*header, *own), len(header))
        # A single row may hold a page of text: only its first part carries the row.
        for number, piece in enumerate(cut_text(_piece(group, locator), words=_WHOLE * words)):
            runs.append(TableRun(piece, rows if number == 0 else None, place, ""))
    return [replace(run, part=f"{number} of {len(runs)}") for number, run in enumerate(runs, 1)]


def _piece(texts: Sequence[tuple[Row, str]], locator: Locator) -> Piece:
    lines: list[Line] = []
    offset = 0
    for row, text in texts:
        if text:
            lines.append(Line(offset, offset + len(text), row.locator or locator))
        offset += len(text) + 1
    return Piece("\n".join(text for _, text in texts), tuple(lines))


def _header(table: Table) -> tuple[str, ...]:
    """One name per column; the names of several header rows are joined, each once."""
    rows = table.rows[: table.header_rows]
    width = max((len(row.cells) for row in rows), default=0)
    names = []
    for column in range(width):
        parts = dict.fromkeys(_flat(row.cells[column]) for row in rows if column < len(row.cells))
        names.append(" ".join(part for part in parts if part))
    return tuple(names)


def _row_text(row: Row, header: Sequence[str]) -> str:
    cells = [_flat(cell) for cell in row.cells]
    if len(cells) > 1 and len(set(cells)) == 1:
        return cells[0]  # one cell over the whole width, given once for each column
    parts: list[str] = []
    for column, text in enumerate(cells):
        name = header[column] if column < len(header) else ""
        part = f"{name}: {text}" if text and name and name != text else text
        if part and parts and parts[-1].endswith(":"):  # a form: the name stands in the cell before
            parts[-1] += f" {part}"
        elif part:
            parts.append(part)
    return "; ".join(parts)


def _flat(cell: str) -> str:
    return " ".join(cell.split())


def _storable(table: Table) -> Table:
    rows = tuple(Row(tuple(storable(cell) for cell in row.cells), row.locator) for row in table.rows)
    return Table(rows, table.header_rows)
