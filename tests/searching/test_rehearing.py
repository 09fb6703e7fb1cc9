from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fakes import BagOfWords, ColourNames

from clerestory.models.speech import RATE, Heard, Word
from clerestory.models.wording import load_wording
from clerestory.searching.rehearing import Way, as_spoken, at_speed, meaning, ways


def _tone(hz: float, seconds: float = 1.0) -> np.ndarray:
    return (0.3 * np.sin(2 * np.pi * hz * np.arange(round(seconds * RATE)) / RATE)).astype(np.float32)


def _heard(text: str, log_probability: float, covered: float = 0.9) -> Heard:
    words = tuple(Word(word, 0.0, 1.0, 0.8) for word in text.split())
    return Heard(words, "en", log_probability, covered)


def _told(*results: Heard):
    waiting = iter(results)
    return lambda samples: next(waiting)


def test_the_way_that_was_heard_best_comes_first() -> None:
    transcribe = _told(
        _heard("a red dad", -0.4),
        _heard("a red dog", -0.1),
        _heard("a red dog", -0.2),
        *[_heard("", 0.0)] * 3,
    )

    found = ways(_tone(200), transcribe)

    assert [way.text for way in found] == ["a red dog", "a red dad"]
    assert sum(way.share for way in found) == pytest.approx(1.0)
    assert found[0].share > 0.9
    assert found[0].confidence == pytest.approx(0.8)


def test_one_good_hearing_beats_many_middling_ones() -> None:
    middling = [_heard("anon", -0.32)] * 5

    found = ways(_tone(200), _told(*middling, _heard("a dog", -0.3)))

    assert found[0].text == "a dog"
    assert found[0].share < found[1].share


def test_an_unknown_language_gives_no_ways() -> None:
    assert ways(_tone(200), _told(*[_heard("good", -0.1, covered=0.2)] * 6)) == ()


def test_of_what_sounds_alike_the_usual_words_come_first() -> None:
    transcribe = _told(_heard("a white dot runs", -0.20), *[_heard("a white dog runs", -0.25)] * 5)

    found = ways(_tone(200), transcribe, wording=load_wording())

    assert found[0].text == "a white dog runs"


def test_enough_hearings_must_agree_that_there_are_words() -> None:
    mixed = [_heard("good", -0.1)] * 2 + [_heard("good", -0.1, covered=0.2)] * 4

    assert ways(_tone(200), _told(*mixed), least=3) == ()
    assert ways(_tone(200), _told(*mixed), least=2)[0].text == "good"


def test_the_meaning_lies_between_the_ways() -> None:
    pictures, text = ColourNames(), BagOfWords()

    joint = meaning([Way("red", 0.5, 1.0), Way("blue", 0.5, 1.0)], pictures, text)
    one, other = pictures.embed_words(["red", "blue"])

    assert joint @ one == pytest.approx(joint @ other) == pytest.approx(np.sqrt(0.5))


@pytest.mark.parametrize("speed", [0.9, 1.1])
def test_speed_changes_length_and_pitch(speed: float) -> None:
    changed = at_speed(_tone(500), speed)

    assert len(changed) == round(RATE / speed)
    spectrum = np.abs(np.fft.rfft(changed))
    assert spectrum.argmax() * RATE / len(changed) == pytest.approx(500 * speed, rel=0.01)
    assert changed.std() == pytest.approx(_tone(500).std(), rel=0.05)


def test_a_muffled_voice_gets_its_high_tones_back() -> None:
    noise = np.random.default_rng(1).standard_normal(2 * RATE)
    hz = np.fft.rfftfreq(len(noise), 1 / RATE)
    muffled = np.fft.irfft(np.fft.rfft(noise) / (1 + (hz / 500) ** 2)).astype(np.float32)

    def treble(samples: np.ndarray) -> float:
        power = np.abs(np.fft.rfft(samples)) ** 2
        return float(power[(hz > 2000) & (hz < 5000)].sum() / power.sum())

    lifted = as_spoken(muffled)

    assert treble(lifted) > 2 * treble(muffled)
    assert lifted.std() == pytest.approx(muffled.std(), rel=0.01)


@given(st.integers(1, 3000), st.integers(0, 3))
def test_any_length_stays_finite(count: int, seed: int) -> None:
    samples = np.random.default_rng(seed).standard_normal(count).astype(np.float32) * (seed > 0)

    assert np.isfinite(as_spoken(samples)).all() and len(as_spoken(samples)) == count
    assert np.isfinite(at_speed(samples, 0.9)).all()
