"""Tables drawn with rules.

In: the rules, shades and words of a page. Out: tables with rows, header and place. A grid is a set of
horizontal and vertical rules that touch; its rules need not be complete (cells may span, and rows may
be told by their baselines only). Knows nothing of unruled tables and captions.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

from clerestory.reading.pdf.aligned import aligned_borders
from clerestory.reading.pdf.cells import (
    CellRow,
    cell_row,
    header_count,
    is_number,
    lines_of,
    rows_by_baseline,
)
from clerestory.reading.pdf.geometry import Rect, union
from clerestory.reading.pdf.regions import Region
from clerestory.reading.pdf.rules import Rule, Rules, Shade
from clerestory.reading.pdf.words import Fragment, Word

_TOUCH = 3.0  # points between the ends of rules that meet
_NEAR = 3.0  # points: borders closer than this are one (double rules)
_LEAST_FILLED = 0.25  # share of cells with words: below, the grid is a chart's or a form's
_MOST_RULES = 1500


def grids_of(rules: Rules, fragments: Sequence[Fragment]) -> list[Region]:
    """Tables found by their grid, from the top of the page."""
    regions = []
    for rows, columns in _components(rules):
        region = _table(rows, columns, rules.shades, fragments)
        if region is not None:
            regions.append(region)
    return _outermost(regions)


def grid_places(rules: Rules) -> list[Rect]:
    """Where there may be grids: no table of ``grids_of`` reaches further."""
    return [
        (
            min(rule.low for rule in rows) - _TOUCH,
            min(rule.low for rule in columns) - _TOUCH,
            max(rule.high for rule in rows) + _TOUCH,
            max(rule.high for rule in columns) + _TOUCH,
        )
        for rows, columns in _components(rules)
    ]


def _components(rules: Rules) -> list[tuple[list[Rule], list[Rule]]]:
    """Sets of horizontal and vertical rules that touch each other, directly or over others."""
    horizontal, vertical = rules.horizontal, rules.vertical
    if len(horizontal) < 2 or not vertical or len(horizontal) + len(vertical) > _MOST_RULES:
        return []
    h = np.array([(rule.at, rule.low, rule.high) for rule in horizontal])
    v = np.array([(rule.at, rule.low, rule.high) for rule in vertical])
    touches = (
        (v[None, :, 0] >= h[:, None, 1] - _TOUCH)
        & (v[None, :, 0] <= h[:, None, 2] + _TOUCH)
        & (h[:, None, 0] >= v[None, :, 1] - _TOUCH)
        & (h[:, None, 0] <= v[None, :, 2] + _TOUCH)
    )
    left = set(np.flatnonzero(touches.any(axis=1)).tolist())
    components = []
    while left:
        ends = {left.pop()}
        rows: set[int] = set()
        columns: set[int] = set()
        while ends:
            rows |= ends
            across = set(np.flatnonzero(touches[list(ends)].any(axis=0)).tolist()) - columns
            columns |= across
            ends = (
                set(np.flatnonzero(touches[:, list(across)].any(axis=1)).tolist()) - rows if across else set()
            )
        left -= rows
        components.append(([horizontal[i] for i in sorted(rows)], [vertical[i] for i in sorted(columns)]))
    return components


def _borders(values: list[float]) -> list[float]:
    borders: list[list[float]] = []
    for value in sorted(values):
        if borders and value - borders[-1][-1] <= _NEAR:
            borders[-1].append(value)
        else:
            borders.append([value])
    return [sum(group) / len(group) for group in borders]


def _table(
    horizontal: list[Rule], vertical: list[Rule], shades: Sequence[Shade], fragments: Sequence[Fragment]
) -> Region | None:
    left, right = min(rule.low for rule in horizontal), max(rule.high for rule in horizontal)
    top, bottom = min(rule.low for rule in vertical), max(rule.high for rule in vertical)
    ys = _borders([rule.at for rule in horizontal] + [top, bottom])
    xs = _borders([rule.at for rule in vertical] + [left, right])
    # A rule that sticks out of the table (a heading's underline that touches it) makes no column.
    if len(xs) < 3 or len(ys) < 2:
        return None
    rect: Rect = (xs[0], ys[0], xs[-1], ys[-1])
    inside = [index for index, fragment in enumerate(fragments) if middle_in(fragment.rect, rect)]
    words = [word for index in inside for word in fragments[index].words]
    if len(words) < 2 or _cuts_words(vertical, xs[1:-1], words):
        return None
    if not _outlined(vertical, xs) and len(aligned_borders(inside, fragments)) > len(xs) - 2:
        return None  # a few vertical strokes in a table that is set by alignment
    grid: list[list[list[Word]]] = [[[] for _ in xs[1:]] for _ in ys[1:]]
    for word in words:
        row = min(int(np.searchsorted(ys, (word.rect[1] + word.rect[3]) / 2)) - 1, len(ys) - 2)
        column = min(int(np.searchsorted(xs, (word.rect[0] + word.rect[2]) / 2)) - 1, len(xs) - 2)
        grid[max(row, 0)][max(column, 0)].append(word)
    cells = [[bool(cell) for cell in row] for row in grid]
    used_rows = [index for index, row in enumerate(cells) if any(row)]
    used_columns = [index for index in range(len(xs) - 1) if any(row[index] for row in cells)]
    if len(used_columns) < 2 or not used_rows:
        return None
    filled = sum(sum(row) for row in cells) / (len(used_rows) * len(used_columns))
    if filled < _LEAST_FILLED:
        return None
    rows: list[CellRow] = []
    bands: list[int] = []  # of each row, the band between rules that it lies in
    for band in used_rows:
        merged = _merged(grid, band, xs, ys, vertical, horizontal)
        place = (xs[0], ys[band], xs[-1], ys[band + 1])
        for made in _band_rows(merged, place):
            if any(made.cells):
                rows.append(made)
                bands.append(band)
    rows = _without_empty_columns(rows)
    # Rows at the top that span the table are its title.
    titles = 0
    while titles < min(3, len(rows) - 2) and rows[titles].cells[0] and not any(rows[titles].cells[1:]):
        titles += 1
    title = " ".join(row.cells[0] for row in rows[:titles])
    rows, bands = rows[titles:], bands[titles:]
    # A single row may be what is left of a table from the page before.
    if not rows or len(rows[0].cells) < 2 or (len(rows) == 1 and len(grid[0]) < 3):
        return None
    shaded = _shaded_rows(rows, shades, rect)
    header = header_count(rows, shaded=shaded, ruled=bands.count(bands[0]) if len(set(bands)) > 1 else 0)
    return Region("table", rect, set(inside), tuple(rows), header, caption=title, found="grid")


def middle_in(rect: Rect, outer: Rect) -> bool:
    """Whether the middle of ``rect`` lies in ``outer``."""
    x, y = (rect[0] + rect[2]) / 2, (rect[1] + rect[3]) / 2
    return outer[0] <= x <= outer[2] and outer[1] <= y <= outer[3]


def _outlined(vertical: Sequence[Rule], xs: Sequence[float]) -> bool:
    """Whether rules run down both outer sides."""
    return all(any(abs(rule.at - x) <= _NEAR for rule in vertical) for x in (xs[0], xs[-1]))


def _cuts_words(vertical: Sequence[Rule], xs: Sequence[float], words: Sequence[Word]) -> bool:
    """Whether the inner borders run through words: then they are edges of boxes behind text."""
    cut = sum(
        any(
            word.rect[0] + 2 < x < word.rect[2] - 2
            and any(
                abs(rule.at - x) <= _NEAR and rule.low < word.rect[1] + 2 and rule.high > word.rect[3] - 2
                for rule in vertical
            )
            for x in xs
        )
        for word in words
    )
    return cut > 0.04 * len(words)


def _merged(
    grid: list[list[list[Word]]],
    band: int,
    xs: Sequence[float],
    ys: Sequence[float],
    vertical: Sequence[Rule],
    horizontal: Sequence[Rule],
) -> list[list[Word]]:
    """The band's cells; words over a missing border lie in the first cell that it would divide.

    A cell that spans rows is repeated in each of them, so that every row can be read alone.
    """
    middle = (ys[band] + ys[band + 1]) / 2
    cells: list[list[Word]] = []
    column = 0
    while column < len(xs) - 1:
        end = column + 1
        while end < len(xs) - 1 and not _crossed(vertical, xs[end], middle):
            end += 1
        words = [word for index in range(column, end) for word in grid[band][index]]
        if end == column + 1:
            words = _spanning(grid, band, column, xs, ys, horizontal)
        cells.append(words)
        cells.extend([] for _ in range(column + 1, end))
        column = end
    return cells


def _spanning(
    grid: list[list[list[Word]]],
    band: int,
    column: int,
    xs: Sequence[float],
    ys: Sequence[float],
    horizontal: Sequence[Rule],
) -> list[Word]:
    """The words of the cell together with those of the bands above and below that it spans."""
    middle = (xs[column] + xs[column + 1]) / 2

    def divided(border: float) -> bool:
        # A rule under some cells only (a sum's) divides no rows elsewhere.
        length = sum(rule.length for rule in horizontal if abs(rule.at - border) <= _NEAR)
        return length < 0.4 * (xs[-1] - xs[0]) or _crossed(horizontal, border, middle)

    first = band
    while first > 0 and not divided(ys[first]):
        first -= 1
    last = band
    while last < len(ys) - 2 and not divided(ys[last + 1]):
        last += 1
    return [word for index in range(first, last + 1) for word in grid[index][column]]


def _crossed(rules: Sequence[Rule], at: float, along: float) -> bool:
    return any(abs(rule.at - at) <= _NEAR and rule.low - 1 <= along <= rule.high + 1 for rule in rules)


def _band_rows(cells: list[list[Word]], place: Rect) -> list[CellRow]:
    """One row, or several where the lines of the cells of one band align like rows."""
    if not any(_numbers(cell) for cell in cells):
        return [cell_row(cells, place)]  # wrapped text
    words = [word for cell in cells for word in cell]
    edges = [
        (max(w.rect[2] for w in first) + min(w.rect[0] for w in second)) / 2
        for first, second in itertools.pairwise(cells)
        if first and second
    ]
    if len(edges) != len(cells) - 1 or edges != sorted(edges):
        return [cell_row(cells, place)]
    rows = rows_by_baseline(words, edges)
    whole = sum(sum(bool(cell) for cell in row) >= 0.6 * len(cells) for row in rows)
    if len(rows) < 2 or whole < 0.6 * len(rows):
        return [cell_row(cells, place)]
    return [cell_row(row) for row in rows]


def _numbers(cell: Sequence[Word]) -> bool:
    """Whether a cell holds several lines, most of them numbers: then each is of a row of its own.

    Two lines set close together may be one number that is wrapped.
    """
    lines = lines_of(cell)
    numbers = sum(is_number(" ".join(word.text for word in line)) for line in lines)
    if len(lines) < 2 or numbers < 0.6 * len(lines):
        return False
    if len(lines) > 2:
        return True
    lead = lines[1][0].rect[3] - lines[0][0].rect[3]
    return lead > 1.6 * cell[0].size


def _without_empty_columns(rows: list[CellRow]) -> list[CellRow]:
    if not rows:
        return rows
    kept = [index for index in range(len(rows[0].cells)) if any(row.cells[index] for row in rows)]
    return [CellRow(tuple(row.cells[index] for index in kept), row.rect, row.bold) for row in rows]


def _shaded_rows(rows: Sequence[CellRow], shades: Sequence[Shade], rect: Rect) -> int:
    """How many rows at the top lie on a ground that the row below them does not have."""
    grounds = []
    for row in rows[:6]:
        x, y = (row.rect[0] + row.rect[2]) / 2, (row.rect[1] + row.rect[3]) / 2
        colour = None
        for shade in shades:
            x0, y0, x1, y1 = shade.rect
            whole = y1 - y0 > 0.9 * (rect[3] - rect[1])
            if x0 <= x <= x1 and y0 <= y <= y1 and not whole:
                colour = shade.colour[:3]
        grounds.append(colour)
    if not grounds or grounds[0] is None:
        return 0
    count = 1
    while count < len(grounds) and grounds[count] == grounds[0]:
        count += 1
    # Striped bodies begin with a shaded row too: then the colour comes back.
    return 0 if count == len(grounds) or grounds[0] in grounds[count:] else count


def _outermost(regions: list[Region]) -> list[Region]:
    """Without tables that lie in another one (boxes in cells)."""
    ordered = sorted(regions, key=lambda region: -len(region.fragments))
    kept: list[Region] = []
    for region in ordered:
        middle_x = (region.rect[0] + region.rect[2]) / 2
        middle_y = (region.rect[1] + region.rect[3]) / 2
        if not any(middle_in((middle_x, middle_y, middle_x, middle_y), other.rect) for other in kept):
            kept.append(region)
    kept.sort(key=lambda region: region.rect[1])
    joined: list[Region] = []
    for region in kept:
        above = joined[-1] if joined else None
        if above is not None and _goes_on(above, region):
            above.rect = union([above.rect, region.rect])
            above.rows = (*above.rows, *region.rows)
            above.fragments |= region.fragments
        else:
            joined.append(region)
    return joined


def _goes_on(above: Region, below: Region) -> bool:
    """Whether a table is the lower part of the one above it, from which a double rule divides it."""
    return (
        0 <= below.rect[1] - above.rect[3] < 8
        and abs(above.rect[0] - below.rect[0]) < 4
        and abs(above.rect[2] - below.rect[2]) < 4
        and len(above.rows[0].cells) == len(below.rows[0].cells)
        and not below.caption
    )
