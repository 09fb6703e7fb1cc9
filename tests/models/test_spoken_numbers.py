"""Numbers in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerestory.models.spoken_numbers import ordinal, spoken, with_spoken_numbers


@pytest.mark.parametrize(
    ("number", "words"),
    [
        *(
            (0, "zero"),
            (13, "thirteen"),
            (42, "forty two"),
            (100, "one hundred"),
            (305, "three hundred five"),
        ),
        *((1455, "fourteen fifty five"), (1900, "nineteen hundred"), (1905, "nineteen oh five")),
        *(
            (2001, "two thousand one"),
            (1_000_000, "one million"),
            (21_450, "twenty one thousand four hundred fifty"),
        ),
    ],
)
def test_whole_numbers(number, words):
    assert spoken(number) == words


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (1, "first"),
        (2, "second"),
        (12, "twelfth"),
        (15, "fifteenth"),
        (20, "twentieth"),
        (42, "forty second"),
    ],
)
def test_ordinals(number, words):
    assert ordinal(number) == words


def test_numbers_within_a_text():
    assert with_spoken_numbers("the 15th of 42").split() == ["the", "fifteenth", "of", "forty", "two"]


@given(st.integers(0, 10**15))
def test_any_number_is_letters_and_spaces(number):
    assert all(word.isalpha() and word.islower() for word in spoken(number).split())
    assert all(word.isalpha() for word in ordinal(number).split())
