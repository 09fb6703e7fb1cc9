"""The report of a library as one page: what was asked, looked for, read, and not read.

In: an open library, answers and search results. Out: ``report.html`` in a folder, with
its pictures beside it; no script or font from elsewhere. Text of documents is escaped
(Jinja2 autoescape); pictures are named by their content. It does not know the demo.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from clerestory.cli.evidence import Evidence, Pieces, Shot, Shots, evidence_of, letter_of, pieces_of
from clerestory.cli.output import counted, duration, flat
from clerestory.errors import ClerestoryError
from clerestory.locators import describe, place
from clerestory.types import Answer, Box, PageBox, Region, SearchResult, Segment

if TYPE_CHECKING:
    from clerestory.ingesting.inventory import AssetInfo, LedgerEntry
    from clerestory.library import Library
    from clerestory.types import Reading

PAGE_SIDE = 420  # pixels of a page among the pages that were read
MOST_PAGES = 60  # per file; a report of a long book stays a page


@dataclass(frozen=True, slots=True)
class SaidSentence:
    words: Pieces
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Answered:
    question: str
    sentences: tuple[SaidSentence, ...]
    closest: tuple[Evidence, ...]
    told: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Searched:
    """``part_names`` head the columns of ``Evidence.parts``."""

    query: str
    told: str
    hits: tuple[Evidence, ...]
    part_names: tuple[str, ...]


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
class FileRead:
    """A document with its pages or its segments, or pictures side by side (``gallery``)."""

    name: str
    told: str
    pages: tuple[PageRead, ...] = ()
    found: tuple[Found, ...] = ()
    gallery: bool = False


@dataclass(frozen=True, slots=True)
class NotRead:
    at: str
    code: str
    reason: str
    text: str


@dataclass(frozen=True, slots=True)
class Report:
    title: str
    summary: str
    hint: str
    answers: tuple[Answered, ...]
    searches: tuple[Searched, ...]
    files: tuple[FileRead, ...]
    ledger: tuple[NotRead, ...]
    made: tuple[tuple[str, str], ...]


def write_report(
    library: Library,
    folder: Path,
    *,
    title: str,
    answers: Sequence[Answer],
    searches: Sequence[tuple[SearchResult, str]],
    made: Iterable[tuple[str, str]],
) -> Path:
    """Write the page and its pictures; the path of the page. ``searches`` come with a line about each."""
    shots = Shots(folder, library)
    status = library.status()
    infos = library.assets()
    ledger = [entry for entry in library.ledger() if entry.line.severity != "info"]
    report = Report(
        title=title,
        summary=(
            f"{counted(status.assets, 'file')}, {counted(status.pages, 'page')}, "
            f"{counted(status.segments, 'place')} that can be found and cited. "
            + (
                f"{counted(len(ledger), 'thing was', 'things were')} kept apart or not understood."
                if ledger
                else "Everything was understood."
            )
        ),
        hint="Click a picture to see its page. The keys j and k walk through the answers.",
        answers=tuple(_answered(answer, shots) for answer in answers),
        searches=tuple(_searched(result, told, shots) for result, told in searches),
        files=tuple(_files_read(library, infos, shots)),
        ledger=tuple(_not_read(entry, infos) for entry in ledger),
        made=tuple(made),
    )
    page = folder / "report.html"
    page.write_text(_rendered(report), encoding="utf-8")
    return page


def _rendered(report: Report) -> str:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("clerestory.cli"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html.j2").render(report=report)


def _answered(answer: Answer, shots: Shots) -> Answered:
    sentences = []
    for sentence in answer.sentences:
        language = sentence.citations[0].hit.segment.language if sentence.citations else "und"
        evidence = tuple(
            evidence_of(c.hit, shots, query=answer.question, locator=c.locator, quote=c.quote)
            for c in sentence.citations
        )
        sentences.append(SaidSentence(pieces_of(sentence.text, answer.question, language, words=0), evidence))
    closest = tuple(evidence_of(hit, shots, query=answer.question) for hit in answer.closest[:1])
    return Answered(answer.question, tuple(sentences), closest, answer.searched, answer.notes)


def _searched(result: SearchResult, told: str, shots: Shots) -> Searched:
    names = tuple(dict.fromkeys(name for hit in result.hits for name in hit.parts))
    hits = tuple(evidence_of(hit, shots, query=result.query.text, part_names=names) for hit in result.hits)
    found = f"{told} {counted(len(hits), 'place')} in {duration(result.seconds)}.".strip()
    return Searched(result.query.text, found, hits, names)


def _files_read(library: Library, infos: Sequence[AssetInfo], shots: Shots) -> Iterable[FileRead]:
    """Documents, the longest first, then all picture files in one row."""
    papers = [info for info in infos if not info.media_type.startswith("image/")]
    pictures = [info for info in infos if info not in papers]
    for info in sorted(papers, key=lambda info: -info.pages):
        reading = _reading(library, info)
        segments = reading.segments if reading else ()
        pages = tuple(_pages_read(info, reading, shots)) if reading else ()
        found = () if pages else tuple(_found(segment, shots) for segment in segments)
        yield FileRead(info.name, _told(info, segments), pages, found)
    if pictures:
        read = [(info, _reading(library, info)) for info in pictures]
        pages = tuple(page for info, reading in read if reading for page in _pages_read(info, reading, shots))
        yield FileRead(
            counted(len(pictures), "picture"), "With the lines of text in them.", pages, gallery=True
        )


def _reading(library: Library, info: AssetInfo) -> Reading | None:
    try:
        return library.reading(info.asset)
    except ClerestoryError:
        return None  # nothing could be read from it; the ledger below says why


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


def _not_read(entry: LedgerEntry, infos: Sequence[AssetInfo]) -> NotRead:
    line = entry.line
    names = {info.asset: info.name for info in infos}
    name = names.get(entry.asset) or Path(entry.path).name or entry.asset[:12]
    at = describe(name, line.locator) if line.locator is not None else name
    return NotRead(flat(at), line.code, flat(line.reason), flat(line.text)[:300])
