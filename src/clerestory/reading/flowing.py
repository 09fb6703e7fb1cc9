"""The text of a document without pages, and blocks whose places are ranges in it.

In: headings, paragraphs, tables and pictures in reading order. Out: the text (kept as the
reading's ``text`` object) and the blocks with ``CharRange`` locators into it. Each part is
written once: paragraphs and code as they are, a table as its rows below its caption, a
picture as its caption and description. Knows no file format.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from clerestory.reading.blocks import Block, BlockKind
from clerestory.reading.sentences import storable
from clerestory.reading.tables import row_texts
from clerestory.types import CharRange, Line, Row, Table

_GAP = "\n\n"


@dataclass(slots=True)
class FlowText:
    """Text as it grows, and the blocks so far."""

    blocks: list[Block] = field(default_factory=list)
    place: int | str | None = None  # of the blocks that come next: segments do not cross it
    _parts: list[str] = field(default_factory=list)
    _length: int = 0

    @property
    def text(self) -> str:
        return "".join(self._parts)

    @property
    def end(self) -> int:
        """Characters written so far."""
        return self._length

    def add_text(
        self,
        kind: BlockKind,
        text: str,
        *,
        level: int = 0,
        objects: Sequence[str] = (),
        attributes: Mapping[str, str] | None = None,
    ) -> None:
        """A heading, paragraph or code block; white space at its ends is dropped, empty ones too."""
        text = text.strip("\n") if kind == "code" else text.strip()
        if not text.strip():
            return
        place = self._write(text)
        self.blocks.append(
            Block(
                kind,
                text,
                place,
                level=level,
                place=self.place,
                objects=tuple(objects),
                attributes=dict(attributes or {}),
            )
        )

    def add_table(
        self,
        table: Table,
        *,
        caption: str = "",
        attributes: Mapping[str, str] | None = None,
        objects: Sequence[str] = (),
    ) -> None:
        """A table; each of its rows gets the range of its line in the text."""
        caption = " ".join(caption.split())
        texts = dict(row_texts(table))
        body = "\n".join(texts.values())
        whole = self._write("\n".join(part for part in (caption, body) if part))
        at = whole.end - len(body)
        rows: list[Row] = []
        for number, row in enumerate(table.rows):
            place = None
            if number in texts:
                place = CharRange(at, at + len(texts[number]))
                at = place.end + 1
            rows.append(replace(row, locator=place))
        self.blocks.append(
            Block(
                "table",
                body,
                whole,
                place=self.place,
                caption=caption,
                table=Table(tuple(rows), table.header_rows),
                objects=tuple(objects),
                attributes=dict(attributes or {}),
            )
        )

    def add_picture(
        self,
        description: str,
        *,
        caption: str = "",
        kind: BlockKind = "picture",
        objects: Sequence[str] = (),
        attributes: Mapping[str, str] | None = None,
        caption_written: bool = False,
    ) -> CharRange:
        """A picture; ``caption_written`` says that an earlier part of the figure wrote the caption."""
        caption = " ".join(caption.split())
        description = " ".join(description.split())
        if description == caption:
            description = ""
        written = "" if caption_written else caption
        whole = self._write("\n".join(part for part in (written, description) if part))
        lines: tuple[Line, ...] = ()
        if description:
            place = CharRange(whole.end - len(description), whole.end)
            lines = (Line(0, len(description), place),)
        self.blocks.append(
            Block(
                kind,
                description,
                whole,
                place=self.place,
                caption=caption,
                lines=lines,
                objects=tuple(objects),
                attributes=dict(attributes or {}),
            )
        )
        return whole

    def _write(self, text: str) -> CharRange:
        text = storable(text)
        place = CharRange(self._length, self._length + len(text))
        if text:
            self._parts.extend((text, _GAP))
            self._length = place.end + len(_GAP)
        return place
