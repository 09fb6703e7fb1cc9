"""What stands on one page, taken out of PDFium: the first of the two passes over a document.

In: a loaded page. Out: plain values (words, fragments, drawings), so that PDFium's page can be closed
before the second pass decides on furniture, headings and regions. Knows nothing of other pages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from clerestory.reading.pdf.characters import characters_of
from clerestory.reading.pdf.drawings import Drawings, drawings_of
from clerestory.reading.pdf.fields import fields_of
from clerestory.reading.pdf.geometry import Rect, View, area, view_of
from clerestory.reading.pdf.hidden import Why, divide, look, scan_picture
from clerestory.reading.pdf.rasters import raster
from clerestory.reading.pdf.scans import pictures_in
from clerestory.reading.pdf.words import Fragment, Word, fragments_of, words_of

GARBLED = 0.3  # share of characters without a meaning from which the text layer is of no use
_SCAN_SIDE = 800  # pixels at which pictures are looked for inside a scan
_MOST_CHARACTERS = 200_000  # per page


@dataclass(frozen=True, slots=True)
class PageContent:
    view: View
    words: int
    fragments: list[Fragment]
    drawings: Drawings
    hidden: list[tuple[Why, Word]]
    scan: bool  # the fragments are a scanner's text layer
    garbled: float  # share of characters without a Unicode meaning
    useless: list[Word]  # all words of a text layer that says nothing
    pictures: list[Rect]  # inside a page that is itself a picture
    whole_picture: bool  # the page is a picture, with or without a text layer
    comments: list[tuple[Rect, str]]
    cut: bool  # there were more characters or objects than are read


def content_of(page: Any, number: int, *, thin_words: int = 20) -> PageContent:
    """The page's content. Raises pypdfium2.PdfiumError when its text cannot be loaded."""
    view = view_of(page, number)
    text_page = page.get_textpage()
    try:
        characters = characters_of(text_page, view, limit=_MOST_CHARACTERS)
    finally:
        text_page.close()
    drawings = drawings_of(page, view)
    seen = look(page, divide(words_of(characters), drawings, view), drawings, view)
    filled = fields_of(page, view)
    useless: list[Word] = []
    visible = seen.visible
    if characters.garbled > GARBLED:
        useless, visible = visible, []
    whole_picture = scan_picture(drawings, view) is not None and (seen.scan or len(visible) < thin_words)
    pictures: list[Rect] = []
    if whole_picture:
        scale = _SCAN_SIDE / max(view.width, view.height)
        pixels = raster(page, view, (0.0, 0.0, view.width, view.height), scale=scale)
        pictures = [
            (x0 / scale, y0 / scale, x1 / scale, y1 / scale) for x0, y0, x1, y1 in pictures_in(pixels)
        ]
    return PageContent(
        view,
        len(visible) + sum(len(fragment.text.split()) for fragment in filled.fragments),
        fragments_of(visible) + filled.fragments,
        drawings,
        seen.hidden,
        seen.scan,
        characters.garbled,
        useless,
        pictures,
        whole_picture,
        filled.comments,
        drawings.cut or len(characters.code) >= _MOST_CHARACTERS,
    )


def painted(content: PageContent) -> float:
    """Share of the page, 0..1, under pictures and drawings (overlaps counted once per thing, at most 1)."""
    whole = content.view.width * content.view.height
    return min(1.0, sum(area(drawn.rect) for drawn in content.drawings.drawn) / whole)


def body_size(contents: Sequence[PageContent]) -> float:
    """The size in points that most characters of the document have."""
    letters: dict[float, int] = {}
    for content in contents:
        for fragment in content.fragments:
            size = round(2 * fragment.size) / 2
            letters[size] = letters.get(size, 0) + sum(len(word.text) for word in fragment.words)
    return max(letters, key=lambda size: letters[size]) if letters else 10.0
