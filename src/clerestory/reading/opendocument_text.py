"""OpenDocument texts (.odt): text under its headings, lists, tables, pictures, notes, comments.

In: the open parts of a document. Out: blocks whose places are ranges in the extracted text,
pictures and ledger lines. Knows no archive.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from clerestory.reading.captions import CAPTION_STYLE
from clerestory.reading.elements import Element, attribute, child, local, whole
from clerestory.reading.embedded import Pictures
from clerestory.reading.flowing import FlowText
from clerestory.reading.grids import guess_header_rows
from clerestory.reading.ledger import hidden_text, note
from clerestory.reading.opendocument_charts import read_object
from clerestory.reading.opendocument_parts import (
    Paragraph,
    Parts,
    description_of,
    read_paragraph,
    read_table,
    text_of,
)
from clerestory.types import CharRange, LedgerLine, Table

BULLET = "•"
_CONTAINERS = {
    *("section", "index-body", "table-of-content", "illustration-index", "table-index", "alphabetical-index"),
    *(
        "bibliography",
        "user-index",
        "object-index",
        "index-title",
        "text-box",
        "numbered-paragraph",
        "note-body",
    ),
    *("page-sequence", "text"),
}
_CAPTIONS = {"caption", "figure", "illustration", "drawing"}
_CODE = {"preformatted text", "source text", "code"}


class TextWalk:
    """One pass over a text; ``flow`` and ``pictures`` hold what was found."""

    def __init__(self, parts: Parts, pictures: Pictures) -> None:
        self.parts = parts
        self.flow = FlowText()
        self.pictures = pictures
        self.title = ""
        self.used: set[str] = set()
        self.ledger: list[LedgerLine] = []
        self.hidden: list[str] = []
        self.role: dict[str, str] = {}
        self.numbered = _numbered_lists(parts)

    def run(self) -> None:
        self.blocks(self.parts.body("text"))
        self._margins()
        if self.hidden:
            self.ledger.append(hidden_text("\n".join(self.hidden), "formatted as hidden"))

    def blocks(self, elements: Iterable[Element]) -> None:
        for element in elements:
            match local(element):
                case "h":
                    self._paragraph(element, level=max(1, whole(attribute(element, "outline-level"), 1)))
                case "p":
                    self._paragraph(element)
                case "list":
                    self._list(element, depth=1)
                case "table":
                    self._table(element)
                case "frame" | "g" | "custom-shape" | "rect":
                    self.frame(element)
                case "tracked-changes":
                    self._deleted(element)
                case name if name in _CONTAINERS:
                    self.blocks(element)

    def _paragraph(self, element: Element, *, level: int = 0, label: str = "") -> None:
        found = read_paragraph(element, self.parts)
        parents = set(self.parts.style(element).parents)
        if "title" in parents and not level:
            level = 1
            self.title = self.title or " ".join(found.text.split())
        attributes = dict(self.role)
        if parents & _CAPTIONS and not level:
            attributes["style"] = CAPTION_STYLE
        kind = "heading" if level and not self.role else "code" if parents & _CODE else "paragraph"
        text = f"{label} {found.text.strip()}" if label and found.text.strip() else found.text
        previous = self.flow.blocks[-1] if self.flow.blocks else None
        if kind == "code" and previous is not None and previous.kind == "code":
            text = "\n" + text if text.strip() else text
        self.flow.add_text(kind, text, level=level, attributes=attributes)  # type: ignore[arg-type]
        self._after(found)

    def _list(self, element: Element, *, depth: int, style: str = "") -> None:
        style = attribute(element, "style-name") or style
        number = 0
        for item in element:
            if local(item) not in ("list-item", "list-header"):
                continue
            number += local(item) == "list-item"
            label = f"{number}." if (style, depth) in self.numbered else BULLET
            for one in item:
                if local(one) == "list":
                    self._list(one, depth=depth + 1, style=style)
                elif local(one) in ("p", "h"):
                    level = whole(attribute(one, "outline-level")) if local(one) == "h" else 0
                    self._paragraph(one, level=level, label="" if level else label)
                    label = ""
                else:
                    self.blocks([one])

    def _table(self, element: Element) -> None:
        table, paragraphs = read_table(element, self.parts)
        if any(len(row.cells) > 1 for row in table.rows):
            header = table.header_rows or guess_header_rows([row.cells for row in table.rows])
            self.flow.add_table(Table(table.rows, min(header, len(table.rows))), attributes=self.role)
            for found in paragraphs:
                self._after(found)
        else:  # a frame around text
            for cell in element.iter():
                if local(cell) == "table-cell":
                    self.blocks(cell)

    def _after(self, found: Paragraph) -> None:
        if found.hidden.strip():
            self.hidden.append(found.hidden.strip())
        for frame in found.frames:
            self.frame(frame)
        before = self.role
        for body in found.notes:
            self.role = {"role": "footnote"}
            self.blocks(body)
        for comment in found.comments:
            author = child(comment, "creator")
            self.role = {"role": "comment"}
            if author is not None and author.text:
                self.role["author"] = author.text
            self.blocks(one for one in comment if local(one) in ("p", "list"))
        self.role = before

    def frame(self, frame: Element) -> None:
        """A picture, text box, chart or formula."""
        description = description_of(frame)
        if local(frame) in ("g", "custom-shape", "rect"):
            for one in frame:
                if local(one) in ("frame", "g", "custom-shape", "rect"):
                    self.frame(one)
                elif local(one) in ("p", "list"):
                    self.blocks([one])
            return
        kinds = {local(one): one for one in reversed(frame)}
        if "text-box" in kinds:
            self.blocks(kinds["text-box"])
        elif "object" in kinds:
            self._object(kinds["object"], description)
        elif "image" in kinds:
            self._picture(attribute(kinds["image"], "href"), kinds["image"], description)
        elif "table" in kinds:
            self._table(kinds["table"])
        else:
            for name in kinds.keys() & {"object-ole", "plugin", "floating-frame", "applet"}:
                self._say("embedded-file", f"an embedded {name} is not opened")

    def _object(self, element: Element, description: str) -> None:
        found = read_object(self.parts, element)
        if found is None:
            self._say("embedded-file", f"an embedded object ({attribute(element, 'href')}) is not opened")
        elif found.table.rows:
            caption = ". ".join(part for part in (found.title, description) if part)
            self.flow.add_table(found.table, caption=caption, attributes={**self.role, "chart": found.kind})
            self.flow.blocks[-1] = replace(self.flow.blocks[-1], kind="figure")
        else:
            self.flow.add_text("paragraph", found.title, attributes=self.role)

    def _picture(self, reference: str, element: Element, description: str) -> None:
        end = self.flow.end
        place = CharRange(end, end + len(" ".join(description.split())))
        objects: list[str] = []
        facts: Mapping[str, str] = {}
        content = self.parts.picture(reference) if reference else inline_picture(element)
        if content is None:
            self.pictures.missing(f"a picture outside the file, not fetched: {reference}", locator=place)
        else:
            self.used.add(reference.removeprefix("./"))
            name = reference.rpartition("/")[2] or "a picture"
            kept = self.pictures.add(content, name=name, locator=place)
            objects, facts = [kept.digest], kept.facts
            description = f"{description}\n{kept.text}".strip()
        self.flow.add_picture(description, objects=objects, attributes={**self.role, **facts})

    def _margins(self) -> None:
        """Headers and footers, each text once."""
        root = self.parts.styles_root
        masters = child(root, "master-styles") if root is not None else None
        seen: set[str] = set()
        for kind in ("header", "footer"):
            for one in masters.iter() if masters is not None else ():
                if local(one) in (kind, f"{kind}-left", f"{kind}-first") and len(one):
                    text = text_of(one, self.parts)
                    if text not in seen or any(local(part) == "frame" for part in one.iter()):
                        seen.add(text)
                        self.role = {"role": kind}
                        self.blocks(one)
        self.role = {}

    def _deleted(self, changes: Element) -> None:
        texts = [text_of(one, self.parts) for one in changes.iter() if local(one) == "deletion"]
        if text := "\n".join(filter(None, texts)):
            reason = "deleted, and kept as a tracked change"
            self.ledger.append(note("tracked-deletion", "text", reason, text=text))

    def _say(self, code: str, reason: str) -> None:
        here = CharRange(self.flow.end, self.flow.end)
        self.ledger.append(note(code, "file", reason, locator=here))


def inline_picture(element: Element) -> bytes | None:
    """A picture that stands in the XML itself."""
    import base64
    import binascii

    data = child(element, "binary-data")
    if data is None or not data.text:
        return None
    try:
        return base64.b64decode(data.text)
    except (binascii.Error, ValueError):
        return b""  # damaged; said when it cannot be decoded


def _numbered_lists(parts: Parts) -> set[tuple[str, int]]:
    """(list style, level) of all levels that count with numbers or letters."""
    numbered = set()
    for root in (parts.styles_root, parts.content):
        for group in ("styles", "automatic-styles"):
            styles = child(root, group) if root is not None else None
            for style in styles if styles is not None else ():
                if local(style) == "list-style":
                    for level in style:
                        if local(level) == "list-level-style-number" and attribute(level, "num-format"):
                            numbered.add((attribute(style, "name"), whole(attribute(level, "level"), 1)))
    return numbered
