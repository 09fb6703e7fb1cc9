"""Rectangles of cells that people laid out: which rows are the header, what is a table at all.

In: rows of cell texts. Out: the number of header rows. Knows no file format.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_CURRENCY = r"(?:[A-Z]{3}|[$€£¥₹])"
_AMOUNT = re.compile(
    rf"[(\-+−–]?\s*{_CURRENCY}?\s*[\-+−–]?\d[\d.,'\s]*\)?\s*(?:%|‰|{_CURRENCY}|°?[A-Za-zµΩ]{{1,3}})?"
)
_TIME = re.compile(
    r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:[T ]\d{1,2}:\d{2}(?::\d{2})?)?|\d{1,2}:\d{2}(?::\d{2})?"
)
_NONE = {"-", "—", "–", "n/a", "na", "true", "false", "x", "✓"}
_LONGEST_VALUE = 40
MAX_HEADER_ROWS = 3
_SHORT = 15  # characters that a column's name has on average
_LOOKED_AT = 11  # rows below that show what a column holds


def guess_header_rows(rows: Sequence[Sequence[str]]) -> int:
    """How many rows at the top are names of columns.

    A header row names nearly all columns, with few values in it, and stands above rows that
    differ from it: in some column the names end and values begin, or all its names are
    distinct and short. A row above it that spans (repeats or leaves cells empty) belongs to
    the header as well.
    """
    if len(rows) < 2 or max(len(row) for row in rows) < 2:
        return 0
    for number, row in enumerate(rows[:MAX_HEADER_ROWS]):
        below = rows[number + 1 :]
        if _names_columns(row) and below and _differs(row, below[:_LOOKED_AT]):
            further = below[1:]
            if (
                _spans(row)
                and further
                and _names_columns(below[0])
                and _differs(below[0], further[:_LOOKED_AT])
            ):
                continue  # group names above the names of the columns
            return number + 1
        if not _spans(row):
            break
    return 0


def is_value(cell: str) -> bool:
    """A number, amount, date, time or a mark for "none"."""
    cell = cell.strip()
    if len(cell) > _LONGEST_VALUE:
        return False
    return cell.lower() in _NONE or bool(_AMOUNT.fullmatch(cell) or _TIME.fullmatch(cell))


def _names_columns(row: Sequence[str]) -> bool:
    filled = [cell.strip() for cell in row if cell.strip()]
    values = sum(is_value(cell) and not _is_year(cell) for cell in filled)
    names = [cell for cell in filled if not is_value(cell)]
    return (
        len(filled) >= max(2, 0.6 * len(row))
        and values <= 0.25 * len(filled)
        and (bool(names) or all(_is_year(cell) for cell in filled))
        and all(len(cell) <= 80 for cell in filled)
    )


def _differs(row: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Names above values; where all is words, distinct names of all columns, no longer than what follows."""
    above_values = False
    for column, name in enumerate(row):
        cells = [other[column].strip() for other in below if column < len(other) and other[column].strip()]
        if not name.strip() or not cells or sum(map(is_value, cells)) < 0.5 * len(cells):
            continue
        if is_value(name) and not _is_year(name):
            return False  # a value above values: the table has no header
        above_values = True
    if above_values:
        return True
    if len(row) < 3:
        return False  # two columns of words are as often labels and their texts
    names = [cell.strip().casefold() for cell in row]
    rest = [cell.strip().casefold() for other in below for cell in other if cell.strip()]
    if not all(names) or len(set(names)) < len(names) or set(names) & set(rest) or not rest:
        return False
    mean = sum(map(len, names)) / len(names)
    return mean <= max(_SHORT, 1.2 * sum(map(len, rest)) / len(rest))


def _spans(row: Sequence[str]) -> bool:
    """A row of group names above the header: repeated or with gaps, and without values."""
    filled = [cell.strip() for cell in row if cell.strip()]
    return not any(is_value(cell) and not _is_year(cell) for cell in filled) and len(set(filled)) < len(row)


def _is_year(cell: str) -> bool:
    return bool(re.fullmatch(r"(?:FY\s*)?(?:19|20)\d\d(?:[/-]\d{2,4})?[AEP]?", cell.strip()))
