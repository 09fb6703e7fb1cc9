"""A day on disk: files of every format that can be read again, and answers at their seconds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.evaluating.hums import HIGH, LOW

from clerestory.errors import MachineError
from clerestory.evaluating.day import making, voices
from clerestory.evaluating.day.files import FILMS, SOUNDS, TELEPHONE, write
from clerestory.evaluating.day.film import FRAMES_PER_S, frames
from clerestory.evaluating.day.stories import Break, Caption, Slide, Spoken, Story, Wordings
from clerestory.evaluating.day.tape import record
from clerestory.evaluating.day.voices import RATE, resampled
from clerestory.reading.media import frames as media_frames
from clerestory.reading.media.sound import stretch

TALK = Story(
    "talk",
    "recording",
    "radio",
    (Spoken("A", "Good morning."), Break("pause", 1.0), Spoken("B", "The key is under the mat.", "key")),
    (Wordings("key", ("Where is the key?", "Under what is the key?")),),
)
FILM = Story(
    "film",
    "video",
    "plain",
    (
        Slide("One", ("a line",)),
        Spoken("A", "First of all."),
        Caption("Code: 1234", "code"),
        Spoken("A", "Good."),
    ),
    (Wordings("code", ("What is the code?",)),),
)


@pytest.fixture
def small_day(monkeypatch):
    monkeypatch.setattr(making, "tell", lambda seed: (TALK, FILM))


def test_a_day_is_made_once_and_kept(tmp_path, small_day):
    told = []
    day = making.make(tmp_path, seed=1, voices=(LOW, HIGH), told=lambda *step: told.append(step[:2]))
    assert told == [(1, 2), (2, 2)]
    assert [file.kind for file in day.files] == ["recording", "video"]
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == sorted(["begun.json", "day.json", *(file.name for file in day.files)])
    again = making.make(tmp_path, seed=1, voices=(LOW, HIGH), told=lambda *step: told.append(step))
    assert again == day
    assert len(told) == 2
    other = making.make(tmp_path, seed=2, voices=(LOW, HIGH))
    assert other != day
    assert len(list(tmp_path.iterdir())) == 4


def test_a_day_that_was_stopped_is_gone_on_with(tmp_path, small_day):
    class Stopped(Exception):
        pass

    def stop(done, total, name):
        raise Stopped

    with pytest.raises(Stopped):
        making.make(tmp_path, seed=1, voices=(LOW, HIGH), told=stop)
    (first,) = tmp_path.glob("recording*")
    made = first.stat().st_mtime_ns
    day = making.make(tmp_path, seed=1, voices=(LOW, HIGH))
    assert first.name == day.files[0].name
    assert first.stat().st_mtime_ns == made


def test_answers_lie_at_their_seconds(tmp_path, small_day):
    day = making.make(tmp_path, seed=1, voices=(LOW, HIGH))
    key, code = day.questions
    assert (key.answer.kind, key.answer.text) == ("said", "The key is under the mat.")
    assert (code.answer.kind, code.answer.text) == ("shown", "Code: 1234")
    sound = stretch(tmp_path / key.file)
    said = sound[int((key.answer.start_s + 0.1) * RATE) : int((key.answer.end_s - 0.1) * RATE)]
    before = sound[int((key.answer.start_s - 0.8) * RATE) : int((key.answer.start_s - 0.2) * RATE)]
    assert np.abs(said).mean() > 5 * np.abs(before).mean()
    film = tmp_path / code.file
    without = media_frames.frame_at(film, code.answer.start_s - 0.3, longest_side=320).image
    shown = media_frames.frame_at(film, code.answer.start_s + 0.3, longest_side=320).image
    differing = np.abs(shown.astype(int) - without).max(axis=2) > 60
    assert differing[int(0.85 * len(differing)) :].any()
    assert not differing[: int(0.6 * len(differing))].any()


@pytest.mark.parametrize("form", [*SOUNDS, *TELEPHONE], ids=lambda form: f"{form.audio}-{form.rate}")
def test_every_format_of_sound_keeps_its_seconds(tmp_path, form):
    samples = np.zeros(2 * RATE, np.float32)
    clock = np.arange(RATE // 2) / RATE
    samples[RATE : RATE + RATE // 2] = 0.5 * np.sin(2 * np.pi * 700 * clock)
    target = tmp_path / f"beep{form.suffix}"
    write(target, form, samples)
    heard = stretch(target)
    loud = np.flatnonzero(np.abs(heard) > 0.1)
    assert loud[0] / RATE == pytest.approx(1.0, abs=0.06)
    assert loud[-1] / RATE == pytest.approx(1.5, abs=0.06)


@pytest.mark.parametrize("form", FILMS, ids=lambda form: f"{form.video}{form.suffix}")
def test_every_format_of_film_can_be_watched(tmp_path, form):
    form = replace(form, size=(320, 180))
    tape = record(FILM, {"A": LOW}, seed=(1,))
    target = tmp_path / f"film{form.suffix}"
    write(target, form, tape.samples, pictures=frames(FILM, tape, size=form.size))
    seen = list(media_frames.frames(target, longest_side=96))
    assert len(seen) == pytest.approx(tape.seconds * FRAMES_PER_S, abs=2)
    assert np.abs(stretch(target, tape.cue(1).start_s + 0.02, tape.cue(1).end_s - 0.02)).mean() > 0.02


def test_each_speaker_has_a_voice_of_their_own_and_all_voices_take_turns():
    cast = making._cast(TALK, 0, (LOW, HIGH), seed=1)
    assert {cast["A"], cast["B"]} == {LOW, HIGH}
    assert {making._cast(FILM, index, (LOW, HIGH), seed=1)["A"] for index in range(2)} == {LOW, HIGH}


def test_without_a_program_that_speaks_it_is_said_which_to_install(monkeypatch):
    monkeypatch.setattr(voices.shutil, "which", lambda _: None)
    with pytest.raises(MachineError, match="apt-get install flite"):
        voices.installed()


def test_resampling_keeps_pitch_and_length():
    tone = np.sin(2 * np.pi * 440 * np.arange(22_050) / 22_050)
    slower = resampled(tone, 22_050, RATE)
    assert len(slower) == RATE
    assert np.abs(np.fft.rfft(slower)).argmax() == 440
