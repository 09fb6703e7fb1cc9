from __future__ import annotations

import pytest

from clerestory.models.speech import Heard, Word
from clerestory.reading.speech.activity import Pack, Span
from clerestory.reading.speech.trust import repeats, verdict, with_neighbours


def _pack(seconds: float, mean: float) -> Pack:
    return Pack(0.0, seconds, (Span(0.0, seconds, 1.0, mean),))


def _heard(text: str, log_probability: float = -0.2, covered: float = 0.9) -> Heard:
    return Heard(tuple(Word(word, 0, 0, 0.9) for word in text.split()), "en", log_probability, covered)


@pytest.mark.parametrize(
    ("pack", "heard", "expected"),
    [
        (_pack(1.6, 0.97), _heard("Has never been surpassed."), None),
        (_pack(1.8, 0.8), _heard("Too much to be happy.", -0.44), None),  # in noise
        (_pack(0.35, 0.95), _heard("Yes.", -0.1), None),
        (_pack(0.35, 0.85), _heard("Yeah.", -0.07), "sound"),  # a sneeze
        (_pack(1.7, 0.7), _heard("Thank you for watching!", -0.43), "sound"),  # a sung note
        (_pack(1.34, 0.64), _heard("You", -1.19), "sound"),  # a chainsaw
        (_pack(2.0, 0.95), _heard(""), "unclear-speech"),
        (_pack(2.0, 0.95), _heard("Now then it was so.", -1.9), "unclear-speech"),
        (_pack(2.0, 0.95), _heard("Guten Morgen at all.", -0.5, 0.1), "speech-not-covered"),
        (_pack(2.0, 0.95), _heard("a lot of it " * 7), "unclear-speech"),
        (_pack(6.0, 0.95), _heard("you"), "unclear-speech"),
    ],
)
def test_words_are_believed_where_somebody_speaks(pack: Pack, heard: Heard, expected: str | None) -> None:
    assert verdict(pack, heard) == expected


def test_what_people_repeat_is_no_sign_of_a_lost_decoder() -> None:
    assert not repeats(["no", "no", "no", "no", "no", "I", "said"])
    assert not repeats(["row", "row", "row", "your", "boat", "gently", "down", "the", "stream"])
    assert repeats(("of the water " * 4).split())
    assert repeats(["ha", "ha", "ha", "ha", "ha", "ha", "ha", "ha", "ha"])


def _pair(start_s: float, text: str, covered: float) -> tuple[Pack, Heard]:
    return Pack(start_s, start_s + 5, (Span(start_s, start_s + 5, 1.0, 0.95),)), _heard(text, covered=covered)


def test_a_language_is_judged_together_with_what_is_heard_around_it() -> None:
    doubtful, foreign = 0.3, 0.05
    english = [_pair(10.0 * n, "some words of it", doubtful if n == 2 else 0.95) for n in range(5)]
    german = [_pair(10.0 * n, "gluten more gain", 0.6 if n == 2 else foreign) for n in range(5)]

    assert [verdict(pack, heard) for pack, heard in with_neighbours(english)] == [None] * 5
    assert {verdict(pack, heard) for pack, heard in with_neighbours(german)} == {"speech-not-covered"}


def test_another_language_far_away_changes_nothing() -> None:
    found = with_neighbours([_pair(0.0, "some words of it", 0.9), _pair(600.0, "gluten more gain", 0.02)])

    assert [verdict(pack, heard) for pack, heard in found] == [None, "speech-not-covered"]


def test_a_recogniser_that_lost_its_way_says_nothing_about_the_language() -> None:
    found = with_neighbours([_pair(0.0, "some words of it", 0.9), _pair(10.0, "of it of it", 0.0)])

    assert [verdict(pack, heard) for pack, heard in found] == [None, "unclear-speech"]
