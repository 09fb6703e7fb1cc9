"""search and ask: the place, the words, JSON for programs, numbers for what comes next."""

import pytest
from tests.cli.conftest import invoke

from clerestory.locators import parse_fragment


@pytest.fixture
def run(ask_filled):
    return ask_filled


def test_a_search_prints_the_place_and_the_words(run):
    ended = run("search", "relay", "exchanged")
    assert ended.code == 0
    first = ended.out.splitlines()[0]
    assert first.startswith(" 1  note.md")
    assert "Relay K4 was exchanged" in ended.out


def test_a_search_in_json_names_places_that_read_back(run):
    result = run("search", "relay", "--json").json
    assert result["query"] == "relay"
    for hit in result["hits"]:
        asset, _ = parse_fragment(hit["address"])
        assert asset == hit["asset"]
        assert set(hit["parts"]) and hit["score"] > 0


def test_text_in_pictures_is_found_with_its_file(run):
    hits = run("search", "crimson", "ledger", "--json").json["hits"]
    assert hits[0]["place"].startswith("dues.png")
    assert hits[0]["origin"] == "ocr"


def test_scores_are_explained_when_asked(run):
    assert "score " not in run("search", "relay").out
    assert "score " in run("search", "relay", "--explain").out


def test_neighbours_come_along_when_asked(run):
    assert "swell" not in run("search", "relay", "exchanged", "-n", "1").out
    assert "swell" in run("search", "relay", "exchanged", "-n", "1", "--around", "2").out
    (hit,) = run("search", "relay", "exchanged", "-n", "1", "--around", "2", "--json").json["hits"]
    assert any("swell" in near["text"] for near in hit["neighbours"])


def test_filters_restrict_what_may_answer(run):
    kinds = {hit["kind"] for hit in run("search", "relay", "--kind", "table", "--json").json["hits"]}
    assert kinds <= {"table"}
    hits = run("search", "relay", "--path", "*.csv", "--json").json["hits"]
    assert hits and all(hit["place"].startswith("parts.csv") for hit in hits)
    hits = run("search", "harbour", "--type", "image/*", "--json").json["hits"]
    assert hits and all(hit["media_type"].startswith("image/") for hit in hits)
    assert run("search", "relay", "--meta", "author=Nobody", "--json").json["hits"] == []


def test_a_filter_that_cannot_be_read_is_wrong_usage(run):
    ended = run("search", "relay", "--meta", "author")
    assert ended.code == 2
    assert "KEY=VALUE" in ended.err


@pytest.mark.parametrize("date", ["yesterday", "2025-13-01", "12.03.2025", "2025-3", "202"])
@pytest.mark.parametrize("option", ["--after", "--before"])
def test_a_date_that_is_none_is_wrong_usage(run, option, date):
    ended = run("search", "relay", option, date)
    assert ended.code == 2
    assert "is not a date" in ended.err and option in ended.err


@pytest.mark.parametrize("date", ["2025", "2025-03", "2025-03-12", "2025-03-12T10:00:00"])
def test_years_months_days_and_moments_are_dates(run, date):
    assert run("search", "relay", "--after", date, "--json").code == 0


@pytest.mark.parametrize("command", ["search", "ask"])
@pytest.mark.parametrize("words", [("",), ("  ", " ")])
def test_asking_for_nothing_is_wrong_usage(run, command, words):
    ended = run(command, *words)
    assert ended.code == 2
    assert "empty" in ended.err


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--type", "pdf", "did you mean application/pdf?"),
        ("--type", "video", "did you mean video/*?"),
        ("--type", "papers", "clerestory assets"),
        ("--language", "klingon", "two letters"),
    ],
)
def test_a_type_or_a_language_that_is_none_is_wrong_usage(run, option, value, said):
    ended = run("search", "relay", option, value)
    assert ended.code == 2
    assert said in ended.err and option in ended.err


def test_a_filter_that_leaves_nothing_is_told_beside_the_empty_result(run):
    ended = run("search", "relay", "--type", "application/pdf")
    assert "Nothing here matches." in ended.out and "type application/pdf" in ended.out
    ended = run("search", "relay", "--language", "sv", "--kind", "table")
    assert "kind table, language sv" in ended.out
    notes = run("ask", "Which relay was exchanged?", "--language", "SV", "--json").json["notes"]
    assert notes[-1] == "Looked only at language sv."


@pytest.mark.parametrize(
    ("after", "before", "code"),
    [("2025-03-02", "2025-03-01", 2), ("2026", "2025-12", 2), ("2025-03", "2025", 0), ("2025", "2025", 0)],
)
def test_a_time_that_ends_before_it_begins_is_wrong_usage(run, after, before, code):
    ended = run("search", "relay", "--after", after, "--before", before, "--json")
    assert ended.code == code
    assert code == 0 or "later than --before" in ended.err


def test_the_number_of_hits_can_be_limited(run):
    assert len(run("search", "relay", "-n", "1", "--json").json["hits"]) == 1


def test_a_question_is_answered_by_a_quote_with_its_place(run):
    ended = run("ask", "Which relay was exchanged on 12 March 2025?")
    assert ended.code == 0
    assert "“" in ended.out and "Relay K4 was exchanged" in ended.out
    assert "note.md" in ended.out
    answer = run("ask", "Which relay was exchanged on 12 March 2025?", "--json").json
    assert answer["found"] is True
    citation = answer["sentences"][0]["citations"][0]
    assert citation["quote"] and citation["place"].startswith("note.md")


def test_a_question_that_nothing_answers_is_said_to_be_so(run):
    ended = run("ask", "Who painted the ceiling of the chapel?")
    assert ended.code == 0
    assert "Not found in this library." in ended.out
    assert run("ask", "Who painted the ceiling of the chapel?", "--json").json["found"] is False


def test_pictures_are_drawn_when_wanted(run):
    assert "▀" in run("search", "crimson", "--pictures", "always").out
    assert "▀" not in run("search", "crimson").out  # no terminal, nothing asked for


def test_searching_without_a_library_does_not_make_one(alone, tmp_path):
    assert invoke(tmp_path / "library", ("search", "relay")).code == 1
    assert not (tmp_path / "library").exists()
