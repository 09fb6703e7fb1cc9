"""Small files made on the spot, as sources for readers."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

from clerestory.reading.reader import read
from clerestory.reading.source import Source
from clerestory.settings import ReadingSettings
from clerestory.types import CharRange, Reading, Segment


def source(folder: Path, name: str, content: bytes | str) -> Source:
    data = content.encode("utf-8") if isinstance(content, str) else content
    path = folder / name
    path.write_bytes(data)
    return Source(path, hashlib.sha256(data).hexdigest(), name)


def reading(folder: Path, name: str, content: bytes | str, **settings: int) -> Reading:
    """The reading of a file of this name and content."""
    return read(source(folder, name, content), ReadingSettings(**settings))  # type: ignore[arg-type]


def archive(members: Mapping[str, bytes | str]) -> bytes:
    """A ZIP file; a member called ``mimetype`` is stored as it is, the others are packed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in members.items():
            method = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            opened.writestr(name, content, compress_type=method)
    return buffer.getvalue()


def png(width: int = 12, height: int = 12) -> bytes:
    from PIL import Image

    buffer = io.BytesIO()
    Image.new("RGB", (width, height), (200, 30, 30)).save(buffer, "PNG")
    return buffer.getvalue()


def kinds(read_: Reading) -> list[str]:
    return [segment.kind for segment in read_.segments]


def codes(read_: Reading) -> list[str]:
    return [line.code for line in read_.ledger]


def only(read_: Reading, kind: str) -> Segment:
    (found,) = [segment for segment in read_.segments if segment.kind == kind]
    return found


def text_object(read_: Reading) -> str:
    (found,) = [item for item in read_.objects if item.role == "text"]
    return found.content.decode("utf-8")


def assert_quotable(read_: Reading, text: str) -> None:
    """The place of each line says the letters of the line, in order."""
    for segment in read_.segments:
        for line in segment.lines:
            assert isinstance(line.locator, CharRange)
            assert 0 <= line.locator.start <= line.locator.end <= len(text)
            if segment.kind in {"text", "code"}:
                own = iter(text[line.locator.start : line.locator.end])
                said = segment.text[line.start : line.end]
                assert all(letter in own for letter in said if letter.isalpha()), (said, line.locator)
