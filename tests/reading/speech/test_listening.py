from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest
from tests.reading.speech.ears import Word, ears, hiss, hum, recording, silence

from clerestory.errors import FileVanished
from clerestory.reading.source import Source
from clerestory.reading.speech.activity import Pack, Span
from clerestory.reading.speech.listening import listen, placed
from clerestory.settings import ReadingSettings
from clerestory.types import MediaRequest, TimeSpan

SETTINGS = ReadingSettings(listen_stretch_s=12)


def _listen(path: Path, start_s: float, end_s: float, **with_ears: object):
    request = MediaRequest("listen", TimeSpan(start_s, end_s), 1.0, "test")
    return listen(Source(path, "0" * 64, path.name), request, with_ears.get("ears") or ears(), SETTINGS)


def test_words_have_the_seconds_of_the_recording(tmp_path: Path) -> None:
    path = recording(tmp_path / "a.wav", silence(2), hum(200, 1.5), silence(3), hum(300, 2.0), silence(1))

    hearing = _listen(path, 0.0, 9.5)

    assert [[word.text for word in one.words] for one in hearing.utterances] == [
        ["good", "morning", "everybody."],
        ["the", "tide", "is", "high,"],
    ]
    first, second = hearing.utterances
    assert first.start_s == pytest.approx(2.0, abs=0.05)
    assert first.end_s == pytest.approx(3.5, abs=0.05)
    assert second.start_s == pytest.approx(6.5, abs=0.05)
    assert second.end_s == pytest.approx(8.5, abs=0.05)


def test_utterances_and_sounds_share_out_the_stretch(tmp_path: Path) -> None:
    path = recording(tmp_path / "a.wav", silence(2), hum(200, 1.5), hiss(3), hum(300, 2.0), silence(1))

    hearing = _listen(path, 0.0, 9.5)

    spans = sorted((one.start_s, one.end_s) for one in (*hearing.utterances, *hearing.sounds))
    assert spans[0][0] == 0.0
    assert spans[-1][1] == 9.5
    assert all(before[1] == pytest.approx(after[0], abs=1e-9) for before, after in itertools.pairwise(spans))
    assert [one.kind for one in hearing.sounds] == ["silence", "sound", "silence"]


def test_neighbours_find_the_same_cut_and_no_word_is_lost_or_doubled(tmp_path: Path) -> None:
    rests = np.random.default_rng(1).uniform(0.3, 0.9, 20)
    parts = [part for rest in rests for part in (hum(200, 1.2), silence(rest))]
    path = recording(tmp_path / "a.wav", *parts)
    total = sum(len(part) for part in parts) / 16_000

    stretches = [_listen(path, 0.0, 12.0), _listen(path, 12.0, 24.0), _listen(path, 24.0, total)]

    assert stretches[0].end_s == stretches[1].start_s
    assert stretches[1].end_s == stretches[2].start_s
    assert stretches[0].end_s != 12.0
    words = [word.text for one in stretches for utterance in one.utterances for word in utterance.words]
    assert words == ["good", "morning", "everybody."] * 20


def test_speech_of_a_language_that_is_not_covered_gives_no_words(tmp_path: Path) -> None:
    path = recording(tmp_path / "a.wav", silence(1), hum(500, 3), silence(1))

    hearing = _listen(path, 0.0, 5.0)

    assert not hearing.utterances
    assert [one.kind for one in hearing.sounds] == ["silence", "speech-not-covered", "silence"]


def test_a_word_is_not_invented_from_a_click(tmp_path: Path) -> None:
    path = recording(tmp_path / "a.wav", hiss(3), hum(400, 0.14), hiss(3))

    hearing = _listen(path, 0.0, 6.14)

    assert not hearing.utterances
    assert {one.kind for one in hearing.sounds} == {"sound"}


def test_the_recogniser_is_never_given_more_than_it_takes(tmp_path: Path) -> None:
    path = recording(tmp_path / "a.wav", hum(200, 40), silence(0.5), hum(300, 40))
    own = ears()

    _listen(path, 0.0, 80.5, ears=own)

    assert max(own.recogniser.lengths_s) <= own.recogniser.longest_s


def test_levels_are_kept_for_pictures(tmp_path: Path) -> None:
    path = recording(tmp_path / "a.wav", silence(1), hum(200, 1))

    levels = _listen(path, 0.0, 2.0).levels

    assert len(levels.loudness_db) == len(levels.peaks) == 20
    assert levels.loudness_db[0] == -100
    assert levels.loudness_db[15] == pytest.approx(-9, abs=1)
    assert levels.peaks[15] == pytest.approx(127, abs=2)


def test_a_damaged_recording_says_so_and_a_vanished_one_is_raised(tmp_path: Path) -> None:
    broken = tmp_path / "broken.wav"
    broken.write_bytes(b"RIFF\x00\x00\x00\x00WAVEfmt ")

    assert _listen(broken, 0.0, 5.0).error
    with pytest.raises(FileVanished):
        _listen(tmp_path / "gone.wav", 0.0, 5.0)


def test_a_word_ends_where_the_speech_ends() -> None:
    pack = Pack(10.0, 14.0, (Span(10.3, 11.0, 1.0, 0.9), Span(12.0, 13.7, 1.0, 0.9)))
    words = [
        Word("one", 0.3, 1.9, 0.9),  # the pause is given to it
        Word("two", 1.9, 2.4, 0.9),  # begins within the pause
        Word("three", 2.4, 4.0, 0.9),
    ]

    found = [(word.text, word.start_s, word.end_s) for word in placed(words, pack)]

    assert found == [("one", 10.3, 11.0), ("two", 12.0, 12.4), ("three", 12.4, 13.7)]
