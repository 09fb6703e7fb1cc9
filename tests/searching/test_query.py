"""What a question says about itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerestory.searching.query import languages_shown, query_terms, term_pairs, understand


@pytest.mark.parametrize(
    ("asked", "subject"),
    [
        ("What is the ratio? Round your answer to two decimal places.", "What is the ratio?"),
        ('Who signed? Please write the answer as a list, e.g., ["A","B"]', "Who signed?"),
        ("How high is the mast?Answer in metres.", "How high is the mast?"),
        ("Round table of 1904", "Round table of 1904"),
        ("Write the answer as an integer.", "Write the answer as an integer."),
        (
            "The format of the log. Which fields does it have?",
            "The format of the log. Which fields does it have?",
        ),
    ],
)
def test_instructions_on_the_form_of_the_answer_are_not_searched(asked, subject):
    assert understand(asked).subject == subject


@pytest.mark.parametrize(
    ("asked", "marks"),
    [
        ("What does the chart on page 14 show?", ("page=14",)),
        ("the date on page fourteen", ("page=14",)),
        ("the second page", ("page=2",)),
        ("Who is on the cover page?", ("page=first",)),
        ("last slide", ("page=last",)),
        ("the table on Seite 3 und Folie 5", ("page=3", "page=5")),
        ("preface, page iv", ("page=iv",)),
        ("the figure on the second last page", ("page=penultimate", "page=last")),
        ("web page design", ()),
        ("page fault in 2014", ()),
    ],
)
def test_pages_are_named_by_number_word_or_position(asked, marks):
    assert understand(asked).page_marks == marks


def test_a_page_number_is_not_searched_as_a_word():
    assert understand("What does the chart on page 14 show?").subject == "What does the chart show?"
    assert understand("page 14").subject == "page 14"


@pytest.mark.parametrize(
    ("asked", "kinds"),
    [("the pie chart", {"figure"}), ("Table 3", {"table"}), ("which pump", set())],
)
def test_kinds_are_a_preference(asked, kinds):
    assert understand(asked).kinds == kinds


def test_languages_are_told_by_their_common_words():
    assert languages_shown("What is the colour of the valve?") == ("en",)
    assert languages_shown("Wie wird das Ventil gewartet?") == ("de",)
    assert languages_shown("Сколько это стоит и когда") == ("ru",)
    assert languages_shown("relay K4") == ()


def test_terms_are_those_of_every_language_in_question():
    assert query_terms("Pumpen", ["de"]) == ["pump", "pumpen"]
    assert query_terms("the pump", []) == ["pump"]
    assert term_pairs("topic of unit 14", ["en"]) == ["topic_unit", "unit_14"]


@given(st.text())
def test_no_query_is_emptied(text):
    asked = understand(text)
    assert bool(query_terms(asked.subject, ())) == bool(query_terms(text, ()))
