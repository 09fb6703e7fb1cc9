"""Asking with a sound: what is said in it counts as words."""

from __future__ import annotations

import wave

import numpy as np
import pytest
from tests.fakes import recording

from clerestory.errors import UnsupportedQuery


@pytest.fixture
def notes(library, files):
    (files / "notes.txt").write_text("The harbour wall is granite and the lamp on it is lit at dusk.")
    (files / "key.txt").write_text("The second key hangs in the shed.")
    library.add(files, ocr="off")
    return library


def test_what_is_said_is_searched(notes, tmp_path):
    said = recording(tmp_path / "asked.wav", "harbour", "granite", "lantern")
    result = notes.search(audio=[said])
    assert result.heard == "harbour granite lantern"
    assert result.hits[0].occurrences[0].path.endswith("notes.txt")


def test_a_sound_without_words_asks_nothing(notes, tmp_path):
    hum = tmp_path / "hum.wav"
    with wave.open(str(hum), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes((np.sin(np.arange(32_000) / 5) * 300).astype("<i2").tobytes())
    with pytest.raises(UnsupportedQuery, match="no words"):
        notes.search(audio=[hum])
