"""Lines written in a video put together: over the borders of stretches, and where they moved.

In: what was written in each stretch. Out: each line once. Pure.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import replace

from clerestory.reading.boxes import shared
from clerestory.reading.video.watching import Watching, Written
from clerestory.types import Box

SAME_TEXT = 0.75  # of two readings of one line, as a ratio of matching characters
_TOUCH_S = 0.3  # of a line that is told up to a border and from it on
_MOVED_S = 5.0  # moving text is read every few seconds, each time elsewhere
_INSIDE = 0.7  # share of a box that lies in another one: part of the same line


def followed_on(watchings: Sequence[Watching]) -> list[Written]:
    """All lines in order of time; those that stand on over a border are one."""
    result: list[Written] = []
    for watching in sorted(watchings, key=lambda one: one.start_s):
        new: list[Written] = []
        for line in watching.written:
            before = next((one for one in result if _goes_on(one, line)), None)
            if before is None:
                new.append(line)
                continue
            better = line if line.confidence > before.confidence else before
            whole = replace(better, start_s=before.start_s, end_s=line.end_s)
            result[result.index(before)] = whole
        result += new
    return sorted(result, key=lambda line: (line.start_s, line.box.y0, line.box.x0))


def told_once(lines: Sequence[Written]) -> list[Written]:
    """Lines of one scene without those that were read again elsewhere, as moving text is."""
    result: list[Written] = []
    for line in lines:
        same = next(
            (
                one
                for one in result
                if line.start_s - one.end_s <= _MOVED_S
                and overlap(one.box, line.box) < 0.5
                and line.start_s >= one.end_s
                and one.text.casefold() == line.text.casefold()
            ),
            None,
        )
        if same is None:
            result.append(line)
        else:
            result[result.index(same)] = replace(same, end_s=max(same.end_s, line.end_s))
    return result


def whole_lines(lines: Sequence[Written]) -> list[Written]:
    """Without pieces of a line that was also read whole at the same time and place."""
    return [
        line
        for line in lines
        if not any(
            other is not line
            and other.box.area > line.box.area
            and shared(other.box, line.box) >= _INSIDE * line.box.area
            and min(other.end_s, line.end_s) - max(other.start_s, line.start_s)
            >= 0.5 * (line.end_s - line.start_s)
            and len(line.text) < len(other.text)
            for other in lines
        )
    ]


def alike(first: str, second: str) -> bool:
    """Whether two readings are of the same text, give or take a few characters."""
    one, other = ("".join(text.casefold().split()) for text in (first, second))
    return one == other or (difflib.SequenceMatcher(None, one, other, autojunk=False).ratio() >= SAME_TEXT)


def is_piece(first: str, second: str) -> bool:
    """Whether ``second`` holds all of ``first``, spaces aside."""
    one, other = ("".join(text.casefold().split()) for text in (first, second))
    return one in other


def overlap(first: Box, second: Box) -> float:
    """Shared area as a part of the smaller box."""
    least = min(first.area, second.area)
    return shared(first, second) / least if least else 0.0


def _goes_on(first: Written, second: Written) -> bool:
    return (
        abs(second.start_s - first.end_s) <= _TOUCH_S
        and overlap(first.box, second.box) >= 0.5
        and alike(first.text, second.text)
    )
