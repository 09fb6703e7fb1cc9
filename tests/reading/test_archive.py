from __future__ import annotations

import struct
from pathlib import Path

import pytest
from tests.reading.made import archive, source

from clerestory.errors import FileVanished, TooLarge, UnreadableFile, WrongPassword
from clerestory.reading.archive import open_archive
from clerestory.settings import ReadingSettings

SETTINGS = ReadingSettings()


def test_members_are_read_by_name(tmp_path: Path):
    with open_archive(source(tmp_path, "a.zip", archive({"x/y.txt": "hello"})), SETTINGS) as opened:
        assert opened.names == ("x/y.txt",)
        assert "x/y.txt" in opened and "z" not in opened
        assert opened.size("x/y.txt") == 5
        assert opened.read("x/y.txt") == b"hello"
        with pytest.raises(UnreadableFile, match="missing"):
            opened.read("z")


def test_bombs_are_refused_before_they_go_off(tmp_path: Path):
    bomb = source(tmp_path, "a.zip", archive({"a": bytes(3_000_000)}))
    with pytest.raises(TooLarge, match="max_archive_ratio"), open_archive(bomb, SETTINGS):
        pass
    many = source(tmp_path, "b.zip", archive({f"m{i}": bytes(900_000) for i in range(3)}))
    with (
        pytest.raises(TooLarge, match="max_archive_mb"),
        open_archive(many, ReadingSettings(max_archive_mb=2)),
    ):
        pass


def test_a_member_that_lies_about_its_size_is_stopped(tmp_path: Path):
    content = bytearray(archive({"a": bytes(range(256)) * 40_000}))
    directory = content.rindex(b"PK\x01\x02")
    struct.pack_into("<I", content, directory + 24, 100)  # claims 100 bytes unpacked
    struct.pack_into("<I", content, content.index(b"PK\x03\x04") + 22, 100)
    made = source(tmp_path, "a.zip", bytes(content))
    with open_archive(made, SETTINGS) as opened, pytest.raises((UnreadableFile, TooLarge)):
        opened.read("a")


def test_all_reads_together_are_bounded(tmp_path: Path):
    made = source(tmp_path, "a.zip", archive({"a": "xy" * 400_000, "b": "xy" * 400_000}))
    with open_archive(made, ReadingSettings(max_archive_mb=2, max_archive_ratio=10_000)) as opened:
        opened.read("a")
        opened.read("b")
        with pytest.raises(TooLarge):
            opened.read("a")


def test_damaged_and_encrypted_and_missing(tmp_path: Path):
    whole = archive({"a": "hello" * 100})
    with pytest.raises(UnreadableFile), open_archive(source(tmp_path, "a.zip", whole[:60]), SETTINGS):
        pass
    locked = bytearray(whole)
    locked[6] |= 1
    locked[locked.rindex(b"PK\x01\x02") + 8] |= 1
    made = source(tmp_path, "b.zip", bytes(locked))
    with open_archive(made, SETTINGS) as opened, pytest.raises(WrongPassword):
        opened.read("a")
    gone = source(tmp_path, "c.zip", whole)
    gone.path.unlink()
    with pytest.raises(FileVanished), open_archive(gone, SETTINGS):
        pass
