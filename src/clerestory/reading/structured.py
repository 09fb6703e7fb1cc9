"""CSV, TSV, JSON and JSON lines. Places are ranges in the decoded file.

In: one data file. Out: tables where rows of equal shape are given (delimited files, lists
of flat records), else paragraphs of "path: value" lines. A file that is not what it claims
is read as plain text, and the ledger says so.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from clerestory.reading import kinds
from clerestory.reading.assembling import assemble
from clerestory.reading.blocks import Block
from clerestory.reading.decoding import decode
from clerestory.reading.json_places import Leaf, NotJson, Path, leaves, path_text
from clerestory.reading.ledger import note
from clerestory.reading.notebook import notebook_blocks
from clerestory.reading.source import Source
from clerestory.reading.tables import header_rows
from clerestory.reading.text import line_ranges, nothing_found, read_content, text_blocks
from clerestory.settings import ReadingSettings
from clerestory.types import CharRange, LedgerLine, Line, Reading, Row, Table

READER = "structured"
VERSION = "1"

_DELIMITERS = ",;\t|"
_SAMPLE_ROWS = 100
_MAX_COLUMNS = 64  # a list of records with more different keys is no table
_SHORT = 40  # characters: a listed value up to this length shares its line with its neighbours
_RUN = 50  # values in such a line
_MAX_FIELD = 10_000_000  # characters


@dataclass(frozen=True, slots=True)
class _Part:
    blocks: list[Block]
    ledger: list[LedgerLine]


def read(source: Source, settings: ReadingSettings, media_type: str) -> Reading:
    """Raises EmptyFile, TooLarge, FileVanished, FileDenied."""
    decoded = decode(read_content(source, settings))
    if media_type in {kinds.CSV, kinds.TSV}:
        part = _delimited(decoded.text, media_type, max_cells=settings.max_table_cells)
    else:
        part = _json(decoded.text, media_type, max_cells=settings.max_table_cells)
    return assemble(
        source,
        media_type=media_type,
        reader=READER,
        version=VERSION,
        settings=settings,
        blocks=part.blocks,
        ledger=[*decoded.ledger, *part.ledger, *nothing_found(part.blocks)],
    )


def _delimited(text: str, media_type: str, *, max_cells: int) -> _Part:
    delimiter = _delimiter(text, media_type)
    if not delimiter:
        reason = "no column separator that fits most lines; read as plain text"
        return _Part(text_blocks(text), [note("not-a-table", "table", reason)])
    ledger: list[LedgerLine] = []
    rows: list[Row] = []
    cells = 0
    try:
        for row in _rows(text, delimiter):
            if any(cell.strip() for cell in row.cells):
                rows.append(row)
                cells += len(row.cells)
            if cells > max_cells:
                place = row.locator
                assert isinstance(place, CharRange)
                reason = f"rows after the first {len(rows):,} are beyond reading.max_table_cells"
                rest = CharRange(place.end, len(text))
                ledger.append(note("too-many-cells", "table", reason, locator=rest, severity="warning"))
                break
    except csv.Error as error:
        reason = f"not delimited as it claims ({error}); read as plain text"
        return _Part(text_blocks(text), [note("not-a-table", "table", reason, severity="warning")])
    if not rows:
        return _Part([], ledger)
    header = header_rows([row.cells for row in rows])
    first, last = rows[0].locator, rows[-1].locator
    assert isinstance(first, CharRange) and isinstance(last, CharRange)
    block = Block("table", "", CharRange(first.start, last.end), table=Table(tuple(rows), header))
    return _Part([block], ledger)


def _delimiter(text: str, media_type: str) -> str:
    """The separator that cuts most of the first rows into the same number of cells, at least two."""
    sample = text[:100_000]
    best, best_score = "", 0.0
    for delimiter in ("\t", *_DELIMITERS) if media_type == kinds.TSV else _DELIMITERS:
        try:
            rows = [
                row
                for row, _ in zip(
                    csv.reader(sample.splitlines(), delimiter=delimiter), range(_SAMPLE_ROWS), strict=False
                )
            ]
        except csv.Error:
            continue
        widths = [len(row) for row in rows if row]
        if not widths:
            continue
        common = max(set(widths), key=widths.count)
        share = widths.count(common) / len(widths)
        if common >= 2 and share > best_score + 0.1:
            best, best_score = delimiter, share
    return best if best_score >= 0.5 else ""


def _rows(text: str, delimiter: str) -> Iterator[Row]:
    """Rows with the range of the lines that they stand on (a quoted cell may span lines)."""
    spans: list[tuple[int, int]] = []

    def lines() -> Iterator[str]:
        for span in line_ranges(text):
            spans.append(span)
            yield text[slice(*span)] + "\n"

    limit = csv.field_size_limit(_MAX_FIELD)
    try:
        reader = csv.reader(lines(), delimiter=delimiter)
        done = 0
        for cells in reader:
            start, end = spans[done][0], spans[reader.line_num - 1][1]
            done = reader.line_num
            yield Row(tuple(cell.rstrip("\n") for cell in cells), CharRange(start, end))
    finally:
        csv.field_size_limit(limit)


def _json(text: str, media_type: str, *, max_cells: int) -> _Part:
    """One JSON value, or one per line; what is neither is read as plain text."""
    try:
        return _one_value(text, max_cells=max_cells)
    except NotJson as error:
        not_one = error
    try:
        return _one_per_line(text, max_cells=max_cells)
    except NotJson as error:
        reason = not_one if media_type == kinds.JSON else error
        line = note("not-json", "file", f"{reason}; read as plain text", severity="warning")
        return _Part(text_blocks(text), [line])


def _one_value(text: str, *, max_cells: int) -> _Part:
    found = list(islice(leaves(text), max_cells + 1))
    blocks: list[Block] = []
    ledger: list[LedgerLine] = []
    if len(found) > max_cells:
        rest = CharRange(found.pop().start, len(text))
        reason = f"values after the first {max_cells:,} are beyond reading.max_table_cells"
        ledger.append(note("too-many-values", "text", reason, locator=rest, severity="warning"))
    if notebook := notebook_blocks(found):
        return _Part(notebook, ledger)
    for prefix, group in _groups(found):
        members = _members(group, len(prefix))
        if members is not None and (table := _table(members, prefix, max_cells=max_cells)) is not None:
            blocks.extend(table.blocks)
            ledger.extend(table.ledger)
        else:
            blocks.extend(_paragraphs(group, len(prefix)))
    return _Part(blocks, ledger)


def _one_per_line(text: str, *, max_cells: int) -> _Part:
    """JSON lines: a table where the records are flat and alike, else a paragraph for each."""
    records = [(0, list(leaves(text, *span))) for span in line_ranges(text) if text[slice(*span)].strip()]
    if (table := _table(records, (), max_cells=max_cells)) is not None:
        return table
    return _Part([block for _, record in records for block in _paragraphs(record, 0)], [])


def _groups(found: Sequence[Leaf]) -> Iterator[tuple[Path, list[Leaf]]]:
    """Stretches of leaves under the same list, or under no list; the list's path comes first."""
    prefix: Path | None = None
    group: list[Leaf] = []
    for leaf in found:
        depth = next((number for number, step in enumerate(leaf.path) if isinstance(step, int)), None)
        own = leaf.path[:depth] if depth is not None else ()
        key = own if depth is not None else None
        if group and key != prefix:
            yield prefix or (), group
            group = []
        prefix = key
        group.append(leaf)
    if group:
        yield prefix or (), group


def _members(group: Sequence[Leaf], depth: int) -> list[tuple[int, list[Leaf]]] | None:
    """The leaves of each item of a list, with paths from the item on; None if it is no list."""
    members: list[tuple[int, list[Leaf]]] = []
    for leaf in group:
        if len(leaf.path) <= depth or not isinstance(leaf.path[depth], int):
            return None
        index = leaf.path[depth]
        assert isinstance(index, int)
        if not members or members[-1][0] != index:
            members.append((index, []))
        own = Leaf(leaf.path[depth + 1 :], leaf.value, leaf.start, leaf.end, leaf.quoted)
        members[-1][1].append(own)
    return members


def _table(members: Sequence[tuple[int, list[Leaf]]], prefix: Path, *, max_cells: int) -> _Part | None:
    """Records as rows if there are several, all flat, and most keys are in most of them."""
    columns: dict[str, int] = {}
    for _, record in members:
        for leaf in record:
            if len(leaf.path) != 1 or not isinstance(leaf.path[0], str):
                return None
            columns[leaf.path[0]] = columns.get(leaf.path[0], 0) + 1
    filled = sum(columns.values())
    if len(members) < 2 or not 2 <= len(columns) <= _MAX_COLUMNS or filled < len(members) * len(columns) / 2:
        return None
    names = tuple(columns)
    rows = [Row(names)]
    ledger: list[LedgerLine] = []
    for number, (_, record) in enumerate(members):
        place = CharRange(record[0].start, record[-1].end)
        if number * len(names) > max_cells:
            rest = CharRange(place.start, members[-1][1][-1].end)
            reason = f"records after the first {number:,} are beyond reading.max_table_cells"
            ledger.append(note("too-many-cells", "table", reason, locator=rest, severity="warning"))
            break
        values = {str(leaf.path[0]): leaf.value for leaf in record}
        rows.append(Row(tuple(values.get(name, "") for name in names), place))
    first, last = rows[1].locator, rows[-1].locator
    assert isinstance(first, CharRange) and isinstance(last, CharRange)
    table = Table(tuple(rows), 1)
    return _Part(
        [Block("table", "", CharRange(first.start, last.end), table=table, caption=path_text(prefix))], ledger
    )


def _paragraphs(found: Iterable[Leaf], depth: int) -> Iterator[Block]:
    """One paragraph of "path: value" lines for each member of the value at ``depth``."""
    key: Path | None = None
    group: list[Leaf] = []
    for leaf in found:
        own = leaf.path[: depth + 1]
        if own == leaf.path and own and isinstance(own[-1], int):
            own = own[:-1]  # the plain values of one list stay together
        if group and own != key:
            yield _paragraph(group)
            group = []
        key = own
        group.append(leaf)
    if group:
        yield _paragraph(group)


def _paragraph(group: Sequence[Leaf]) -> Block:
    parts: list[str] = []
    lines: list[Line] = []
    offset = 0
    for leaf_run in _runs(group):
        path = path_text(leaf_run[0].path[:-1] if len(leaf_run) > 1 else leaf_run[0].path)
        value = ", ".join(leaf.value for leaf in leaf_run)
        text = f"{path}: {value}" if path else value
        if text.strip():
            place = CharRange(leaf_run[0].start, leaf_run[-1].end)
            lines.append(Line(offset, offset + len(text), place))
        parts.append(text)
        offset += len(text) + 1
    place = CharRange(group[0].start, group[-1].end)
    return Block("paragraph", "\n".join(parts), place, lines=tuple(lines))


def _runs(group: Sequence[Leaf]) -> Iterator[list[Leaf]]:
    """Values one by one, but the numbers and short words of one list together."""
    run: list[Leaf] = []
    for leaf in group:
        listed = bool(leaf.path) and isinstance(leaf.path[-1], int) and len(leaf.value) <= _SHORT
        together = listed and run and leaf.path[:-1] == run[-1].path[:-1] and len(run) < _RUN
        if run and not together:
            yield run
            run = []
        run.append(leaf)
        if not listed:
            yield run
            run = []
    if run:
        yield run
