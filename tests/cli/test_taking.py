"""Recordings and videos: their seconds are exported as clips and pictures, and opened where they are."""

import wave
from pathlib import Path

import click
import pytest
from PIL import Image
from tests.cli.conftest import invoke
from tests.fakes import RATE, recording, saying
from tests.reading.media.made import film
from tests.reading.video.drawn import FPS, pan, still

from clerestory.cli import playing


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """A recording in which the kelp is told of late, and a film that pans and then stands."""
    folder = tmp_path_factory.mktemp("media")
    (folder / "files").mkdir()
    recording(folder / "files" / "talk.wav", "anchor", "basalt", *[""] * 3, "kelp", "jetty", "")
    pictures = [*pan(1, 5, per_s=0.3), *still(2, 5)]
    words = saying("", "lantern", "marble", *[""] * 5, "oyster", "pilot")
    film(folder / "files" / "film.mp4", pictures, fps=FPS, sound=words[None], rate=RATE)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CLERESTORY_CACHE", str(folder / "cache"))
        assert invoke(folder / "library", ("add", folder / "files")).code == 0
    return folder


@pytest.fixture
def run(ask_filled):
    return ask_filled


def searched(run, words: str, name: str) -> None:
    hit = run("search", words, "--json").json["hits"][0]
    assert hit["place"].startswith(name)


def duration_s(path: Path) -> float:
    with wave.open(str(path)) as file:
        return file.getnframes() / file.getframerate()


def test_the_seconds_of_a_recording_are_exported_as_a_clip(run, tmp_path):
    searched(run, "kelp jetty", "talk.wav")
    told = run("export", "1", "--margin", "0.25", "-o", tmp_path / "kelp.wav", "--json").json
    assert Path(told["file"]) == tmp_path / "kelp.wav"
    assert told["media_type"] == "audio/wav" and not told["reencoded"]
    assert told["start_s"] == pytest.approx(3.75, abs=0.2)
    assert duration_s(tmp_path / "kelp.wav") == pytest.approx(told["end_s"] - told["start_s"], abs=0.05)
    said = run("export", "1", "--as", "clip").out
    assert said.startswith("talk.wav 00:0") and list(tmp_path.glob("talk*.wav"))


def test_a_clip_gets_the_ending_of_what_is_in_it_and_writes_over_nothing(run, tmp_path):
    searched(run, "lantern", "film.mp4")
    ended = run("export", "1", "--as", "clip", "-o", tmp_path / "lantern.xyz")
    assert ended.code == 0 and "goes into a .mp4 file" in ended.err
    assert [path.name for path in tmp_path.glob("lantern*")] == ["lantern.mp4"]
    assert not list(tmp_path.glob(".clerestory-*"))
    refused = run("export", "1", "--as", "clip", "-o", tmp_path / "lantern.mp4")
    assert refused.code == 2 and "--force" in refused.err
    assert run("export", "1", "--as", "clip", "-o", tmp_path / "lantern.mp4", "--force").code == 0


def test_whole_takes_the_scene_and_not_the_sentence_alone(run, tmp_path):
    searched(run, "lantern", "film.mp4")
    told = run("export", "1", "--whole", "--margin", "0", "-o", tmp_path / "scene.mp4", "--json").json
    assert told["start_s"] == pytest.approx(0.0, abs=0.1)
    assert told["end_s"] == pytest.approx(5.0, abs=0.6)


def test_a_scene_is_exported_as_a_strip_that_moves(run, tmp_path):
    searched(run, "lantern", "film.mp4")
    file = Path(run("export", "1", "--as", "strip", "-o", tmp_path / "pan.webp", "--json").json["file"])
    with Image.open(file) as strip:
        assert strip.format == "WEBP" and strip.n_frames > 1
    assert run("export", "1", "--as", "strip", "-o", tmp_path / "pan.gif").code == 2


def test_what_was_only_heard_has_no_strip(run):
    searched(run, "kelp jetty", "talk.wav")
    ended = run("export", "1", "--as", "strip")
    assert ended.code == 1 and "no moving preview" in ended.err


@pytest.mark.parametrize(("words", "name"), [("kelp jetty", "talk.wav"), ("lantern", "film.mp4")])
def test_a_picture_is_the_waveform_or_the_frame(run, tmp_path, words, name):
    searched(run, words, name)
    told = run("export", "1", "--as", "picture", "-o", tmp_path / "place.png", "--json").json
    with Image.open(tmp_path / "place.png") as picture:
        assert picture.size == (told["width"], told["height"])
        assert len(picture.convert("RGB").getcolors(1 << 24)) > 1
    assert run("export", "1", "-o", tmp_path / "by-its-ending.webp").code == 0
    with Image.open(tmp_path / "by-its-ending.webp") as picture:
        assert picture.format == "WEBP"


def test_a_recording_is_opened_at_the_second(run, filled, monkeypatch):
    searched(run, "kelp jetty", "talk.wav")
    commands: list[list[str]] = []
    monkeypatch.setattr(playing, "_launched", commands.append)
    monkeypatch.setattr(playing.shutil, "which", lambda name: f"/bin/{name}" if name == "mpv" else None)
    ended = run("open", "1")
    file = filled / "files" / "talk.wav"
    assert (ended.code, ended.out.strip()) == (0, str(file))
    [[program, option, opened]] = commands
    assert (program, opened) == ("/bin/mpv", str(file))
    assert float(option.removeprefix("--start=")) == pytest.approx(4.0 - playing.LEAD_S, abs=0.2)


def test_without_a_player_a_page_is_opened_and_earlier_ones_go(run, filled, monkeypatch):
    searched(run, "lantern", "film.mp4")
    monkeypatch.setattr(playing.shutil, "which", lambda name: None)
    launched: list[str] = []
    monkeypatch.setattr(click, "launch", lambda path: launched.append(path) or 0)
    page = Path(run("open", "1").out.strip())
    assert launched == [str(page)]
    assert f"{(filled / 'files' / 'film.mp4').as_uri()}#t=" in page.read_text(encoding="utf-8")
    run("open", "1", "--original")
    assert launched[1] == str(filled / "files" / "film.mp4")


def test_pages_have_no_seconds_to_cut(run, filled, tmp_path):
    searched(run, "lantern", "film.mp4")
    assert run("export", filled / "files" / "film.mp4").code == 2
