"""Where things stand in Markdown source: lines, pictures, and the blocks of a piece of HTML.

In: the source and ranges in it. Out: ranges. Knows no tokens and makes no blocks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from clerestory.reading.sentences import sentences
from clerestory.types import CharRange

_CODE_SPAN = re.compile(r"`+")
_IMG_TAG = re.compile(r"<img\b[^>]*>", re.I)
_TAG = re.compile(r"<!--.*?-->|<[^<>]*>", re.S)
_NEAR = 300  # characters of marks (a link's target) that may stand between two words of a paragraph
_FAR = 4000  # characters: a word that is found further away than that is another one


class SourceLines:
    """Positions of lines, counted as the parser counts them."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.starts = [0]
        self.starts.extend(match.end() for match in re.finditer(r"\r\n|\n|\r", source))
        self.starts.append(len(source))

    def range(self, first: int, last: int) -> CharRange:
        """Lines ``first`` to ``last`` (exclusive, from 0) without white space at the ends."""
        return self.trimmed(
            self.starts[min(first, len(self.starts) - 1)], self.starts[min(last, len(self.starts) - 1)]
        )

    def trimmed(self, start: int, end: int) -> CharRange:
        text = self.source[start:end]
        start += len(text) - len(text.lstrip())
        return CharRange(start, max(start, start + len(text.strip())))


def picture_ranges(source: str, start: int, end: int) -> list[CharRange]:
    """The pictures written between two positions, in order; code is passed over."""
    found: list[CharRange] = []
    at = start
    while at < end:
        character = source[at]
        if character == "\\":
            at += 2
        elif character == "`":
            run = _CODE_SPAN.match(source, at)
            ticks = run.group() if run else "`"
            close = source.find(ticks, at + len(ticks), end)
            at = close + len(ticks) if close >= 0 else at + len(ticks)
        elif source.startswith("![", at) and (close := _image_end(source, at, end)):
            found.append(CharRange(at, close))
            at = close
        elif character == "<" and (tag := _IMG_TAG.match(source, at, end)):
            found.append(CharRange(at, tag.end()))
            at = tag.end()
        else:
            at += 1
    return found


def _image_end(source: str, at: int, end: int) -> int:
    """Where ``![alt](target "title")`` or ``![alt][name]`` ends; 0 if it is none."""
    close = _balanced(source, at + 1, end, "[", "]", quotes=False)
    if not close:
        return 0
    if source.startswith("(", close):
        return _balanced(source, close, end, "(", ")", quotes=True) or close
    if source.startswith("[", close):
        return _balanced(source, close, end, "[", "]", quotes=False) or close
    return close


def _balanced(source: str, at: int, end: int, opening: str, closing: str, *, quotes: bool) -> int:
    depth = 0
    quote = ""
    while at < end:
        character = source[at]
        if character == "\\":
            at += 1
        elif quote:
            quote = "" if character == quote else quote
        elif quotes and character in "\"'" and source[at - 1].isspace():
            quote = character
        elif character == opening:
            depth += 1
        elif character == closing:
            depth -= 1
            if not depth:
                return at + 1
        at += 1
    return 0


def aligned(text: str, source: str, place: CharRange) -> list[tuple[int, int, CharRange]]:
    """Sentences of ``text`` with the stretches of source that say them; together they fill ``place``.

    Marks make the source longer than the text, so words are looked for in order; a sentence
    whose beginning is not found stays with the one before.
    """
    starts = [(0, place.start)]
    at = place.start
    for first, last in sentences(text):
        for number, word in enumerate(text[first:last].split()):
            found = source.find(word, at, min(place.end, at + len(word) + _NEAR))
            if found < 0:
                continue
            if first and not number:
                lead = found
                while lead > at and not source[lead - 1].isspace():
                    lead -= 1  # marks right before the word belong to it
                starts.append((first, lead))
            at = found + len(word)
    ends = [*starts[1:], (len(text), place.end)]
    parts = []
    for (first, begin), (last, end) in zip(starts, ends, strict=True):
        stretch = source[begin:end]
        parts.append((first, last, CharRange(begin, begin + len(stretch.rstrip()))))
    return parts


class WordSearch:
    """Finds words in order in a piece of HTML, outside of its tags."""

    def __init__(self, source: str, start: int, end: int) -> None:
        self.start = start
        self.at = 0
        self.raw = source[start:end]
        self.words = _TAG.sub(lambda match: " " * len(match.group()), self.raw)

    def text(self, text: str) -> CharRange | None:
        """From the first to the last word of ``text``; entities and marks may hide some."""
        first = last = -1
        for word in text.split():
            at = self.words.find(word, self.at)
            if at < 0 or at - self.at > _FAR:
                continue
            if first < 0:
                first = at
            last = self.at = at + len(word)
        return CharRange(self.start + first, self.start + last) if first >= 0 else None

    def tag(self, names: Iterable[str]) -> CharRange | None:
        """The next opening tag of one of the names."""
        pattern = re.compile(rf"<(?:{'|'.join(names)})\b[^>]*>|!\[", re.I)
        match = pattern.search(self.raw, self.at)
        if match is None:
            return None
        self.at = match.end()
        return CharRange(self.start + match.start(), self.start + match.end())


def uncovered(source: str, covered: Iterable[CharRange]) -> Iterator[CharRange]:
    """The stretches that are not white space and lie in none of the ranges."""
    at = 0
    for start, end in [*sorted((one.start, one.end) for one in covered), (len(source), len(source))]:
        if start > at:
            stretch = source[at:start]
            text = stretch.strip()
            if text:
                lead = at + len(stretch) - len(stretch.lstrip())
                yield CharRange(lead, lead + len(text))
        at = max(at, end)
