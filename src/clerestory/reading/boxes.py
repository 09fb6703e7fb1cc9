"""Arithmetic of boxes in 0..1: one inside another, shared area, points. Knows no document."""

from __future__ import annotations

from clerestory.types import WHOLE, Box, Locator, PageBox, Region, Slide


def box_of(locator: Locator) -> Box | None:
    """The box of a place that has one."""
    return locator.box if isinstance(locator, (PageBox, Slide, Region)) else None


def middle(locator: Locator) -> tuple[float, float]:
    """The centre of a place's box."""
    box = box_of(locator) or WHOLE
    return (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2


def holds(box: Box, point: tuple[float, float]) -> bool:
    """Whether the point is in the box; of boxes that tile the whole, exactly one holds it."""
    (x, y), last_x, last_y = point, box.x1 >= 1.0, box.y1 >= 1.0
    return box.x0 <= x and (x < box.x1 or last_x) and box.y0 <= y and (y < box.y1 or last_y)


def within(outer: Box, inner: Box) -> Box:
    """A box given in 0..1 of ``outer``, in what ``outer`` is given in."""
    x0, x1 = along(outer, inner.x0, 0), along(outer, inner.x1, 0)
    y0, y1 = along(outer, inner.y0, 1), along(outer, inner.y1, 1)
    return Box(x0, y0, x1, y1)


def along(outer: Box, value: float, axis: int) -> float:
    """A coordinate in 0..1 of ``outer`` (axis 0 is x, 1 is y), kept inside it."""
    low, high = outer[axis], outer[axis + 2]
    return min(max(low + (high - low) * value, low), high)


def shared(one: Box, other: Box) -> float:
    """The area that two boxes share."""
    width = min(one.x1, other.x1) - max(one.x0, other.x0)
    height = min(one.y1, other.y1) - max(one.y0, other.y0)
    return max(0.0, width) * max(0.0, height)
