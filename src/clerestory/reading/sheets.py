"""Excel files (.xlsx): the tables of each sheet with a cell range per row, charts, pictures, comments.

In: an asset that is an Office Open XML workbook. Out: its Reading. Hidden sheets are read
and marked; hidden rows, formulas without a stored value and links to other files are named
in the ledger. Nothing is calculated and nothing outside the file is opened.
Source: ECMA-376 part 1, section 18.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import PurePath

from clerestory.reading.assembling import assemble
from clerestory.reading.blocks import Block
from clerestory.reading.charts import read_chart
from clerestory.reading.drawing import PictureReference, description_of, read_drawing
from clerestory.reading.elements import Element, attribute, child, local, whole
from clerestory.reading.embedded import Pictures
from clerestory.reading.ledger import note
from clerestory.reading.ooxml import Package, open_package
from clerestory.reading.places import cell_name
from clerestory.reading.sheet_cells import (
    MAX_CHARACTERS,
    MAX_COLUMNS,
    Area,
    Cells,
    Formats,
    cell_range,
    read_cells,
    read_formats,
    read_shared_strings,
)
from clerestory.reading.sheet_tables import sheet_blocks
from clerestory.reading.source import Source
from clerestory.reading.tables import table_text
from clerestory.settings import ReadingSettings
from clerestory.types import CellRange, LedgerLine, Locator, Reading, Segment, Severity

READER = "sheets"
VERSION = "1"

_USUAL_PART = "xl/workbook.xml"
_GENERIC_NAME = re.compile(r"(?:sheet|tabelle|blatt|feuil|hoja|foglio|лист|table)\s*\d*", re.I)
_LISTED = 20  # cells or rows that a ledger line names


def read(source: Source, settings: ReadingSettings, media_type: str) -> Reading:
    """The workbook's reading.

    Raises:
        UnreadableFile, TooLarge, WrongPassword, FileVanished, FileDenied
    """
    with open_package(source, settings) as package:
        main = package.main_part(_USUAL_PART)
        book = _Book(package, settings, main)
        sheets = book.sheets()
        for name, part, kind, _ in sheets:
            book.load(name, part, kind)
        for name, part, _, hidden in sheets:
            book.sheet(name, part, hidden=hidden)
        book.finish()
        metadata = package.metadata()
        reading = assemble(
            source,
            media_type=media_type,
            reader=READER,
            version=VERSION,
            settings=settings,
            title=metadata.get("title", "") or PurePath(source.name).stem,
            metadata=metadata,
            blocks=book.blocks,
            objects=book.pictures.objects,
            ledger=[*package.ledger, *book.pictures.ledger, *book.ledger],
            ocr_requests=book.pictures.requests,
        )
    return replace(reading, segments=tuple(with_sheet_name(segment) for segment in reading.segments))


def with_sheet_name(segment: Segment) -> Segment:
    """The sheet's name is the heading above all that is on it, if a person chose it."""
    if not isinstance(segment.locator, CellRange) or _GENERIC_NAME.fullmatch(segment.locator.sheet):
        return segment
    return replace(segment, context=(*segment.context, segment.locator.sheet))


class _Book:
    """One pass over the sheets."""

    def __init__(self, package: Package, settings: ReadingSettings, main: str) -> None:
        self.package = package
        self.settings = settings
        self.main = main
        self.workbook = package.xml(main)
        self.pictures = Pictures(package.name, settings)
        self.blocks: list[Block] = []
        self.ledger: list[LedgerLine] = []
        self.used: set[str] = set()
        self.cells_left = settings.max_table_cells
        self.characters_left = MAX_CHARACTERS
        styles = next(iter(package.related(main, "styles")), "")
        properties = child(self.workbook, "workbookPr")
        epoch = properties is not None and attribute(properties, "date1904") in ("1", "true")
        self.formats: Formats = read_formats(package.optional_xml(styles), epoch_1904=epoch)
        shared = next(iter(package.related(main, "sharedStrings")), "")
        self.strings = read_shared_strings(package, shared, limit=settings.max_table_cells) if shared else []
        self.cells: dict[str, Cells] = {}  # by sheet
        self.name = ""
        self.part = ""
        self.marks: dict[str, str] = {}

    def sheets(self) -> list[tuple[str, str, str, bool]]:
        """(name, part, kind of relationship, hidden) in the order of the tabs."""
        listed = child(self.workbook, "sheets")
        known = self.package.relationships(self.main)
        found = []
        for one in listed if listed is not None else ():
            identity = next((str(v) for k, v in one.attrib.items() if k.endswith("relationships}id")), "")
            target = known.get(identity)
            if target is not None and not target.external:
                hidden = attribute(one, "state") in ("hidden", "veryHidden")
                found.append((attribute(one, "name"), target.target, target.kind, hidden))
        return found

    def load(self, name: str, part: str, kind: str) -> None:
        """The cells of a sheet, before anything that may refer to them."""
        if kind != "worksheet" or part not in self.package:
            return
        cells = read_cells(
            self.package,
            part,
            self.strings,
            self.formats,
            limit=self.cells_left,
            characters=self.characters_left,
        )
        self.cells_left -= cells.count
        self.characters_left -= cells.characters
        self.cells[name] = cells

    def sheet(self, name: str, part: str, *, hidden: bool) -> None:
        self.name, self.part, self.marks = name, part, {"hidden": "true"} if hidden else {}
        if hidden:
            self._say("hidden-sheet", "this sheet is hidden in the program; it was read")
        if part not in self.package:
            self._say("sheet-not-read", f"the part {part} is missing", severity="error")
            return
        before = len(self.blocks)
        cells = self.cells.get(name)
        if cells is not None:
            if cells.damaged and not cells.rows:
                self._say("sheet-not-read", cells.damaged, severity="error")
            self._cells_said(cells)
            if cells.rows:
                self.blocks += sheet_blocks(name, cells, self._defined(), attributes=self.marks)
        for drawing in self.package.related(part, "drawing"):
            self._drawing(drawing)
        self._comments()
        for one in self.package.relationships(part).values():
            if one.kind in ("oleObject", "package"):
                self._say("embedded-file", f"an embedded file ({one.target}) is not opened")
        if len(self.blocks) == before:
            self._say("no-text-found", "an empty sheet")

    def finish(self) -> None:
        for part in self.package.media():
            if part not in self.used:
                reason = f"{part} is in the file but on no sheet (a header, a background or a rest)"
                self.pictures.missing(reason, locator=None, severity_warning=False)
        for link in self.package.related(self.main, "externalLink"):
            targets = [one.target for one in self.package.relationships(link).values() if one.external]
            reason = f"values linked from outside the file, not fetched: {', '.join(targets) or link}"
            self.ledger.append(note("external-not-fetched", "file", reason))

    def _cells_said(self, cells: Cells) -> None:
        if cells.damaged and cells.rows:
            reason = f"the sheet breaks off after row {max(cells.rows)}: {cells.damaged}"
            self._say("sheet-damaged", reason, severity="error")
        if cells.cut:
            limits = (
                f"{self.settings.max_table_cells:,} cells (reading.max_table_cells) and {MAX_CHARACTERS:,}"
            )
            reason = f"rows over the limits of {limits} characters were left out"
            self._say("too-many-cells", reason, severity="warning")
        if cells.hidden_rows:
            rows = ", ".join(map(str, cells.hidden_rows[:_LISTED]))
            more = ", …" if len(cells.hidden_rows) > _LISTED else ""
            self._say("hidden-rows", f"hidden in the program, and read: rows {rows}{more}")
        if cells.hidden_columns:
            columns = ", ".join(
                f"{cell_name(first, 1)[:-1]}–{cell_name(last, 1)[:-1]}"
                for first, last in cells.hidden_columns[:_LISTED]
                if 0 < first <= last
            )
            self._say("hidden-columns", f"hidden in the program, and read: columns {columns}")
        if missing := cells.formulas_without_value:
            text = "\n".join(f"{cell}: ={formula}" for cell, formula in missing[:1000])
            reason = f"{len(missing)} formulas without a stored value stand for themselves"
            self.ledger.append(
                note(
                    "formula-without-value",
                    "sheet",
                    reason,
                    locator=CellRange(self.name, missing[0][0] or "A1", missing[-1][0] or "A1"),
                    text=text,
                    severity="warning",
                )
            )

    def _defined(self) -> list[tuple[Area, int, str]]:
        """Tables that the file itself declares."""
        found = []
        for part in self.package.related(self.part, "table"):
            root = self.package.optional_xml(part)
            area = Area.of(attribute(root, "ref")) if root is not None else None
            if root is not None and area is not None:
                name = attribute(root, "displayName") or attribute(root, "name")
                name = "" if _GENERIC_NAME.fullmatch(name) else name
                found.append((area, whole(attribute(root, "headerRowCount"), 1), name))
        return found

    def _drawing(self, drawing: str) -> None:
        root = self.package.optional_xml(drawing)
        for anchor in root if root is not None else ():
            place = self._anchored(anchor)
            found = read_drawing(anchor)
            words = _shape_text(anchor)
            if words:
                self._block("paragraph", words, place)
            for picture in found.pictures:
                self._picture(picture, drawing, place)
            for identity in found.charts:
                self._chart(identity, drawing, place, description_of(anchor))

    def _picture(self, picture: PictureReference, drawing: str, place: Locator) -> None:
        target = self.package.relationships(drawing).get(picture.relationship)
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
        caption = picture.description
        origin = "native" if text else "none"
        self._block("picture", text, place, caption=caption, objects=objects, attributes=facts, origin=origin)

    def _chart(self, identity: str, drawing: str, place: Locator, description: str) -> None:
        target = self.package.relationships(drawing).get(identity)
        root = None if target is None or target.external else self.package.optional_xml(target.target)
        if root is None:
            reason = "a chart whose part is missing or damaged"
            self.ledger.append(note("chart-not-read", "figure", reason, locator=place, severity="warning"))
            return
        chart = read_chart(root, self._referred)
        self._block(
            "figure",
            table_text(chart.table),
            place,
            table=chart.table if chart.table.rows else None,
            caption=". ".join(part for part in (chart.title, chart.notes, description) if part),
            attributes={"chart": chart.kind or "chart"},
        )

    def _referred(self, reference: str) -> list[str]:
        """The texts of the cells that a chart refers to, row by row."""
        sheet, _, cells = reference.rpartition("!")
        area = Area.of(cells)
        found = self.cells.get(sheet.strip("'").replace("''", "'"))
        if area is None or found is None:
            return []
        rows = range(area.first_row, min(area.last_row, max(found.rows, default=0)) + 1)
        columns = range(area.first_column, min(area.last_column, area.first_column + MAX_COLUMNS) + 1)
        if len(rows) * len(columns) > self.settings.max_table_cells:
            return []
        return [found.rows.get(row, {}).get(column, "") for row in rows for column in columns]

    def _comments(self) -> None:
        threaded: set[str] = set()
        for kind in ("threadedComment", "comments"):
            for part in self.package.related(self.part, kind):
                root = self.package.optional_xml(part)
                for one in root.iter() if root is not None else ():
                    reference = attribute(one, "ref")
                    if local(one) not in ("threadedComment", "comment") or Area.of(reference) is None:
                        continue
                    if kind == "comments" and reference in threaded:
                        continue  # Excel's copy of the thread for old programs
                    threaded.add(reference if kind == "threadedComment" else "")
                    text = "".join(w.text or "" for w in one.iter() if local(w) in ("t", "text")).strip()
                    if text:
                        place = CellRange(self.name, reference, reference)
                        self._block("paragraph", text, place, attributes={"role": "comment"})

    def _anchored(self, anchor: Element) -> CellRange:
        start, end = child(anchor, "from"), child(anchor, "to")
        if start is None:
            return CellRange(self.name, "A1", "A1")
        first_row, first_column = _corner(start)
        last_row, last_column = _corner(end) if end is not None else (first_row, first_column)
        last_row, last_column = max(first_row, last_row), max(first_column, last_column)
        return cell_range(self.name, Area(first_row, first_column, last_row, last_column))

    def _block(self, kind, text: str, place: Locator, *, attributes=None, **more) -> None:
        marks = {**self.marks, **(attributes or {})}
        self.blocks.append(Block(kind, text, place, place=self.name, attributes=marks, **more))

    def _say(self, code: str, reason: str, *, severity: Severity = "info") -> None:
        place = CellRange(self.name, "A1", "A1")
        self.ledger.append(note(code, "sheet", reason, locator=place, severity=severity))


def _corner(element: Element) -> tuple[int, int]:
    row, column = child(element, "row"), child(element, "col")
    return (
        max(0, whole((row.text or "") if row is not None else "")) + 1,
        max(0, whole((column.text or "") if column is not None else "")) + 1,
    )


def _shape_text(anchor: Element) -> str:
    paragraphs = []
    for body in anchor.iter():
        if local(body) == "txBody":
            for paragraph in body:
                if local(paragraph) == "p":
                    words = (one.text or "" for one in paragraph.iter() if local(one) == "t")
                    paragraphs.append("".join(words))
    return "\n".join(text for text in paragraphs if text.strip())
