"""What is painted on a page besides text: pictures, lines, filled shapes, shadings.

In: a PDFium page. Out: drawn things with their place, colours and order of painting, forms (nested
content) opened. Knows nothing of figures and tables.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import numpy as np

from clerestory.reading.pdf.calls import address_of, by_address
from clerestory.reading.pdf.geometry import Rect, View, area

_MOST_OBJECTS = 50_000  # per page; maps have more, and their extent is known by then
_MOST_SEGMENTS = 400  # of one path that is taken apart
_REPEATS = 3  # pages
_DEPTH = 12
_TEXT, _PATH, _IMAGE, _SHADING, _FORM = 1, 2, 3, 4, 5  # FPDF_PAGEOBJ_*
_LINE, _CURVE, _MOVE = 0, 1, 2  # FPDF_SEGMENT_*

Matrix = tuple[float, float, float, float, float, float]
Colour = tuple[int, int, int, int]
_SAME: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Drawn:
    """``rect`` in points as seen, cut to the page. ``order`` counts all objects in painting order.

    ``fill`` and ``stroke`` are red, green, blue, opacity or None. ``straight``: made of horizontal and
    vertical lines only; ``parts`` are then its separate strokes and rectangles. ``pixels`` is the size
    of a picture's own grid.
    """

    kind: Literal["path", "image", "shading"]
    rect: Rect
    order: int
    fill: Colour | None = None
    stroke: Colour | None = None
    straight: bool = True
    parts: tuple[Rect, ...] = ()
    pixels: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class Drawings:
    """``text_order``: address of a text object to its place in the painting order."""

    drawn: tuple[Drawn, ...]
    text_order: dict[int, int]
    cut: bool  # the page has more objects than are looked at


def drawings_of(page: Any, view: View) -> Drawings:
    import pypdfium2.raw as pdfium

    walk = _Walk(view)
    count = pdfium.FPDFPage_CountObjects(page.raw)
    get_object, own = walk.calls.page_object, address_of(page.raw)
    for index in range(count):
        if walk.order >= _MOST_OBJECTS:
            break
        walk.visit(get_object(own, index), _SAME, _DEPTH)
    return Drawings(tuple(walk.drawn), walk.text_order, walk.order >= _MOST_OBJECTS)


@dataclass(frozen=True, slots=True)
class _Calls:
    """PDFium's functions that are called for each object or segment of a path."""

    page_object: Any
    form_object: Any
    kind: Any
    bounds: Any
    matrix: Any
    draw_mode: Any
    fill: Any
    stroke: Any
    count_segments: Any
    segment: Any
    segment_kind: Any
    segment_point: Any


@cache
def _calls() -> _Calls:
    import pypdfium2.raw as pdfium

    address, number, found = ctypes.c_void_p, ctypes.c_int, ctypes.c_size_t
    colour = (number, address, *[address] * 4)
    return _Calls(
        page_object=by_address(pdfium.FPDFPage_GetObject, found, address, number),
        form_object=by_address(pdfium.FPDFFormObj_GetObject, found, address, ctypes.c_ulong),
        kind=by_address(pdfium.FPDFPageObj_GetType, number, address),
        bounds=by_address(pdfium.FPDFPageObj_GetBounds, number, address, *[address] * 4),
        matrix=by_address(pdfium.FPDFPageObj_GetMatrix, number, address, address),
        draw_mode=by_address(pdfium.FPDFPath_GetDrawMode, number, address, address, address),
        fill=by_address(pdfium.FPDFPageObj_GetFillColor, *colour),
        stroke=by_address(pdfium.FPDFPageObj_GetStrokeColor, *colour),
        count_segments=by_address(pdfium.FPDFPath_CountSegments, number, address),
        segment=by_address(pdfium.FPDFPath_GetPathSegment, found, address, number),
        segment_kind=by_address(pdfium.FPDFPathSegment_GetType, number, address),
        segment_point=by_address(pdfium.FPDFPathSegment_GetPoint, number, address, address, address),
    )


class _Walk:
    """The walk through the objects of a page, with the buffers that PDFium writes to.

    Objects are known by their addresses.
    """

    def __init__(self, view: View) -> None:
        import pypdfium2.raw as pdfium

        self.pdfium = pdfium
        self.calls = _calls()
        self.view = view
        self.order = 0
        self.drawn: list[Drawn] = []
        self.text_order: dict[int, int] = {}
        self.floats = (ctypes.c_float * 4)()
        self.colour = (ctypes.c_uint * 4)()
        self.modes = (ctypes.c_int * 2)()  # how a path is filled, whether it is stroked
        self.matrix = pdfium.FS_MATRIX()
        self.float_places = _places(self.floats)
        self.colour_places = _places(self.colour)
        self.mode_places = _places(self.modes)
        self.matrix_place = ctypes.addressof(self.matrix)

    def visit(self, item: int, matrix: Matrix, depth: int) -> None:
        if not item:
            return
        kind = self.calls.kind(item)
        self.order += 1
        if kind == _TEXT:
            self.text_order[item] = self.order
        elif kind == _FORM:
            self._form(item, matrix, depth)
        elif kind in (_PATH, _IMAGE, _SHADING):
            rect = self._bounds(item, matrix)
            if rect is None:
                return
            if kind == _PATH:
                self._path(item, matrix, rect)
            elif kind == _IMAGE:
                width, height = ctypes.c_uint(), ctypes.c_uint()
                self.pdfium.FPDFImageObj_GetImagePixelSize(self._handle(item), width, height)
                rect = self._clipped(item, matrix, rect)
                pixels = (int(width.value), int(height.value))
                self.drawn.append(Drawn("image", rect, self.order, straight=False, pixels=pixels))
            else:
                rect = self._clipped(item, matrix, rect)
                self.drawn.append(Drawn("shading", rect, self.order, fill=(128, 128, 128, 255)))

    def _handle(self, item: int) -> Any:
        """For functions that are called rarely, as pypdfium2 declares them."""
        return ctypes.cast(item, self.pdfium.FPDF_PAGEOBJECT)

    def _form(self, item: int, matrix: Matrix, depth: int) -> None:
        if depth == 0:
            return
        own = self.matrix
        if self.calls.matrix(item, self.matrix_place):
            matrix = _product((own.a, own.b, own.c, own.d, own.e, own.f), matrix)
        for index in range(max(0, self.pdfium.FPDFFormObj_CountObjects(self._handle(item)))):
            if self.order >= _MOST_OBJECTS:
                return
            self.visit(self.calls.form_object(item, index), matrix, depth - 1)

    def _bounds(self, item: int, matrix: Matrix) -> Rect | None:
        if not self.calls.bounds(item, *self.float_places):
            return None
        left, bottom, right, top = self.floats
        return self._seen(((left, bottom), (right, top)), matrix)

    def _seen(self, corners: tuple[tuple[float, float], ...], matrix: Matrix) -> Rect | None:
        """The rectangle around points of an object's space, on the page as seen; None when off it."""
        if len(corners) == 2:
            (x0, y0), (x1, y1) = corners
            corners = ((x0, y0), (x1, y0), (x0, y1), (x1, y1)) if matrix[1] or matrix[2] else corners
        if matrix is not _SAME:
            a, b, c, d, e, f = matrix
            corners = tuple((x * a + y * c + e, x * b + y * d + f) for x, y in corners)
        (a, b), (c, d), (e, f) = self.view.matrix
        xs = [x * a + y * c + e for x, y in corners]
        ys = [x * b + y * d + f for x, y in corners]
        x0, x1 = max(min(xs), 0.0), min(max(xs), self.view.width)
        y0, y1 = max(min(ys), 0.0), min(max(ys), self.view.height)
        if not (x1 >= x0 and y1 >= y0):  # also false for numbers that are none
            return None
        return (x0, y0, x1, y1)

    def _path(self, item: int, matrix: Matrix, rect: Rect) -> None:
        calls = self.calls
        if not calls.draw_mode(item, *self.mode_places):
            return
        filled, stroked = self.modes
        fill = self._colour(calls.fill, item) if filled else None
        stroke = self._colour(calls.stroke, item) if stroked else None
        if fill is None and stroke is None:
            return  # it clips, or paints nothing
        straight = True
        parts: tuple[Rect, ...] = ()
        count = calls.count_segments(item)
        thin = min(rect[2] - rect[0], rect[3] - rect[1]) < 3.0
        if count > _MOST_SEGMENTS:
            straight = False
        elif count > 2 and not thin:
            straight, parts = self._segments(item, matrix, count)
        elif count == 2 and not thin:
            straight = False
        if stroke is None and fill is not None and area(rect) > 0.25 * self.view.width * self.view.height:
            rect = self._clipped(item, matrix, rect)
        self.drawn.append(Drawn("path", rect, self.order, fill, stroke, straight, parts))

    def _colour(self, ask: Any, item: int) -> Colour | None:
        asked = ask(item, *self.colour_places)
        red, green, blue, opacity = self.colour
        return (red, green, blue, opacity) if asked and opacity else None

    def _segments(self, item: int, matrix: Matrix, count: int) -> tuple[bool, tuple[Rect, ...]]:
        """Whether all lines are horizontal or vertical, and the rectangle of each separate stroke."""
        calls, floats = self.calls, self.floats
        x_place, y_place = self.float_places[:2]
        strokes: list[list[tuple[float, float]]] = []
        straight = True
        for index in range(count):
            segment = calls.segment(item, index)
            kind = calls.segment_kind(segment)
            if kind == _CURVE:
                return False, ()
            calls.segment_point(segment, x_place, y_place)
            point = (floats[0], floats[1])
            if kind == _MOVE or not strokes:
                strokes.append([point])
            else:
                last = strokes[-1][-1]
                if min(abs(point[0] - last[0]), abs(point[1] - last[1])) > 0.01 * (
                    abs(point[0] - last[0]) + abs(point[1] - last[1])
                ):
                    straight = False
                strokes[-1].append(point)
        if not straight:
            return False, ()
        own = self.matrix
        if calls.matrix(item, self.matrix_place):
            matrix = _product((own.a, own.b, own.c, own.d, own.e, own.f), matrix)
        rects = [self._seen(tuple(stroke), matrix) for stroke in strokes if len(stroke) > 1]
        return True, tuple(rect for rect in rects if rect is not None)

    def _clipped(self, item: int, matrix: Matrix, rect: Rect) -> Rect:
        """Cut to the bounds of the clip paths (rarely other than rectangles)."""
        pdfium = self.pdfium
        clip = pdfium.FPDFPageObj_GetClipPath(self._handle(item))
        if not clip:
            return rect
        x, y = ctypes.c_float(), ctypes.c_float()
        for path in range(min(max(pdfium.FPDFClipPath_CountPaths(clip), 0), 20)):
            points: list[tuple[float, float]] = []
            for index in range(min(max(pdfium.FPDFClipPath_CountPathSegments(clip, path), 0), 200)):
                segment = pdfium.FPDFClipPath_GetPathSegment(clip, path, index)
                if segment and pdfium.FPDFPathSegment_GetPoint(segment, x, y):
                    points.append((x.value, y.value))
            seen = self._seen(tuple(points), matrix) if len(points) > 2 else None
            if seen is not None:
                cut = (
                    max(rect[0], seen[0]),
                    max(rect[1], seen[1]),
                    min(rect[2], seen[2]),
                    min(rect[3], seen[3]),
                )
                if cut[2] > cut[0] and cut[3] > cut[1]:
                    rect = cut
        return rect


def _places(buffer: Any) -> tuple[int, ...]:
    """Addresses of the numbers in a ctypes array."""
    start, step = ctypes.addressof(buffer), ctypes.sizeof(buffer) // len(buffer)
    return tuple(range(start, start + len(buffer) * step, step))


def _product(first: Matrix, then: Matrix) -> Matrix:
    a, b, c, d, e, f = first
    g, h, i, j, k, m = then
    return (
        a * g + b * i,
        a * h + b * j,
        c * g + d * i,
        c * h + d * j,
        e * g + f * i + k,
        e * h + f * j + m,
    )


def luminance(colour: Colour) -> float:
    """Perceived brightness, 0 black to 1 white (Rec. 709 weights)."""
    return float(np.dot(colour[:3], (0.2126, 0.7152, 0.0722))) / 255.0


def repeated_pictures(pages: Sequence[Drawings]) -> set[Rect]:
    """Places (rounded to points) where three or more pages show a picture of one size: logos, ornaments."""
    seen: dict[tuple[Rect, tuple[int, int]], int] = {}
    for page in pages:
        own = {
            ((round(r[0]), round(r[1]), round(r[2]), round(r[3])), drawn.pixels)
            for drawn in page.drawn
            if drawn.kind == "image" and (r := drawn.rect)
        }
        for key in own:
            seen[key] = seen.get(key, 0) + 1
    return {rect for (rect, _), count in seen.items() if count >= _REPEATS}
