"""Blocks made of a page's parts.

In: paragraphs with heading levels, figures and tables in reading order. Out: blocks with lines and places.
Knows nothing of how the parts were found.
"""

from __future__ import annotations

from collections.abc import Sequence

from clerestory.reading.blocks import Block
from clerestory.reading.pdf.geometry import View
from clerestory.reading.pdf.layout import Layout
from clerestory.reading.pdf.paragraphs import Paragraph
from clerestory.reading.pdf.regions import Region
from clerestory.reading.tables import table_text
from clerestory.types import Line, Row, Table, TextOrigin


def blocks_of(layout: Layout, levels: Sequence[int], view: View, *, origin: TextOrigin) -> list[Block]:
    """``levels`` are those of the layout's paragraphs: 0 text, else a heading's."""
    blocks: list[Block] = []
    level = iter(levels)
    for part in layout.parts:
        if isinstance(part, Paragraph):
            blocks.append(_paragraph(part, next(level), view, origin))
        elif part.kind == "table":
            blocks.append(_table(part, view, origin))
        else:
            blocks.append(_figure(part, view, origin))
    return blocks


def _paragraph(part: Paragraph, level: int, view: View, origin: TextOrigin) -> Block:
    return Block(
        "heading" if level else "paragraph",
        part.text,
        view.locator(part.rect),
        level=level,
        place=view.number,
        lines=part.lines,
        origin=origin,
    )


def _table(region: Region, view: View, origin: TextOrigin) -> Block:
    rows = tuple(Row(row.cells, view.locator(row.rect)) for row in region.rows)
    table = Table(rows, region.header_rows)
    return Block(
        "table",
        table_text(table),
        view.locator(region.rect),
        place=view.number,
        caption=region.caption,
        table=table,
        objects=tuple(region.objects),
        origin=origin,
    )


def _figure(region: Region, view: View, origin: TextOrigin) -> Block:
    lines: list[Line] = []
    length = 0
    for line in region.lines:
        lines.append(Line(length, length + len(line.text), view.locator(line.rect)))
        length += len(line.text) + 1
    return Block(
        "figure",
        "\n".join(line.text for line in region.lines),
        view.locator(region.rect),
        place=view.number,
        caption=region.caption,
        lines=tuple(lines),
        objects=tuple(region.objects),
        origin=origin if lines else "none",
    )
