"""The small parts of the Office readers: numbers, formats, charts, equations, headers, captions."""

# ruff: noqa: E501  (XML reads better unbroken)

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from clerestory.reading.blocks import Block
from clerestory.reading.captions import attach_captions
from clerestory.reading.charts import diagram_lines, read_chart
from clerestory.reading.drawing import shown_description
from clerestory.reading.equations import equation_text
from clerestory.reading.grids import guess_header_rows, is_value
from clerestory.reading.metafiles import metafile_text
from clerestory.reading.number_formats import plain, shown_number
from clerestory.reading.numbering import counted, read_numbering
from clerestory.reading.ocr_layout import PlacedLine, joined, paragraphs
from clerestory.types import Box, CharRange, Region, Row, Table

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
C = 'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
M = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'


@pytest.mark.parametrize(
    ("value", "form", "shown"),
    [
        (1234.5, "#,##0.00", "1,234.50"),
        (0.256, "0.0%", "25.6%"),
        (45000, "dd/mm/yyyy", "2023-03-15"),
        (45000.5, "m/d/yy h:mm", "2023-03-15 12:00"),
        (1, "yyyy-mm-dd", "1900-01-01"),
        (61, "yyyy-mm-dd", "1900-03-01"),
        (1.5, "[h]:mm:ss", "36:00:00"),
        (1234.5, '"$"#,##0.00_);[Red]\\("$"#,##0.00\\)', "$1,234.50"),
        (-1234.5, '"$"#,##0.00_);[Red]\\("$"#,##0.00\\)', "($1,234.50)"),
        (0, '#,##0;(#,##0);"—"', "—"),
        (-5, "0.00;-0.00", "-5.00"),
        (5, '0" kg"', "5 kg"),
        (7, "000", "007"),
        (1.25, "0.##", "1.25"),
        (1.0, "0.##", "1"),
        (1234567, "#,##0,", "1,235"),
        (5, "[$€-2] #,##0.00", "€ 5.00"),
        (44562, "mmm-yy", "2022-01"),
        (0.1 + 0.2, "General", "0.3"),
        (3, "General", "3"),
    ],
)
def test_numbers_as_cells_show_them(value, form, shown):
    assert shown_number(value, form) == shown


@given(st.floats(allow_nan=True, allow_infinity=True), st.text('0#,.;yYmdhs%E+-"\\[]$@_* ', max_size=20))
def test_any_format_gives_text(value, form):
    assert isinstance(shown_number(value, form), str)


@given(st.integers(-(10**14), 10**14))
def test_whole_numbers_are_written_whole(value):
    assert plain(float(value)) == str(value)


@pytest.mark.parametrize(
    ("number", "form", "text"),
    [
        (4, "decimal", "4"),
        (28, "lowerLetter", "bb"),
        (9, "upperRoman", "IX"),
        (1994, "lowerRoman", "mcmxciv"),
        (3, "decimalZero", "03"),
        (0, "upperLetter", "0"),
    ],
)
def test_numbers_of_lists(number, form, text):
    assert counted(number, form) == text


def test_lists_count_by_level_and_restart():
    levels = "".join(
        f'<w:lvl w:ilvl="{n}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{pattern}"/></w:lvl>'
        for n, form, pattern in ((0, "decimal", "%1."), (1, "lowerLetter", "%1.%2)"), (2, "bullet", "x"))
    )
    root = etree.fromstring(
        f'<w:numbering {W}><w:abstractNum w:abstractNumId="7">{levels}</w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num>'
        '<w:num w:numId="2"><w:abstractNumId w:val="7"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/>'
        "</w:lvlOverride></w:num></w:numbering>"
    )
    numbering = read_numbering(root)
    steps = [("1", 0), ("1", 1), ("1", 1), ("1", 2), ("1", 0), ("1", 1), ("2", 0), ("9", 0)]
    labels = [numbering.label(*step) for step in steps]
    assert labels == ["1.", "1.a)", "1.b)", "•", "2.", "2.a)", "5.", ""]


def test_a_chart_is_its_table():
    series = "".join(
        f"<c:ser><c:tx><c:strRef><c:strCache><c:pt idx='0'><c:v>{name}</c:v></c:pt></c:strCache></c:strRef></c:tx>"
        f"<c:cat><c:strRef><c:strCache><c:pt idx='0'><c:v>North</c:v></c:pt><c:pt idx='1'><c:v>South</c:v></c:pt>"
        f"</c:strCache></c:strRef></c:cat><c:val><c:numRef><c:numCache><c:formatCode>0.0</c:formatCode>"
        f"<c:pt idx='0'><c:v>{low}</c:v></c:pt><c:pt idx='1'><c:v>{low + 1}</c:v></c:pt></c:numCache></c:numRef>"
        f"</c:val></c:ser>"
        for name, low in (("Rain", 1.25), ("Snow", 3))
    )
    root = etree.fromstring(
        f"<c:chartSpace {C}><c:chart><c:title><c:tx><c:rich><a:p><a:r><a:t>Water</a:t></a:r></a:p></c:rich></c:tx>"
        f"</c:title><c:plotArea><c:barChart>{series}</c:barChart></c:plotArea></c:chart></c:chartSpace>"
    )
    chart = read_chart(root)
    assert (chart.title, chart.kind) == ("Water", "bar")
    assert [row.cells for row in chart.table.rows] == [
        ("", "Rain", "Snow"),
        ("North", "1.2", "3.0"),
        ("South", "2.2", "4.0"),
    ]


def test_a_chart_that_claims_endless_points_is_bounded():
    points = "<c:pt idx='99999999'><c:v>1</c:v></c:pt><c:pt idx='0'><c:v>2</c:v></c:pt>"
    root = etree.fromstring(
        f"<c:chartSpace {C}><c:chart><c:plotArea><c:pieChart><c:ser><c:val><c:numLit>{points}</c:numLit></c:val>"
        "</c:ser></c:pieChart></c:plotArea></c:chart></c:chartSpace>"
    )
    assert len(read_chart(root).table.rows) == 2


def test_a_diagram_is_read_as_its_tree_and_cycles_end():
    def point(identity, text="", kind="node"):
        return f'<pt modelId="{identity}" type="{kind}"><t><p><r><t>{text}</t></r></p></t></pt>'

    points = point(0, kind="doc") + point(1, "Plan") + point(2, "Do") + point(3, "Detail")
    links = "".join(
        f'<cxn srcId="{a}" destId="{b}" srcOrd="{order}"/>'
        for a, b, order in ((0, 2, 1), (0, 1, 0), (1, 3, 0), (3, 1, 0))
    )
    root = etree.fromstring(f"<dataModel><ptLst>{points}</ptLst><cxnLst>{links}</cxnLst></dataModel>")
    assert diagram_lines(root) == [(1, "Plan"), (2, "Detail"), (1, "Do")]


def test_equations_keep_their_structure():
    root = etree.fromstring(
        f"<m:oMath {M}><m:r><m:t>E=m</m:t></m:r><m:sSup><m:e><m:r><m:t>c</m:t></m:r></m:e>"
        "<m:sup><m:r><m:t>2</m:t></m:r></m:sup></m:sSup><m:rad><m:deg/><m:e><m:r><m:t>x+1</m:t></m:r></m:e></m:rad>"
        "</m:oMath>"
    )
    assert equation_text(root) == "E=mc^2sqrt(x+1)"


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([("Pump", "Flow"), ("A", "12"), ("B", "9")], 1),
        ([("A", "12"), ("B", "9")], 0),
        ([("", "2023", "2023"), ("Site", "Flow", "Power"), ("N", "1", "2"), ("S", "3", "4")], 2),
        ([("Site", "2023", "2024"), ("N", "1", "2")], 1),
        ([("1.1", "Voltage", "kV"), ("1.2", "Frequency", "Hz")], 0),
        ([("Name", "Role", "City"), ("Ada", "Engineer", "London"), ("Grace", "Admiral", "New York")], 1),
        ([("Name", "Ada"), ("Role", "Engineer of the station")], 0),
        ([("only one row", "x")], 0),
        ([("one",), ("column",)], 0),
    ],
)
def test_header_rows(rows, expected):
    assert guess_header_rows(rows) == expected


@pytest.mark.parametrize(
    "cell", ["12", "-3.5", "(1,234)", "€ 5.00", "25 %", "2024-05-06", "12:30", "—", "3 kg"]
)
def test_values(cell):
    assert is_value(cell)


@pytest.mark.parametrize("cell", ["Pump", "Q1", "H2O", "Top 10", "", "3 pumps in use", "9" * 50])
def test_names(cell):
    assert not is_value(cell)


def test_captions_find_their_figure_or_table():
    table = Table((Row(("a", "b")),))
    blocks = [
        Block("paragraph", "Table 2: Pumps", CharRange(0, 14)),
        Block("table", "a; b", CharRange(16, 20), table=table),
        Block("paragraph", "Text about Figure 3.", CharRange(22, 42)),
        Block("picture", "", CharRange(44, 44)),
        Block("paragraph", "Fig. 3 The quay", CharRange(46, 61)),
    ]
    found = attach_captions(blocks)
    assert [(block.kind, block.caption) for block in found] == [
        ("table", "Table 2: Pumps"),
        ("paragraph", ""),
        ("picture", "Fig. 3 The quay"),
    ]
    assert found[0].locator == CharRange(0, 20) and found[2].locator == CharRange(44, 61)


@pytest.mark.parametrize(
    ("alt", "shown"),
    [
        ("Picture 3", ""),
        ("image1.png", ""),
        ("A quay at low tide", "A quay at low tide"),
        ("A dog\n\nDescription automatically generated", "A dog"),
    ],
)
def test_descriptions_that_nobody_wrote_are_dropped(alt, shown):
    assert shown_description(alt) == shown


def test_words_of_metafiles():
    def record(kind, body):
        return struct.pack("<II", kind, 8 + len(body)) + body

    def words(x, y, text):
        content = text.encode("utf-16-le")
        content += b"\x00" * (len(content) % 4)
        head = b"\x00" * 28 + struct.pack("<iiII", x, y, len(text), 76)
        return record(84, head + b"\x00" * 24 + content)

    header = record(1, b"\x00" * 32 + b" EMF" + b"\x00" * 64)
    emf = (
        header + words(9, 5, "Flow") + words(1, 5, "Pump") + words(1, 20, "Größe") + record(14, b"\x00" * 12)
    )
    assert metafile_text(emf) == "Pump Flow\nGröße"
    text = b"Old words "
    body = struct.pack("<hhHH", 3, 4, 9, 0) + text
    wmf = b"\x01\x00\x09\x00" + b"\x00" * 14 + struct.pack("<IH", 3 + len(body) // 2, 0x0A32) + body
    assert metafile_text(wmf) == "Old words"
    assert metafile_text(b"GIF89a") == ""


@given(st.binary(max_size=300))
def test_damaged_metafiles_give_text(content):
    assert isinstance(metafile_text(b"\x01\x00\x00\x00" + b"\x00" * 36 + b" EMF" + content), str)
    assert isinstance(metafile_text(b"\xd7\xcd\xc6\x9a" + content), str)


def line(text, x0, y0, x1, y1):
    box = Box(x0, y0, x1, y1)
    return PlacedLine(text, box, Region(box), 0.9)


def test_columns_and_gaps_divide_paragraphs():
    lines = [
        line("Left one", 0.1, 0.10, 0.4, 0.12),
        line("left two", 0.1, 0.13, 0.4, 0.15),
        line("Left three", 0.1, 0.20, 0.4, 0.22),
        line("Right one", 0.6, 0.10, 0.9, 0.12),
    ]
    assert [block.text for block in paragraphs(lines, place=1)] == [
        "Left one left two",
        "Left three",
        "Right one",
    ]


def test_columns_that_were_read_across_and_lines_in_pieces_are_put_together():
    lines = [
        line("The left column begins here", 0.05, 0.10, 0.40, 0.12),
        line("and the right one stands here", 0.55, 0.10, 0.90, 0.12),
        line("it goes", 0.05, 0.13, 0.15, 0.15),
        line("on", 0.18, 0.13, 0.22, 0.15),
        line("and ends", 0.55, 0.13, 0.70, 0.15),
        line("further.", 0.05, 0.16, 0.15, 0.18),
    ]
    assert [block.text for block in paragraphs(lines, place=1)] == [
        "The left column begins here it goes on further.",
        "and the right one stands here and ends",
    ]


def test_a_label_and_its_value_stay_on_one_line():
    lines = [
        line("TOTAL", 0.1, 0.10, 0.3, 0.12),
        line("12.50", 0.7, 0.101, 0.8, 0.121),
        line("CASH", 0.1, 0.13, 0.3, 0.15),
    ]
    assert joined(lines, "\n")[0] == "TOTAL 12.50\nCASH"


@given(st.lists(st.text("ab- ", min_size=1, max_size=8), max_size=8))
def test_joined_lines_keep_their_places(texts):
    text, parts = joined([line(t, 0, 0, 1, 1) for t in texts], " ")
    assert [part.start for part in parts] == sorted(part.start for part in parts)
    for part in parts:
        assert text[part.start : part.end] == text[part.start : part.end].strip() != ""
