"""Which places of a document are worth reading by OCR, and in which order.

In: what was found on a page. Out: OCR requests: priority 1 and more for whole pages (thin ones first,
because there every word is new), below 1 for pictures on pages that have text. Knows no OCR engine.
"""

from __future__ import annotations

from clerestory.reading.pdf.figures import DRAWN_TEXT, Decoration
from clerestory.reading.pdf.geometry import View, area
from clerestory.reading.pdf.layout import Layout
from clerestory.reading.pdf.pages import GARBLED, PageContent, painted
from clerestory.reading.pdf.regions import Region
from clerestory.types import OcrRequest, PageBox

_PAINTED = 0.005  # share of the page under pictures and drawings: below, there is nothing to read
_LEAST_PART = 0.02  # of the page
_LEAST_DRAWN = 0.004  # of the page: a line or two
_LEAST_SIDE = 50.0  # points


def requests_of(
    content: PageContent, furniture: set[int], layout: Layout, *, thin_words: int
) -> list[OcrRequest]:
    """The page, when its text layer is not enough; else its pictures that may hold text."""
    view = content.view
    words = content.words - sum(len(content.fragments[index].words) for index in furniture)
    if content.garbled > GARBLED:
        return [OcrRequest(PageBox(view.number), 1.5, "the text layer has no Unicode meaning")]
    if words < thin_words and painted(content) > _PAINTED:
        reason = "no text layer" if not words else f"only {words} words of text"
        priority = round(2.0 - words / max(thin_words, 1), 3)
        return [OcrRequest(PageBox(view.number), priority, reason)]
    found = [_picture(region, view) for region in layout.regions if region.kind == "figure"]
    found += [_drawn(decoration, view) for decoration in layout.decorations]
    return [request for request in found if request is not None]


def _drawn(decoration: Decoration, view: View) -> OcrRequest | None:
    """A request for letters that the page draws as shapes, so that its text layer lacks them."""
    part = area(decoration.rect) / (view.width * view.height)
    if decoration.reason != DRAWN_TEXT or part < _LEAST_DRAWN:
        return None
    return OcrRequest(view.locator(decoration.rect), round(min(0.99, 0.3 + part), 3), DRAWN_TEXT)


def _picture(region: Region, view: View) -> OcrRequest | None:
    """A request for a figure: larger ones first, all below 1; small ones and those of words have none."""
    part = area(region.rect) / (view.width * view.height)
    width, height = region.rect[2] - region.rect[0], region.rect[3] - region.rect[1]
    if region.found != "pictures" or part < _LEAST_PART or min(width, height) < _LEAST_SIDE:
        return None
    digest = region.objects[0] if region.objects else ""
    context = (region.caption,) if region.caption else ()
    return OcrRequest(
        view.locator(region.rect), round(min(0.99, part), 3), "a picture that may hold text", digest, context
    )
