"""Small PDFs with known content, made for the tests of the PDF reader."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from pathlib import Path

from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from clerestory.reading.pdf import read
from clerestory.reading.source import Source
from clerestory.settings import ReadingSettings
from clerestory.types import Reading

WIDTH, HEIGHT = A4
PROSE = (
    "The tide gauge stands in a well beside the quay and measures the height of the water every "
    "six minutes with a float. A counterweight keeps the wire tight, and an encoder on the wheel "
    "turns its angle into a number that the logger stores together with the time of day."
)


def make(path: Path, *pages: Callable[[Canvas], None], **options: object) -> Path:
    """A PDF with one page for each drawing function."""
    canvas = Canvas(str(path), pagesize=A4, invariant=1, **options)
    for draw in pages:
        draw(canvas)
        canvas.showPage()
    canvas.save()
    return path


def rotated(path: Path, to: Path, degrees: int) -> Path:
    """The same document with all pages turned clockwise by the viewer."""
    import pypdfium2

    with pypdfium2.PdfDocument(path) as document:
        for page in document:
            page.set_rotation(degrees)
            page.close()
        document.save(to)
    return to


def source_of(path: Path, password: str | None = None) -> Source:
    return Source(path, hashlib.sha256(path.read_bytes()).hexdigest(), path.name, password)


def reading_of(path: Path, password: str | None = None, settings: ReadingSettings | None = None) -> Reading:
    return read(source_of(path, password), settings or ReadingSettings())


def column(canvas: Canvas, text: str, *, x: float, top: float, width: float, size: float = 10) -> float:
    """Set ``text`` left-aligned from ``top`` (points from the page's top); returns where it ends."""
    canvas.setFont("Helvetica", size)
    line: list[str] = []
    for word in [*text.split(), ""]:
        if not word or stringWidth(" ".join([*line, word]), "Helvetica", size) > width:
            canvas.drawString(x, HEIGHT - top - size, " ".join(line))
            top += 1.25 * size
            line = []
        line.append(word)
    return top


def picture(width: int = 300, height: int = 200, colour: tuple[int, int, int] = (40, 90, 160)) -> ImageReader:
    """A raster picture with a few shapes in it."""
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (width, height), colour)
    draw = ImageDraw.Draw(image)
    draw.ellipse((width // 4, height // 4, width // 2, height // 2), fill=(230, 200, 40))
    draw.rectangle((width // 2, height // 3, width - width // 15, height - height // 10), fill=(200, 60, 50))
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    buffer.seek(0)
    return ImageReader(buffer)


def texts(reading: Reading) -> str:
    return "\n".join(segment.text for segment in reading.segments)


def codes(reading: Reading) -> list[str]:
    return [line.code for line in reading.ledger]
