"""From a page's fragments and drawings to its parts in reading order.

In: a page's content and which of its fragments are furniture. Out: paragraphs and regions (figures and
tables) in reading order, decorations, and captions whose figure was not found. Knows nothing of other
pages.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from clerestory.reading.pdf.aligned import table_of, tables_in
from clerestory.reading.pdf.captions import attach, boxes_at, room_for
from clerestory.reading.pdf.columns import Item, rows_in_order
from clerestory.reading.pdf.figures import BEHIND_PAGE, BEHIND_TEXT, Decoration, figures_of, prose_of
from clerestory.reading.pdf.geometry import Rect, area, share, union
from clerestory.reading.pdf.grids import grid_places, grids_of, middle_in
from clerestory.reading.pdf.pages import PageContent
from clerestory.reading.pdf.paragraphs import Paragraph, TextLine, line_of, paragraphs_of
from clerestory.reading.pdf.regions import Region
from clerestory.reading.pdf.ruled import tables_between
from clerestory.reading.pdf.rules import Rules
from clerestory.reading.pdf.words import Fragment


@dataclass(frozen=True, slots=True)
class Layout:
    """``parts`` in reading order; ``lost`` are captions of figures or tables that were not found."""

    parts: list[Paragraph | Region]
    decorations: list[Decoration]
    strokes: int  # rules and grounds that belong to no figure or table
    lost: list[Paragraph]

    @property
    def paragraphs(self) -> list[Paragraph]:
        return [part for part in self.parts if isinstance(part, Paragraph)]

    @property
    def regions(self) -> list[Region]:
        return [part for part in self.parts if isinstance(part, Region)]


def kept_by_tables(content: PageContent, rules: Rules, furniture: set[int]) -> set[int]:
    """What seems to be furniture but stands in a table: the names of columns, repeated on each page."""
    places = grid_places(rules) if furniture else []
    if not any(middle_in(content.fragments[i].rect, place) for i in furniture for place in places):
        return set()
    grids = grids_of(rules, content.fragments)
    kept: set[int] = set()
    for grid in grids:
        inside = grid.fragments & furniture
        if inside and len(inside) < len(grid.fragments):
            kept |= inside
    return kept


def layout_of(
    content: PageContent,
    rules: Rules,
    furniture: set[int],
    *,
    compounds: frozenset[str] = frozenset(),
    repeated: set[Rect] = frozenset(),  # type: ignore[assignment]
    body_size: float = 10.0,
) -> Layout:
    """``repeated`` are the places of pictures that recur on other pages; ``body_size`` of most text."""
    view = content.view
    kept = [index for index in range(len(content.fragments)) if index not in furniture]
    fragments = [content.fragments[index] for index in kept]
    grids = grids_of(rules, fragments)
    figures, decorations = figures_of(
        content.drawings.drawn,
        rules,
        fragments,
        view,
        tables=grids,
        prose=prose_of(fragments),
        repeated=repeated,
        body_size=body_size,
    )
    if content.whole_picture:
        decorations = [d for d in decorations if d.reason != BEHIND_PAGE]
        figures.extend(_scanned(content, fragments, figures))
    regions = [*grids, *figures]
    taken = _taken(regions)
    regions.extend(tables_between(rules, fragments, taken, page_height=view.height))
    taken = _taken(regions)

    upright = [i for i, fragment in enumerate(fragments) if not fragment.turn and i not in taken]
    order = _ordered([fragments[i] for i in upright], regions)
    rows: list[list[int] | Region] = [
        row if isinstance(row, Region) else [upright[i] for i in row] for row in order
    ]
    rows = _with_aligned(rows, fragments, rules)
    turned = [i for i, fragment in enumerate(fragments) if fragment.turn and i not in taken]
    rows.extend([i] for i in turned)
    parts = _parts(rows, fragments, content, compounds)

    paragraphs = [part for part in parts if isinstance(part, Paragraph)]
    found = [part for part in parts if isinstance(part, Region)]
    grounds = _grounds(rules, decorations, content)
    joined, used, free = attach(
        paragraphs, found, grounds=grounds, drawn=content.drawings.drawn, view=view, body_size=body_size
    )
    lost: list[Paragraph] = []
    instead: dict[int, Region] = {}  # regions that take the place of their caption's paragraph
    for caption in free:
        place = paragraphs[caption.index].rect
        room = boxes_at(place, grounds) if caption.kind == "figure" else None
        room = room or room_for(caption, paragraphs, joined, (0.0, 0.0, view.width, view.height))
        region = _in_room(room, caption.kind, fragments, rules, joined) if room else None
        if region is None:
            lost.append(paragraphs[caption.index])
            continue
        region.caption = paragraphs[caption.index].text
        instead[id(paragraphs[caption.index])] = region
        used.add(caption.index)
        joined.append(region)
    for region in joined:
        if region.kind == "figure":
            others = {i for other in joined if other is not region for i in other.fragments}
            region.fragments |= {
                i for i, f in enumerate(fragments) if i not in others and share(f.rect, region.rect) > 0.9
            }
            region.lines = _text_lines(region, fragments)
    gone = {id(paragraphs[index]) for index in used}
    strokes = sum(
        not any(share(drawn.rect, region.rect) > 0.8 for region in joined)
        for drawn in content.drawings.drawn
        if drawn.kind == "path" and drawn.straight
    )
    return Layout(_settled(parts, joined, gone, instead), decorations, strokes, lost)


def _scanned(content: PageContent, fragments: Sequence[Fragment], figures: Sequence[Region]) -> list[Region]:
    """Figures inside a page that is a picture, with the words that its text layer has for them."""
    return [
        Region(
            "figure",
            rect,
            {i for i, fragment in enumerate(fragments) if share(fragment.rect, rect) > 0.6},
            found="scan",
        )
        for rect in content.pictures
        if not any(share(figure.rect, rect) > 0.5 for figure in figures)
    ]


def _text_lines(region: Region, fragments: Sequence[Fragment]) -> list[TextLine]:
    """The words of a figure, line by line in reading order, turned ones last."""
    own = [fragments[index] for index in sorted(region.fragments)]
    upright = [fragment for fragment in own if not fragment.turn]
    items = [Item(fragment.rect, fragment.size, fragment.text) for fragment in upright]
    lines = [line_of([upright[index] for index in row]) for row in rows_in_order(items)]
    return lines + [line_of([fragment]) for fragment in own if fragment.turn]


def _grounds(rules: Rules, decorations: Sequence[Decoration], content: PageContent) -> list[Rect]:
    """Boxes around or behind text that are large enough to be a figure of words."""
    whole = content.view.width * content.view.height
    rects = [*rules.boxes, *(shade.rect for shade in rules.shades)]
    rects += [decoration.rect for decoration in decorations if decoration.reason == BEHIND_TEXT]
    return [
        rect
        for rect in rects
        if 1500 < area(rect) < 0.75 * whole and min(rect[2] - rect[0], rect[3] - rect[1]) > 20
    ]


def _taken(regions: Sequence[Region]) -> set[int]:
    return {index for region in regions for index in region.fragments}


def _ordered(fragments: Sequence[Fragment], regions: Sequence[Region]) -> list[list[int] | Region]:
    """Rows of fragments and regions in reading order."""
    items = [Item(fragment.rect, fragment.size, fragment.text) for fragment in fragments]
    items += [Item(region.rect, region.rect[3] - region.rect[1], "") for region in regions]
    rows: list[list[int] | Region] = []
    for row in rows_in_order(items):
        words = [index for index in row if index < len(fragments)]
        if words:
            rows.append(words)
        rows.extend(regions[index - len(fragments)] for index in row if index >= len(fragments))
    return rows


def _with_aligned(
    rows: list[list[int] | Region], fragments: Sequence[Fragment], rules: Rules
) -> list[list[int] | Region]:
    """Rows with unruled tables put in the place of their first row."""
    result: list[list[int] | Region] = []
    stretch: list[list[int]] = []

    def close() -> None:
        tables = tables_in(stretch, fragments, rules)
        of_index = {index: table for table in tables for index in table.fragments}
        placed: set[int] = set()
        for row in stretch:
            table = next((of_index[index] for index in row if index in of_index), None)
            if table is None:
                result.append(row)
            elif id(table) not in placed:
                placed.add(id(table))
                result.append(table)
        stretch.clear()

    for row in rows:
        if isinstance(row, Region):
            close()
            result.append(row)
        else:
            stretch.append(row)
    close()
    return result


def _parts(
    rows: Sequence[list[int] | Region],
    fragments: Sequence[Fragment],
    content: PageContent,
    compounds: frozenset[str],
) -> list[Paragraph | Region]:
    parts: list[Paragraph | Region] = []
    lines: list[TextLine] = []
    for row in [*rows, None]:
        if isinstance(row, list):
            lines.append(line_of([fragments[index] for index in row]))
            continue
        parts.extend(paragraphs_of(lines, content.view, compounds))
        lines = []
        if row is not None:
            parts.append(row)
    return parts


def _in_room(
    room: Rect, kind: str, fragments: Sequence[Fragment], rules: Rules, regions: Sequence[Region]
) -> Region | None:
    """What stands in the room that a caption names, as a table or a figure of words."""
    taken = _taken(regions)
    inside = [i for i, f in enumerate(fragments) if i not in taken and share(f.rect, room) > 0.6]
    if not inside:
        return None
    if kind == "table":
        table = table_of(inside, fragments, rules, ruled=True)
        if table is not None:
            table.found = "caption"
            return table
    rect = union(fragments[index].rect for index in inside)
    return Region("figure", rect, set(inside), found="caption")


def _settled(
    parts: Sequence[Paragraph | Region],
    regions: Sequence[Region],
    gone: set[int],
    instead: Mapping[int, Region],
) -> list[Paragraph | Region]:
    """Parts without captions and without the words that now belong to a region."""
    left = {id(region): region for region in regions}
    settled: list[Paragraph | Region] = []
    for part in parts:
        region: Region | None = None
        if isinstance(part, Region):
            region = part
        elif id(part) in gone:
            region = instead.get(id(part))
        else:
            region = next((region for region in regions if share(part.rect, region.rect) > 0.9), None)
            if region is None:
                settled.append(part)
        if region is not None and left.pop(id(region), None) is not None:
            settled.append(region)
    settled.extend(left.values())
    return settled
