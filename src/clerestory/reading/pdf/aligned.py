"""Tables without a grid: rows of text whose parts stand below each other.

In: the rows of one column of a page (fragments on one line each). Out: tables with rows, header and
place. Tables of contents (leaders, or rising page numbers) and lists (markers before text) align too, and
are none. Knows nothing of captions.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from clerestory.reading.pdf.cells import CellRow, cell_row, header_count, is_number, rows_by_baseline
from clerestory.reading.pdf.characters import Ints
from clerestory.reading.pdf.geometry import Rect, union
from clerestory.reading.pdf.paragraphs import MARKER
from clerestory.reading.pdf.regions import Region
from clerestory.reading.pdf.rules import Rules
from clerestory.reading.pdf.words import Fragment

_LEAD = 2.7  # line heights between rows of one table
_SINGLES = 3  # lines in a row that fill one column only (section titles, wrapped labels)
_SYMBOLS = re.compile(r"^[$€£¥%()\-–—*†‡#]{1,3}$")
_LEADERS = re.compile(r"(?:\.\s?){5,}|…{2,}|_{6,}")
PROSE = 75  # letters: a line this long is a sentence, not a label


def tables_in(rows: Sequence[Sequence[int]], fragments: Sequence[Fragment], rules: Rules) -> list[Region]:
    """Tables among the rows of one column, in order."""
    found: list[Region] = []
    for run in _runs(rows, fragments):
        region = table_of([index for row in run for index in row], fragments, rules, ruled=False)
        if region is not None:
            found.append(region)
    return found


def aligned_borders(inside: Sequence[int], fragments: Sequence[Fragment]) -> list[float]:
    """Between the columns in which these fragments stand below each other."""
    lines = [[fragments[index] for index in line] for line in lines_of_parts(inside, fragments)]
    several = [line for line in lines if len(line) > 1]
    return _borders(several) if len(several) > 1 else []


def lines_of_parts(inside: Sequence[int], fragments: Sequence[Fragment]) -> list[list[int]]:
    lines: list[list[int]] = []
    for index in sorted(inside, key=lambda i: fragments[i].rect[1] + fragments[i].rect[3]):
        rect = fragments[index].rect
        if lines:
            last = fragments[lines[-1][-1]].rect
            common = min(last[3], rect[3]) - max(last[1], rect[1])
            if common > 0.5 * min(last[3] - last[1], rect[3] - rect[1]):
                lines[-1].append(index)
                continue
        lines.append([index])
    return lines


def _runs(rows: Sequence[Sequence[int]], fragments: Sequence[Fragment]) -> list[list[Sequence[int]]]:
    """Stretches of rows of which most have several parts."""
    runs: list[list[Sequence[int]]] = []
    run: list[Sequence[int]] = []
    singles = 0

    def close() -> None:
        nonlocal run, singles
        while run and len(run[-1]) < 2:
            run.pop()
        if sum(len(row) > 1 for row in run) >= 2:
            runs.append(run)
        run, singles = [], 0

    for row in rows:
        parts = [fragments[index] for index in row]
        text = " ".join(part.text for part in parts)
        if any(part.turn for part in parts) or _LEADERS.search(text):
            close()
            continue
        if run:
            last = fragments[run[-1][0]]
            lead = parts[0].rect[3] - last.rect[3]
            if lead < -1 or lead > _LEAD * max(last.size, parts[0].size, 8.0):
                close()
        if len(row) > 1 and not is_prose(parts):
            run.append(row)
            singles = 0
        elif len(text) > PROSE:
            close()
        else:
            # Kept at the top too: the title over some columns; dropped again when it is none.
            if not run and _above_columns(parts[0], row, rows, fragments):
                run.append(row)
            elif run:
                singles += 1
                run.append(row)
                if singles > _SINGLES:
                    close()
    close()
    return runs


def is_prose(parts: Sequence[Fragment]) -> bool:
    """Whether a line is one of running text."""
    long = sum(len(part.text) for part in parts) > PROSE
    return long and (len(parts) == 1 or _justified(sorted(parts, key=lambda part: part.rect[0])))


def _justified(parts: Sequence[Fragment]) -> bool:
    """Whether the gaps of a line are only a marker's, or the wide word spaces of justified text."""
    if sum(is_number(part.text) for part in parts) > 1:
        return False
    if any(len(part.text) > PROSE for part in parts):
        return True
    widest = max(after.rect[0] - before.rect[2] for before, after in pairwise(parts))
    return widest < 2.0 * parts[0].size and not any(is_number(part.text) for part in parts)


def _above_columns(
    part: Fragment, row: Sequence[int], rows: Sequence[Sequence[int]], fragments: Sequence[Fragment]
) -> bool:
    """Whether a single part stands over the columns right of the first one of the row below it."""
    place = next(i for i, other in enumerate(rows) if other is row)
    below = [r for r in rows[place + 1 : place + 4] if len(r) > 1]
    if not below:
        return False
    first = fragments[below[-1][0]].rect
    return part.rect[0] > first[2] and fragments[below[0][0]].rect[1] - part.rect[3] < 1.5 * part.size


def table_of(
    inside: Sequence[int], fragments: Sequence[Fragment], rules: Rules, *, ruled: bool
) -> Region | None:
    """The fragments as a table, or None when they are none; ``ruled`` asks for less evidence."""
    parts = [fragments[index] for index in inside]
    if len(parts) < 4:
        return None
    lines = lines_of_parts(inside, fragments)
    several = [line for line in lines if len(line) > 1]
    if len(several) < 2:
        return None
    borders = _borders([[fragments[index] for index in line] for line in several])
    if not borders or _crossed(lines, borders, fragments) > (0.5 if ruled else 0.3):
        return None
    words = [word for part in parts for word in part.words]
    rows = [cell_row(cells) for cells in rows_by_baseline(words, borders)]
    rows = _without_halves(rows)
    rect = union(part.rect for part in parts)
    # Rules and stripes speak for a table too, though less than rules of one length all around it.
    lined = ruled or (len(rows) > 2 and not _wordy(rows) and _lined(rect, rules))
    if len(rows) < 2 or not _is_table(rows, ruled=lined):
        return None
    return Region("table", rect, set(inside), tuple(rows), _header(rows, rect, rules), found="aligned")


def _crossed(
    lines: Sequence[Sequence[int]], borders: Sequence[float], fragments: Sequence[Fragment]
) -> float:
    """Share of the lines with a part that runs over a border between columns."""
    over = sum(
        any(fragments[i].rect[0] + 3 < border < fragments[i].rect[2] - 3 for i in line for border in borders)
        for line in lines
    )
    return over / len(lines)


def _borders(lines: Sequence[Sequence[Fragment]]) -> list[float]:
    """Between columns: where nearly no line has text.

    Names of columns may stand so close that they run together: rows of numbers tell the gaps, if there
    are some, and within a gap the border goes where the fewest lines of all have text.
    """
    numeric = [line for line in lines if sum(is_number(part.text) for part in line) > 1]
    telling = numeric if len(numeric) >= 3 else lines
    left = min(part.rect[0] for line in lines for part in line)
    right = max(part.rect[2] for line in lines for part in line)
    cover = _cover(telling, left, right)
    every = _cover(lines, left, right)
    size = float(np.median([part.size for line in lines for part in line]))
    inside = np.flatnonzero(cover > 0)
    borders = []
    for start, end in _runs_of(cover <= 0.08 * len(telling)):
        if start > inside[0] and end <= inside[-1] and end - start >= 0.45 * size:
            emptiest = every[start:end] == every[start:end].min()
            # The first such place: names set to the left of their numbers stand right after it.
            first, last = _runs_of(emptiest)[0]
            borders.append(left + start + (first + last) / 2)
    return _without_symbols(borders, telling)


def _cover(lines: Sequence[Sequence[Fragment]], left: float, right: float) -> Ints:
    """How many parts stand over each point from ``left`` to ``right``."""
    width = int(right - left) + 2
    steps = np.zeros(width + 1, np.int64)
    for line in lines:
        for part in line:
            steps[int(part.rect[0] - left)] += 1
            steps[min(width, int(part.rect[2] - left) + 1)] -= 1
    return np.cumsum(steps)[:width]


def _runs_of(mask: np.ndarray) -> list[tuple[int, int]]:
    """Start and end of each stretch that is true."""
    edges = np.flatnonzero(np.diff(np.r_[0, mask.astype(np.int8), 0])).tolist()
    return list(zip(edges[::2], edges[1::2], strict=True))


def _without_symbols(borders: list[float], lines: Sequence[Sequence[Fragment]]) -> list[float]:
    """Columns that hold nothing but currency signs belong to their number, percent signs likewise."""
    kept = list(borders)
    index = 0
    while index <= len(kept):
        low = kept[index - 1] if index else float("-inf")
        high = kept[index] if index < len(kept) else float("inf")
        texts = [
            part.text for line in lines for part in line if low < (part.rect[0] + part.rect[2]) / 2 <= high
        ]
        symbols = [text for text in texts if all(map(_SYMBOLS.match, text.split()))]
        if symbols and kept and len(symbols) >= 0.75 * len(texts):
            closing = all(text.split()[0] in ("%", ")", "%)") for text in symbols)
            if closing and index > 0:
                kept.pop(index - 1)
                index -= 1
            elif index < len(kept):
                kept.pop(index)
            else:
                kept.pop(index - 1)
                index -= 1
            continue
        index += 1
    return kept


def _without_halves(rows: list[CellRow]) -> list[CellRow]:
    """Join columns of which one holds only the names above the other's values (set off to a side)."""
    column = 1
    while rows and column < len(rows[0].cells) - 1:
        first = [index for index, row in enumerate(rows) if row.cells[column]]
        second = [index for index, row in enumerate(rows) if row.cells[column + 1]]
        if first and second and (max(first) < min(second) or max(second) < min(first)):
            rows = [
                CellRow(
                    (
                        *row.cells[:column],
                        row.cells[column] or row.cells[column + 1],
                        *row.cells[column + 2 :],
                    ),
                    row.rect,
                    row.bold,
                )
                for row in rows
            ]
        else:
            column += 1
    return rows


def _lined(rect: Rect, rules: Rules) -> bool:
    """Whether rules or stripes of shade run through the place, as they do in tables."""
    x0, y0, x1, y1 = rect
    inside = [
        rule
        for rule in rules.horizontal
        if y0 - 4 < rule.at < y1 + 4 and min(rule.high, x1) - max(rule.low, x0) > 0.2 * (x1 - x0)
    ]
    stripes = {
        round(shade.rect[1])
        for shade in rules.shades
        if y0 - 4 < shade.rect[1] < y1
        and shade.rect[3] - shade.rect[1] < 0.5 * (y1 - y0)
        and shade.rect[2] - shade.rect[0] > 0.15 * (x1 - x0)
        and shade.rect[0] < x1
        and shade.rect[2] > x0
    }
    return len({round(rule.at) for rule in inside}) >= 2 or len(stripes) >= 2


def _wordy(rows: Sequence[CellRow]) -> bool:
    """Whether most cells beside the first column hold sentences."""
    others = [cell for row in rows for cell in row.cells[1:] if cell]
    return sum(len(cell) > 60 for cell in others) > 0.4 * len(others)


def _is_table(rows: Sequence[CellRow], *, ruled: bool) -> bool:
    count = len(rows[0].cells)
    filled = [sum(bool(cell) for cell in row.cells) for row in rows]
    if count < 2 or sum(number > 1 for number in filled) < 0.5 * len(rows):
        return False
    pairs = [(row.cells[0], row.cells[1]) for row in rows]
    if count == 2 and (_contents([cell for _, cell in pairs]) or _contents([cell for cell, _ in pairs])):
        return False  # a table of contents, or a numbered list
    last = [row.cells[-1] for row in rows]
    other = [cell for row in rows for cell in row.cells[:-1] if cell]
    if count == 3 and len(rows) > 4 and _contents(last) and not any(is_number(cell) for cell in other):
        return False
    columns = list(zip(*(row.cells for row in rows), strict=True))
    markers = sum(_markers([cell for cell in column if cell]) for column in columns)
    if markers >= 0.4 * count:
        return False  # a list in several columns
    if ruled:
        return len(rows) >= 2
    others = [cell for row in rows for cell in row.cells[1:] if cell]
    numbers = sum(is_number(cell) for cell in others) / max(1, len(others))
    long = sum(len(cell) > 60 for cell in others) / max(1, len(others))
    if numbers >= 0.4:
        return len(rows) >= 3 or (len(rows) == 2 and count >= 3)
    titled = rows[0].bold and not any(row.bold for row in rows[1:]) and filled[0] >= 0.7 * count
    if titled and count >= 3 and len(rows) >= 3 and long < 0.3:
        return True
    whole = sum(number >= 0.7 * count for number in filled) / len(rows)
    return len(rows) >= 4 and count >= 3 and whole >= 0.6 and long < 0.3


def _markers(cells: Sequence[str]) -> bool:
    """Whether a column holds only what stands before the items of a list."""
    marked = sum(bool(MARKER.match(cell + " ")) and len(cell) < 5 for cell in cells)
    return bool(cells) and marked > 0.7 * len(cells)


def _contents(cells: Sequence[str]) -> bool:
    """Numbers that rise from row to row: pages of a table of contents, or a count."""
    numbers = [cell for cell in cells if cell]
    digits = [int(text) for text in numbers if text.isdigit()]
    return (
        len(digits) >= 0.8 * len(numbers)
        and len(digits) > 2
        and digits == sorted(digits)
        and digits[-1] < 2000
    )


def _header(rows: Sequence[CellRow], rect: Rect, rules: Rules) -> int:
    """Counted with the first long rule inside the table as a sign."""
    inner = sorted(
        rule.at
        for rule in rules.horizontal
        if rect[1] + 2 < rule.at < rect[3] - 2
        and rule.low < rect[2]
        and rule.high > rect[0]
        and rule.length > 0.6 * (rect[2] - rect[0])
    )
    ruled = 0
    for at in inner[:3]:
        ruled = sum((row.rect[1] + row.rect[3]) / 2 < at for row in rows)
        if ruled:
            break
    return header_count(rows, ruled=ruled)
