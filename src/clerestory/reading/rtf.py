"""Rich Text Format (.rtf): paragraphs under headings, tables, pictures, notes.

In: an asset that is an RTF file. Out: its Reading, whose places are ranges in the extracted
text. Hidden and deleted text is kept apart in the ledger; embedded objects are not opened.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath

from clerestory.errors import UnreadableFile
from clerestory.reading.assembling import assemble
from clerestory.reading.captions import attach_captions
from clerestory.reading.embedded import Pictures
from clerestory.reading.flowing import FlowText
from clerestory.reading.grids import guess_header_rows
from clerestory.reading.ledger import hidden_text, note
from clerestory.reading.rtf_events import Event, events
from clerestory.reading.source import Source
from clerestory.settings import ReadingSettings
from clerestory.types import CharRange, LedgerLine, Reading, Row, Table

READER = "rtf"
VERSION = "1"

_INFO = {"doccomm": "description"}
_MAX_CELLS = 1_000  # of one row


def read(source: Source, settings: ReadingSettings, media_type: str) -> Reading:
    """The document's reading.

    Raises:
        UnreadableFile, TooLarge, EmptyFile, FileVanished, FileDenied
    """
    content = source.read_bytes(settings.max_file_mb)
    if not content.lstrip().startswith(b"{\\rtf"):
        raise UnreadableFile("not an RTF file", where=source.name)
    walk = _Walk(Pictures(source.name, settings))
    for event in events(content):
        walk.take(event)
    walk.finish()
    blocks = attach_captions(walk.flow.blocks)
    title = next((block.text for block in blocks if block.kind == "heading" and block.level == 1), "")
    return assemble(
        source,
        media_type=media_type,
        reader=READER,
        version=VERSION,
        settings=settings,
        title=walk.metadata.get("title", "") or title or PurePath(source.name).stem,
        metadata=walk.metadata,
        blocks=blocks,
        objects=walk.pictures.objects,
        ledger=[*walk.pictures.ledger, *walk.ledger],
        ocr_requests=walk.pictures.requests,
        text=walk.flow.text,
    )


class _Walk:
    """Gathers events into paragraphs, tables and pictures."""

    def __init__(self, pictures: Pictures) -> None:
        self.flow = FlowText()
        self.pictures = pictures
        self.metadata: dict[str, str] = {}
        self.open_fact = ""
        self.ledger: list[LedgerLine] = []
        self.texts: dict[str, str] = {}  # the open paragraph, by role
        self.level = 0
        self.cells: list[str] = []
        self.rows: list[tuple[str, ...]] = []
        self.waiting: list[Event] = []  # pictures of the open paragraph or table
        self.notes: list[tuple[str, str]] = []  # notes and comments of it
        self.of_table: tuple[list[Event], list[tuple[str, str]]] = ([], [])  # the same, of its rows
        self.margins: dict[str, str] = {}  # texts of headers and footers, each once
        self.hidden: list[str] = []
        self.deleted: list[str] = []

    def take(self, event: Event) -> None:
        match event.kind:
            case "text":
                self._text(event)
            case "paragraph":
                self._paragraph(event)
            case "cell":
                if len(self.cells) < _MAX_CELLS:
                    self.cells.append(self.texts.pop("", "").strip())
            case "row":
                if any(self.cells):
                    self.rows.append(tuple(self.cells))
                self.of_table[0].extend(self.waiting)
                self.of_table[1].extend(self.notes)
                self.cells, self.waiting, self.notes = [], [], []
            case "picture":
                self.waiting.append(event)
            case "object":
                here = CharRange(self.flow.end, self.flow.end)
                reason = "an embedded object is not opened; its picture, if it has one, is kept"
                self.ledger.append(note("embedded-file", "file", reason, locator=here))
            case "info":
                self._info(_INFO.get(event.role, event.role), event.text)

    def finish(self) -> None:
        for role in list(self.texts):
            self._paragraph(Event("paragraph", role=role))
        if self.cells:
            self.take(Event("row"))
        self._end_table()
        self._after()
        for text, role in self.margins.items():
            self.flow.add_text("paragraph", text, attributes={"role": role})
        if any(self.hidden):
            self.ledger.append(hidden_text("".join(self.hidden), "formatted as hidden"))
        if any(self.deleted):
            reason = "deleted, and kept as a tracked change"
            self.ledger.append(note("tracked-deletion", "text", reason, text="".join(self.deleted)))

    def _info(self, key: str, text: str) -> None:
        """A fact of the file comes in pieces and ends with an empty one; the first of a kind counts."""
        if text:
            self.open_fact += text
            return
        if any(letter.isalnum() for letter in self.open_fact):
            self.metadata.setdefault(key, self.open_fact.strip())
        self.open_fact = ""

    def _text(self, event: Event) -> None:
        if event.deleted:
            self.deleted.append(event.text)
        elif event.hidden:
            self.hidden.append(event.text)
        else:
            self.texts[event.role] = self.texts.get(event.role, "") + event.text
            if not event.role:
                self.level = event.level

    def _paragraph(self, event: Event) -> None:
        text = self.texts.pop(event.role, "").replace("\ufeff", "")
        if event.in_table and not event.role:
            self.texts[""] = text + "\n"
            return
        if event.role in ("header", "footer"):
            if any(letter.isalnum() for letter in text):
                self.margins.setdefault(text.strip(), event.role)
            return
        if event.role:
            if text.strip():
                self.notes.append((event.role, text))
            return
        if text.strip() or not self.rows:
            self._end_table()
        level = event.level or self.level
        self.level = 0
        self.flow.add_text("heading" if level else "paragraph", text, level=level)
        self._after()

    def _end_table(self) -> None:
        if self.rows:
            width = max(map(len, self.rows))
            even = [row + ("",) * (width - len(row)) for row in self.rows]
            self.rows = []
            if width == 1:
                for (text,) in even:
                    self.flow.add_text("paragraph", text)
            else:
                self.flow.add_table(Table(tuple(Row(row) for row in even), guess_header_rows(even)))
        (pictures, notes), self.of_table = self.of_table, ([], [])
        self._hang(pictures, notes)

    def _after(self) -> None:
        pictures, notes, self.waiting, self.notes = self.waiting, self.notes, [], []
        self._hang(pictures, notes)

    def _hang(self, pictures: list[Event], notes: list[tuple[str, str]]) -> None:
        for event in pictures:
            self._picture(event)
        for role, text in notes:
            self.flow.add_text("paragraph", text, attributes={"role": role})

    def _picture(self, event: Event) -> None:
        here = CharRange(self.flow.end, self.flow.end)
        objects: list[str] = []
        facts: Mapping[str, str] = {}
        text = ""
        if event.content:
            name = f"picture {len(self.pictures.objects) + 1} ({event.text or 'no format'})"
            kept = self.pictures.add(event.content, name=name, locator=here)
            objects, facts, text = [kept.digest], kept.facts, kept.text
        else:
            self.pictures.missing("a picture without any data", locator=here)
        self.flow.add_picture(text, objects=objects, attributes=facts)
