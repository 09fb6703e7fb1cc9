"""What OpenDocument text, sheets and slides share: the package, styles, text of paragraphs.

In: a checked archive. Out: its XML, metadata and pictures, and paragraphs as text with what
is anchored in them. Source: OASIS OpenDocument 1.3 (parts 2 and 3).
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, field

from clerestory.errors import UnreadableFile, WrongPassword
from clerestory.reading.archive import Archive
from clerestory.reading.elements import Element, attribute, child, local, whole
from clerestory.reading.markup_xml import parse_xml
from clerestory.reading.ooxml import MAX_XML_MB
from clerestory.types import Row, Table

MAX_REPEATED = 200  # copies of one filled cell or row; programs repeat thousands only for emptiness
MAX_SPACES = 200
_META = {
    "title": "title",
    "initial-creator": "author",
    "creator": "author",
    "subject": "subject",
    "description": "description",
    "keyword": "keywords",
    "creation-date": "created",
    "date": "modified",
    "language": "language",
}
_RIGHTS = {"rights", "copyright", "license", "licence"}
_PICTURE_FOLDERS = ("Pictures/", "media/")


@dataclass(frozen=True, slots=True)
class Style:
    parents: tuple[str, ...]  # its own name, then those it is based on, as shown to people
    hidden: bool


PLAIN = Style((), False)


@dataclass(slots=True)
class Parts:
    """An open document; ``styles`` by name."""

    archive: Archive
    name: str
    content: Element
    styles_root: Element | None
    styles: dict[str, Style] = field(default_factory=dict)

    def body(self, kind: str) -> Element:
        """``text``, ``spreadsheet`` or ``presentation``.

        Raises:
            UnreadableFile: the document is of another kind.
        """
        body = child(self.content, "body", kind)
        if body is None:
            raise UnreadableFile(f"there is no {kind} in it", where=self.name)
        return body

    def style(self, element: Element) -> Style:
        return self.styles.get(attribute(element, "style-name"), PLAIN)

    def automatic(self, element: Element, properties: str) -> Element | None:
        """Properties of the element's own style."""
        name = attribute(element, "style-name")
        styles = child(self.content, "automatic-styles")
        for one in styles if styles is not None else ():
            if local(one) == "style" and attribute(one, "name") == name:
                return child(one, properties)
        return None

    def picture(self, reference: str) -> bytes | None:
        """The bytes of a picture in the package; None if it is not in there."""
        part = posixpath.normpath(reference.removeprefix("./")).lstrip("/")
        return self.archive.read(part) if part in self.archive else None

    def object_content(self, reference: str) -> Element | None:
        """The content of an embedded chart or formula."""
        part = posixpath.join(posixpath.normpath(reference.removeprefix("./")).lstrip("/"), "content.xml")
        if part not in self.archive:
            return None
        try:
            return parse_xml(self.archive.read(part, max_mb=MAX_XML_MB), where=self.name, part=part)
        except UnreadableFile:
            return None  # the caller says what is missing

    def pictures(self) -> list[str]:
        return [name for name in self.archive.names if name.startswith(_PICTURE_FOLDERS)]

    def metadata(self) -> dict[str, str]:
        if "meta.xml" not in self.archive:
            return {}
        facts: dict[str, str] = {}
        root = parse_xml(self.archive.read("meta.xml", max_mb=16), where=self.name, part="meta.xml")
        meta = child(root, "meta")
        for one in meta if meta is not None else ():
            text = " ".join("".join(one.itertext()).split())
            if (key := _META.get(local(one))) and text:
                facts[key] = f"{facts[key]}, {text}" if key == "keywords" and key in facts else text
            elif local(one) == "user-defined" and attribute(one, "name").lower() in _RIGHTS and text:
                facts["licence"] = text
        return facts


@dataclass(slots=True)
class Paragraph:
    text: str = ""
    hidden: str = ""
    frames: list[Element] = field(default_factory=list)
    notes: list[Element] = field(default_factory=list)  # bodies
    comments: list[Element] = field(default_factory=list)


def open_parts(archive: Archive, name: str) -> Parts:
    """The document's parts.

    Raises:
        UnreadableFile, TooLarge, WrongPassword
    """
    if "META-INF/manifest.xml" in archive and b"encryption-data" in archive.read("META-INF/manifest.xml"):
        raise WrongPassword(
            "an encrypted OpenDocument file; decryption is not supported",
            where=name,
            fix="Save a copy without a password.",
        )
    content = parse_xml(archive.read("content.xml", max_mb=MAX_XML_MB), where=name, part="content.xml")
    styles = None
    if "styles.xml" in archive:
        styles = parse_xml(archive.read("styles.xml", max_mb=MAX_XML_MB), where=name, part="styles.xml")
    parts = Parts(archive, name, content, styles)
    parts.styles = _styles([root for root in (styles, content) if root is not None])
    return parts


def read_paragraph(element: Element, parts: Parts) -> Paragraph:
    """The text of a ``p`` or ``h`` and what is anchored in it."""
    found = Paragraph()
    _inline(element, found, parts, hidden=parts.style(element).hidden)
    return found


def text_of(element: Element, parts: Parts) -> str:
    """All paragraphs inside as lines, whatever they are nested in."""
    return "\n".join(
        text for text in (read_paragraph(one, parts).text.strip() for one in _lines(element)) if text
    )


def read_table(element: Element, parts: Parts) -> tuple[Table, list[Paragraph]]:
    """A table of a text or slide, and its paragraphs for what hangs on them."""
    rows: list[Row] = []
    paragraphs: list[Paragraph] = []
    header_rows = 0
    for row, in_header in _rows(element, header=False):
        cells: list[str] = []
        for cell in row:
            if local(cell) not in ("table-cell", "covered-table-cell"):
                continue
            own = [read_paragraph(one, parts) for one in _lines(cell)]
            paragraphs += own
            text = "\n".join(filter(None, (paragraph.text.strip() for paragraph in own)))
            repeated = max(1, whole(attribute(cell, "number-columns-repeated"), 1))
            cells.extend([text] * min(repeated, MAX_REPEATED))
        copies = max(1, whole(attribute(row, "number-rows-repeated"), 1)) if any(cells) else 0
        rows.extend([Row(tuple(cells))] * min(copies, MAX_REPEATED))
        header_rows += bool(in_header and copies)
    width = max((len(row.cells) for row in rows), default=0)
    while width and all(len(row.cells) < width or not row.cells[width - 1] for row in rows):
        width -= 1  # empty columns that fill the page
    even = tuple(Row((row.cells + ("",) * width)[:width]) for row in rows)
    return Table(even, header_rows), paragraphs


def description_of(frame: Element) -> str:
    """The alternative text of a frame."""
    texts = [(one.text or "").strip() for one in frame if local(one) in ("title", "desc")]
    return "\n".join(dict.fromkeys(text for text in texts if text))


def _inline(element: Element, found: Paragraph, parts: Parts, *, hidden: bool) -> None:
    def say(text: str | None) -> None:
        if hidden:
            found.hidden += _folded(text)
        else:
            found.text += _folded(text)

    say(element.text)
    for one in element:
        match local(one):
            case "s":
                say_count = min(MAX_SPACES, max(1, whole(attribute(one, "c"), 1)))
                found.text += "" if hidden else " " * say_count
            case "tab":
                found.text += "" if hidden else "\t"
            case "line-break":
                found.text += "" if hidden else "\n"
            case "note":
                body = child(one, "note-body")
                if body is not None:
                    found.notes.append(body)
            case "annotation":
                found.comments.append(one)
            case "frame" | "g" | "custom-shape" | "rect" | "object":
                found.frames.append(one)
            case "hidden-text" | "hidden-paragraph":
                found.hidden += "".join(one.itertext()) + attribute(one, "string-value")
            case "ruby-text":
                say(f"({''.join(one.itertext())})")
            case "annotation-end" | "bookmark" | "soft-page-break" | "":
                pass
            case _:
                _inline(
                    one, found, parts, hidden=hidden or (local(one) == "span" and parts.style(one).hidden)
                )
        say(one.tail)


def _folded(text: str | None) -> str:
    """White space as OpenDocument counts it: any run is one space."""
    if not text:
        return ""
    words = " ".join(text.split())
    return (" " if text[0].isspace() else "") + words + (" " if text[-1].isspace() and words else "")


def _lines(element: Element) -> Iterator[Element]:
    """Paragraphs inside, not those of notes and comments."""
    for one in element:
        if local(one) in ("p", "h"):
            yield one
        elif local(one) not in ("note", "annotation", ""):
            yield from _lines(one)


def _rows(element: Element, *, header: bool) -> Iterator[tuple[Element, bool]]:
    for one in element:
        if local(one) == "table-row":
            yield one, header
        elif local(one) in ("table-header-rows", "table-rows", "table-row-group"):
            yield from _rows(one, header=header or local(one) == "table-header-rows")


def _styles(roots: list[Element]) -> dict[str, Style]:
    raw: dict[str, Element] = {}
    for root in roots:
        for group in ("styles", "automatic-styles"):
            found = child(root, group)
            for one in found if found is not None else ():
                if local(one) == "style":
                    raw[attribute(one, "name")] = one
    styles = {}
    for name in raw:
        parents: list[str] = []
        hidden = False
        at = name
        while at in raw and at not in parents and len(parents) < 30:
            parents.append(at)
            properties = child(raw[at], "text-properties")
            hidden = hidden or (properties is not None and attribute(properties, "display") == "none")
            at = attribute(raw[at], "parent-style-name")
        if at and at not in parents:
            parents.append(at)
        styles[name] = Style(tuple(parent.replace("_20_", " ").lower() for parent in parents), hidden)
    return styles
