"""Numbers that are written as words, in digits: what is said is then found by what is written.

In: English text ("room two hundred and fourteen", "in nineteen eighty four"). Out: the
numbers in it, as terms ("214"; "19", "84" and "1984"). Numbers that follow each other are
also joined, since that is how years, codes and telephone numbers are said. Recognisers
write the same number now in words, now in digits. Knows no scores.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

_ONES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_TEENS = (
    *("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen"),
    *("eighteen", "nineteen"),
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_VALUES = {word: value for value, word in enumerate((*_ONES, *_TEENS))}
_VALUES |= {word: 10 * value for value, word in enumerate(_TENS, start=2)}
_SCALES = {"hundred": 100, "thousand": 1000, "million": 1_000_000}
_WORD = re.compile(r"[a-z]+|[^a-z\s-]+")  # marks end a number
_LONGEST_JOINED = 12  # digits


def digits_said(text: str, language: str) -> list[str]:
    """The numbers that ``text`` has in words, in order; none unless it may be English."""
    if language.partition("-")[0].lower() not in ("en", "und", ""):
        return []
    found: list[str] = []
    for run in _runs(_WORD.findall(text.lower())):
        numbers = [str(number) for number in _numbers(run)]
        joined = "".join(numbers)
        found += numbers
        if len(numbers) > 1 and len(joined) <= _LONGEST_JOINED:
            found.append(joined)
    return found


def _runs(words: Sequence[str]) -> Iterator[list[str]]:
    """Number words that follow each other; "and" belongs to one between two of its words."""
    run: list[str] = []
    for position, word in enumerate(words):
        following = words[position + 1 : position + 2]
        if word in _VALUES or word in _SCALES:
            run.append(word)
        elif word == "oh" and run and not _VALUES.keys().isdisjoint(following):
            run.append("zero")  # nineteen oh five
        elif word != "and" or not run or run[-1] not in _SCALES or _VALUES.keys().isdisjoint(following):
            if run:
                yield run
            run = []
    if run:
        yield run


def _numbers(run: Sequence[str]) -> Iterator[int]:
    """The numbers of a run: a word that cannot go on with the number before it begins another."""
    total, part, least = 0, 0, 0  # ``least``: what is smaller may still be added to ``part``
    open_ = False
    for word in run:
        if word in _SCALES:
            scale = _SCALES[word]
            if scale == 100:
                part = max(part, 1) * scale
                least = scale
            else:
                total += max(part, 1) * scale
                part, least = 0, scale
            open_ = True
            continue
        value = _VALUES[word]
        if open_ and (value == 0 or value >= least):
            yield total + part
            total = part = 0
        part += value
        # After "forty" come one to nine, after "fourteen" or "four" nothing.
        least = 10 if value >= 20 else 0
        open_ = True
    if open_:
        yield total + part
