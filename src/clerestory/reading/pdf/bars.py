"""Bars of charts among the shaded rectangles of a page.

In: shaded rectangles. Out: those that are bars: of one thickness, standing on one line and of different
lengths, or laid end to end with borders that differ from row to row. The stripes and cells of tables
share both their edges, and are none. Knows nothing of text.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence

from clerestory.reading.pdf.geometry import Rect
from clerestory.reading.pdf.rules import Shade

_SAME = 1.5  # points
_THINNEST = 2.0
_WIDE = 4.0  # thicknesses: bars of one chart stand closer


def bars_of(shades: Sequence[Shade], *, page_area: float) -> list[list[Rect]]:
    """Groups of bars, one for each stretch of rows or columns of them."""
    rects = [
        shade.rect
        for shade in shades
        if min(shade.rect[2] - shade.rect[0], shade.rect[3] - shade.rect[1]) >= _THINNEST
        and (shade.rect[2] - shade.rect[0]) * (shade.rect[3] - shade.rect[1]) < 0.2 * page_area
    ]
    upright = _bars([(y0, x0, y1, x1) for x0, y0, x1, y1 in rects])
    return _bars(rects) + [[(x0, y0, x1, y1) for y0, x0, y1, x1 in group] for group in upright]


def _bars(rects: Sequence[Rect]) -> list[list[Rect]]:
    """Horizontal bars: groups by row; rows of one thickness are compared."""
    rows: dict[tuple[int, int], list[Rect]] = {}
    for rect in rects:
        key = (round(rect[1] / _SAME), round(rect[3] / _SAME))
        rows.setdefault(key, []).append(rect)
    by_thickness: dict[int, list[list[Rect]]] = {}
    for row in rows.values():
        row.sort()
        by_thickness.setdefault(round((row[0][3] - row[0][1]) / _SAME), []).append(row)
    found: list[list[Rect]] = []
    for group in _near(by_thickness.values()):
        # On one line: bars that begin at the same place and end at different ones. One column of
        # them is enough; what stands in the same rows are the bars of other columns.
        columns: dict[int, list[int]] = {}
        for number, row in enumerate(group):
            for rect in row:
                columns.setdefault(round(rect[0] / (2 * _SAME)), []).append(number)
        for start, numbers in columns.items():
            members = [rect for n in numbers for rect in group[n] if round(rect[0] / (2 * _SAME)) == start]
            ends = {round(rect[2] / _SAME) for rect in members}
            if len(set(numbers)) >= 2 and len(ends) >= max(2, 0.4 * len(members)):
                found.append([rect for n in sorted(set(numbers)) for rect in group[n]])
        stacked = [row for row in group if len(row) > 1 and _touch(row)]
        inner = {round(rect[2] / _SAME) for row in stacked for rect in row[:-1]}
        if len(stacked) >= 2 and len(inner) > max(len(row) for row in stacked):
            found.append([rect for row in stacked for rect in row])
    return found


def _near(groups: Iterable[list[list[Rect]]]) -> list[list[list[Rect]]]:
    """Rows of one thickness in stretches without a wide gap, two rows or more in each."""
    stretches: list[list[list[Rect]]] = []
    for group in groups:
        group.sort(key=lambda row: row[0][1])
        stretch: list[list[Rect]] = []
        for row in group:
            thick = row[0][3] - row[0][1]
            if stretch and row[0][1] - stretch[-1][0][3] > _WIDE * thick + 20:
                stretches.append(stretch)
                stretch = []
            stretch.append(row)
        stretches.append(stretch)
    return [stretch for stretch in stretches if len(stretch) > 1]


def _touch(row: Sequence[Rect]) -> bool:
    return all(abs(after[0] - before[2]) <= _SAME for before, after in itertools.pairwise(row))
