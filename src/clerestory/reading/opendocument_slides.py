"""OpenDocument presentations (.odp): each shape with its box on its slide.

In: the open parts of a document. Out: blocks, pages, pictures and ledger lines. Shapes are
read from top to bottom, titles first. Knows no archive.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from clerestory.reading.blocks import Block
from clerestory.reading.elements import Element, attribute, child, local
from clerestory.reading.embedded import Pictures
from clerestory.reading.grids import guess_header_rows
from clerestory.reading.ledger import hidden_text, note
from clerestory.reading.opendocument_charts import read_object
from clerestory.reading.opendocument_parts import Parts, description_of, read_table, text_of
from clerestory.reading.opendocument_text import inline_picture
from clerestory.reading.tables import table_text
from clerestory.types import Box, LedgerLine, PageInfo, Slide, Table

_POINTS = {"pt": 1.0, "in": 72.0, "cm": 72 / 2.54, "mm": 72 / 25.4, "pc": 12.0, "px": 0.75}
_LENGTH = re.compile(r"(-?[\d.]+)(pt|in|cm|mm|pc|px)")
_USUAL_SIZE = (28.0 * 72 / 2.54, 21.0 * 72 / 2.54)
_SHAPES = {
    *("frame", "custom-shape", "rect", "ellipse", "circle", "polygon", "path", "regular-polygon", "caption"),
    *("connector", "line", "polyline"),
}
_BAND = 0.05  # of the slide's height: shapes that start this close stand side by side


@dataclass(frozen=True, slots=True)
class _Shape:
    element: Element
    box: Box
    role: str


class SlidesWalk:
    """One pass over the slides."""

    def __init__(self, parts: Parts, pictures: Pictures, max_pages: int) -> None:
        self.parts = parts
        self.pictures = pictures
        self.max_pages = max_pages
        self.blocks: list[Block] = []
        self.pages: list[PageInfo] = []
        self.ledger: list[LedgerLine] = []
        self.used: set[str] = set()
        self.title = ""
        self.number = 0
        self.marks: dict[str, str] = {}

    def run(self) -> None:
        sizes = _page_sizes(self.parts)
        pages = [one for one in self.parts.body("presentation") if local(one) == "page"]
        for number, page in enumerate(pages[: self.max_pages], 1):
            size = sizes.get(attribute(page, "master-page-name"), _USUAL_SIZE)
            self.pages.append(PageInfo(number, *size))
            self._slide(number, page, size)
        if len(pages) > self.max_pages:
            reason = f"slides after {self.max_pages:,} are over the limit (reading.max_pages)"
            self.ledger.append(note("too-many-pages", "slide", reason, severity="warning"))

    def _slide(self, number: int, page: Element, size: tuple[float, float]) -> None:
        self.number, self.marks = number, {}
        properties = self.parts.automatic(page, "drawing-page-properties")
        if properties is not None and attribute(properties, "visibility") == "hidden":
            self.marks = {"hidden": "true"}
            reason = "this slide is left out when the presentation is shown; it was read"
            self.ledger.append(note("hidden-slide", "slide", reason, locator=Slide(number)))
        shapes = sorted(_shapes(page, size), key=_order)
        before = len(self.blocks)
        if not any(shape.role == "title" and text_of(shape.element, self.parts) for shape in shapes):
            self._block("heading", "", Slide(number), level=1)  # the last slide's title ends here
            before += 1
        for shape in shapes:
            self._shape(shape)
        notes = child(page, "notes")
        text = ""
        for frame in notes if notes is not None else ():
            if attribute(frame, "class") == "notes":
                text += text_of(frame, self.parts)
        if text:
            self._block("heading", "", Slide(number), level=2)  # notes are segments of their own
            self._block("paragraph", text, Slide(number), attributes={"role": "notes"})
        comments = (text_of(one, self.parts) for one in page if local(one) == "annotation")
        for comment in filter(None, comments):
            self._block("heading", "", Slide(number), level=2)
            self._block("paragraph", comment, Slide(number), attributes={"role": "comment"})
        if len(self.blocks) == before:
            self.ledger.append(note("no-text-found", "slide", "an empty slide", locator=Slide(number)))

    def _shape(self, shape: _Shape) -> None:
        element, box = shape.element, shape.box
        if box.x1 <= 0 or box.y1 <= 0 or box.x0 >= 1 or box.y0 >= 1:
            if text := text_of(element, self.parts):
                self.ledger.append(hidden_text(text, "outside the slide", locator=Slide(self.number)))
            return
        x0, y0, x1, y1 = (min(1.0, max(0.0, value)) for value in box)
        place = Slide(self.number, Box(x0, y0, x1, y1))
        kinds = {local(one): one for one in reversed(element)}
        description = description_of(element)
        if "table" in kinds:
            table = read_table(kinds["table"], self.parts)[0]
            header = table.header_rows or guess_header_rows([row.cells for row in table.rows])
            table = Table(table.rows, min(header, len(table.rows)))
            self._block("table", table_text(table), place, table=table, caption=description)
        elif "object" in kinds:
            self._object(kinds["object"], place, description)
        elif text := text_of(element, self.parts):
            if shape.role == "title":
                text = " ".join(text.split())
                self.title = self.title or text
                self._block("heading", text, place, level=1)
            else:
                self._block("paragraph", text, place)
        elif "image" in kinds:
            self._picture(kinds["image"], place, description)

    def _object(self, element: Element, place: Slide, description: str) -> None:
        found = read_object(self.parts, element)
        if found is None:
            reason = f"an embedded object ({attribute(element, 'href')}) is not opened"
            self.ledger.append(note("embedded-file", "figure", reason, locator=place))
        elif found.table.rows:
            caption = ". ".join(part for part in (found.title, description) if part)
            text = table_text(found.table)
            self._block(
                "figure", text, place, table=found.table, caption=caption, attributes={"chart": found.kind}
            )
        elif found.title:
            self._block("paragraph", found.title, place)

    def _picture(self, image: Element, place: Slide, description: str) -> None:
        reference = attribute(image, "href")
        content = self.parts.picture(reference) if reference else inline_picture(image)
        objects: tuple[str, ...] = ()
        facts: Mapping[str, str] = {}
        text = ""
        if content is None:
            self.pictures.missing(f"a picture outside the file, not fetched: {reference}", locator=place)
        else:
            self.used.add(reference.removeprefix("./"))
            name = reference.rpartition("/")[2] or "a picture"
            kept = self.pictures.add(content, name=name, locator=place)
            objects, facts, text = (kept.digest,), kept.facts, kept.text
        origin = "native" if text else "none"
        caption = description
        self._block("picture", text, place, caption=caption, objects=objects, attributes=facts, origin=origin)

    def _block(self, kind, text: str, place: Slide, *, attributes=None, **more) -> None:
        marks = {**self.marks, **(attributes or {})}
        self.blocks.append(Block(kind, text, place, place=self.number, attributes=marks, **more))


def _shapes(parent: Element, size: tuple[float, float]) -> Iterator[_Shape]:
    for one in parent:
        if local(one) == "g":
            yield from _shapes(one, size)
        elif local(one) in _SHAPES:
            role = attribute(one, "class")
            yield _Shape(one, _box(one, size), "title" if role == "title" else role)


def _order(shape: _Shape) -> tuple[bool, int, float]:
    return shape.role != "title", round(shape.box.y0 / _BAND), shape.box.x0


def _box(element: Element, size: tuple[float, float]) -> Box:
    x, y = _points(attribute(element, "x")), _points(attribute(element, "y"))
    width, height = _points(attribute(element, "width")), _points(attribute(element, "height"))
    if move := re.search(r"translate\s*\(([^)]*)\)", attribute(element, "transform")):
        places = [_points(part) for part in move[1].replace(",", " ").split()]
        if len(places) == 2:
            x, y = places
    if not width and not height:
        return Box(0.0, 0.0, 1.0, 1.0)
    return Box(x / size[0], y / size[1], (x + width) / size[0], (y + height) / size[1])


def _points(length: str) -> float:
    match = _LENGTH.fullmatch(length.strip())
    try:
        return float(match[1]) * _POINTS[match[2]] if match else 0.0
    except ValueError:
        return 0.0


def _page_sizes(parts: Parts) -> dict[str, tuple[float, float]]:
    """Points by the name of the master page."""
    root = parts.styles_root
    layouts: dict[str, tuple[float, float]] = {}
    sizes: dict[str, tuple[float, float]] = {}
    for one in root.iter() if root is not None else ():
        if local(one) == "page-layout":
            properties = child(one, "page-layout-properties")
            if properties is not None:
                width = _points(attribute(properties, "page-width"))
                height = _points(attribute(properties, "page-height"))
                if width > 0 and height > 0:
                    layouts[attribute(one, "name")] = (width, height)
        elif local(one) == "master-page":
            sizes[attribute(one, "name")] = layouts.get(attribute(one, "page-layout-name"), _USUAL_SIZE)
    return sizes
