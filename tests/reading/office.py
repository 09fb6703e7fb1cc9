"""What the tests of Office readers share: a source of a file, a small picture, words of a reading."""

import hashlib
import io
from pathlib import Path

from PIL import Image, ImageDraw

from clerestory.reading.reader import read
from clerestory.reading.source import Source
from clerestory.settings import ReadingSettings
from clerestory.types import Reading


def source_of(path: Path) -> Source:
    return Source(path, hashlib.sha256(path.read_bytes()).hexdigest(), path.name)


def reading_of(path: Path, settings: ReadingSettings | None = None) -> Reading:
    return read(source_of(path), settings or ReadingSettings())


def picture(size: tuple[int, int] = (240, 120), mark: int = 1) -> io.BytesIO:
    """A PNG that differs with ``mark``."""
    paper = Image.new("RGB", size, "white")
    ImageDraw.Draw(paper).rectangle((10, 10, 10 + 20 * mark, 60), fill="black")
    buffer = io.BytesIO()
    paper.save(buffer, "PNG")
    buffer.seek(0)
    return buffer


def digest(buffer: io.BytesIO) -> str:
    return hashlib.sha256(buffer.getvalue()).hexdigest()


def text_object(reading: Reading) -> str:
    """The text that character ranges count in."""
    return next(item.content for item in reading.objects if item.role == "text").decode("utf-8")


def all_text(reading: Reading) -> str:
    return "\n".join(f"{segment.caption}\n{segment.text}" for segment in reading.segments)
