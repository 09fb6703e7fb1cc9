"""What a PDF says of itself: metadata, dates, rights, titles, fields, comments, attachments."""

from __future__ import annotations

from pathlib import Path

import pypdfium2
import pytest
import reportlab
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from tests.reading.pdf.documents import HEIGHT, PROSE, codes, column, make, reading_of, texts

from clerestory.reading.pdf.document import iso_date


def prose(canvas) -> None:
    column(canvas, PROSE, x=60, top=100, width=450)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("D:20240131120530+01'00'", "2024-01-31T12:05:30+01:00"),
        ("D:20240131120530Z", "2024-01-31T12:05:30Z"),
        ("D:20240131", "2024-01-31"),
        ("2024", "2024"),
        ("last spring", "last spring"),
    ],
)
def test_dates(value: str, expected: str) -> None:
    assert iso_date(value) == expected


def test_metadata_and_title(tmp_path: Path) -> None:
    def draw(canvas) -> None:
        canvas.setTitle("The gauge at the quay")
        canvas.setAuthor("A. Keeper")
        prose(canvas)

    reading = reading_of(make(tmp_path / "facts.pdf", draw))
    assert reading.title == "The gauge at the quay"
    assert reading.metadata["author"] == "A. Keeper"
    assert reading.metadata["created"].startswith("2000-01-01")


def test_a_filler_title_gives_way_to_the_largest_type(tmp_path: Path) -> None:
    def draw(canvas) -> None:
        canvas.setTitle("Microsoft Word - report_final2.docx")
        canvas.setFont("Helvetica-Bold", 24)
        canvas.drawString(60, HEIGHT - 70, "Water at the quay")
        prose(canvas)

    assert reading_of(make(tmp_path / "filler.pdf", draw)).title == "Water at the quay"


def test_rights_are_read_from_the_xmp_packet(tmp_path: Path) -> None:
    path = make(tmp_path / "rights.pdf", prose)
    packet = (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description xmlns:cc="http://creativecommons.org/ns#" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' cc:attributionName="Harbour Office"><cc:license rdf:resource="https://creativecommons.org/licenses/by/4.0/"/>'
        '<dc:rights><rdf:Alt><rdf:li xml:lang="x-default">CC BY 4.0</rdf:li></rdf:Alt></dc:rights>'
        "</rdf:Description></rdf:RDF></x:xmpmeta>"
    )
    path.write_bytes(path.read_bytes() + packet.encode())
    metadata = reading_of(path).metadata
    assert metadata["licence"] == "https://creativecommons.org/licenses/by/4.0/"
    assert metadata["rights"] == "CC BY 4.0"
    assert metadata["attribution"] == "Harbour Office"


def test_values_of_fields_are_text_and_comments_are_kept_apart(tmp_path: Path) -> None:
    def draw(canvas) -> None:
        prose(canvas)
        canvas.acroForm.textfield(name="station", x=60, y=300, width=200, height=20, value="North quay")
        canvas.textAnnotation("Ask the keeper", Rect=[400, 300, 420, 320])

    reading = reading_of(make(tmp_path / "form.pdf", draw))
    assert "North quay" in texts(reading)
    assert [line.text for line in reading.ledger if line.code == "comment"] == ["Ask the keeper"]


def test_attachments_are_said(tmp_path: Path) -> None:
    plain = make(tmp_path / "plain.pdf", prose)
    path = tmp_path / "attached.pdf"
    with pypdfium2.PdfDocument(plain) as document:
        document.new_attachment("levels.csv").set_data(b"1,2,3")
        document.save(path)
    (line,) = [line for line in reading_of(path).ledger if line.code == "attachment"]
    assert "levels.csv" in line.reason


def test_a_text_layer_without_meaning_is_not_used(tmp_path: Path) -> None:
    def draw(canvas) -> None:
        text = "".join(chr(0xE000 + number % 60) for number in range(60))
        font = Path(reportlab.__file__).parent / "fonts" / "Vera.ttf"
        pdfmetrics.registerFont(TTFont("Vera", str(font)))
        canvas.setFont("Vera", 10)
        for line in range(5):
            canvas.drawString(60, HEIGHT - 100 - 14 * line, text)

    reading = reading_of(make(tmp_path / "garbled.pdf", draw))
    assert not reading.segments
    assert "garbled-text" in codes(reading)
    assert [request.priority for request in reading.ocr_requests] == [1.5]
