"""Where the shapes of a slide stand: groups unfolded, places inherited from layout and master.

In: the shape trees of a slide, its layout and its master. Out: the slide's shapes in
reading order with boxes in 0..1 of the slide. Source: ECMA-376 part 1, sections 19.3 and 20.1.7.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from clerestory.reading.drawing import chosen
from clerestory.reading.elements import Element, attribute, child, local, whole
from clerestory.types import WHOLE, Box

_SHAPES = {"sp", "pic", "graphicFrame", "cxnSp"}
_PROPERTIES = ("nvSpPr", "nvPicPr", "nvGraphicFramePr", "nvGrpSpPr", "nvCxnSpPr")
TITLES = {"title", "ctrTitle"}
FURNITURE = {"dt", "ftr", "hdr", "sldNum"}
_SAME_KIND = {"ctrTitle": "title", "subTitle": "body", "obj": "body", "": "body"}
_BAND = 0.05  # of the slide's height: shapes that start this close stand side by side


@dataclass(frozen=True, slots=True)
class Shape:
    """``placeholder`` is its kind ("title", "body", "ftr", …) or nothing; ``box`` may leave 0..1."""

    element: Element
    box: Box
    placeholder: str
    hidden: bool

    @property
    def is_outside(self) -> bool:
        return self.box.x1 <= 0 or self.box.y1 <= 0 or self.box.x0 >= 1 or self.box.y0 >= 1

    @property
    def seen(self) -> Box:
        """The part of the box that lies on the slide."""
        x0, y0, x1, y1 = (min(1.0, max(0.0, value)) for value in self.box)
        return Box(x0, y0, x1, y1)


@dataclass(frozen=True, slots=True)
class Transform:
    """Child units to units of the slide."""

    scale_x: float = 1.0
    scale_y: float = 1.0
    x: float = 0.0
    y: float = 0.0


@dataclass(frozen=True, slots=True)
class _Place:
    x: float
    y: float
    width: float
    height: float
    turn: float  # degrees


def shapes_in_order(slide: Element, parents: Iterable[Element | None], size: tuple[int, int]) -> list[Shape]:
    """Titles first, then from top to bottom and left to right; ``parents`` are layout and master."""
    trees = [child(one, "cSld", "spTree") for one in parents if one is not None]
    tree = child(slide, "cSld", "spTree")
    if tree is None:
        return []
    inherited = [
        [(one, _placeholder(one)) for one in parent if _placeholder(one) is not None]
        for parent in trees
        if parent is not None
    ]
    shapes = list(_shapes(tree, Transform(), inherited, size, hidden=False))
    return sorted(shapes, key=_order)


def box_of_rows(box: Box, heights: list[int]) -> list[Box]:
    """The boxes of a table's rows from their heights in any unit."""
    total = sum(heights) or 1
    boxes, top = [], box.y0
    for height in heights:
        bottom = top + (box.y1 - box.y0) * height / total
        boxes.append(Box(box.x0, top, box.x1, min(bottom, box.y1)))
        top = bottom
    return boxes


def _order(shape: Shape) -> tuple[bool, int, float]:
    return shape.placeholder not in TITLES, round(shape.box.y0 / _BAND), shape.box.x0


def _shapes(
    parent: Element,
    transform: Transform,
    inherited: list[list[tuple[Element, Element]]],
    size: tuple[int, int],
    *,
    hidden: bool,
) -> Iterator[Shape]:
    for element in parent:
        match local(element):
            case "grpSp":
                own = _transformed(child(element, "grpSpPr", "xfrm"), transform)
                yield from _shapes(element, own, inherited, size, hidden=hidden or _is_hidden(element))
            case "AlternateContent":
                branch = chosen(element)
                if branch is not None:
                    yield from _shapes(branch, transform, inherited, size, hidden=hidden)
            case name if name in _SHAPES:
                mark = _placeholder(element)
                place = _own_place(element) or _inherited_place(mark, inherited)
                kind = attribute(mark, "type", "body") if mark is not None else ""
                box = _box(place, transform, size) if place is not None else WHOLE
                yield Shape(element, box, kind, hidden or _is_hidden(element))


def _is_hidden(element: Element) -> bool:
    properties = _properties(element)
    named = child(properties, "cNvPr") if properties is not None else None
    return named is not None and attribute(named, "hidden") in ("1", "true")


def _properties(element: Element) -> Element | None:
    return next((one for one in element if local(one) in _PROPERTIES), None)


def _placeholder(element: Element) -> Element | None:
    properties = _properties(element)
    return child(properties, "nvPr", "ph") if properties is not None else None


def _own_place(element: Element) -> _Place | None:
    frame = child(element, "xfrm") if local(element) == "graphicFrame" else child(element, "spPr", "xfrm")
    offset, extent = (child(frame, name) if frame is not None else None for name in ("off", "ext"))
    if frame is None or offset is None or extent is None:
        return None
    return _Place(
        whole(attribute(offset, "x")),
        whole(attribute(offset, "y")),
        whole(attribute(extent, "cx")),
        whole(attribute(extent, "cy")),
        whole(attribute(frame, "rot")) / 60_000,
    )


def _inherited_place(mark: Element | None, inherited: list[list[tuple[Element, Element]]]) -> _Place | None:
    """From the layout by the placeholder's number, else by its kind; then from the master by kind."""
    if mark is None:
        return None
    number, kind = attribute(mark, "idx", "0"), attribute(mark, "type")
    kind = _SAME_KIND.get(kind, kind)
    for level, placeholders in enumerate(inherited):
        same = [
            element
            for element, other in placeholders
            if (level == 0 and attribute(other, "idx", "0") == number)
            or _SAME_KIND.get(attribute(other, "type"), attribute(other, "type")) == kind
        ]
        same.sort(key=lambda element: attribute(_placeholder(element), "idx", "0") != number)
        for element in same:
            if place := _own_place(element):
                return place
    return None


def _transformed(frame: Element | None, outer: Transform) -> Transform:
    """A group's own units inside those of the group around it."""
    parts = [child(frame, name) if frame is not None else None for name in ("off", "ext", "chOff", "chExt")]
    if any(part is None for part in parts):
        return outer
    offset, extent, child_offset, child_extent = parts
    width, height = whole(attribute(child_extent, "cx")), whole(attribute(child_extent, "cy"))
    scale_x = whole(attribute(extent, "cx")) / width if width else 1.0
    scale_y = whole(attribute(extent, "cy")) / height if height else 1.0
    x = whole(attribute(offset, "x")) - whole(attribute(child_offset, "x")) * scale_x
    y = whole(attribute(offset, "y")) - whole(attribute(child_offset, "y")) * scale_y
    return Transform(
        outer.scale_x * scale_x,
        outer.scale_y * scale_y,
        outer.x + x * outer.scale_x,
        outer.y + y * outer.scale_y,
    )


def _box(place: _Place, transform: Transform, size: tuple[int, int]) -> Box:
    x, y = transform.x + place.x * transform.scale_x, transform.y + place.y * transform.scale_y
    width, height = abs(place.width * transform.scale_x), abs(place.height * transform.scale_y)
    if place.turn % 180:
        angle = math.radians(place.turn)
        cosine, sine = abs(math.cos(angle)), abs(math.sin(angle))
        across, down = width * cosine + height * sine, width * sine + height * cosine
        x, y = x + (width - across) / 2, y + (height - down) / 2
        width, height = across, down
    return Box(x / size[0], y / size[1], (x + width) / size[0], (y + height) / size[1])
