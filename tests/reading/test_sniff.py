from __future__ import annotations

from pathlib import Path

import pytest
from tests.reading.made import archive, png

from clerestory.reading import kinds
from clerestory.reading.sniff import is_text, media_type

OFFICE = '<?xml version="1.0"?><Types/>'


@pytest.mark.parametrize(
    ("content", "name", "expected"),
    [
        (b"%PDF-1.7\n", "a.txt", kinds.PDF),
        (b"junk\n%PDF-1.4", "a.pdf", kinds.PDF),
        (png(), "photo.pdf", "image/png"),
        (b"\xff\xd8\xff\xe0abc", "x", "image/jpeg"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "x", "image/webp"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", "x.jpg", "image/heic"),
        (b"\x00\x00\x00\x1cftypavif\x00\x00\x00\x00avifmif1", "x", "image/avif"),
        (b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2", "x", "video/mp4"),
        (b"{\\rtf1\\ansi hello}", "x.doc", kinds.RTF),
        (b"<!DOCTYPE html><p>x", "page.txt", kinds.HTML),
        (b"  <!-- a --><html lang='en'>", "page", kinds.HTML),
        (b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml">', "a.html", kinds.XHTML),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "a.png", kinds.SVG),
        (b'<?xml version="1.0"?><root/>', "a.dat", kinds.XML),
        (b"# Title\n\ntext", "a.md", kinds.MARKDOWN),
        (b"# Title\n\ntext", "a.jpg", kinds.PLAIN),
        (b"def f(): pass", "a.py", "text/x-python"),
        (b"#!/usr/bin/env python3\nprint(1)", "tool", "text/x-python"),
        (b"all:\n\tcc a.c", "Makefile", "text/x-make"),
        (b'{"a": 1}', "noname", kinds.JSON),
        (b'{"a": 1}\n{"a": 2}', "a.jsonl", kinds.JSON_LINES),
        (b"a,b,c\n1,2,3\n4,5,6\n7,8,9\n", "noname", kinds.CSV),
        (b"a\tb\tc\n1\t2\t3\n4\t5\t6\n7\t8\t9\n", "noname", kinds.TSV),
        (b"Dear reader,\nhello, you.\nYours, me\n, x\n", "letter", kinds.PLAIN),
        ("Grüße".encode("utf-16"), "a.txt", kinds.PLAIN),
        ("Hello there".encode("utf-16-le"), "a.txt", kinds.PLAIN),
        (bytes(range(256)) * 4, "a.txt", kinds.BINARY),
        (b"\x1f\x8b\x08\x00", "a.csv", "application/gzip"),
    ],
)
def test_content_decides(content: bytes, name: str, expected: str):
    assert media_type(content, name) == expected


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"[Content_Types].xml": OFFICE, "word/document.xml": "<a/>"}, kinds.DOCX),
        ({"[Content_Types].xml": OFFICE, "ppt/presentation.xml": "<a/>"}, kinds.PPTX),
        ({"docProps/app.xml": "<a/>", "xl/workbook.xml": "<a/>", "[Content_Types].xml": OFFICE}, kinds.XLSX),
        ({"mimetype": kinds.ODT, "content.xml": "<a/>"}, kinds.ODT),
        ({"mimetype": kinds.ODS + "-template", "content.xml": "<a/>"}, kinds.ODS),
        ({"mimetype": "application/epub+zip", "META-INF/container.xml": "<a/>"}, kinds.EPUB),
        ({"META-INF/container.xml": "<a/>"}, kinds.EPUB),
        ({"notes.txt": "hello"}, kinds.ZIP),
    ],
)
def test_archives_are_told_by_what_is_in_them(tmp_path: Path, members: dict[str, str], expected: str):
    path = tmp_path / "file.bin"
    path.write_bytes(archive(members))
    assert media_type(path.read_bytes()[:64], "file.bin", path) == expected


def test_a_cut_off_archive_is_told_by_its_beginning(tmp_path: Path):
    whole = archive({"[Content_Types].xml": OFFICE * 50, "word/document.xml": "<a/>" * 500})
    path = tmp_path / "report.docx"
    path.write_bytes(whole[: len(whole) // 2])
    assert media_type(path.read_bytes(), "report.docx", path) == kinds.DOCX


def test_old_and_encrypted_office_files_are_told_apart(tmp_path: Path):
    for stream, expected in (
        ("WordDocument", "application/msword"),
        ("EncryptedPackage", kinds.ENCRYPTED_OFFICE),
    ):
        path = tmp_path / f"{stream}.docx"
        path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(200_000) + stream.encode("utf-16-le"))
        assert media_type(path.read_bytes()[:1000], path.name, path) == expected


def test_text_may_hold_a_few_control_characters():
    assert is_text(b"page one\x0cpage two\x1b[0m" + b"x" * 100)
    assert not is_text(b"\x00\x01\x02" * 10)
