"""Finding pictures: by words, by pictures, by parts of them, and texts that describe them."""

from __future__ import annotations

import pytest
from tests import fakes
from tests.conftest import FAKES
from tests.searching.pictures import paint, painted

from clerestory.errors import ModelMissing, UnreadableFile, UnsupportedQuery
from clerestory.types import Box, Filter, Query


@pytest.fixture
def album(library, files):
    paint(
        files,
        p1=("red",),
        p2=("blue",),
        p3=("red", "red", "blue", "blue"),
        p4=("white", "yellow", "white", "yellow"),
    )
    (files / "notes.txt").write_text("The harbour wall is granite and the lamp on it is lit at dusk.")
    (files / "shades.txt").write_text("A yellow and white awning.")
    library.add(files, ocr="off")
    return library


def names(result):
    return [hit.occurrences[0].path.rpartition("/")[2] for hit in result.hits]


def test_words_find_pictures_that_no_word_describes(album):
    result = album.search("something red")
    assert names(result)[:2] == ["p1.png", "p3.png"]
    best = result.hits[0]
    assert best.parts["picture"] > best.parts.get("vector", 0)
    assert best.score == pytest.approx(sum(best.parts.values()))
    assert best.pictures == (best.asset,)


def test_texts_that_answer_stay_first_and_keep_their_parts(album, open_library, files):
    result = album.search("where is the lamp on the harbour wall?")
    assert names(result)[0] == "notes.txt"
    alone = open_library(name="texts")
    alone.add(files / "notes.txt")
    assert alone.search("where is the lamp on the harbour wall?").hits[0].parts == result.hits[0].parts


def test_both_kinds_answer_side_by_side(album):
    result = album.search("a yellow and white awning", limit=2)
    assert set(names(result)) == {"shades.txt", "p4.png"}


def test_filters_reach_pictures(album):
    assert "p1.png" not in names(album.search("red", filter=Filter(path="*p3*")))
    assert "p3.png" in names(album.search("red", filter=Filter(path="*p3*")))
    assert names(album.search("red", filter=Filter(kinds=("table",)))) == []


def test_a_picture_finds_pictures_like_it(album):
    result = album.search(Query(images=(painted("red", texture="other"),)))
    assert names(result)[0] == "p1.png"
    assert "look" in result.hits[0].parts


def test_of_a_picture_only_the_part_that_is_meant_counts(album):
    halves = painted("red", "red", "blue", "blue", texture="halves")
    assert names(album.search(Query(images=(halves,))))[0] == "p3.png"
    lower = album.search(Query(images=(halves,), region=Box(0, 0.5, 1, 1)))
    assert names(lower)[0] == "p2.png"


def test_a_picture_finds_texts_that_describe_it(album):
    awning = painted("yellow", "white", "white", "yellow", texture="awning")
    result = album.search(Query(images=(awning,)), filter=Filter(kinds=("text",)))
    assert names(result)[0] == "shades.txt"
    assert set(result.hits[0].parts) == {"described"}


def test_words_beside_a_picture_change_what_is_looked_for(album):
    red = painted("red", texture="other")
    assert names(album.search(Query("but blue as well", images=(red,))))[0] == "p3.png"


def test_what_must_not_be_there_is_not_first(album):
    assert names(album.search("red"))[0] == "p1.png"
    assert names(album.search(Query("red and blue", without=("red",))))[0] == "p2.png"
    assert "shades.txt" not in names(album.search(Query("white", without=("yellow awning",))))


def test_several_pictures_are_looked_for_together(album):
    both = (painted("red", texture="one"), painted("blue", texture="two"))
    assert names(album.search(Query("red blue", images=both)))[0] == "p3.png"


@pytest.mark.parametrize(
    "query",
    [
        Query("  "),
        Query(without=("red",)),
        Query("red", region=Box(0, 0, 1, 1)),
        Query(images=(b"x",), region=Box(0.5, 0, 0.2, 1)),
        Query(images=(b"x",), region=Box(0, 0, 1.5, 1)),
    ],
)
def test_queries_that_ask_nothing_are_named(album, query):
    with pytest.raises(UnsupportedQuery):
        album.search(query)


def test_a_damaged_picture_is_named(album):
    with pytest.raises(UnreadableFile, match="the picture of the query"):
        album.search(Query(images=(painted("red")[:60],)))


def test_without_the_model_for_pictures_words_are_found_and_pictures_cannot_be_asked(album, open_library):
    album.close()

    def missing(_):
        raise ModelMissing("not here")

    import dataclasses

    again = open_library(engines=dataclasses.replace(FAKES, picture=missing))
    assert names(again.search("harbour lamp")) == ["notes.txt"]
    with pytest.raises(UnsupportedQuery, match="not on this machine"):
        again.search(Query(images=(painted("red"),)))


def test_pictures_of_another_model_do_not_answer_and_it_is_said(album, open_library):
    album.close()

    import dataclasses

    other = dataclasses.replace(FAKES, picture=lambda _: fakes.ColourNames(name="others", look="other-looks"))
    result = open_library(engines=other).search("red")
    assert "p1.png" not in names(result)
    assert any("`clerestory finish`" in note for note in result.notes)


def test_what_was_removed_is_not_seen(album, files):
    album.remove([files / "p1.png"])
    assert names(album.search("red"))[0] == "p3.png"


def test_files_and_wishes_can_be_given_beside_words(album, files):
    assert names(album.search(images=[files / "p1.png"]))[0] == "p1.png"
    assert names(album.search("red and blue", without=["red", " "]))[0] == "p2.png"
    lower = album.search(images=[files / "p3.png"], region=(0, 0.5, 1, 1))
    assert names(lower)[0] == "p2.png"
    more = album.search(Query(images=(painted("red", texture="one"),)), images=[files / "p2.png"])
    assert len(more.query.images) == 2
    with pytest.raises(UnreadableFile, match="nowhere"):
        album.search(images=[files / "nowhere.png"])


def test_more_like_a_picture_are_others_that_look_like_it(album, files):
    paint(files, p5=("red", "red", "red", "red"))
    (files / "p5.png").write_bytes(painted("red", texture="another"))
    album.add(files, ocr="off")
    best = album.search("something red").hits[0]
    result = album.like(best, limit=3)
    assert names(result)[0] in {"p1.png", "p5.png"}
    assert best.segment.id not in {hit.segment.id for hit in result.hits}
    assert set(result.hits[0].parts) == {"look"}
    assert result.hits[0].pictures == (result.hits[0].asset,)


def test_more_like_a_text_are_others_that_mean_the_like(album, files):
    (files / "wall.txt").write_text("The harbour wall is of granite, and it is old.")
    album.add(files, ocr="off")
    best = album.search("where is the lamp on the harbour wall?").hits[0]
    assert names(album.like(best)) == ["wall.txt"]
    assert album.like(best, filter=Filter(path="*.pdf")).notes == ("No file of the library fits the filter.",)
    assert album.like(best, filter=Filter(path="*p3*")).notes == ("Nothing in the library is like it.",)
