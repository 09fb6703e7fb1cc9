"""Where in a film something like text has newly come to a stand: cheap, without reading it.

In: grey frames a fifth of a second apart. Out: boxes worth reading. Letters are many strong
outlines close together that stay where they are from one frame to the next while what is
behind them may move; what was read already does not count until it changes. It does not
know what is written.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from clerestory.types import Box

SIDE = 640  # pixels of the longer side of the grey frames
_CELL = 8  # pixels of a cell's side
_EDGE = 40  # grey levels across two pixels: outlines of letters are crisp even after compression
_STEADY = 24  # grey levels by which an outline may change between two frames and still be the same
_INKED = 7  # outline pixels of 64 that make a cell look written on
_NEW = 5  # of them new
_LEAST_CELLS = 3  # cells in a row: the shortest word worth reading is about 24 pixels wide
_REST_S = 0.6  # cells in which nothing could be read are left alone for so long; captions stand for a second
_MARGIN = (10, 3)  # cells around what is new, along and across lines, so that no line is cut off
_WHOLE = 0.4  # share of the picture from which on all of it is read


@dataclass(slots=True)
class Ink:
    """Holds the outlines of the last frame and of what was read last."""

    _before: np.ndarray | None = None
    _edges_before: np.ndarray | None = None
    _known: np.ndarray | None = None  # outlines that were there when their place was read
    _rest_until: np.ndarray | None = None  # per cell
    _edges: np.ndarray | None = None

    def look(self, grey: np.ndarray, time_s: float) -> Box | None:
        """The box (0..1) around what stands newly there; None where nothing does."""
        import cv2

        edges = _edges(grey)
        if self._before is None or self._before.shape != grey.shape:
            self._known = np.zeros_like(edges)
            self._rest_until = np.zeros(_cells(edges).shape, np.float32)
            self._before, self._edges_before, self._edges = grey, edges, edges
            return None
        assert self._edges_before is not None and self._known is not None and self._rest_until is not None
        near = np.ones((3, 3), np.uint8)
        calm = cv2.absdiff(grey, self._before) < _STEADY
        steady = edges & cv2.dilate(self._edges_before, near) & calm.view(np.uint8)
        # What was read and has gone may come again; it is then new.
        self._known &= cv2.dilate(edges | self._edges_before, near)
        new = steady & (1 - cv2.dilate(self._known, near))
        self._before, self._edges_before, self._edges = grey, edges, edges
        marked = (_cells(steady) >= _INKED) & (_cells(new) >= _NEW) & (self._rest_until <= time_s)
        joined = cv2.morphologyEx(marked.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((1, 3), np.uint8))
        count, _, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
        found = [stats[index] for index in range(1, count) if stats[index][2] >= _LEAST_CELLS]
        if not found:
            return None
        rows, columns = marked.shape
        x0 = min(one[0] for one in found) - _MARGIN[0]
        y0 = min(one[1] for one in found) - _MARGIN[1]
        x1 = max(one[0] + one[2] for one in found) + _MARGIN[0]
        y1 = max(one[1] + one[3] for one in found) + _MARGIN[1]
        box = Box(
            *(
                float(min(1.0, max(0.0, value)))
                for value in (x0 / columns, y0 / rows, x1 / columns, y1 / rows)
            )
        )
        return Box(0.0, 0.0, 1.0, 1.0) if box.area > _WHOLE else box

    def was_read(self, box: Box, time_s: float, *, lines: list[Box]) -> None:
        """What stands in ``box`` now is known; where it holds no line it is left alone for a while."""
        assert self._edges is not None and self._known is not None and self._rest_until is not None
        _part(self._known, box)[:] = _part(self._edges, box)
        rest = self._rest_until.copy()
        _part(rest, box)[:] = time_s + _REST_S
        for line in lines:
            _part(rest, line)[:] = _part(self._rest_until, line)
        self._rest_until = rest


def _edges(grey: np.ndarray) -> np.ndarray:
    """1 where brightness changes strongly, else 0."""
    import cv2

    return (cv2.morphologyEx(grey, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)) > _EDGE).view(np.uint8)


def _cells(pixels: np.ndarray) -> np.ndarray:
    """How many pixels are set in each cell."""
    height, width = (side // _CELL * _CELL for side in pixels.shape)
    whole = pixels[:height, :width].reshape(height // _CELL, _CELL, width // _CELL, _CELL)
    return whole.sum(axis=(1, 3), dtype=np.int32)


def _part(array: np.ndarray, box: Box) -> np.ndarray:
    rows, columns = array.shape[:2]
    return array[
        int(box.y0 * rows) : max(int(box.y0 * rows) + 1, int(np.ceil(box.y1 * rows))),
        int(box.x0 * columns) : max(int(box.x0 * columns) + 1, int(np.ceil(box.x1 * columns))),
    ]
