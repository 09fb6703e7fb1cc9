"""Text for terminals cannot steer them, and JSON holds what programs need."""

import json
import unicodedata

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerestory.cli.output import clean, counted, duration, flat, plain, print_json, size, where_words
from clerestory.errors import WrongPassword
from clerestory.locators import parse_fragment
from clerestory.types import (
    Answer,
    Box,
    Citation,
    Hit,
    Occurrence,
    PageBox,
    Query,
    SearchResult,
    Segment,
    Sentence,
)

ASSET = "ab12" * 16
SEGMENT = Segment(
    "s1",
    "figure",
    "Relay K4",
    PageBox(12, Box(0.1, 0.7, 0.4, 0.9)),
    3,
    context=("5 Wiring",),
    caption="Figure 3",
)
HIT = Hit(
    SEGMENT,
    ASSET,
    "Operator's manual",
    "application/pdf",
    0.81,
    {"words": 0.5},
    (Occurrence(ASSET, "/papers/manual.pdf", 10, 1),),
)


@given(st.text())
def test_no_text_reaches_the_terminal_with_control_characters(text):
    for shown in (clean(text), flat(text)):
        assert not any(ord(c) < 32 and c not in "\n\t" for c in shown)
        assert not any(0x7F <= ord(c) <= 0x9F for c in shown)
    assert "\n" not in flat(text)


def test_an_escape_sequence_in_a_document_is_made_visible():
    assert clean("price \x1b[8mhidden\x1b[0m") == "price �[8mhidden�[0m"
    assert clean("a\r\nb\rc") == "a\nb\nc"
    assert clean("abc\u202etxt.exe") == "abc�txt.exe"


@pytest.mark.parametrize("name", ["a\x9b31m.txt", "a\u202etxt.exe", "caf\udce9.txt", "a\x1b[8m\x7f"])
def test_names_of_files_cannot_steer_the_terminal_and_come_back_from_json(name, capsys):
    click.echo(flat(name))
    shown = capsys.readouterr().out
    print_json({"name": name})
    printed = capsys.readouterr().out
    for text in (shown, printed):
        assert not any(unicodedata.category(c) in ("Cc", "Cs") and c != "\n" for c in text)
        assert "\u202e" not in text
    assert json.loads(printed) == {"name": name}


def test_a_hit_as_json_has_its_place_in_words_and_as_an_address_that_reads_back():
    hit = plain(HIT)
    assert hit["place"] == "manual.pdf p. 12, lower left"
    assert parse_fragment(hit["address"]) == (ASSET, SEGMENT.locator)
    assert hit["locator"] == {"type": "PageBox", "page": 12, "box": [0.1, 0.7, 0.4, 0.9]}
    assert hit["parts"] == {"words": 0.5}
    assert hit["context"] == ["5 Wiring"]


def test_results_and_answers_are_plain_json(capsys):
    citation = Citation(HIT, "Relay K4", PageBox(12))
    answer = Answer("Which?", True, (Sentence("Relay K4", (citation,)),), "quoting")
    result = SearchResult(Query("relay"), (HIT,), ("a note",), 0.25)
    for value in (answer, result):
        print_json(value)
        assert json.loads(capsys.readouterr().out) == plain(value)
    assert plain(answer)["sentences"][0]["citations"][0]["place"] == "manual.pdf p. 12"
    assert plain(result)["query"] == "relay"


def test_an_error_as_json_has_its_three_parts():
    error = WrongPassword("encrypted", where="a.pdf", fix="Give --password.")
    assert plain(error) == {
        "name": "WrongPassword",
        "what": "encrypted",
        "where": "a.pdf",
        "fix": "Give --password.",
    }


def test_a_hit_whose_file_is_gone_is_called_by_its_title():
    orphan = Hit(SEGMENT, ASSET, "Operator's manual", "application/pdf", 1.0, {}, ())
    assert where_words(orphan) == "Operator's manual p. 12, lower left"
    assert where_words(HIT, PageBox(3)) == "manual.pdf p. 3"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.04, "0.0 s"),
        (9.94, "9.9 s"),
        (9.96, "10 s"),
        (75, "1 min 15 s"),
        (3600, "1 h 0 min"),
        (7500, "2 h 5 min"),
    ],
)
def test_durations_for_people(seconds, words):
    assert duration(seconds) == words


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (86_566, "86.6 kB"),
        (1.25e9, "1.2 GB"),
        (5e15, "5000.0 TB"),
    ],
)
def test_sizes_for_people(count, words):
    assert size(count) == words


def test_one_is_singular():
    assert (counted(1, "file"), counted(1204, "file"), counted(0, "entry", "entries")) == (
        "1 file",
        "1,204 files",
        "0 entries",
    )
