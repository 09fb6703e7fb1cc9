"""Sounds without words in recordings, found by a sound."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest
from tests.fakes import saying

from clerestory.searching.sounding import share

RATE = 16_000


def _write(path: Path, *parts: np.ndarray) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((np.concatenate(parts) * 32767).astype("<i2").tobytes())
    return path


def _hiss(seconds: float, seed: int) -> np.ndarray:
    return 0.02 * np.random.default_rng(seed).standard_normal(round(seconds * RATE))


def _hum(seconds: float, pitch: float) -> np.ndarray:
    clock = np.arange(round(seconds * RATE)) / RATE
    return 0.016 * np.sum([np.sin(2 * np.pi * pitch * k * clock) / k for k in range(1, 9)], axis=0)


def _ticks(seconds: float, per_second: float) -> np.ndarray:
    samples = 1e-4 * np.random.default_rng(1).standard_normal(round(seconds * RATE))
    click = 0.2 * np.exp(-np.arange(300) / 50) * np.sin(np.arange(300))
    for start in np.arange(0.1, seconds - 0.1, 1 / per_second):
        samples[int(start * RATE) : int(start * RATE) + 300] += click
    return samples


@pytest.fixture
def heard(library, files):
    rest = np.zeros(RATE)
    _write(files / "harbour.wav", saying("harbour", "granite"), rest, _hiss(4, 2), rest)
    _write(files / "engine.wav", _hum(5, 100), rest, saying("lantern"), rest)
    _write(files / "clock.wav", rest, _ticks(6, 8.0))
    library.add(files, ocr="off")
    return library


def _file(hit) -> str:
    return Path(hit.occurrences[0].path).name


@pytest.mark.parametrize(
    ("asked", "file"),
    [(_hiss(3, 9), "harbour.wav"), (_hum(4, 108), "engine.wav"), (_ticks(4, 9.0), "clock.wav")],
)
def test_a_sound_finds_those_like_it(heard, tmp_path, asked, file) -> None:
    result = heard.search(audio=[_write(tmp_path / "asked.wav", asked)])

    first = result.hits[0]
    assert (_file(first), first.segment.kind) == (file, "sound")
    assert first.parts["sound"] > 0
    assert result.heard == ""
    assert any("Nobody speaks" in note for note in result.notes)


def test_a_sound_like_none_of_them_finds_nothing(library, files, tmp_path) -> None:
    _write(files / "harbour.wav", _hiss(5, 2))
    library.add(files, ocr="off")

    result = library.search(audio=[_write(tmp_path / "asked.wav", _ticks(4, 9.0))])

    assert result.hits == ()


def test_words_do_not_find_sounds_beside_them(heard) -> None:
    assert [hit.segment.kind for hit in heard.search("harbour granite").hits[:1]] == ["passage"]
    # Neither file names nor titles lead to a sound of a recording with words.
    assert all(
        hit.segment.kind != "sound" for hit in heard.search("engine").hits if _file(hit) == "engine.wav"
    )
    assert _file(heard.search("clock").hits[0]) == "clock.wav"


def test_adding_again_and_removing_leaves_one_row_per_sound_or_none(heard, files, tmp_path) -> None:
    asked = _write(tmp_path / "asked.wav", _hiss(3, 9))
    heard.add(files, ocr="off")
    again = heard.search(audio=[asked]).hits

    assert len({hit.segment.id for hit in again}) == len(again)
    assert not heard.verify().problems
    heard.remove(files / "harbour.wav")
    assert "harbour.wav" not in [_file(hit) for hit in heard.search(audio=[asked]).hits]
    heard.restore(files / "harbour.wav")
    assert _file(heard.search(audio=[asked]).hits[0]) == "harbour.wav"
    heard.reindex()
    assert _file(heard.search(audio=[asked]).hits[0]) == "harbour.wav"


@pytest.mark.parametrize(("cosine", "expected"), [(-1, 0), (0.4, 0), (0.65, 0.5), (0.9, 1), (1, 1)])
def test_share(cosine: float, expected: float) -> None:
    assert share(cosine) == pytest.approx(expected)


def test_another_encoder_takes_over_without_hearing_again(heard, monkeypatch):
    from clerestory.ingesting.sounding import SOUND
    from clerestory.models import sounds
    from clerestory.types import Space

    shipped = sounds.load_sound_encoder()

    class Fewer:
        """The first directions of the shipped one."""

        space = Space("fewer", "0f" * 32, 16)

        def embed(self, features):
            vectors = shipped.embed(features)[:, :16]
            return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    spaces = heard._stores.catalogue.spaces
    assert [space.encoder for space in spaces.all(SOUND)] == [shipped.space.encoder]
    before = heard._stores.index.readings(shipped.space)
    monkeypatch.setattr(sounds, "load_sound_encoder", Fewer)
    heard.finish()
    assert spaces.current(SOUND) == Fewer.space
    assert spaces.all(SOUND) == [Fewer.space]
    assert heard._stores.index.readings(Fewer.space) == before
    assert heard.verify().well
