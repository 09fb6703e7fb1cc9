"""copies, clusters and sheet: many pictures at once."""

import pytest
from PIL import Image
from tests.searching.pictures import paint, painted
from tests.searching.test_copies import saved


@pytest.fixture
def album(run, files):
    paint(files, barn=("red",), shed=("yellow",), pond=("blue",))
    original = painted("red", "blue", "white", "yellow", texture="harbour")
    (files / "harbour.png").write_bytes(original)
    (files / "small.jpg").write_bytes(saved(original, quality=40))
    assert run("add", str(files), "--ocr", "off").code == 0
    return run


def test_copies_are_listed_with_numbers_that_show_them(album):
    ended = album("copies")
    assert ended.code == 0
    head, first, second = ended.out.splitlines()
    assert head == "2 copies"
    assert {first.split()[2], second.split()[2]} == {"harbour.png", "small.jpg"}
    assert "harbour.png" in album("show", first.split()[0]).out + album("show", second.split()[0]).out


def test_a_library_without_copies_says_so(album):
    assert album("copies", "--path", "*barn*").out.strip() == "No picture is there more than once."
    assert album("copies", "--path", "*barn*", "--json").json == {"groups": []}


def test_clusters_have_sizes_and_examples(album):
    groups = album("clusters", "-k", "2", "--each", "1", "--json").json["groups"]
    assert len(groups) == 2
    assert sum(group["size"] for group in groups) == 5
    assert [len(group["hits"]) for group in groups] == [1, 1]
    lines = album("clusters", "-k", "2", "--each", "1").out.splitlines()
    assert lines[0].endswith(" pictures") and lines[1].lstrip().startswith("1  ")


def test_before_anything_is_embedded_that_is_said(run, files):
    (files / "notes.txt").write_text("The gate is painted once a year.")
    assert run("add", str(files)).code == 0
    ended = run("clusters")
    assert ended.code == 1 and "clerestory finish" in ended.err


def test_a_sheet_of_the_last_result(album, tmp_path):
    album("clusters", "-k", "1", "--each", "4")
    ended = album("sheet", str(tmp_path / "all.png"), "--side", "100")
    assert ended.code == 0 and "4 pictures" in ended.out
    with Image.open(tmp_path / "all.png") as sheet:
        assert sheet.width > 200
    told = album("sheet", str(tmp_path / "two.jpg"), "1", "2", "--columns", "2", "--json").json
    assert told["pictures"] == 2


def test_a_sheet_is_not_written_over_or_without_a_result(album, tmp_path):
    (tmp_path / "there.png").write_bytes(b"mine")
    album("clusters")
    ended = album("sheet", str(tmp_path / "there.png"))
    assert ended.code == 2 and "--force" in ended.err
    assert (tmp_path / "there.png").read_bytes() == b"mine"
    assert album("sheet", str(tmp_path / "a.nothing")).code == 2
    assert album("sheet", str(tmp_path / "b.png"), "900").code == 1
