"""Straight lines and shaded rectangles, which rule tables, underline headings and frame boxes.

In: what is drawn on a page. Out: horizontal and vertical rules, joined where they continue each other,
and shaded areas. Thin filled rectangles and the edges of drawn boxes are rules too. Knows nothing of text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from clerestory.reading.pdf.drawings import Colour, Drawn
from clerestory.reading.pdf.geometry import Rect

_THICKEST = 3.0  # points: a thicker bar is an area
_SHORTEST = 5.0
_SAME_LINE = 1.2  # points: rules closer than this are one (double borders, cells drawn one by one)
_BREAK = 2.5  # points: a smaller break in a rule is none
_MOST = 4000  # rules of one page that are looked at; beyond that it is a drawing


@dataclass(frozen=True, slots=True)
class Rule:
    """``at`` across its direction, from ``low`` to ``high`` along it, in points as seen."""

    at: float
    low: float
    high: float

    @property
    def length(self) -> float:
        return self.high - self.low


@dataclass(frozen=True, slots=True)
class Shade:
    rect: Rect
    colour: Colour


@dataclass(frozen=True, slots=True)
class Rules:
    horizontal: tuple[Rule, ...]
    vertical: tuple[Rule, ...]
    shades: tuple[Shade, ...]
    boxes: tuple[Rect, ...]  # drawn around something: all four edges are rules too


def rules_of(drawn: Sequence[Drawn]) -> Rules:
    horizontal: list[Rule] = []
    vertical: list[Rule] = []
    shades: list[Shade] = []
    boxes: list[Rect] = []
    for item in drawn:
        if len(horizontal) + len(vertical) > _MOST:
            return Rules((), (), (), ())
        if item.kind == "image":
            _add_rule(item.rect, horizontal, vertical)
            continue
        if not item.straight:
            continue
        for rect in item.parts or (item.rect,):
            if _add_rule(rect, horizontal, vertical):
                continue
            if item.fill is not None and not _white(item.fill):
                shades.append(Shade(rect, item.fill))
            if item.stroke is not None and not _white(item.stroke):
                x0, y0, x1, y1 = rect
                boxes.append(rect)
                horizontal.extend((Rule(y0, x0, x1), Rule(y1, x0, x1)))
                vertical.extend((Rule(x0, y0, y1), Rule(x1, y0, y1)))
    return Rules(tuple(_joined(horizontal)), tuple(_joined(vertical)), tuple(shades), tuple(boxes))


def is_rule(rect: Rect) -> bool:
    width, height = rect[2] - rect[0], rect[3] - rect[1]
    thin, long = min(width, height), max(width, height)
    return thin <= _THICKEST and long >= max(_SHORTEST, 3 * thin)


def _add_rule(rect: Rect, horizontal: list[Rule], vertical: list[Rule]) -> bool:
    if not is_rule(rect):
        return False
    x0, y0, x1, y1 = rect
    if x1 - x0 >= y1 - y0:
        horizontal.append(Rule((y0 + y1) / 2, x0, x1))
    else:
        vertical.append(Rule((x0 + x1) / 2, y0, y1))
    return True


def _white(colour: Colour) -> bool:
    return min(colour[:3]) >= 250


def _joined(rules: list[Rule]) -> list[Rule]:
    """Rules on one line that touch or overlap, as one."""
    rules = sorted(rules, key=lambda rule: rule.at)
    lines: list[list[Rule]] = []
    for rule in rules:
        if lines and rule.at - lines[-1][0].at <= _SAME_LINE:
            lines[-1].append(rule)
        else:
            lines.append([rule])
    joined: list[Rule] = []
    for line in lines:
        line.sort(key=lambda rule: rule.low)
        low, high, ats = line[0].low, line[0].high, [line[0].at]
        for rule in line[1:]:
            if rule.low - high <= _BREAK:
                high = max(high, rule.high)
                ats.append(rule.at)
            else:
                joined.append(Rule(sum(ats) / len(ats), low, high))
                low, high, ats = rule.low, rule.high, [rule.at]
        joined.append(Rule(sum(ats) / len(ats), low, high))
    return joined
