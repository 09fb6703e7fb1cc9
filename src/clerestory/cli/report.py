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

from clerestory.cli.evidence import Evidence, Pieces, Shots, evidence_of, letter_of, pieces_of
from clerestory.cli.output import counted, duration, file_name, flat
from clerestory.errors import ClerestoryError
from clerestory.locators import describe
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
    shot: object
    regions: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class FileRead:
    name: str
    told: str
    pages: tuple[PageRead, ...]
    wide: bool


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
    ledger = [entry for entry in library.ledger() if entry.line.severity != "info" or entry.line.text]
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
        files=tuple(_file_read(library, info, shots) for info in infos),
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


def _file_read(library: Library, info: AssetInfo, shots: Shots) -> FileRead:
    counts: dict[str, int] = {}
    try:
        reading = library.reading(info.asset)
    except ClerestoryError:
        reading = None
    for segment in reading.segments if reading else ():
        counts[segment.kind] = counts.get(segment.kind, 0) + 1
    parts = [counted(info.pages, "page")] if info.pages else []
    parts += [counted(count, kind) for kind, count in counts.items()]
    if info.metadata.get("licence") or any(o.licence for o in info.occurrences):
        licence = next((o.licence for o in info.occurrences if o.licence), info.metadata.get("licence", ""))
        by = next((o.attribution for o in info.occurrences if o.attribution), "")
        parts.append(f"{licence}, {by}" if by else licence)
    pages = tuple(_pages_read(library, info, reading, shots)) if reading else ()
    wide = bool(pages) and not reading.pages if reading else False
    return FileRead(info.name, " · ".join(flat(part) for part in parts), pages, wide)


def _pages_read(library: Library, info: AssetInfo, reading: Reading, shots: Shots) -> Iterable[PageRead]:
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
        label = f"p. {locator.page}" if isinstance(locator, PageBox) else ""
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


__all__ = ["file_name", "write_report"]
