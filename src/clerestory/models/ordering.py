"""The order in which a person reads lines: columns of prose one after the other, else rows.

A method of ours in the spirit of the X-Y cut (Nagy and Seth 1984): a gutter that few lines
cross parts a region in two; lines that do cross it (headings, wide figures' captions) part
it into bands. A band is read by columns only where both sides look like prose, so that
receipts, forms and tables, whose columns are narrow, stay in rows.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from clerestory.types import Box

# Lines whose middles are nearer than this share of their height stand in one row.
SAME_ROW = 0.5
MIN_LINES = 3  # of a column
MIN_CHARACTERS = 12  # of a column's median line; table cells and prices are shorter
MIN_WIDTH = 0.25  # of a column, as a share of the region
MIN_FILL = 0.3  # of a side's width, by its median line; a side may hold two columns
MAX_CROSSING = 0.34  # share of lines that may cross the gutter
GUTTER_STEPS = 64  # places tried for a gutter


def reading_order(boxes: Sequence[Box], texts: Sequence[str]) -> list[int]:
    """Indices of lines as they are read."""
    return _ordered(list(range(len(boxes))), boxes, [len(text) for text in texts])


def rows_of(boxes: Sequence[Box]) -> list[list[int]]:
    """Rows from the top; the indices within a row from the left."""
    middles = np.array([(box.y0 + box.y1) / 2 for box in boxes])
    rows: list[list[int]] = []
    for index in np.argsort(middles, kind="stable"):
        box = boxes[index]
        if rows:
            last = rows[-1]
            middle = float(np.mean([middles[i] for i in last]))
            height = min(box.y1 - box.y0, float(np.mean([boxes[i].y1 - boxes[i].y0 for i in last])))
            if middles[index] - middle < SAME_ROW * height:
                last.append(int(index))
                continue
        rows.append([int(index)])
    return [sorted(row, key=lambda index: boxes[index].x0) for row in rows]


def _ordered(lines: list[int], boxes: Sequence[Box], lengths: Sequence[int]) -> list[int]:
    gutter = _gutter(lines, boxes, lengths)
    if gutter is None:
        rows = rows_of([boxes[line] for line in lines])
        return [lines[position] for row in rows for position in row]
    order: list[int] = []
    for band in _bands(lines, boxes, gutter):
        left, right = _sides(band, boxes, gutter)
        if _columnar(band, boxes, lengths, gutter):
            order += _ordered(left, boxes, lengths) + _ordered(right, boxes, lengths)
        else:
            rows = rows_of([boxes[line] for line in band])
            order += [band[position] for row in rows for position in row]
    return order


def _gutter(lines: Sequence[int], boxes: Sequence[Box], lengths: Sequence[int]) -> float | None:
    """The x that fewest lines cross and that parts prose from prose; None where there is none.

    Of equally good places the middle of the widest run is taken.
    """
    if len(lines) < 2 * MIN_LINES:
        return None
    left = min(boxes[line].x0 for line in lines)
    right = max(boxes[line].x1 for line in lines)
    places = np.linspace(left + MIN_WIDTH * (right - left), right - MIN_WIDTH * (right - left), GUTTER_STEPS)
    starts = np.array([boxes[line].x0 for line in lines])
    ends = np.array([boxes[line].x1 for line in lines])
    crossing = ((starts[:, None] < places) & (ends[:, None] > places)).sum(axis=0)
    fewest = int(crossing.min())
    if fewest > MAX_CROSSING * len(lines):
        return None
    runs: list[list[int]] = []
    for place in np.flatnonzero(crossing == fewest):
        if runs and place == runs[-1][-1] + 1:
            runs[-1].append(int(place))
        else:
            runs.append([int(place)])
    # In a page of three columns both gutters are crossed alike: any will do, the rest is parted again.
    for run in sorted(runs, key=len, reverse=True):
        gutter = float(places[run[len(run) // 2]])
        if any(_columnar(band, boxes, lengths, gutter) for band in _bands(lines, boxes, gutter)):
            return gutter
    return None


def _bands(lines: Sequence[int], boxes: Sequence[Box], gutter: float) -> list[list[int]]:
    """Lines from the top in runs; each run crosses the gutter or does not."""
    bands: list[list[int]] = []
    crossed: bool | None = None
    for line in sorted(lines, key=lambda line: boxes[line].y0 + boxes[line].y1):
        crosses = boxes[line].x0 < gutter < boxes[line].x1
        if crosses != crossed:
            bands.append([])
            crossed = crosses
        bands[-1].append(line)
    return bands


def _sides(band: Sequence[int], boxes: Sequence[Box], gutter: float) -> tuple[list[int], list[int]]:
    left = [line for line in band if boxes[line].x0 + boxes[line].x1 < 2 * gutter]
    inside = set(left)
    return left, [line for line in band if line not in inside]


def _columnar(band: Sequence[int], boxes: Sequence[Box], lengths: Sequence[int], gutter: float) -> bool:
    """Whether both sides of the gutter look like prose."""
    sides = _sides(band, boxes, gutter)
    whole = max(boxes[line].x1 for line in band) - min(boxes[line].x0 for line in band)
    for side in sides:
        if len(side) < MIN_LINES:
            return False
        width = max(boxes[line].x1 for line in side) - min(boxes[line].x0 for line in side)
        median = float(np.median([boxes[line].x1 - boxes[line].x0 for line in side]))
        if np.median([lengths[line] for line in side]) < MIN_CHARACTERS:
            return False
        if width < MIN_WIDTH * whole or median < MIN_FILL * width:
            return False
    return True
