"""Transcripts made comparable, and how many words of one are wrong in another.

Normalisation, the same for both sides: Unicode NFKC, lower case, titles in full ("Mr." is
"mister"), numbers as an English speaker says them ("15th" is "fifteenth", "42" is "forty
two", 1100-1999 as years: "1455" is "fourteen fifty five"), "&" and "%" as words, hyphens
are spaces, every other mark goes, apostrophes with it ("Bible's" is "bibles"). Compounds
stay as they are written: "block books" for "blockbooks" is two errors.

Word errors are the fewest substitutions, deletions and insertions (Levenshtein 1965).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from clerestory.models.spoken_numbers import spoken, with_spoken_numbers

TITLES = {"mr": "mister", "mrs": "missus", "dr": "doctor", "st": "saint", "prof": "professor"}
SIGNS = {"&": " and ", "%": " percent ", "£": " pounds ", "$": " dollars ", "€": " euros "}


@dataclass(frozen=True, slots=True)
class WordErrors:
    """``pairs``: which word of the truth is which of the other, where they are equal."""

    errors: int
    words: int
    pairs: tuple[tuple[int, int], ...]


def normalised(text: str) -> list[str]:
    """The words of ``text`` in the form that is compared."""
    text = unicodedata.normalize("NFKC", text).lower().replace("’", "'")
    text = re.sub(r"(?<=\d),(?=\d{3}\b)", "", text)
    text = re.sub(r"([£$€])\s?(\d+)", lambda m: m[2] + SIGNS[m[1]], text)
    for sign, word in SIGNS.items():
        text = text.replace(sign, word)
    text = with_spoken_numbers(re.sub(r"(\d+)\.(\d+)", _decimal, text))
    text = re.sub(r"[-–—/]", " ", text)
    text = re.sub(r"[^\w\s]|_", "", text)
    return [TITLES.get(word, word) for word in text.split()]


def word_errors(truth: Sequence[str], heard: Sequence[str]) -> WordErrors:
    """The fewest edits from ``truth`` to ``heard``; both already normalised."""
    rows = [list(range(len(heard) + 1))]
    for i, expected in enumerate(truth, start=1):
        row = [i]
        for j, word in enumerate(heard, start=1):
            changed = rows[i - 1][j - 1] + (expected != word)
            row.append(min(changed, rows[i - 1][j] + 1, row[j - 1] + 1))
        rows.append(row)
    pairs = []
    i, j = len(truth), len(heard)
    while i and j:
        if truth[i - 1] == heard[j - 1] and rows[i][j] == rows[i - 1][j - 1]:
            i, j = i - 1, j - 1
            pairs.append((i, j))
        elif rows[i][j] == rows[i - 1][j - 1] + 1:
            i, j = i - 1, j - 1
        elif rows[i][j] == rows[i - 1][j] + 1:
            i -= 1
        else:
            j -= 1
    return WordErrors(rows[-1][-1], len(truth), tuple(reversed(pairs)))


def _decimal(match: re.Match[str]) -> str:
    digits = " ".join(spoken(int(digit)) for digit in match[2])
    return f" {spoken(int(match[1]))} point {digits} "
