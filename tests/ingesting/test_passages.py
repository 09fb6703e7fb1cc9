"""Passages, words and places: what a segment and its page are found by."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from clerestory.ingesting.passages import (
    CONTEXT_WORDS,
    STRETCH_WORDS,
    context_line,
    name_words,
    page_marks,
    passage,
    place_words,
    places,
    words,
)
from clerestory.types import (
    CellRange,
    CharRange,
    Locator,
    PageBox,
    PageInfo,
    Reading,
    Region,
    Segment,
    Slide,
)


def segment(
    text: str, locator: Locator, *, context: tuple[str, ...] = (), caption: str = "", language: str = "en"
) -> Segment:
    return Segment("id", "text", text, locator, 0, context=context, caption=caption, language=language)


def test_a_passage_is_headings_caption_text():
    one = segment("Turn it.", PageBox(1), context=("Manual", "Care"), caption="Figure 1: knob")
    assert passage(one) == "Manual. Care\nFigure 1: knob\nTurn it."


def test_a_caption_inside_the_text_is_not_repeated():
    assert passage(segment("Figure 1: knob", PageBox(1), caption="Figure 1: knob")) == "Figure 1: knob"


def test_a_figure_without_words_is_found_by_its_headings():
    assert passage(segment("", PageBox(1), context=("Manual",))) == "Manual"


def test_a_picture_without_a_word_is_found_by_its_name():
    picture = segment("", Region())
    assert passage(picture, file_name="/x/old_harbour.jpg") == "old harbour"
    assert words(picture, file_name="/x/old_harbour.jpg") == ["old harbour"]


def test_many_headings_keep_the_title_and_the_innermost():
    context = ("Manual", *(f"Chapter {n} about a great many things" for n in range(9)))
    line = context_line(context)
    assert line.startswith("Manual. ")
    assert line.endswith("Chapter 8 about a great many things")
    assert "Chapter 0" not in line


@given(st.lists(st.text(max_size=300), max_size=12))
def test_the_context_is_bounded(context):
    assert len(context_line(context).split()) <= 3 * CONTEXT_WORDS


def test_full_text_sees_all_headings():
    one = segment("c", PageBox(1), context=("a", "b"), caption="k")
    assert " ".join(words(one)).split() == ["a", "b", "k", "c"]


def test_names_of_files_are_words():
    assert name_words("/x/Q3-report_final.v2.pdf") == "Q3 report final v2"


def test_places_of_paged_documents():
    assert places([segment("a", PageBox(12)), segment("b", Slide(3)), segment("", Region())]) == [
        "p12",
        "s3",
        "",
    ]


def test_flowing_documents_are_divided_into_stretches():
    hundred = " ".join(["word"] * 100)
    flow = [segment(hundred, CharRange(n, n + 1)) for n in range(9)]
    assert places(flow) == ["t1"] * 4 + ["t2"] * 4 + ["t3"]


def test_sheets_are_places_and_long_ones_are_divided():
    long = " ".join(["cell"] * STRETCH_WORDS)
    sheets = [
        segment(long, CellRange("Costs", "A1", "C90")),
        segment("x", CellRange("Notes", "A1", "A1")),
        segment(long, CellRange("Costs", "A91", "C180")),
    ]
    assert places(sheets) == ["sheet:Costs", "sheet:Notes", "sheet:Costs#2"]


@given(st.lists(st.tuples(st.sampled_from("pscr"), st.integers(1, 900)), max_size=40))
def test_every_segment_has_a_place_and_stretches_are_runs(parts):
    kinds: dict[str, Locator] = {
        "p": PageBox(1),
        "s": Slide(2),
        "c": CharRange(0, 1),
        "r": CellRange("A", "A1", "A1"),
    }
    made = [segment("w " * count, kinds[kind]) for kind, count in parts]
    names = places(made)
    assert len(names) == len(made)
    stretches = [int(name[1:]) for name in names if name.startswith("t")]
    assert stretches == sorted(stretches)


def test_words_of_a_place_hold_headings_once():
    reading = Reading(
        "a" * 64,
        "application/pdf",
        "pdf",
        "1",
        "",
        title="Manual",
        segments=(
            segment("one", PageBox(1), context=("Manual", "Care")),
            segment("two", PageBox(1), context=("Manual", "Care"), caption="Figure 1"),
            segment("drei", PageBox(2), context=("Manual", "Pflege"), language="de"),
        ),
    )
    found = place_words(reading, places(reading.segments), file_name="/x/knob-manual.pdf")
    assert found == {
        "p1": [
            ("Manual", "en"),
            ("knob manual", "en"),
            ("Care", "en"),
            ("one", "en"),
            ("Figure 1", "en"),
            ("two", "en"),
        ],
        "p2": [("Manual", "en"), ("knob manual", "en"), ("Pflege", "de"), ("drei", "de")],
    }


def test_a_page_is_named_by_its_position_and_by_what_is_printed_on_it():
    pages = tuple(PageInfo(n, 612, 792, label) for n, label in enumerate(("iii", "1", "2-3"), start=1))
    marks = page_marks(Reading("a", "application/pdf", "pdf", "1", "", pages=pages))
    assert marks == {
        "p1": ["page=1", "page=iii", "page=first"],
        "p2": ["page=2", "page=1", "page=penultimate"],
        "p3": ["page=3", "page=2", "page=last"],
    }


def test_the_only_page_is_first_and_last():
    marks = page_marks(Reading("a", "image/tiff", "pdf", "1", "", pages=(PageInfo(1, 612, 792),)))
    assert marks == {"p1": ["page=1", "page=first", "page=last"]}
