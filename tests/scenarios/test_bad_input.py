"""Bad files of every kind in one folder: each gets its typed error, everything else goes in."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from tests.conftest import OneWorker
from tests.scenarios import material

from clerestory.errors import (
    EmptyFile,
    FileVanished,
    TooLarge,
    UnreadableFile,
    UnsupportedFile,
    WrongPassword,
)
from clerestory.settings import IngestingSettings, ReadingSettings

LIMITED = replace(
    OneWorker,
    reading=ReadingSettings(max_file_mb=20, max_archive_mb=50),
    ingesting=IngestingSettings(workers=2, worker_memory_mb=3000),
)


def half(source: Path, target: Path) -> None:
    content = source.read_bytes()
    target.write_bytes(content[: len(content) // 2])
    source.unlink()


def test_each_bad_file_has_its_error_and_the_rest_goes_in(open_library, files):
    words = material.everything(files)
    half(material.word(files / "x.docx", word="lost"), files / "truncated.docx")
    half(material.sheet(files / "x.xlsx", word="lost"), files / "truncated.xlsx")
    half(material.picture_of(files / "x.png", "LOST"), files / "truncated.png")
    (files / "zero.pdf").write_bytes(b"")
    (files / "nonsense.pdf").write_bytes(b"%PDF-1.7\n" + os.urandom(4000))
    (files / "blob.dat").write_bytes(os.urandom(4000))
    material.pdf(files / "locked.pdf", word="promethium", password="open sesame")
    material.bomb(files / "bomb.docx")
    with (files / "huge.txt").open("wb") as huge:
        huge.truncate(30_000_000)
    vanishing = files / "vanishing.txt"
    vanishing.write_text("here today")

    def listen(progress):
        if progress.stage == "hash":
            vanishing.unlink(missing_ok=True)

    library = open_library(settings=LIMITED)
    report = library.add(files, listener=listen)
    failed = {Path(failure.path).name: failure.error for failure in report.failed}
    expected = {
        "truncated.docx": UnreadableFile,
        "truncated.xlsx": UnreadableFile,
        "zero.pdf": EmptyFile,
        "nonsense.pdf": UnreadableFile,
        "blob.dat": UnsupportedFile,
        "locked.pdf": WrongPassword,
        "bomb.docx": TooLarge,
        "huge.txt": TooLarge,
        "vanishing.txt": FileVanished,
    }
    partly = {"truncated.png"}  # a decoder may show the upper half; either is fine, silence is not
    assert {name: type(error) for name, error in failed.items() if name not in partly} == expected
    for name in partly - failed.keys():
        assert library.ledger(files / name), f"{name} was read in part without saying so"
    noted = {
        Path(entry.path).name: entry.line.code for entry in library.ledger(severity="error") if entry.path
    }
    assert {name: noted.get(name) for name in expected} == {n: kind.__name__ for n, kind in expected.items()}
    for name, word in words.items():
        hits = library.search(word).hits
        assert hits and Path(hits[0].occurrences[0].path).name == name, name
    assert library.verify().well

    # The password opens what was locked, without the others being read again.
    report = library.add(files, password="open sesame")
    assert [Path(path).name for path in report.added] == ["locked.pdf"]
    assert library.search("promethium").hits[0].segment.locator.page == 2
    assert b"open sesame" not in b"".join(p.read_bytes() for p in library.path.rglob("*") if p.is_file())


def test_wrong_names_do_not_deceive(open_library, files):
    material.pdf(files / "x.pdf", word="zirconium").rename(files / "photo.jpg")
    material.word(files / "x.docx", word="yttrium").rename(files / "notes.txt")
    (files / "table.xlsx").write_text("ore,tons\nuranium,12\n")
    library = open_library()
    report = library.add(files)
    assert report.failed == ()
    assert library.search("zirconium").hits[0].segment.locator.page == 2
    assert library.asset(files / "photo.jpg").media_type == "application/pdf"
    assert library.search("yttrium").hits
    assert library.search("uranium").hits
    codes = {entry.line.code for entry in library.ledger(files / "photo.jpg")}
    assert "name-differs" in codes


def test_text_that_is_not_utf8_is_read_and_said(open_library, files):
    (files / "latin.txt").write_bytes(
        "Die Brücke über den großen Fluß ist gesperrt, sagt Jürgen.".encode("latin-1")
    )
    (files / "wide.txt").write_text("The ytterbium is here.", encoding="utf-16")
    library = open_library()
    assert library.add(files).failed == ()
    assert library.search("Brücke").hits
    assert library.search("ytterbium").hits
    assert {entry.line.code for entry in library.ledger(files / "latin.txt")} == {"encoding-assumed"}


@pytest.mark.skipif(sys.platform != "linux", reason="names of this kind")
def test_names_that_are_hard_to_write(open_library, files):
    names = [b"caf\xe9.txt", b"line\nbreak.txt", b"100% {{ 7*7 }} $(id) ; rm -rf.txt", b"-rf.txt"]
    for number, name in enumerate(names):
        (files / os.fsdecode(name)).write_text(f"granite block {number}")
    library = open_library()
    report = library.add(files)
    assert (len(report.added), report.failed) == (4, ())
    assert library.add(files).unchanged == 4
    assert len(library.search("granite").hits) == 4
    library.remove([info.asset for info in library.assets()])
    assert library.search("granite").hits == ()


def test_many_files_of_one_name(open_library, files):
    for number in range(30):
        folder = files / f"{number}"
        folder.mkdir()
        (folder / "readme.md").write_text(f"# Readme\n\nGranite block {number}.")
    library = open_library()
    assert len(library.add(files).added) == 30
    assert library.search("block 17").hits[0].occurrences[0].path.endswith("/17/readme.md")
