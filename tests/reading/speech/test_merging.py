from __future__ import annotations

import io
import itertools

import numpy as np
import pytest
from PIL import Image
from tests.reading.speech.ears import ears, hiss, hum, recording, silence

from clerestory.models.sound_features import COUNT
from clerestory.reading.media.merging import failed, merge_media
from clerestory.reading.reader import read
from clerestory.reading.source import Source
from clerestory.reading.speech.hearing import Hearing
from clerestory.reading.speech.listening import listen
from clerestory.reading.speech.merging import fitting
from clerestory.reading.speech.sounding import features_of
from clerestory.settings import ReadingSettings
from clerestory.types import MediaRequest, Reading, TimeSpan

SETTINGS = ReadingSettings(listen_stretch_s=10)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Source:
    path = tmp_path_factory.mktemp("sound") / "harbour talk.wav"
    parts = [silence(2), hum(200, 1.5), silence(1), hum(300, 2.0), hiss(6)] * 3
    return Source(recording(path, *parts), "b" * 64, path.name)


@pytest.fixture(scope="module")
def first(source: Source) -> Reading:
    return read(source, SETTINGS)


@pytest.fixture(scope="module")
def results(source: Source, first: Reading) -> list[str]:
    return [listen(source, one, ears(), SETTINGS).to_json() for one in first.media_requests]


def _merged(first: Reading, results: list[str]) -> Reading:
    kept = {item.digest: item.content for item in first.objects}
    return merge_media(first, results, SETTINGS, object_bytes=kept.__getitem__)


def _spans(reading: Reading) -> list[tuple[float, float]]:
    spans = [(one.locator.start_s, one.locator.end_s) for one in reading.segments]
    spans += [(one.locator.start_s, one.locator.end_s) for one in reading.ledger if one.kind == "time"]
    return sorted(spans)


def test_what_was_said_becomes_passages_with_their_seconds(first: Reading, results: list[str]) -> None:
    reading = _merged(first, results)

    passages = [one for one in reading.segments if one.kind == "passage"]
    assert [(one.text, one.attributes["speaker"]) for one in passages] == [
        ("good morning everybody.", "A"),
        ("the tide is high,", "B"),
    ] * 3
    assert reading.segments[0].locator.start_s == pytest.approx(2.0, abs=0.1)
    assert reading.segments[0].locator.end_s == pytest.approx(3.5, abs=0.1)
    assert reading.segments[0].context == ("harbour talk",)
    assert not reading.media_requests
    assert {line.code for line in reading.ledger} == {"silence"}


def test_the_order_of_results_and_of_merges_does_not_matter(first: Reading, results: list[str]) -> None:
    whole = _merged(first, results)

    for order in (results[::-1], [*results[2:], *results[:2]]):
        assert _merged(first, list(order)) == whole
    half = _merged(first, results[:2])
    assert len(half.media_requests) == len(first.media_requests) - 2
    assert _merged(half, results) == whole


def test_every_second_is_covered_at_each_step(first: Reading, results: list[str]) -> None:
    for count in range(len(results) + 1):
        spans = _spans(_merged(first, results[:count]))

        assert spans[0][0] == 0.0
        assert spans[-1][1] == 37.5
        assert all(before[1] == after[0] for before, after in itertools.pairwise(spans))


def test_a_stretch_that_failed_is_told_and_not_asked_for_again(first: Reading, results: list[str]) -> None:
    bad = failed(first.media_requests[1], "a worker died")

    reading = _merged(first, [results[0], bad, *results[2:]])

    assert not reading.media_requests
    told = [line for line in reading.ledger if line.code == "not-heard"]
    assert told and all("a worker died" in line.reason for line in told)


def test_the_whole_is_drawn_as_waveform_and_spectrogram(first: Reading, results: list[str]) -> None:
    reading = _merged(first, results)

    pictures = {item.role: item for item in reading.objects}
    assert set(pictures) == {"facts", "waveform", "spectrogram", "sounds"}
    with Image.open(io.BytesIO(pictures["waveform"].content)) as image:
        assert image.width >= 400
    again = _merged(reading, results)
    roles = [item.role for item in again.objects]
    assert roles.count("waveform") == roles.count("sounds") == 1


def test_sounds_that_last_are_segments_with_features(first: Reading, results: list[str]) -> None:
    reading = _merged(first, results)

    sounds = [one for one in reading.segments if one.kind == "sound"]
    kept = next(item for item in reading.objects if item.role == "sounds")
    known = features_of(kept.content)
    assert {(one.attributes["sound"], one.text, one.caption, one.context) for one in sounds} == {
        ("sound", "", "", ())
    }
    seconds = sum(one.locator.end_s - one.locator.start_s for one in sounds)
    assert seconds == pytest.approx(18.0, abs=0.5)
    assert [(one.locator.start_s, one.locator.end_s) for one in sounds] == sorted(known)
    assert all(features.shape == (COUNT,) for features in known.values())


def test_results_of_an_earlier_plan_give_way_to_the_present_one(first: Reading) -> None:
    old = Hearing(MediaRequest("listen", TimeSpan(0.0, 30.0), 1.0, ""), 0.0, 30.0)
    new = [Hearing(one, one.locator.start_s, one.locator.end_s) for one in first.media_requests]

    assert fitting([old], first.media_requests) == []
    assert fitting([old, *new[:2]], first.media_requests[2:]) == new[:2]
    assert fitting([old, *new], ()) == new


def test_pictures_of_a_long_recording_show_each_stretch_where_it_lies() -> None:
    from clerestory.reading.speech.merging import _lay

    picture = np.zeros((10, 1), np.uint8)
    _lay(picture, np.full((100, 1), 9, np.uint8), 50.0, 0.1, 100.0)

    assert picture[:, 0].tolist() == [0, 0, 0, 0, 0, 9, 0, 0, 0, 0]
