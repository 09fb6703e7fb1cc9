"""The pieces of a segment that can be quoted: sentences of a text or talk, rows of a table.

In: a segment. Out: each piece verbatim, with the exact place of its lines. Knows no
question.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from clerestory.reading.sentences import sentences
from clerestory.reading.tables import row_texts
from clerestory.searching.focus import pieces, timed
from clerestory.types import (
    Box,
    CharRange,
    Line,
    Locator,
    PageBox,
    Region,
    Segment,
    Slide,
    TimeSpan,
)

# Longer sentences are lists or tables that lost their lines; they are quoted in parts.
LONGEST_CHARACTERS = 600
PAUSE_S = 2.0  # a sentence that is interrupted for longer is quoted in parts


@dataclass(frozen=True, slots=True)
class Unit:
    """A verbatim piece of a segment: ``text`` as it stands there, and where."""

    text: str
    locator: Locator


def units(segment: Segment) -> list[Unit]:
    """All pieces in order; a caption counts as one. Empty when the segment has no words."""
    if segment.table is not None:
        found = _rows(segment)
    elif timed(segment):
        found = _moments(segment)
    else:
        found = _sentences(segment)
    if segment.caption and segment.caption not in segment.text:
        found.insert(0, Unit(segment.caption, segment.locator))
    return found


def _rows(segment: Segment) -> list[Unit]:
    assert segment.table is not None
    table = segment.table
    return [Unit(text, table.rows[number].locator or segment.locator) for number, text in row_texts(table)]


def _moments(segment: Segment) -> list[Unit]:
    """Sentences that are said, and what is written at one time, with their seconds."""
    return [
        Unit(segment.text[piece.start : piece.end], piece.span) for piece in pieces(segment, pause_s=PAUSE_S)
    ]


def _sentences(segment: Segment) -> list[Unit]:
    found = []
    for start, end in sentences(segment.text):
        for low, high in _parts(segment.text, start, end):
            text = segment.text[low:high]
            low += len(text) - len(text.lstrip())
            high -= len(text) - len(text.rstrip())
            if low < high:
                found.append(Unit(segment.text[low:high], place_of(segment, low, high)))
    return found


def _parts(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The range whole, or cut at line ends where it is too long."""
    if end - start <= LONGEST_CHARACTERS or "\n" not in text[start:end].strip():
        return [(start, end)]
    parts = []
    for line in text[start:end].splitlines(keepends=True):
        parts.append((start, start + len(line)))
        start += len(line)
    return parts


def place_of(segment: Segment, start: int, end: int) -> Locator:
    """Where code points ``start`` to ``end`` of the segment's text stand, from its lines.

    Without lines, or where they are of different kinds, the place of the whole segment.
    """
    lines = [line for line in segment.lines if line.start < end and line.end > start]
    if not lines:
        return _within(segment, segment.locator, start=start, end=end, origin=0, length=len(segment.text))
    if isinstance(lines[0].locator, CharRange):
        return _char_range(segment, lines, start, end)
    return _union([line.locator for line in lines]) or segment.locator


def _char_range(segment: Segment, lines: Sequence[Line], start: int, end: int) -> Locator:
    parts = []
    for line in lines:
        low, high = max(start, line.start), min(end, line.end)
        length = line.end - line.start
        parts.append(_within(segment, line.locator, start=low, end=high, origin=line.start, length=length))
    ranges = [part for part in parts if isinstance(part, CharRange)]
    if len(ranges) < len(parts):
        return segment.locator
    return CharRange(min(part.start for part in ranges), max(part.end for part in ranges))


def _within(segment: Segment, locator: Locator, *, start: int, end: int, origin: int, length: int) -> Locator:
    """The part of a character range that fits, where text and range run in step."""
    if isinstance(locator, CharRange) and locator.end - locator.start == length:
        return CharRange(locator.start + start - origin, locator.start + end - origin)
    return locator


def _union(locators: Sequence[Locator]) -> Locator | None:
    """The smallest place that holds all; None when they have no place in common."""
    first = locators[0]
    if all(other == first for other in locators):
        return first
    match first:
        case PageBox(page):
            boxes = [other.box for other in locators if isinstance(other, PageBox) and other.page == page]
            return PageBox(page, _around(boxes)) if len(boxes) == len(locators) else None
        case Slide(number):
            boxes = [other.box for other in locators if isinstance(other, Slide) and other.number == number]
            return Slide(number, _around(boxes)) if len(boxes) == len(locators) else None
        case Region():
            boxes = [other.box for other in locators if isinstance(other, Region)]
            return Region(_around(boxes)) if len(boxes) == len(locators) else None
        case TimeSpan():
            spans = [other for other in locators if isinstance(other, TimeSpan)]
            if len(spans) < len(locators):
                return None
            shown = [span.box for span in spans if span.box is not None]
            box = _around(shown) if len(shown) == len(spans) else None
            return TimeSpan(min(span.start_s for span in spans), max(span.end_s for span in spans), box)
        case _:
            return None


def _around(boxes: Sequence[Box]) -> Box:
    return Box(
        min(box.x0 for box in boxes),
        min(box.y0 for box in boxes),
        max(box.x1 for box in boxes),
        max(box.y1 for box in boxes),
    )
