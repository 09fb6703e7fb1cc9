"""Whole readings of small PDFs: order, places, headings, furniture, damage, encryption."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reportlab.lib.pagesizes import A4
from reportlab.lib.pdfencrypt import StandardEncryption
from tests.reading.pdf.documents import (
    HEIGHT,
    PROSE,
    WIDTH,
    codes,
    column,
    make,
    picture,
    reading_of,
    rotated,
    source_of,
    texts,
)

from clerestory.errors import EmptyFile, FileVanished, TooLarge, UnreadableFile, WrongPassword
from clerestory.reading.source import Source
from clerestory.settings import ReadingSettings


def two_columns(canvas) -> None:
    canvas.setFont("Helvetica-Bold", 18)
    canvas.drawString(60, HEIGHT - 70, "How the water is measured in two columns of text")
    column(canvas, "Left begins. " + PROSE + " " + PROSE + " Left ends.", x=60, top=100, width=220)
    column(canvas, "Right begins. " + PROSE + " " + PROSE + " Right ends.", x=310, top=100, width=220)


def test_columns_are_read_one_after_the_other(tmp_path: Path) -> None:
    reading = reading_of(make(tmp_path / "columns.pdf", two_columns))
    text = texts(reading)
    places = [text.index(words) for words in ("Left begins", "Left ends", "Right begins", "Right ends")]
    assert places == sorted(places)
    assert reading.pages[0].width_pt == pytest.approx(WIDTH, abs=0.01)


def test_a_line_stands_where_it_is_printed(tmp_path: Path) -> None:
    def draw(canvas) -> None:
        canvas.setFont("Helvetica", 10)
        canvas.drawString(100, HEIGHT - 300, "Alone on the page")

    (segment,) = reading_of(make(tmp_path / "line.pdf", draw)).segments
    (line,) = segment.lines
    assert segment.text[line.start : line.end] == "Alone on the page"
    box = line.locator.box
    assert line.locator.page == 1
    assert box.x0 * WIDTH == pytest.approx(100, abs=1.5)
    assert box.y0 * HEIGHT < 300 < box.y1 * HEIGHT
    assert (box.y1 - box.y0) * HEIGHT < 16


def test_a_turned_page_is_read_as_it_is_seen(tmp_path: Path) -> None:
    def turned(canvas) -> None:
        canvas.setFont("Helvetica", 12)
        # On a page that is shown turned clockwise, upright text runs up the paper.
        canvas.translate(200, 100)
        canvas.rotate(90)
        canvas.drawString(0, 0, "Seen upright near the left")
        canvas.drawString(0, -18, "and a second line below it")

    reading = reading_of(rotated(make(tmp_path / "upright.pdf", turned), tmp_path / "turned.pdf", 90))
    (segment,) = reading.segments
    assert segment.text == "Seen upright near the left and a second line below it"
    assert (reading.pages[0].width_pt, reading.pages[0].height_pt) == pytest.approx(A4[::-1], abs=0.01)
    first, second = (line.locator.box for line in segment.lines)
    assert first.x0 == pytest.approx(100 / HEIGHT, abs=0.01)
    assert first.y1 == pytest.approx(200 / WIDTH, abs=0.02)
    assert first.y0 < second.y0


def test_hyphens_at_line_ends_are_joined_but_compounds_keep_theirs(tmp_path: Path) -> None:
    def draw(canvas) -> None:
        canvas.setFont("Helvetica", 10)
        lines = [
            "We call it fact-checking in a line, and the measure-",
            "ment of water is joined again, while fact-",
            "checking keeps what the document writes elsewhere.",
        ]
        for index, line in enumerate(lines):
            canvas.drawString(60, HEIGHT - 100 - 13 * index, line)

    text = texts(reading_of(make(tmp_path / "hyphens.pdf", draw)))
    assert "the measurement of water" in text
    assert "while fact-checking keeps" in text


def test_headings_become_context(tmp_path: Path) -> None:
    def draw(canvas) -> None:
        canvas.setFont("Helvetica-Bold", 16)
        canvas.drawString(60, HEIGHT - 70, "3 Mooring the float")
        column(canvas, PROSE, x=60, top=90, width=450)
        canvas.setFont("Helvetica-Bold", 12)
        canvas.drawString(60, HEIGHT - 200, "3.1 Tension of the wire")
        column(canvas, PROSE + " " + PROSE + " " + PROSE, x=60, top=220, width=450)

    reading = reading_of(make(tmp_path / "headings.pdf", draw))
    last = reading.segments[-1]
    assert "3 Mooring the float" in last.context
    assert "3.1 Tension of the wire" in (*last.context, last.text.splitlines()[0])


def test_outline_entries_are_headings_whatever_their_type(tmp_path: Path) -> None:
    def draw(canvas) -> None:
        canvas.bookmarkPage("mooring")
        canvas.addOutlineEntry("Mooring", "mooring", 0)
        canvas.setFont("Helvetica", 10)
        canvas.drawString(60, HEIGHT - 80, "Mooring")
        column(canvas, PROSE, x=60, top=100, width=450)
        column(canvas, PROSE + " " + PROSE + " " + PROSE, x=60, top=220, width=450)

    reading = reading_of(make(tmp_path / "outline.pdf", draw))
    assert any("Mooring" in segment.context for segment in reading.segments)


def test_headers_footers_and_numbers_are_kept_apart_and_accounted_for(tmp_path: Path) -> None:
    def page(number: int):
        def draw(canvas) -> None:
            canvas.setFont("Helvetica", 8)
            canvas.drawString(60, HEIGHT - 30, "Operator's manual, edition 4")
            canvas.drawRightString(WIDTH - 60, 30, str(number))
            column(canvas, f"Chapter {number} of the story. {PROSE}", x=60, top=100, width=450)

        return draw

    reading = reading_of(make(tmp_path / "furniture.pdf", *(page(number) for number in range(11, 16))))
    assert "edition 4" not in texts(reading)
    kept = [line for line in reading.ledger if line.code == "furniture"]
    assert len(kept) == 5
    assert all("Operator's manual, edition 4" in line.text for line in kept)
    assert [page.label for page in reading.pages] == ["11", "12", "13", "14", "15"]


def test_a_page_without_text_asks_for_ocr_and_a_blank_one_does_not(tmp_path: Path) -> None:
    def scan(canvas) -> None:
        canvas.drawImage(picture(800, 1100), 0, 0, WIDTH, HEIGHT)

    def words(canvas) -> None:
        column(canvas, PROSE, x=60, top=100, width=450)

    def blank(canvas) -> None:
        canvas.setFont("Helvetica", 10)

    reading = reading_of(make(tmp_path / "scan.pdf", words, scan, blank))
    (request,) = [request for request in reading.ocr_requests if request.priority >= 1]
    assert request.locator.page == 2
    assert request.locator.box == (0, 0, 1, 1)
    assert any(line.code == "blank-page" and line.locator.page == 3 for line in reading.ledger)


def test_encrypted_documents_need_their_password(tmp_path: Path) -> None:
    path = make(
        tmp_path / "locked.pdf",
        two_columns,
        encrypt=StandardEncryption("open sesame", "owner", strength=128),
    )
    with pytest.raises(WrongPassword):
        reading_of(path)
    with pytest.raises(WrongPassword):
        reading_of(path, password="sesame open")
    assert "Left begins" in texts(reading_of(path, password="open sesame"))


def test_bad_files_are_typed_errors(tmp_path: Path) -> None:
    whole = make(tmp_path / "whole.pdf", two_columns).read_bytes()
    cut = tmp_path / "cut.pdf"
    cut.write_bytes(whole[:200])
    with pytest.raises(UnreadableFile):
        reading_of(cut)
    (tmp_path / "empty.pdf").write_bytes(b"")
    with pytest.raises(EmptyFile):
        reading_of(tmp_path / "empty.pdf")
    gone = Source(tmp_path / "gone.pdf", "0" * 64, "gone.pdf")
    from clerestory.reading.pdf import read

    with pytest.raises(FileVanished):
        read(gone, ReadingSettings())
    big = tmp_path / "big.pdf"
    big.write_bytes(whole + b"\n" * 1_100_000)
    with pytest.raises(TooLarge):
        read(source_of(big), ReadingSettings(max_file_mb=1))


def test_pages_over_the_limit_are_said(tmp_path: Path) -> None:
    path = make(tmp_path / "long.pdf", *(lambda canvas: column(canvas, PROSE, x=60, top=80, width=400),) * 4)
    reading = reading_of(path, settings=ReadingSettings(max_pages=2))
    assert len(reading.pages) == 2
    assert "too-many-pages" in codes(reading)


@settings(max_examples=15, deadline=None)
@given(st.integers(min_value=0, max_value=2**32 - 1), st.floats(min_value=0, max_value=1))
def test_damaged_bytes_end_in_a_reading_or_a_typed_error(
    tmp_path_factory: pytest.TempPathFactory, noise: int, share: float
) -> None:
    folder = tmp_path_factory.mktemp("damaged")
    content = bytearray(make(folder / "whole.pdf", two_columns, two_columns).read_bytes())
    at = int(share * (len(content) - 5))
    content[at : at + 4] = noise.to_bytes(4, "big")
    path = folder / "damaged.pdf"
    path.write_bytes(content)
    try:
        reading = reading_of(path)
    except UnreadableFile:
        return
    assert all(0 <= value <= 1 for s in reading.segments for value in s.locator.box)
