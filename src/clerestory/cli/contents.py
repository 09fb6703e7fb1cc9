"""What a library holds, file by file: pages with their boxes, recordings with their stretches, and
what was not understood.

In: an open library. Out: ``FileRead``, ``NotRead`` and ``Unspoken`` for a template. Knows no page
layout.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from clerestory.cli.evidence import letter_of
from clerestory.cli.listing import gathered
from clerestory.cli.moments import length
from clerestory.cli.output import counted, flat
from clerestory.cli.players import Player, Players, Stretch, stretch
from clerestory.cli.shots import Shot, Shots
from clerestory.errors import ClerestoryError
from clerestory.locators import describe, place
from clerestory.types import Box, PageBox, Region, Segment, TimeSpan

if TYPE_CHECKING:
    from clerestory.ingesting.inventory import AssetInfo, LedgerEntry
    from clerestory.library import Library
    from clerestory.types import Reading

PAGE_SIDE = 420  # pixels of a page among the pages that were read
MOST_PAGES = 60  # per file; a report of a long book stays a page
MOST_STRETCHES = 24  # of one kind that are listed; the rest is counted


@dataclass(frozen=True, slots=True)
class Mark:
    """A box over a page picture; percent of its sides."""

    letter: str
    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class PageRead:
    at: str
    label: str
    shot: Shot
    regions: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A segment in a line, for documents that have no pages to show."""

    letter: str
    at: str
    words: str
    shot: Shot | None


@dataclass(frozen=True, slots=True)
class SceneRead:
    """A scene of a video: where it begins, a frame of it, and the same moving."""

    at: str
    start_s: float
    words: str
    shot: Shot | None
    strip: Shot | None


@dataclass(frozen=True, slots=True)
class FileRead:
    """A document with its pages or its segments, pictures side by side (``gallery``), or a player."""

    name: str
    told: str
    asset: str = ""
    pages: tuple[PageRead, ...] = ()
    found: tuple[Found, ...] = ()
    gallery: bool = False
    player: Player | None = None
    scenes: tuple[SceneRead, ...] = ()


@dataclass(frozen=True, slots=True)
class NotRead:
    at: str
    code: str
    reason: str
    text: str


@dataclass(frozen=True, slots=True)
class Unspoken:
    """Stretches of a recording that hold no words that were understood, of one kind."""

    name: str
    asset: str
    code: str
    reason: str
    severity: str
    told: str
    stretches: tuple[Stretch, ...]
    more: int


def files_read(
    library: Library, infos: Sequence[AssetInfo], shots: Shots, players: Players
) -> Iterable[FileRead]:
    """Recordings and videos, then documents, the longest first, then all picture files in one row."""
    heard = [info for info in infos if info.media_type.startswith(("audio/", "video/"))]
    pictures = [info for info in infos if info.media_type.startswith("image/")]
    papers = [info for info in infos if info not in heard and info not in pictures]
    for info in heard:
        yield _heard(library, info, shots, players)
    for info in sorted(papers, key=lambda info: -info.pages):
        reading = reading_of(library, info)
        segments = reading.segments if reading else ()
        pages = tuple(_pages_read(info, reading, shots)) if reading else ()
        found = () if pages else tuple(_found(segment, shots) for segment in segments)
        yield FileRead(info.name, _told(info, segments), pages=pages, found=found)
    if pictures:
        read = [(info, reading_of(library, info)) for info in pictures]
        pages = tuple(page for info, reading in read if reading for page in _pages_read(info, reading, shots))
        yield FileRead(
            counted(len(pictures), "picture"), "With the lines of text in them.", pages=pages, gallery=True
        )


def reading_of(library: Library, info: AssetInfo) -> Reading | None:
    try:
        return library.reading(info.asset)
    except ClerestoryError:
        return None  # nothing could be read from it; the ledger says why


def _heard(library: Library, info: AssetInfo, shots: Shots, players: Players) -> FileRead:
    reading = reading_of(library, info)
    if reading is None:
        return FileRead(info.name, _told(info, ()), asset=info.asset[:16])
    segments = sorted(reading.segments, key=lambda segment: segment.order)
    scenes = tuple(
        SceneRead(
            place(segment.locator),
            segment.locator.start_s,
            flat(segment.text)[:160],
            shots.stored(segment, longest_side=PAGE_SIDE),
            players.strip(segment, reading),
        )
        for segment in segments
        if segment.kind == "scene" and isinstance(segment.locator, TimeSpan)
    )
    poster = next((scene.shot for scene in scenes if scene.shot), None)
    player = players.of_file(info, reading, poster=poster)
    found = () if player or scenes else tuple(_found(segment, shots) for segment in segments)
    told = _told(info, segments)
    if player is not None:
        told = " · ".join([length(player.length_s), *([told] if told else [])])
    return FileRead(info.name, told, asset=info.asset[:16], found=found, player=player, scenes=scenes)


def _told(info: AssetInfo, segments: Sequence[Segment]) -> str:
    counts: dict[str, int] = {}
    for segment in segments:
        counts[segment.kind] = counts.get(segment.kind, 0) + 1
    parts = [counted(info.pages, "page")] if info.pages else []
    parts += [counted(count, kind) for kind, count in counts.items()]
    return " · ".join([*parts, *_rights(info)])


def _rights(info: AssetInfo) -> list[str]:
    """Licence and whom to name, as they were given or as the file itself says."""
    given = next((o for o in info.occurrences if o.licence or o.attribution), None)
    facts = (given.attribution, given.licence) if given else (info.metadata.get("licence", ""),)
    return [", ".join(flat(fact) for fact in facts if fact)] if any(facts) else []


def _found(segment: Segment, shots: Shots) -> Found:
    words = segment.caption if segment.kind in ("figure", "picture") and segment.caption else segment.text
    at = flat(place(segment.locator)) or "whole"
    shot = shots.stored(segment, longest_side=PAGE_SIDE) if segment.kind in ("figure", "picture") else None
    return Found(letter_of(segment), at, flat(words)[:220], shot)


def _pages_read(info: AssetInfo, reading: Reading, shots: Shots) -> Iterable[PageRead]:
    """A picture of each page (or of the picture file itself) with the boxes of its segments."""
    whole: list[PageBox | Region]
    if info.media_type.startswith("image/"):
        whole = [Region()]
    elif info.media_type == "application/pdf":
        whole = [PageBox(page.number) for page in reading.pages[:MOST_PAGES]]
    else:
        return
    for locator in whole:
        shot = shots.plain_page(info, locator, longest_side=PAGE_SIDE)
        if shot is None:
            return
        picture = ". ".join([info.name, *_rights(info)])
        label = f"p. {locator.page}" if isinstance(locator, PageBox) else picture
        boxes = (_mark(segment, box) for segment in reading.segments for box in _boxes_on(segment, locator))
        yield PageRead(flat(describe(info.name, locator)), label, shot, tuple(boxes))


def _boxes_on(segment: Segment, whole: PageBox | Region) -> Iterable[Box]:
    """Boxes of the segment on this page; one that covers the page itself says nothing."""
    match segment.locator, whole:
        case PageBox(page, box), PageBox(number, _) if page == number:
            found = box
        case Region(box), Region():
            found = box
        case _:
            return
    if found.area < 0.98:
        yield found
    else:
        for line in segment.lines:
            match line.locator:
                case PageBox(_, box) | Region(box):
                    yield box


def _mark(segment: Segment, box: Box) -> Mark:
    percent = [round(100 * value, 2) for value in (box.x0, box.y0, box.x1 - box.x0, box.y1 - box.y0)]
    return Mark(letter_of(segment), *percent)


def not_read(entries: Sequence[LedgerEntry], infos: Sequence[AssetInfo]) -> Iterable[NotRead]:
    """Lines of the ledger that are more than remarks; stretches of time stand apart (``unspoken``)."""
    names = {info.asset: info.name for info in infos}
    for entry in entries:
        line = entry.line
        if line.severity == "info" or line.kind == "time":
            continue
        name = names.get(entry.asset) or Path(entry.path).name or entry.asset[:12]
        at = describe(name, line.locator) if line.locator is not None else name
        yield NotRead(flat(at), line.code, flat(line.reason), flat(line.text)[:300])


def unspoken(entries: Sequence[LedgerEntry], infos: Sequence[AssetInfo]) -> Iterable[Unspoken]:
    """Stretches of recordings without words, by file and kind, the gravest first."""
    names = {info.asset: info.name for info in infos}
    timed = [entry for entry in entries if entry.line.kind == "time"]
    for group in gathered(timed, every=False):
        line = group[0].line
        spans = [entry.line.locator for entry in group if isinstance(entry.line.locator, TimeSpan)]
        if not spans:
            continue
        last_s = max(span.end_s for span in spans)
        total = length(sum(span.end_s - span.start_s for span in spans))
        reasons = {flat(entry.line.reason) for entry in group}
        yield Unspoken(
            flat(names.get(group[0].asset, group[0].asset[:12])),
            group[0].asset[:16],
            line.code,
            reasons.pop() if len(reasons) == 1 else "",
            line.severity,
            f"{counted(len(spans), 'stretch', 'stretches')}, {total}",
            tuple(stretch(line.code, span, 0.0, last_s) for span in spans[:MOST_STRETCHES]),
            max(0, len(spans) - MOST_STRETCHES),
        )
