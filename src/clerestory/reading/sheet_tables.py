"""Tables and notes on a sheet: islands of cells, with their titles and headers.

In: a sparse grid of cell texts. Out: blocks with a cell range for each table and row. Empty
rows and columns divide islands where what they divide differs; a piece of the same width
that begins without a header, one empty row below, belongs to the table above it. Knows no
file format.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from clerestory.reading.blocks import Block
from clerestory.reading.grids import guess_header_rows, is_value
from clerestory.reading.places import join_locators
from clerestory.reading.sheet_cells import Area, Cells, cell_range
from clerestory.reading.tables import table_text
from clerestory.types import CellRange, Line, Row, Table

MAX_DEPTH = 6  # islands in islands
MAX_TITLE_ROWS = 4
MAX_TITLE = 300  # characters
ALIGNED = 0.5  # share of rows that both sides of an empty column fill, at least, in one table
MAX_MERGED_CELLS = 500_000
MAX_RECTANGLE = 4_000_000  # cells, filled or not; an island above it is no table that people made
_NEAR = 3  # rows between a title and the table below it

Grid = dict[int, dict[int, str]]


def sheet_blocks(
    sheet: str, cells: Cells, defined: Sequence[tuple[Area, int, str]], *, attributes: Mapping[str, str]
) -> list[Block]:
    """All islands from top to bottom; ``defined`` are (area, header rows, name) of the file's own tables."""
    grid = {row: dict(columns) for row, columns in sorted(cells.rows.items())}
    found: list[tuple[Area, int | None, str, Grid]] = []
    for area, header_rows, name in defined:
        inside = _cut_out(grid, area)
        if inside:
            found.append((_bounds(inside), header_rows, name, inside))
    islands = _joined([(_bounds(one), one) for one in _islands(grid, MAX_DEPTH)])
    found += [(area, None, "", island) for area, island in islands]
    found.sort(key=lambda one: (one[0].first_row, one[0].first_column))
    blocks: list[Block] = []
    merges = _Merges(cells.merges, _bounds(cells.rows))
    for area, header, name, inside in found:
        if (header is None and area.first_column == area.last_column) or _size(area) > MAX_RECTANGLE:
            blocks.append(_text_block(sheet, area, inside, attributes))
        else:
            blocks.extend(_table_blocks(sheet, area, inside, merges, header, name, attributes))
    return _apart(_with_titles(blocks), sheet)


def _apart(blocks: list[Block], sheet: str) -> list[Block]:
    """A heading without words before each text: texts on a sheet stand alone, not with the last one."""
    apart: list[Block] = []
    for block in blocks:
        if block.kind == "paragraph":
            apart.append(Block("heading", "", block.locator, level=1, place=sheet))
        apart.append(block)
    return apart


def _islands(grid: Grid, depth: int) -> list[Grid]:
    """Parts of the grid, divided again until nothing divides."""
    parts: list[Grid] = []
    for band in _bands(grid):
        pieces = _side_by_side(band)
        if len(pieces) == 1:
            parts.append(band)
            continue
        for piece in pieces:
            parts.extend(_islands(piece, depth - 1) if depth else [piece])
    return parts


def _side_by_side(band: Grid) -> list[Grid]:
    """The band, divided at empty columns that divide tables and do not merely space one out.

    Tables beside each other fill different rows, or stand apart and have headers of their own.
    """
    groups = _runs(sorted({column for row in band.values() for column in row}))
    pieces: list[tuple[int, int, Grid]] = []
    for first, last in groups:
        part: Grid = {}
        for row, columns in band.items():
            inside = {column: text for column, text in columns.items() if first <= column <= last}
            if inside:
                part[row] = inside
        if pieces and not _divides(pieces[-1], (first, last, part)):
            start, _, before = pieces.pop()
            joined = {row: {**before.get(row, {}), **part.get(row, {})} for row in sorted({*before, *part})}
            pieces.append((start, last, joined))
        else:
            pieces.append((first, last, part))
    return [part for _, _, part in pieces]


def _divides(left: tuple[int, int, Grid], right: tuple[int, int, Grid]) -> bool:
    (_, end, before), (start, _, after) = left, right
    shared = len(before.keys() & after.keys()) / min(len(before), len(after))
    if shared < ALIGNED:
        return True
    return start - end > 2 and all(_has_header(part) for part in (before, after))


def _has_header(part: Grid) -> bool:
    area = _bounds(part)
    top = {row: part[row] for row in list(part)[:12]}
    return area.last_column > area.first_column and bool(
        guess_header_rows(_rectangle(area, top, None, everywhere=True))
    )


def _bands(grid: Grid) -> list[Grid]:
    """Parts with no empty row in between; ``grid`` is in the order of its rows."""
    bands: list[Grid] = []
    last = -1
    for row, columns in grid.items():
        if row != last + 1:
            bands.append({})
        bands[-1][row] = columns
        last = row
    return bands


def _runs(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """Stretches of consecutive numbers."""
    runs: list[tuple[int, int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return runs


def _joined(islands: list[tuple[Area, Grid]]) -> list[tuple[Area, Grid]]:
    """Tables that one empty row had divided."""
    islands.sort(key=lambda one: (one[0].first_column, one[0].first_row))
    joined: list[tuple[Area, Grid]] = []
    for area, island in islands:
        if joined:
            above, upper = joined[-1]
            same = (above.first_column, above.last_column) == (area.first_column, area.last_column)
            if (
                same
                and area.first_column < area.last_column
                and above.last_row > above.first_row
                and area.first_row - above.last_row == 2
                and not guess_header_rows(_rectangle(area, island, None, everywhere=True)[:8])
            ):
                whole_ = Area(above.first_row, above.first_column, area.last_row, area.last_column)
                joined[-1] = (whole_, {**upper, **island})
                continue
        joined.append((area, island))
    return joined


def _table_blocks(
    sheet: str,
    area: Area,
    inside: Grid,
    merges: _Merges,
    header: int | None,
    name: str,
    attributes: Mapping[str, str],
) -> list[Block]:
    """The table, with rows at its top that are its title, and notes below it."""
    rows = sorted(inside)
    titles: list[str] = []
    if header is None:
        while len(rows) > 2 and len(titles) < MAX_TITLE_ROWS and _is_title(inside[rows[0]]):
            titles.append(next(iter(inside[rows.pop(0)].values())))
    notes: list[int] = []
    while header is None and len(rows) > 2 and _is_note(inside[rows[-1]]):
        notes.insert(0, rows.pop())
    core = Area(rows[0], area.first_column, rows[-1], area.last_column)
    spread = _rectangle(core, inside, merges, everywhere=True)
    lengths = [row for row in range(core.first_row, core.last_row + 1) if row in inside]
    header_rows = guess_header_rows(spread) if header is None else min(header, len(spread))
    narrow = _rectangle(core, inside, merges, everywhere=False)
    cells = [spread[i] if i < header_rows else narrow[i] for i in range(len(spread))]
    table = Table(
        tuple(
            Row(row, cell_range(sheet, Area(number, area.first_column, number, area.last_column)))
            for number, row in zip(lengths, cells, strict=True)
        ),
        header_rows,
    )
    caption = "\n".join(titles) or name
    reach = Area(area.first_row, area.first_column, core.last_row, area.last_column)
    blocks = [
        Block(
            "table",
            table_text(table),
            cell_range(sheet, reach),
            place=sheet,
            caption=caption,
            table=table,
            attributes=dict(attributes),
        )
    ]
    if notes:
        below = {row: inside[row] for row in notes}
        blocks.append(_text_block(sheet, _bounds(below), below, attributes))
    return blocks


def _text_block(sheet: str, area: Area, inside: Grid, attributes: Mapping[str, str]) -> Block:
    """Cells one below the other as lines of text."""
    text, lines = "", []
    for row in sorted(inside):
        for column, words in sorted(inside[row].items()):
            if text:
                text += "\n"
            place = cell_range(sheet, Area(row, column, row, column))
            lines.append(Line(len(text), len(text) + len(words), place))
            text += words
    return Block(
        "paragraph",
        text,
        cell_range(sheet, area),
        place=sheet,
        lines=tuple(lines),
        attributes=dict(attributes),
    )


def _with_titles(blocks: list[Block]) -> list[Block]:
    """A short text just above a table without a title becomes its title."""
    kept: list[Block] = []
    for block in blocks:
        above = kept[-1] if kept else None
        if above is not None and block.kind == "table" and not block.caption and _is_title_of(above, block):
            place = join_locators([above.locator, block.locator])
            kept[-1] = replace(block, caption=above.text, locator=place)
        else:
            kept.append(block)
    return kept


def _is_title_of(above: Block, table: Block) -> bool:
    if above.kind != "paragraph" or above.text.count("\n") >= MAX_TITLE_ROWS or len(above.text) > MAX_TITLE:
        return False
    places = above.locator, table.locator
    one, other = (Area.of(f"{p.first}:{p.last}") if isinstance(p, CellRange) else None for p in places)
    if one is None or other is None:
        return False
    shares = one.first_column <= other.last_column and one.last_column >= other.first_column
    return shares and 0 < other.first_row - one.last_row <= _NEAR


def _is_title(row: Mapping[int, str]) -> bool:
    return len(row) == 1 and not is_value(next(iter(row.values())))


def _is_note(row: Mapping[int, str]) -> bool:
    return len(row) == 1 and len(next(iter(row.values()))) > 40


def _rectangle(
    area: Area, inside: Grid, merges: _Merges | None, *, everywhere: bool
) -> list[tuple[str, ...]]:
    """Rows and columns that hold anything; merged cells repeat down, and across if asked."""
    used = sorted({column for row in inside.values() for column in row})
    used = [column for column in used if area.first_column <= column <= area.last_column]
    rows = []
    for row in sorted(inside):
        if not area.first_row <= row <= area.last_row:
            continue
        cells = []
        for column in used:
            text = inside[row].get(column, "")
            origin = merges.origin(row, column) if merges is not None and not text else None
            if origin is not None and (everywhere or origin[1] == column):
                text = inside.get(origin[0], {}).get(origin[1], "")
            cells.append(text)
        rows.append(tuple(cells))
    return rows


def _size(area: Area) -> int:
    return (area.last_row - area.first_row + 1) * (area.last_column - area.first_column + 1)


def _cut_out(grid: Grid, area: Area) -> Grid:
    """The cells of the area, removed from the grid."""
    inside: Grid = {}
    for row in [row for row in grid if area.first_row <= row <= area.last_row]:
        columns = [c for c in grid[row] if area.first_column <= c <= area.last_column]
        if columns:
            inside[row] = {column: grid[row].pop(column) for column in columns}
        if not grid[row]:
            del grid[row]
    return inside


def _bounds(inside: Grid) -> Area:
    columns = [column for row in inside.values() for column in row]
    return Area(min(inside), min(columns), max(inside), max(columns))


class _Merges:
    """Finds the top left cell of the merged range that holds a cell."""

    def __init__(self, areas: Sequence[Area], used: Area) -> None:
        self._origins: dict[tuple[int, int], tuple[int, int]] = {}
        for area in areas:
            rows = range(area.first_row, min(area.last_row, used.last_row) + 1)
            columns = range(area.first_column, min(area.last_column, used.last_column) + 1)
            if len(self._origins) + len(rows) * len(columns) > MAX_MERGED_CELLS:
                break  # layout gone wild; the rest of the ranges keeps its text in the first cell
            for row in rows:
                for column in columns:
                    self._origins[row, column] = (area.first_row, area.first_column)

    def origin(self, row: int, column: int) -> tuple[int, int] | None:
        return self._origins.get((row, column))
