"""Text that no reader of the page can see, told apart from text that one can.

In: the words of a page and what is painted on it. Out: visible words, hidden words with the reason,
and whether the visible ones are the text layer of a scan. A scanner's software writes the words that
it recognised in render mode 3 (or beneath the picture): there the picture shows the same words, so
they are text, of origin "ocr". Knows nothing of lines.
"""

from __future__ import annotations

import ctypes
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from clerestory.reading.pdf.drawings import Drawings, Drawn, luminance
from clerestory.reading.pdf.geometry import Floats, Rect, View, area, overlap, union
from clerestory.reading.pdf.rasters import Pixels, raster
from clerestory.reading.pdf.words import Word

Place = tuple[int, int, int, int]  # x0, y0, x1, y1 in pixels, ends not included

_INVISIBLE_MODES = (3, 7)
_SMALLEST = 1.0  # points
_PALE = 0.8  # luminance: darker words show on most grounds
_VISIBLE = 10  # of 255: a smaller step between pixels is not seen
_LOOK = 1.25  # pixels per point
_MOST_PIXELS = 4_000_000
_ROOM = 8  # pixels around a word: beyond its neighbours, and what the edge of a picture cut there changes
_MOST_COVERS = 400  # drawn things that are compared with one word
_SCAN = 0.8  # of the page: a picture this large is a scan of it

Why = Literal[
    "render mode 3", "fully transparent", "off the page", "below 1 pt", "same colour as its ground", "covered"
]


@dataclass(frozen=True, slots=True)
class Seen:
    """``visible`` words; ``hidden`` ones with the reason; ``scan``: the page is a picture of text and
    ``visible`` is its text layer."""

    visible: list[Word]
    hidden: list[tuple[Why, Word]]
    scan: bool


def divide(words: Sequence[Word], drawings: Drawings, view: View) -> Seen:
    """What can be told without looking at pixels."""
    picture = scan_picture(drawings, view)
    modes = sum(word.run.mode in _INVISIBLE_MODES for word in words)
    scan = bool(picture) and modes > 0.5 * len(words)
    if not words:
        return Seen([], [], scan)
    rects = np.array([word.rect for word in words])
    page = np.array([(0.0, 0.0, view.width, view.height)])
    areas = np.maximum(rects[:, 2] - rects[:, 0], 0.0) * np.maximum(rects[:, 3] - rects[:, 1], 0.0)
    outside = (_common(rects, page)[:, 0] < 0.25 * areas) | (areas == 0)
    visible: list[Word] = []
    hidden: list[tuple[Why, Word]] = []
    for word, is_outside in zip(words, outside.tolist(), strict=True):
        why = "off the page" if is_outside else _why_hidden(word, scan=scan)
        if why is None:
            visible.append(word)
        else:
            hidden.append((why, word))
    return Seen(visible, hidden, scan)


def _why_hidden(word: Word, *, scan: bool) -> Why | None:
    run = word.run
    if run.size < _SMALLEST and word.rect[3] - word.rect[1] < 1.5 * _SMALLEST:
        return "below 1 pt"
    if run.mode in _INVISIBLE_MODES:
        return None if scan else "render mode 3"
    if run.colour[3] == 0 and run.mode in (0, 4):
        return "fully transparent"
    return None


def look(page: Any, seen: Seen, drawings: Drawings, view: View) -> Seen:
    """``seen`` after a look at the page's pixels, where colours or the painting order give cause for it.

    A word is hidden when its place shows no edge at all (it has the colour of its ground), or when the
    page looks the same without it (something was painted over it).
    """
    suspects = {} if seen.scan else _suspects(seen.visible, drawings)
    if not suspects:
        return seen
    scale = min(_LOOK, (_MOST_PIXELS / (view.width * view.height)) ** 0.5)
    size = (max(1, round(view.width * scale)), max(1, round(view.height * scale)))
    places = _pixel_places([seen.visible[index] for index in suspects], scale, size)
    pixels = _painted(page, view, places, scale, size)
    gone = {i for i, edge in zip(suspects, _edges(pixels, places), strict=True) if not edge}
    over = [index for index, cover in suspects.items() if cover]
    covered = {index for index in gone if suspects[index]}
    if over:
        words = [seen.visible[index] for index in over]
        # Around the same places: at the edge of what is painted pictures look a little different.
        without = _without(page, words, view, places, scale, size)
        own = _pixel_places(words, scale, size)
        same = [i for i, place in zip(over, own, strict=True) if _alike(pixels, without, place)]
        covered.update(i for i in same if suspects[i] == "picture" or _beneath_words(i, seen.visible))
    if scan_picture(drawings, view) and len(covered) > 0.5 * len(seen.visible):
        return Seen(seen.visible, seen.hidden, True)  # a text layer beneath the picture of the page
    hidden = list(seen.hidden)
    visible: list[Word] = []
    for index, word in enumerate(seen.visible):
        if index in covered:
            hidden.append(("covered", word))
        elif index in gone:
            hidden.append(("same colour as its ground", word))
        else:
            visible.append(word)
    return Seen(visible, hidden, seen.scan)


def _beneath_words(index: int, words: Sequence[Word]) -> bool:
    """Whether other words stand in a word's place.

    A word under a plain box that seems to be there all the same is one that was painted twice: PDFium
    reports the first painting only.
    """
    own = words[index].rect
    return any(
        overlap(other.rect, own) > 0.3 * area(own) for number, other in enumerate(words) if number != index
    )


def _suspects(words: Sequence[Word], drawings: Drawings) -> dict[int, str]:
    """Indexes of words of a light colour or of the colour of some ground (""), and of words over which
    a "box" or a "picture" was painted later."""
    fills = [drawn for drawn in drawings.drawn if drawn.fill is not None or drawn.kind == "image"]
    grounds = {drawn.fill[:3] for drawn in fills if drawn.fill is not None and drawn.kind == "path"}
    covers = _covers(words, fills, drawings.text_order)
    pale: dict[tuple[int, int, int, int], bool] = {}
    suspects: dict[int, str] = {}
    for index, word in enumerate(words):
        over = covers.get(index)
        colour = word.run.colour
        if over:
            plain = all(drawn.kind == "path" and drawn.straight for drawn in over)
            suspects[index] = "box" if plain else "picture"
            continue
        if colour not in pale:
            pale[colour] = luminance(colour) > _PALE or colour[:3] in grounds
        if pale[colour]:
            suspects[index] = ""
    return suspects


def _covers(
    words: Sequence[Word], fills: Sequence[Drawn], text_order: Mapping[int, int]
) -> dict[int, list[Drawn]]:
    """Of words that have any: what was painted over most of them later."""
    if not fills:
        return {}
    orders = [drawn.order for drawn in fills]  # growing: that is how the page is walked through
    together: dict[int, list[int]] = {}  # words before the same one of the fills
    last: dict[int, int] = {}
    for index, word in enumerate(words):
        address = word.run.address
        if address not in last:
            last[address] = bisect_right(orders, text_order.get(address, 1 << 30))
        if last[address] < len(fills):
            together.setdefault(last[address], []).append(index)
    found: dict[int, list[Drawn]] = {}
    for first, group in together.items():
        later = fills[first : first + _MOST_COVERS]
        own = np.array([words[index].rect for index in group])
        common = _common(own, np.array([drawn.rect for drawn in later]))
        most = 0.8 * (own[:, 2] - own[:, 0]) * (own[:, 3] - own[:, 1])
        for row, column in zip(*(axis.tolist() for axis in np.nonzero(common > most[:, None])), strict=True):
            found.setdefault(group[row], []).append(later[column])
    return found


def _common(first: Floats, second: Floats) -> Floats:
    """Common areas of all rows of ``first`` with all of ``second``; 0 where they lie apart."""
    a, b = first[:, None], second[None]
    width = np.minimum(a[..., 2], b[..., 2]) - np.maximum(a[..., 0], b[..., 0])
    height = np.minimum(a[..., 3], b[..., 3]) - np.maximum(a[..., 1], b[..., 1])
    common: Floats = np.maximum(width, 0.0) * np.maximum(height, 0.0)
    return common


def _edges(pixels: Pixels, places: Sequence[Place]) -> list[bool]:
    """Whether there is a visible step between neighbouring pixels in each place."""
    found = [False] * len(places)
    # A row through the middle of a word nearly always meets its letters: all of these at once.
    x0, y0, x1, y1 = np.array(places, dtype=np.int64).T
    x0 = np.maximum(x0, 1)
    tested = np.flatnonzero((x1 > x0) & (y1 > y0))
    widths = (x1 - x0)[tested]
    if len(tested):
        starts = np.cumsum(widths) - widths
        columns = np.arange(widths.sum()) + np.repeat(x0[tested] - starts, widths)
        rows = np.repeat((y0 + y1)[tested] // 2, widths)
        steps = np.abs(pixels[rows, columns].astype(np.int16) - pixels[rows, columns - 1]) > _VISIBLE
        for index, edge in zip(
            tested.tolist(), np.logical_or.reduceat(steps.any(axis=1), starts).tolist(), strict=True
        ):
            found[index] = edge
    return [edge or _edge_in(pixels, place) for edge, place in zip(found, places, strict=True)]


def _edge_in(pixels: Pixels, place: Place) -> bool:
    x0, y0, x1, y1 = place
    if x0 >= x1 or y0 >= y1:
        return False
    part = pixels[max(0, y0 - 1) : y1, max(0, x0 - 1) : x1].astype(np.int16)
    own_rows, own_columns = part[min(y0, 1) :], part[:, min(x0, 1) :]
    return bool(
        (np.abs(np.diff(own_rows, axis=1)) > _VISIBLE).any()
        or (np.abs(np.diff(own_columns, axis=0)) > _VISIBLE).any()
    )


def _painted(page: Any, view: View, places: Sequence[Place], scale: float, size: tuple[int, int]) -> Pixels:
    """The page as it looks in strips around ``places``, white elsewhere.

    Painting takes as long as there is something to paint, and most suspects are a title or a row.
    """
    width, height = size
    pixels = np.full((height, width, 3), 255, np.uint8)
    for x0, y0, x1, y1 in _strips(places):
        x0, y0, x1, y1 = max(0, x0), max(0, y0), min(width, x1), min(height, y1)
        if x0 < x1 and y0 < y1:
            rect = (x0 / scale, y0 / scale, x1 / scale, y1 / scale)
            pixels[y0:y1, x0:x1] = raster(page, view, rect, scale=scale)
    return pixels


def _strips(places: Sequence[Place]) -> list[Place]:
    """Rectangles with some room around ``places``, from the top; those of neighbouring lines are one."""
    strips: list[Place] = []
    for x0, y0, x1, y1 in sorted(places, key=lambda place: place[1]):
        x0, y0, x1, y1 = x0 - _ROOM, y0 - _ROOM, x1 + _ROOM, y1 + _ROOM
        if strips and y0 < strips[-1][3]:
            a0, b0, a1, b1 = strips[-1]
            strips[-1] = (min(a0, x0), b0, max(a1, x1), max(b1, y1))
        else:
            strips.append((x0, y0, x1, y1))
    return strips


def _without(
    page: Any,
    words: Sequence[Word],
    view: View,
    places: Sequence[Place],
    scale: float,
    size: tuple[int, int],
) -> Pixels:
    """The page around ``places`` as it looks without the text objects of ``words``."""
    import pypdfium2.raw as pdfium

    objects = [ctypes.cast(address, pdfium.FPDF_PAGEOBJECT) for address in {w.run.address for w in words}]
    try:
        for item in objects:
            pdfium.FPDFPageObj_SetIsActive(item, False)
        return _painted(page, view, places, scale, size)
    finally:
        for item in objects:
            pdfium.FPDFPageObj_SetIsActive(item, True)


def _alike(first: Pixels, second: Pixels, place: Place) -> bool:
    x0, y0, x1, y1 = place
    part = (slice(y0, y1), slice(x0, x1))
    return not (np.abs(first[part].astype(np.int16) - second[part]) > 2).any()


def _pixel_places(words: Sequence[Word], scale: float, size: tuple[int, int]) -> list[Place]:
    """Each word's rectangle in whole pixels, cut to the page."""
    if not words:
        return []
    rects = np.array([word.rect for word in words]) * scale
    low, high = np.floor(rects[:, :2]), np.ceil(rects[:, 2:])
    places = np.column_stack([np.clip(low, 0, size), np.clip(high, 0, size)]).astype(int).tolist()
    return [(x0, y0, x1, y1) for x0, y0, x1, y1 in places]


def scan_picture(drawings: Drawings, view: View) -> Rect | None:
    """The place of the picture (or of the strips of pictures) that fill the page, if any does."""
    whole = view.width * view.height
    pictures = [drawn.rect for drawn in drawings.drawn if drawn.kind == "image"]
    if not pictures:
        return None
    around = union(pictures)
    if area(around) < _SCAN * whole:
        return None
    if max(map(area, pictures)) >= _SCAN * whole:
        return max(pictures, key=area)
    covered = sum(map(area, pictures))
    return around if 0.9 * area(around) <= covered <= 1.3 * area(around) else None
