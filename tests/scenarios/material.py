"""Files of every family, made on the spot: small, real, and with a word of their own in a known place."""

from __future__ import annotations

import zipfile
from pathlib import Path

from PIL import Image, ImageDraw
from tests.fakes import RED


def everything(folder: Path) -> dict[str, str]:
    """Writes one file of each family; name -> a word that stands in that file only."""
    folder.mkdir(exist_ok=True)
    pdf(folder / "manual.pdf", word="zirconium")
    word(folder / "letter.docx", word="yttrium")
    slides(folder / "review.pptx", word="xenon")
    sheet(folder / "costs.xlsx", word="wolfram")
    Image.new("RGB", (400, 300), RED).save(folder / "ledger.png")
    (folder / "notes.md").write_text(
        "# Field notes\n\nWe set out at dawn.\n\n## Finds\n\nA vein of vanadium.\n"
    )
    (folder / "ores.csv").write_text("ore,place,tons\nuranium,north pit,12\niron,south pit,480\n")
    (folder / "page.html").write_text(
        "<html><head><title>Guide</title></head><body><h1>Guide</h1><p>Beware of thallium.</p>"
        "<script>alert('samarium')</script></body></html>"
    )
    (folder / "plain.txt").write_text("The rhenium is kept in the cellar.")
    return {
        "manual.pdf": "zirconium",
        "letter.docx": "yttrium",
        "review.pptx": "xenon",
        "costs.xlsx": "wolfram",
        "ledger.png": "guilders",
        "notes.md": "vanadium",
        "ores.csv": "uranium",
        "page.html": "thallium",
        "plain.txt": "rhenium",
    }


def pdf(path: Path, *, word: str, password: str = "") -> Path:
    """Three pages; the word stands at the top of the second."""
    from reportlab.lib.pdfencrypt import StandardEncryption
    from reportlab.pdfgen.canvas import Canvas

    encrypt = StandardEncryption(password, ownerPassword="owner", strength=128) if password else None
    canvas = Canvas(str(path), pagesize=(600, 800), encrypt=encrypt)
    for page, line in enumerate(("The first page says little.", f"Handle {word} with care.", "The end."), 1):
        canvas.setFont("Helvetica-Bold", 20)
        canvas.drawString(60, 720, f"Chapter {page}")
        canvas.setFont("Helvetica", 12)
        for row in range(4):
            canvas.drawString(
                60, 680 - 16 * row, line if row == 0 else "Filler that is like any other line of it."
            )
        canvas.showPage()
    canvas.save()
    return path


def word(path: Path, *, word: str) -> Path:
    from docx import Document

    document = Document()
    document.add_heading("Letter", level=1)
    document.add_paragraph(f"Please send us the {word} by Friday.")
    table = document.add_table(rows=2, cols=2)
    for cell, text in zip(
        (c for row in table.rows for c in row.cells), ("item", "tons", "copper", "7"), strict=True
    ):
        cell.text = text
    document.save(str(path))
    return path


def slides(path: Path, *, word: str) -> Path:
    from pptx import Presentation

    deck = Presentation()
    for title, text in (("Review", "Where we stand"), ("Outlook", f"More {word} next year")):
        slide = deck.slides.add_slide(deck.slide_layouts[1])
        slide.shapes.title.text = title
        slide.placeholders[1].text = text
    deck.save(str(path))
    return path


def sheet(path: Path, *, word: str) -> Path:
    from openpyxl import Workbook

    book = Workbook()
    page = book.active
    page.title = "Costs"
    for row in (("item", "cost"), ("copper", 12), (word, 97)):
        page.append(row)
    book.save(str(path))
    return path


def picture_of(path: Path, *lines: str) -> Path:
    """Black letters on white, large enough for any recogniser."""
    from PIL import ImageFont

    image = Image.new("RGB", (1000, 120 * len(lines) + 80), "white")
    draw = ImageDraw.Draw(image)
    for row, line in enumerate(lines):
        draw.text((60, 50 + 120 * row), line, fill="black", font=ImageFont.load_default(size=64))
    image.save(path)
    return path


def bomb(path: Path) -> Path:
    """A Word document of a few kilobytes whose text unpacks to 300 megabytes."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", _CONTENT_TYPES)
        with archive.open("word/document.xml", "w", force_zip64=True) as part:
            for _ in range(300):
                part.write(b" " * 1_000_000)
    return path


_CONTENT_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.'
    'wordprocessingml.document.main+xml"/></Types>'
)
