"""Where sentences, words and characters that no store takes are in a text. Knows no language.

In: a text. Out: ranges and counts. The rules are those of running text in Latin, Cyrillic,
Greek, Arabic, Indic and CJK punctuation; abbreviations before a full stop are few and
common ones, since a wrong border costs little here.
"""

from __future__ import annotations

import re

_BORDER = re.compile(
    r"[.!?\u2026\u061f\u06d4\u0964]+[\"'\u201d\u2019)\]\u00bb]*\s+|[\u3002\uff01\uff1f]+[\u300d\u300f\u201d]*\s*|\n\s*\n\s*"
)
_ABBREVIATION = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|St|Fig|Figs|Eq|Eqs|Sec|Tab|Ref|No|Nos|Vol|pp|p|vs|cf|approx|ca|bzw|Nr|Abb|"
    r"e\.g|i\.e|z\.B|d\.h|al|etc|[A-Z]))\.\s+$",
)
_NUMBER = re.compile(r"\b(?:no|nos|nr)\.\s+$")  # "serial no. TG3-04417", but not "He said no. Then"
_NUMBERED = re.compile(r"\S*\d")
_UNSTORABLE = re.compile("[\x00-\x08\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_CJK = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff]")


def sentences(text: str) -> list[tuple[int, int]]:
    """Ranges that cover ``text`` without gaps; the space after a sentence belongs to it."""
    ranges: list[tuple[int, int]] = []
    start = 0
    for border in _BORDER.finditer(text):
        end = border.end()
        if border.group().startswith("."):
            following = text[end : end + 1]
            if following.islower() or _ABBREVIATION.search(text, max(start, end - 12), end):
                continue
            if _NUMBERED.match(text, end) and _NUMBER.search(text, max(start, end - 12), end):
                continue
        ranges.append((start, end))
        start = end
    if start < len(text):
        ranges.append((start, len(text)))
    return ranges


def count_words(text: str) -> int:
    """Words separated by space; two CJK characters count as one, and so do 12 of an endless word."""
    spaced = text.count(" ") + text.count("\n")
    if spaced * 12 > len(text):
        return len(text.split())
    ideograms = len(_CJK.findall(text))
    return max(len(text.split()), ideograms // 2 + (len(text) - ideograms) // 12)


def storable(text: str) -> str:
    """``text`` with control characters and lone surrogates replaced one for one (positions hold)."""
    return _UNSTORABLE.sub("\ufffd", text)
