"""The places of the last search in a library, so that ``clerestory show 2`` means its second hit.

In: a library folder and the hits. Out: addresses, segment ids and what pictures were found in a
small file of the cache. It holds digests and boxes but no words, so purging a library need not
know of it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clerestory.errors import UnknownAsset
from clerestory.locators import parse_fragment, to_fragment
from clerestory.types import Box, Hit, Locator, Region


@dataclass(frozen=True, slots=True)
class Place:
    """A place in an asset, the segment it was found as, and the picture and its parts, if any."""

    asset: str
    locator: Locator
    segment: str = ""
    pictures: tuple[str, ...] = ()
    regions: tuple[Region, ...] = ()


def _file(library: Path, cache: Path) -> Path:
    name = hashlib.sha256(str(library.resolve()).encode()).hexdigest()[:16]
    return cache / "recent" / f"{name}.json"


def keep(library: Path, places: Iterable[tuple[Hit, Locator]], *, cache: Path) -> None:
    """Remember places in the order in which they were numbered; a read-only cache is no reason to fail."""
    rows = [
        [
            to_fragment(hit.asset, locator),
            hit.segment.id,
            list(hit.pictures[:1]),
            [list(region.box) for region in hit.regions],
        ]
        for hit, locator in places
    ]
    file = _file(library, cache)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(rows), encoding="utf-8")
    except OSError:
        return


def count(library: Path, *, cache: Path) -> int:
    """How many places the last search printed."""
    return len(_rows(library, cache))


def recall(library: Path, number: int, *, cache: Path) -> Place:
    """The place that the last search printed as ``number``.

    Raises:
        UnknownAsset: there was no search, or it had fewer hits.
    """
    rows = _rows(library, cache)
    if not 1 <= number <= len(rows):
        what = f"the last search had {len(rows)} hits" if rows else "no search was made yet"
        raise UnknownAsset(what, where=str(number), fix="Search again, then use the numbers that it prints.")
    return rows[number - 1]


def _rows(library: Path, cache: Path) -> list[Place]:
    try:
        return [_place(row) for row in json.loads(_file(library, cache).read_text(encoding="utf-8"))]
    except (OSError, ValueError):  # none, or one of an older version
        return []


def _place(row: Sequence[Any]) -> Place:
    address, segment, pictures, boxes = row
    asset, locator = parse_fragment(address)
    return Place(asset, locator, segment, tuple(pictures), tuple(Region(Box(*box)) for box in boxes))
