from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from clerestory.reading.media.facts import Chapter, Cue, MediaFacts, SoundTrack, SubtitleTrack
from clerestory.reading.media.requests import planned
from clerestory.reading.speech.hearing import Hearing, Sound, SpokenWord, Utterance
from clerestory.reading.speech.passages import joined_words, passages
from clerestory.settings import ReadingSettings
from clerestory.types import MediaRequest, TimeSpan

SETTINGS = ReadingSettings(segment_words=8, listen_stretch_s=60)
TRACK = SoundTrack(0, "opus", 1, "mono", 48_000, 0.0, 60.0)


def _facts(duration_s: float, **more) -> MediaFacts:
    return MediaFacts("wav", duration_s, sounds=(TRACK,), **more)


def _utterance(text: str, start_s: float, *, pace_s: float = 0.5, voice: tuple[float, ...] = ()) -> Utterance:
    words = tuple(
        SpokenWord(word, start_s + n * pace_s, start_s + (n + 1) * pace_s, 0.9)
        for n, word in enumerate(text.split())
    )
    return Utterance(words, start_s, words[-1].end_s, "en", -0.1, 0.9, voice)


def _hearing(start_s: float, end_s: float, *utterances: Utterance, sounds: tuple[Sound, ...] = ()) -> Hearing:
    request = MediaRequest("listen", TimeSpan(start_s, end_s), 1.0, "test")
    return Hearing(request, start_s, end_s, utterances, sounds)


def _passages(hearings, waiting=(), *, facts: MediaFacts, with_settings: ReadingSettings = SETTINGS):
    return passages(hearings, waiting, facts=facts, asset="a" * 64, title="Talk", settings=with_settings)


def _covered_once(segments, ledger, duration_s: float) -> None:
    spans = [(one.locator.start_s, one.locator.end_s) for one in segments]
    spans += [(line.locator.start_s, line.locator.end_s) for line in ledger if line.kind == "time"]
    spans.sort()
    assert all(start < end for start, end in spans)
    edges = [0.0] + [end for _, end in spans]
    assert edges == [start for start, _ in spans] + [duration_s]


def test_a_passage_ends_at_a_sentence_and_each_word_has_its_line() -> None:
    text = "One two three four. Five six seven eight nine ten. Eleven twelve."
    segments, ledger = _passages([_hearing(0.0, 20.0, _utterance(text, 2.0))], facts=_facts(20.0))

    assert [one.text for one in segments] == [
        "One two three four. Five six seven eight nine ten.",
        "Eleven twelve.",
    ]
    first = segments[0]
    assert first.locator == TimeSpan(2.0, 7.0)
    assert first.context == ("Talk",)
    assert first.language == "en"
    assert first.origin == "speech"
    assert [first.text[line.start : line.end] for line in first.lines] == first.text.split()
    assert first.lines[1].locator == TimeSpan(2.5, 3.0)
    _covered_once(segments, ledger, 20.0)


def test_a_pause_of_two_seconds_and_a_chapter_end_a_passage() -> None:
    chapters = (Chapter("Weather", 0.0, 12.0), Chapter("Tides", 12.0, 30.0))
    heard = _hearing(0.0, 30.0, _utterance("rain all day", 1.0), _utterance("and wind", 5.0))
    after = _hearing(0.0, 30.0, *heard.utterances, _utterance("a b c d", 11.0))

    segments, ledger = _passages([after], facts=_facts(30.0, chapters=chapters))

    assert [one.text for one in segments] == ["rain all day", "and wind", "a b", "c d"]
    assert [one.context[-1] for one in segments] == ["Weather", "Weather", "Weather", "Tides"]
    _covered_once(segments, ledger, 30.0)


def test_a_sentence_that_never_ends_is_parted_at_its_longest_pause() -> None:
    first, second = "a b c d e f g", "h i j k l m n"
    heard = _hearing(0.0, 30.0, _utterance(first, 1.0), _utterance(second, 5.4))

    segments, _ = _passages([heard], facts=_facts(30.0))

    assert [one.text for one in segments] == [first, second]


def test_speakers_who_lie_apart_get_letters_and_passages_of_their_own() -> None:
    low, high = (0.0,) * 40, (30.0,) * 40
    turns = [
        _utterance("one two three four five six seven eight", 10.0 * n, voice=low if n % 2 else high)
        for n in range(4)
    ]
    close = [
        Utterance(
            tuple(SpokenWord(w.text, w.start_s - 5.5 * n, w.end_s - 5.5 * n, 0.9) for w in one.words),
            one.start_s - 5.5 * n,
            one.end_s - 5.5 * n,
            voice=one.voice,
        )
        for n, one in enumerate(turns)
    ]  # half a second between the turns

    segments, _ = _passages([_hearing(0.0, 40.0, *close)], facts=_facts(40.0))

    assert [one.attributes["speaker"] for one in segments] == ["A", "B", "A", "B"]


def test_stretches_that_wait_or_failed_are_said_so() -> None:
    plan = planned("listen", 180.0, 60, reason="not heard yet")
    heard = _hearing(0.0, 58.5, _utterance("good morning", 3.0))
    failed = Hearing.failed(plan[1], "the track is damaged")

    segments, ledger = _passages([heard, failed], plan[2:], facts=_facts(180.0))

    told = [(line.code, line.locator.start_s, line.locator.end_s) for line in ledger]
    assert told[-2:] == [("not-heard", 58.5, 120.0), ("not-heard-yet", 120.0, 180.0)]
    assert "the track is damaged" in ledger[-2].reason
    _covered_once(segments, ledger, 180.0)


def test_a_recording_that_is_never_listened_to_says_why() -> None:
    off = ReadingSettings(listen=False)

    segments, ledger = _passages([], facts=_facts(9.0), with_settings=off)

    assert not segments
    assert [(line.code, line.locator) for line in ledger] == [("not-heard", TimeSpan(0.0, 9.0))]
    assert "reading.listen" in ledger[0].reason


def test_twelve_hours_of_silence_are_one_line() -> None:
    plan = planned("listen", 43_200.0, 300, reason="not heard yet")
    hearings = [
        _hearing(
            one.locator.start_s,
            one.locator.end_s,
            sounds=(Sound(one.locator.start_s, one.locator.end_s, "silence", -90.0),),
        )
        for one in plan
    ]

    segments, ledger = _passages(hearings, facts=_facts(43_200.0))

    assert not segments
    assert [(line.code, line.locator) for line in ledger] == [("silence", TimeSpan(0.0, 43_200.0))]


def test_music_without_words_stands_for_the_recording_under_its_title() -> None:
    sounds = (
        Sound(0.0, 2.0, "silence", -80.0),
        Sound(2.0, 50.0, "music", -20.0),
        Sound(50.0, 60.0, "sound", -30.0),
    )

    segments, ledger = _passages([_hearing(0.0, 60.0, sounds=sounds)], facts=_facts(60.0))

    assert [(one.text, one.caption, one.locator) for one in segments] == [("", "music", TimeSpan(2.0, 50.0))]
    assert [line.code for line in ledger] == ["silence", "sound"]
    _covered_once(segments, ledger, 60.0)


def test_subtitles_are_the_text_and_what_was_heard_is_kept() -> None:
    cues = (Cue(1.0, 4.0, "The tide is high,\nthe boats are in,"), Cue(4.2, 6.0, "Mind the step."))
    track = SubtitleTrack("eng", "", "talk.srt", cues)
    same = _hearing(
        0.0,
        20.0,
        _utterance("the tide is high the goats are in", 1.0, pace_s=0.35),
        _utterance("nobody wrote this down", 10.0),
    )

    segments, ledger = _passages([same], facts=_facts(20.0, subtitles=(track,)))

    assert segments[0].text == "The tide is high, the boats are in, Mind the step."
    assert segments[0].origin == "native"
    assert segments[0].language == "en"
    assert segments[0].attributes["heard"] == "the tide is high the goats are in"
    assert [line.locator for line in segments[0].lines] == [TimeSpan(1.0, 4.0), TimeSpan(4.2, 6.0)]
    assert segments[1].text == "nobody wrote this down"
    assert segments[1].origin == "speech"
    _covered_once(segments, ledger, 20.0)


def test_words_that_differ_from_the_subtitles_are_searched_beside_them() -> None:
    track = SubtitleTrack("de", "", "inside", (Cue(1.0, 4.0, "Die Flut ist hoch."),))
    heard = _hearing(0.0, 9.0, _utterance("the tide is high", 1.0))

    segments, _ = _passages([heard], facts=_facts(9.0, subtitles=(track,)))

    assert segments[0].text == "Die Flut ist hoch.\n\nthe tide is high"
    quotes = [segments[0].text[line.start : line.end] for line in segments[0].lines]
    assert quotes == ["Die Flut ist hoch.", "the", "tide", "is", "high"]
    assert segments[0].language == "de"


def test_words_of_languages_without_spaces_are_joined_as_they_are_written() -> None:
    assert joined_words(["\u4eca\u65e5", "\u306f", "OK", "then"])[0] == "\u4eca\u65e5\u306f OK then"


_second = st.floats(0.0, 130.0, allow_nan=False)


@st.composite
def _heard(draw):
    """Hearings as a worker might send them, and worse: out of order, overlapping, beyond the end."""
    found = []
    for _ in range(draw(st.integers(0, 4))):
        start = draw(_second)
        end = start + draw(st.floats(0.0, 70.0))
        clock, utterances, sounds = start, [], []
        for _ in range(draw(st.integers(0, 5))):
            clock += draw(st.floats(-1.0, 8.0))
            if draw(st.booleans()):
                voice = draw(st.sampled_from([(), (0.0,) * 40, (25.0,) * 40]))
                text = " ".join(draw(st.lists(st.sampled_from(["a", "b.", "c"]), min_size=1, max_size=20)))
                one = _utterance(text, clock, pace_s=draw(st.floats(0.0, 0.7)), voice=voice)
                utterances.append(one)
                clock = one.end_s
            else:
                kind = draw(st.sampled_from(["silence", "music", "sound", "unclear-speech"]))
                parts = draw(st.integers(0, 3)) if kind in ("sound", "music") else 0
                length_s = draw(st.floats(0.0, 9.0))
                sounds.append(Sound(clock, clock + length_s, kind, -30.0, (b"features",) * parts))
                clock = sounds[-1].end_s
        request = MediaRequest("listen", TimeSpan(start, end), 1.0, "")
        error = draw(st.sampled_from(["", "", "", "broken"]))
        found.append(Hearing(request, start, end, tuple(utterances), tuple(sounds), error=error))
    return found


@settings(max_examples=200, deadline=None)
@given(
    _heard(),
    st.floats(0.01, 130.0),
    st.integers(0, 3),
    st.lists(st.tuples(_second, st.floats(0.0, 20.0)), max_size=5),
    st.lists(_second, max_size=2),
)
def test_every_second_is_covered_exactly_once(hearings, duration_s, waiting, cues, chapters) -> None:
    plan = planned("listen", duration_s, 60, reason="")[:waiting]
    spans = tuple(Cue(start, start + length, "Some words. ") for start, length in cues)
    facts = _facts(
        duration_s,
        chapters=tuple(Chapter(f"at {start}", start, start + 30) for start in sorted(chapters)),
        subtitles=(SubtitleTrack("en", "", "inside", spans),) if spans else (),
    )

    segments, ledger = _passages(hearings, plan, facts=facts)

    _covered_once(segments, ledger, duration_s)
    for one in segments:
        for line in one.lines:
            assert one.locator.start_s <= line.locator.start_s <= line.locator.end_s <= one.locator.end_s
            assert one.text[line.start : line.end].strip()
    assert len({one.id for one in segments}) == len(segments)
    assert [one.order for one in segments] == list(range(len(segments)))
