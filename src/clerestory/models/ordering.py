"""The order in which a person reads lines: rows from the top, each from the left."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from clerestory.types import Box

# Lines whose middles are nearer than this share of their height stand in one row.
SAME_ROW = 0.5


def reading_order(boxes: Sequence[Box]) -> list[int]:
    """Indices of ``boxes`` as they are read."""
    return [index for row in rows_of(boxes) for index in row]


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
