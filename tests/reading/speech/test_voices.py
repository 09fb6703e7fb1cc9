from __future__ import annotations

import numpy as np

from clerestory.reading.speech.hearing import Utterance
from clerestory.reading.speech.voices import FEATURES, RATE, WITHIN, speakers, voice_of


def _voice(pitch: float, formants: tuple[int, ...], *, seed: int, seconds: float = 3.0) -> np.ndarray:
    """Vowels of one throat: harmonics under formants that wander a little."""
    random = np.random.default_rng(seed)
    clock = np.arange(round(seconds * RATE)) / RATE
    glide = pitch * 2 ** (0.1 * np.sin(2 * np.pi * random.uniform(0.5, 2) * clock + random.uniform(0, 6)))
    phase = 2 * np.pi * np.cumsum(glide) / RATE
    moved = [f * random.uniform(0.95, 1.05) for f in formants]
    sound = sum(
        np.sin(k * phase) * sum(1 / (1 + ((k * pitch - f) / 120) ** 2) for f in moved)
        for k in range(1, int(3800 / pitch))
    )
    return (0.1 * sound + 0.001 * random.standard_normal(len(clock))).astype(np.float32)


LOW = (110.0, (500, 1200, 2400))
HIGH = (230.0, (700, 1700, 2900))


def _utterances(*voices: tuple[float, tuple[int, ...]]) -> list[Utterance]:
    return [
        Utterance((), 4.0 * n, 4.0 * n + 3.0, voice=voice_of(_voice(*one, seed=n)))
        for n, one in enumerate(voices)
    ]


def test_a_voice_has_as_many_numbers_as_there_are_scales() -> None:
    voice = voice_of(_voice(*LOW, seed=1))

    assert len(voice) == len(WITHIN) == FEATURES
    assert abs(voice[-2] - 12 * np.log2(110 / 60)) < 0.7  # half tones over 60 Hz


def test_two_voices_that_lie_apart_are_two_speakers() -> None:
    assert speakers(_utterances(LOW, HIGH, LOW, LOW, HIGH)) == ["A", "B", "A", "A", "B"]


def test_one_voice_has_no_letter() -> None:
    assert speakers(_utterances(LOW, LOW, LOW, LOW)) == ["", "", "", ""]


def test_too_little_speech_has_no_voice_and_no_letter() -> None:
    assert voice_of(_voice(*LOW, seed=1, seconds=0.5)) == ()
    short = Utterance((), 30.0, 30.5)

    assert speakers([*_utterances(LOW, HIGH, LOW, HIGH), short])[-1] == ""
    assert speakers([short, short]) == ["", ""]


def test_a_speaker_who_said_almost_nothing_gets_no_letter() -> None:
    assert speakers(_utterances(LOW, LOW, LOW, HIGH)) == ["", "", "", ""]
