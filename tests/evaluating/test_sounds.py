from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from tests.reading.speech.ears import ears, hiss, hum, silence

from clerestory.errors import UnreadableFile
from clerestory.evaluating import sounds
from clerestory.evaluating.contract import Options
from clerestory.evaluating.made_sounds import FAMILIES, RATE, pieces
from clerestory.evaluating.sounds import heard, words_of, write_wav
from clerestory.settings import ReadingSettings


def test_pieces_come_from_their_seed_and_are_of_every_kind() -> None:
    kinds = sum(len(makers) for makers in FAMILIES.values())

    first = list(pieces(kinds, seed=1, seconds=(0.5, 1.0)))

    again = list(pieces(kinds, seed=1, seconds=(0.5, 1.0)))
    other = list(pieces(kinds, seed=2, seconds=(0.5, 1.0)))
    assert {piece.family for piece in first} == set(FAMILIES)
    assert len({piece.name.rsplit("-", 1)[0] for piece in first}) == kinds
    for one, same, different in zip(first, again, other, strict=True):
        assert np.array_equal(one.samples, same.samples)
        assert one.family == "silence" or not np.array_equal(
            one.samples[:4000], different.samples[: len(one.samples)][:4000]
        )
        assert np.isfinite(one.samples).all()
        assert np.abs(one.samples).max() <= 1.0
        assert 0.5 * RATE <= len(one.samples) <= RATE
        assert one.family == "silence" or np.abs(one.samples).max() >= 0.04


def test_words_are_counted_in_the_final_reading(tmp_path: Path) -> None:
    write_wav(tmp_path / "talk.wav", np.concatenate([silence(1), hum(200, 1.5), silence(1)]))
    write_wav(tmp_path / "rain.wav", hiss(3))

    assert words_of(heard(tmp_path / "talk.wav", ears(), ReadingSettings())) == [
        "good",
        "morning",
        "everybody.",
    ]
    assert words_of(heard(tmp_path / "rain.wav", ears(), ReadingSettings())) == []


def test_figures_tell_clips_from_made_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sounds, "load_speech_recogniser", lambda *_, **__: ears().recogniser)
    monkeypatch.setattr(sounds, "load_voice_activity", lambda *_, **__: ears().activity)
    monkeypatch.setattr(sounds, "PIECES", 4)
    write_wav(tmp_path / "rain.wav", hiss(3))
    write_wav(tmp_path / "talk.wav", np.concatenate([silence(1), hum(200, 1.5)]))
    lines = [{"audio": "rain.wav", "label": "rain"}, {"audio": "talk.wav", "label": "people"}]
    (tmp_path / "meta.jsonl").write_text("\n".join(map(json.dumps, lines)))

    summary = sounds.run(Options(tmp_path, tmp_path / "out"))

    assert summary.figures["invented.clips"].value == 0.5
    assert summary.figures["invented.clips"].n == 2
    assert summary.figures["invented.synthetic"].n == 4
    assert summary.figures["invented.silence"].value == 0.0
    assert summary.figures["invented"].n == 6


def test_a_folder_without_a_listing_is_said(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"meta\.jsonl"):
        sounds._clips(tmp_path)
    (tmp_path / "meta.jsonl").write_text("{}\n")
    with pytest.raises(UnreadableFile, match="audio"):
        sounds._clips(tmp_path)
