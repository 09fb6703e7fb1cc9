"""Clips with transcripts: who is native, what is joined, which seconds count, and a whole run."""

import json

import numpy as np
import pytest

from clerestory.errors import UnreadableFile
from clerestory.evaluating import speech
from clerestory.evaluating.bootstrap import Score
from clerestory.evaluating.contract import Options
from clerestory.evaluating.speech import Clip, Joined, cut_to_sound, is_native, join, read_clips, score_times
from clerestory.models.speech import RATE, Heard, Word
from clerestory.reading.speech.hearing import SpokenWord, Utterance


@pytest.mark.parametrize(
    ("row", "native"),
    [
        ({"accent": "non-native (first language Mandarin)", "source": "speechocean762"}, False),
        ({"accent": "Non native", "source": "elsewhere"}, False),
        ({"source": "speechocean762"}, False),
        ({"accent": "native US", "source": "LJSpeech"}, True),
        ({"accent": None, "source": "LibriSpeech"}, True),
        ({}, True),
    ],
)
def test_who_grew_up_with_english(row, native):
    assert is_native(row) is native


def test_a_folder_of_another_shape_is_refused(tmp_path):
    with pytest.raises(UnreadableFile, match="transcripts"):
        read_clips(tmp_path)
    (tmp_path / "transcripts.jsonl").write_text('{"audio": "a.opus"}\n')
    with pytest.raises(UnreadableFile, match="line 1"):
        read_clips(tmp_path)
    (tmp_path / "transcripts.jsonl").write_text("\n")
    with pytest.raises(UnreadableFile, match="no clips"):
        read_clips(tmp_path)


def burst(seconds, *, seed=0):
    return np.random.default_rng(seed).normal(0, 0.2, round(seconds * RATE)).astype(np.float32)


def test_a_clip_is_cut_to_its_sound():
    quiet = np.random.default_rng(9).normal(0, 1e-3, RATE).astype(np.float32)
    cut = cut_to_sound(np.concatenate([quiet, burst(0.5), quiet]))
    assert abs(len(cut) / RATE - 0.5) <= 0.03
    assert len(cut_to_sound(np.zeros(RATE, np.float32))) == RATE
    assert len(cut_to_sound(np.zeros(10, np.float32))) == 10


@pytest.fixture
def data(tmp_path, monkeypatch):
    """Thirty clips of two kinds of speakers; each says its number by its length."""
    folder = tmp_path / "data"
    folder.mkdir()
    sounds = {}
    rows = []
    for number in range(30):
        name = f"{number}.wav"
        sounds[folder / name] = burst(1.0 + number / 10, seed=number)
        accent = "native US" if number % 3 else "non-native"
        rows.append({"audio": name, "text": f"clip says {number}", "accent": accent})
    (folder / "transcripts.jsonl").write_text("\n".join(json.dumps(row) for row in rows))
    monkeypatch.setattr(speech, "samples_of", sounds.__getitem__)
    return folder


def test_joined_clips_lie_where_their_spans_say(data):
    recordings = join(read_clips(data), seed=3)
    assert sum(len(recording.clips) for recording in recordings) == 30
    for recording in recordings:
        assert len({clip.group for clip in recording.clips}) == 1
        before = 0.0
        for start_s, end_s in recording.spans:
            assert 0.4 <= start_s - before <= 1.5 + 1e-3
            inside = recording.samples[round(start_s * RATE) : round(end_s * RATE)]
            gap = recording.samples[round(before * RATE) : round(start_s * RATE)]
            assert np.abs(inside).max() == pytest.approx(0.5, abs=1e-3) and np.abs(gap).max() < 0.01
            before = end_s
    again = join(read_clips(data), seed=3)
    assert all((a.samples == b.samples).all() for a, b in zip(recordings, again, strict=True))


def test_seconds_are_scored_where_the_edge_words_were_recognised(tmp_path):
    clips = (Clip(tmp_path, "one two three", True), Clip(tmp_path, "four five six", True))
    recording = Joined("x", "native", clips, ((1.0, 2.0), (3.0, 4.0)), np.zeros(0, np.float32))
    first = (
        SpokenWord("One", 1.1, 1.3, 1),
        SpokenWord("two", 1.3, 1.6, 1),
        SpokenWord("three.", 1.6, 2.2, 1),
    )
    second = (SpokenWord("For", 3.0, 3.3, 1), SpokenWord("five", 3.3, 3.5, 1), SpokenWord("six", 3.5, 4.4, 1))
    scores = score_times(recording, [Utterance(first, 1.1, 2.2), Utterance(second, 3.0, 4.4)])
    assert scores["word_start.within_0.25s"] == Score(1, 1)  # "four" was not recognised
    assert scores["segment_end.within_0.3s"] == Score(1, 2)
    assert scores["segment_end.within_0.3s.native"] == Score(1, 2)


class Listener:
    """Hears three words in every sound: two that are right, and its length."""

    name, version, languages, longest_s = "listener", "1", frozenset({"en"}), 30.0

    def transcribe(self, samples):
        length_s = len(samples) / RATE
        return Heard(
            (Word("clip", 0.0, length_s / 2, 1.0), Word("says", length_s / 2, length_s, 1.0)), "en", -0.1, 1.0
        )


class Loudness:
    """Takes loud frames for speech."""

    name, version, frame_s = "loudness", "1", 0.032

    def probabilities(self, samples):
        count = -(-len(samples) // 512)
        whole = np.zeros(count * 512, np.float32)
        whole[: len(samples)] = samples
        return (np.abs(whole.reshape(count, 512)).max(axis=1) > 0.02).astype(np.float32)


def test_a_run_reports_both_kinds_and_times(data, tmp_path, monkeypatch):
    monkeypatch.setattr(speech, "load_speech_recogniser", lambda *_, **__: Listener())
    monkeypatch.setattr(speech, "load_voice_activity", lambda *_, **__: Loudness())
    summary = speech.run(Options(data=data, out=tmp_path / "out"))
    figures = summary.figures
    assert figures["wer.native"].n == 20 and figures["wer.non_native"].n == 10
    assert 0.3 < figures["wer.native"].value < 0.6  # the number in one or two words is missing
    assert figures["listened.wer.native"].value == pytest.approx(figures["wer.native"].value)
    assert {"word_start.within_0.25s", "segment_end.within_0.3s", "real_time"} <= set(figures)
    assert summary.settings["speech"] == "listener 1"


def test_a_clip_that_is_too_long_is_heard_in_parts():
    sounds = [burst(20.0), np.zeros(RATE // 2, np.float32), burst(21.0)]
    words = speech._transcribed(np.concatenate(sounds), speech.Ears(Listener(), Loudness()))
    assert [word.text for word in words] == ["clip", "says"] * 2
    assert words[1].end_s == pytest.approx(20.25, abs=0.3)
