"""Captions put to their figures and tables.

In: the paragraphs and regions of a page. Out: regions with captions, and the paragraphs that became
captions. "Figure 3:", "Table 1-2 Tools", "Abb. 4" and their like begin a caption; without one, small
type directly below a figure, or the bold lines at the top of its own frame, name it. Figures that stand
together over one caption become one. Knows nothing of how regions were found.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from clerestory.reading.pdf.drawings import Drawn
from clerestory.reading.pdf.figures import completed
from clerestory.reading.pdf.geometry import Rect, View, area, span, union
from clerestory.reading.pdf.paragraphs import Paragraph
from clerestory.reading.pdf.regions import Region

_FIGURE_WORDS = (
    r"figures?|figs?|abbildung|abb|chart|diagram|graph|plate|map|scheme|image|photo|illustration"
    r"|exhibit|picture"
)
_TABLE_WORDS = r"tables?|tab|tabelle|tableau|tabla"
_CAPTION = re.compile(
    rf"^(?:(?P<figure>{_FIGURE_WORDS})|(?P<table>{_TABLE_WORDS}))\.?\s*"
    r"(?P<number>(?:[A-Z]{1,2}[.\-–]?)?\d{1,3}(?:[.\-–]\d{1,3})*[a-z]?|[IVX]{1,5}|[A-Z])"
    r"(?:\s*(?P<sign>[:.|–—\-)])\s*|\s+|$)(?P<rest>.*)",
    re.I | re.S,
)
# What is called so is no table; an exhibit, chart or plate may be one.
_DRAWN = re.compile(r"(figure|fig|abbildung|abb|diagram|scheme|illustration)\b", re.I)
_FARTHEST = 48.0  # points between a caption and its figure
_BELOW = 14.0  # points: small type this close below a picture names it
_TOGETHER = 36.0  # points between parts of one figure
_FULL = 0.8  # of the cells of a table hold something


@dataclass(frozen=True, slots=True)
class Caption:
    index: int  # of the paragraph
    kind: str  # "figure" or "table"
    number: str


def captions_in(paragraphs: Sequence[Paragraph]) -> list[Caption]:
    """Paragraphs that are captions; a sentence that begins with "Figure 3 shows" is none."""
    found = []
    for index, paragraph in enumerate(paragraphs):
        match = _CAPTION.match(paragraph.text)
        if not match or len(paragraph.text) > 1500:
            continue
        rest = match.group("rest").strip()
        signed = match.group("sign") is not None
        if not signed and rest and not (rest[0].isupper() or rest[0] in "“\"'(") and not paragraph.bold:
            continue
        if signed and match.group("sign") == "." and rest[:1].islower():
            continue
        found.append(Caption(index, "figure" if match.group("figure") else "table", match.group("number")))
    return found


def attach(
    paragraphs: Sequence[Paragraph],
    regions: list[Region],
    *,
    grounds: Sequence[Rect],
    drawn: Sequence[Drawn],
    view: View,
    body_size: float,
) -> tuple[list[Region], set[int], list[Caption]]:
    """Regions with captions (some joined), the paragraphs used up, and captions without a region.

    ``grounds`` are boxes that hold text: over a caption they are part of its figure.
    """
    captions = captions_in(paragraphs)
    used: set[int] = set()
    free: list[Caption] = []
    pairs = sorted(
        (distance, position, number)
        for position, caption in enumerate(captions)
        for number, region in enumerate(regions)
        if (distance := _distance(paragraphs[caption.index], region, caption.kind)) is not None
    )
    of_caption: dict[int, int] = {}
    for _, position, number in pairs:
        if position not in of_caption and number not in of_caption.values():
            of_caption[position] = number
    for position, caption in enumerate(captions):
        if position not in of_caption:
            free.append(caption)
            continue
        region = regions[of_caption[position]]
        title = region.caption
        region.caption = paragraphs[caption.index].text + (f" {title}" if title else "")
        used.add(caption.index)
        if region.kind == "table" and _DRAWN.match(region.caption) and _is_sparse(region):
            region.kind, region.rows, region.header_rows, region.found = "figure", (), 0, "drawing"
            region.caption = paragraphs[caption.index].text  # what stood on top is one of its words
    owners = {number: paragraphs[captions[position].index] for position, number in of_caption.items()}
    blocks = [p.rect for p in paragraphs if p.rows > 2 or len(p.text) > 100]
    blocks += [paragraphs[caption.index].rect for caption in captions]
    for number, owner in owners.items():
        if regions[number].kind == "figure":
            rect = _with_grounds(regions[number].rect, owner.rect, grounds)
            others = [region.rect for region in regions if region is not regions[number]]
            regions[number].rect = completed(rect, owner.rect, drawn, [*blocks, *others], view)
    joined = _joined(regions, owners, paragraphs, used)
    for region in joined:
        if region.kind == "figure" and not region.caption:
            _name(region, paragraphs, used, body_size)
    return joined, used, free


def _is_sparse(region: Region) -> bool:
    """Boxes with words that stand in rows and columns by chance: a diagram, where its caption says so."""
    cells = [cell for row in region.rows for cell in row.cells]
    return sum(bool(cell.strip()) for cell in cells) < _FULL * len(cells)


def _distance(paragraph: Paragraph, region: Region, kind: str) -> float | None:
    """How far the caption is from the region; tables are named above rather, figures below."""
    caption = paragraph.rect
    across = span(caption[0], caption[2], region.rect[0], region.rect[2])
    down = span(caption[1], caption[3], region.rect[1], region.rect[3])
    if across > 0:
        distance = max(0.0, -down)
    elif down > 0 and -across < 30:
        distance = -across + 12.0  # beside it
    else:
        return None
    if distance > _FARTHEST:
        return None
    above = caption[1] + caption[3] < region.rect[1] + region.rect[3]
    if region.kind != kind:
        distance += 24.0  # a table may be a picture, a figure may be set like a table
    if (kind == "table") != above:
        distance += 9.0
    return distance


def _joined(
    regions: list[Region],
    owners: dict[int, Paragraph],
    paragraphs: Sequence[Paragraph],
    used: set[int],
) -> list[Region]:
    """Parts of one figure put together: uncaptioned figures close to a captioned one, over its caption."""
    gone: set[int] = set()
    for number, caption in owners.items():
        region = regions[number]
        if region.kind != "figure":
            continue
        again = True
        while again:
            again = False
            for other_number, other in enumerate(regions):
                if other_number == number or other_number in gone or other_number in owners:
                    continue
                if other.kind != "figure" or not _together(region.rect, other.rect, caption.rect):
                    continue
                both = union([region.rect, other.rect])
                between = [
                    index
                    for index, paragraph in enumerate(paragraphs)
                    if index not in used
                    and span(paragraph.rect[0], paragraph.rect[2], both[0], both[2]) > 0
                    and span(paragraph.rect[1], paragraph.rect[3], both[1], both[3]) > 0
                ]
                if any(len(paragraphs[index].text) > 120 for index in between):
                    continue
                region.rect = both
                region.fragments |= other.fragments
                gone.add(other_number)
                again = True
    return [region for number, region in enumerate(regions) if number not in gone]


def _with_grounds(rect: Rect, caption: Rect, grounds: Sequence[Rect]) -> Rect:
    """Grown by boxes close to it that stand over (or under) the caption, within its width."""
    again = True
    while again:
        again = False
        for ground in grounds:
            if ground[0] < caption[0] - 40 or ground[2] > caption[2] + 40:
                continue
            if span(ground[1], ground[3], caption[1], caption[3]) > 2:
                continue
            apart = max(
                -span(ground[0], ground[2], rect[0], rect[2]), -span(ground[1], ground[3], rect[1], rect[3])
            )
            both = union([rect, ground])
            if apart < 16 and both != rect and span(both[1], both[3], caption[1], caption[3]) <= 2:
                rect = both
                again = True
    return rect


def boxes_at(caption: Rect, grounds: Sequence[Rect]) -> Rect | None:
    """The boxes that stand directly over a caption (or under it), as one place."""
    near = [
        ground
        for ground in grounds
        if span(ground[0], ground[2], caption[0], caption[2]) > 0
        and (0 <= caption[1] - ground[3] + 3 < _FARTHEST or 0 <= ground[1] - caption[3] + 3 < _FARTHEST)
    ]
    if not near:
        return None
    above = [ground for ground in near if ground[3] <= caption[1] + 3]
    rect = max(above or near, key=area)
    again = True
    while again:
        again = False
        for ground in grounds:
            both = union([rect, ground])
            if both != rect and span(ground[0], ground[2], rect[0], rect[2]) > 0:
                apart = -span(ground[1], ground[3], rect[1], rect[3])
                if apart < 24 and span(both[1], both[3], caption[1], caption[3]) <= 3:
                    rect = both
                    again = True
    return rect


def _together(first: Rect, second: Rect, caption: Rect) -> bool:
    across = span(first[0], first[2], second[0], second[2])
    down = span(first[1], first[3], second[1], second[3])
    middle = (second[0] + second[2]) / 2
    if down > 0.3 * min(first[3] - first[1], second[3] - second[1]):  # side by side
        return (-across < _TOGETHER * 2 and caption[0] - 40 < middle < caption[2] + 40) or -across < 12
    return across > 0 and -down < _TOGETHER and min(caption[1], first[1]) - 1 < second[3]


def _name(region: Region, paragraphs: Sequence[Paragraph], used: set[int], body_size: float) -> None:
    """A caption without a number: small type directly below."""
    best: tuple[float, int] | None = None
    for index, paragraph in enumerate(paragraphs):
        if index in used or paragraph.rows > 4 or len(paragraph.text) > 250:
            continue
        rect = paragraph.rect
        across = span(rect[0], rect[2], region.rect[0], region.rect[2])
        gap = rect[1] - region.rect[3]
        small = paragraph.size < 0.95 * body_size
        if (
            small
            and -4 <= gap < _BELOW
            and across > 0.6 * min(rect[2] - rect[0], region.rect[2] - region.rect[0])
        ):
            if rect[2] - rect[0] > 1.25 * (region.rect[2] - region.rect[0]) + 10:
                continue
            if best is None or gap < best[0]:
                best = (gap, index)
    if best is not None:
        region.caption = paragraphs[best[1]].text
        used.add(best[1])


def room_for(
    caption: Caption, paragraphs: Sequence[Paragraph], regions: Sequence[Region], page: Rect
) -> Rect | None:
    """The place that a caption without a region names: up to the next text or region above or below it.

    None when there is no room of three lines.
    """
    own = paragraphs[caption.index].rect
    others = [
        paragraph.rect
        for index, paragraph in enumerate(paragraphs)
        if index != caption.index and (paragraph.rows > 1 or len(paragraph.text) > 60)
    ] + [region.rect for region in regions]
    same = [rect for rect in others if span(rect[0], rect[2], own[0], own[2]) > 0]
    top = max([rect[3] for rect in same if rect[3] <= own[1] + 2], default=page[1])
    bottom = min([rect[1] for rect in same if rect[1] >= own[3] - 2], default=page[3])
    above = (own[0], top + 1, own[2], own[1] - 1)
    below = (own[0], own[3] + 1, own[2], bottom - 1)
    room = below if caption.kind == "table" else above
    return room if room[3] - room[1] > 36 and area(room) > 0 else None
