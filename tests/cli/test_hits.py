"""Hits and answers as people read them: place first, matched words lit, nothing that steers the terminal."""

import io

import pytest
from rich.console import Console

from clerestory.cli.hits import (
    explained,
    heading_words,
    marked,
    marks,
    print_answer,
    print_result,
    print_segment,
    query_terms,
    snippet,
)
from clerestory.types import (
    Answer,
    Box,
    Citation,
    Hit,
    Occurrence,
    PageBox,
    Query,
    Row,
    SearchResult,
    Segment,
    Sentence,
    Table,
)

ASSET = "ab12" * 16


def hit(text: str = "Relay K4 was exchanged.", **changes) -> Hit:
    fields = {"kind": "text", "context": ("8 Maintenance",), "language": "en"} | changes
    kind = fields.pop("kind")
    segment = Segment("s1", kind, text, PageBox(12, Box(0.1, 0.7, 0.4, 0.9)), 0, **fields)
    occurrence = Occurrence(ASSET, "/papers/manual.pdf", 1, 1)
    parts = {"words": 0.5, "vector": 0.25}
    return Hit(segment, ASSET, "", "application/pdf", 0.75, parts, (occurrence,), also=("s2",))


def shown(printer, value, **options) -> str:
    out = io.StringIO()
    printer(Console(file=out, width=100, markup=False, highlight=False), value, **options)
    return out.getvalue()


def lit(text: str, query: str) -> list[str]:
    return [text[a:b] for a, b in marks(text, query_terms(query, "en"), "en")]


def test_words_light_up_in_other_forms_too():
    text = "The pumps were exchanged; exchanging a pump takes an hour."
    assert lit(text, "exchange pump") == ["pumps", "exchanged", "exchanging", "pump"]


def test_codes_light_up_whole_and_stop_words_never():
    assert lit("Error E07 at 04:10 on the pier.", "what is error E07 on the gauge") == ["Error", "E07"]
    assert lit("anything", "") == []


def test_a_snippet_is_where_most_of_the_query_stands():
    text = " ".join(["filler"] * 100 + ["relay", "and", "battery"] + ["more"] * 100)
    spans = marks(text, query_terms("relay battery", "en"), "en")
    low, high = snippet(text, spans, words=20)
    assert "relay and battery" in text[low:high]
    assert len(text[low:high].split()) == 20


def test_a_short_text_is_its_own_snippet():
    assert snippet("three short words", []) == (0, 17)


def test_the_cut_ends_of_a_snippet_are_marked():
    text = " ".join(["a1"] * 60 + ["relay"] + ["b1"] * 60)
    words = marked(text, "relay", "en", words=10).plain
    assert words.startswith("… ") and words.endswith(" …") and "relay" in words


def test_a_result_names_the_place_the_heading_and_the_words():
    text = shown(print_result, SearchResult(Query("relay"), (hit(),), ("searched English only",), 0.2))
    assert "1  manual.pdf p. 12, lower left  text" in text
    assert "8 Maintenance" in text
    assert "Relay K4 was exchanged." in text
    assert "Note: searched English only" in text
    assert "1 hit · 0.2 s" in text


def test_explaining_shows_the_parts_of_the_score_and_what_was_folded_in():
    assert explained(hit()) == "score 0.750: words 0.500 · vector 0.250 · 1 more place folded in"
    assert "words 0.500" in shown(print_result, SearchResult(Query("relay"), (hit(),)), explain=True)


def test_nothing_found_is_said():
    assert "Nothing here matches." in shown(print_result, SearchResult(Query("relay"), ()))


def test_an_answer_is_its_quotes_with_numbered_places():
    citation = Citation(hit(), "Relay K4 was exchanged.", PageBox(12, Box(0.1, 0.1, 0.9, 0.2)))
    sentence = Sentence("Relay K4 was exchanged.", (citation,))
    text = shown(print_answer, Answer("Which?", True, (sentence, sentence), "quoting", searched="12 places"))
    assert text.count("“Relay K4 was exchanged.”") == 2
    assert "1  manual.pdf p. 12, top" in text and "2  manual.pdf" in text
    assert "12 places" in text


def test_no_answer_is_a_sentence_with_what_came_nearest():
    text = shown(print_answer, Answer("Who?", False, (), "quoting", "Searched 12 places", closest=(hit(),)))
    assert "Not found in this library." in text
    assert "Searched 12 places" in text
    assert "1  manual.pdf p. 12, lower left" in text


def test_a_thumbnail_is_drawn_under_its_hit():
    text = shown(print_result, SearchResult(Query("relay"), (hit(),)), thumbnail=lambda _: "▀▀\n▀▀\n")
    assert "    ▀▀\n    ▀▀\n" in text


def test_a_table_is_shown_as_one():
    table = Table((Row(("Part", "Price")), Row(("Relay", "14.80")), Row(("Fuse",))), header_rows=1)
    text = shown(print_segment, hit(kind="table", table=table, caption="Table 7").segment)
    assert "8 Maintenance › Table 7" in text
    assert "Relay" in text and "14.80" in text and "segment s1" in text


def test_a_picture_without_words_says_so():
    assert "(a picture without text)" in shown(print_segment, hit("", kind="picture").segment)


@pytest.mark.parametrize("printer", [print_result, print_segment])
def test_a_document_cannot_steer_the_terminal_or_the_markup(printer):
    nasty = hit(
        "\x1b]0;owned\x07 [bold red]relay[/bold red] [link=file:///etc]x[/link]", context=("\x1b[2J",)
    )
    value = SearchResult(Query("relay"), (nasty,)) if printer is print_result else nasty.segment
    text = shown(printer, value)
    assert "\x1b" not in text and "\x07" not in text
    assert "[bold red]relay[/bold red]" in text


def test_headings_run_from_the_outermost_to_the_caption():
    assert heading_words(hit(context=("Manual", "5 Wiring"), caption="Figure 3").segment) == (
        "Manual › 5 Wiring › Figure 3"
    )
