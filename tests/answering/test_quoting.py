"""Answers are verbatim quotes with their places, or "not found" with what came closest."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests import fakes

from clerestory.answering import quoting
from clerestory.answering.confidence import THRESHOLD, Evidence, probability
from clerestory.answering.units import Unit
from clerestory.errors import ModelMissing, UnsupportedQuery
from clerestory.ingesting.engines import Engines
from clerestory.types import Box, CharRange, Hit, Line, Segment, TimeSpan

LOG = """# Maintenance

The relay K4 was replaced in March 1998 by the harbour office.

The lamp is lit at dusk. It burns until dawn unless there is fog.

| Relay | Replaced |
| --- | --- |
| K4 | 1998 |
| K5 | 2001 |
"""


@pytest.fixture
def filled(library, files):
    (files / "log.md").write_text(LOG, encoding="utf-8")
    (files / "walls.txt").write_text("The harbour wall is granite. " * 5, encoding="utf-8")
    library.add(files)
    return library


def test_the_sentence_that_answers_is_quoted_with_its_place(filled):
    answer = filled.ask("When was the relay K4 replaced?")
    assert answer.found
    assert answer.writer == "quotes"
    first = answer.sentences[0]
    (citation,) = first.citations
    assert first.text == citation.quote
    assert "K4" in citation.quote
    assert citation.quote in citation.hit.segment.text
    assert isinstance(citation.locator, CharRange)


def test_every_quote_is_verbatim_and_said_once(filled):
    answer = filled.ask("harbour wall granite", limit=5)
    quotes = [sentence.text for sentence in answer.sentences]
    assert quotes == ["The harbour wall is granite."]


def test_limit(filled):
    assert len(filled.ask("relay K4 replaced", limit=1).sentences) == 1


def test_not_found_says_what_was_searched_and_what_came_closest(filled):
    answer = filled.ask("Who composed the opera about the falcon hunters of Peru and its granite?")
    assert not answer.found
    assert answer.sentences == ()
    assert "opera" in answer.searched
    assert answer.closest
    nothing = filled.ask("quantum chromodynamics")
    assert not nothing.found
    assert "No place matches" in nothing.searched


def test_without_the_model_words_alone_answer(filled, open_library):
    filled.close()

    def missing(_):
        raise ModelMissing("not here")

    answer = open_library(engines=Engines(text=missing, ocr=fakes.ocr_engine)).ask("relay K4 replaced")
    assert answer.found
    assert "K4" in answer.sentences[0].text
    assert "only words were searched" in answer.notes[0]


def test_an_empty_question_is_no_question(filled):
    with pytest.raises(UnsupportedQuery):
        filled.ask(" ")


def test_more_evidence_is_more_probable():
    weak, strong = Evidence(0.2, 0.2), Evidence(0.7, 0.9)
    assert 0 < probability(weak) < probability(strong) < 1
    assert probability(Evidence(None, 0.1)) < probability(Evidence(None, 1.0))


def test_what_was_heard_needs_less_evidence():
    spoken, written = (probability(Evidence(0.35, 0.4, spoken=spoken)) for spoken in (True, False))
    assert written < THRESHOLD < spoken
    off_the_subject = Evidence(0.2, 0.2, spoken=True)
    assert probability(off_the_subject) < THRESHOLD
    assert probability(Evidence(None, 0.4, spoken=True)) == probability(Evidence(None, 0.4))
    assert probability(Evidence(0.3, 0.3, True)) < probability(Evidence(0.4, 0.3, True))


def test_each_kind_is_judged_by_its_own_evidence():
    def piece(origin, coverage):
        segment = Segment("s", "text", "words", CharRange(0, 5), 0, origin=origin)
        hit = Hit(segment, "a", "", "text/plain", 1.0, {}, ())
        return quoting._Piece(hit, Unit("words", CharRange(0, 5)), coverage, nearness=coverage / 2)

    mixed = [piece("speech", 0.2), piece("native", 0.8), piece("speech", 0.6)]
    heard, read = Evidence(0.3, 0.6, spoken=True), Evidence(0.4, 0.8)
    assert quoting._evidence(mixed, fakes.BagOfWords()) == [heard, read]
    assert quoting._evidence(mixed[1:2], None) == [Evidence(None, 0.8)]
    assert quoting._evidence([], None) == []


def test_of_what_was_heard_the_focus_is_quoted():
    text = "About the key. It hangs here."
    spans = [(0, 5), (6, 9), (10, 14), (15, 17), (18, 23), (24, 29)]
    lines = tuple(Line(*span, TimeSpan(at, at + 1)) for at, span in enumerate(spans))
    segment = Segment("s", "passage", text, TimeSpan(0, 6), 0, origin="speech", lines=lines)
    about, hangs = Unit("About the key.", TimeSpan(0, 3)), Unit("It hangs here.", TimeSpan(3, 6))

    def quoted(segment, focus):
        hit = Hit(segment, "a", "", "audio/mpeg", 1.0, {}, (), focus=focus)
        pieces = [quoting._Piece(hit, about, 0.9), quoting._Piece(hit, hangs, 0.8)]
        return [piece.unit for piece in quoting._chosen(pieces, 3)]

    assert quoted(segment, TimeSpan(3, 6)) == [hangs]
    for focus in (None, TimeSpan(3, 6, Box(0, 0, 1, 1)), TimeSpan(3.2, 3.4)):
        assert quoted(segment, focus) == [about, hangs]
    assert quoted(replace(segment, origin="native"), TimeSpan(3, 6)) == [about, hangs]
