"""Reading order: which parts of a page stand side by side, and which below each other.

In: rectangles of a page (fragments of lines, tables, figures). Out: their indexes as a list of rows in
reading order; a row holds what is read from left to right on one line.

A recursive cut of the page like XY-cut (Nagy and Seth 1984), but the vertical cuts lead: the white
stripe that separates most lines on its two sides is found first, with the run of lines that it does
not cross; what is above, left, right and below of it is cut again. Paragraph gaps that happen to align
across columns, the known fault of XY-cut, then do no harm.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from clerestory.reading.pdf.geometry import Floats, Rect

_GUTTER = 0.9  # of the line height: narrowest white stripe between columns
_NARROW = 5.0  # line heights: a narrower column is a margin number or a list marker
_TRIM = 0.22  # of the line height: room that fonts keep above and below their letters
_DEPTH = 12
_TRIES = 6  # stripes looked at before a part is taken to be one column
_NUMERIC = re.compile(r"^[\s$€£¥%()\[\]+\-–—.,:/\d*]+$")


@dataclass(frozen=True, slots=True)
class Item:
    """Something to be placed: ``height`` is that of a line of it; ``text`` empty for a figure or table."""

    rect: Rect
    height: float
    text: str


def rows_in_order(items: Sequence[Item]) -> list[list[int]]:
    """All indexes, each once, as rows in reading order."""
    if not items:
        return []
    page = _Page(items)
    page.cut(np.arange(len(items)), _DEPTH)
    return page.rows


class _Page:
    """The items as arrays: ``x`` extents, ``y`` extents of the letters, heights, lengths of text."""

    def __init__(self, items: Sequence[Item]) -> None:
        rects = np.array([item.rect for item in items], dtype=np.float64)
        self.height = np.array([item.height for item in items])
        self.letters = np.array([len(item.text) for item in items])
        self.numeric = np.array([bool(_NUMERIC.match(item.text)) for item in items])
        trim = np.where(self.letters > 0, _TRIM * np.minimum(self.height, rects[:, 3] - rects[:, 1]), 0.0)
        self.x = rects[:, [0, 2]]
        self.y = np.column_stack([rects[:, 1] + trim, rects[:, 3] - trim])
        self.rows: list[list[int]] = []

    def cut(self, part: np.ndarray, depth: int) -> None:
        """Append the rows of ``part`` (indexes) in reading order."""
        if len(part) > 1 and depth:
            for first, last, line in self._stripes(part):
                inside = part[first:last]
                left = inside[self.x[inside].mean(axis=1) < line]
                right = inside[self.x[inside].mean(axis=1) >= line]
                if self._side_by_side(left, right):
                    for piece in (part[:first], left, right, part[last:]):
                        self.cut(piece, depth - 1)
                    return
        self._append_rows(part)

    def _stripes(self, part: np.ndarray) -> list[tuple[int, int, float]]:
        """White stripes, best first: the run of ``part`` (sorted by y) that each divides, and its x."""
        part[:] = part[np.argsort(self.y[part, 0], kind="stable")]
        text = part[self.letters[part] > 0]
        height = float(np.median(self.height[text])) if len(text) else 10.0
        half = max(_GUTTER * height, 2.0) / 2
        bands = self._bands(part)
        lines = self._candidates(part, bands, half)
        if not len(lines):
            return []
        x0, x1 = self.x[part, 0][:, None], self.x[part, 1][:, None]
        blocked = np.logical_or.reduceat((x0 < lines + half) & (x1 > lines - half), bands, axis=0)
        left = np.logical_or.reduceat(x1 <= lines - half + 1e-6, bands, axis=0)
        right = np.logical_or.reduceat(x0 >= lines + half - 1e-6, bands, axis=0)
        tops = np.minimum.reduceat(self.y[part, 0], bands)
        bottoms = np.maximum.reduceat(self.y[part, 1], bands)
        gains = np.where(left & right & ~blocked, (bottoms - tops)[:, None], 0.0)
        found: list[tuple[float, int, int, float]] = []
        ends = np.append(bands[1:], len(part))
        for column, line in enumerate(lines):
            stops = np.concatenate(((-1,), np.flatnonzero(blocked[:, column]), (len(bands),)))
            totals = np.concatenate(((0.0,), np.cumsum(gains[:, column])))
            sums = totals[stops[1:]] - totals[stops[:-1] + 1]
            best = int(np.argmax(sums))
            if sums[best] > 0:
                first, last = int(stops[best]) + 1, int(stops[best + 1])
                found.append((float(sums[best]), int(bands[first]), int(ends[last - 1]), float(line)))
        found.sort(key=lambda entry: -entry[0])
        return [entry[1:] for entry in found[:_TRIES]]

    def _bands(self, part: np.ndarray) -> np.ndarray:
        """Where in ``part`` each band begins: bands are what horizontal gaps divide."""
        low = np.maximum.accumulate(self.y[part, 1])
        return np.flatnonzero(np.concatenate(((True,), self.y[part[1:], 0] >= low[:-1])))

    def _candidates(self, part: np.ndarray, bands: np.ndarray, half: float) -> Floats:
        """Middles of the gaps within bands, each about once."""
        lines: list[float] = []
        ends = np.append(bands[1:], len(part))
        for start, end in zip(bands.tolist(), ends.tolist(), strict=True):
            if end - start < 2:
                continue
            spans = self.x[part[start:end]]
            spans = spans[np.argsort(spans[:, 0])]
            reach = np.maximum.accumulate(spans[:, 1])
            gaps = spans[1:, 0] - reach[:-1]
            for index in np.flatnonzero(gaps >= 2 * half).tolist():
                # In a wide gap the middle may be crossed elsewhere where its edges are not.
                low, high = float(reach[index]) + half, float(spans[index + 1, 0]) - half
                lines.extend({low, (low + high) / 2, high})
        lines.sort()
        kept: list[float] = []
        for line in lines:
            if not kept or line - kept[-1] > 0.4 * half:
                kept.append(line)
        return np.array(kept[:: max(1, len(kept) // 200)])

    def _side_by_side(self, left: np.ndarray, right: np.ndarray) -> bool:
        """Columns, and not the cells of rows, nor markers before their paragraphs."""
        if not len(left) or not len(right):
            return False
        sides = (left, right)
        pictures = [bool((self.letters[side] == 0).any()) for side in sides]
        for side, picture in zip(sides, pictures, strict=True):
            width = float(self.x[side, 1].max() - self.x[side, 0].min())
            if width < _NARROW * float(np.median(self.height[side])) and not picture:
                return False
        if any(pictures):
            return True
        fewer, more = (left, right) if len(left) <= len(right) else (right, left)
        if len(fewer) == 1:
            return False
        common = np.minimum(self.y[fewer, 1][:, None], self.y[more, 1]) - np.maximum(
            self.y[fewer, 0][:, None], self.y[more, 0]
        )
        size = np.minimum(np.diff(self.y[fewer])[:, 0][:, None], np.diff(self.y[more])[:, 0])
        matched = float((common > 0.5 * size).any(axis=1).mean())
        # Numbers beside their labels, some of which (titles of sections) have none.
        if matched > 0.5 and any(self.numeric[side].mean() > 0.5 for side in sides):
            return False
        return matched < 0.8 or all(self.letters[side].mean() >= 12 for side in sides)

    def _append_rows(self, part: np.ndarray) -> None:
        """Lines from top to bottom, each from left to right."""
        middles = self.y[part].mean(axis=1)
        row: list[int] = []
        for index in part[np.argsort(middles, kind="stable")].tolist():
            if row and self.letters[index] and self.letters[row[-1]]:
                a, b = self.y[row[-1]], self.y[index]
                if min(a[1], b[1]) - max(a[0], b[0]) > 0.5 * min(a[1] - a[0], b[1] - b[0]):
                    row.append(index)
                    continue
            if row:
                self.rows.append(sorted(row, key=lambda index: self.x[index, 0]))
            row = [index]
        if row:
            self.rows.append(sorted(row, key=lambda index: self.x[index, 0]))
