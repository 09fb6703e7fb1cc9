"""Searching a library: order, parts, filters, folding, notes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests import fakes
from tests.conftest import FAKES, OneWorker

from clerestory.errors import ModelMissing
from clerestory.ingesting.engines import Engines
from clerestory.types import Filter

GAUGE = "# Gauge\n\nReset the tide gauge with the brass key that hangs beside the door."
HARBOUR = "The harbour wall is granite and the lamp on it is lit at dusk every evening."
COPY = HARBOUR.replace("evening", "night")


def write(files, **texts):
    for name, text in texts.items():
        stem, _, ending = name.rpartition("_")
        (files / f"{stem}.{ending}").write_text(text, encoding="utf-8")


@pytest.fixture
def filled(library, files):
    write(files, gauge_md=GAUGE, harbour_txt=HARBOUR)
    library.add(files)
    return library


def texts(result):
    return [hit.segment.text for hit in result.hits]


def test_the_place_with_the_words_comes_first_and_its_parts_add_up(filled):
    result = filled.search("where is the brass key of the gauge?")
    assert "brass key" in texts(result)[0]
    for hit in result.hits:
        assert hit.score == pytest.approx(sum(hit.parts.values()))
        assert hit.occurrences
    assert {"words", "page-words", "vector", "tokens"} <= set(result.hits[0].parts)
    scores = [hit.score for hit in result.hits]
    assert scores == sorted(scores, reverse=True)


def test_nothing_matches_is_a_result(filled):
    result = filled.search("quantum chromodynamics")
    assert result.hits == ()
    assert result.notes == ("Nothing in the library matches.",)


def test_filters_reach_the_index(filled):
    assert texts(filled.search("granite lamp", filter=Filter(path="*.md"))) == []
    assert texts(filled.search("granite lamp", filter=Filter(path="*.txt"))) == [HARBOUR]
    assert texts(filled.search("granite lamp", filter=Filter(kinds=("table",)))) == []
    assert texts(filled.search("granite lamp", filter=Filter(kinds=("text",)))) == [HARBOUR]
    assert texts(filled.search("granite lamp", filter=Filter(languages=("fr",)))) == []
    nothing = filled.search("granite", filter=Filter(path="*.pdf"))
    assert nothing.notes == ("No file of the library fits the filter.",)


def test_limit_and_neighbours(library, files):
    paragraphs = [f"Chapter {n}. " + f"lantern number {n} shines. " * 30 for n in range(6)]
    write(files, book_txt="\n\n".join(paragraphs))
    library.add(files)
    assert len(library.search("lantern", limit=1).hits) == 1
    hit = library.search("lantern number 3", limit=1, neighbours=1).hits[0]
    orders = [segment.order for segment in hit.neighbours]
    assert orders == [order for order in (hit.segment.order - 1, hit.segment.order + 1) if order >= 0]


def test_near_duplicates_of_other_files_are_folded(library, files):
    write(files, first_txt=HARBOUR * 3, second_txt=COPY + HARBOUR * 2)
    library.add(files)
    result = library.search("granite harbour wall")
    assert len(result.hits) == 1
    assert result.hits[0].also


def test_what_was_removed_does_not_answer(filled, files):
    filled.remove([files / "harbour.txt"])
    assert texts(filled.search("granite lamp")) == []


def test_an_empty_library_answers_nothing(library):
    assert library.search("anything").hits == ()


def test_without_the_model_words_are_found_and_it_is_said(filled, open_library):
    filled.close()

    def missing(_):
        raise ModelMissing("not here")

    again = open_library(engines=Engines(text=missing, ocr=fakes.ocr_engine))
    result = again.search("granite")
    assert texts(result) == [HARBOUR]
    assert "only words were searched" in result.notes[0]


def test_a_library_indexed_with_another_model_says_so_until_it_is_indexed_again(filled, open_library):
    filled.close()
    other = Engines(text=lambda _: fakes.BagOfWords(name="another"), ocr=FAKES.ocr)
    again = open_library(engines=other)
    result = again.search("granite")
    assert texts(result) == [HARBOUR]
    assert "`clerestory reindex`" in result.notes[0]
    again.reindex()
    assert again.search("granite").notes == ()


def test_a_language_that_the_model_does_not_know_is_said(open_library, files):
    class OnlyEnglish(fakes.BagOfWords):
        languages = frozenset({"en"})

    library = open_library(engines=Engines(text=lambda _: OnlyEnglish(), ocr=FAKES.ocr))
    german = (
        "Das Ventil wird nach jeder Prüfung gereinigt und dann mit dem Schlüssel wieder geschlossen. " * 2
    )
    write(files, ventil_txt=german)
    library.add(files)
    asked_in_german = library.search("Wie wird das Ventil gereinigt?")
    assert len(asked_in_german.hits) == 1
    assert "does not know the language of the query (de)" in asked_in_german.notes[0]
    assert "vector" not in asked_in_german.hits[0].parts
    # One common word shows little of a language: this one is Danish.
    assert not any("query" in note for note in library.search("dog").notes)
    by_name = library.search("Ventil")
    assert "(de): only their words count" in by_name.notes[0]


def test_late_interaction_is_a_setting(filled, open_library):
    filled.close()
    off = replace(OneWorker, searching=replace(OneWorker.searching, late_interaction=False))
    hit = open_library(settings=off).search("brass key").hits[0]
    assert "tokens" not in hit.parts


def test_a_query_of_names_is_read_by_the_rules_of_the_library(library, files):
    german = "Die Wartungen der Pumpen sind nach jeder Prüfung in das Buch der Anlage einzutragen. " * 2
    write(files, buch_txt=german)
    library.add(files)
    hit = library.search("Pumpe Wartung").hits[0]
    assert hit.segment.language == "de"
    assert {"words", "page-words"} <= set(hit.parts)
