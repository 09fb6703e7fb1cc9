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

from clerestory.cli.contents import FileRead, NotRead, Unspoken, files_read, not_read, unspoken
from clerestory.cli.evidence import Evidence, Pieces, evidence_of, pieces_of
from clerestory.cli.output import counted, duration
from clerestory.cli.players import Players
from clerestory.cli.shots import Shots
from clerestory.types import Answer, SearchResult

if TYPE_CHECKING:
    from clerestory.library import Library


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
class Report:
    title: str
    summary: str
    hint: str
    answers: tuple[Answered, ...]
    searches: tuple[Searched, ...]
    files: tuple[FileRead, ...]
    ledger: tuple[NotRead, ...]
    unspoken: tuple[Unspoken, ...]
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
    shots, players = Shots(folder, library), Players(folder, library)
    status = library.status()
    infos = library.assets()
    entries = library.ledger()
    ledger = tuple(not_read(entries, infos))
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
        hint="Click a picture to see its page, a word to hear it. The keys j and k walk through the answers.",
        answers=tuple(_answered(answer, shots, players) for answer in answers),
        searches=tuple(_searched(result, told, shots, players) for result, told in searches),
        files=tuple(files_read(library, infos, shots, players)),
        ledger=ledger,
        unspoken=tuple(unspoken(entries, infos)),
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


def _answered(answer: Answer, shots: Shots, players: Players) -> Answered:
    sentences = []
    for sentence in answer.sentences:
        language = sentence.citations[0].hit.segment.language if sentence.citations else "und"
        evidence = tuple(
            evidence_of(c.hit, shots, players, query=answer.question, locator=c.locator, quote=c.quote)
            for c in sentence.citations
        )
        sentences.append(SaidSentence(pieces_of(sentence.text, answer.question, language, words=0), evidence))
    closest = tuple(evidence_of(hit, shots, players, query=answer.question) for hit in answer.closest[:1])
    return Answered(answer.question, tuple(sentences), closest, answer.searched, answer.notes)


def _searched(result: SearchResult, told: str, shots: Shots, players: Players) -> Searched:
    shown = result.hits or result.closest
    names = tuple(dict.fromkeys(name for hit in shown for name in hit.parts))
    query = result.query.text
    hits = tuple(evidence_of(hit, shots, players, query=query, part_names=names) for hit in shown)
    found = f"{counted(len(result.hits), 'place')} in {duration(result.seconds)}."
    if not result.hits:
        found = "Nothing here matches." + (" These pictures come nearest." if hits else "")
    return Searched(query, f"{told} {found}".strip(), hits, names)
