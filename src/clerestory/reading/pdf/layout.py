"""From a page's fragments to blocks in reading order.

In: a page's content and which of its fragments are furniture. Out: paragraphs, then blocks. Knows
nothing of other pages.
"""

from __future__ import annotations

from collections.abc import Sequence

from clerestory.reading.blocks import Block
from clerestory.reading.pdf.columns import Item, rows_in_order
from clerestory.reading.pdf.pages import PageContent
from clerestory.reading.pdf.paragraphs import Paragraph, line_of, paragraphs_of
from clerestory.types import TextOrigin


def paragraphs_on(
    content: PageContent, without: set[int], compounds: frozenset[str] = frozenset()
) -> list[Paragraph]:
    """The page's paragraphs in reading order; turned text comes last."""
    upright = [i for i, f in enumerate(content.fragments) if i not in without and not f.turn]
    turned = [[i] for i, f in enumerate(content.fragments) if i not in without and f.turn]
    chosen = [content.fragments[index] for index in upright]
    order = rows_in_order([Item(fragment.rect, fragment.size, fragment.text) for fragment in chosen])
    rows = [[upright[index] for index in row] for row in order]
    lines = [line_of([content.fragments[index] for index in row]) for row in [*rows, *turned]]
    return paragraphs_of(lines, content.view, compounds)


def blocks_of(content: PageContent, paragraphs: Sequence[Paragraph], levels: Sequence[int]) -> list[Block]:
    origin: TextOrigin = "ocr" if content.scan else "native"
    return [
        Block(
            "heading" if level else "paragraph",
            paragraph.text,
            content.view.locator(paragraph.rect),
            level=level,
            place=content.view.number,
            lines=paragraph.lines,
            origin=origin,
        )
        for paragraph, level in zip(paragraphs, levels, strict=True)
    ]
