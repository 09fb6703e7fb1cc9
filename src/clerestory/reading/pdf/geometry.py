"""Places on a page as a person sees it: points from the top left, after rotation and crop.

In: PDFium's page. Out: rectangles ``(x0, y0, x1, y1)`` in points of the page as seen (numpy rows or
tuples), and boxes in 0..1 of it. Knows nothing of what stands in the rectangles.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from clerestory.types import Box, PageBox

Rect = tuple[float, float, float, float]
Floats = npt.NDArray[np.float64]

_GRID = 1 << 20  # PDFium maps to whole pixels: on this grid its rounding is far below a point


@dataclass(frozen=True, slots=True)
class View:
    """Page ``number`` (from 1), its size in points as seen, and the way from PDF space to it.

    ``matrix`` maps ``(x, y, 1)`` of PDF space to points from the top left.
    """

    number: int
    width: float
    height: float
    matrix: tuple[tuple[float, float], tuple[float, float], tuple[float, float]]

    @property
    def turn(self) -> int:
        """Quarter turns of the page (0 to 3), clockwise, as PDFium shows it."""
        (a, b), _, _ = self.matrix
        if abs(a) >= abs(b):
            return 0 if a > 0 else 2
        return 1 if b > 0 else 3

    def rects(self, boxes: Floats) -> Floats:
        """PDF-space rows ``(left, bottom, right, top)`` as rows of the page as seen."""
        if not len(boxes):
            return np.zeros((0, 4))
        (a, b), (c, d), (e, f) = self.matrix
        x, y = boxes[:, [0, 2]], boxes[:, [1, 3]]
        if abs(a) >= abs(b):
            u, v = x * a + e, y * d + f
        else:
            u, v = y * c + e, x * b + f
        return np.column_stack([u.min(axis=1), v.min(axis=1), u.max(axis=1), v.max(axis=1)])

    def rect(self, left: float, bottom: float, right: float, top: float) -> Rect:
        row = self.rects(np.array([[left, bottom, right, top]], dtype=np.float64))[0]
        return (float(row[0]), float(row[1]), float(row[2]), float(row[3]))

    def box(self, rect: Rect) -> Box:
        """In 0..1 of the page, clipped to it, rounded to about a hundredth of a point."""

        def clip(value: float, side: float) -> float:
            return round(min(1.0, max(0.0, value / side)), 5)

        x0, y0, x1, y1 = rect
        return Box(clip(x0, self.width), clip(y0, self.height), clip(x1, self.width), clip(y1, self.height))

    def locator(self, rect: Rect) -> PageBox:
        return PageBox(self.number, self.box(rect))


def view_of(page: Any, number: int) -> View:
    """The view of a loaded pypdfium2 page."""
    import pypdfium2.raw as pdfium

    width, height = page.get_size()
    width, height = max(width, 1.0), max(height, 1.0)
    dx, dy = ctypes.c_int(), ctypes.c_int()

    def device(x: float, y: float) -> tuple[float, float]:
        pdfium.FPDF_PageToDevice(page.raw, 0, 0, _GRID, _GRID, 0, x, y, dx, dy)
        return dx.value / _GRID * width, dy.value / _GRID * height

    reach = 256.0
    ex, ey = device(0.0, 0.0)
    ax, ay = device(reach, 0.0)
    bx, by = device(0.0, reach)
    return View(
        number,
        width,
        height,
        (((ax - ex) / reach, (ay - ey) / reach), ((bx - ex) / reach, (by - ey) / reach), (ex, ey)),
    )


def union(rects: Iterable[Rect]) -> Rect:
    """The smallest rectangle around one or more."""
    x0s, y0s, x1s, y1s = zip(*rects, strict=True)
    return (min(x0s), min(y0s), max(x1s), max(y1s))


def area(rect: Rect) -> float:
    width, height = rect[2] - rect[0], rect[3] - rect[1]
    return width * height if width > 0.0 and height > 0.0 else 0.0


def overlap(first: Rect, second: Rect) -> float:
    """Common area."""
    # Nearly all pairs of a page lie apart, and this is asked some thousand times per page.
    if first[2] <= second[0] or second[2] <= first[0] or first[3] <= second[1] or second[3] <= first[1]:
        return 0.0
    return (min(first[2], second[2]) - max(first[0], second[0])) * (
        min(first[3], second[3]) - max(first[1], second[1])
    )


def share(inner: Rect, outer: Rect) -> float:
    """Which part of ``inner`` lies in ``outer``, 0..1; thin rectangles count as half a point wide."""
    x0, y0, x1, y1 = inner[0] - 0.25, inner[1] - 0.25, inner[2] + 0.25, inner[3] + 0.25
    left, top, right, bottom = outer
    if x1 <= left or right <= x0 or y1 <= top or bottom <= y0:
        return 0.0
    whole = area((x0, y0, x1, y1))
    return overlap((x0, y0, x1, y1), outer) / whole if whole else 0.0


def span(low: float, high: float, other_low: float, other_high: float) -> float:
    """Common length of two intervals; negative is the gap between them."""
    return min(high, other_high) - max(low, other_low)


def grow(rect: Rect, by: float) -> Rect:
    return (rect[0] - by, rect[1] - by, rect[2] + by, rect[3] + by)
