"""Words of recordings and videos keep their seconds: sentences, matches, lengths."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerestory.cli.moments import length, matched, matched_words, moments
from clerestory.types import Box, Line, Segment, TimeSpan

CAPTION = Box(0.05, 0.9, 0.5, 0.97)


def spoken(text: str, *, every_s: float = 0.5, start_s: float = 10.0, kind="passage") -> Segment:
    """A passage whose words are said ``every_s`` seconds, each for 0.4 s."""
    lines, at = [], 0
    for number, word in enumerate(text.split()):
        start = text.index(word, at)
        at = start + len(word)
        begin = start_s + number * every_s
        lines.append(Line(start, at, TimeSpan(begin, begin + 0.4), 0.9))
    end_s = lines[-1].locator.end_s if lines else start_s
    return Segment(
        "p", kind, text, TimeSpan(start_s, end_s), 0, language="en", origin="speech", lines=tuple(lines)
    )


def test_sentences_have_the_span_of_their_words():
    segment = spoken("The radar was fitted on Thursday. It is high above.")
    first, second = moments(segment)
    assert segment.text[first.start : first.end] == "The radar was fitted on Thursday."
    assert first.span == TimeSpan(10.0, 12.9)
    assert second.span.start_s == 13.0 and len(second.words) == 4


def test_a_long_pause_parts_a_sentence():
    segment = spoken("wait for me", every_s=2.0)
    assert [len(moment.words) for moment in moments(segment)] == [1, 1, 1]


def test_matching_words_are_told_with_their_seconds():
    segment = spoken("The radar sensor was fitted on Thursday. It is high above.")
    assert matched_words(segment, "When was the radar sensor fitted?") == "00:10 radar sensor · 00:12 fitted"
    assert matched_words(segment, "gauge") == ""


def test_written_words_are_told_apart_and_keep_their_box():
    segment = spoken("Take the fuse out.", kind="scene")
    text = segment.text + "\n1 Take out fuse F1"
    shown = Line(len(segment.text) + 1, len(text), TimeSpan(8.0, 15.0, CAPTION), 0.98)
    scene = Segment("s", "scene", text, TimeSpan(8, 20), 0, language="en", lines=(*segment.lines, shown))
    assert [moment.written for moment in moments(scene)] == [True, False]
    assert moments(scene)[0].span.box == CAPTION
    assert matched_words(scene, "fuse") == "on screen 00:08 1 Take out fuse F1 · 00:11 fuse"


def test_a_segment_without_times_has_no_moments():
    assert moments(Segment("t", "text", "The fuse.", TimeSpan(0, 1), 0)) == []
    assert matched_words(Segment("t", "text", "The fuse.", TimeSpan(0, 1), 0), "fuse") == ""


@given(st.lists(st.sampled_from(["fuse", "relay.", "K4", "Out!", "e.g.", "mm"]), min_size=1, max_size=40))
def test_every_word_is_in_one_sentence(words):
    segment = spoken(" ".join(words))
    found = [(word.start, word.end) for moment in moments(segment) for word in moment.words]
    assert found == [(line.start, line.end) for line in segment.lines]
    for span, text, _ in matched(segment, "fuse relay"):
        assert segment.locator.start_s <= span.start_s < span.end_s <= segment.locator.end_s and text


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.84, "0.8 s"), (47.2, "47 s"), (59.6, "01:00"), (192, "03:12"), (7500, "2:05:00")]
)
def test_lengths_read_as_players_show_them(seconds, said):
    assert length(seconds) == said
