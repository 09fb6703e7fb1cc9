"""Numbers as words: what is said is found by what is written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerestory.models.spoken_numbers import spoken
from clerestory.storing.number_words import digits_said


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("forty seven lamps", ["47"]),
        ("Forty-seven lamps, and two hundred and fourteen chairs.", ["47", "214"]),
        ("three thousand pounds", ["3000"]),
        ("one million two hundred thousand and five", ["1200005"]),
        ("in nineteen eighty four", ["19", "84", "1984"]),
        ("room two one four", ["2", "1", "4", "214"]),
        ("twelve, thirteen", ["12", "13"]),
        ("seven and eight", ["7", "8"]),
        ("a hundred", ["100"]),
        ("hundreds of thousands", []),
        ("the ninth of May", []),
        ("nobody", []),
    ],
)
def test_numbers_in_words_are_told_in_digits(text, numbers):
    assert digits_said(text, "en") == numbers


def test_other_languages_are_left_alone():
    assert digits_said("ten domek", "cs") == []
    assert digits_said("ten boats", "und") == ["10"]


@given(st.integers(0, 999_999_999))
def test_what_is_spoken_is_understood(number):
    said = digits_said(spoken(number), "en")
    assert said[-1] == str(number)  # years are said as two numbers, which are joined


@given(st.text())
def test_any_text_gives_numbers(text):
    assert all(number.isdigit() for number in digits_said(text, "en"))
