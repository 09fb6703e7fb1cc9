"""Opening a PDF and what it says of itself: metadata, outline, page labels, attachments.

In: a source. Out: an open document and plain facts. Typed errors for what cannot be opened. Knows
nothing of what stands on the pages.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from clerestory.errors import EmptyFile, FileDenied, FileVanished, TooLarge, UnreadableFile, WrongPassword
from clerestory.reading.pdf.headings import OutlineEntry
from clerestory.reading.source import Source
from clerestory.settings import ReadingSettings

_MOST_OUTLINE = 5000
_PASSWORD, _SECURITY = 4, 5  # FPDF_ERR_PASSWORD, FPDF_ERR_SECURITY
_DATE = re.compile(r"D?:?(\d{4})(\d{2})?(\d{2})?(\d{2})?(\d{2})?(\d{2})?(Z|[+-]\d{2}'?\d{2})?")
_KEYS = {
    "Title": "title",
    "Author": "author",
    "Subject": "subject",
    "Keywords": "keywords",
    "Creator": "creator",
    "Producer": "producer",
}


@contextmanager
def opened(source: Source, settings: ReadingSettings) -> Iterator[Any]:
    """The open pypdfium2 document, closed at the end.

    Raises:
        EmptyFile, TooLarge, FileVanished, FileDenied, WrongPassword, UnreadableFile
    """
    import pypdfium2

    _check_size(source, settings)
    try:
        document = pypdfium2.PdfDocument(source.path, password=source.password)
    except pypdfium2.PdfiumError as error:
        code = getattr(error, "err_code", None)
        if code == _PASSWORD:
            given = "the password does not fit" if source.password else "no password was given"
            raise WrongPassword(
                f"the file is encrypted and {given}",
                where=source.name,
                fix="Add it again with `--password` (in Python: `password=`).",
            ) from error
        if code == _SECURITY:
            raise WrongPassword(
                "the file is encrypted in a way that is not supported",
                where=source.name,
                fix="Save it without encryption.",
            ) from error
        raise UnreadableFile(
            "the PDF is damaged or incomplete",
            where=source.name,
            fix="Open it in a viewer and save it again.",
        ) from error
    except FileNotFoundError as error:
        raise FileVanished("the file is gone", where=source.name, fix="Add it again.") from error
    try:
        document.init_forms()  # so that filled-in fields are drawn
        yield document
    finally:
        document.close()


def _check_size(source: Source, settings: ReadingSettings) -> None:
    """Opens the file once, because PDFium does not say why it could not."""
    try:
        size = source.path.stat().st_size
        with source.path.open("rb") as file:
            head = file.read(1)
    except FileNotFoundError as error:
        raise FileVanished("the file is gone", where=source.name, fix="Add it again.") from error
    except PermissionError as error:
        raise FileDenied("no permission to read", where=source.name) from error
    if not head:
        raise EmptyFile("the file has no bytes", where=source.name)
    if size > settings.max_file_mb * 1_000_000:
        raise TooLarge(
            f"{size / 1e6:,.0f} MB is over the limit of {settings.max_file_mb:,} MB",
            where=source.name,
            fix="Raise reading.max_file_mb to read it.",
        )


def metadata_of(document: Any) -> dict[str, str]:
    """Facts from the document information dictionary and the catalogue."""
    import pypdfium2.raw as pdfium

    facts: dict[str, str] = {}
    for key, value in document.get_metadata_dict(skip_empty=True).items():
        if key in _KEYS:
            facts[_KEYS[key]] = value
        elif key in ("CreationDate", "ModDate"):
            facts["created" if key == "CreationDate" else "modified"] = iso_date(value)
    language = _catalogue_language(pdfium, document.raw)
    if language:
        facts["language"] = language
    return {key: value for key, value in facts.items() if value}


def iso_date(value: str) -> str:
    """A PDF date ("D:20240131120000+01'00'") as ISO 8601; the value itself when it is none."""
    match = _DATE.match(value.strip())
    if not match:
        return value
    year, month, day, hour, minute, second, zone = match.groups()
    date = "-".join(part for part in (year, month, day) if part)
    if not (day and hour and minute):
        return date
    zone = "Z" if zone == "Z" else (f"{zone[:3]}:{zone[-2:]}" if zone else "")
    return f"{date}T{hour}:{minute}:{second or '00'}{zone}"


def _catalogue_language(pdfium: Any, raw: Any) -> str:
    length = pdfium.FPDFCatalog_GetLanguage(raw, None, 0)
    if not 2 < length < 200:
        return ""
    buffer = ctypes.create_string_buffer(length)
    pdfium.FPDFCatalog_GetLanguage(raw, ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort)), length)
    return buffer.raw.decode("utf-16-le", "replace").rstrip("\0")


def outline_of(document: Any) -> list[OutlineEntry]:
    """The bookmarks in order; loops and endless lists end."""
    entries: list[OutlineEntry] = []
    for bookmark in document.get_toc(max_depth=8):
        if len(entries) >= _MOST_OUTLINE:
            break
        destination = bookmark.get_dest()
        index = destination.get_index() if destination else None
        entries.append(
            OutlineEntry(bookmark.get_title(), 0 if index is None else index + 1, bookmark.level + 1)
        )
    return entries


def label_of(document: Any, index: int) -> str:
    """The page's own label ("xii", "A-3"), or nothing when it is just its number."""
    label = document.get_page_label(index) or ""
    return "" if label == str(index + 1) else label


def attachments_of(document: Any) -> list[str]:
    """Names of embedded files."""
    return [
        document.get_attachment(index).get_name() for index in range(min(document.count_attachments(), 200))
    ]
