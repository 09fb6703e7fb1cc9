"""The illustrated manual of the invented tide gauge TG-3: thirteen pages, one of them in two columns.

It holds what readers of documents find hard: ruled and unruled tables, vector and raster
figures with captions, a page in columns, and one line in white on white that no person sees.
"""

from __future__ import annotations

from pathlib import Path

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageTemplate

from samples.chapters import story
from samples.typography import Heading


class Manual(BaseDocTemplate):
    def afterFlowable(self, flowable: Flowable) -> None:
        if isinstance(flowable, Heading):
            text, level = flowable.outline
            self.canv.bookmarkPage(text)
            self.canv.addOutlineEntry(text, text, level)


def footer(canvas, document) -> None:
    if document.page == 1:
        return
    canvas.setFont("Helvetica", 8)
    canvas.setFillColor(HexColor("#5a646c"))
    canvas.drawString(22 * mm, 12 * mm, "Larkfield TG-3 tide gauge: operator's manual, edition 4")
    canvas.drawRightString(A4[0] - 22 * mm, 12 * mm, str(document.page))


def write(path: Path) -> None:
    width, height = A4
    left, low, gap = 22 * mm, 22 * mm, 8 * mm
    column = (width - 2 * left - gap) / 2
    tall = height - low - 20 * mm
    plain = {"leftPadding": 0, "rightPadding": 0, "topPadding": 0, "bottomPadding": 0}
    document = Manual(
        str(path),
        pagesize=A4,
        title="Larkfield TG-3 tide gauge: operator's manual",
        author="Larkfield Instruments (invented)",
        subject="Sample document of Clerestory, Apache-2.0",
        invariant=1,
    )
    document.addPageTemplates(
        [
            PageTemplate("one", [Frame(left, low, width - 2 * left, tall, **plain)], onPage=footer),
            PageTemplate(
                "columns",
                # Short frames, so that the chapter fills both columns.
                [
                    Frame(x, low + 0.52 * tall, column, 0.48 * tall, **plain)
                    for x in (left, left + column + gap)
                ],
                onPage=footer,
            ),
        ]
    )
    document.build(story())
