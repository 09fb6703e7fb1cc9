"""Word documents (.docx): text under its headings, tables, pictures, charts, notes and comments.

In: an asset that is an Office Open XML text document. Out: its Reading, whose places are
ranges in the extracted text. Notes and comments follow the paragraph that calls them,
headers and footers come once at the end. Deleted and hidden text is kept apart in the
ledger; nothing outside the file is fetched. Source: ECMA-376 part 1, section 17.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import PurePath

from clerestory.reading.assembling import assemble
from clerestory.reading.captions import CAPTION_STYLE, attach_captions
from clerestory.reading.charts import diagram_lines, read_chart
from clerestory.reading.drawing import Drawing, PictureReference, chosen
from clerestory.reading.elements import Element, attribute, child, local
from clerestory.reading.embedded import Pictures
from clerestory.reading.flowing import FlowText
from clerestory.reading.included import included_paragraphs
from clerestory.reading.ledger import hidden_text, note
from clerestory.reading.numbering import read_numbering
from clerestory.reading.ooxml import Package, open_package
from clerestory.reading.source import Source
from clerestory.reading.word_tables import WordTable, read_table
from clerestory.reading.word_text import Paragraph, paragraph_style, read_paragraph, read_styles
from clerestory.settings import ReadingSettings
from clerestory.types import CharRange, LedgerKind, LedgerLine, Reading, Severity

READER = "word"
VERSION = "1"

_USUAL_PART = "word/document.xml"
_WRAPPERS = {
    "sdt",
    "sdtContent",
    "customXml",
    "ins",
    "moveTo",
    "smartTag",
    "body",
    "comment",
    "footnote",
    "endnote",
}
_KNOWN_SAFE = {"hyperlink"}  # addresses in the text, which nothing loads by itself


def read(source: Source, settings: ReadingSettings, media_type: str) -> Reading:
    """The document's reading.

    Raises:
        UnreadableFile, TooLarge, WrongPassword, FileVanished, FileDenied
    """
    with open_package(source, settings) as package:
        walk = _Walk(package, settings, package.main_part(_USUAL_PART))
        walk.run()
        metadata = package.metadata()
        if walk.language and "language" not in metadata:
            metadata["language"] = walk.language
        blocks = attach_captions(walk.flow.blocks)
        headings = [block for block in blocks if block.kind == "heading" and block.level == 1]
        title = walk.title or metadata.get("title", "") or (headings[0].text if headings else "")
        return assemble(
            source,
            media_type=media_type,
            reader=READER,
            version=VERSION,
            settings=settings,
            title=title or PurePath(source.name).stem,
            metadata=metadata,
            blocks=blocks,
            objects=walk.pictures.objects,
            ledger=[*package.ledger, *walk.pictures.ledger, *walk.lines()],
            ocr_requests=walk.pictures.requests,
            text=walk.flow.text,
        )


class _Walk:
    """One pass over the document; ``flow`` and ``pictures`` hold what was found."""

    def __init__(self, package: Package, settings: ReadingSettings, part: str) -> None:
        self.package = package
        self.settings = settings
        self.part = part  # whose relationships count now
        self.main = part
        self.flow = FlowText()
        self.pictures = Pictures(package.name, settings)
        self.title = ""
        self.ledger: list[LedgerLine] = []
        self.hidden: list[str] = []
        self.deleted: list[str] = []
        self.role: dict[str, str] = {}
        self.code: list[str] = []
        self.used: set[str] = set()
        styles = self._one("styles")
        self.styles = read_styles(styles)
        self.numbering = read_numbering(self._one("numbering"))
        self.language = _default_language(styles)
        self.notes = {kind: self._entries(f"{kind}s", kind) for kind in ("footnote", "endnote")}
        self.comments = self._entries("comments", "comment")
        self.open_notes: list[tuple[str, str]] = []

    def run(self) -> None:
        body = child(self.package.xml(self.main), "body")
        self._blocks(body if body is not None else ())
        self._end_code()
        self._called([(kind, identity) for kind, notes in self.notes.items() for identity in notes], ())
        self._called((), list(self.comments))
        for kind in ("header", "footer"):
            self._margins(kind)
        self._unseen_pictures()
        self._outside()

    def lines(self) -> list[LedgerLine]:
        lines = list(self.ledger)
        if self.hidden:
            lines.append(hidden_text("\n".join(self.hidden), "formatted as hidden"))
        if self.deleted:
            text = "\n".join(self.deleted)
            lines.append(note("tracked-deletion", "text", "deleted, and kept as a tracked change", text=text))
        return lines

    # blocks

    def _blocks(self, elements: Iterable[Element]) -> None:
        for element in elements:
            match local(element):
                case "p":
                    self._paragraph(element)
                case "tbl":
                    self._end_code()
                    self._table(element)
                case "AlternateContent":
                    branch = chosen(element)
                    self._blocks(branch if branch is not None else ())
                case "altChunk":
                    self._end_code()
                    self._foreign(attribute(element, "id"))
                case "del" | "moveFrom":
                    self.deleted.append(" ".join(element.itertext()).strip())
                case name if name in _WRAPPERS:
                    self._blocks(element)

    def _paragraph(self, element: Element) -> None:
        style = paragraph_style(element, self.styles)
        found = read_paragraph(element, self.styles)
        text = found.text
        if style.list_id:
            label = self.numbering.label(style.list_id, style.list_depth)  # empty paragraphs count too
            text = f"{label} {text.strip()}" if label and text.strip() else text
        if style.is_code and text.strip():
            self.code.append(text)
            self._after(found)
            return
        self._end_code()
        attributes = dict(self.role)
        if style.is_caption:
            attributes["style"] = CAPTION_STYLE
        heading = bool(style.level) and not self.role
        self.flow.add_text(
            "heading" if heading else "paragraph", text, level=style.level, attributes=attributes
        )
        if style.name == "title" and not self.title and not self.role:
            self.title = " ".join(text.split())
        self._after(found)

    def _end_code(self) -> None:
        if self.code:
            self.flow.add_text("code", "\n".join(self.code))
            self.code = []

    def _table(self, element: Element) -> None:
        table = read_table(element, self._cell_text)
        if table.columns <= 1:  # a frame around text
            for cell in table.cells:
                self._blocks(cell)
            return
        self.flow.add_table(table.table(), attributes=self.role)
        self._of_table(table)

    def _of_table(self, table: WordTable) -> None:
        """What hangs on a table's cells comes after it."""
        self.deleted.extend(table.deleted)
        for found in table.paragraphs:
            self._after(found)

    def _cell_text(self, cell: Element, paragraphs: list[Paragraph]) -> str:
        """A cell's text; nested tables become lines, what hangs on it is put into ``paragraphs``."""
        texts: list[str] = []
        for element in cell:
            match local(element):
                case "p":
                    style = paragraph_style(element, self.styles)
                    found = read_paragraph(element, self.styles)
                    paragraphs.append(found)
                    text = found.text.strip()
                    if style.list_id and text:
                        text = f"{self.numbering.label(style.list_id, style.list_depth)} {text}".strip()
                    texts.append(text)
                case "tbl":
                    inner = read_table(element, self._cell_text)
                    paragraphs.extend(inner.paragraphs)
                    texts.extend("; ".join(filter(None, row)) for row in inner.rows)
                case "AlternateContent":
                    branch = chosen(element)
                    texts.append(self._cell_text(branch, paragraphs) if branch is not None else "")
                case name if name in _WRAPPERS:
                    texts.append(self._cell_text(element, paragraphs))
        return "\n".join(text for text in texts if text)

    # what hangs on paragraphs

    def _after(self, found: Paragraph) -> None:
        if found.hidden.strip():
            self.hidden.append(found.hidden.strip())
        if found.deleted.strip():
            self.deleted.append(found.deleted.strip())
        for drawing in found.drawings:
            self._end_code()
            self._drawing(drawing)
        self._called(found.notes, found.comments)

    def _called(self, notes: Sequence[tuple[str, str]], comments: Sequence[str]) -> None:
        for kind, identity in notes:
            element = self.notes[kind].pop(identity, None)
            if element is not None:
                self._end_code()
                with self._inside(self._part_of(f"{kind}s"), {"role": kind}):
                    self._blocks(element)
        for identity in comments:
            element = self.comments.pop(identity, None)
            if element is not None:
                self._end_code()
                author = attribute(element, "author")
                with self._inside(self._part_of("comments"), {"role": "comment"} | _if("author", author)):
                    self._blocks(element)

    def _drawing(self, drawing: Drawing) -> None:
        for picture in drawing.pictures:
            self._picture(picture)
        for identity in drawing.charts:
            self._chart(identity)
        for identity in drawing.diagrams:
            self._diagram(identity)
        for words in drawing.words:
            self.flow.add_text("paragraph", words, attributes=self.role)
        for box in drawing.boxes:
            self._blocks(box)
            self._end_code()
        for identity, program in drawing.embedded:
            target = self.package.relationships(self.part).get(identity)
            what = (
                f"an embedded file ({program or 'unknown program'}{f', {target.target}' if target else ''})"
            )
            self._say("embedded-file", "file", f"{what} is not opened")

    def _picture(self, picture: PictureReference) -> None:
        target = self.package.relationships(self.part).get(picture.relationship)
        objects: list[str] = []
        facts: Mapping[str, str] = {}
        text = ""
        end = self.flow.end
        place = CharRange(end, end + len(picture.description))
        if target is None or (not target.external and target.target not in self.package):
            self.pictures.missing("a picture that is not in the file", locator=place)
        elif target.external:  # the rest of what lies outside is said once, in _outside
            self.pictures.missing(f"a picture outside the file, not fetched: {target.target}", locator=place)
        else:
            self.used.add(target.target)
            name = target.target.rpartition("/")[2]
            kept = self.pictures.add(self.package.bytes_of(target.target), name=name, locator=place)
            objects, facts, text = [kept.digest], kept.facts, kept.text
        words = f"{picture.description}\n{text}".strip()
        self.flow.add_picture(words, objects=objects, attributes={**self.role, **facts})

    def _chart(self, identity: str) -> None:
        target = self.package.relationships(self.part).get(identity)
        root = None if target is None or target.external else self.package.optional_xml(target.target)
        if root is None:
            reason = "a chart whose part is missing or damaged"
            self._say("chart-not-read", "figure", reason, severity="warning")
            return
        chart = read_chart(root)
        caption = ". ".join(part for part in (chart.title, chart.notes) if part)
        self.flow.add_table(
            chart.table, caption=caption, attributes={**self.role, "chart": chart.kind or "chart"}
        )
        self.flow.blocks[-1] = replace(self.flow.blocks[-1], kind="figure")

    def _diagram(self, identity: str) -> None:
        target = self.package.relationships(self.part).get(identity)
        root = None if target is None or target.external else self.package.optional_xml(target.target)
        lines = diagram_lines(root) if root is not None else []
        text = "\n".join("  " * max(0, depth - 1) + line for depth, line in lines)
        if text.strip():
            self.flow.add_text("figure", text, attributes={**self.role, "diagram": "SmartArt"})
        else:
            reason = "a diagram without readable text"
            self._say("no-text-found", "figure", reason)

    def _foreign(self, identity: str) -> None:
        """A document inside the document (``altChunk``): HTML and text are read, others are named."""
        target = self.package.relationships(self.part).get(identity)
        if target is None or target.external or target.target not in self.package:
            return
        ending = target.target.rpartition(".")[2].lower()
        if ending in ("html", "htm", "xhtml", "mht", "txt"):
            for text in included_paragraphs(self.package.bytes_of(target.target), ending):
                self.flow.add_text("paragraph", text, attributes=self.role)
        if ending not in ("html", "htm", "xhtml", "txt"):
            reason = f"an included document is not read in full: {target.target}"
            self._say("embedded-file", "file", reason, severity="warning")

    # the rest of the package

    def _margins(self, kind: str) -> None:
        """Headers or footers, each text once."""
        seen: set[str] = set()
        for part in self.package.related(self.main, kind):
            root = self.package.optional_xml(part)
            if root is None:
                continue
            signature = "".join(one.text or "" for one in root.iter() if local(one) == "t")
            drawn = any(local(one) in ("drawing", "pict") for one in root.iter())
            if signature.strip() in seen and not drawn:
                continue
            seen.add(signature.strip())
            with self._inside(part, {"role": kind}):
                self._blocks(root)
                self._end_code()

    def _unseen_pictures(self) -> None:
        for part in self.package.media():
            if part not in self.used:
                reason = f"{part} is in the file but the text does not show it"
                self.pictures.missing(reason, locator=None, severity_warning=False)

    def _outside(self) -> None:
        for one in self.package.relationships(self.main).values():
            if one.external and one.kind not in _KNOWN_SAFE and one.kind != "image":
                reason = f"{one.kind} outside the file, not fetched: {one.target}"
                self.ledger.append(note("external-not-fetched", "file", reason))

    @contextmanager
    def _inside(self, part: str, role: dict[str, str]) -> Iterator[None]:
        before = self.part, self.role
        self.part, self.role = part, role
        try:
            yield
        finally:
            self.part, self.role = before

    def _part_of(self, kind: str) -> str:
        return next(iter(self.package.related(self.main, kind)), self.main)

    def _one(self, kind: str) -> Element | None:
        parts = self.package.related(self.main, kind)
        return self.package.optional_xml(parts[0]) if parts else None

    def _entries(self, kind: str, name: str) -> dict[str, Element]:
        root = self._one(kind)
        return {
            attribute(one, "id"): one
            for one in (root if root is not None else ())
            if local(one) == name and attribute(one, "type", "normal") == "normal"
        }

    def _say(self, code: str, kind: LedgerKind, reason: str, *, severity: Severity = "info") -> None:
        here = CharRange(self.flow.end, self.flow.end)
        self.ledger.append(note(code, kind, reason, locator=here, severity=severity))


def _if(name: str, value: str) -> dict[str, str]:
    return {name: value} if value else {}


def _default_language(styles: Element | None) -> str:
    defaults = child(styles, "docDefaults", "rPrDefault", "rPr", "lang") if styles is not None else None
    return attribute(defaults, "val") if defaults is not None else ""
