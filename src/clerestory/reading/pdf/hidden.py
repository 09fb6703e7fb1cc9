"""Text that no reader of the page can see, told apart from text that one can.

In: the words of a page and what is painted on it. Out: visible words, hidden words with the reason,
and whether the visible ones are the text layer of a scan. A scanner's software writes the words that
it recognised in render mode 3 (or beneath the picture): there the picture shows the same words, so
they are text, of origin "ocr". Knows nothing of lines.
"""

from __future__ import annotations

import ctypes
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from clerestory.reading.pdf.drawings import Drawings, Drawn, luminance
from clerestory.reading.pdf.geometry import Rect, View, area, overlap, union
from clerestory.reading.pdf.rasters import Pixels, raster
from clerestory.reading.pdf.words import Word

Mask = npt.NDArray[np.bool_]

_INVISIBLE_MODES = (3, 7)
_SMALLEST = 1.0  # points
_PALE = 0.8  # luminance: darker words show on most grounds
_VISIBLE = 10  # of 255: a smaller step between pixels is not seen
_LOOK = 1.25  # pixels per point
_MOST_PIXELS = 4_000_000
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
    visible: list[Word] = []
    hidden: list[tuple[Why, Word]] = []
    page: Rect = (0.0, 0.0, view.width, view.height)
    for word in words:
        why: Why | None = None
        if overlap(word.rect, page) < 0.25 * area(word.rect) or not area(word.rect):
            why = "off the page"
        elif word.size < _SMALLEST and word.rect[3] - word.rect[1] < 1.5 * _SMALLEST:
            why = "below 1 pt"
        elif word.run.mode in _INVISIBLE_MODES:
            why = None if scan else "render mode 3"
        elif word.run.colour[3] == 0 and word.run.mode in (0, 4):
            why = "fully transparent"
        if why is None:
            visible.append(word)
        else:
            hidden.append((why, word))
    return Seen(visible, hidden, scan)


def look(page: Any, seen: Seen, drawings: Drawings, view: View) -> Seen:
    """``seen`` after a look at the page's pixels, where colours or the painting order give cause for it.

    A word is hidden when its place shows no edge at all (it has the colour of its ground), or when the
    page looks the same without it (something was painted over it).
    """
    suspects = {} if seen.scan else _suspects(seen.visible, drawings)
    if not suspects:
        return seen
    rect = (0.0, 0.0, view.width, view.height)
    scale = min(_LOOK, (_MOST_PIXELS / (view.width * view.height)) ** 0.5)
    pixels = raster(page, view, rect, scale=scale)
    edges = _counts(_edges(pixels), [seen.visible[index] for index in suspects], scale)
    gone = {index for index, count in zip(suspects, edges, strict=True) if not count}
    over = [index for index, cover in suspects.items() if cover]
    covered = {index for index in gone if suspects[index]}
    if over:
        words = [seen.visible[index] for index in over]
        changed = _counts(_difference(page, pixels, words, view, scale), words, scale)
        same = [index for index, count in zip(over, changed, strict=True) if not count]
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
    of_run: dict[int, tuple[bool, int]] = {}
    suspects: dict[int, str] = {}
    for index, word in enumerate(words):
        address = word.run.address
        if address not in of_run:
            colour = word.run.colour
            pale = luminance(colour) > _PALE or colour[:3] in grounds
            of_run[address] = (pale, drawings.text_order.get(address, 1 << 30))
        pale, order = of_run[address]
        most = 0.8 * area(word.rect)
        covers = [drawn for drawn in _later(fills, order) if overlap(drawn.rect, word.rect) > most]
        if covers:
            plain = all(drawn.kind == "path" and drawn.straight for drawn in covers)
            suspects[index] = "box" if plain else "picture"
        elif pale:
            suspects[index] = ""
    return suspects


def _later(fills: Sequence[Drawn], order: int) -> Sequence[Drawn]:
    """What is painted after ``order``; the sequence is in that order."""
    low = bisect_right(fills, order, key=lambda drawn: drawn.order)
    return fills[low : low + _MOST_COVERS]


def _edges(pixels: Pixels) -> Mask:
    values = pixels.astype(np.int16)
    mask = np.zeros(values.shape[:2], dtype=bool)
    mask[:, 1:] |= _in_any_channel(np.abs(np.diff(values, axis=1)) > _VISIBLE)
    mask[1:, :] |= _in_any_channel(np.abs(np.diff(values, axis=0)) > _VISIBLE)
    return mask


def _in_any_channel(mask: Mask) -> Mask:
    """``any(axis=2)`` of three channels, which numpy does ten times slower over so short an axis."""
    either: Mask = mask[..., 0] | mask[..., 1] | mask[..., 2]
    return either


def _difference(page: Any, pixels: Pixels, words: Sequence[Word], view: View, scale: float) -> Mask:
    """Where the page looks otherwise without the text objects of ``words``."""
    import pypdfium2.raw as pdfium

    objects = [ctypes.cast(address, pdfium.FPDF_PAGEOBJECT) for address in {w.run.address for w in words}]
    try:
        for item in objects:
            pdfium.FPDFPageObj_SetIsActive(item, False)
        without = raster(page, view, (0.0, 0.0, view.width, view.height), scale=scale)
    finally:
        for item in objects:
            pdfium.FPDFPageObj_SetIsActive(item, True)
    return _in_any_channel(np.abs(pixels.astype(np.int16) - without) > 2)


def _counts(mask: Mask, words: Sequence[Word], scale: float) -> list[int]:
    """How many pixels of ``mask`` lie in each word's rectangle."""
    sums = np.zeros((mask.shape[0] + 1, mask.shape[1] + 1), np.int64)
    sums[1:, 1:] = mask.cumsum(axis=0).cumsum(axis=1)
    rects = np.array([word.rect for word in words]) * scale
    x0 = np.clip(np.floor(rects[:, 0]), 0, mask.shape[1]).astype(int)
    y0 = np.clip(np.floor(rects[:, 1]), 0, mask.shape[0]).astype(int)
    x1 = np.clip(np.ceil(rects[:, 2]), 0, mask.shape[1]).astype(int)
    y1 = np.clip(np.ceil(rects[:, 3]), 0, mask.shape[0]).astype(int)
    return (sums[y1, x1] - sums[y0, x1] - sums[y1, x0] + sums[y0, x0]).tolist()


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
