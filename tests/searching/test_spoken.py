from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.reading.speech.ears import ears, hiss, hum, recording, silence

from clerestory.errors import TooLarge, UnreadableFile
from clerestory.models.sound_features import COUNT, RATE, sound_features
from clerestory.models.sounds import load_sound_encoder
from clerestory.searching import spoken
from clerestory.searching.spoken import decoded, heard, heard_in


def test_what_is_said_is_the_query(tmp_path: Path) -> None:
    path = recording(tmp_path / "a.wav", hum(200, 1.5), silence(0.6), hum(300, 2.0))

    found = heard(path.read_bytes(), ears())

    assert found.text == "good morning everybody. the tide is high,"
    assert found.confidence == pytest.approx(0.9)
    assert found.sound is None
    assert found.note == ""


def test_a_sound_without_words_is_one_to_find_others_by(tmp_path: Path) -> None:
    samples = hiss(2.0)
    path = recording(tmp_path / "a.wav", samples)

    found = heard(path.read_bytes(), ears())

    assert found.text == "" and found.confidence == 0.0
    assert found.sound is not None and found.sound.shape == (COUNT,)
    one, same = load_sound_encoder().embed(np.stack([found.sound, sound_features(samples)]))
    assert one @ same > 0.9
    assert "Nobody speaks" in found.note


def test_silence_around_a_sound_does_not_count() -> None:
    alone, padded = (heard_in(one, ears()) for one in (hiss(2.0), np.pad(hiss(2.0), (16_000, 48_000))))

    assert alone.sound is not None and padded.sound is not None
    one, same = load_sound_encoder().embed(np.stack([alone.sound, padded.sound]))
    assert one @ same > 0.95


def test_a_language_that_is_not_known_is_told() -> None:
    found = heard_in(hum(500, 2.0), ears())

    assert found.text == ""
    assert "language" in found.note


@pytest.mark.parametrize("samples", [silence(2.0), np.zeros(0, np.float32)])
def test_silence_is_an_error(samples: np.ndarray) -> None:
    with pytest.raises(UnreadableFile, match="nothing is to be heard"):
        heard_in(samples, ears())


@pytest.mark.parametrize("content", [b"", b"no sound at all", b"RIFF\x00\x00\x00\x00WAVEfmt "])
def test_what_is_no_sound_is_an_error_that_names_the_query(content: bytes) -> None:
    with pytest.raises(UnreadableFile, match=r"sound of the query.*WAV"):
        heard(content, ears())


def test_a_query_is_short(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spoken, "LONGEST_S", 2.0)
    path = recording(tmp_path / "a.wav", hum(200, 5.0))

    with pytest.raises(TooLarge, match="part that is meant"):
        decoded(path.read_bytes())


def test_decoding_gives_the_samples(tmp_path: Path) -> None:
    samples = hum(300, 1.0)

    found = decoded(recording(tmp_path / "a.wav", samples).read_bytes())

    assert len(found) == RATE
    assert np.allclose(found, samples, atol=1e-3)
