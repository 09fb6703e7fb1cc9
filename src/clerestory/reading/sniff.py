"""The media type of a file by its content; its name only tells kinds of text apart.

In: the first bytes (64 kB are plenty), the name, and the path for container formats whose
type stands further in. Out: a media type, ``application/octet-stream`` if nothing is
recognised. Raises nothing for damaged files: those are the readers' to report.
"""

from __future__ import annotations

import mmap
import re
import zipfile
from pathlib import Path

from clerestory.reading import kinds
from clerestory.reading.media.signatures import media_kind

_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"II+\x00", "image/tiff"),
    (b"{\\rtf", kinds.RTF),
    (b"\x1f\x8b", "application/gzip"),
    (b"BZh", "application/x-bzip2"),
    (b"\xfd7zXZ\x00", "application/x-xz"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"SQLite format 3\x00", "application/vnd.sqlite3"),
    (b"\x7fELF", "application/x-executable"),
    (b"%!PS", "application/postscript"),
)
_HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1"}
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLE_STREAMS = (  # the stream that makes an OLE file what it is; the encrypted package comes first
    ("EncryptedPackage", kinds.ENCRYPTED_OFFICE),
    ("WordDocument", "application/msword"),
    ("Workbook", "application/vnd.ms-excel"),
    ("PowerPoint Document", "application/vnd.ms-powerpoint"),
)
_ZIP_PARTS = (("word/", kinds.DOCX), ("ppt/", kinds.PPTX), ("xl/", kinds.XLSX))
_ZIP_TYPES = {kinds.EPUB, kinds.ODT, kinds.ODS, kinds.ODP}
_ZIP_FAMILY = _ZIP_TYPES | {kinds.DOCX, kinds.PPTX, kinds.XLSX}
_TEXT_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_PROLOGUE = re.compile(
    r"\s*(?:<\?[^>]*\?>\s*|<!--.*?-->\s*|<!DOCTYPE\s+(?!html\b)[^>\[]*(?:\[.*?\]\s*)?>\s*)*", re.S | re.I
)
_HTML_START = re.compile(r"<!doctype\s+html|<(?:html|head|body)[\s>]", re.I)
_TAG = re.compile(r"<(?:html|head|body|title|div|p|table|h[1-6]|ul|a|span|meta)[\s>]", re.I)
_SHEBANG = re.compile(r"#!\s*\S*/(?:env\s+(?:-\S+\s+)*)?([a-z]+)")
_TEXT_TYPES = {
    *(kinds.PLAIN, kinds.MARKDOWN, kinds.CSV, kinds.TSV, kinds.JSON, kinds.JSON_LINES, kinds.XML, kinds.HTML),
    *(kinds.XHTML,),
}


def media_type(head: bytes, name: str, path: Path | None = None) -> str:
    """The type of what begins with ``head``; ``path`` lets it look further into containers."""
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    if b"%PDF-" in head[:1024]:  # some writers put a few bytes in front, and viewers allow it
        return kinds.PDF
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip_type(head, name, path)
    if head.startswith(_OLE):
        return _ole_type(head, path)
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:8] == b"ftyp" and (kind := _iso_picture(head)):
        return kind
    if kind := media_kind(head, name, path):
        return kind
    if head.startswith(b"BM") and kinds.ending(name) == ".bmp":
        return "image/bmp"
    return _text_type(head, name) if is_text(head) else kinds.BINARY


def is_text(head: bytes) -> bool:
    """Whether bytes can be text in some encoding: few control characters, or the zeros of UTF-16."""
    if head.startswith(_TEXT_BOMS):
        return True
    if b"\x00" in head:
        return utf16_order(head) != ""
    return len(_CONTROL.findall(head)) <= len(head) * 0.02


def utf16_order(head: bytes) -> str:
    """ "utf-16-le" or "utf-16-be" if every other byte is mostly zero, else nothing."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    half = max(1, len(head) // 2)
    if odd > 0.4 * half and even < 0.05 * half:
        return "utf-16-le"
    if even > 0.4 * half and odd < 0.05 * half:
        return "utf-16-be"
    return ""


def _text_type(head: bytes, name: str) -> str:
    text = _rough_text(head)
    prologue = _PROLOGUE.match(text)
    start = text[prologue.end() :] if prologue else text
    named = kinds.claimed(name)
    if _HTML_START.match(start):
        xhtml = "http://www.w3.org/1999/xhtml" in start[:2000] and text.lstrip().startswith("<?xml")
        return kinds.XHTML if xhtml else kinds.HTML
    if start.startswith("<svg") or re.match(r"<\w+:svg[\s>]", start):
        return kinds.SVG
    if text.lstrip().startswith("<?xml"):
        return kinds.XML
    if named in {kinds.HTML, kinds.XHTML}:
        return named if _TAG.search(text) else kinds.PLAIN
    if named in _TEXT_TYPES or named.startswith(kinds.CODE_PREFIX):
        return named
    shebang = _SHEBANG.match(text)
    if shebang and shebang.group(1) in kinds.INTERPRETERS:
        return kinds.CODE_PREFIX + kinds.INTERPRETERS[shebang.group(1)]
    # No name that helps: JSON and tables give themselves away, the rest is plain text.
    if re.match(r'\s*(?:\{\s*"|\[\s*[\[{"\d])', text):
        return kinds.JSON
    return _delimited_type(text) or kinds.PLAIN


def _rough_text(head: bytes) -> str:
    if head.startswith(b"\xff\xfe"):
        return head[2:].decode("utf-16-le", "replace")
    if head.startswith(b"\xfe\xff"):
        return head[2:].decode("utf-16-be", "replace")
    if order := utf16_order(head):
        return head.decode(order, "replace")
    return head.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")


def _delimited_type(text: str) -> str:
    """CSV or TSV if a run of first lines has the same number of delimiters, else nothing."""
    lines = [line for line in text.splitlines()[:21] if line.strip()][:20]
    if len(lines) < 4:
        return ""
    for delimiter, kind in (("\t", kinds.TSV), (",", kinds.CSV), (";", kinds.CSV)):
        counts = {line.count(delimiter) for line in lines[:-1]}  # the last may be cut
        if len(counts) == 1 and counts.pop() >= 2:
            return kind
    return ""


def _zip_type(head: bytes, name: str, path: Path | None) -> str:
    """A document format by what is in the archive; damaged ones by their beginning, then by name."""
    match = re.search(rb"mimetype(application/[a-z.+-]+)", head[:200])
    if match and (stated := match.group(1).decode("ascii").removesuffix("-template")) in _ZIP_TYPES:
        return stated
    if path is not None:
        try:
            with zipfile.ZipFile(path) as archive:
                names = archive.namelist()
                if "[Content_Types].xml" in names:
                    for prefix, kind in _ZIP_PARTS:
                        if any(part.startswith(prefix) for part in names):
                            return kind
                if "META-INF/container.xml" in names:
                    return kinds.EPUB
                if "mimetype" in names and archive.getinfo("mimetype").file_size < 200:
                    stated = archive.read("mimetype").decode("ascii", "replace").strip()
                    if stated.removesuffix("-template") in _ZIP_TYPES:
                        return stated.removesuffix("-template")
                return kinds.ZIP
        except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, ValueError, EOFError):
            pass  # damaged: the beginning and the name are all there is, and the reader will say so
    for prefix, kind in _ZIP_PARTS:
        if prefix.encode() in head and (b"[Content_Types].xml" in head or kinds.claimed(name) == kind):
            return kind
    claimed = kinds.claimed(name)
    return claimed if claimed in _ZIP_FAMILY else kinds.ZIP


def _ole_type(head: bytes, path: Path | None) -> str:
    if path is not None:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            for stream, kind in _OLE_STREAMS:
                if content.find(stream.encode("utf-16-le")) >= 0:
                    return kind
        return kinds.OLE
    for stream, kind in _OLE_STREAMS:
        if stream.encode("utf-16-le") in head:
            return kind
    return kinds.OLE


def _iso_picture(head: bytes) -> str:
    """Pictures share a container with sound and films; its brands tell them apart."""
    size = int.from_bytes(head[:4], "big")
    brands = {head[8:12]} | {head[at : at + 4] for at in range(16, min(size, 256), 4)}
    if brands & {b"avif", b"avis"}:
        return "image/avif"
    return "image/heic" if brands & _HEIF_BRANDS else ""
