from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from tests.reading.speech.ears import hum, recording, silence

from clerestory.errors import InputError
from clerestory.reading.media.facts import MediaFacts
from clerestory.reading.media.requests import planned, request_from_json, request_to_json
from clerestory.reading.reader import read
from clerestory.reading.source import Source
from clerestory.settings import ReadingSettings
from clerestory.types import TimeSpan


def _source(path: Path) -> Source:
    return Source(path, "c" * 64, path.name)


def test_a_recording_asks_to_be_heard_and_covers_every_second_already(tmp_path: Path) -> None:
    path = recording(tmp_path / "voice memo.wav", silence(20), hum(200, 5.5))

    reading = read(_source(path), ReadingSettings(listen_stretch_s=10))

    assert reading.title == "voice memo"
    assert reading.media_type == "audio/wav"
    assert reading.metadata["duration_s"] == "25.500"
    assert [one.locator for one in reading.media_requests] == [
        TimeSpan(0.0, 8.5),
        TimeSpan(8.5, 17.0),
        TimeSpan(17.0, 25.5),
    ]
    assert [(line.code, line.locator) for line in reading.ledger] == [
        ("not-heard-yet", one.locator) for one in reading.media_requests
    ]
    facts = next(item for item in reading.objects if item.role == "facts")
    assert MediaFacts.from_json(facts.content).duration_s == 25.5


def test_listening_can_be_switched_off(tmp_path: Path) -> None:
    reading = read(_source(recording(tmp_path / "a.wav", silence(3))), ReadingSettings(listen=False))

    assert not reading.media_requests
    assert [(line.code, line.locator) for line in reading.ledger] == [("not-heard", TimeSpan(0.0, 3.0))]


def test_subtitles_beside_it_are_found_before_it_is_heard(tmp_path: Path) -> None:
    path = recording(tmp_path / "talk.wav", silence(8))
    path.with_suffix(".srt").write_text(
        "1\n00:00:01,000 --> 00:00:03,000\nThe tide is high.\n", encoding="utf-8"
    )

    reading = read(_source(path), ReadingSettings())

    assert [(one.text, one.locator) for one in reading.segments] == [
        ("The tide is high.", TimeSpan(1.0, 3.0))
    ]
    assert [line.locator for line in reading.ledger] == [TimeSpan(0.0, 1.0), TimeSpan(3.0, 8.0)]


@pytest.mark.parametrize("content", [b"RIFF\x24\x00\x00\x00WAVEfmt ", b"ID3\x04\x00\x00\x00\x00\x00\x00"])
def test_what_holds_no_sound_is_a_typed_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(content)

    with pytest.raises(InputError):
        read(_source(path), ReadingSettings())


@pytest.mark.parametrize("duration_s", [0.02, 299.0, 331.0, 7_200.3, 43_200.0])
def test_a_plan_shares_out_the_duration(duration_s: float) -> None:
    plan = planned("listen", duration_s, 300, reason="")

    spans = [one.locator for one in plan]
    assert spans[0].start_s == 0.0
    assert spans[-1].end_s == duration_s
    assert all(before.end_s == after.start_s for before, after in itertools.pairwise(spans))
    assert all(span.end_s - span.start_s <= 331.0 for span in spans)
    assert [request_from_json(request_to_json(one)) for one in plan] == plan
    assert planned("listen", 0.0, 300, reason="") == []
