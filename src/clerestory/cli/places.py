"""What a person names on the command line: a number of the last search, an address, or a file.

In: an open library and a target. Out: the file, or a place in it as a citation (so that
the library can picture it). Knows nothing of printing.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from clerestory.cli import recent
from clerestory.errors import UnknownAsset
from clerestory.locators import SCHEME, parse_fragment, place
from clerestory.types import (
    WHOLE,
    Box,
    CellRange,
    CharRange,
    Citation,
    Hit,
    Locator,
    PageBox,
    Region,
    Segment,
    Slide,
    TimeSpan,
)

if TYPE_CHECKING:
    from clerestory.cli.command import Where
    from clerestory.ingesting.inventory import AssetInfo
    from clerestory.library import Library


def named(library: Library, target: str, *, folder: Path, cache: Path) -> AssetInfo | Citation:
    """The place or file that ``target`` names; ``folder`` is the library's as it was given.

    Raises:
        UnknownAsset, BadLocator
    """
    if target.isdecimal() and len(target) < 4:  # longer ones may be the beginning of a digest
        known = recent.recall(folder, int(target), cache=cache)
        found = _citation(library, library.asset(known.asset), known.locator, known.segment)
        return replace(found, hit=replace(found.hit, pictures=known.pictures, regions=known.regions))
    if target.startswith(f"{SCHEME}:"):
        asset, locator = parse_fragment(target)
        return _citation(library, library.asset(asset), locator, "")
    return _file(library, target)


def named_here(where: Where, library: Library, target: str) -> AssetInfo | Citation:
    """What ``target`` names for a command."""
    from clerestory.models.weights import default_cache

    return named(library, target, folder=where.folder, cache=default_cache())


def _file(library: Library, target: str) -> AssetInfo:
    """By path or digest; else by the bare name, where only one file has it."""
    try:
        return library.asset(target)
    except UnknownAsset:
        called = [info for info in library.assets() if info.name == target]
        if len(called) != 1:
            raise
        return called[0]


def _citation(library: Library, info: AssetInfo, locator: Locator, identity: str) -> Citation:
    """The place as part of the segment it was found in, else of the one that shares most of it."""
    segments = library.reading(info.asset).segments
    same = [segment for segment in segments if identity and segment.id == identity]
    best = (
        same[0] if same else max(segments, key=lambda segment: shared(segment.locator, locator), default=None)
    )
    if best is None or not (same or shared(best.locator, locator) > 0):
        raise UnknownAsset(
            "nothing was found at this place",
            where=f"{info.name} {place(locator)}",
            fix=f"See what was read: clerestory show --segments {info.asset[:12]}",
        )
    hit = Hit(best, info.asset, info.title, info.media_type, 0.0, {}, info.occurrences)
    return Citation(hit, "", locator, best.objects)


def shared(one: Locator, other: Locator) -> float:
    """How much two places share, 0..1 of their union; 0 on different pages or of different kinds."""
    match one, other:
        case PageBox(page, box), PageBox(number, another) if page == number:
            return _overlap(box, another)
        case Slide(page, box), Slide(number, another) if page == number:
            return _overlap(box, another)
        case Region(box), Region(another):
            return _overlap(box, another)
        case CharRange(a, b), CharRange(c, d):
            return _along(a, b, c, d)
        case TimeSpan(a, b, _), TimeSpan(c, d, _):
            return _along(a, b, c, d)
        case CellRange(sheet, first, last), CellRange(another_sheet, low, high) if sheet == another_sheet:
            return 1.0 if (first, last) == (low, high) else _along(*map(_row, (first, last, low, high)))
        case _:
            return 0.0


def _row(cell: str) -> float:
    return float(cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))


def _along(a: float, b: float, c: float, d: float) -> float:
    union = max(b, d) - min(a, c)
    if union == 0:
        return 1.0
    return max(0.0, min(b, d) - max(a, c)) / union or (0.001 if min(b, d) >= max(a, c) else 0.0)


def _overlap(one: Box, other: Box) -> float:
    both = Box(max(one.x0, other.x0), max(one.y0, other.y0), min(one.x1, other.x1), min(one.y1, other.y1))
    if both.x0 > both.x1 or both.y0 > both.y1:
        return 0.0
    union = one.area + other.area - both.area
    return both.area / union if union > 0 else 1.0


def around(segments: tuple[Segment, ...], segment: Segment, count: int) -> list[Segment]:
    """The segment with ``count`` before and after it in reading order."""
    ordered = sorted(segments, key=lambda item: item.order)
    at = next((i for i, item in enumerate(ordered) if item.id == segment.id), 0)
    return ordered[max(0, at - count) : at + count + 1]


def whole(locator: Locator) -> bool:
    """Whether the place is a page, slide or picture as a whole."""
    return getattr(locator, "box", None) == WHOLE
