"""OpenDocument files: text, sheets and slides with their places; encrypted ones refused."""

# ruff: noqa: E501  (XML reads better unbroken)

import io
import zipfile

import odfdo
import pytest
from tests.reading.office import all_text, digest, picture, reading_of, text_object

from clerestory.errors import UnreadableFile, WrongPassword
from clerestory.types import CellRange

NAMES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in (
        ("office", "office"),
        ("text", "text"),
        ("table", "table"),
        ("draw", "drawing"),
        ("style", "style"),
        ("presentation", "presentation"),
        ("chart", "chart"),
        ("manifest", "manifest"),
    )
) + (
    ' xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0"'
    ' xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0"'
    ' xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:dc="http://purl.org/dc/elements/1.1/"'
)


def package(path, kind, body, *, automatic="", styles="", files=None):
    """An OpenDocument file of this body."""
    content = (
        f"<office:document-content {NAMES}><office:automatic-styles>{automatic}</office:automatic-styles>"
        f"<office:body><office:{kind}>{body}</office:{kind}></office:body></office:document-content>"
    )
    media = {"text": "text", "spreadsheet": "spreadsheet", "presentation": "presentation"}[kind]
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", f"application/vnd.oasis.opendocument.{media}")
        archive.writestr("content.xml", content)
        archive.writestr("styles.xml", f"<office:document-styles {NAMES}>{styles}</office:document-styles>")
        for name, data in (files or {}).items():
            archive.writestr(name, data)
    return path


def test_a_text_made_by_a_program(tmp_path):
    document = odfdo.Document("text")
    document.body.clear()
    document.body.append(odfdo.Header(1, "Tide gauges"))
    document.body.append(odfdo.Paragraph("Fix the float well to the quay wall."))
    document.body.append(odfdo.List(["red wire", "black wire"]))
    document.meta.title = "Gauge manual"
    path = tmp_path / "gauge.odt"
    document.save(path)
    reading = reading_of(path)
    assert reading.title == "Gauge manual"
    assert reading.segments[0].text == (
        "Tide gauges\n\nFix the float well to the quay wall.\n• red wire\n• black wire"
    )
    whole = text_object(reading)
    for line in reading.segments[0].lines:
        words = reading.segments[0].text[line.start : line.end]
        assert whole[line.locator.start : line.locator.end] == words


def test_spaces_notes_comments_and_hidden_text(tmp_path):
    automatic = '<style:style style:name="T1" style:family="text"><style:text-properties text:display="none"/></style:style>'
    body = (
        '<text:p>A<text:s text:c="2"/>B<text:tab/>C <text:span text:style-name="T1">secret</text:span>'
        "<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>The note.</text:p>"
        "</text:note-body></text:note>"
        "<office:annotation><dc:creator>R. Viewer</dc:creator><text:p>Why?</text:p></office:annotation></text:p>"
        "<text:tracked-changes><text:changed-region><text:deletion><text:p>struck</text:p></text:deletion>"
        "</text:changed-region></text:tracked-changes>"
    )
    reading = reading_of(package(tmp_path / "notes.odt", "text", body, automatic=automatic))
    assert text_object(reading).strip().split("\n\n") == ["A  B\tC", "The note.", "Why?"]
    assert {line.code: line.text for line in reading.ledger} == {
        "hidden-text": "secret",
        "tracked-deletion": "struck",
    }


def test_tables_and_pictures_of_a_text(tmp_path):
    image = picture()
    body = (
        "<table:table><table:table-header-rows><table:table-row>"
        "<table:table-cell><text:p>Pump</text:p></table:table-cell>"
        "<table:table-cell><text:p>Flow</text:p></table:table-cell></table:table-row></table:table-header-rows>"
        "<table:table-row><table:table-cell><text:p>A</text:p></table:table-cell>"
        "<table:table-cell><text:p>12</text:p></table:table-cell></table:table-row></table:table>"
        '<text:p><draw:frame><draw:image xlink:href="Pictures/a.png"/><svg:desc>A quay</svg:desc></draw:frame></text:p>'
        "<text:p>Figure 1: The quay</text:p>"
        '<text:p><draw:frame><draw:image xlink:href="http://example.org/b.png"/></draw:frame></text:p>'
    )
    files = {"Pictures/a.png": image.getvalue(), "Pictures/unused.png": picture(mark=3).getvalue()}
    reading = reading_of(package(tmp_path / "pictures.odt", "text", body, files=files))
    table, shown, missing = reading.segments
    assert table.kind == "table" and table.text == "Pump: A; Flow: 12" and table.table.header_rows == 1
    assert shown.objects == (digest(image),) and shown.text == "A quay"
    assert shown.caption == "Figure 1: The quay" and missing.objects == ()
    reasons = " ".join(line.reason for line in reading.ledger)
    assert "http://example.org/b.png" in reasons and "unused.png" in reasons


def test_a_sheet_with_repeats_comments_and_a_chart(tmp_path):
    cell = "<table:table-cell><text:p>{}</text:p></table:table-cell>"
    rows = "".join(
        f"<table:table-row>{''.join(cell.format(text) for text in row)}</table:table-row>"
        for row in (("Year", "Ducks"), ("2023", "160"), ("2024", "180"))
    )
    comment = (
        "<table:table-row><table:table-cell><office:annotation><text:p>Counted twice</text:p></office:annotation>"
        '</table:table-cell></table:table-row><table:table-row table:number-rows-repeated="1048000">'
        '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    )
    chart = (
        '<table:shapes><draw:frame table:end-cell-address="Counts.F9"><draw:object xlink:href="./Object 1"/>'
        "</draw:frame></table:shapes>"
    )
    chart_content = (
        f'<office:document-content {NAMES}><office:body><office:chart><chart:chart chart:class="chart:bar">'
        f"<chart:title><text:p>Ducks by year</text:p></chart:title><table:table><table:table-header-rows>"
        f"<table:table-row>{cell.format('')}{cell.format('Ducks')}</table:table-row></table:table-header-rows>"
        f"<table:table-row>{cell.format('2023')}{cell.format('160')}</table:table-row></table:table>"
        "</chart:chart></office:chart></office:body></office:document-content>"
    )
    body = f'<table:table table:name="Counts">{chart}{rows}{comment}</table:table>'
    path = package(tmp_path / "ducks.ods", "spreadsheet", body, files={"Object 1/content.xml": chart_content})
    reading = reading_of(path)
    table, note, figure = reading.segments
    assert table.text == "Year: 2023; Ducks: 160\nYear: 2024; Ducks: 180"
    assert table.locator == CellRange("Counts", "A1", "B3") and table.context == ("ducks", "Counts")
    assert note.text == "Counted twice" and note.locator.first == "A4"
    assert figure.kind == "figure" and figure.caption == "Ducks by year"
    assert figure.text == "2023; Ducks: 160" and figure.locator == CellRange("Counts", "A1", "F9")


def test_slides_with_boxes_and_notes(tmp_path):
    styles = (
        '<office:automatic-styles><style:page-layout style:name="L"><style:page-layout-properties '
        'fo:page-width="20cm" fo:page-height="10cm"/></style:page-layout></office:automatic-styles>'
        '<office:master-styles><style:master-page style:name="M" style:page-layout-name="L"/></office:master-styles>'
    )
    frame = '<draw:frame svg:x="{}cm" svg:y="{}cm" svg:width="10cm" svg:height="2cm" {}>{}</draw:frame>'
    text = "<draw:text-box><text:p>{}</text:p></draw:text-box>"
    body = (
        '<draw:page draw:master-page-name="M">'
        + frame.format(10, 8, "", text.format("Lower right"))
        + frame.format(0, 0, 'presentation:class="title"', text.format("Harbour"))
        + frame.format(30, 0, "", text.format("beside the slide"))
        + "<presentation:notes>"
        + frame.format(0, 0, 'presentation:class="notes"', text.format("Say hello"))
        + "</presentation:notes></draw:page><draw:page draw:master-page-name='M'/>"
    )
    reading = reading_of(package(tmp_path / "talk.odp", "presentation", body, styles=styles))
    assert reading.title == "Harbour"
    assert [(page.width_pt, page.height_pt) for page in reading.pages] == [
        pytest.approx((566.929, 283.465), abs=0.01)
    ] * 2
    shown, notes = reading.segments
    assert shown.text == "Harbour\n\nLower right"
    assert shown.lines[-1].locator.box == pytest.approx((0.5, 0.8, 1.0, 1.0))
    assert notes.text == "Say hello" and notes.attributes["role"] == "notes"
    assert [line.code for line in reading.ledger] == ["hidden-text", "no-text-found"]


def test_an_encrypted_document_is_refused(tmp_path):
    files = {
        "META-INF/manifest.xml": f"<manifest:manifest {NAMES}><manifest:encryption-data/></manifest:manifest>"
    }
    path = package(tmp_path / "locked.odt", "text", "", files=files)
    with pytest.raises(WrongPassword, match="not supported"):
        reading_of(path)


def test_hostile_xml_is_a_typed_error(tmp_path):
    path = tmp_path / "bomb.odt"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr("content.xml", '<!DOCTYPE a [<!ENTITY b "cc">]><a>&b;</a>')
    path.write_bytes(buffer.getvalue())
    with pytest.raises(UnreadableFile):
        reading_of(path)


def test_lists_count_as_their_style_says(tmp_path):
    styles = (
        '<office:styles><text:list-style style:name="N"><text:list-level-style-number text:level="1" '
        'style:num-format="1"/></text:list-style></office:styles>'
    )
    items = "".join(f"<text:list-item><text:p>{word}</text:p></text:list-item>" for word in ("one", "two"))
    body = f'<text:list text:style-name="N">{items}</text:list>'
    assert all_text(reading_of(package(tmp_path / "list.odt", "text", body, styles=styles))).split() == [
        *("1.", "one"),
        *("2.", "two"),
    ]
