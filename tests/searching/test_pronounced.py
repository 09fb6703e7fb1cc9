"""Words that were misheard are found by their sound."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerestory.searching.pronounced import alike


@pytest.mark.parametrize(
    ("question", "heard", "other"),
    [
        ("Beside which pear trees are they?", "hives beside the fair trees", "hives beside a garden wall"),
        ("What signal starts the race?", "the sick null is a bell", "the key is under the mat"),
        ("Where is the marmot?", "a marmit stole it", "a badger stole it"),
        ("Who counted 42 geese?", "forty two ghees were there", "nine hens were there"),
    ],
)
def test_what_sounds_alike_scores_more(question, heard, other):
    scores = alike(question, [other, heard])
    assert scores[1] > scores[0]


def test_the_word_itself_is_the_most_alike_and_order_does_not_matter():
    texts = ["a badger in the reeds", "the batch of reeds", "the castle"]
    scores = alike("badger reeds", texts)
    assert scores[0] > scores[1] > scores[2]
    assert alike("badger reeds", texts[::-1]) == pytest.approx(scores[::-1])


def test_words_that_are_in_most_texts_count_less():
    scores = alike("harbour lantern", ["the harbour", "a harbour", "harbour wall", "the lantern"])
    assert scores[3] > scores[0]


def test_nothing_is_alike_to_nothing():
    assert alike("Where is it?", ["anything"]) == [0.0]  # only words without a subject
    assert alike("lantern", []) == []
    assert alike("lantern", ["", "灯台"]) == [0.0, 0.0]


@given(st.text(max_size=40), st.lists(st.text(max_size=60), max_size=5))
def test_any_text_has_a_score(question, texts):
    scores = alike(question, texts)
    assert len(scores) == len(texts)
    assert all(score >= 0 for score in scores)


@given(st.lists(st.sampled_from(["lantern", "harbour", "marmot", "geese"]), min_size=1, unique=True))
def test_a_text_that_has_the_words_scores_as_much_as_any_other(words):
    scores = alike(" ".join(words), [" ".join(words), "land turn harper", "nothing"])
    assert scores[0] == max(scores)
