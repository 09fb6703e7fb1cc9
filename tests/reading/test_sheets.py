"""Workbooks: tables found as people laid them out, each row with its cells, values as shown."""

import datetime
import zipfile

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.drawing.image import Image
from openpyxl.worksheet.table import Table
from tests.reading.office import all_text, picture, reading_of
from tests.reading.test_word import rewritten

from clerestory.errors import UnreadableFile
from clerestory.reading.sheet_cells import Area, Cells
from clerestory.reading.sheet_tables import sheet_blocks
from clerestory.settings import ReadingSettings
from clerestory.types import CellRange

ROWS = [("Pump", "Flow", "Since"), ("A", 12.5, 2019), ("B", 9, 2021), ("C", 11.25, 2024)]


def book(*rows, title="Pumps"):
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = title
    for row in rows:
        sheet.append(row)
    return workbook, sheet


def saved(workbook, path):
    workbook.save(path)
    return path


def test_a_table_with_its_title_and_places(tmp_path):
    workbook, sheet = book(["Pumps of the station"], *ROWS)
    sheet["A7"] = "All values were measured on the first of June."
    reading = reading_of(saved(workbook, tmp_path / "pumps.xlsx"))
    table, note = reading.segments
    assert table.kind == "table" and table.caption == "Pumps of the station"
    assert table.locator == CellRange("Pumps", "A1", "C5") and table.context == ("pumps", "Pumps")
    assert table.text.splitlines()[1] == "Pump: B; Flow: 9; Since: 2021"
    assert table.table.rows[2].locator == CellRange("Pumps", "A4", "C4")
    assert table.lines[1].locator == CellRange("Pumps", "A4", "C4")
    assert note.text.startswith("All values") and note.locator == CellRange("Pumps", "A7", "A7")


def test_tables_beside_and_below_each_other_are_apart(tmp_path):
    workbook, sheet = book(*ROWS)
    for row, cells in enumerate([("Year", "Rain"), (2023, 700), (2024, 812)], 8):
        for column, value in enumerate(cells, 6):
            sheet.cell(row, column, value)
    for row, cells in enumerate([("Well", "Depth"), ("W1", 4), ("W2", 5)], 1):
        for column, value in enumerate(cells, 7):
            sheet.cell(row, column, value)
    reading = reading_of(saved(workbook, tmp_path / "three.xlsx"))
    assert [(s.locator.first, s.locator.last) for s in reading.segments] == [
        ("A1", "C4"),
        ("G1", "H3"),
        ("F8", "G10"),
    ]


def test_values_are_shown_as_their_cells_show_them(tmp_path):
    workbook, sheet = book(["What", "Value"])
    shown = [
        ("date", datetime.date(2024, 5, 6), "yyyy-mm-dd", "2024-05-06"),
        ("time", datetime.datetime(2024, 5, 6, 7, 8), "dd.mm.yyyy hh:mm", "2024-05-06 07:08"),
        ("share", 0.256, "0.0%", "25.6%"),
        ("money", 1234.5, '"€" #,##0.00', "€ 1,234.50"),
        ("plain", 0.1 + 0.2, "General", "0.3"),
        ("flag", True, "General", "TRUE"),
    ]
    for row, (name, value, form, _) in enumerate(shown, 2):
        sheet.cell(row, 1, name)
        sheet.cell(row, 2, value).number_format = form
    (segment,) = reading_of(saved(workbook, tmp_path / "formats.xlsx")).segments
    assert [row.cells[1] for row in segment.table.rows[1:]] == [expected for *_, expected in shown]


def test_formulas_without_a_value_stand_for_themselves(tmp_path):
    workbook, sheet = book(*ROWS)
    sheet["B5"] = "=SUM(B2:B4)"
    reading = reading_of(saved(workbook, tmp_path / "sum.xlsx"))
    assert "=SUM(B2:B4)" in all_text(reading)
    (line,) = reading.ledger
    assert line.code == "formula-without-value" and line.locator == CellRange("Pumps", "B5", "B5")


def test_merged_headers_name_all_their_columns(tmp_path):
    workbook, sheet = book(
        ["Site", "Flow", None], [None, "2023", "2024"], ["North", 1, 2], ["South", 3, 4], title="Sites"
    )
    sheet.merge_cells("A1:A2")
    sheet.merge_cells("B1:C1")
    (segment,) = reading_of(saved(workbook, tmp_path / "merged.xlsx")).segments
    assert segment.table.header_rows == 2
    assert segment.text.splitlines()[0] == "Site: North; Flow 2023: 1; Flow 2024: 2"


def test_charts_pictures_comments_and_declared_tables(tmp_path):
    workbook, sheet = book(*ROWS)
    sheet.add_table(Table(displayName="PumpList", ref="A1:C4"))
    chart = BarChart()
    chart.title = "Flow by pump"
    chart.add_data(Reference(sheet, min_col=2, min_row=1, max_row=4), titles_from_data=True)
    chart.set_categories(Reference(sheet, min_col=1, min_row=2, max_row=4))
    sheet.add_chart(chart, "E2")
    sheet.add_image(Image(picture()), "E20")
    sheet["B2"].comment = Comment("Measured twice", "A. Writer")
    reading = reading_of(saved(workbook, tmp_path / "all.xlsx"))
    kinds = [segment.kind for segment in reading.segments]
    assert sorted(kinds) == ["figure", "picture", "table", "text"]
    by_kind = {segment.kind: segment for segment in reading.segments}
    assert by_kind["table"].caption == "PumpList" and by_kind["table"].table.header_rows == 1
    assert by_kind["figure"].caption == "Flow by pump"
    assert by_kind["figure"].text == "A; Flow: 12.5\nB; Flow: 9\nC; Flow: 11.25"  # from the cells
    assert by_kind["picture"].objects and by_kind["picture"].locator.first == "E20"
    assert by_kind["text"].text == "Measured twice" and by_kind["text"].attributes["role"] == "comment"
    assert len(reading.ocr_requests) == 1


def test_hidden_sheets_and_rows_are_read_and_marked(tmp_path):
    workbook, sheet = book(*ROWS)
    sheet.row_dimensions[3].hidden = True
    secret = workbook.create_sheet("Secret")
    secret.append(["Key", "Value"])
    secret.append(["a", 1])
    secret.sheet_state = "hidden"
    reading = reading_of(saved(workbook, tmp_path / "hidden.xlsx"))
    assert [segment.attributes.get("hidden", "") for segment in reading.segments] == ["", "true"]
    assert {line.code for line in reading.ledger} == {"hidden-rows", "hidden-sheet"}


def test_a_sheet_that_declares_a_million_rows_costs_nothing(tmp_path):
    workbook, sheet = book(*ROWS)
    sheet.cell(1_048_576, 16_384, "far away")
    reading = reading_of(saved(workbook, tmp_path / "wide.xlsx"))
    assert [segment.locator.first for segment in reading.segments] == ["A1", "XFD1048576"]


def test_cells_over_the_limit_are_left_out_and_said(tmp_path):
    workbook, _ = book(*ROWS)
    reading = reading_of(saved(workbook, tmp_path / "limit.xlsx"), ReadingSettings(max_table_cells=6))
    assert "too-many-cells" in {line.code for line in reading.ledger}
    assert len(reading.segments[0].table.rows) == 2


def test_a_damaged_sheet_gives_what_came_before(tmp_path):
    workbook, _ = book(*ROWS)
    path = saved(workbook, tmp_path / "cut.xlsx")
    rewritten(path, {"xl/worksheets/sheet1.xml": lambda old: old[: old.index(b'<row r="4"') + 30]})
    reading = reading_of(path)
    assert "Pump: A" in all_text(reading)
    assert [line.code for line in reading.ledger] == ["sheet-damaged"]


def test_entities_are_not_expanded(tmp_path):
    workbook, _ = book(*ROWS)
    path = saved(workbook, tmp_path / "bomb.xlsx")
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa">]>'
    rewritten(path, {"xl/worksheets/sheet1.xml": lambda old: bomb + old.replace(b"Flow", b"&a;")})
    reading = reading_of(path)
    assert reading.segments == ()
    assert "entities" in reading.ledger[0].reason and reading.ledger[0].severity == "error"


def test_a_zip_bomb_is_refused(tmp_path):
    workbook, _ = book(*ROWS)
    path = saved(workbook, tmp_path / "zip.xlsx")
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/image1.png", b"\x00" * 20_000_000)
    with pytest.raises(UnreadableFile, match="times its size"):
        reading_of(path)


CELLS = st.dictionaries(
    st.tuples(st.integers(1, 14), st.integers(1, 9)),
    st.one_of(
        st.sampled_from(["name", "flow", "12", "3.5", "2024"]), st.text("abc 1", min_size=1, max_size=9)
    ),
    min_size=1,
    max_size=60,
)
MERGES = st.lists(
    st.builds(
        lambda r, c, h, w: Area(r, c, r + h, c + w),
        st.integers(1, 10),
        st.integers(1, 6),
        st.integers(0, 3),
        st.integers(0, 3),
    ),
    max_size=3,
)


@settings(max_examples=150, deadline=None)
@given(CELLS, MERGES)
def test_every_cell_stands_in_one_block(placed, merges):
    cells = Cells(merges=merges)
    for (row, column), text in placed.items():
        if text.strip():
            cells.rows.setdefault(row, {})[column] = text.strip()
    if not cells.rows:
        return
    blocks = sheet_blocks("S", cells, (), attributes={})
    found: list[str] = []
    for block in blocks:
        if block.kind == "heading":
            continue
        found += block.caption.split("\n") if block.caption else []
        if block.table is None:
            found += block.text.split("\n")
        else:
            found += [cell for row in block.table.rows for cell in row.cells if cell]
    for row in cells.rows.values():
        for text in row.values():
            assert text in found
    if not merges:
        assert sorted(found) == sorted(text for row in cells.rows.values() for text in row.values())
