from __future__ import annotations

import numpy as np
import pytest
from tests.reading.speech.ears import hiss, hum, silence

from clerestory.reading.speech.hearing import BANDS
from clerestory.reading.speech.sounds import RATE, levels_db, measure_levels, mel_edges, name_sounds


def _tune(seconds: float) -> np.ndarray:
    notes = [262, 330, 392, 523, 392, 330]
    count = round(seconds / 0.4)
    return np.concatenate([hum(notes[n % 6], 0.4) + hum(2 * notes[n % 6], 0.4) / 2 for n in range(count)])


def _names(samples: np.ndarray, **given: float) -> list[tuple[str, float, float]]:
    found = name_sounds(samples, [(0.0, len(samples) / RATE)], start_s=0.0, speech_db=given.get("speech_db"))
    return [(one.kind, round(one.start_s, 1), round(one.end_s, 1)) for one in found]


def test_silence_sound_and_music_are_told_apart() -> None:
    names = _names(np.concatenate([silence(3), hiss(4), silence(2), _tune(8)]))

    assert [name for name, _, _ in names] == ["silence", "sound", "silence", "music"]
    assert names[1][1:] == (3.0, 7.0)
    assert names[3][1] == pytest.approx(9.0, abs=0.2)


def test_a_steady_tone_is_no_music() -> None:
    assert [name for name, _, _ in _names(hum(440, 8))] == ["sound"]


def test_a_room_is_silence_beside_much_louder_speech() -> None:
    room = 0.06 * hiss(3)  # -50 dB

    assert _names(room)[0][0] == "sound"
    assert _names(room, speech_db=-15.0)[0][0] == "silence"


def test_short_sounds_join_what_is_around_them() -> None:
    assert [name for name, _, _ in _names(np.concatenate([silence(2), hiss(0.2), silence(2)]))] == ["silence"]


def test_loudness_is_in_decibels_of_full_scale() -> None:
    assert levels_db(hum(500, 0.2) * 2) == pytest.approx(-3.0, abs=0.1)
    assert levels_db(silence(0.1)).tolist() == [-100.0]


def test_a_spectrogram_shows_how_high_a_tone_is() -> None:
    levels = measure_levels(np.concatenate([hum(300, 1), hum(3000, 1)]))
    picture = np.frombuffer(levels.spectrum, np.uint8).reshape(-1, BANDS)
    edges = mel_edges(BANDS) * RATE / 1024

    low, high = picture[len(picture) // 4].argmax(), picture[3 * len(picture) // 4].argmax()

    assert edges[low] <= 320 and edges[low + 1] >= 290
    assert edges[high] <= 3050 and edges[high + 1] >= 2950


def test_nothing_has_no_levels() -> None:
    assert measure_levels(silence(0)).peaks == ()


def test_a_span_without_one_sample_is_silence() -> None:
    (sound,) = name_sounds(np.zeros(0, np.float32), [(0.0, 1 / 48_000)], start_s=0.0, speech_db=None)
    assert (sound.start_s, sound.end_s, sound.kind) == (0.0, 1 / 48_000, "silence")
