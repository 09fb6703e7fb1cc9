"""Recognised lines as paragraphs and headings.

In: lines in reading order with their boxes (0..1 of the page or picture) and the place
each stands for. Out: blocks for segmenting. Lines of one paragraph overlap in width,
follow each other closely and are of similar height; a heading is one or two lines that
are clearly taller than the page's median line. Knows no engine and no file.
"""

from __future__ import annotations

import re
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from clerestory.reading.blocks import Block
from clerestory.types import Box, Line, Locator

PARAGRAPH_GAP = 0.75  # of a line's height between two lines of one paragraph, at most
SIMILAR_HEIGHT = 1.45  # ratio of the heights of two lines of one paragraph, at most
SHARED_WIDTH = 0.3  # of the narrower line's width that two lines of one paragraph share, at least
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


def paragraphs(lines: Sequence[PlacedLine], *, place: int | str | None) -> list[Block]:
    """Blocks of origin ``ocr`` in the order of the lines."""
    groups: list[list[PlacedLine]] = []
    for line in lines:
        if groups and _continues(groups[-1][-1], line):
            groups[-1].append(line)
        else:
            groups.append([line])
    median = statistics.median(line.height for line in lines) if lines else 0.0
    blocks = []
    for group in groups:
        text, parts = joined(group, " ")
        heading = len(groups) > 1 and _is_heading(group, text, median)
        blocks.append(
            Block(
                "heading" if heading else "paragraph",
                text,
                group[0].locator,
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


def _continues(before: PlacedLine, line: PlacedLine) -> bool:
    gap = line.box.y0 - before.box.y1
    tall, low = max(before.height, line.height), min(before.height, line.height)
    if tall / low > SIMILAR_HEIGHT or gap > PARAGRAPH_GAP * tall or line.box.y1 < before.box.y0:
        return False
    shared = min(before.box.x1, line.box.x1) - max(before.box.x0, line.box.x0)
    narrower = min(before.box.x1 - before.box.x0, line.box.x1 - line.box.x0)
    return _same_row(before, line) or shared > SHARED_WIDTH * narrower


def _is_heading(group: Sequence[PlacedLine], text: str, median: float) -> bool:
    return (
        len(group) <= 2
        and len(text.split()) <= HEADING_WORDS
        and any(letter.isalpha() for letter in text)
        and statistics.mean(line.height for line in group) >= HEADING_HEIGHT * median
    )
