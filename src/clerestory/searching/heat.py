"""Where in a picture the words are: from vectors of its parts to boxes.

In: a query's vector and those of the parts of one picture in the same space, a square grid
row by row. Out: how well each part fits, and boxes (0..1 from the top left) around the parts
that stand out. A part sees more than its own square, so neighbours are averaged and the
best place is trusted more than its outline. Knows nothing of pixels and models.
"""

from __future__ import annotations

import math

import numpy as np

from clerestory.types import Box, Region

# Parts belong to the box around the peak while they are above this share of the way from the
# median part to the peak. At a half, what surrounds a small thing comes along (docs/measured.md).
OUTLINE = 0.6
# A picture whose best part is less than this (in cosine) above its median part fits as a
# whole: no part of it is named. Not tuned.
LEAST_CONTRAST = 0.05


def heat(query: np.ndarray, cells: np.ndarray) -> np.ndarray:
    """(side, side): the cosine of each part to the query, neighbours averaged.

    ``query`` (D,) unit; ``cells`` (side * side, D) unit, or int8 as stored (unit times 127).
    """
    side = math.isqrt(len(cells))
    if side * side != len(cells) or not side:
        raise ValueError(f"{len(cells)} parts are no square grid")
    scores = cells.astype(np.float32) @ query.astype(np.float32)
    if cells.dtype == np.int8:
        scores /= 127
    return _smoothed(scores.reshape(side, side))


def regions(query: np.ndarray, cells: np.ndarray) -> tuple[Region, ...]:
    """The box around the part that fits best, or none where no part stands out."""
    if not len(cells):
        return ()
    warmth = heat(query, cells)
    peak, middle = float(warmth.max()), float(np.median(warmth))
    if peak - middle < LEAST_CONTRAST:
        return ()
    inside = _around(warmth, middle + OUTLINE * (peak - middle))
    rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
    side = len(warmth)
    box = (columns[0] / side, rows[0] / side, (columns[-1] + 1) / side, (rows[-1] + 1) / side)
    return (Region(Box(*map(float, box))),)


def _smoothed(values: np.ndarray) -> np.ndarray:
    """Weights 1 2 1 both ways; the border counts as going on."""
    padded = np.pad(values, 1, mode="edge")
    across = padded[:, :-2] + 2 * padded[:, 1:-1] + padded[:, 2:]
    return (across[:-2] + 2 * across[1:-1] + across[2:]) / 16


def _around(values: np.ndarray, least: float) -> np.ndarray:
    """The parts of at least ``least`` that hang together with the highest one."""
    high = values >= least
    found = np.zeros_like(high)
    waiting = [np.unravel_index(int(values.argmax()), values.shape)]
    while waiting:
        row, column = waiting.pop()
        if not (0 <= row < len(values) and 0 <= column < values.shape[1]):
            continue
        if not high[row, column] or found[row, column]:
            continue
        found[row, column] = True
        waiting += [(row + 1, column), (row - 1, column), (row, column + 1), (row, column - 1)]
    return found
