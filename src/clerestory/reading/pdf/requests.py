"""Which places of a document are worth reading by OCR, and in which order.

In: what was found on a page. Out: OCR requests: priority 1 and more for whole pages (thin ones first,
because there every word is new), below 1 for pictures on pages that have text. Knows no OCR engine.
"""

from __future__ import annotations

from collections.abc import Sequence

from clerestory.reading.pdf.geometry import Rect, View, area
from clerestory.types import OcrRequest, PageBox


def page_request(
    view: View, *, words: int, garbled: bool, scan: bool, pictures: float, thin_words: int
) -> OcrRequest | None:
    """A request for the whole page, or None when its text layer is enough.

    ``pictures`` is the share of the page (0..1) that is painted with something other than text.
    """
    if garbled:
        return OcrRequest(PageBox(view.number), 1.5, "the text layer has no Unicode meaning")
    if words >= thin_words or pictures < 0.005:
        return None
    thin = 1.0 - words / max(thin_words, 1)
    reason = "no text layer" if not words else f"only {words} words of text"
    return OcrRequest(PageBox(view.number), round(1.0 + thin, 3), reason if not scan else f"a scan, {reason}")


def picture_request(view: View, rect: Rect, *, digest: str, context: Sequence[str] = ()) -> OcrRequest:
    """A request for a figure on a page that has text: larger ones first, all below 1."""
    part = min(0.99, area(rect) / (view.width * view.height))
    return OcrRequest(
        view.locator(rect), round(part, 3), "a picture that may hold text", digest, tuple(context)
    )
