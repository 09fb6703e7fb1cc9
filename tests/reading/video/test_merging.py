"""Every second of a video is told exactly once, whatever was heard and watched of it so far."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from clerestory.reading.media.facts import Chapter, Cue, MediaFacts, PictureTrack, SoundTrack, SubtitleTrack
from clerestory.reading.media.merging import merge_media
from clerestory.reading.objects import derived
from clerestory.reading.speech.hearing import Hearing, Sound, SpokenWord, Utterance
from clerestory.reading.video.merging import merge_video, viewing_plan
from clerestory.reading.video.watching import KeyFrame, Strip, Watching, Written, hard_cut
from clerestory.settings import ReadingSettings
from clerestory.types import Box, MediaRequest, Reading, TimeSpan

SETTINGS = ReadingSettings(listen_stretch_s=40, watch_stretch_s=20, segment_words=12)


def facts(duration_s: float = 100.0, **changes: object) -> MediaFacts:
    made = MediaFacts(
        "matroska",
        duration_s,
        sounds=(SoundTrack(0, "opus", 1, "mono", 48_000, 0.0, duration_s),),
        pictures=(PictureTrack(0, "vp9", 1280, 720, 25.0, 0.0, duration_s),),
    )
    return dataclasses.replace(made, **changes)  # type: ignore[arg-type]


def unseen(known: MediaFacts, settings: ReadingSettings = SETTINGS) -> Reading:
    item = derived(known.to_json().encode(), "application/json", "facts")
    reading = Reading("a" * 64, "video/webm", "video", "1", "s", title="A film", objects=(item,))
    return merged(reading, (), settings)


def merged(reading: Reading, results: Sequence[str], settings: ReadingSettings = SETTINGS) -> Reading:
    return merge_media(reading, results, settings, object_bytes=lambda _: b"")


def heard(request: MediaRequest, words: str = "", at_s: float = 0.0, step_s: float = 0.5) -> str:
    span = request.locator
    spoken = tuple(
        SpokenWord(word, at_s + number * step_s, at_s + number * step_s + 0.4, 0.9)
        for number, word in enumerate(words.split())
    )
    utterances = (Utterance(spoken, spoken[0].start_s, spoken[-1].end_s, "en"),) if spoken else ()
    sounds = () if spoken else (Sound(span.start_s, span.end_s, "music", -20.0),)
    return Hearing(request, span.start_s, span.end_s, utterances, sounds).to_json()


def seen(request: MediaRequest, cuts: Sequence[float] = (), written: Sequence[Written] = ()) -> str:
    span = request.locator
    key = KeyFrame(span.start_s + 1, f"{span.start_s:064.0f}", 10.0, "0f" * 8, 1280, 720)
    strip = Strip(span.start_s, span.end_s, "e" * 64)
    return Watching(
        request,
        span.start_s,
        span.end_s,
        cuts=tuple(hard_cut(time_s) for time_s in cuts if span.start_s <= time_s < span.end_s),
        keyframes=(key,),
        written=tuple(written),
        strips=(strip,),
    ).to_json()


def covered(reading: Reading) -> list[tuple[float, float]]:
    places = [segment.locator for segment in reading.segments]
    places += [line.locator for line in reading.ledger if line.kind == "time"]
    return sorted((place.start_s, place.end_s) for place in places if isinstance(place, TimeSpan))


words = st.lists(st.sampled_from(["float", "tide", "gauge.", "Now", "inlet", "done."]), max_size=80).map(
    " ".join
)


@settings(deadline=None)  # the first example loads the model that tells languages
@given(
    st.floats(min_value=0.5, max_value=400),
    st.sets(st.integers(0, 40)),
    st.sets(st.integers(0, 40)),
    st.lists(st.floats(min_value=0.1, max_value=399), max_size=8),
    words,
    st.booleans(),
)
def test_every_second_is_told_once(
    duration_s: float, done: set[int], failing: set[int], cuts: list[float], text: str, subtitled: bool
) -> None:
    track = SubtitleTrack("en", "", "inside", (Cue(0.2, 1.0, "Good morning."), Cue(3.0, 900.0, "Late.")))
    known = facts(duration_s, subtitles=(track,) if subtitled else ())
    reading = unseen(known)
    results = []
    for number, request in enumerate(viewing_plan(known, SETTINGS)):
        if number in failing:
            kind = Hearing if request.kind == "listen" else Watching
            results.append(kind.failed(request, "damaged").to_json())
        elif number in done and request.kind == "listen":
            results.append(heard(request, text, request.locator.start_s))
        elif number in done:
            results.append(seen(request, cuts))
    after = merged(reading, results)
    spans = covered(after)
    assert spans[0][0] == 0.0
    assert spans[-1][1] == duration_s
    assert all(first[1] == second[0] for first, second in itertools.pairwise(spans))
    assert len({segment.id for segment in after.segments}) == len(after.segments)
    for segment in after.segments:
        assert all(segment.text[line.start : line.end].strip() for line in segment.lines)
    # Results come in any order, some of them again.
    assert merged(merged(reading, results[:2]), results[::-1]) == after


def test_before_anything_is_known_the_ledger_says_so_and_asks() -> None:
    reading = unseen(facts())
    assert not reading.segments
    assert {line.code for line in reading.ledger} == {"not-watched-yet"}
    assert [request.kind for request in reading.media_requests].count("watch") == 5


def test_a_scene_joins_what_was_said_shown_and_written() -> None:
    known = facts(40.0, chapters=(Chapter("The float", 0.0, 40.0),))
    reading = unseen(known)
    listen, *watches = viewing_plan(known, SETTINGS)
    caption = Written("3 Weigh the float", Box(0.1, 0.8, 0.5, 0.9), 12.0, 18.0, 0.98)
    results = [heard(listen, "Lift the float out and weigh it. It is too heavy.", 11.0)]
    results += [
        seen(watch, [10.0, 25.0], [caption] if watch.locator.start_s == 0 else []) for watch in watches
    ]
    after = merged(reading, results)
    first, second, third = after.segments
    assert (second.locator, first.text, third.text) == (TimeSpan(10.0, 25.0), "", "")
    assert second.text == "Lift the float out and weigh it. It is too heavy.\n\n3 Weigh the float"
    assert second.context == ("A film", "The float")
    assert second.language == "en"
    assert second.lines[-1].locator == TimeSpan(12.0, 18.0, caption.box)
    assert second.lines[1].locator == TimeSpan(11.5, 11.9)
    roles = {item.digest: item.role for item in after.objects}
    assert [roles[digest] for digest in second.objects][-1] == "strip"
    assert not after.media_requests


def test_a_sentence_over_a_cut_stays_whole() -> None:
    known = facts(20.0)
    listen, watch = viewing_plan(known, SETTINGS)
    spoken = heard(listen, "This sentence goes on over the cut for a while.", 9.0)
    after = merged(unseen(known), [spoken, seen(watch, [10.0])])
    assert [segment.text for segment in after.segments] == [
        "",
        "This sentence goes on over the cut for a while.",
    ]


def test_long_talk_is_parted_between_sentences() -> None:
    known = facts(30.0)
    listen, *watches = viewing_plan(known, SETTINGS)
    spoken = heard(listen, " ".join(["One two three four five six seven."] * 6), 0.5, step_s=0.6)
    after = merged(unseen(known), [spoken, *(seen(watch) for watch in watches)])
    assert len(after.segments) == 3
    assert all(segment.text.endswith("seven.") for segment in after.segments)
    assert [segment.attributes["part"] for segment in after.segments] == ["1 of 3", "2 of 3", "3 of 3"]
    assert {segment.attributes["scene"] for segment in after.segments} == {"1"}


def test_subtitles_are_what_was_said_and_other_words_are_kept() -> None:
    track = SubtitleTrack("en", "", "film.vtt", (Cue(1.0, 4.0, "Mind the red coat."),))
    known = facts(10.0, subtitles=(track,))
    reading = unseen(known)
    assert [segment.text for segment in reading.segments] == ["Mind the red coat."]
    listen, watch = viewing_plan(known, SETTINGS)
    same = merged(reading, [heard(listen, "Mind the red goat.", 1.0), seen(watch)])
    assert [segment.text for segment in same.segments] == ["Mind the red coat."]
    other = merged(reading, [heard(listen, "Nobody is here today.", 1.0), seen(watch)])
    assert [segment.text for segment in other.segments] == ["Mind the red coat.\n\nNobody is here today."]
    assert other.segments[0].origin == "native"


def test_a_line_over_the_border_of_two_stretches_is_one() -> None:
    known = facts(40.0)
    listen, *watches = viewing_plan(known, SETTINGS)
    box = Box(0.1, 0.8, 0.5, 0.9)
    parts = [Written("Stilling well", box, 15.0, 20.0, 0.9), Written("Stilling wel1", box, 20.0, 24.0, 0.8)]
    results = [heard(listen), *(seen(w, [], [part]) for w, part in zip(watches, parts, strict=True))]
    (scene,) = merged(unseen(known), results).segments
    assert scene.text == "Stilling well"
    assert scene.lines[0].locator == TimeSpan(15.0, 24.0, box)
    assert scene.attributes["sound"] == "music"


def test_a_mark_that_stands_through_many_scenes_is_told_once() -> None:
    known = facts(20.0)
    _, watch = viewing_plan(known, SETTINGS)
    logo = Written("Harbour TV", Box(0.8, 0.02, 0.98, 0.08), 0.0, 20.0, 0.99)
    after = merged(unseen(known), [seen(watch, [3.0, 6.0, 9.0, 12.0, 15.0], [logo])])
    assert [segment.text for segment in after.segments] == ["Harbour TV", "", "", "", "", ""]


def test_what_failed_is_said_with_its_reason() -> None:
    known = facts(20.0)
    listen, watch = viewing_plan(known, SETTINGS)
    broken = Watching.failed(watch, "the decoder gave up").to_json()
    after = merged(unseen(known), [broken])
    (line,) = [line for line in after.ledger if line.kind == "time"]
    assert (line.code, line.locator) == ("not-heard-yet", listen.locator)
    after = merged(unseen(known), [broken, Hearing.failed(listen, "no sound").to_json()])
    (line,) = [line for line in after.ledger if line.kind == "time"]
    assert "the decoder gave up" in line.reason or "no sound" in line.reason
    assert line.severity == "warning"


def test_results_of_another_plan_are_left_out() -> None:
    known = facts(20.0)
    request = MediaRequest("watch", TimeSpan(0.0, 7.0), 1.0, "")
    reading = unseen(known)
    stray = Watching.from_json(seen(request, [3.0]))
    assert merge_video(reading, (), (stray,), SETTINGS, object_bytes=lambda _: b"") == reading


def test_switched_off_is_said() -> None:
    settings = dataclasses.replace(SETTINGS, listen=False, watch=False)
    reading = unseen(facts(20.0), settings)
    assert not reading.media_requests
    (line,) = reading.ledger
    assert (line.kind, line.locator) == ("time", TimeSpan(0.0, 20.0))
    assert "switched off" in line.reason
