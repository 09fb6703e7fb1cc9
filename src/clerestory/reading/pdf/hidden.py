"""Text that no reader of the page can see, told apart from text that one can.

In: the words of a page and what is painted on it. Out: visible words, hidden words with the reason,
and whether the visible ones are the text layer of a scan. A scanner's software writes the words that
it recognised in render mode 3 (or beneath the picture): there the picture shows the same words, so
they are text, of origin "ocr". Knows nothing of lines.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from clerestory.reading.pdf.drawings import Drawings
from clerestory.reading.pdf.geometry import Rect, View, area, overlap, union
from clerestory.reading.pdf.words import Word

_INVISIBLE_MODES = (3, 7)
_SMALLEST = 1.0  # points
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
