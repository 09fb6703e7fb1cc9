"""Clips that are recognised again: which words belong to a focus, and what is held."""

from __future__ import annotations

from pathlib import Path

import pytest

from clerestory.evaluating.clips import Cut, judge, says, spoken_focus, words_within, wrong_words
from clerestory.evaluating.registry import EVALUATIONS
from clerestory.types import Box, Hit, Line, Segment, TimeSpan

BOX = Box(0.1, 0.1, 0.5, 0.2)


@pytest.mark.parametrize(
    ("wanted", "text", "wrong"),
    [
        ("the key hangs here", "so the key hangs here again", 0),
        ("the key hangs here", "so the keys hang here", 2),
        ("the key hangs here", "", 4),
        ("", "anything", 0),
        ("the key hangs", "hangs key the", 2),
    ],
)
def test_the_best_stretch_of_the_text_counts(wanted, text, wrong):
    assert wrong_words(wanted.split(), text.split()) == wrong


def scores(words, clip, direct=""):
    case = judge(Cut("q01-1", words, Path("a"), Path("b"), False), clip=clip, direct=direct)
    return {name: tuple(score) for name, score in case.scores.items()}


def test_one_word_in_ten_may_be_wrong_and_numbers_are_the_same_in_words():
    ten = "at forty seven steps he turned back to the harbour again"
    assert scores(ten, "well, at 47 steps he turned back to the harbor again then")["held"] == (1.0, 1.0)
    two_wrong = scores(ten, "at 48 steps he burned back to the harbour again")
    assert (two_wrong["held"], two_wrong["held.roughly"]) == ((0.0, 1.0), (1.0, 1.0))
    assert scores(ten, "so he turned round and went home")["held.roughly"] == (0.0, 1.0)
    found = scores("the brass key", "a brass key", "nothing")
    assert found["held"] == (1.0, 1.0)
    assert found["words"] == (2.0, 3.0)
    assert (found["direct.held"], found["direct.words"]) == ((0.0, 1.0), (0.0, 3.0))


def test_native_speakers_count_by_themselves():
    case = judge(
        Cut("native-01", "the brass key", Path("a"), Path("b"), True, True), clip="a brass key", direct=""
    )
    assert {name: tuple(score) for name, score in case.scores.items()} == {
        "native.held": (1.0, 1.0),
        "native.held.roughly": (1.0, 1.0),
        "native.words": (2.0, 3.0),
        "native.direct.held": (0.0, 1.0),
        "native.direct.held.roughly": (0.0, 1.0),
        "native.direct.words": (0.0, 3.0),
        "native.reencoded": (1.0, 1.0),
    }


@pytest.mark.parametrize(("said", "there"), [("so the brass key hangs here", True), ("a key", False)])
def test_a_passage_is_that_of_a_clip_by_half_of_its_words(said, there):
    segment = Segment("s", "passage", said, TimeSpan(0, 3), 0)
    assert says(segment, "THE BRASS KEY IS HERE") == there


def test_words_of_a_focus_are_those_said_in_its_span():
    text = "one two three WRITTEN"
    spans = [TimeSpan(0, 1), TimeSpan(1, 2), TimeSpan(2, 3), TimeSpan(1, 2, BOX)]
    starts = [0, 4, 8, 14]
    lines = tuple(
        Line(start, start + len(word), span)
        for start, word, span in zip(starts, text.split(), spans, strict=True)
    )
    segment = Segment("s", "scene", text, TimeSpan(0, 3), 0, lines=lines)
    assert words_within(segment, TimeSpan(1, 3)) == "two three"
    for focus, spoken in ((TimeSpan(1, 3), TimeSpan(1, 3)), (TimeSpan(1, 2, BOX), None), (None, None)):
        assert spoken_focus(Hit(segment, "a", "", "video/mp4", 1.0, {}, (), focus=focus)) == spoken


def test_both_evaluations_are_known():
    assert {"recordings", "clips"} <= set(EVALUATIONS)
