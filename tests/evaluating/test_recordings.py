"""Questions on a made day: what counts as the right place, and a run with fakes."""

from __future__ import annotations

import json

import numpy as np
import pytest
from tests.evaluating.hums import HIGH, LOW

from clerestory.errors import UnreadableFile
from clerestory.evaluating import recordings
from clerestory.evaluating.contract import Options
from clerestory.evaluating.day.files import SOUNDS, write
from clerestory.evaluating.day.making import Day, Event, MadeFile, Question
from clerestory.evaluating.day.voices import RATE
from clerestory.evaluating.recordings import fill, holds, join_real, judge, overlaps, prepare, starts_near
from clerestory.reading.media.sound import stretch
from clerestory.types import (
    Answer,
    Citation,
    Hit,
    Occurrence,
    Query,
    SearchResult,
    Segment,
    Sentence,
    TimeSpan,
)

ANSWER = Event("said", "Under the third flower pot.", 20.0, 24.0)
QUESTION = Question("q1", "Where is the key?", "recording-03.mp3", ANSWER)


def hit(name, *, segment=(10.0, 50.0), focus=None):
    return Hit(
        Segment("s", "passage", "words", TimeSpan(*segment), 0),
        *(name, "", "audio/mpeg", 1.0, {}),
        (Occurrence(name, f"/day/{name}", 1, 1),),
        focus=None if focus is None else TimeSpan(*focus),
    )


def amounts(hits, cited=(), *, without=()):
    sentences = tuple(
        Sentence("words", (Citation(one, "words", one.focus or one.segment.locator),)) for one in cited
    )
    answer = Answer(QUESTION.text, bool(sentences), sentences, "quotes")
    lacking = Answer(QUESTION.text, bool(without), (), "quotes")
    case = judge(QUESTION, SearchResult(Query(QUESTION.text), tuple(hits)), answer, without=lacking)
    return {name: score.amount for name, score in case.scores.items()}


def test_the_focus_of_the_first_hit_has_to_begin_near_the_answer():
    right = amounts([hit("recording-03.mp3", focus=(21.5, 24.0))])
    assert right["file@1"] == right["place.within_2s"] == right["place.within_2s.said"] == 1.0
    late = amounts([hit("recording-03.mp3", focus=(22.5, 24.0))])
    assert (late["place.within_2s"], late["place.overlaps"], late["passage.holds"]) == (0.0, 1.0, 1.0)
    assert amounts([hit("recording-03.mp3")])["place.within_2s"] == 0.0  # begins with the passage


def test_the_right_second_of_another_file_is_wrong():
    found = amounts(
        [hit("recording-04.mp3", focus=(20.0, 24.0)), hit("recording-03.mp3", focus=(20.0, 24.0))]
    )
    assert (found["file@1"], found["file@3"], found["place.within_2s"]) == (0.0, 1.0, 0.0)


def test_the_first_citation_of_an_answer_counts_by_itself():
    right, wrong = hit("recording-03.mp3", focus=(20.0, 24.0)), hit("recording-04.mp3", focus=(20.0, 24.0))
    assert amounts([wrong], [right])["ask.within_2s"] == 1.0
    assert amounts([right], [wrong, right])["ask.within_2s"] == 0.0
    assert amounts([])["ask.found"] == 0.0


def test_an_answer_without_the_file_that_answers_is_no_refusal():
    assert amounts([])["ask.refused"] == 1.0
    assert amounts([], without=[hit("recording-04.mp3")])["ask.refused"] == 0.0


def test_bounds_of_near_overlapping_and_holding():
    assert starts_near(TimeSpan(18.0, 19.0), ANSWER)
    assert not starts_near(TimeSpan(17.9, 30.0), ANSWER)
    assert not starts_near(None, ANSWER)
    assert not overlaps(TimeSpan(24.0, 30.0), ANSWER)
    assert holds(TimeSpan(20.4, 30.0), ANSWER)
    assert not holds(TimeSpan(5.0, 20.0), ANSWER)


def test_clips_of_real_voices_are_joined_to_recordings(tmp_path, monkeypatch):
    monkeypatch.setattr(recordings, "REAL_S", 5.0)
    data = tmp_path / "data"
    data.mkdir()
    lines = []
    for number in range(5):
        clock = np.arange(2 * RATE) / RATE
        write(data / f"{number}.flac", SOUNDS[3], (0.3 * np.sin(2 * np.pi * 300 * clock)).astype(np.float32))
        lines.append(json.dumps({"audio": f"{number}.flac", "text": "hum"}))
    (data / "transcripts.jsonl").write_text("\n".join(lines))
    join_real(data, tmp_path / "voices", seed=0)
    lengths = [len(stretch(path)) / RATE for path in sorted((tmp_path / "voices").iterdir())]
    assert lengths == pytest.approx([6.0, 6.0, 3.0], abs=0.05)
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "voices").iterdir()}
    join_real(data, tmp_path / "voices", seed=0)
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "voices").iterdir()} == before


def test_a_file_that_was_not_taken_in_is_named(library, tmp_path):
    (tmp_path / "day").mkdir()
    lost = MadeFile("recording-09.mp3", "lost", "recording", 1.0, 20.0, ())
    with pytest.raises(UnreadableFile, match=r"recording-09\.mp3"):
        fill(library, Options(tmp_path, tmp_path), Day((lost,), ()))


def test_without_clips_of_voices_only_the_day_is_made(tmp_path, monkeypatch):
    asked = {}
    monkeypatch.setattr(recordings, "installed", lambda: (LOW, HIGH))
    monkeypatch.setattr(
        recordings, "make", lambda folder, **rest: asked.update(folder=folder, **rest) or Day((), ())
    )
    assert prepare(Options(tmp_path, tmp_path / "out", seed=5)) == Day((), ())
    assert (asked["folder"], asked["seed"]) == (tmp_path / "out" / "day", 5)
    assert not (tmp_path / "out" / "voices").exists()
