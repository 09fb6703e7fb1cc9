"""Whose words subtitle files beside recordings hold, and that none of them is lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.fakes import recording
from tests.ingesting.answers import found

from clerestory.ingesting.sidecars import Recordings, beside_changed
from clerestory.ingesting.walk import FileSeen


def subtitles(path: Path, words: str) -> Path:
    path.write_text(f"1\n00:00:01,000 --> 00:00:02,000\n{words}\n")
    return path


@pytest.fixture
def talk(files: Path) -> Path:
    return recording(files / "talk.wav", "", "granite", "harbour", "")


def test_subtitles_in_two_languages_are_both_found(library, files, talk):
    subtitles(files / "talk.de.srt", "kompass")
    subtitles(files / "talk.en.srt", "marigold")
    library.add(files)
    assert len(found(library, "kompass")) == len(found(library, "marigold")) == 1
    assert library.reading(files / "talk.de.srt").segments == ()


def test_subtitles_whose_recording_is_not_added_are_found(library, files, talk):
    library.add(subtitles(files / "talk.srt", "marigold"))
    assert len(found(library, "marigold")) == 1


def test_what_is_only_named_like_subtitles_gives_way_to_the_next(library, files, talk):
    (files / "talk.de.srt").write_text("no cue stands in this marigold file\n")
    subtitles(files / "talk.en.srt", "slate")
    library.add(files)
    assert len(found(library, "marigold")) == len(found(library, "slate")) == 1
    assert library.reading(files / "talk.en.srt").segments == ()


def test_recordings_are_told_by_names():
    recordings = Recordings(["/a/talk.mp4", "/a/Talk.MP3", "/a/talk.txt", "/b/talk.mp4", "/a/talk.part2.mp4"])
    assert recordings.of("/a/talk.de.srt") == ("/a/Talk.MP3", "/a/talk.mp4")
    assert recordings.of("/b/talk.vtt") == ("/b/talk.mp4",)
    assert recordings.of("/a/talk.txt") == recordings.of("/c/talk.srt") == ()


def test_only_recordings_that_are_as_they_were_are_read_again(tmp_path):
    talk = tmp_path / "talk.mp4"
    talk.write_bytes(b"as it was")
    stat = talk.stat()
    changed = [FileSeen(str(tmp_path / "talk.srt"), 1, 1)]
    known = {str(talk): ("asset", stat.st_size, stat.st_mtime_ns)}
    assert set(beside_changed(changed, known, without=())) == {"asset"}
    assert beside_changed(changed, known, without={"asset"}) == {}
    assert beside_changed(changed, {str(talk): ("asset", 1, stat.st_mtime_ns)}, without=()) == {}
