"""A hit or a quote to look at or hear: its crop with the box lit, its player, its rows, or its words.

In: a hit, and where to put pictures. Out: ``Evidence`` for a template, with pictures
written as WebP under names made from their content. Knows no page layout.
"""

from __future__ import annotations

from dataclasses import dataclass

from clerestory.cli.hits import heading_words, likely, marks, query_terms, segment_words, snippet
from clerestory.cli.output import flat, spot, where_words
from clerestory.cli.players import Player, Players
from clerestory.cli.shots import Shot, Shots
from clerestory.types import Hit, Locator, Row, Segment, Table, TimeSpan

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
    "sound": "♪",
}


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
    """``at`` is the place in words, ``words`` a snippet in pieces of which some are lit.

    ``likely`` says how likely a picture fits, where that is known.
    """

    at: str
    heading: str
    kind: str
    letter: str
    alt: str
    words: Pieces
    crop: Shot | None = None
    page: Shot | None = None
    player: Player | None = None
    table: ShownTable | None = None
    credit: str = ""
    likely: str = ""
    score: str = ""
    parts: tuple[str, ...] = ()


def evidence_of(
    hit: Hit,
    shots: Shots,
    players: Players,
    *,
    query: str,
    locator: Locator | None = None,
    quote: str = "",
    part_names: tuple[str, ...] = (),
) -> Evidence:
    """What stands beside a quote or in a wall of hits. ``locator`` is the quote's own place."""
    segment = hit.segment
    at = where_words(hit, locator)
    place = locator or spot(hit)
    crop, page, player = None, None, None
    if not isinstance(place, TimeSpan) or segment.kind == "scene":  # in a recording there is nothing to see
        crop, page = shots.taken(hit, place)
        crop = shots.found(hit) or crop
    if isinstance(place, TimeSpan):
        player = players.of_hit(hit, place, query=query, poster=crop)
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
        player=player,
        table=None
        if crop or segment.table is None
        else _shown(segment.table, locator, quote, query, segment),
        credit=", ".join(flat(part) for part in (occurrence.attribution, occurrence.licence) if part)
        if occurrence
        else "",
        likely=likely(hit).removeprefix(", "),
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
