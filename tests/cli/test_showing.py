"""show, open and export: a number, an address or a path leads to the place."""

from pathlib import Path

import click
import pytest
from PIL import Image


@pytest.fixture
def run(ask_filled):
    return ask_filled


@pytest.fixture
def papers(filled):
    return filled / "files"


@pytest.fixture
def found(run):
    """The hits of a search whose first is the red picture."""
    hits = run("search", "crimson", "ledger", "harbour", "--json").json["hits"]
    assert hits[0]["place"].startswith("dues.png")
    return hits


def test_a_number_of_the_last_search_is_shown_whole(run, found):
    ended = run("show", "1")
    assert ended.code == 0
    assert "dues.png" in ended.out and "crimson ledger of harbour dues" in ended.out
    assert found[0]["address"] in ended.out


def test_an_address_is_shown_without_a_search(run, found):
    shown = run("show", found[0]["address"], "--json").json
    assert shown["hit"]["segment"] == found[0]["segment"]


def test_neighbours_are_shown_when_wanted(run, papers):
    run("search", "relay", "exchanged")
    assert "hatch" not in run("show", "1").out
    assert "hatch" in run("show", "1", "--around", "3").out


def test_a_file_is_shown_with_its_facts_and_segments(run, found, papers):
    ended = run("show", papers / "note.md", "--segments")
    assert "text/markdown" in ended.out and "Relay K4 was exchanged" in ended.out
    assert run("show", papers / "note.md", "--json").json["state"] == "indexed"


def test_a_file_can_be_named_without_its_folder(run, found):
    assert run("show", "note.md", "--json").json["media_type"] == "text/markdown"


def test_a_file_that_could_not_be_read_is_shown_with_the_reason(run, papers):
    ended = run("show", papers / "broken.png")
    assert ended.code == 0
    assert "failed" in ended.out and "UnreadableFile" in ended.out


@pytest.mark.parametrize(
    ("target", "error"),
    [
        ("9", "the last search had"),
        ("clerestory:zz#page=1", "address"),
        ("nowhere.pdf", "not in the library"),
    ],
)
def test_what_names_nothing_is_refused(run, found, target, error):
    ended = run("show", target)
    assert ended.code == 1
    assert error in ended.err


def test_a_number_before_any_search_is_refused(run, papers):
    assert "no search was made yet" in run("show", "1").err


def test_a_place_is_exported_as_crop_and_as_page(run, found, tmp_path):
    crop = run("export", "1", "--out", tmp_path / "crop.png", "--json").json
    with Image.open(tmp_path / "crop.png") as picture:
        assert picture.size == (crop["width"], crop["height"])
    assert run("export", "1", "--page", "-o", tmp_path / "page.webp").code == 0
    with Image.open(tmp_path / "page.webp") as page:
        assert page.size == (320, 200)


def test_an_export_writes_over_nothing_unless_told(run, found, tmp_path):
    (tmp_path / "mine.png").write_text("precious")
    refused = run("export", "1", "-o", tmp_path / "mine.png")
    assert refused.code == 2 and "--force" in refused.err
    assert (tmp_path / "mine.png").read_text() == "precious"
    assert run("export", "1", "-o", tmp_path / "mine.png", "--force").code == 0


def test_an_export_has_a_name_of_its_own_when_none_is_given(run, found, tmp_path):
    assert run("export", "1").code == 0
    assert list(tmp_path.glob("dues*.png"))


def test_a_folder_that_is_not_there_is_said_and_no_trace_is_shown(run, found, tmp_path):
    ended = run("export", "1", "-o", tmp_path / "nowhere" / "crop.png")
    assert ended.code == 1
    assert "No such file or directory" in ended.err and "nowhere" in ended.err


def test_an_ending_that_is_no_picture_is_wrong_usage(run, found, tmp_path):
    assert run("export", "1", "-o", tmp_path / "crop.exe").code == 2


def test_text_without_a_picture_cannot_be_exported(run, papers):
    run("search", "relay", "exchanged")
    ended = run("export", "1")
    assert ended.code == 1
    assert "no picture" in ended.err


def test_open_hands_the_page_to_the_viewer(run, found, monkeypatch):
    opened = []
    monkeypatch.setattr(click, "launch", lambda path: opened.append(path) or 0)
    ended = run("open", "1")
    assert ended.code == 0
    assert opened == [ended.out.strip()]
    with Image.open(opened[0]) as page:
        assert page.size == (320, 200)


def test_open_keeps_no_picture_of_an_earlier_call(run, found, monkeypatch):
    monkeypatch.setattr(click, "launch", lambda path: 0)
    first = Path(run("open", "1").out.strip())
    earlier = first.rename(first.with_name("another-page.png"))
    run("open", "1")
    assert (first.exists(), earlier.exists()) == (True, False)


def test_open_falls_back_to_the_file_where_there_is_no_picture(run, papers, monkeypatch):
    opened = []
    monkeypatch.setattr(click, "launch", lambda path: opened.append(path) or 0)
    run("search", "relay", "exchanged")
    run("open", "1")
    assert opened == [str(papers / "note.md")]


def test_a_viewer_that_does_not_start_is_told_with_the_path(run, found, monkeypatch):
    monkeypatch.setattr(click, "launch", lambda path: 1)
    ended = run("open", "1", "--original")
    assert ended.code == 1
    assert "dues.png" in ended.out and "No program could be started" in ended.err
