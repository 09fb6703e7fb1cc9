"""Bars of charts among the shaded rectangles of a page.

In: shaded rectangles. Out: those that are bars: of one thickness, standing on one line and of different
lengths, or laid end to end with borders that differ from row to row. The stripes and cells of tables
share both their edges, and are none. Knows nothing of text.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence

from clerestory.reading.pdf.drawings import Colour
from clerestory.reading.pdf.geometry import Rect
from clerestory.reading.pdf.rules import Shade

_SAME = 1.5  # points
_THINNEST = 2.0
_LONGEST = 15.0  # points, of the longest bar: the stems of drawn letters are shorter
_WIDE = 4.0  # thicknesses: bars of one chart stand closer


Bar = tuple[Rect, Colour]


def bars_of(shades: Sequence[Shade], *, page_area: float) -> list[list[Rect]]:
    """Groups of bars, one for each stretch of rows or columns of them."""
    bars: list[Bar] = [
        (shade.rect, shade.colour)
        for shade in shades
        if min(shade.rect[2] - shade.rect[0], shade.rect[3] - shade.rect[1]) >= _THINNEST
        and (shade.rect[2] - shade.rect[0]) * (shade.rect[3] - shade.rect[1]) < 0.2 * page_area
    ]
    upright = _bars([((y0, x0, y1, x1), colour) for (x0, y0, x1, y1), colour in bars])
    groups = _bars(bars) + [[(x0, y0, x1, y1) for y0, x0, y1, x1 in group] for group in upright]
    return [group for group in groups if max(max(r[2] - r[0], r[3] - r[1]) for r in group) >= _LONGEST]


def _bars(bars: Sequence[Bar]) -> list[list[Rect]]:
    """Horizontal bars: groups by row; rows of one thickness are compared."""
    rows: dict[tuple[int, int], list[Bar]] = {}
    for bar in bars:
        key = (round(bar[0][1] / _SAME), round(bar[0][3] / _SAME))
        rows.setdefault(key, []).append(bar)
    by_thickness: dict[int, list[list[Bar]]] = {}
    for row in rows.values():
        joined = _joined(row)
        by_thickness.setdefault(round((joined[0][0][3] - joined[0][0][1]) / _SAME), []).append(joined)
    found: list[list[Rect]] = []
    for group in _near(by_thickness.values()):
        if _stripes(group):
            continue
        whole = [rect for row in group for rect, _ in row]
        # On one line: bars that begin (or end) at the same place and end (or begin) at different ones.
        # One column of them is enough; what stands in the same rows are the bars of other columns.
        for base, tip in ((0, 2), (2, 0)):
            columns: dict[int, list[Rect]] = {}
            for rect in whole:
                columns.setdefault(round(rect[base] / (2 * _SAME)), []).append(rect)
            for members in columns.values():
                tips = {round(rect[tip] / _SAME) for rect in members}
                spread = _SAME * (max(tips) - min(tips))
                longest = max(rect[2] - rect[0] for rect in members)
                if len(tips) >= max(2, 0.4 * len(members)) and spread > 0.05 * longest:
                    rows_of = {rect[1] for rect in members}
                    found.append([rect for rect in whole if rect[1] in rows_of])
        stacked = [row for row in group if len(row) > 1 and _touch(row)]
        inner = {round(rect[2] / _SAME) for row in stacked for rect, _ in row[:-1]}
        if len(stacked) >= 2 and len(inner) > max(len(row) for row in stacked):
            found.append([rect for row in stacked for rect, _ in row])
    return found


def _stripes(group: Sequence[list[Bar]]) -> bool:
    """Whether the rows are a table's: each of one colour, most of them from the same place to the same."""
    if any(len({colour for _, colour in row}) > 1 for row in group):
        return False
    extents = [(round(row[0][0][0] / 3), round(max(rect[2] for rect, _ in row) / 3)) for row in group]
    return max(extents.count(extent) for extent in extents) > 0.6 * len(extents)


def _joined(row: list[Bar]) -> list[Bar]:
    """From left to right; neighbours of one colour (cells of a table's stripe) as one."""
    joined: list[Bar] = []
    for rect, colour in sorted(row):
        if joined and joined[-1][1] == colour and rect[0] - joined[-1][0][2] <= _SAME:
            last = joined[-1][0]
            joined[-1] = ((last[0], last[1], max(last[2], rect[2]), last[3]), colour)
        else:
            joined.append((rect, colour))
    return joined


def _near(groups: Iterable[list[list[Bar]]]) -> list[list[list[Bar]]]:
    """Rows of one thickness in stretches without a wide gap, two rows or more in each."""
    stretches: list[list[list[Bar]]] = []
    for group in groups:
        group.sort(key=lambda row: row[0][0][1])
        stretch: list[list[Bar]] = []
        for row in group:
            thick = row[0][0][3] - row[0][0][1]
            if stretch and row[0][0][1] - stretch[-1][0][0][3] > _WIDE * thick + 20:
                stretches.append(stretch)
                stretch = []
            stretch.append(row)
        stretches.append(stretch)
    return [stretch for stretch in stretches if len(stretch) > 1]


def _touch(row: Sequence[Bar]) -> bool:
    return all(abs(after[0][0] - before[0][2]) <= _SAME for before, after in itertools.pairwise(row))
