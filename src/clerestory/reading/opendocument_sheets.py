"""OpenDocument spreadsheets (.ods): the tables of each sheet with a cell range per row.

In: the open parts of a document. Out: blocks, pictures and ledger lines. Cells say what the
program last showed in them. Knows no archive.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from clerestory.reading.blocks import Block
from clerestory.reading.elements import Element, attribute, child, local, whole
from clerestory.reading.embedded import Pictures
from clerestory.reading.ledger import note
from clerestory.reading.opendocument_charts import read_object
from clerestory.reading.opendocument_parts import MAX_REPEATED, Parts, description_of, read_paragraph, text_of
from clerestory.reading.opendocument_text import inline_picture
from clerestory.reading.sheet_cells import MAX_CHARACTERS, MAX_COLUMNS, MAX_ROWS, Area, Cells, cell_range
from clerestory.reading.sheet_tables import sheet_blocks
from clerestory.reading.tables import table_text
from clerestory.types import CellRange, LedgerLine, Severity

_LISTED = 20  # rows that a ledger line names


class SheetsWalk:
    """One pass over the sheets; ``limit`` is the number of cells that are read."""

    def __init__(self, parts: Parts, pictures: Pictures, limit: int) -> None:
        self.parts = parts
        self.pictures = pictures
        self.limit = limit
        self.characters = MAX_CHARACTERS
        self.blocks: list[Block] = []
        self.ledger: list[LedgerLine] = []
        self.used: set[str] = set()
        self.name = ""
        self.marks: dict[str, str] = {}

    def run(self) -> None:
        for table in self.parts.body("spreadsheet"):
            if local(table) == "table":
                self._sheet(table)

    def _sheet(self, table: Element) -> None:
        self.name, self.marks = attribute(table, "name"), {}
        properties = self.parts.automatic(table, "table-properties")
        if properties is not None and attribute(properties, "display") == "false":
            self.marks = {"hidden": "true"}
            self._say("hidden-sheet", "this sheet is hidden in the program; it was read")
        cells = Cells()
        after: list[tuple[int, int, Element]] = []  # comments and shapes with their cells
        row_number = 0
        for row in _rows(table):
            row_number += 1
            filled = self._row(row, row_number, cells, after)
            copies = max(1, whole(attribute(row, "number-rows-repeated"), 1))
            if filled:
                if attribute(row, "visibility") in ("collapse", "filter"):
                    cells.hidden_rows.append(row_number)
                for copy in range(1, min(copies, MAX_REPEATED)):
                    if not self._fits(filled, cells):
                        break
                    cells.rows[row_number + copy] = dict(filled)
            row_number = min(MAX_ROWS, row_number + copies - 1)
        before = len(self.blocks)
        if cells.cut:
            self._say("too-many-cells", "rows over the limits were left out", severity="warning")
        if cells.hidden_rows:
            rows = ", ".join(map(str, cells.hidden_rows[:_LISTED]))
            more = ", …" if len(cells.hidden_rows) > _LISTED else ""
            self._say("hidden-rows", f"hidden in the program, and read: rows {rows}{more}")
        if cells.rows:
            self.blocks += sheet_blocks(self.name, cells, (), attributes=self.marks)
        shapes = child(table, "shapes")
        after += [(1, 1, one) for one in (shapes if shapes is not None else ())]
        for row_index, column, element in after:
            self._hanging(element, Area(row_index, column, row_index, column))
        if len(self.blocks) == before:
            self._say("no-text-found", "an empty sheet")

    def _row(
        self, row: Element, number: int, cells: Cells, after: list[tuple[int, int, Element]]
    ) -> dict[int, str]:
        filled: dict[int, str] = {}
        column = 0
        for cell in row:
            if local(cell) not in ("table-cell", "covered-table-cell"):
                continue
            column += 1
            if column > MAX_COLUMNS:
                break
            copies = max(1, whole(attribute(cell, "number-columns-repeated"), 1))
            words = [one for one in cell if local(one) in ("p", "h", "list")]
            text = "\n".join(filter(None, (self._line(one) for one in words)))
            if not text and not words:
                text = (
                    attribute(cell, "value")
                    or attribute(cell, "date-value")
                    or attribute(cell, "string-value")
                )
            if text:
                filled |= dict.fromkeys(range(column, column + min(copies, MAX_REPEATED)), text)
            across = whole(attribute(cell, "number-columns-spanned"), 1)
            down = whole(attribute(cell, "number-rows-spanned"), 1)
            if across > 1 or down > 1:
                last = min(MAX_ROWS, number + down - 1), min(MAX_COLUMNS, column + across - 1)
                cells.merges.append(Area(number, column, *last))
            after += [
                (number, column, one) for one in cell if local(one) not in ("p", "h", "list", "detective", "")
            ]
            column += copies - 1
        if filled and not self._fits(filled, cells):
            return {}
        if filled:
            cells.rows[number] = filled
        return filled

    def _line(self, element: Element) -> str:
        if local(element) == "list":
            return text_of(element, self.parts)
        return read_paragraph(element, self.parts).text.strip()

    def _fits(self, row: Mapping[int, str], cells: Cells) -> bool:
        size = sum(map(len, row.values()))
        if len(row) > self.limit or size > self.characters:
            cells.cut = True
            return False
        self.limit -= len(row)
        self.characters -= size
        return True

    def _hanging(self, element: Element, area: Area) -> None:
        place = cell_range(self.name, area)
        if end := attribute(element, "end-cell-address"):
            last = Area.of(end.rpartition(".")[2])
            if last is not None and last.last_row >= area.first_row and last.last_column >= area.first_column:
                reach = Area(area.first_row, area.first_column, last.last_row, last.last_column)
                place = cell_range(self.name, reach)
        if local(element) == "annotation":
            if text := text_of(element, self.parts):
                self._block("paragraph", text, place, attributes={"role": "comment"})
            return
        kinds = {local(one): one for one in reversed(element)}
        description = description_of(element)
        if "object" in kinds:
            found = read_object(self.parts, kinds["object"])
            if found is None:
                reference = attribute(kinds["object"], "href")
                self._say("embedded-file", f"an embedded object ({reference}) is not opened")
            elif found.table.rows:
                caption = ". ".join(part for part in (found.title, description) if part)
                marks = {"chart": found.kind}
                text = table_text(found.table)
                self._block("figure", text, place, table=found.table, caption=caption, attributes=marks)
        elif "image" in kinds:
            self._picture(kinds["image"], place, description)
        elif text := text_of(element, self.parts):
            self._block("paragraph", text, place)

    def _picture(self, image: Element, place: CellRange, description: str) -> None:
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

    def _block(self, kind, text: str, place: CellRange, *, attributes=None, **more) -> None:
        marks = {**self.marks, **(attributes or {})}
        self.blocks.append(Block(kind, text, place, place=self.name, attributes=marks, **more))

    def _say(self, code: str, reason: str, *, severity: Severity = "info") -> None:
        place = CellRange(self.name, "A1", "A1")
        self.ledger.append(note(code, "sheet", reason, locator=place, severity=severity))


def _rows(element: Element) -> Iterator[Element]:
    for one in element:
        if local(one) == "table-row":
            yield one
        elif local(one) in ("table-header-rows", "table-rows", "table-row-group"):
            yield from _rows(one)
