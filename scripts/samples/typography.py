"""Styles and building blocks of the manual: headings with outline entries, figures, tables, steps."""

from __future__ import annotations

import io

from PIL import Image as Picture
from reportlab.lib.colors import HexColor, black, white
from reportlab.lib.enums import TA_CENTER
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import (
    Flowable,
    Image,
    KeepTogether,
    ListFlowable,
    Paragraph,
    Spacer,
    Table,
    TableStyle,
)

BODY = ParagraphStyle("body", fontName="Times-Roman", fontSize=10.5, leading=14.2, spaceAfter=7)
HEAD = ParagraphStyle(
    "head", fontName="Helvetica-Bold", fontSize=17, leading=21, spaceAfter=10, textColor=HexColor("#1d3a4c")
)
SUBHEAD = ParagraphStyle(
    "subhead", fontName="Helvetica-Bold", fontSize=12, leading=15, spaceBefore=8, spaceAfter=5
)
CAPTION = ParagraphStyle(
    "caption", fontName="Helvetica-Oblique", fontSize=9, leading=11.5, spaceBefore=4, spaceAfter=12
)
TITLE = ParagraphStyle("title", fontName="Helvetica-Bold", fontSize=32, leading=38, alignment=TA_CENTER)
UNDER = ParagraphStyle("under", fontName="Helvetica", fontSize=14, leading=20, alignment=TA_CENTER)
CELL = ParagraphStyle("cell", fontName="Helvetica", fontSize=9, leading=11.5)
CELL_HEAD = ParagraphStyle("cellhead", parent=CELL, fontName="Helvetica-Bold")

RULED = TableStyle(
    [
        ("GRID", (0, 0), (-1, -1), 0.6, black),
        ("BACKGROUND", (0, 0), (-1, 0), HexColor("#e4eaee")),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("TOPPADDING", (0, 0), (-1, -1), 3),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
    ]
)
UNRULED = TableStyle(
    [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("TOPPADDING", (0, 0), (-1, -1), 2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
        ("LEFTPADDING", (0, 0), (-1, -1), 0),
    ]
)


class Heading(Paragraph):
    """A heading that is also an entry of the document's outline."""

    def __init__(self, text: str, style: ParagraphStyle, level: int) -> None:
        super().__init__(text, style)
        self.outline = (text, level)


class HiddenLine(Flowable):
    """White words on white paper: in the file, but for no person's eyes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        return width, 10

    def draw(self) -> None:
        self.canv.setFillColor(white)
        self.canv.setFont("Helvetica", 8)
        self.canv.drawString(0, 2, self.text)


def raster(picture: Picture.Image, width: float, *, quality: int = 80) -> Image:
    data = io.BytesIO()
    picture.save(data, "JPEG", quality=quality)
    data.seek(0)
    return Image(data, width=width, height=width * picture.height / picture.width)


def head(text: str) -> list[Flowable]:
    return [Heading(text, HEAD, 0)]


def sub(text: str) -> Heading:
    return Heading(text, SUBHEAD, 1)


def para(text: str) -> Paragraph:
    return Paragraph(text, BODY)


def figure(flowable: Flowable, caption: str) -> KeepTogether:
    flowable.hAlign = "CENTER"
    return KeepTogether([Spacer(1, 4), flowable, Paragraph(caption, CAPTION)])


def table(
    rows: list[tuple[str, ...]], caption: str, widths: list[float], style: TableStyle = RULED
) -> KeepTogether:
    cells = [[Paragraph(text, CELL_HEAD if i == 0 else CELL) for text in row] for i, row in enumerate(rows)]
    body = Table(cells, colWidths=[w * mm for w in widths], style=style, hAlign="LEFT", repeatRows=1)
    return KeepTogether([Paragraph(caption, CAPTION), body, Spacer(1, 10)])


def steps(*texts: str) -> ListFlowable:
    return ListFlowable([Paragraph(text, BODY) for text in texts], bulletType="1", leftIndent=16)
