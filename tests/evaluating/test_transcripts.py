"""The form in which transcripts are compared, and counted errors."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerestory.evaluating.transcripts import normalised, word_errors


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Mr. Dashwood’s cold-hearted", "mister dashwoods cold hearted"),
        ("in the 15th century", "in the fifteenth century"),
        ("“forty-two line Bible” of about 1455,", "forty two line bible of about fourteen fifty five"),
        ("1,200 & 3.5%", "twelve hundred and three point five percent"),
        ("£5 — TOO MUCH!", "five pounds too much"),
        ("… ♪", ""),
    ],
)
def test_both_sides_are_put_into_one_form(text, words):
    assert normalised(text) == words.split()


def test_the_form_is_its_own_form():
    text = "Mrs. Smith's 21st £40 of 1999 — 7% less, isn't it?"
    assert normalised(" ".join(normalised(text))) == normalised(text)


@given(st.lists(st.sampled_from("abc"), max_size=12), st.lists(st.sampled_from("abc"), max_size=12))
def test_errors_are_a_distance_and_pairs_are_equal_words_in_order(truth, heard):
    found = word_errors(truth, heard)
    assert found.errors == word_errors(heard, truth).errors
    assert abs(len(truth) - len(heard)) <= found.errors <= max(len(truth), len(heard))
    assert (found.errors == 0) == (truth == heard)
    assert all(truth[i] == heard[j] for i, j in found.pairs)
    assert list(found.pairs) == sorted(found.pairs)
    assert len({j for _, j in found.pairs}) == len(found.pairs)


def test_known_errors():
    found = word_errors(normalised("the earliest book printed"), normalised("the book was printed"))
    assert (found.errors, found.words) == (2, 4)
    assert (0, 0) in found.pairs and (3, 3) in found.pairs
