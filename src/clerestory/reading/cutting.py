"""Text with its places, and how it is cut without losing them.

In: a block's text and lines. Out: pieces whose lines still say where each stretch stands.
Every character that is not white space at a cut stays in exactly one piece.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from clerestory.reading.blocks import Block
from clerestory.reading.sentences import count_words, sentences, storable
from clerestory.types import CharRange, Line

_LONGEST = 1.5  # times the aimed words: what is shorter is not worth a cut
_BLANK_LINE = re.compile(r"\n[ \t\r]*\n")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text; ``lines`` are positions in ``text``."""

    text: str
    lines: tuple[Line, ...]
    heading: bool = False

    @staticmethod
    def of(block: Block) -> Piece | None:
        """The block's text without white space at its ends; None if nothing is left."""
        whole = Piece(storable(block.text), lines_of(block), block.kind == "heading")
        return whole.part(0, len(whole.text))

    def part(self, start: int, end: int) -> Piece | None:
        """Characters ``start`` to ``end``, trimmed; None if that is only white space."""
        text = self.text[start:end]
        start += len(text) - len(text.lstrip())
        text = text.strip()
        if not text:
            return None
        end = start + len(text)
        lines = [_clip(line, start, end) for line in self.lines if line.start < end and line.end > start]
        return Piece(text, tuple(lines), self.heading)


def lines_of(block: Block) -> tuple[Line, ...]:
    """The block's lines, or one line for all of its text."""
    if block.lines or not block.text:
        return block.lines
    return (Line(0, len(block.text), block.locator),)


def cut_text(piece: Piece, *, words: int) -> list[Piece]:
    """Parts of about ``words`` words, equally long where sentences allow it."""
    if count_words(piece.text) <= _LONGEST * words:
        return [piece]
    borders = []
    for start, end in sentences(piece.text):
        borders.extend(_short_ranges(piece.text, start, end, words))
    return _packed(piece, borders, words)


def cut_code(piece: Piece, *, words: int) -> list[Piece]:
    """Parts of about twice ``words`` words that end at blank lines, else at line ends."""
    aim = 2 * words  # code has short words, and half a function explains little
    if count_words(piece.text) <= _LONGEST * aim:
        return [piece]
    borders: list[tuple[int, int]] = []
    for start, end in _ranges(len(piece.text), [match.end() for match in _BLANK_LINE.finditer(piece.text)]):
        if count_words(piece.text[start:end]) <= aim:
            borders.append((start, end))
            continue
        ends = [match.end() + start for match in re.finditer("\n", piece.text[start:end])]
        for line_start, line_end in _ranges(end, ends, start=start):
            borders.extend(_short_ranges(piece.text, line_start, line_end, aim))
    return _packed(piece, borders, aim)


def _packed(piece: Piece, borders: Sequence[tuple[int, int]], words: int) -> list[Piece]:
    """Neighbouring ranges joined to parts of nearly equal size."""
    counts = [count_words(piece.text[start:end]) for start, end in borders]
    total = sum(counts)
    aim = total / max(1, round(total / words))
    cuts: list[int] = []
    size = 0
    for (start, _), count in zip(borders, counts, strict=True):
        if size and size + count / 2 > aim:  # more than half of it would stand over
            cuts.append(start)
            size = 0
        size += count
    parts = (piece.part(start, end) for start, end in _ranges(len(piece.text), cuts))
    return [part for part in parts if part is not None]


def _short_ranges(text: str, start: int, end: int, words: int) -> list[tuple[int, int]]:
    """The range itself, or cut at spaces (else anywhere) when it is longer than a part may be."""
    count = count_words(text[start:end])
    if count <= _LONGEST * words:
        return [(start, end)]
    step = max(1, (end - start) * words // count)
    cuts = []
    at = start
    while at + step < end:
        at += step
        space = max(text.rfind(" ", at - step // 2, at), text.rfind("\n", at - step // 2, at))
        at = space + 1 if space >= 0 else at
        cuts.append(at)
    return _ranges(end, cuts, start=start)


def _ranges(end: int, cuts: Sequence[int], *, start: int = 0) -> list[tuple[int, int]]:
    """Gapless ranges from ``start`` to ``end`` with borders at ``cuts``."""
    borders = [start, *(cut for cut in cuts if start < cut < end), end]
    return [(a, b) for a, b in pairwise(borders) if b > a]


def _clip(line: Line, start: int, end: int) -> Line:
    """The part of a line that lies in ``start`` to ``end``, with positions from ``start``.

    Its place is cut too where characters of the text are characters of the asset.
    """
    first, last = max(line.start, start), min(line.end, end)
    locator = line.locator
    if isinstance(locator, CharRange) and locator.end - locator.start == line.end - line.start:
        locator = CharRange(locator.start + first - line.start, locator.start + last - line.start)
    return Line(first - start, last - start, locator, line.confidence)
