"""Ledger lines for what stands on a page and goes into no segment.

In: a page's content, its furniture and layout. Out: lines: hidden text, headers and footers, garbled text,
decoration, captions without a figure. Knows nothing of segments.
"""

from __future__ import annotations

from typing import Any

from clerestory.reading.ledger import hidden_text, note
from clerestory.reading.pdf.geometry import union
from clerestory.reading.pdf.layout import Layout
from clerestory.reading.pdf.pages import GARBLED, PageContent
from clerestory.types import LedgerLine, PageBox

_NOTED_GARBLE = 0.02  # share of characters; below, it is a bullet or an ornament


def set_aside(content: PageContent, furniture: set[int], layout: Layout) -> list[LedgerLine]:
    """Ledger lines for what stands on the page and goes into no segment."""
    view = content.view
    lines: list[LedgerLine] = []
    reasons: dict[str, list[Any]] = {}
    for why, word in content.hidden:
        reasons.setdefault(why, []).append(word)
    for reason, words in reasons.items():
        rect = union(word.rect for word in words)
        place = view.locator(rect) if reason != "off the page" else PageBox(view.number)
        lines.append(hidden_text(" ".join(word.text for word in words), reason, locator=place))
    if furniture:
        fragments = [content.fragments[index] for index in sorted(furniture)]
        text = "\n".join(fragment.text for fragment in fragments)
        lines.append(
            note(
                "furniture",
                "text",
                "a header, footer or page number that repeats",
                locator=view.locator(union(fragment.rect for fragment in fragments)),
                text=text,
            )
        )
    if content.whole_picture and not content.scan:
        reason = "the page is a picture; its words come from OCR"
        lines.append(note("page-picture", "page", reason, locator=PageBox(view.number)))
    if content.scan:
        lines.append(
            note(
                "ocr-text-layer",
                "page",
                "a scan with the text layer of the scanner's software, used as its text",
                locator=PageBox(view.number),
            )
        )
    if content.garbled > _NOTED_GARBLE:
        lines.append(
            note(
                "garbled-text",
                "text",
                f"{content.garbled:.0%} of the characters have no Unicode meaning"
                + ("; the text layer is not used" if content.garbled > GARBLED else ""),
                locator=PageBox(view.number),
                text=" ".join(word.text for word in content.useless),
                severity="warning",
            )
        )
    lines.extend(
        note("decorative", "figure", decoration.reason, locator=view.locator(decoration.rect))
        for decoration in layout.decorations
    )
    lines.extend(
        note("comment", "text", "a comment that pops up", locator=view.locator(rect), text=text)
        for rect, text in content.comments
    )
    if layout.strokes:
        reason = f"rules and grounds behind text: {layout.strokes}"
        lines.append(note("decorative", "page", reason, locator=PageBox(view.number)))
    lines.extend(
        note(
            "no-figure-for-caption",
            "figure",
            "a caption whose figure or table was not found on the page",
            locator=view.locator(caption.rect),
            text=caption.text,
            severity="warning",
        )
        for caption in layout.lost
    )
    return lines
