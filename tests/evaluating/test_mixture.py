"""Kinds of things in one library: what is wanted of each, and what counts as found."""

from __future__ import annotations

import json

import pytest
from tests.searching.pictures import painted

from clerestory.errors import UnreadableFile
from clerestory.evaluating.contract import Options
from clerestory.evaluating.mixture import Wanted, frames, judge, read_kinds, run
from clerestory.settings import IngestingSettings, ReadingSettings, Settings
from clerestory.types import Hit, Occurrence, PageBox, Query, SearchResult, Segment


def hit(asset, name, page=1):
    segment = Segment("s", "text", "words", PageBox(page), 0)
    return Hit(segment, asset, "", "application/pdf", 0.0, {}, (Occurrence(asset, f"/d/{name}", 1, 1),))


def result(*hits, closest=()):
    return SearchResult(Query("q"), hits, closest=closest)


PAGE = Wanted("q1", "pages", Query("q"), frozenset({("a.pdf", 2)}))


def values(case):
    return {name: score.amount / score.out_of for name, score in case.scores.items()}


def test_what_the_mixture_hides_is_lost_and_what_only_it_shows_is_gained():
    right, wrong, photo = hit("a", "a.pdf", 2), hit("a", "a.pdf", 1), hit("p", "p.jpg")
    hidden = values(judge(PAGE, mixed=result(photo, wrong), alone=result(right), own={"a"}))
    assert hidden["pages.alone.R@1"] == 100 and hidden["pages.mixed.R@10"] == 0
    assert hidden["pages.lost.R@5"] == 100
    assert hidden["pages.own@10"] == 50
    shown = values(judge(PAGE, mixed=result(photo, right), alone=result(wrong), own={"a"}))
    assert shown["pages.lost.R@5"] == -100
    assert shown["pages.mixed.R@1"] == 0 and shown["pages.mixed.R@5"] == 100


def test_where_nothing_is_said_to_match_the_nearest_count():
    photo = Wanted("p", "photographs", Query("q"), frozenset({("p.jpg", None)}))
    nearest = result(closest=(hit("p", "p.jpg"),))
    scores = values(judge(photo, mixed=nearest, alone=nearest, own={"p"}))
    assert scores["photographs.mixed.R@1"] == 100
    assert "photographs.own@10" not in scores


@pytest.fixture
def sets(tmp_path):
    data = tmp_path / "data"
    photos, drive = data / "flickr8k", data / "driving" / "frames"
    photos.mkdir(parents=True)
    drive.mkdir(parents=True)
    lines = []
    for colour in ("red", "blue"):
        (photos / f"{colour}.png").write_bytes(painted(colour, texture=colour))
        lines.append(json.dumps({"image": f"{colour}.png", "captions": [f"Something {colour}"]}))
    (photos / "dev.jsonl").write_text("\n".join(lines))
    names = [f"{number:02d}.png" for number in range(12)]
    for name in names:
        (drive / name).write_bytes(painted("green", "grey", "white", "black", texture=name))
    (data / "driving" / "frames.jsonl").write_text(
        "\n".join(json.dumps({"file": f"frames/{name}"}) for name in names)
    )
    return data


def test_a_frame_that_is_asked_with_is_left_out_and_its_neighbours_are_wanted(sets):
    kind = frames(sets / "driving")
    (wanted,) = kind.wanted
    assert wanted.places == frozenset({("04.png", None), ("06.png", None)})
    assert "05.png" not in {file.name for file in kind.files} and len(kind.files) == 11


def test_sets_that_are_missing_are_left_out(sets, tmp_path):
    assert [kind.name for kind in read_kinds(Options(sets, tmp_path / "out"))] == ["photographs", "frames"]
    with pytest.raises(UnreadableFile, match="none of the sets"):
        read_kinds(Options(tmp_path / "nothing", tmp_path / "out"))


@pytest.mark.weights
def test_a_run_asks_every_kind(sets, tmp_path):
    settings = Settings(
        reading=ReadingSettings(ocr=False), ingesting=IngestingSettings(workers=1, worker_memory_mb=0)
    )
    summary = run(Options(sets, tmp_path / "out", settings))
    assert summary.cases == 3
    assert summary.figures["frames.alone.R@10"].value == 100.0
    assert summary.figures["photographs.alone.R@5"].n == 2
