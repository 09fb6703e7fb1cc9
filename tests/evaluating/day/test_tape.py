"""The clock of a story: what is said lies where its cue says, what is shown stands until the next."""

from __future__ import annotations

import numpy as np
import pytest
from tests.evaluating.hums import HIGH, LOW

from clerestory.evaluating.day.stories import Break, Caption, Slide, Spoken, Story
from clerestory.evaluating.day.tape import SNR_DB, music, record
from clerestory.evaluating.day.voices import LEVEL, RATE

CAST = {"A": LOW, "B": HIGH}
TALK = Story(
    "talk",
    "recording",
    "radio",
    (
        Break("music", 2.0),
        Spoken("A", "Good morning."),
        Break("pause", 3.0),
        Spoken("B", "Good night to you."),
    ),
    (),
)
FILM = Story(
    "film",
    "video",
    "plain",
    (
        *(Slide("One", ("a",)), Spoken("A", "First."), Caption("below", "fact"), Spoken("A", "Second.")),
        *(Slide("Two", ()), Spoken("A", "Third.")),
    ),
    (),
)


def loudness(samples, start_s, end_s):
    part = samples[int(start_s * RATE) : int(end_s * RATE)]
    return float(np.sqrt(np.mean(part**2)))


def test_words_lie_in_their_cues_and_pauses_between_them():
    tape = record(TALK, CAST, seed=(1,))
    first, second = tape.cues
    assert (first.part, second.part) == (1, 3)
    assert second.start_s - first.end_s > 3.0
    assert loudness(tape.samples, first.start_s, first.end_s) > 0.05
    assert loudness(tape.samples, first.end_s + 0.1, second.start_s - 0.1) < 0.02
    assert second.end_s - second.start_s == pytest.approx(len("Good night to you.") / 100, abs=1e-3)


def test_noise_is_as_far_below_speech_as_is_said():
    tape = record(TALK, CAST, seed=(2,))
    assert SNR_DB["radio"][0] <= tape.snr_db <= SNR_DB["radio"][1]
    gap = loudness(tape.samples, tape.cues[0].end_s + 0.1, tape.cues[1].start_s - 0.1)
    assert 20 * np.log10(LEVEL / gap) == pytest.approx(tape.snr_db, abs=2.0)


def test_the_same_seed_gives_the_same_samples():
    first, again, other = (record(TALK, CAST, seed=(seed,)) for seed in (1, 1, 2))
    assert np.array_equal(first.samples, again.samples)
    assert not np.array_equal(first.samples[: RATE // 2], other.samples[: RATE // 2])


def test_slides_share_out_the_film_and_a_caption_ends_with_its_slide():
    tape = record(FILM, CAST, seed=(3,))
    one, caption, two = tape.cue(0), tape.cue(2), tape.cue(4)
    assert one.start_s == 0.0
    assert one.end_s == two.start_s == caption.end_s
    assert two.end_s == tape.seconds
    assert tape.cue(1).end_s < caption.start_s < tape.cue(3).start_s


def test_a_telephone_passes_a_narrow_band_only():
    talk = Story("call", "recording", "telephone", (Spoken("A", "Hello." * 20),), ())
    samples = record(talk, {"A": LOW}, seed=(4,)).samples
    spectrum = np.abs(np.fft.rfft(samples))
    frequencies = np.fft.rfftfreq(len(samples), 1 / RATE)
    outside = spectrum[(frequencies < 290) | (frequencies > 3500)].max()
    assert outside < 0.01 * spectrum.max()


def test_music_is_as_long_and_loud_as_asked():
    tune = music(1.5, np.random.default_rng(0))
    assert len(tune) == 1.5 * RATE
    assert np.abs(tune).max() < 0.9
