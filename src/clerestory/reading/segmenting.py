"""From blocks in reading order to segments: what is found and cited.

In: the blocks of one document. Out: segments with ids, context and language.

- Headings and paragraphs of one place (page, slide, sheet) and one origin are packed to
  about ``segment_words`` words. Headings of level 1 and 2 always begin a new segment,
  deeper ones when the segment before them is at least half full; a heading directly
  under another one joins it, and a heading with nothing under it is a segment alone.
- Longer paragraphs are cut at sentence borders (then at spaces, then anywhere).
- Tables, figures, pictures and code are segments of their own; long tables become runs
  of rows with the header repeated, long code is cut at blank lines.
- A segment's context is the title and the headings above it, outermost first; a heading
  that stands in its own text is not repeated there.
- Ids are hashes of asset, kind, place and content: the same reading gives the same ids.

Knows no file format.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from clerestory.reading.blocks import Block
from clerestory.reading.cutting import Piece, cut_code, cut_text
from clerestory.reading.language import detect, document_language
from clerestory.reading.places import join_locators
from clerestory.reading.sentences import count_words, storable
from clerestory.reading.tables import table_runs, table_text
from clerestory.settings import ReadingSettings
from clerestory.types import Line, Locator, Segment, SegmentKind, Table, TextOrigin

__all__ = ["build_segments", "segment_id", "table_text"]

_BREAKING_LEVEL = 2  # chapters and sections; below that, sections of manuals are a line or two
_PARAGRAPH_BREAK = "\n\n"
_LIST_ITEM = re.compile(r"(?:[-*\u2022\u25aa\u2013]|\(?\w{1,3}[.)])\s")


@dataclass(slots=True)
class _Draft:
    """A segment in the making: pieces of text under one heading, or one block of its own."""

    kind: SegmentKind
    context: tuple[str, ...]
    place: int | str | None
    origin: TextOrigin
    pieces: list[Piece] = field(default_factory=list)
    locator: Locator | None = None
    caption: str = ""
    table: Table | None = None
    objects: list[str] = field(default_factory=list)
    attributes: dict[str, str] | None = None
    words: int = 0
    body: bool = False  # more than headings
    last_level: int = 0  # of the last piece, 0 when it is no heading

    def add(
        self, piece: Piece, *, level: int = 0, attributes: Mapping[str, str], objects: Sequence[str]
    ) -> None:
        self.pieces.append(piece)
        self.words += count_words(piece.text)
        self.body = self.body or not level
        self.last_level = level
        self.objects.extend(digest for digest in objects if digest not in self.objects)
        # What is said of one paragraph must not be said of its neighbour.
        if self.attributes is None:
            self.attributes = dict(attributes)
        else:
            self.attributes = {k: v for k, v in self.attributes.items() if attributes.get(k) == v}


def build_segments(
    blocks: Sequence[Block], *, asset: str, settings: ReadingSettings, title: str = "", language: str = ""
) -> tuple[Segment, ...]:
    """Segments in reading order; ``language`` is what the document says of itself, if anything."""
    drafts = _Packing(settings.segment_words, storable(title)).run(blocks)
    texts = [_joined(draft.pieces) for draft in drafts]
    languages = _languages(drafts, texts, language)
    seen: dict[str, int] = {}
    segments = []
    for order, (draft, (text, lines), code) in enumerate(zip(drafts, texts, languages, strict=True)):
        locator = draft.locator or join_locators([line.locator for line in lines])
        identity = segment_id(asset, draft.kind, locator, text=text, caption=draft.caption)
        seen[identity] = seen.get(identity, 0) + 1
        if seen[identity] > 1:  # two equal pictures on one spot
            identity = segment_id(
                asset, draft.kind, locator, text=text, caption=draft.caption, repeat=seen[identity]
            )
        segments.append(
            Segment(
                id=identity,
                kind=draft.kind,
                text=text,
                locator=locator,
                order=order,
                context=draft.context,
                caption=draft.caption,
                language=code,
                origin=draft.origin,
                lines=lines,
                table=draft.table,
                objects=tuple(draft.objects),
                attributes=draft.attributes or {},
            )
        )
    return tuple(segments)


def segment_id(
    asset: str, kind: str, locator: Locator, *, text: str, caption: str = "", repeat: int = 1
) -> str:
    """32 hex digits made of what a segment is and says; ``repeat`` tells equal ones apart."""
    parts = [asset, kind, type(locator).__name__, _plain(locator), text, caption, repeat]
    content = json.dumps(parts, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(content.encode("ascii")).hexdigest()[:32]


class _Packing:
    """The walk over the blocks: the headings above, the draft that is open, the drafts that are done."""

    def __init__(self, words: int, title: str) -> None:
        self.words = max(words, 1)
        self.title = title.strip()
        self.headings: list[tuple[int, str]] = []
        self.drafts: list[_Draft] = []
        self.open: _Draft | None = None
        self.earlier: _Draft | None = None  # the text before ``open`` in the same section

    def run(self, blocks: Iterable[Block]) -> list[_Draft]:
        for block in blocks:
            if block.kind == "heading" and count_words(block.text) <= self.words:
                self._heading(block)
            elif block.kind in {"heading", "paragraph"}:  # a heading as long as a paragraph is one
                self._paragraph(block)
            else:
                self._own(block)
        self._close(section_ends=True)
        return [draft for draft in self.drafts if draft.pieces or draft.kind != "text"]

    def _heading(self, block: Block) -> None:
        level = max(block.level, 1)
        piece = Piece.of(block)
        if piece is None:  # a slide or sheet without a title: what stood above no longer holds
            self._close(section_ends=True)
            while self.headings and self.headings[-1][0] >= level:
                self.headings.pop()
            return
        draft = self.open
        if draft is not None:
            under = not draft.body and draft.last_level < level
            small = level > _BREAKING_LEVEL and draft.words < self.words / 2
            if not self._same(draft, block) or not (under or small):
                self._close(section_ends=True)
        while self.headings and self.headings[-1][0] >= level:
            self.headings.pop()
        self._add(piece, block, level=level)
        self.headings.append((level, " ".join(piece.text.split())))

    def _paragraph(self, block: Block) -> None:
        whole = Piece.of(block)
        if whole is None:
            return
        for piece in cut_text(whole, words=self.words):
            draft = self.open
            if draft is not None:
                full = draft.body and (
                    draft.words >= self.words or draft.words + count_words(piece.text) > 1.5 * self.words
                )
                if full or not self._same(draft, block):
                    self._close(section_ends=not self._same(draft, block))
            self._add(piece, block)

    def _own(self, block: Block) -> None:
        draft = self.open
        if draft is not None and (draft.words >= self.words / 2 or not self._same(draft, block)):
            self._close(section_ends=not self._same(draft, block))
        self.drafts.extend(self._own_drafts(block))

    def _own_drafts(self, block: Block) -> list[_Draft]:
        kind: SegmentKind = block.kind  # type: ignore[assignment] # heading and paragraph went elsewhere
        common = {
            "kind": kind,
            "context": self._context(),
            "place": block.place,
            "origin": block.origin,
            "caption": storable(block.caption).strip(),
        }

        def draft(pieces: list[Piece], locator: Locator, table: Table | None, part: str) -> _Draft:
            attributes = {**block.attributes, "part": part} if part else dict(block.attributes)
            return _Draft(
                **common,  # type: ignore[arg-type]
                pieces=pieces,
                locator=locator,
                table=table,
                objects=list(block.objects),
                attributes={key: storable(value) for key, value in attributes.items()},
            )

        if block.table is not None:
            runs = table_runs(block.table, block.locator, words=self.words)
            return [draft([run.piece], run.locator, run.table, run.part) for run in runs]
        piece = Piece.of(block)
        if piece is None:  # a picture without a word, found by its caption, context or looks
            return [] if kind == "code" else [draft([], block.locator, None, "")]
        if kind == "code":
            pieces = cut_code(piece, words=self.words)
            locators = [join_locators([line.locator for line in part.lines]) for part in pieces]
            count = len(pieces)
            return [
                draft([part], locator, None, f"{number} of {count}" if count > 1 else "")
                for number, (part, locator) in enumerate(zip(pieces, locators, strict=True), 1)
            ]
        return [draft([piece], block.locator, None, "")]

    def _add(self, piece: Piece, block: Block, *, level: int = 0) -> None:
        if self.open is None:
            self.open = _Draft("text", self._context(), block.place, block.origin)
            self.drafts.append(self.open)
        self.open.add(piece, level=level, attributes=block.attributes, objects=block.objects)

    def _close(self, *, section_ends: bool) -> None:
        draft, earlier = self.open, self.earlier
        self.open = None
        if draft is None:
            self.earlier = None if section_ends else earlier
            return
        # A few words left over at a section's end belong to the text before them.
        if (
            section_ends
            and earlier is not None
            and draft.words < self.words / 4
            and draft.context == earlier.context
            and all(not piece.heading for piece in draft.pieces)
        ):
            for piece in draft.pieces:
                earlier.add(piece, attributes=draft.attributes or {}, objects=draft.objects)
            draft.pieces = []
        self.earlier = None if section_ends else draft

    def _same(self, draft: _Draft, block: Block) -> bool:
        return draft.place == block.place and draft.origin == block.origin

    def _context(self) -> tuple[str, ...]:
        path = [text for _, text in self.headings]
        if self.title and (not path or path[0].casefold() != self.title.casefold()):
            path.insert(0, self.title)
        return tuple(path)


def _joined(pieces: Sequence[Piece]) -> tuple[str, tuple[Line, ...]]:
    """One text of all pieces, and their lines moved to where they now stand."""
    parts: list[str] = []
    lines: list[Line] = []
    offset = 0
    for piece in pieces:
        if parts:
            gap = "\n" if _LIST_ITEM.match(piece.text) else _PARAGRAPH_BREAK
            parts.append(gap)
            offset += len(gap)
        parts.append(piece.text)
        for line in piece.lines:
            lines.append(Line(line.start + offset, line.end + offset, line.locator, line.confidence))
        offset += len(piece.text)
    return "".join(parts), tuple(lines)


def _languages(
    drafts: Sequence[_Draft], texts: Sequence[tuple[str, tuple[Line, ...]]], declared: str
) -> list[str]:
    prose = (text for draft, (text, _) in zip(drafts, texts, strict=True) if draft.kind == "text")
    document = document_language(prose, declared=declared)
    if document == "und":  # no prose: a table or captions may tell
        rest = (text or draft.caption for draft, (text, _) in zip(drafts, texts, strict=True))
        document = document_language(rest, declared=declared)
    # Code is words of its language and of no other; what surrounds it says more.
    guessed = detect(
        ["" if draft.kind == "code" else text for draft, (text, _) in zip(drafts, texts, strict=True)],
        document=document,
    )
    return guessed


def _plain(locator: Locator) -> list[object]:
    """A locator's fields for hashing; boxes are rounded so that a last digit does not matter."""
    values: list[object] = []
    for name in locator.__slots__:
        value = getattr(locator, name)
        if isinstance(value, tuple):
            values.extend(round(number, 5) for number in value)
        else:
            values.append(round(value, 5) if isinstance(value, float) else value)
    return values
