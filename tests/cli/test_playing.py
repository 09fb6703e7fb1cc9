"""A recording is started at its second: in a player that is there, else on a page for the browser."""

from pathlib import Path

import click
import pytest

from clerestory.cli import playing
from clerestory.types import TimeSpan


@pytest.fixture
def commands(monkeypatch):
    run: list[list[str]] = []
    monkeypatch.setattr(playing, "_launched", run.append)
    return run


def test_a_player_that_is_there_is_started_a_little_before_the_second(tmp_path, monkeypatch, commands):
    monkeypatch.setattr(playing.shutil, "which", lambda name: f"/bin/{name}" if name == "vlc" else None)
    file = tmp_path / "-talk.mp4"
    opened, ended = playing.started(file, TimeSpan(61.3, 70), folder=tmp_path)
    assert (opened, ended) == (file, 0)
    assert commands == [["/bin/vlc", "--start-time=61.00", str(file)]]


def test_without_a_player_a_page_plays_it_at_the_second(tmp_path, monkeypatch, commands):
    launched: list[str] = []
    monkeypatch.setattr(playing.shutil, "which", lambda name: None)
    monkeypatch.setattr(click, "launch", lambda path: launched.append(path) or 0)
    opened, ended = playing.started(tmp_path / "talk.mp3", TimeSpan(0.1, 2), folder=tmp_path)
    assert ended == 0 and launched == [str(opened)] and not commands
    page = opened.read_text(encoding="utf-8")
    assert "<audio controls autoplay" in page and "talk.mp3#t=0.00" in page


def test_the_name_of_a_file_stays_a_name():
    page = playing.page_for(Path('/films/"><script>alert(1)</script>.webm'), 3.5)
    assert "<script>" not in page and "<video " in page and "#t=3.50" in page
