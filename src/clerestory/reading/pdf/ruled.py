"""Tables set between horizontal rules, without vertical ones.

In: the rules and fragments of a page. Out: tables. Their cells may hold several lines, and their columns'
names may stand above the first rule. Knows nothing of grids and captions.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from clerestory.reading.pdf.aligned import PROSE, is_prose, lines_of_parts, table_of
from clerestory.reading.pdf.cells import CellRow, is_number
from clerestory.reading.pdf.geometry import union
from clerestory.reading.pdf.regions import Region
from clerestory.reading.pdf.rules import Rule, Rules
from clerestory.reading.pdf.words import Fragment

_WIDE = 0.7  # of the rules: a shorter line of words is a long label
_PAGE = 0.6  # of the page: two rules further apart frame the page


def tables_between(
    rules: Rules, fragments: Sequence[Fragment], taken: set[int], *, page_height: float
) -> list[Region]:
    """Tables set between three or more horizontal rules of one place and length."""
    found: list[Region] = []
    left = sorted((rule for rule in rules.horizontal if rule.length > 60), key=lambda rule: rule.at)
    while left:
        first = left[0]
        group = [r for r in left if abs(r.low - first.low) < 4 and abs(r.high - first.high) < 4]
        left = [rule for rule in left if rule not in group]
        if len(group) < 2:
            continue
        if len(group) == 2 and group[1].at - group[0].at > _PAGE * page_height:
            continue  # the rules below the header and above the footer
        run: list[Rule] = []
        for upper, lower in pairwise(group):
            inside = _between(upper, lower, fragments, taken)
            if not run or run[-1] is not upper:
                run = [upper]
            if inside is not None and _tabular(inside, fragments, upper.length):
                run.append(lower)
                continue
            found.extend(_ruled(run, fragments, taken, rules))
            run = []
        found.extend(_ruled(run, fragments, taken, rules))
    return found


def _ruled(run: Sequence[Rule], fragments: Sequence[Fragment], taken: set[int], rules: Rules) -> list[Region]:
    if len(run) < 2:
        return []
    inside = _between(run[0], run[-1], fragments, taken) or []
    inside = [*_beyond(run[0], inside, fragments, taken, up=True), *inside]
    inside = [*inside, *_beyond(run[-1], inside, fragments, taken, up=False)]
    if _beside(run, inside, fragments, taken):
        return []  # the rules run over some columns only
    region = table_of(inside, fragments, rules, ruled=True)
    if region is None or (len(run) == 2 and not _telling(region.rows)):
        return []
    region.rect = union([region.rect, (run[0].low, run[0].at, run[0].high, run[-1].at)])
    region.found = "rules"
    return [region]


def _telling(rows: Sequence[CellRow]) -> bool:
    """Whether rows between only two rules (which frame notes and boxes as well) are a table's."""
    others = [cell for row in rows for cell in row.cells[1:] if cell]
    numbers = sum(is_number(cell) for cell in others) / max(1, len(others))
    return len(rows) >= 3 and (numbers >= 0.3 or len(rows[0].cells) >= 3)


def _beyond(
    rule: Rule, inside: Sequence[int], fragments: Sequence[Fragment], taken: set[int], *, up: bool
) -> list[int]:
    """Rows that go on above the first rule (names of columns) or below the last one."""
    if not inside:
        return []
    first = min(fragments[index].rect[2] for index in inside)  # where the first column's texts begin to end
    size = fragments[inside[0]].size
    near = [
        index
        for index, fragment in enumerate(fragments)
        if index not in taken
        and not fragment.turn
        and fragment.rect[0] > rule.low - 12
        and fragment.rect[2] < rule.high + 12
        and (
            rule.at - 6 * size < fragment.rect[3] < rule.at + 2
            if up
            else rule.at - 2 < fragment.rect[1] < rule.at + 40 * size
        )
    ]
    lines = lines_of_parts(near, fragments)
    if up:
        lines.reverse()
    found: list[int] = []
    edge = rule.at
    for line in lines:
        rects = [fragments[index].rect for index in line]
        top, bottom = min(rect[1] for rect in rects), max(rect[3] for rect in rects)
        distance = edge - bottom if up else top - edge
        text = " ".join(fragments[index].text for index in line)
        several = len(line) > 1 and not is_prose([fragments[index] for index in line])
        above = up and rects[0][0] > first and len(text) < PROSE
        if distance > 0.8 * size or not (several or above):
            break
        found.extend(line)
        edge = top if up else bottom
    return found


def _between(upper: Rule, lower: Rule, fragments: Sequence[Fragment], taken: set[int]) -> list[int] | None:
    """Fragments between two rules; None when text crosses the ends of the rules."""
    inside = []
    for index, fragment in enumerate(fragments):
        x0, y0, x1, y1 = fragment.rect
        if not upper.at < (y0 + y1) / 2 < lower.at or fragment.turn:
            continue
        if x1 < upper.low - 2 or x0 > upper.high + 2:
            continue
        if x0 < upper.low - 12 or x1 > upper.high + 12 or index in taken:
            return None
        inside.append(index)
    return inside


def _tabular(inside: Sequence[int], fragments: Sequence[Fragment], width: float) -> bool:
    """Several parts on most lines, and not prose."""
    lines = lines_of_parts(inside, fragments)
    several = sum(len(line) > 1 for line in lines)
    prose = sum(
        is_prose([fragments[index] for index in line])
        and fragments[line[-1]].rect[2] - fragments[line[0]].rect[0] > _WIDE * width
        for line in lines
    )
    return bool(lines) and several >= 0.4 * len(lines) and prose <= 0.15 * len(lines)


def _beside(
    run: Sequence[Rule], inside: Sequence[int], fragments: Sequence[Fragment], taken: set[int]
) -> bool:
    """Whether most lines go on to the left of the rules with labels."""
    lines = lines_of_parts(inside, fragments)
    labels = [
        fragment.rect
        for index, fragment in enumerate(fragments)
        if index not in taken
        and not fragment.turn
        and fragment.rect[2] < run[0].low + 2
        and run[0].at < fragment.rect[3]
        and fragment.rect[1] < run[-1].at
        and len(fragment.text) < 60
    ]
    middles = [(rect[1] + rect[3]) / 2 for rect in labels]
    beside = sum(
        any(fragments[line[0]].rect[1] < middle < fragments[line[0]].rect[3] for middle in middles)
        for line in lines
    )
    return beside >= 0.4 * len(lines)
