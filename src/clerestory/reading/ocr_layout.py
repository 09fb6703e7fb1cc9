"""Recognised lines as paragraphs and headings.

In: lines in reading order with their boxes (0..1 of the page or picture) and the place
each stands for. Out: blocks for segmenting. Pieces of one line are put together first
(detectors divide at wide spaces). Lines of one paragraph overlap in width, follow each
other closely and are of similar height; other columns may come in between. A heading is
one or two lines that are clearly taller than the page's median line. Knows no engine and
no file.
"""

from __future__ import annotations

import re
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from clerestory.reading.blocks import Block
from clerestory.types import Box, Line, Locator

# Gap between two lines of one paragraph, in line heights: this much above the page's usual gap,
# within limits that hold for print (0.2) and for slides (0.9).
GAP_ABOVE_MEDIAN, LEAST_GAP, MOST_GAP = 1.2, 0.75, 1.5
SIMILAR_HEIGHT = 1.5  # ratio of the heights of two lines of one paragraph, at most
SHARED_WIDTH = 0.3  # of the narrower line's width that two lines of one paragraph share, at least
WORD_GAP = 2.0  # line heights between two pieces of one line of prose, at most
PROSE_WORDS = 4  # pieces that both have as many, far apart, are lines of two columns
OPEN_PARAGRAPHS = 6  # that a line may continue
HEADING_HEIGHT = 1.35  # of the median line's height, at least
HEADING_WORDS = 14
_HYPHEN = re.compile(r"[^\W\d_]-$")


@dataclass(frozen=True, slots=True)
class PlacedLine:
    """A recognised line, its box in the picture that was read, and its place in the asset."""

    text: str
    box: Box
    locator: Locator
    confidence: float

    @property
    def height(self) -> float:
        return max(1e-6, self.box.y1 - self.box.y0)


@dataclass(frozen=True, slots=True)
class _Row:
    """The pieces of one line."""

    pieces: tuple[PlacedLine, ...]

    @property
    def box(self) -> Box:
        boxes = [piece.box for piece in self.pieces]
        return Box(
            min(box.x0 for box in boxes),
            min(box.y0 for box in boxes),
            max(box.x1 for box in boxes),
            max(box.y1 for box in boxes),
        )

    @property
    def height(self) -> float:
        return statistics.median(piece.height for piece in self.pieces)


def paragraphs(lines: Sequence[PlacedLine], *, place: int | str | None) -> list[Block]:
    """Blocks of origin ``ocr`` in the order of the lines that they begin with."""
    rows = _rows(lines)
    most = _most_gap(rows)
    groups: list[list[_Row]] = []
    for row in rows:
        for group in reversed(groups[-OPEN_PARAGRAPHS:]):
            if _continues(group[-1], row, most):
                group.append(row)
                break
        else:
            groups.append([row])
    median = statistics.median(row.height for row in rows) if rows else 0.0
    blocks = []
    for group in groups:
        pieces = [piece for row in group for piece in row.pieces]
        text, parts = joined(pieces, " ")
        heading = len(groups) > 1 and _is_heading(group, text, median)
        blocks.append(
            Block(
                "heading" if heading else "paragraph",
                text,
                pieces[0].locator,
                level=2 if heading else 0,
                place=place,
                lines=parts,
                origin="ocr",
            )
        )
    return blocks


def joined(lines: Sequence[PlacedLine], separator: str) -> tuple[str, tuple[Line, ...]]:
    """One text of the lines, and where each stands in it.

    With a space as separator a word that was divided at a line's end is put together again;
    with a line break, parts of one row (a label and its value) stay on one line.
    """
    text = ""
    parts: list[Line] = []
    before: PlacedLine | None = None
    for line in lines:
        words = " ".join(line.text.split())
        if not words:
            continue
        if text and separator == " " and _HYPHEN.search(text) and words[0].islower():
            text = text[:-1]
            parts[-1] = Line(parts[-1].start, len(text), parts[-1].locator, parts[-1].confidence)
        elif before is not None:
            text += " " if _same_row(before, line) else separator
        parts.append(Line(len(text), len(text) + len(words), line.locator, line.confidence))
        text += words
        before = line
    return text, tuple(parts)


def _same_row(before: PlacedLine, line: PlacedLine) -> bool:
    shared = min(before.box.y1, line.box.y1) - max(before.box.y0, line.box.y0)
    beside = line.box.x0 >= before.box.x1 - 0.2 * (before.box.x1 - before.box.x0)
    return beside and shared >= 0.5 * min(before.height, line.height)


def _rows(lines: Sequence[PlacedLine]) -> list[_Row]:
    rows: list[_Row] = []
    for line in lines:
        before = rows[-1].pieces[-1] if rows else None
        if before is not None and _same_row(before, line) and not _two_columns(before, line, rows):
            rows[-1] = _Row((*rows[-1].pieces, line))
        else:
            rows.append(_Row((line,)))
    return rows


def _two_columns(before: PlacedLine, line: PlacedLine, rows: Sequence[_Row]) -> bool:
    """Lines of prose side by side; a label and its value far to the right are one line."""
    if line.box.x0 - before.box.x1 <= WORD_GAP * _shape(before, line):
        return False
    tall, low = max(before.height, line.height), min(before.height, line.height)
    if min(_words(before), _words(line)) >= PROSE_WORDS or tall / low > SIMILAR_HEIGHT:
        return True
    above = [row.pieces[-1] for row in rows[-OPEN_PARAGRAPHS:-1]]
    return any(
        _words(piece) >= PROSE_WORDS
        and piece.box.x0 > before.box.x1
        and _shared_width(piece.box, line.box)
        and line.box.y0 - piece.box.y1 <= MOST_GAP * line.height
        for piece in above
    )


def _words(line: PlacedLine) -> int:
    return len(line.text.split())


def _shape(before: PlacedLine, line: PlacedLine) -> float:
    """A line's height in units of the width, from how wide its letters are on the whole."""
    letters = len(before.text) + len(line.text)
    return 2.0 * (before.box.x1 - before.box.x0 + line.box.x1 - line.box.x0) / max(1, letters)


def _most_gap(rows: Sequence[_Row]) -> float:
    """The largest gap inside a paragraph of this page, in line heights."""
    gaps = [
        (after.box.y0 - before.box.y1) / after.height
        for before, after in pairwise(rows)
        if _shared_width(before.box, after.box) and after.box.y0 > before.box.y0
    ]
    usual = statistics.median(gaps) if gaps else 0.0
    return min(max(GAP_ABOVE_MEDIAN * usual, LEAST_GAP), MOST_GAP)


def _continues(before: _Row, row: _Row, most_gap: float) -> bool:
    tall, low = max(before.height, row.height), min(before.height, row.height)
    gap = row.box.y0 - before.box.y1
    below = row.box.y1 > before.box.y1 and row.box.y0 > before.box.y0
    near = below and gap <= most_gap * tall and tall / low <= SIMILAR_HEIGHT
    return near and _shared_width(before.box, row.box)


def _shared_width(one: Box, other: Box) -> bool:
    shared = min(one.x1, other.x1) - max(one.x0, other.x0)
    return shared > SHARED_WIDTH * min(one.x1 - one.x0, other.x1 - other.x0)


def _is_heading(group: Sequence[_Row], text: str, median: float) -> bool:
    return (
        len(group) <= 2
        and len(text.split()) <= HEADING_WORDS
        and any(letter.isalpha() for letter in text)
        and statistics.mean(row.height for row in group) >= HEADING_HEIGHT * median
    )
