"""PowerPoint files (.pptx): each shape with its box on its slide, the slide's title above it.

In: an asset that is an Office Open XML presentation. Out: its Reading with tables, charts,
diagrams, pictures, speaker notes and comments. Text that no viewer sees (hidden shapes,
outside the slide) is kept apart in the ledger; footers that repeat are said once.
Source: ECMA-376 part 1, sections 19 to 21.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePath

from clerestory.errors import UnreadableFile
from clerestory.reading.assembling import assemble
from clerestory.reading.blocks import Block
from clerestory.reading.charts import diagram_lines, read_chart
from clerestory.reading.drawing import PictureReference, description_of, read_drawing
from clerestory.reading.elements import Element, attribute, child, local, whole
from clerestory.reading.embedded import Pictures
from clerestory.reading.equations import equation_text
from clerestory.reading.grids import guess_header_rows
from clerestory.reading.ledger import hidden_text, note
from clerestory.reading.ooxml import Package, Relationship, open_package
from clerestory.reading.sentences import count_words
from clerestory.reading.slide_shapes import FURNITURE, TITLES, Shape, box_of_rows, shapes_in_order
from clerestory.reading.source import Source
from clerestory.reading.tables import table_text
from clerestory.settings import ReadingSettings
from clerestory.types import LedgerKind, LedgerLine, PageInfo, Reading, Row, Severity, Slide, Table

READER = "slides"
VERSION = "1"

_USUAL_PART = "ppt/presentation.xml"
_EMU_PER_POINT = 12_700
_USUAL_SIZE = (9_144_000, 6_858_000)  # EMU, 10 x 7.5 inches
_GENERIC_TITLES = {"powerpoint presentation", "presentation", "slide 1", "powerpoint-präsentation"}
_COVERING = 0.3  # of the slide: a picture this large on a slide with few words is the slide


def read(source: Source, settings: ReadingSettings, media_type: str) -> Reading:
    """The presentation's reading.

    Raises:
        UnreadableFile, TooLarge, WrongPassword, FileVanished, FileDenied
    """
    with open_package(source, settings) as package:
        main = package.main_part(_USUAL_PART)
        presentation = package.xml(main)
        deck = _Deck(package, settings, _size(presentation))
        for number, part in enumerate(_slide_parts(package, main, presentation), 1):
            if number > settings.max_pages:
                reason = f"slides after {settings.max_pages:,} are over the limit (reading.max_pages)"
                deck.ledger.append(note("too-many-pages", "slide", reason, severity="warning"))
                break
            deck.slide(number, part)
        deck.finish()
        metadata = package.metadata()
        stated = metadata.get("title", "")
        title = "" if stated.casefold() in _GENERIC_TITLES else stated
        return assemble(
            source,
            media_type=media_type,
            reader=READER,
            version=VERSION,
            settings=settings,
            title=title or deck.first_title or PurePath(source.name).stem,
            metadata=metadata,
            pages=deck.pages,
            blocks=deck.blocks,
            objects=deck.pictures.objects,
            ledger=[*package.ledger, *deck.pictures.ledger, *deck.ledger],
            ocr_requests=deck.pictures.requests,
        )


class _Deck:
    """One pass over the slides."""

    def __init__(self, package: Package, settings: ReadingSettings, size: tuple[int, int]) -> None:
        self.package = package
        self.settings = settings
        self.size = size
        self.pictures = Pictures(package.name, settings)
        self.blocks: list[Block] = []
        self.pages: list[PageInfo] = []
        self.ledger: list[LedgerLine] = []
        self.furniture: Counter[str] = Counter()
        self.first_title = ""
        self.used: set[str] = set()
        self.number = 0
        self.part = ""
        self.marks: dict[str, str] = {}

    def slide(self, number: int, part: str) -> None:
        width, height = (value / _EMU_PER_POINT for value in self.size)
        self.pages.append(PageInfo(number, width, height))
        self.number, self.part, self.marks = number, part, {}
        try:
            root = self.package.xml(part)
        except UnreadableFile as error:
            self._say("slide-not-read", error.what, warn=True)
            return
        if attribute(root, "show") in ("0", "false"):
            self.marks = {"hidden": "true"}
            self._say("hidden-slide", "this slide is left out when the presentation is shown; it was read")
        first_request, first_block = len(self.pictures.requests), len(self.blocks)
        shapes = shapes_in_order(root, self._parents(part), self.size)
        if not any(shape.placeholder in TITLES and _text_of(shape.element) for shape in shapes):
            self._block("heading", "", Slide(number), level=1)  # the last slide's title ends here
        self._background(root)
        for shape in shapes:
            self._shape(shape)
        words = sum(count_words(block.text) for block in self.blocks[first_block:])
        if words < self.settings.ocr_thin_words:
            self._hurry(first_request)
        self._notes(part)
        if len(self.blocks) == first_block + 1 and not self.blocks[-1].text:
            self._say("no-text-found", "an empty slide")

    def finish(self) -> None:
        for text, count in self.furniture.items():
            if count > 1:
                reason = f"the same footer on {count} slides, kept once"
                self.ledger.append(note("repeated-furniture", "slide", reason, text=text))
        for part in self.package.media():
            if part not in self.used:
                reason = f"{part} belongs to the design (layout or master) or to nothing"
                self.ledger.append(note("decorative", "picture", reason))

    # shapes

    def _shape(self, shape: Shape) -> None:
        element = shape.element
        if shape.hidden or shape.is_outside:
            if text := _text_of(element) or _table_words(element):
                why = "a hidden shape" if shape.hidden else "outside the slide"
                self.ledger.append(hidden_text(text, why, locator=Slide(self.number)))
            self._mark_used(element)
            return
        place = Slide(self.number, shape.seen)
        text = _text_of(element)
        if shape.placeholder in FURNITURE:
            self._furniture(text, shape.placeholder, place)
        elif shape.placeholder in TITLES and text:
            title = " ".join(text.split())
            self.first_title = self.first_title or title
            self._block("heading", title, place, level=1)
        elif text:
            self._block("paragraph", text, place)
        table = child(element, "graphic", "graphicData", "tbl")
        if table is not None:
            self._table(table, place, description_of(element))
        self._drawing(element, place)

    def _drawing(self, element: Element, place: Slide) -> None:
        drawing = read_drawing(element)
        for picture in drawing.pictures:
            self._picture(picture, place)
        for identity in drawing.charts:
            self._chart(self._target(identity), place, description_of(element))
        for identity in drawing.diagrams:
            self._diagram(self._target(identity), place)
        for identity, program in drawing.embedded:
            target = self._target(identity)
            what = f"{program or 'unknown program'}{f', {target.target}' if target else ''}"
            self._say("embedded-file", f"an embedded file ({what}) is not opened", place=place)

    def _furniture(self, text: str, kind: str, place: Slide) -> None:
        text = " ".join(text.split())
        if not text or kind == "sldNum":
            return
        self.furniture[text] += 1
        if self.furniture[text] == 1:
            self._block("paragraph", text, place, attributes={"role": "footer"})

    def _table(self, element: Element, place: Slide, description: str) -> None:
        rows: list[tuple[str, ...]] = []
        heights: list[int] = []
        for row in element:
            if local(row) != "tr":
                continue
            above = rows[-1] if rows else ()
            cells: list[str] = []
            for cell in row:
                if local(cell) != "tc":
                    continue
                text = _text_of(cell).strip()
                if attribute(cell, "vMerge") in ("1", "true") and len(cells) < len(above):
                    text = text or above[len(cells)]
                cells.append(text)
            rows.append(tuple(cells))
            heights.append(max(1, whole(attribute(row, "h"), 1)))
        first_row = child(element, "tblPr")
        marked = first_row is not None and attribute(first_row, "firstRow") in ("1", "true")
        header = 1 if marked and len(rows) > 1 else guess_header_rows(rows)
        boxes = box_of_rows(place.box, heights)
        places = (Slide(self.number, box) for box in boxes)
        table = Table(tuple(Row(*pair) for pair in zip(rows, places, strict=True)), header)
        if any(any(row) for row in rows):
            self._block("table", table_text(table), place, table=table, caption=description)

    def _picture(self, picture: PictureReference, place: Slide) -> None:
        target = self._target(picture.relationship)
        objects: tuple[str, ...] = ()
        facts: dict[str, str] = {}
        text = ""
        if target is None or (not target.external and target.target not in self.package):
            self.pictures.missing("a picture that is not in the file", locator=place)
        elif target.external:
            self.pictures.missing(f"a picture outside the file, not fetched: {target.target}", locator=place)
        else:
            self.used.add(target.target)
            name = target.target.rpartition("/")[2]
            kept = self.pictures.add(self.package.bytes_of(target.target), name=name, locator=place)
            objects, facts, text = (kept.digest,), dict(kept.facts), kept.text
        self._block(
            "picture",
            text,
            place,
            caption=picture.description,
            objects=objects,
            attributes=facts,
            origin="native" if text else "none",
        )

    def _chart(self, target: Relationship | None, place: Slide, description: str) -> None:
        root = None if target is None or target.external else self.package.optional_xml(target.target)
        if root is None:
            self._say("chart-not-read", "a chart whose part is missing or damaged", place=place, warn=True)
            return
        chart = read_chart(root)
        caption = ". ".join(part for part in (chart.title, chart.notes, description) if part)
        self._block(
            "figure",
            table_text(chart.table),
            place,
            table=chart.table if chart.table.rows else None,
            caption=caption,
            attributes={"chart": chart.kind or "chart"},
        )

    def _diagram(self, target: Relationship | None, place: Slide) -> None:
        root = None if target is None or target.external else self.package.optional_xml(target.target)
        lines = diagram_lines(root) if root is not None else []
        if not lines:
            self._say("no-text-found", "a diagram without readable text", place=place)
            return
        text = "\n".join("  " * max(0, depth - 1) + line for depth, line in lines)
        self._block("figure", text, place, attributes={"diagram": "SmartArt"})

    def _background(self, root: Element) -> None:
        background = child(root, "cSld", "bg")
        if background is not None:
            for picture in read_drawing(background).pictures:
                self._picture(picture, Slide(self.number))

    # what belongs to a slide

    def _notes(self, part: str) -> None:
        place = Slide(self.number)
        for notes in self.package.related(part, "notesSlide"):
            root = self.package.optional_xml(notes)
            tree = child(root, "cSld", "spTree") if root is not None else None
            shapes = [one for one in (tree if tree is not None else ()) if local(one) == "sp"]
            bodies = [one for one in shapes if _placeholder_kind(one) not in (*FURNITURE, "sldImg")]
            for one in shapes:
                if (kind := _placeholder_kind(one)) in FURNITURE:
                    self._furniture(_text_of(one), kind, place)
            if text := "\n".join(filter(None, (_text_of(one) for one in bodies))):
                self._block("heading", "", place, level=2)  # notes are segments of their own
                self._block("paragraph", text, place, attributes={"role": "notes"})
        for text, author in self._comments(part):
            self._block("heading", "", place, level=2)
            attributes = {"role": "comment"} | ({"author": author} if author else {})
            self._block("paragraph", text, place, attributes=attributes)

    def _comments(self, part: str) -> Iterator[tuple[str, str]]:
        for kind in ("comments", "comment"):
            for comments in self.package.related(part, kind):
                root = self.package.optional_xml(comments)
                for one in root.iter() if root is not None else ():
                    if local(one) in ("cm", "reply"):
                        words = child(one, "text")
                        text = words.text if words is not None else _text_of(one)
                        if text and text.strip():
                            yield text, ""

    def _hurry(self, first: int) -> None:
        """On a slide with few words its large pictures are what it says: they are read first."""
        requests = self.pictures.requests
        for index in range(first, len(requests)):
            place = requests[index].locator
            if isinstance(place, Slide) and place.box.area >= _COVERING:
                requests[index] = replace(
                    requests[index], priority=1 + place.box.area / 2, reason="a slide with few words"
                )

    def _mark_used(self, element: Element) -> None:
        for picture in read_drawing(element).pictures:
            target = self._target(picture.relationship)
            if target is not None and not target.external:
                self.used.add(target.target)
                self._say("picture-not-shown", f"{target.target} is hidden or outside the slide")

    def _parents(self, part: str) -> list[Element | None]:
        layouts = self.package.related(part, "slideLayout")
        masters = self.package.related(layouts[0], "slideMaster") if layouts else []
        return [self.package.optional_xml(one) for one in (*layouts[:1], *masters[:1])]

    def _target(self, identity: str) -> Relationship | None:
        return self.package.relationships(self.part).get(identity)

    def _block(self, kind, text: str, place: Slide, *, attributes=None, **more) -> None:
        marks = {**self.marks, **(attributes or {})}
        self.blocks.append(Block(kind, text, place, place=self.number, attributes=marks, **more))

    def _say(self, code: str, reason: str, *, place: Slide | None = None, warn: bool = False) -> None:
        severity: Severity = "warning" if warn else "info"
        kind: LedgerKind = "slide" if place is None else "figure"
        self.ledger.append(note(code, kind, reason, locator=place or Slide(self.number), severity=severity))


def _size(presentation: Element) -> tuple[int, int]:
    size = child(presentation, "sldSz")
    if size is None:
        return _USUAL_SIZE
    width, height = whole(attribute(size, "cx")), whole(attribute(size, "cy"))
    return (width, height) if width > 0 and height > 0 else _USUAL_SIZE


def _slide_parts(package: Package, main: str, presentation: Element) -> list[str]:
    listed = child(presentation, "sldIdLst")
    known = package.relationships(main)
    parts = []
    for one in listed if listed is not None else ():
        identity = next((str(v) for k, v in one.attrib.items() if k.endswith("relationships}id")), "")
        target = known.get(identity)
        if target is not None and not target.external:
            parts.append(target.target)
    return parts


def _placeholder_kind(element: Element) -> str:
    mark = child(element, "nvSpPr", "nvPr", "ph")
    return attribute(mark, "type", "body") if mark is not None else ""


def _text_of(element: Element) -> str:
    """The paragraphs of a shape's or cell's own text."""
    body = child(element, "txBody")
    paragraphs = [_paragraph(one) for one in (body if body is not None else ()) if local(one) == "p"]
    return "\n".join(text for text in paragraphs if text.strip())


def _paragraph(paragraph: Element) -> str:
    text = ""
    for part in paragraph:
        match local(part):
            case "r" | "fld":
                words = child(part, "t")
                text += (words.text or "") if words is not None else ""
            case "br":
                text += "\n"
            case "m" | "AlternateContent":  # equations
                text += " ".join(equation_text(one) for one in part.iter() if local(one) == "oMath")
    return text.replace("\v", "\n").strip()


def _table_words(element: Element) -> str:
    cells = (one for one in element.iter() if local(one) == "tc")
    return "\n".join(filter(None, (_text_of(cell) for cell in cells)))
