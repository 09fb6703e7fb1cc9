"""Word documents: everything that a reader of the page sees, in order, with its place."""

import re
import shutil
import zipfile

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from tests.reading.office import all_text, digest, picture, reading_of, source_of, text_object

from clerestory.errors import UnreadableFile, WrongPassword

W = nsdecls("w")


def saved(document, path):
    document.save(path)
    return path


def rewritten(path, changes):
    """The document with parts replaced or added (name -> bytes or function of the old bytes)."""
    copy = path.with_name(f"changed-{path.name}")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(copy, "w") as new:
        names = old.namelist()
        for name in names:
            change = changes.get(name)
            content = old.read(name)
            new.writestr(name, change(content) if callable(change) else change or content)
        for name in changes.keys() - set(names):
            new.writestr(name, changes[name])
    shutil.move(copy, path)
    return path


def test_text_stands_under_its_headings_with_exact_places(tmp_path):
    document = docx.Document()
    document.core_properties.author = "A. Writer"
    document.add_heading("Tide gauges", 0)
    document.add_heading("Mounting", 1)
    document.add_paragraph("Fix the float well to the quay wall.")
    document.add_heading("Wiring", 1)
    document.add_paragraph("The red wire is plus twelve volts.")
    document.add_paragraph("black wire", style="List Bullet")
    reading = reading_of(saved(document, tmp_path / "gauge.docx"))
    assert reading.title == "Tide gauges" and reading.metadata["author"] == "A. Writer"
    whole = text_object(reading)
    last = reading.segments[-1]
    assert last.text == "Wiring\n\nThe red wire is plus twelve volts.\n• black wire"
    assert last.context == ("Tide gauges",)
    for segment in reading.segments:
        for line in segment.lines:
            words = segment.text[line.start : line.end]
            assert whole[line.locator.start : line.locator.end] == words


def test_tables_keep_their_header_and_merged_cells(tmp_path):
    document = docx.Document()
    table = document.add_table(4, 3)
    rows = [("Pump", "Flow", "Power"), ("A", "12", "3"), ("A", "14", "4"), ("B", "9", "2")]
    for row, cells in enumerate(rows):
        for column, text in enumerate(cells):
            table.cell(row, column).text = text
    table.cell(1, 0).merge(table.cell(2, 0)).text = "A"
    document.add_paragraph("Table 1: Pumps of the station", style="Caption")
    reading = reading_of(saved(document, tmp_path / "pumps.docx"))
    (segment,) = [segment for segment in reading.segments if segment.kind == "table"]
    assert segment.table.header_rows == 1 and segment.caption == "Table 1: Pumps of the station"
    assert segment.text.splitlines() == [
        "Pump: A; Flow: 12; Power: 3",
        "Pump: A; Flow: 14; Power: 4",
        "Pump: B; Flow: 9; Power: 2",
    ]
    assert "Pumps of the station" not in "".join(s.text for s in reading.segments)


def test_a_bold_first_row_is_a_header(tmp_path):
    document = docx.Document()
    for bold in (True, False):
        table = document.add_table(2, 2)
        for row, cells in enumerate([("Name", "Role"), ("Ada", "Engineer")]):
            for column, text in enumerate(cells):
                table.cell(row, column).paragraphs[0].add_run(text).bold = bold and row == 0
        document.add_paragraph("between")
    reading = reading_of(saved(document, tmp_path / "bold.docx"))
    tables = [segment.table.header_rows for segment in reading.segments if segment.kind == "table"]
    assert tables == [1, 0]


def test_pictures_become_segments_with_caption_and_description(tmp_path):
    shown, again = picture(mark=1), picture(mark=2)
    document = docx.Document()
    document.add_picture(shown)
    document.add_paragraph("Figure 1: The float well", style="Caption")
    run = document.add_paragraph("In the text ").add_run()
    run.add_picture(again)
    run._r.xpath(".//wp:docPr")[0].set("descr", "A gauge on a quay")
    document.add_picture(shown)
    reading = reading_of(saved(document, tmp_path / "pictures.docx"))
    found = [segment for segment in reading.segments if segment.kind == "picture"]
    assert [segment.objects for segment in found] == [(digest(shown),), (digest(again),), (digest(shown),)]
    assert [segment.caption for segment in found] == ["Figure 1: The float well", "", ""]
    assert found[1].text == "A gauge on a quay"
    assert {item.digest for item in reading.objects if item.role == "embedded"} == {
        digest(shown),
        digest(again),
    }
    assert [request.object for request in reading.ocr_requests] == [digest(shown), digest(again)]


def test_notes_comments_and_margins_are_read_once(tmp_path):
    document = docx.Document()
    paragraph = document.add_paragraph("The datum is fixed.")
    document.add_comment(paragraph.runs, text="Since which year?", author="R. Viewer")
    document.add_section().header.paragraphs[0].text = "Harbour authority"
    document.sections[0].header.paragraphs[0].text = "Harbour authority"
    reading = reading_of(saved(document, tmp_path / "notes.docx"))
    assert all_text(reading).count("Since which year?") == 1
    assert all_text(reading).count("Harbour authority") == 1


def test_footnotes_follow_their_paragraph(tmp_path):
    document = docx.Document()
    document.add_paragraph("First.").runs[0]._r.append(parse_xml(f'<w:footnoteReference {W} w:id="2"/>'))
    document.add_paragraph("Second.")
    path = saved(document, tmp_path / "footnote.docx")
    note = '<w:footnote w:id="2"><w:p><w:r><w:t>A note.</w:t></w:r></w:p></w:footnote>'
    notes = f"<w:footnotes {W}>{note}</w:footnotes>"
    relation = (
        b'<Relationship Id="rId99" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/'
        b'footnotes" Target="footnotes.xml"/></Relationships>'
    )
    rewritten(
        path,
        {
            "word/footnotes.xml": notes.encode(),
            "word/_rels/document.xml.rels": lambda old: old.replace(b"</Relationships>", relation),
        },
    )
    text = text_object(reading_of(path))
    assert re.findall(r"\w+", text) == ["First", "A", "note", "Second"]


def test_hidden_and_deleted_text_is_kept_apart(tmp_path):
    document = docx.Document()
    paragraph = document.add_paragraph("Visible ")
    paragraph.add_run("secret").font.hidden = True
    paragraph._p.append(parse_xml(f"<w:del {W}><w:r><w:delText>struck</w:delText></w:r></w:del>"))
    paragraph._p.append(parse_xml(f"<w:ins {W}><w:r><w:t>added</w:t></w:r></w:ins>"))
    reading = reading_of(saved(document, tmp_path / "hidden.docx"))
    assert all_text(reading).split() == ["Visible", "added"]
    assert {line.code: line.text for line in reading.ledger} == {
        "hidden-text": "secret",
        "tracked-deletion": "struck",
    }


def test_text_boxes_equations_and_breaks(tmp_path):
    document = docx.Document()
    paragraph = document.add_paragraph("Before ")
    math = "http://schemas.openxmlformats.org/officeDocument/2006/math"
    paragraph._p.append(
        parse_xml(
            f'<m:oMath xmlns:m="{math}"><m:f><m:num><m:r><m:t>a+b</m:t></m:r></m:num>'
            "<m:den><m:r><m:t>2</m:t></m:r></m:den></m:f></m:oMath>"
        )
    )
    box = (
        f'<w:r {W} xmlns:v="urn:schemas-microsoft-com:vml"><w:pict><v:shape><v:textbox><w:txbxContent>'
        "<w:p><w:r><w:t>In the box</w:t></w:r></w:p></w:txbxContent></v:textbox></v:shape></w:pict></w:r>"
    )
    paragraph._p.append(parse_xml(box))
    document.add_paragraph("After")
    text = text_object(reading_of(saved(document, tmp_path / "box.docx")))
    assert text.split("\n\n")[:3] == ["Before  (a+b)/2", "In the box", "After"]


def test_pictures_outside_the_file_are_named_and_not_fetched(tmp_path):
    document = docx.Document()
    document.add_picture(picture())
    path = saved(document, tmp_path / "linked.docx")
    rewritten(
        path,
        {
            "word/_rels/document.xml.rels": lambda old: re.sub(
                rb'Target="media/image1.png"', b'Target="http://example.org/x.png" TargetMode="External"', old
            )
        },
    )
    reading = reading_of(path)
    reasons = [line.reason for line in reading.ledger]
    assert any("http://example.org/x.png" in reason for reason in reasons)
    assert any("media/image1.png" in reason for reason in reasons)  # in the file, and shown nowhere
    assert not reading.ocr_requests


def test_pictures_that_cannot_be_shown_are_said(tmp_path):
    document = docx.Document()
    document.add_picture(picture(mark=1))
    path = saved(document, tmp_path / "broken.docx")
    rewritten(path, {"word/media/image1.png": lambda old: old[: len(old) // 2]})
    reading = reading_of(path)
    assert [line.code for line in reading.ledger] == ["picture-not-shown"]
    (segment,) = [segment for segment in reading.segments if segment.kind == "picture"]
    assert len(segment.objects) == 1  # its bytes are kept
    assert not reading.ocr_requests


def test_numbers_of_headings_are_part_of_what_is_read(tmp_path):
    document = docx.Document()
    for text in ("one", "two"):
        document.add_paragraph(text, style="List Number")
    reading = reading_of(saved(document, tmp_path / "list.docx"))
    assert reading.segments[0].text.split() == ["1.", "one", "2.", "two"]


def test_an_included_page_of_html_is_read(tmp_path):
    document = docx.Document()
    document.element.body.append(parse_xml(f'<w:altChunk {nsdecls("w", "r")} r:id="rId77"/>'))
    path = saved(document, tmp_path / "chunk.docx")
    relation = (
        b'<Relationship Id="rId77" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/'
        b'aFChunk" Target="/word/part.html"/></Relationships>'
    )
    rewritten(
        path,
        {
            "word/part.html": b"<html><body><p>From <b>elsewhere</b></p><script>no()</script></body></html>",
            "word/_rels/document.xml.rels": lambda old: old.replace(b"</Relationships>", relation),
        },
    )
    text = all_text(reading_of(path))
    assert "From elsewhere" in text and "no()" not in text


def test_hostile_xml_is_a_typed_error(tmp_path):
    path = saved(docx.Document(), tmp_path / "bomb.docx")
    bomb = (
        b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaaaaaaaa">'
        b'<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
        b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">&b;</w:document>'
    )
    rewritten(path, {"word/document.xml": bomb})
    with pytest.raises(UnreadableFile, match="entities"):
        reading_of(path)


@pytest.mark.parametrize("share", [0.2, 0.9])
def test_a_document_that_is_cut_off_is_unreadable(tmp_path, share):
    path = saved(docx.Document(), tmp_path / "cut.docx")
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(UnreadableFile):
        reading_of(path)


def test_an_encrypted_document_says_what_to_do(tmp_path):
    path = tmp_path / "locked.docx"
    name = "EncryptedPackage".encode("utf-16-le")
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 504 + name + b"\x00" * 600)
    with pytest.raises(WrongPassword, match="without a password"):
        reading_of(path)


def test_strict_documents_read_the_same(tmp_path):
    document = docx.Document()
    document.add_heading("Strict", 1)
    document.add_paragraph("The other namespace.")
    path = saved(document, tmp_path / "strict.docx")

    def strict(old: bytes) -> bytes:
        return old.replace(
            b"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
            b"http://purl.oclc.org/ooxml/wordprocessingml/main",
        ).replace(
            b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
            b"http://purl.oclc.org/ooxml/officeDocument/relationships",
        )

    names = ("word/document.xml", "word/styles.xml", "_rels/.rels", "word/_rels/document.xml.rels")
    rewritten(path, dict.fromkeys(names, strict))
    reading = reading_of(path)
    assert reading.segments[0].text == "Strict\n\nThe other namespace."


def test_the_same_file_gives_the_same_reading(tmp_path):
    document = docx.Document()
    document.add_paragraph("Once and again.")
    document.add_picture(picture())
    path = saved(document, tmp_path / "same.docx")
    assert reading_of(path) == reading_of(path)
    assert source_of(path).asset == reading_of(path).asset
