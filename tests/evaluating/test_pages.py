"""Gold pages: which questions count, what a hit is, and a whole run on the sample manual."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

import clerestory.cli
from clerestory.errors import BadSettings, UnreadableFile
from clerestory.evaluating.contract import Options
from clerestory.evaluating.pages import PageQuestion, judge, read_questions, run
from clerestory.evaluating.registry import EVALUATIONS
from clerestory.settings import IngestingSettings, ReadingSettings, Settings
from clerestory.types import Hit, PageBox, Query, SearchResult, Segment

MANUAL = Path(clerestory.cli.__file__).parent / "samples" / "tide-gauge-manual.pdf"


def result(*places):
    hits = tuple(
        Hit(Segment("s", "text", "words", PageBox(page), 0), asset, "", "application/pdf", 1.0, {}, ())
        for asset, page in places
    )
    return SearchResult(Query("q"), hits)


def test_any_gold_page_is_a_hit_and_recall_counts_all_of_them():
    item = PageQuestion("q1", "a.pdf", "Where?", (4, 5))
    case = judge(
        item,
        {"collection": result(("other", 4), ("right", 5), ("right", 9)), "document": result(("right", 5))},
        asset="right",
    )
    values = {name: score.amount for name, score in case.scores.items()}
    assert values["collection.hit@1"] == 0.0
    assert values["collection.hit@3"] == 100.0
    assert values["document.hit@1"] == 100.0
    assert values["collection.all-pages-recall"] == 50.0
    assert list(values)[:5] == [
        *(f"collection.hit@{k}" for k in (1, 3, 5, 10)),
        "collection.all-pages-recall",
    ]


def question(number, pages, text="How is the gauge wired?"):
    return {"id": f"q{number}", "doc": MANUAL.name, "question": text, "evidence_pages": pages}


def test_questions_without_gold_pages_are_left_out(tmp_path):
    path = tmp_path / "questions.json"
    path.write_text(json.dumps([question(1, [2]), question(2, [])]))
    assert [item.id for item in read_questions(path)] == ["q1"]


def test_questions_of_another_shape_are_said(tmp_path):
    path = tmp_path / "questions.json"
    path.write_text(json.dumps([{"id": 1}]))
    with pytest.raises(UnreadableFile, match="evidence_pages"):
        read_questions(path)


@pytest.fixture
def options(tmp_path):
    data = tmp_path / "data"
    (data / "docs").mkdir(parents=True)
    shutil.copy(MANUAL, data / "docs")
    settings = Settings(
        reading=ReadingSettings(ocr=False), ingesting=IngestingSettings(workers=1, worker_memory_mb=0)
    )
    return Options(data, tmp_path / "out", settings)


@pytest.mark.weights
def test_a_run_finds_named_pages_and_can_be_repeated(options):
    questions = [question(1, [2], "What is on page 2?"), question(2, [13], "What is on the last page?")]
    (options.data / "questions.json").write_text(json.dumps(questions))
    stages = []
    summary = run(replace(options, listener=lambda progress: stages.append(progress.stage)))
    assert summary.cases == 2
    assert summary.figures["document.hit@1"].value == 100.0
    assert stages[-1] == "measure"
    assert any(stage.startswith("prepare: ") for stage in stages)
    again = run(options)
    assert again.figures == summary.figures
    with pytest.raises(BadSettings, match="other settings"):
        run(replace(options, settings=Settings(reading=ReadingSettings(ocr=False, segment_words=60))))


@pytest.mark.weights
def test_a_document_that_is_missing_is_named(options):
    missing = {**question(1, [1]), "doc": "lost.pdf"}
    (options.data / "questions.json").write_text(json.dumps([missing]))
    with pytest.raises(UnreadableFile, match=r"lost\.pdf"):
        run(options)


def test_the_registry_names_what_it_holds():
    assert all(name == evaluation.name for name, evaluation in EVALUATIONS.items())
    assert {"pages", "ocr"} <= set(EVALUATIONS)
