"""Headers, footers and page numbers: what repeats at the same place on page after page.

In: the lines near the top and bottom of all pages. Out: for each page the lines that are furniture.
They stay out of segments and are written to the ledger. Knows nothing of the rest of a page.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from clerestory.reading.pdf.geometry import View
from clerestory.reading.pdf.words import Fragment

_ZONE = 0.12  # of the height, at the top and at the bottom
_NEAR = 6  # pages: a chapter's running head repeats within so many
_REPEATS = 3
_STEP = 0.012  # of the height: places closer than this are the same
_PARTS = 3  # left, middle and right: what running heads have at most
_LARGE = 1.35  # times the body size: titles of slides repeat, and are not furniture
_DIGITS = re.compile(r"\d+")
_ROMAN = re.compile(r"^[ivxlc]{1,7}$", re.I)
_PAGE_NUMBER = re.compile(
    r"^(?:page|seite|p\.)?\s*[-–|]?\s*(?:\d{1,4}|[ivxlc]{1,7})\s*(?:(?:of|/|von|\|)\s*\d{1,4})?\s*[-–|]?$",
    re.I,
)


def furniture_of(pages: Sequence[tuple[View, Sequence[Fragment]]], body_size: float) -> list[set[int]]:
    """For each page the indexes of its fragments that are furniture."""
    found: list[set[int]] = [set() for _ in pages]
    places: dict[tuple[str, int], list[tuple[int, int]]] = {}
    for page, (view, fragments) in enumerate(pages):
        crowded = _crowded(fragments)
        for index, fragment in enumerate(fragments):
            middle = (fragment.rect[1] + fragment.rect[3]) / 2 / view.height
            if fragment.turn or not (middle < _ZONE or middle > 1 - _ZONE):
                continue
            if fragment.size > _LARGE * body_size or index in crowded:
                continue
            key = _key(fragment.text)
            step = int(middle / _STEP)
            # Mirrored pages put it left and right in turn: the place across does not count.
            for near in (step, step + 1):
                places.setdefault((key, near), []).append((page, index))
    least = min(_REPEATS, max(2, len(pages)))
    for seen in places.values():
        numbers = sorted({page for page, _ in seen})
        if len(numbers) < least:
            continue
        # A line that is the same on two pages of a long document by chance is not furniture.
        close = {page for position, page in enumerate(numbers) if _crowd(numbers, position) >= least}
        for page, index in seen:
            if page in close:
                found[page].add(index)
    for page, (_, fragments) in enumerate(pages):
        # On a page that holds nothing else, a repeated line is what the page says.
        if len(found[page]) == len(fragments) and any(not page_number(f.text) for f in fragments):
            found[page].clear()
    return found


def _crowded(fragments: Sequence[Fragment]) -> set[int]:
    """Fragments on lines of four or more: the names of a table's columns, repeated from page to page."""
    lines: dict[int, list[int]] = {}
    for index, fragment in enumerate(fragments):
        lines.setdefault(round((fragment.rect[1] + fragment.rect[3]) / 4), []).append(index)
    return {index for line in lines.values() if len(line) > _PARTS for index in line}


def page_number(text: str) -> str:
    """The number that a line of furniture gives to its page, or nothing."""
    text = text.strip()
    match = _PAGE_NUMBER.match(text)
    if not match:
        return ""
    digits = _DIGITS.search(text)
    if digits:
        return digits.group(0)
    return text if _ROMAN.match(text) else ""


def _key(text: str) -> str:
    text = _DIGITS.sub("#", text.casefold())
    if _PAGE_NUMBER.match(text.replace("#", "1")):
        return "#"
    return " ".join(text.split())


def _crowd(numbers: list[int], position: int) -> int:
    """How many of the sorted page ``numbers`` lie within ``_NEAR`` of that at ``position``."""
    page = numbers[position]
    return sum(
        abs(other - page) <= _NEAR for other in numbers[max(0, position - _NEAR) : position + _NEAR + 1]
    )
