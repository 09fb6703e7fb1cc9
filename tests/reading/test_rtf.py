"""Rich Text Format: text in any encoding, tables, pictures, and what is kept apart."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.reading.office import all_text, digest, picture, reading_of, source_of, text_object

from clerestory.errors import UnreadableFile
from clerestory.reading import rtf as rtf_reader
from clerestory.reading.rtf_events import events
from clerestory.settings import ReadingSettings


def rtf(tmp_path, body: bytes, head: bytes = rb"\ansi\ansicpg1252\deff0"):
    path = tmp_path / "file.rtf"
    path.write_bytes(b"{\\rtf1" + head + b"\n" + body + b"}")
    return path


def test_headings_paragraphs_and_metadata(tmp_path):
    body = (
        rb"{\stylesheet{\s0 Normal;}{\s1\outlinelevel0 heading 1;}}"
        rb"{\info{\title Gauge manual}{\author A. Writer}{\operator X}}"
        rb"{\pard\s1 Mounting\par}{\pard\s0 Fix the {\b float} well.\par}\pard On the \~quay\line wall.\par"
    )
    reading = reading_of(rtf(tmp_path, body))
    assert reading.title == "Gauge manual" and reading.metadata["author"] == "A. Writer"
    (segment,) = reading.segments
    assert segment.text == "Mounting\n\nFix the float well.\n\nOn the \u00a0quay\nwall."
    whole = text_object(reading)
    for line in segment.lines:
        assert whole[line.locator.start : line.locator.end] == segment.text[line.start : line.end]


def test_encodings(tmp_path):
    fonts = rb"{\fonttbl{\f0\fcharset0 Arial;}{\f1\fcharset204 Arial;}{\f2\fcharset128 Gothic;}}"
    russian = b"".join(b"\\'%02x" % byte for byte in "прилив".encode("cp1251"))
    japanese = b"".join(b"\\'%02x" % byte for byte in "潮位計".encode("cp932"))
    body = fonts + rb"caf\'e9 {\f1 " + russian + rb"} {\f2 " + japanese + rb"} \uc1\u916?T \emdash x\par"
    assert all_text(reading_of(rtf(tmp_path, body))).strip() == "café прилив 潮位計 ΔT —x"


def test_tables_and_notes(tmp_path):
    row = rb"\trowd\intbl %s\cell %s\cell\row "
    body = (
        rb"Before\par\pard " + row % (b"Pump", b"Flow") + row % (b"A", b"12") + row % (b"B", b"9")
        + rb"\pard After{\super 1{\footnote\pard A note.}}\par"
    )  # fmt: skip
    reading = reading_of(rtf(tmp_path, body))
    table = next(segment for segment in reading.segments if segment.kind == "table")
    assert table.text == "Pump: A; Flow: 12\nPump: B; Flow: 9"
    text = text_object(reading)
    assert text.index("Before") < text.index("Pump") < text.index("After") < text.index("A note.")


def test_pictures_are_kept_and_damaged_ones_said(tmp_path):
    image = picture()
    body = (
        rb"Look: {\*\shppict{\pict\pngblip\picw10 " + image.getvalue().hex().encode() + rb"}}"
        rb"{\nonshppict{\pict\wmetafile8 0000}}\par Then {\pict\wmetafile8 010009000003}\par"
    )
    reading = reading_of(rtf(tmp_path, body))
    pictures = [segment for segment in reading.segments if segment.kind == "picture"]
    assert pictures[0].objects == (digest(image),) and len(pictures) == 2
    assert [request.object for request in reading.ocr_requests] == [digest(image)]
    assert [line.code for line in reading.ledger] == ["picture-not-shown"]


def test_binary_pictures(tmp_path):
    content = picture().getvalue()
    body = rb"{\pict\pngblip\bin%d " % len(content) + content + rb"}\par text\par"
    reading = reading_of(rtf(tmp_path, body))
    assert digest(picture()) in {item.digest for item in reading.objects}
    assert "text" in all_text(reading)


def test_hidden_deleted_and_foreign_data_are_not_text(tmp_path):
    body = (
        rb"Seen {\v secret}{\deleted struck}{\*\unknown noise}"
        rb"{\field{\*\fldinst HYPERLINK x}{\fldrslt link}}\par"
        rb"{\object\objemb{\*\objdata 00ff}{\result picture of it}}\par{\header Harbour authority\par}"
    )
    reading = reading_of(rtf(tmp_path, body))
    assert all_text(reading).split() == ["Seen", "link", "picture", "of", "it", "Harbour", "authority"]
    assert {line.code for line in reading.ledger} == {"hidden-text", "tracked-deletion", "embedded-file"}


def test_another_file_with_the_name_is_refused(tmp_path):
    path = tmp_path / "file.rtf"
    path.write_bytes(b"{\\rtf")
    assert reading_of(path).segments == ()

    path.write_bytes(b"MZ not rtf")
    with pytest.raises(UnreadableFile):
        rtf_reader.read(source_of(path), ReadingSettings(), "application/rtf")


def test_deep_nesting_ends(tmp_path):
    reading = reading_of(rtf(tmp_path, b"start\\par" + b"{" * 100_000 + b"x"))
    assert "start" in all_text(reading)


PIECES = st.sampled_from(
    [
        *(b"{", b"}", b"\\par ", b"\\cell", b"\\row", b"\\pict", b"\\*\\x ", b"\\'e4", b"\\u8364?"),
        *(b"\\v ", b"\\v0 ", b"word ", b"\\bin3 abc", b"\\bin999999 ", b"{\\footnote ", b"\\intbl"),
        *(b"\\header", b"\\", b"00ff"),
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, max_size=40))
def test_any_bytes_end_in_events(pieces):
    for event in events(b"{\\rtf1 " + b"".join(pieces)):
        assert event.text.encode("utf-8", "surrogatepass") is not None


@given(st.lists(st.text("abcäöüßдж漢 ", min_size=1, max_size=12).filter(str.strip), min_size=1, max_size=6))
def test_all_words_come_back(tmp_path_factory, paragraphs):
    body = b"".join(
        b"".join(b"\\u%d?" % (ord(c) if ord(c) < 32768 else ord(c) - 65536) for c in text) + b"\\par "
        for text in paragraphs
    )
    found = "".join(event.text for event in events(b"{\\rtf1\\uc1 " + body + b"}") if event.kind == "text")
    assert found == "".join(paragraphs)
