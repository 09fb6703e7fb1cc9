"""Tables become segments with rows, header, caption, places and a picture; lists and contents do not."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from reportlab.lib import colors
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import Paragraph, Table, TableStyle
from tests.reading.pdf.documents import HEIGHT, PROSE, column, make, reading_of, texts

from clerestory.types import Reading, Segment

ROWS = [
    ["Station", "Depth (m)", "Installed", "Range (m)"],
    ["North quay", "4.2", "2019", "2.75"],
    ["South quay", "5.1", "2020", "2.81"],
    ["Outer mole", "9.6", "2018", "3.02"],
    ["Lock gate", "3.3", "2021", "2.40"],
]
GRID = [("GRID", (0, 0), (-1, -1), 0.5, colors.black)]
HEAD = [("FONTNAME", (0, 0), (-1, 0), "Helvetica-Bold")]
RULED = [
    ("LINEABOVE", (0, 0), (-1, 0), 1, colors.black),
    ("LINEBELOW", (0, 0), (-1, 0), 0.5, colors.black),
    ("LINEBELOW", (0, -1), (-1, -1), 1, colors.black),
]
STRIPED = [("ROWBACKGROUNDS", (0, 1), (-1, -1), [colors.whitesmoke, colors.lightblue])]
NUMBERS = [("ALIGN", (1, 1), (-1, -1), "RIGHT")]


def page_with(table: Table, *, caption: str = "", below: bool = False) -> Callable[..., None]:
    def draw(canvas) -> None:
        top = column(canvas, PROSE, x=60, top=80, width=450) + 20
        canvas.setFont("Helvetica", 9)
        if caption and not below:
            canvas.drawString(60, HEIGHT - top, caption)
            top += 10
        _, height = table.wrapOn(canvas, 450, 500)
        table.drawOn(canvas, 60, HEIGHT - top - height)
        top += height + 16
        canvas.setFont("Helvetica", 9)
        if caption and below:
            canvas.drawString(60, HEIGHT - top, caption)
            top += 10
        column(canvas, PROSE, x=60, top=top + 14, width=450)

    return draw


def table_of(reading: Reading) -> Segment:
    (segment,) = [segment for segment in reading.segments if segment.kind == "table"]
    return segment


@pytest.mark.parametrize(
    "style",
    [GRID, GRID + HEAD, RULED, RULED + NUMBERS, HEAD + STRIPED + NUMBERS, NUMBERS + HEAD],
    ids=["grid", "grid with bold head", "three rules", "rules and numbers", "stripes", "no rules"],
)
def test_rows_and_header(tmp_path: Path, style: list) -> None:
    table = Table(ROWS, colWidths=[140, 90, 90, 90], style=TableStyle(style))
    reading = reading_of(
        make(tmp_path / "table.pdf", page_with(table, caption="Table 3: Stations of the net"))
    )
    segment = table_of(reading)
    assert segment.table is not None
    assert [list(row.cells) for row in segment.table.rows] == ROWS
    assert segment.table.header_rows == 1
    assert segment.caption == "Table 3: Stations of the net"
    assert "Depth (m): 9.6" in segment.text
    assert "9.6" not in "".join(s.text for s in reading.segments if s.kind == "text")
    assert "Table 3" not in "".join(s.text for s in reading.segments if s.kind == "text")


def test_rows_have_places_and_the_table_a_picture(tmp_path: Path) -> None:
    table = Table(ROWS, colWidths=[140, 90, 90, 90], style=TableStyle(GRID))
    reading = reading_of(make(tmp_path / "places.pdf", page_with(table)))
    segment = table_of(reading)
    boxes = [row.locator.box for row in segment.table.rows]
    assert all(a.y0 < b.y0 for a, b in pairwise(boxes))
    assert all(
        segment.locator.box.y0 - 0.01 <= box.y0 < box.y1 <= segment.locator.box.y1 + 0.01 for box in boxes
    )
    (crop,) = [item for item in reading.objects if item.digest == segment.objects[0]]
    assert (crop.role, crop.media_type) == ("crop", "image/jpeg")
    assert crop.content[:3] == b"\xff\xd8\xff"


def test_cells_of_several_lines_are_one_row(tmp_path: Path) -> None:
    style = getSampleStyleSheet()["BodyText"]
    long = "The float must hang free of the wall of the well at every height of the water"
    rows = [["Part", "What to check"], ["Float", Paragraph(long, style)], ["Wire", Paragraph(long, style)]]
    table = Table(rows, colWidths=[80, 150], style=TableStyle(GRID))
    segment = table_of(reading_of(make(tmp_path / "lines.pdf", page_with(table))))
    assert [list(row.cells) for row in segment.table.rows] == [rows[0], ["Float", long], ["Wire", long]]


def test_a_cell_that_spans_rows_is_read_in_each_of_them(tmp_path: Path) -> None:
    rows = [["Quay", "Sensor"], ["North", "Float"], ["", "Radar"], ["South", "Float"]]
    style = [*GRID, ("SPAN", (0, 1), (0, 2)), *HEAD]
    table = Table(rows, colWidths=[100, 100], style=TableStyle(style))
    segment = table_of(reading_of(make(tmp_path / "span.pdf", page_with(table))))
    cells = [row.cells for row in segment.table.rows]
    assert cells == [("Quay", "Sensor"), ("North", "Float"), ("North", "Radar"), ("South", "Float")]


def test_a_caption_below_is_attached_too(tmp_path: Path) -> None:
    table = Table(ROWS, colWidths=[140, 90, 90, 90], style=TableStyle(GRID))
    draw = page_with(table, caption="Table 4. Stations, as installed", below=True)
    assert (
        table_of(reading_of(make(tmp_path / "below.pdf", draw))).caption == "Table 4. Stations, as installed"
    )


def test_lists_and_contents_are_text(tmp_path: Path) -> None:
    def listed(canvas) -> None:
        canvas.setFont("Helvetica", 10)
        for number, words in enumerate(
            ["Open the well", "Lower the float", "Tighten the wire", "Close the well"], 1
        ):
            canvas.drawString(60, HEIGHT - 100 - 14 * number, f"{number}.")
            canvas.drawString(90, HEIGHT - 100 - 14 * number, words)

    def contents(canvas) -> None:
        canvas.setFont("Helvetica", 10)
        for number, words in enumerate(["Mooring", "Levelling", "Logging", "Care", "Index"], 1):
            canvas.drawString(60, HEIGHT - 100 - 14 * number, words)
            canvas.drawRightString(500, HEIGHT - 100 - 14 * number, str(7 * number))

    reading = reading_of(make(tmp_path / "lists.pdf", listed, contents))
    assert {segment.kind for segment in reading.segments} == {"text"}
    assert "2. Lower the float" in texts(reading)
    assert "Levelling 14" in texts(reading)


def test_columns_of_text_are_no_table(tmp_path: Path) -> None:
    def columns(canvas) -> None:
        column(canvas, PROSE + " " + PROSE, x=60, top=100, width=220)
        column(canvas, PROSE + " " + PROSE, x=310, top=100, width=220)

    reading = reading_of(make(tmp_path / "columns.pdf", columns))
    assert {segment.kind for segment in reading.segments} == {"text"}
