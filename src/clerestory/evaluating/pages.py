"""How often search brings up the page that holds the answer.

In: ``docs/`` and ``questions.json`` (MMLongBench-Doc's shape: id, doc, question,
evidence_pages from 1). Every question that has gold pages is asked twice: of the whole
collection, and of the right document alone. Out, in percent: hit@k (any gold page among
the first k) and all-pages recall (share of the gold pages among the first 10). The
library that is built stays in the ``out`` folder, so a stopped run goes on.

Uses only what users use: ``Library.add`` and ``Library.search``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from clerestory.errors import UnreadableFile
from clerestory.evaluating.bootstrap import Score
from clerestory.evaluating.contract import (
    Case,
    Evaluation,
    Options,
    Summary,
    plain,
    preparing,
    read_json,
    run_cases,
)
from clerestory.types import Filter, PageBox, SearchResult, Slide

if TYPE_CHECKING:
    from clerestory.library import Library

HIT_AT = (1, 3, 5, 10)
DEPTH = max(HIT_AT)


@dataclass(frozen=True, slots=True)
class PageQuestion:
    """A question and the pages (from 1) of ``doc`` that answer it."""

    id: str
    doc: str
    question: str
    pages: tuple[int, ...]


def run(options: Options) -> Summary:
    """Build the library of ``docs/`` under ``out``, then ask.

    Raises:
        UnreadableFile: the data folder is not shaped like that, or a document of a question
            could not be read.
        StoreBusy, ModelMissing: as ``Library.add``.
    """
    from clerestory.library import Library

    questions = read_questions(options.data / "questions.json")
    with Library.open(options.out / "library", settings=options.settings) as library:
        _fill(library, options)
        assets = _assets(library, questions)

        def measure(item: PageQuestion) -> Case:
            within = Filter(assets=(assets[item.doc],))
            results = {
                "collection": library.search(item.question, limit=DEPTH),
                "document": library.search(item.question, limit=DEPTH, filter=within),
            }
            return judge(item, results, asset=assets[item.doc])

        return run_cases(
            "pages",
            options,
            questions,
            identify=lambda item: item.id,
            measure=measure,
            settings=plain(options.settings, "models", "reading", "searching"),
        )


def read_questions(path: Path) -> list[PageQuestion]:
    """The questions with gold pages, in their own order.

    Raises:
        UnreadableFile
    """
    try:
        return [
            PageQuestion(str(item["id"]), item["doc"], item["question"], tuple(item["evidence_pages"]))
            for item in read_json(path)
            if item["evidence_pages"]
        ]
    except (KeyError, TypeError) as error:
        raise UnreadableFile(
            f"a question lacks {error}", where=str(path), fix="Each needs id, doc, question, evidence_pages."
        ) from error


def judge(item: PageQuestion, results: Mapping[str, SearchResult], *, asset: str) -> Case:
    """Scores and what was found of one question; ``asset`` is the right document's."""
    scores: dict[str, Score] = {}
    details: dict[str, object] = {"question": item.question, "doc": item.doc, "gold": list(item.pages)}
    for scope, result in results.items():
        found = [(hit.asset, page_of(hit.segment.locator)) for hit in result.hits]
        gold = {(asset, page) for page in item.pages}
        for k in HIT_AT:
            scores[f"{scope}.hit@{k}"] = Score(100.0 * any(place in gold for place in found[:k]))
        covered = len(gold.intersection(found[:DEPTH]))
        scores[f"{scope}.all-pages-recall"] = Score(100.0 * covered / len(gold))
        details[scope] = [
            {"title": hit.title, "page": page, "kind": hit.segment.kind, "parts": dict(hit.parts)}
            for hit, (_, page) in zip(result.hits, found, strict=True)
        ]
        details[f"{scope}.seconds"] = result.seconds
    return Case(item.id, scores, details)


def page_of(locator: object) -> int | None:
    match locator:
        case PageBox(page):
            return page
        case Slide(number):
            return number
        case _:
            return None


def _fill(library: Library, options: Options) -> None:
    listen = preparing(options.listener)
    library.add(options.data / "docs", listener=listen)
    library.finish(listener=listen)


def _assets(library: Library, questions: list[PageQuestion]) -> dict[str, str]:
    """Document name -> asset, of those that are asked about."""
    by_name = {Path(place.path).name: info.asset for info in library.assets() for place in info.occurrences}
    missing = sorted({item.doc for item in questions} - set(by_name))
    if missing:
        raise UnreadableFile(
            f"{len(missing)} of the documents asked about could not be read",
            where=", ".join(missing[:3]),
            fix="`clerestory --library OUT/library ledger` says why.",
        )
    return by_name


EVALUATION = Evaluation(
    name="pages",
    help="Whether search finds the page of a document that answers a question (percent).",
    data="docs/*.pdf and questions.json with id, doc, question, evidence_pages",
    run=run,
)
