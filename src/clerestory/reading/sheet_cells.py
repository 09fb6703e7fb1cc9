"""The cells of an Excel file as people see them: text of values, dates, percentages.

In: the parts of a workbook. Out: per sheet a sparse grid of texts with merged ranges, hidden
rows and columns. Values are those that the file caches; a formula without one stands for
itself. Streams, so that a sheet which declares a million empty rows costs nothing.
Source: ECMA-376 part 1, section 18.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from clerestory.errors import BadLocator, UnreadableFile
from clerestory.reading.elements import Element, attribute, child, local, whole
from clerestory.reading.number_formats import BUILT_IN, plain, shown_number
from clerestory.reading.ooxml import MAX_XML_MB, Package, with_common_names
from clerestory.reading.places import cell_name, cell_position
from clerestory.types import CellRange

MAX_ROWS, MAX_COLUMNS = 1_048_576, 16_384
MAX_CELL_CHARACTERS = 32_767
MAX_CHARACTERS = 30_000_000  # of one workbook; cells that share one long text multiply it at no cost
_MAX_MERGES = 100_000
_ERRORS = {"#N/A", "#REF!", "#NAME?", "#DIV/0!", "#VALUE!", "#NUM!", "#NULL!"}
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


@dataclass(frozen=True, slots=True)
class Area:
    """Cells from one corner to the other, inclusive; rows and columns count from 1."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int

    @staticmethod
    def of(reference: str) -> Area | None:
        """From "A1:C3" or "B2"; None for what is no range of cells."""
        first, _, last = reference.replace("$", "").upper().partition(":")
        try:
            (c0, r0), (c1, r1) = cell_position(first), cell_position(last or first)
        except BadLocator:
            return None
        if not all(0 < row <= MAX_ROWS for row in (r0, r1)) or max(c0, c1) > MAX_COLUMNS:
            return None
        return Area(min(r0, r1), min(c0, c1), max(r0, r1), max(c0, c1))


@dataclass(slots=True)
class Cells:
    """``rows[row][column]`` is a cell's text; empty cells are absent."""

    rows: dict[int, dict[int, str]] = field(default_factory=dict)
    merges: list[Area] = field(default_factory=list)
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    formulas_without_value: list[tuple[str, str]] = field(default_factory=list)  # cell, formula
    count: int = 0
    characters: int = 0
    cut: bool = False  # more than the limits
    damaged: str = ""  # why reading stopped early


@dataclass(frozen=True, slots=True)
class Formats:
    """Number formats by cell style, and the day that counts as zero."""

    codes: tuple[str, ...]
    epoch_1904: bool

    def shown(self, value: str, style: int) -> str:
        try:
            number = float(value)
        except ValueError:
            return value
        code = self.codes[style] if 0 <= style < len(self.codes) else ""
        if code in ("", "General", "@"):
            return plain(number) if abs(number) < 1e300 else value
        return shown_number(number, code, epoch_1904=self.epoch_1904)


def read_formats(styles: Element | None, *, epoch_1904: bool) -> Formats:
    """From the styles part."""
    if styles is None:
        return Formats((), epoch_1904)
    own: dict[int, str] = {}
    formats, cells = child(styles, "numFmts"), child(styles, "cellXfs")
    for one in formats if formats is not None else ():
        own[whole(attribute(one, "numFmtId"), -1)] = attribute(one, "formatCode")
    codes = []
    for one in cells if cells is not None else ():
        number = whole(attribute(one, "numFmtId"))
        codes.append(own.get(number, BUILT_IN.get(number, "General")))
    return Formats(tuple(codes), epoch_1904)


def read_shared_strings(package: Package, part: str, *, limit: int) -> list[str]:
    """The texts that cells refer to by number."""
    strings: list[str] = []
    for item in _stream(package, part, "si"):
        if len(strings) >= limit:
            break
        strings.append(_rich_text(item))
    return strings


def read_cells(
    package: Package, part: str, strings: list[str], formats: Formats, *, limit: int, characters: int
) -> Cells:
    """The cells of one sheet, at most ``limit`` of them with at most ``characters`` in all.

    A sheet that breaks off in the middle gives what came before, and ``damaged`` says why.
    """
    cells = Cells()
    number = 0
    try:
        for element in _stream(package, part, "row", "mergeCell", "col"):
            name = local(element)
            if name == "col":
                if attribute(element, "hidden") in ("1", "true"):
                    first, last = whole(attribute(element, "min")), whole(attribute(element, "max"))
                    cells.hidden_columns.append((first, min(last, MAX_COLUMNS)))
                continue
            if name == "mergeCell":
                area = Area.of(attribute(element, "ref"))
                if area is not None and len(cells.merges) < _MAX_MERGES:
                    cells.merges.append(area)
                continue
            number = whole(attribute(element, "r"), number + 1)
            row = _row(element, number, strings, formats, cells)
            size = sum(map(len, row.values()))
            if cells.count + len(row) > limit or cells.characters + size > characters:
                cells.cut = True
                continue
            cells.count += len(row)
            cells.characters += size
            if row and 0 < number <= MAX_ROWS:
                cells.rows.setdefault(number, {}).update(row)
                if attribute(element, "hidden") in ("1", "true"):
                    cells.hidden_rows.append(number)
    except UnreadableFile as error:
        cells.damaged = error.what
    return cells


def _row(element: Element, number: int, strings: list[str], formats: Formats, cells: Cells) -> dict[int, str]:
    row: dict[int, str] = {}
    column = 0
    for cell in element:
        if local(cell) != "c":
            continue
        reference = attribute(cell, "r")
        column += 1
        if reference:
            area = Area.of(reference)
            column = area.first_column if area is not None else column
        text = _shown(cell, reference, strings, formats, cells)
        if text and column <= MAX_COLUMNS:
            row[column] = text[:MAX_CELL_CHARACTERS]
    return row


def _shown(cell: Element, reference: str, strings: list[str], formats: Formats, cells: Cells) -> str:
    kind, value = attribute(cell, "t", "n"), child(cell, "v")
    raw = (value.text or "") if value is not None else ""
    if kind == "inlineStr":
        inline = child(cell, "is")
        return _rich_text(inline).strip() if inline is not None else ""
    formula = child(cell, "f")
    if not raw and formula is not None and formula.text:
        cells.formulas_without_value.append((reference, formula.text))
        return f"={formula.text}"
    if kind == "s":
        index = whole(raw, -1)
        return strings[index].strip() if 0 <= index < len(strings) else ""
    if kind == "b":
        return {"1": "TRUE", "0": "FALSE"}.get(raw, raw)
    if kind == "e":
        return raw if raw in _ERRORS else raw[:20]
    if kind == "d":
        return raw.removesuffix("T00:00:00")
    if kind == "str":
        return _unescaped(raw).strip()
    return formats.shown(raw, whole(attribute(cell, "s"))) if raw else ""


def _rich_text(item: Element) -> str:
    """All runs of a text, without the readings (furigana) that stand above it."""
    parts = []
    for one in item:
        if local(one) == "t":
            parts.append(one.text or "")
        elif local(one) == "r":
            words = child(one, "t")
            parts.append((words.text or "") if words is not None else "")
    return _unescaped("".join(parts))


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


def _stream(package: Package, part: str, *names: str) -> Iterator[Element]:
    """The elements of these names as they end; what was seen is let go.

    Raises:
        UnreadableFile: not well-formed, or it declares entities.
    """
    from lxml import etree

    content = with_common_names(package.archive.read(part, max_mb=MAX_XML_MB))
    if b"<!ENTITY" in content or b"<\x00!\x00E\x00N\x00T\x00I\x00T\x00Y" in content:
        raise UnreadableFile(f"{part} declares XML entities, which are not expanded", where=package.name)
    tags = [f"{{*}}{name}" for name in names]
    safe = {"resolve_entities": False, "no_network": True, "huge_tree": False}
    events = etree.iterparse(io.BytesIO(content), events=("end",), tag=tags, **safe)
    try:
        for _, element in events:
            yield element
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
    except (etree.XMLSyntaxError, ValueError) as error:
        raise UnreadableFile(f"{part} is not well-formed XML ({error})", where=package.name) from error


def cell_range(sheet: str, area: Area) -> CellRange:
    """The area as a place."""
    return CellRange(
        sheet,
        cell_name(area.first_column, area.first_row),
        cell_name(area.last_column, area.last_row),
    )
