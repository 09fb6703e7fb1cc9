from __future__ import annotations

import numpy as np
import pytest

from clerestory.models.sound_features import COUNT, RATE, sound_features
from clerestory.reading.speech.hearing import Hearing, Sound
from clerestory.reading.speech.sounding import (
    LONGEST_S,
    features_of,
    sound_parts,
    sounds_object,
    with_features,
)
from clerestory.types import MediaRequest, TimeSpan


def _noise(seconds: float) -> np.ndarray:
    return np.random.default_rng(1).standard_normal(round(seconds * RATE)).astype(np.float32) * 0.1


def _hearing(*sounds: Sound, end_s: float = 100.0) -> Hearing:
    return Hearing(MediaRequest("listen", TimeSpan(0.0, end_s), 1.0, ""), 0.0, end_s, sounds=sounds)


def test_sounds_that_last_get_the_features_of_their_seconds() -> None:
    samples = np.concatenate([np.zeros(4 * RATE, np.float32), _noise(3.0)])

    sound = with_features(Sound(14.0, 17.0, "sound", -20.0), samples, 10.0, alone=False)

    assert len(sound.features) == 1
    kept = np.frombuffer(sound.features[0], np.float16).astype(np.float32)
    inner = _noise(3.0)[RATE // 10 : -RATE // 10]  # where it begins and ends is not known exactly
    assert np.allclose(kept, sound_features(inner), rtol=0.01, atol=0.05)


@pytest.mark.parametrize("sound", [Sound(0.0, 1.9, "sound", -20.0), Sound(0.0, 5.0, "silence", -80.0)])
def test_short_ones_and_silence_get_none(sound: Sound) -> None:
    assert with_features(sound, _noise(5.0), 0.0, alone=False) == sound


def test_where_nobody_speaks_short_ones_count_as_well() -> None:
    sound = with_features(Sound(1.0, 1.8, "sound", -20.0), _noise(5.0), 0.0, alone=True)

    assert len(sound.features) == 1
    assert [(one.start_s, one.end_s) for one in sound_parts([_hearing(sound)], [], duration_s=50.0)] == [
        (1.0, 1.8)
    ]
    assert _spans(sound, (20.0, 30.0)) == []


def test_a_long_sound_has_parts_of_equal_length() -> None:
    sound = with_features(Sound(0.0, 70.0, "music", -20.0), _noise(70.0), 0.0, alone=False)

    parts = sound_parts([_hearing(sound)], [], duration_s=100.0)

    assert len(sound.features) == 3 and LONGEST_S > 70.0 / 3
    assert parts[0].start_s == 0.0 and parts[-1].end_s == 70.0
    assert [part.end_s for part in parts[:-1]] == [part.start_s for part in parts[1:]]
    assert {round(part.end_s - part.start_s, 3) for part in parts} == {round(70 / 3, 3)}


def test_seconds_that_are_taken_are_left_out() -> None:
    sound = Sound(0.0, 10.0, "sound", -20.0, (b"12",))

    assert _spans(sound, (1.0, 2.0), (7.0, 20.0)) == [(2.0, 7.0)]
    assert _spans(sound, (1.5, 9.0)) == []
    assert _spans(sound, (30.0, 40.0)) == [(0.0, 10.0)]


def _spans(sound: Sound, *taken: tuple[float, float]) -> list[tuple[float, float]]:
    return [(one.start_s, one.end_s) for one in sound_parts([_hearing(sound)], taken, duration_s=50.0)]


def test_hearings_keep_features_on_their_way() -> None:
    hearing = _hearing(with_features(Sound(0.0, 3.0, "sound", -20.0), _noise(3.0), 0.0, alone=False))

    assert Hearing.from_json(hearing.to_json()) == hearing


def test_an_object_gives_the_features_back_by_their_seconds() -> None:
    sound = with_features(Sound(0.1, 3.3, "sound", -20.0), _noise(4.0), 0.0, alone=False)
    parts = sound_parts([_hearing(sound)], [], duration_s=100.0)

    kept = sounds_object(parts)[0]

    assert kept.role == "sounds"
    assert list(features_of(kept.content)) == [(0.1, 3.3)]
    assert features_of(kept.content)[0.1, 3.3].shape == (COUNT,)
    assert features_of(kept.content.replace(b'"version": 1', b'"version": 0')) == {}
    assert sounds_object([]) == []
