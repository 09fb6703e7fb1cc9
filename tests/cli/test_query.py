"""Asking with pictures, parts of them, sounds and hits on the command line."""

import pytest
from tests.cli.conftest import invoke
from tests.fakes import recording
from tests.searching.pictures import paint

from clerestory.cli.query import box_of
from clerestory.types import Box


@pytest.fixture
def run(tmp_path, alone):
    files = tmp_path / "album"
    files.mkdir()
    paint(files, rose=("red",), sea=("blue",), flag=("red", "red", "blue", "blue"))
    (files / "note.md").write_text("# Harbour\n\nThe harbour wall is of granite.\n")

    def run(*arguments):
        return invoke(tmp_path / "library", arguments)

    assert run("add", files, "--ocr", "off").code == 0
    return run


def places(ended):
    return [hit["place"] for hit in ended.json["hits"]]


def test_words_find_pictures_and_say_how_likely_they_fit(run):
    ended = run("search", "something", "red")
    assert "rose.png" in ended.out.splitlines()[0]
    assert "picture, 95 % likely" in ended.out.splitlines()[0]
    hit = run("search", "something", "red", "--json").json["hits"][0]
    assert hit["probability"] == pytest.approx(0.95, abs=0.01)
    assert hit["pictures"] == [hit["asset"]]


def test_what_no_picture_shows_is_said_with_what_comes_nearest(run):
    ended = run("search", "green")
    assert ended.out.startswith("Nothing here matches.")
    assert "The nearest pictures (that any shows it:" in ended.out
    found = run("search", "green", "--json").json
    assert found["hits"] == [] and found["matched"] < 0.5 and len(found["closest"]) == 3
    assert run("show", "1").code == 0


def test_a_picture_file_a_part_of_it_and_the_picture_of_a_hit(run, tmp_path):
    assert places(run("search", "--image", tmp_path / "album" / "sea.png", "--json"))[0] == "sea.png"
    lower = run("search", "--image", tmp_path / "album" / "flag.png", "--region", "0,0.5,1,1", "--json")
    assert places(lower)[0] == "sea.png"
    run("search", "blue", "-n", "1")
    assert places(run("search", "--image", "1", "--json"))[0] == "sea.png"
    assert places(run("search", "--image", "rose.png", "blue as well", "--json"))[0] == "flag.png"


def test_what_must_not_be_there(run):
    assert places(run("search", "red and blue", "--without", "red", "--json"))[0] == "sea.png"
    assert run("search", "--without", "red").code == 1


def test_more_like_a_hit(run):
    run("search", "blue", "-n", "1")
    liked = places(run("search", "--like", "1", "--json"))
    assert liked and "sea.png" not in liked
    assert run("search", "--like", "1", "red").code == 2


def test_what_is_said_is_printed_and_searched(run, tmp_path):
    said = recording(tmp_path / "said.wav", "harbour", "granite")
    ended = run("search", "--audio", said)
    assert ended.out.splitlines()[0] == "Heard: harbour granite"
    assert "note.md" in ended.out
    assert run("search", "--audio", said, "--json").json["heard"] == "harbour granite"


def test_a_found_picture_is_drawn_with_the_part_that_the_words_are_about(run, tmp_path, files):
    from tests.conftest import FAKES, OneWorker

    from clerestory.library import Library

    with Library.open(tmp_path / "library", engines=FAKES, settings=OneWorker) as library:
        hit = next(one for one in library.search("blue").hits if one.occurrences[0].path.endswith("flag.png"))
        assert [tuple(region.box) for region in hit.regions] == [(0, 0.5, 1, 1)]
        framed = library.picture(hit, matched=True)
        plain = library.picture(hit)
    assert framed.size == plain.size
    line = [framed.getpixel((x, 78)) != plain.getpixel((x, 78)) for x in range(framed.width)]
    assert sum(line) > framed.width / 2


@pytest.mark.parametrize("value", ["1,2", "a,b,c,d", "0,0,0,1", "0,0,2,1", "nan,0,1,1"])
def test_a_region_that_is_none_is_wrong_usage(run, tmp_path, value):
    ended = run("search", "--image", tmp_path / "album" / "sea.png", "--region", value)
    assert ended.code == 2 and "--region" in ended.err


def test_a_region_reads_as_a_box():
    assert box_of("0.5,0,1,.25") == Box(0.5, 0, 1, 0.25)


def test_a_picture_that_is_nowhere_is_named(run):
    ended = run("search", "--image", "nowhere.png")
    assert ended.code == 1 and "nowhere.png" in ended.err


def test_a_picture_that_is_nowhere_is_said_to_be(run, tmp_path):
    ended = run("search", "--image", tmp_path / "nowhere.png")
    assert ended.code == 1
    assert "neither a file that is there nor one of the library" in ended.err
