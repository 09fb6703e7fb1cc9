"""Photos pasted among others: which are drawn, how they lie, and what counts as right."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from clerestory.errors import UnreadableFile
from clerestory.evaluating.contract import Options
from clerestory.evaluating.heat_map import TILE, compose, inside, plant, quadrant, quarter, run, warmest
from clerestory.evaluating.pictures import Captioned
from clerestory.settings import ModelSettings, Settings
from clerestory.types import Box

COLOURS = ("red", "lime", "blue", "white", "black", "yellow")


def items(count):
    return [Captioned(f"{number}.png", (f"photo {number}", "another")) for number in range(count)]


@given(st.integers(2, 40), st.sampled_from([2, 4]), st.integers(0, 5))
def test_each_photo_is_planted_once_and_meets_only_others(count, side, seed):
    planted = plant(items(count), side, seed=seed)
    for number, one in enumerate(planted):
        assert len(one.photos) == side**2
        assert [place for place, photo in enumerate(one.photos) if photo == number] == [one.place]
        if count >= side**2:
            assert len(set(one.photos)) == side**2


def test_photos_lie_row_by_row(tmp_path):
    for number, colour in enumerate(COLOURS[:4]):
        Image.new("RGB", (40, 20), colour).save(tmp_path / f"{number}.png")
    planted = plant(items(4), 2, seed=0)[0]
    picture = compose(Options(tmp_path, tmp_path), items(4), planted)
    assert picture.shape == (2 * TILE, 2 * TILE, 3)
    row, column = divmod(planted.place, 2)
    assert picture[row * TILE + 9, column * TILE + 9].tolist() == [255, 0, 0]


def test_the_middle_of_a_box_decides_and_the_line_belongs_to_nobody():
    assert [quadrant(Box(x, y, x + 0.4, y + 0.4)) for y in (0.0, 0.6) for x in (0.0, 0.6)] == [0, 1, 2, 3]
    assert quadrant(Box(0.0, 0.3, 0.4, 0.7)) is None and quadrant(Box(0.25, 0.0, 0.75, 0.2)) is None


def test_places_among_sixteen_have_quarters():
    assert [quarter(place) for place in (0, 3, 5, 6, 9, 12, 15)] == [0, 1, 0, 1, 2, 2, 3]


def test_the_warmest_part_names_a_quadrant_unless_it_is_in_the_middle():
    warmth = np.zeros((3, 3))
    warmth[0, 2] = 1
    assert warmest(warmth) == 1
    warmth[1, 1] = 2
    assert warmest(warmth) is None


def test_how_much_of_a_box_lies_inside():
    assert inside(Box(0.0, 0.0, 1.0, 1.0), 3) == pytest.approx(0.25)
    assert inside(Box(0.5, 0.0, 0.75, 0.5), 1) == pytest.approx(1.0)
    assert inside(Box(0.0, 0.0, 0.25, 0.5), 1) == 0.0


def test_one_photo_cannot_be_pasted_among_others(tmp_path):
    (tmp_path / "dev.jsonl").write_text(json.dumps({"image": "0.png", "captions": ["red"]}))
    with pytest.raises(UnreadableFile, match="only one"):
        run(Options(tmp_path, tmp_path / "out"))


@pytest.mark.weights
def test_a_run_asks_for_each_photo(tmp_path):
    lines = []
    for number, colour in enumerate(COLOURS[:3]):
        Image.new("RGB", (60, 60), colour).save(tmp_path / f"{number}.png")
        lines.append(json.dumps({"image": f"{number}.png", "captions": [f"something {colour}"]}))
    (tmp_path / "few.jsonl").write_text("\n".join(lines))
    settings = Settings(models=ModelSettings(threads=1))
    summary = run(Options(tmp_path, tmp_path / "out", settings, split="few"))
    assert summary.cases == 3
    assert {"quadrant", "peak", "small.quadrant"} <= set(summary.figures)
    assert all(0 <= figure.value <= 100 for figure in summary.figures.values())
