"""Words put into the cells of a table, and which of its rows are the header.

In: words and the borders of columns and rows. Out: rows of cells. Rows that no rule separates are told
by their baselines; a line that only goes on in some cells belongs to the row above it. Knows nothing of
how the borders were found.
"""

from __future__ import annotations

import itertools
import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from clerestory.reading.pdf.geometry import Rect, union
from clerestory.reading.pdf.words import Word

_NUMBER = re.compile(
    r"^[\s$€£¥%()\[\]+\-–—−.,:/\d*†‡]*\d[\s$€£¥%()\[\]+\-–—−.,:/\d*†‡xkKMBbn]*$|^[-–—−]+$|^(?:n/?a|nil)\.?$",
    re.I,
)
_CURRENCY = ("$", "€", "£", "¥", "Rs.", "US$")
_YEAR = re.compile(r"^\(?(?:fy\s*)?(?:19|20)\d\d\)?[*†]?$", re.I)


@dataclass(frozen=True, slots=True)
class CellRow:
    """Texts and what of them is set in bold; ``rect`` is the place of the row."""

    cells: tuple[str, ...]
    rect: Rect
    bold: bool


def lines_of(words: Sequence[Word]) -> list[list[Word]]:
    """Words as lines from top to bottom, each from left to right."""
    lines: list[list[Word]] = []
    for word in sorted(words, key=lambda word: word.rect[1] + word.rect[3]):
        middle = (word.rect[1] + word.rect[3]) / 2
        if lines:
            last = lines[-1][-1].rect
            if middle - (last[1] + last[3]) / 2 < 0.45 * min(last[3] - last[1], word.rect[3] - word.rect[1]):
                lines[-1].append(word)
                continue
        lines.append([word])
    return [sorted(line, key=lambda word: word.rect[0]) for line in lines]


def text_of(words: Sequence[Word]) -> str:
    """The words of one cell, line by line."""
    return " ".join(word.text for line in lines_of(words) for word in line)


def column_of(word: Word, borders: Sequence[float]) -> int:
    """Which column a word's middle lies in; borders are the inner ones, from left to right."""
    return bisect_right(borders, (word.rect[0] + word.rect[2]) / 2)


def rows_by_baseline(words: Sequence[Word], borders: Sequence[float]) -> list[list[list[Word]]]:
    """Rows of cells of words, where nothing but the lines of text tells rows apart.

    A line whose first cell is empty, or that fills fewer than half of the cells which the line above
    fills, and that stands closer to it than rows usually do, continues that line's row.
    """
    lines = lines_of(words)
    count = len(borders) + 1
    split: list[list[list[Word]]] = []
    for line in lines:
        cells: list[list[Word]] = [[] for _ in range(count)]
        for word in line:
            cells[column_of(word, borders)].append(word)
        split.append(cells)
    gaps = [_middle(after) - _middle(before) for before, after in itertools.pairwise(lines)]
    usual = sorted(gaps)[len(gaps) // 2] if gaps else 0.0
    closest = min(gaps) if gaps else 0.0
    rows: list[list[list[Word]]] = []
    for index, cells in enumerate(split):
        if rows and _continues(split[index - 1], cells, rows[-1]):
            gap = gaps[index - 1]
            if gap <= 1.15 * usual and gap <= 1.6 * closest:
                for cell, more in zip(rows[-1], cells, strict=True):
                    cell.extend(more)
                continue
        rows.append([list(cell) for cell in cells])
    return rows


def _middle(line: Sequence[Word]) -> float:
    return sum(word.rect[1] + word.rect[3] for word in line) / (2 * len(line))


def _continues(above: list[list[Word]], cells: list[list[Word]], row: list[list[Word]]) -> bool:
    filled = [index for index, cell in enumerate(cells) if cell]
    if len(cells) < 2 or not all(row[index] for index in filled):
        return False
    if any(is_number(_text(cells[index])) for index in filled):
        return False
    if not cells[0]:
        return all(not is_number(_text(above[index])) or not above[index] for index in filled)
    # The first cell goes on in a second line while the others are done.
    before = [index for index, cell in enumerate(above) if cell]
    words = _text(cells[0])
    return (
        filled == [0]
        and len(before) > 1
        and (
            words[:1].islower()
            or words[:1] in "(&"
            or _text(above[0]).endswith(("-", ",", " of", " and", " the"))
        )
    )


def _text(words: Sequence[Word]) -> str:
    return " ".join(word.text for word in words)


def is_number(text: str) -> bool:
    return bool(text) and bool(_NUMBER.match(text))


def cell_row(cells: Sequence[Sequence[Word]], rect: Rect | None = None) -> CellRow:
    words = [word for cell in cells for word in cell]
    letters = sum(len(word.text) for word in words)
    bold = sum(len(word.text) for word in words if word.run.bold)
    texts = [text_of(cell) for cell in cells]
    for index in range(len(texts) - 1):
        # A currency sign set far from its number stands nearer to the one before it.
        before, space, sign = texts[index].rpartition(" ")
        if sign in _CURRENCY and texts[index + 1] and (space or not before):
            texts[index], texts[index + 1] = before, f"{sign} {texts[index + 1]}"
    return CellRow(
        tuple(texts),
        rect or union(word.rect for word in words),
        2 * bold > letters,
    )


def header_count(rows: Sequence[CellRow], *, shaded: int = 0, ruled: int = 0) -> int:
    """How many rows at the top name the columns (see ``_signs``), with lines of years below them."""
    count = _signs(rows, shaded=shaded, ruled=ruled)
    while 0 < count < min(4, len(rows) - 2) and _years(rows[count]):
        count += 1
    return count


def _years(row: CellRow) -> bool:
    others = [cell for cell in row.cells[1:] if cell]
    return len(others) > 1 and all(_YEAR.match(cell) for cell in others)


def _signs(rows: Sequence[CellRow], *, shaded: int, ruled: int) -> int:
    """How many rows at the top name the columns.

    ``shaded`` rows at the top have a ground of their own; ``ruled`` rows stand above the first rule
    inside the table. Without such signs: bold rows above others, or words above numbers.
    """
    if len(rows) < 2:
        return 0
    most = min(4, len(rows) - 1)
    if 0 < shaded <= most:
        return shaded
    bold = 0
    while bold < most and rows[bold].bold:
        bold += 1
    body = rows[bold:]
    if bold > 0 and sum(row.bold for row in body) <= 0.5 * len(body):
        # A bold section title inside the body is a row with one filled cell: not the header's.
        while bold > 1 and rows[bold - 1].cells[0] and _filled(rows[bold - 1]) <= 0.5 * len(rows[0].cells):
            bold -= 1
        return bold
    if 0 < ruled <= most and not _numeric(rows[:ruled]):
        return ruled
    words = 0
    while words < most and not _numeric(rows[words : words + 1]):
        words += 1
    if 0 < words < len(rows) and _numeric_share(rows[words:]) >= 0.4:
        named = [index for index in range(words) if _filled(rows[index]) > 1]
        return named[-1] + 1 if named else 0
    if not rows[0].cells[0] and _filled(rows[0]) > 1 and all(row.cells[0] for row in rows[1:3]):
        return 1
    return 0


def _filled(row: CellRow) -> int:
    return sum(bool(cell) for cell in row.cells)


def _numeric(rows: Sequence[CellRow]) -> bool:
    """Whether numbers other than years stand in these rows, outside the first column."""
    return any(is_number(cell) and not _YEAR.match(cell) for row in rows for cell in row.cells[1:])


def _numeric_share(rows: Sequence[CellRow]) -> float:
    return sum(_numeric([row]) for row in rows) / max(1, len(rows))
