"""Markdown tokens to blocks whose places are ranges in the source.

In: source text with its dialect marks blanked out. Out: blocks, stored pictures, ledger
lines. A paragraph's lines are the lines of the source (with their list marks), without the
pictures in them, which are blocks of their own. Pieces of HTML are read like a page and
their blocks share the piece's range between them, in order.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from clerestory.reading.blocks import Block
from clerestory.reading.flowing import FlowText
from clerestory.reading.html_blocks import read_blocks
from clerestory.reading.ledger import note
from clerestory.reading.markdown_dialect import FigureSpan, Plain
from clerestory.reading.markdown_inline import InlineImage, Part, line_parts, parser, plain
from clerestory.reading.markdown_places import SourceLines, WordSearch, aligned, picture_ranges
from clerestory.reading.markup_xml import parse_html
from clerestory.reading.objects import data_uri, derived, look_at
from clerestory.types import CharRange, DerivedObject, LedgerLine, Line, Row, Table

_LANGUAGE = re.compile(r"[A-Za-z][\w+#-]*")
_CAPTION = re.compile(
    r"(?:figure|fig\.|abbildung|abb\.|photo|image|screenshot|table|tabelle)\s*[\dA-Z]", re.I
)


@dataclass(slots=True)
class MarkdownFound:
    """What the source gave; ``accounted`` are ranges that ledger lines speak of."""

    blocks: list[Block] = field(default_factory=list)
    objects: dict[str, DerivedObject] = field(default_factory=dict)
    ledger: list[LedgerLine] = field(default_factory=list)
    accounted: list[CharRange] = field(default_factory=list)


def markdown_blocks(source: str, plain_source: Plain, *, max_cells: int) -> MarkdownFound:
    """Blocks of ``source``, whose dialect marks are blanked out in ``plain_source``."""
    tokens = parser(indented_code=not plain_source.shifted).parse(plain_source.text)
    walk = _Walk(source, plain_source.text, max_cells)
    walk.run(tokens)
    found = walk.found
    found.blocks = _with_captions(_in_figures(found.blocks, plain_source.figures, source))
    return found


class _Walk:
    """The state of one walk over the tokens: lists that are open and the mark of the next item."""

    def __init__(self, source: str, text: str, max_cells: int) -> None:
        self.source = source
        self.text = text
        self.lines = SourceLines(source)
        self.max_cells = max_cells
        self.found = MarkdownFound()
        self.lists: list[int | None] = []  # the next number, None for bullets
        self.mark = ""

    def run(self, tokens: Sequence[Any]) -> None:
        index = 0
        while index < len(tokens):
            token = tokens[index]
            match token.type:
                case "bullet_list_open":
                    self.lists.append(None)
                case "ordered_list_open":
                    self.lists.append(int(token.attrGet("start") or 1))
                case "bullet_list_close" | "ordered_list_close":
                    self.lists.pop()
                case "list_item_open":
                    self._item()
                case "heading_open":
                    self._heading(token, tokens[index + 1])
                case "paragraph_open":
                    self._paragraph(tokens[index + 1])
                case "fence" | "code_block":
                    self._code(token)
                case "html_block":
                    self._html(*token.map)
                case "table_open":
                    index = self._table(tokens, index)
            index += 1

    def _item(self) -> None:
        number = self.lists[-1]
        if number is None:
            self.mark = "- "
        else:
            self.mark = f"{number}. "
            self.lists[-1] = number + 1

    def _heading(self, token: Any, inline: Any) -> None:
        place = self.lines.range(*token.map)
        lines = line_parts(inline.children or ())
        text = " ".join(" ".join(plain(line).split()) for line in lines).strip()
        if text:
            lined = (Line(0, len(text), place),)
            self.found.blocks.append(Block("heading", text, place, level=int(token.tag[1:]), lines=lined))
        images = [part for line in lines for part in line if isinstance(part, InlineImage)]
        self._pictures(images, picture_ranges(self.text, place.start, place.end), place, alone=False)

    def _paragraph(self, inline: Any) -> None:
        first, last = inline.map
        place = self.lines.range(first, last)
        lines = line_parts(inline.children or ())
        images = [part for line in lines for part in line if isinstance(part, InlineImage)]
        ranges = picture_ranges(self.text, place.start, place.end) if images else []
        words = any(isinstance(part, str) and part.strip() for line in lines for part in line)
        if words:
            block = self._lined(lines, first, last, place, ranges if len(ranges) == len(images) else [])
            self.found.blocks.append(block)
            self.mark = ""
        self._pictures(images, ranges, place, alone=not words)

    def _lined(
        self, lines: list[list[Part]], first: int, last: int, place: CharRange, holes: Sequence[CharRange]
    ) -> Block:
        """A paragraph whose lines know their places, or one place for all if they cannot be told apart."""
        parts: list[str] = []
        places: list[Line] = []
        offset = 0
        if len(lines) == last - first:
            spots = [self.lines.range(number, number + 1) for number in range(first, last)]
        else:
            lines, spots = [[part for line in lines for part in [*line, " "]]], [place]
        for number, (line, spot) in enumerate(zip(lines, spots, strict=True)):
            text, inner = self._line(line, spot, holes, mark="" if number else self.mark)
            if not text.strip():
                continue
            if parts:
                offset += 1
            parts.append(text)
            places.extend(Line(offset + first, offset + last, where) for first, last, where in inner)
            offset += len(text)
        return Block("paragraph", "\n".join(parts), place, lines=tuple(places))

    def _line(
        self, line: Sequence[Part], spot: CharRange, holes: Sequence[CharRange], *, mark: str
    ) -> tuple[str, list[tuple[int, int, CharRange]]]:
        """The text of one line, and the stretches of it that are words with their places.

        The description of a picture is said in its place, but belongs to the picture.
        """
        groups: list[list[str]] = [[mark]]
        descriptions: list[str] = []
        for part in line:
            if isinstance(part, str):
                groups[-1].append(part)
            else:
                descriptions.append(part.alt)
                groups.append([])
        inside = [hole for hole in holes if spot.start <= hole.start and hole.end <= spot.end]
        stretches = [spot]
        if descriptions and len(inside) == len(descriptions):
            borders = [spot.start, *(end for hole in inside for end in (hole.start, hole.end)), spot.end]
            stretches = [self.lines.trimmed(*pair) for pair in zip(borders[::2], borders[1::2], strict=True)]
        elif descriptions:
            groups, descriptions = [[mark, plain(line)]], []
        text = ""
        places: list[tuple[int, int, CharRange]] = []
        for number, group in enumerate(groups):
            words = "\n".join(" ".join(row.split()) for row in "".join(group).split("\n")).strip(" ")
            for piece in (descriptions[number - 1] if number else "", words):
                if piece and text and not text.endswith((" ", "\n")):
                    text += " "
                if piece is words and words:
                    for first, last, where in aligned(words, self.text, stretches[number]):
                        places.append((len(text) + first, len(text) + last, where))
                text += piece
        return text, places

    def _pictures(
        self, images: Sequence[InlineImage], ranges: Sequence[CharRange], place: CharRange, *, alone: bool
    ) -> None:
        for number, image in enumerate(images):
            spot = ranges[number] if len(ranges) == len(images) else place
            if not image.target:
                reason = "a picture without an address"
                self.found.ledger.append(
                    note("no-target", "picture", reason, locator=spot, text=image.alt, severity="warning")
                )
                self.found.accounted.append(spot)
                continue
            caption = image.title or image.alt
            text = image.alt if image.title and image.alt != image.title and alone else ""
            self.found.blocks.append(self._picture(image.target, text, " ".join(caption.split()), spot))

    def _picture(self, target: str, text: str, caption: str, spot: CharRange) -> Block:
        attributes = {"target": target}
        objects: tuple[str, ...] = ()
        content = data_uri(target) if target.startswith("data:") else None
        if content is not None:
            attributes["target"] = target.partition(",")[0]
            if picture := look_at(content):
                item = derived(content, picture.media_type, "embedded")
                self.found.objects[item.digest] = item
                objects = (item.digest,)
        return Block("picture", text, spot, caption=caption, objects=objects, attributes=attributes)

    def _code(self, token: Any) -> None:
        first, last = token.map
        content = token.content.rstrip("\n")
        lines = content.split("\n")
        if token.type == "fence":
            first += 1
        places: list[Line] = []
        offset = 0
        for number, line in enumerate(lines):
            spot = self.lines.range(first + number, first + number + 1)
            stripped = line.strip()
            if stripped and first + number < last:
                lead = line.index(stripped)
                # Marks of a quotation around the code stand before it in the same line.
                start = max(spot.start, spot.end - len(stripped))
                places.append(Line(offset + lead, offset + lead + len(stripped), CharRange(start, spot.end)))
            offset += len(line) + 1
        if not content.strip():
            return
        match = _LANGUAGE.search(token.info or "")
        attributes = {"language": match.group().lower()} if match else {}
        whole = self.lines.range(*token.map)
        # The text is the file's own, not the one without dialect marks.
        text = _restored(lines, places, self.source)
        self.found.blocks.append(Block("code", text, whole, lines=tuple(places), attributes=attributes))

    def _table(self, tokens: Sequence[Any], index: int) -> int:
        """A pipe table; returns the index of its last token."""
        first, last = tokens[index].map
        rows: list[Row] = []
        images: list[InlineImage] = []
        header = 0
        while tokens[index].type != "table_close":
            token = tokens[index]
            if token.type == "tr_open":
                cells: list[str] = []
                start = token.map[0] if token.map else first
                in_head = not rows and tokens[index - 1].type == "thead_open"
                spot = self.lines.range(start, start + (2 if in_head else 1))  # with the line of dashes
            elif token.type == "inline":
                lines = line_parts(token.children or ())
                cells.append(" ".join(plain([part for line in lines for part in line]).split()))
                images.extend(part for line in lines for part in line if isinstance(part, InlineImage))
            elif token.type == "tr_close":
                rows.append(Row(tuple(cells), spot))
                header += in_head
            index += 1
        place = self.lines.range(first, last)
        if any(any(row.cells) for row in rows):
            self.found.blocks.append(Block("table", "", place, table=Table(tuple(rows), header)))
        elif not images:
            self.found.ledger.append(note("empty-table", "table", "a table without a word", locator=place))
            self.found.accounted.append(place)
        self._pictures(images, picture_ranges(self.text, place.start, place.end), place, alone=False)
        return index

    def _html(self, first: int, last: int) -> None:
        place = self.lines.range(first, last)
        piece = self.text[place.start : place.end]
        root = parse_html(piece) if "<" in piece else None
        if root is None:
            return
        flow = FlowText()
        inner = read_blocks(root, flow, max_cells=self.max_cells)
        self.found.objects.update(inner.objects)
        self.found.ledger.extend(replace(line, locator=place) for line in inner.ledger)
        if any(line.code != "comment" for line in inner.ledger) and not flow.blocks:
            self.found.accounted.append(place)
        self.found.blocks.extend(_placed(flow.blocks, self.text, place))


def _restored(lines: Sequence[str], places: Sequence[Line], source: str) -> str:
    text = "\n".join(lines)
    parts: list[str] = []
    at = 0
    for line in places:
        assert isinstance(line.locator, CharRange)
        own = source[line.locator.start : line.locator.end]
        if len(own) == line.end - line.start:
            parts.extend((text[at : line.start], own))
            at = line.end
    return "".join(parts) + text[at:]


def _placed(blocks: Sequence[Block], text: str, place: CharRange) -> list[Block]:
    """Blocks of a piece of HTML, each with its share of the piece: from its first word to the next one's."""
    search = WordSearch(text, place.start, place.end)
    starts: list[int] = []
    tables: list[Table | None] = []
    for block in blocks:
        table = block.table
        if block.kind == "picture":
            found = search.tag(("img", "svg", "object", "input"))
        elif table is not None:
            found = search.tag(("table",))
            rows = []
            for row in table.rows:
                rows.append(replace(row, locator=search.text(" ".join(row.cells))))
            table = Table(tuple(rows), table.header_rows)
        else:
            found = search.text(block.text.removeprefix("- "))
        tables.append(table)
        starts.append(found.start if found else (starts[-1] if starts else place.start))
    placed = []
    for number, (block, table) in enumerate(zip(blocks, tables, strict=True)):
        start = starts[number] if number else place.start
        end = starts[number + 1] if number + 1 < len(starts) else place.end
        spot = CharRange(start, max(start, start + len(text[start:end].rstrip())))
        lines = tuple(replace(line, locator=spot) for line in block.lines)
        placed.append(replace(block, locator=spot, lines=lines, table=table))
    return placed


def _in_figures(blocks: list[Block], figures: Sequence[FigureSpan], source: str) -> list[Block]:
    """Captions of kramdown figures move from their paragraphs to the pictures beside them."""
    for figure in figures:
        inside = [block for block in blocks if _within(block, figure.start, figure.end)]
        said = [
            block
            for block in inside
            if block.kind == "paragraph" and _within(block, figure.caption_start, figure.caption_end)
        ]
        shown = [block for block in inside if block.kind in {"picture", "table", "code"}]
        if not said or not shown:
            continue
        caption = " ".join(" ".join(block.text.split()) for block in said)
        whole = CharRange(figure.caption_start, figure.caption_end)
        result: list[Block] = []
        for block in blocks:
            if any(block is one for one in said):
                continue
            if any(block is one for one in shown):
                text = block.text or (block.caption if block.kind == "picture" else "")
                spot = block.locator
                assert isinstance(spot, CharRange)
                if block is shown[0]:
                    spot = CharRange(min(spot.start, whole.start), max(spot.end, whole.end))
                lines = (Line(0, len(text), block.locator),) if text and not block.lines else block.lines
                block = replace(block, text=text, caption=caption, locator=spot, lines=lines)
            result.append(block)
        blocks = result
    return blocks


def _with_captions(blocks: list[Block]) -> list[Block]:
    """A numbered caption right under a picture without one (above a table) is its caption too."""
    result = list(blocks)
    for number, block in enumerate(blocks):
        neighbour = number + 1 if block.kind == "picture" else number - 1
        if block.caption or block.kind not in {"picture", "table"} or not 0 <= neighbour < len(blocks):
            continue
        text = blocks[neighbour].text
        if blocks[neighbour].kind == "paragraph" and len(text) < 400 and _CAPTION.match(text):
            result[number] = replace(block, caption=" ".join(text.split()))
    return result


def _within(block: Block, start: int, end: int) -> bool:
    place = block.locator
    return isinstance(place, CharRange) and start <= place.start and place.end <= end
