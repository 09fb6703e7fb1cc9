from __future__ import annotations

from pathlib import Path

import pytest
from tests.reading.made import archive, codes, reading, source

from clerestory.errors import (
    EmptyFile,
    FileVanished,
    TooLarge,
    UnreadableFile,
    UnsupportedFile,
    WrongPassword,
)
from clerestory.reading import kinds
from clerestory.reading.reader import read, type_of
from clerestory.settings import ReadingSettings

SETTINGS = ReadingSettings()


def test_a_file_with_a_lying_name_is_read_by_its_content(tmp_path: Path):
    read_ = reading(tmp_path, "photo.jpg", "<!DOCTYPE html><title>T</title><p>Hello")
    assert read_.media_type == kinds.HTML
    assert codes(read_)[0] == "name-differs"
    assert [s.text for s in read_.segments] == ["Hello"]


def test_a_truthful_name_needs_no_remark(tmp_path: Path):
    assert "name-differs" not in codes(reading(tmp_path, "a.txt", "Hello"))
    assert "name-differs" not in codes(reading(tmp_path, "README", "Hello"))


def test_reading_twice_gives_the_same(tmp_path: Path):
    one = source(tmp_path, "a.md", "# A\n\nText ![x](y.png)\n\n| a | b |\n|---|---|\n| 1 | 2 |\n")
    assert read(one, SETTINGS) == read(one, SETTINGS)


def test_errors_are_typed_and_name_the_file(tmp_path: Path):
    with pytest.raises(EmptyFile, match=r"nothing\.txt"):
        reading(tmp_path, "nothing.txt", b"")
    with pytest.raises(UnsupportedFile, match="Unpack it"):
        reading(tmp_path, "things.zip", archive({"a.txt": "x"}))
    with pytest.raises(UnreadableFile, match="name claims"):
        reading(tmp_path, "things.xlsx", archive({"a.txt": "x"}))
    with pytest.raises(UnsupportedFile):
        reading(tmp_path, "noise.txt", bytes(range(256)) * 10)
    with pytest.raises(TooLarge, match="max_file_mb"):
        reading(tmp_path, "big.txt", b"x" * 1_000_001, max_file_mb=1)
    with pytest.raises(WrongPassword):
        old = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le") + bytes(600)
        reading(tmp_path, "secret.docx", old)
    gone = source(tmp_path, "gone.txt", "x")
    gone.path.unlink()
    with pytest.raises(FileVanished):
        type_of(gone, SETTINGS)


def test_nothing_but_white_space_is_said(tmp_path: Path):
    read_ = reading(tmp_path, "blank.txt", " \n\n\t")
    assert read_.segments == ()
    assert codes(read_) == ["no-text-found"]


def test_deep_nesting_ends_in_a_reading_or_a_typed_error(tmp_path: Path):
    depth = 20_000
    for name, content in (
        ("a.html", "<!DOCTYPE html>" + "<div>" * depth + "deep" + "</div>" * depth),
        ("b.html", "<!DOCTYPE html>" + "<table><tr><td>" * 300 + "deep"),
        ("c.json", "[" * depth + '"deep"' + "]" * depth),
        ("d.md", "> " * 3000 + "deep"),
        ("e.md", "[" * 3000 + "deep" + "](x)" * 3000),
        ("f.html", "<!DOCTYPE html><p>" + "<b>" * depth + "deep"),
        ("g.html", "<!DOCTYPE html><math>" + "<mrow>" * 5000 + "<mi>deep</mi>"),
    ):
        try:
            read_ = reading(tmp_path, name, content)
        except UnreadableFile:
            continue
        said = " ".join(s.text for s in read_.segments) + " ".join(line.text for line in read_.ledger)
        assert "deep" in said, name


def test_what_is_never_closed_costs_no_more_than_what_is(tmp_path: Path):
    for name, content in (
        ("a.md", "<!--" * 30_000),
        ("b.md", '<div markdown="1">\n' + "<figure>" * 30_000),
        ("c.html", "<!DOCTYPE html><style>" + "@media{a{}" * 20_000 + "</style><p>x"),
        ("d.txt", "A." * 200_000),
        ("e.json", '{"a":' * 50_000),
    ):
        read_ = reading(tmp_path, name, content)
        assert max((len(s.text) for s in read_.segments), default=0) < 10_000
