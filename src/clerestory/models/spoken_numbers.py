"""Numbers as an English speaker says them: "42" is "forty two", "15th" is "fifteenth".

From 1100 to 1999 a number alone is said like a year ("fourteen fifty five"). Words are
separated by spaces, never by hyphens.
"""

from __future__ import annotations

import re

_ONES = [
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
    *("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen"),
    *("eighteen", "nineteen"),
]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_SCALES = ((10**9, "billion"), (10**6, "million"), (1000, "thousand"), (100, "hundred"))
_ORDINALS = {"one": "first", "two": "second", "three": "third", "five": "fifth"}
_ORDINALS |= {"eight": "eighth", "nine": "ninth", "twelve": "twelfth"}
_LARGEST = 10**12  # longer ones nobody says in one: digit by digit


def spoken(number: int) -> str:
    """A whole number of at least 0 in words."""
    if 1100 <= number <= 1999:
        century, rest = divmod(number, 100)
        if rest == 0:
            return f"{_ONES[century]} hundred"
        return f"{_ONES[century]} {'oh ' if rest < 10 else ''}{spoken(rest)}"
    return _counted(number)


def ordinal(number: int) -> str:
    """ "forty second" for 42."""
    *before, last = _counted(number).split()
    if last in _ORDINALS:
        last = _ORDINALS[last]
    elif last.endswith("y"):
        last = last[:-1] + "ieth"
    else:
        last += "th"
    return " ".join([*before, last])


def with_spoken_numbers(text: str) -> str:
    """``text`` with its whole numbers and ordinals ("15th") in words between spaces."""
    text = re.sub(r"(\d+)(?:st|nd|rd|th)\b", lambda match: f" {ordinal(int(match[1]))} ", text)
    return re.sub(r"\d+", lambda match: f" {spoken(int(match[0]))} ", text)


def _counted(number: int) -> str:
    if number < 20:
        return _ONES[number]
    if number < 100:
        tens, ones = divmod(number, 10)
        return _TENS[tens - 2] + (f" {_ONES[ones]}" if ones else "")
    if number >= _LARGEST:
        return " ".join(_ONES[int(digit)] for digit in str(number))
    scale, name = next((scale, name) for scale, name in _SCALES if number >= scale)
    many, rest = divmod(number, scale)
    return f"{_counted(many)} {name}" + (f" {_counted(rest)}" if rest else "")
