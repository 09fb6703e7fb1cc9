"""Figures of a textbook: places by words and by pixels, pages that are made, and a whole run."""

from __future__ import annotations

import json

import pytest
from tests.searching.pictures import painted

from clerestory.errors import UnreadableFile
from clerestory.evaluating.contract import Options
from clerestory.evaluating.figures import (
    Asking,
    TextbookFigure,
    by_words,
    judge,
    place_of,
    read_figures,
    run,
    write_documents,
)
from clerestory.settings import IngestingSettings, ReadingSettings, Settings
from clerestory.types import CharRange, Hit, Occurrence, Query, SearchResult, Segment


def hit(number, **parts):
    segment = Segment("s", "figure", "words", CharRange(0, 5), 0)
    path = f"/figures/{number:04d}.html"
    return Hit(segment, f"{number:064x}", "", "text/html", 0.0, parts, (Occurrence("a", path, 1, 1),))


def test_words_order_figures_by_all_parts_but_the_picture():
    hits = (hit(3, picture=0.9, words=0.1), hit(1, words=0.2, vector=0.2), hit(2, picture=0.8))
    assert by_words(SearchResult(Query("q"), hits)) == [1, 3]


def test_a_figure_counts_once_however_many_of_its_places_are_found():
    assert place_of(7, [2, 2, 7]) == 2
    assert place_of(7, [2]) is None


def test_scores_of_one_question():
    case = judge(
        Asking(1, "alt", "a leaf"),
        TextbookFigure("leaf.png", "", "a leaf"),
        {"pixels": 4, "words": None, "both": 1},
    )
    values = {name: score.amount for name, score in case.scores.items()}
    assert values["alt.pixels.R@1"] == 0 and values["alt.pixels.R@5"] == 100
    assert values["alt.words.R@10"] == 0
    assert values["alt.both.R@1"] == 100


@pytest.fixture
def textbook(tmp_path):
    figures = [
        {"image": "a.png", "caption": "A red square <b>", "alt": "Only red."},
        {"image": "b.png", "caption": "A blue square", "alt": ""},
        {"image": "c.png", "caption": "", "alt": ""},
    ]
    data = tmp_path / "data"
    data.mkdir()
    (data / "figures.json").write_text(json.dumps(figures))
    for name, colour in (("a", "red"), ("b", "blue")):
        (data / f"{name}.png").write_bytes(painted(colour, texture=name))
    return data


def test_pages_hold_the_text_that_is_not_asked_with(textbook, tmp_path):
    figures = read_figures(textbook / "figures.json")
    assert [figure.image for figure in figures] == ["a.png", "b.png"]
    with_caption = write_documents(textbook, tmp_path / "one", figures, without="alt")
    assert "A red square &lt;b&gt;" in (with_caption / "0000.html").read_text()
    assert "Only red." not in (with_caption / "0000.html").read_text()
    assert (
        "Only red."
        in (write_documents(textbook, tmp_path / "two", figures, without="caption") / "0000.html").read_text()
    )


def test_a_figure_without_its_picture_is_named(textbook, tmp_path):
    (textbook / "b.png").unlink()
    with pytest.raises(UnreadableFile, match=r"b\.png"):
        write_documents(textbook, tmp_path / "one", read_figures(textbook / "figures.json"), without="alt")


def test_figures_of_another_shape_are_said(textbook):
    (textbook / "figures.json").write_text(json.dumps([{"image": "a.png"}]))
    with pytest.raises(UnreadableFile, match="caption"):
        read_figures(textbook / "figures.json")


@pytest.mark.weights
def test_a_run_measures_pixels_words_and_both(textbook, tmp_path):
    settings = Settings(
        reading=ReadingSettings(ocr=False), ingesting=IngestingSettings(workers=1, worker_memory_mb=0)
    )
    summary = run(Options(textbook, tmp_path / "out", settings))
    assert summary.cases == 3
    assert summary.figures["caption.pixels.R@5"].value == 100.0
    assert summary.figures["alt.words.R@1"].value == 100.0
    assert summary.figures["alt.both.R@1"].value == 100.0
