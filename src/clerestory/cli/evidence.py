"""A hit or a quote as something to look at: its crop with the box lit, its rows, or its words.

In: a hit, and where to put pictures. Out: ``Evidence`` for a template, with pictures
written as WebP under names made from their content. Knows no page layout.
"""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from clerestory.cli.hits import heading_words, marks, query_terms, segment_words, snippet
from clerestory.cli.output import flat, where_words
from clerestory.errors import ClerestoryError, UnsupportedFile
from clerestory.pictures import opened
from clerestory.types import Box, Citation, Hit, Locator, PageBox, Region, Row, Segment, Table

if TYPE_CHECKING:
    from PIL.Image import Image

    from clerestory.ingesting.inventory import AssetInfo
    from clerestory.library import Library

CROP_SIDE = 1100  # pixels; twice what the page shows, for dense screens
PAGE_SIDE = 1500
RENDER_SIDE = 2400  # crops are cut from this, so that a line of print stays sharp
CONTEXT = 0.03  # of the page, around a box
LEAST_WIDTH, LEAST_HEIGHT = 0.55, 0.15  # of the page: a line of print gets two more above and below
SHOWN_ROWS = 5

Pieces = tuple[tuple[str, bool], ...]
LETTERS = {
    "text": "T",
    "table": "▦",
    "figure": "P",
    "picture": "P",
    "code": "C",
    "passage": "S",
    "scene": "V",
}


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture file beside the page; ``file`` is relative to it."""

    file: str
    width: int
    height: int
    alt: str = ""

    @property
    def ratio(self) -> float:
        return self.width / self.height


@dataclass(frozen=True, slots=True)
class ShownRow:
    cells: tuple[str, ...]
    lit: bool


@dataclass(frozen=True, slots=True)
class ShownTable:
    header: tuple[tuple[str, ...], ...]
    rows: tuple[ShownRow, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """``at`` is the place in words, ``words`` a snippet in pieces of which some are lit."""

    at: str
    heading: str
    kind: str
    letter: str
    alt: str
    words: Pieces
    crop: Shot | None = None
    page: Shot | None = None
    table: ShownTable | None = None
    credit: str = ""
    score: str = ""
    parts: tuple[str, ...] = ()


def evidence_of(
    hit: Hit,
    shots: Shots,
    *,
    query: str,
    locator: Locator | None = None,
    quote: str = "",
    part_names: tuple[str, ...] = (),
) -> Evidence:
    """What stands beside a quote or in a wall of hits. ``locator`` is the quote's own place."""
    segment = hit.segment
    at = where_words(hit, locator)
    crop, page = shots.taken(hit, locator or segment.locator)
    pictured = hit.media_type.startswith("image/")
    occurrence = next((o for o in hit.occurrences if pictured and (o.licence or o.attribution)), None)
    return Evidence(
        at=at,
        heading=heading_words(segment, title=hit.title),
        kind=segment.kind,
        letter=letter_of(segment),
        alt=_alt(segment, at),
        words=pieces_of(quote or segment_words(segment), query, segment.language),
        crop=crop,
        page=page,
        table=None
        if crop or segment.table is None
        else _shown(segment.table, locator, quote, query, segment),
        credit=", ".join(flat(part) for part in (occurrence.attribution, occurrence.licence) if part)
        if occurrence
        else "",
        score=f"{hit.score:.3f}",
        parts=tuple(f"{hit.parts[name]:.3f}" if name in hit.parts else "" for name in part_names),
    )


def letter_of(segment: Segment) -> str:
    return LETTERS[segment.kind]


def pieces_of(text: str, query: str, language: str, *, words: int = 40) -> Pieces:
    """``text`` (or a snippet of it, where ``words`` is not 0) cut where matched words begin and end."""
    cleaned = flat(text)
    spans = marks(cleaned, query_terms(query, language), language)
    low, high = snippet(cleaned, spans, words=words) if words else (0, len(cleaned))
    pieces: list[tuple[str, bool]] = [("… ", False)] if low else []
    at = low
    for start, end in spans:
        if at <= start and end <= high:
            pieces += [(cleaned[at:start], False), (cleaned[start:end], True)]
            at = end
    pieces.append((cleaned[at:high] + (" …" if high < len(cleaned) else ""), False))
    return tuple(piece for piece in pieces if piece[0])


def _alt(segment: Segment, at: str) -> str:
    words = segment.caption or segment.text
    return f"{at}: {flat(words)[:160]}" if words else at


def _shown(table: Table, locator: Locator | None, quote: str, query: str, segment: Segment) -> ShownTable:
    """The header and the rows around the ones that are cited or that match."""
    body = table.rows[table.header_rows :]
    lit = [_is_cited(row, locator, quote) for row in body]
    if not any(lit):
        terms = query_terms(query, segment.language)
        scores = [len(marks(" ".join(row.cells), terms, segment.language)) for row in body]
        best = max(scores, default=0)
        lit = [score == best > 0 for score in scores]
    first = max(0, (lit.index(True) if any(lit) else 0) - 1)
    rows = [
        ShownRow(tuple(flat(cell) for cell in row.cells), shines)
        for row, shines in zip(body[first : first + SHOWN_ROWS], lit[first:], strict=False)
    ]
    header = tuple(tuple(flat(cell) for cell in row.cells) for row in table.rows[: table.header_rows])
    return ShownTable(header, tuple(rows))


def _is_cited(row: Row, locator: Locator | None, quote: str) -> bool:
    if locator is not None and row.locator == locator:
        return True
    cells = [cell for cell in row.cells if cell.strip()]
    return bool(quote and cells) and all(cell in quote for cell in cells)


class Shots:
    """Writes pictures of places into ``folder``/pictures, each once."""

    def __init__(self, folder: Path, library: Library) -> None:
        self.folder = folder
        self.library = library
        (folder / "pictures").mkdir(parents=True, exist_ok=True)

    def taken(self, hit: Hit, locator: Locator) -> tuple[Shot | None, Shot | None]:
        """The crop with the box lit and the whole page; None for what has no picture."""
        place = Citation(hit, "", locator)
        try:
            page = self.library.picture(place, whole_page=True, longest_side=RENDER_SIDE)
        except ClerestoryError:
            return self.stored(hit.segment), None
        match locator:
            case PageBox(_, box) | Region(box):
                crop = page.crop(_surroundings(box, page.size)) if isinstance(locator, PageBox) else page
            case _:
                crop = page
        return self._written(crop, CROP_SIDE), self._written(page, PAGE_SIDE)

    def plain_page(self, info: AssetInfo, locator: PageBox | Region, *, longest_side: int) -> Shot | None:
        """A page, or the picture itself, without a box."""
        from clerestory.reading.render import render
        from clerestory.reading.source import Source

        for occurrence in info.occurrences:
            source = Source(Path(occurrence.path), info.asset, info.name)
            try:
                picture = render(source, info.media_type, locator, longest_side=longest_side)
            except ClerestoryError:
                continue  # gone from this path; another copy may be there
            return self._written(picture, longest_side)
        return None

    def stored(self, segment: Segment, *, longest_side: int = CROP_SIDE) -> Shot | None:
        """A picture kept with the segment, for documents that cannot be drawn as pages."""
        for digest in segment.objects:
            try:
                picture = opened(self.library.object_bytes(digest), longest_side)
            except UnsupportedFile:
                continue  # a drawing or a damaged picture; the words stand alone
            return self._written(picture, longest_side)
        return None

    def _written(self, picture: Image, longest_side: int) -> Shot:
        reduced = picture.convert("RGB")
        reduced.thumbnail((longest_side, longest_side))
        out = io.BytesIO()
        reduced.save(out, "WEBP", quality=82, method=4)
        content = out.getvalue()
        file = f"pictures/{hashlib.sha256(content).hexdigest()[:16]}.webp"
        (self.folder / file).write_bytes(content)
        return Shot(file, *reduced.size)


def _surroundings(box: Box, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """Pixels of a box with its context, widened where it is small; never beyond the page."""
    width, height = size
    x0, x1 = _widened(box.x0, box.x1, LEAST_WIDTH)
    y0, y1 = _widened(box.y0, box.y1, LEAST_HEIGHT)
    return int(x0 * width), int(y0 * height), max(int(x1 * width), 1), max(int(y1 * height), 1)


def _widened(low: float, high: float, least: float) -> tuple[float, float]:
    low, high = low - CONTEXT, high + CONTEXT
    if high - low < least:
        middle = (low + high) / 2
        low, high = middle - least / 2, middle + least / 2
    shift = max(0.0, -low) - max(0.0, high - 1)
    return max(0.0, low + shift), min(1.0, high + shift)
