"""Refusal and calibration: what is drawn, what fits, and a space in which all of it is known."""

import json

import numpy as np
import pytest
from PIL import Image

from clerestory.errors import UnsupportedQuery
from clerestory.evaluating import refusal
from clerestory.evaluating.concepts import Concept
from clerestory.evaluating.contract import Case, Options
from clerestory.evaluating.refusal import (
    HITS,
    Pictures,
    calibration_error,
    cut,
    errors,
    of_caption,
    of_thing,
    run,
)
from clerestory.settings import ModelSettings, Settings
from clerestory.types import Space

HORSE = Concept("a horse", ("horse", "pony"))


class Sure:
    """An encoder with a sigmoid: the first axis is horses, and 0.5 is between."""

    space = Space("sure", "0" * 64, 3)
    look = space
    words = True
    cell_side = 0
    text = ""
    hub_weight = word_hub_weight = 0.0
    scale, bias = 40.0, -20.0

    def background(self):
        return None


@pytest.fixture
def pictures():
    """600 photos of the split and as many others; each tenth shows a horse, and two of three captions
    say so."""
    horse = np.arange(1200) % 10 == 0
    joint = np.where(horse[:, None], [[1, 0, 0]], [[0, 1, 0]]).astype(np.float32)
    with_it = [frozenset(["hors"]), frozenset(["poni", "field"]), frozenset(["field"])]
    without = [frozenset(["dog"])] * 3
    stems = [with_it if one else without for one in horse]
    return Pictures(joint, np.zeros(1200, np.float32), np.arange(1200), stems, 600)


def test_what_is_there_is_found_and_what_was_taken_out_is_refused(pictures):
    case = of_thing(Sure(), pictures, HORSE, {"a horse": np.array([1, 0, 0], np.float32)}, seed=0)
    assert {name: score.amount for name, score in case.scores.items()} == {
        **{f"refused@{size}": 300.0 for size in (200, 500, 1000)},
        **{f"false_refusal@{size}": 0.0 for size in (200, 500, 1000)},
        "refused": 900.0,
        "false_refusal": 0.0,
    }
    assert case.details["fits"] == [True] * HITS and case.details["examples"] == 60


def test_a_query_that_nothing_tells_apart_is_never_refused(pictures):
    sure = np.array([0.7, 0.7, 0], np.float32)
    case = of_thing(Sure(), pictures, HORSE, {"a horse": sure}, seed=0)
    assert case.scores["refused"].amount == 0.0


def test_a_caption_fits_where_all_of_its_words_are_said(pictures):
    told = of_caption(Sure(), pictures, np.array([1, 0, 0], np.float32), "a horse in the field")
    assert told["fits"] == [True] * HITS and min(told["told"]) > 0.99
    told = of_caption(Sure(), pictures, np.array([1, 0, 0], np.float32), "a horse and a dog")
    assert told["fits"] == [False] * HITS


def test_calibration_error_is_the_distance_within_bins():
    told = np.array([0.05, 0.05, 0.95, 0.95])
    assert calibration_error(told, np.array([0, 0, 1, 1])) == pytest.approx(0.05)
    assert calibration_error(told, np.array([1, 1, 0, 0])) == pytest.approx(0.95)
    assert calibration_error(np.array([1.0, 0.5]), np.array([1, 1])) == pytest.approx(0.25)


def test_errors_are_told_for_each_kind_of_query():
    cases = [
        Case(
            f"caption {n}",
            {},
            {"kind": "captions", "told": [0.9] * HITS, "fits": [True] * HITS, "matched": n / 10},
        )
        for n in range(10)
    ]
    found = errors(cases, 0)
    assert found["captions.ece"].value == pytest.approx(0.1)
    assert found["captions.ece.first"].value == pytest.approx(0.1)
    assert found["captions.false_refusal"].value == 50.0
    assert "things.ece" not in found


def test_cuts_are_parts_and_the_same_each_time():
    image = np.arange(60 * 80 * 3, dtype=np.uint32).reshape(60, 80, 3)
    for number in range(20):
        part = cut(image, number)
        assert (part == cut(image, number)).all()
        assert 0.45 < part.shape[0] * part.shape[1] / (60 * 80) <= 1
    assert (np.diff(cut(image, 2)[0, :, 0].astype(int)) > 0).all()
    assert (np.diff(cut(image, 3)[0, :, 0].astype(int)) < 0).all()


def test_an_encoder_without_probabilities_is_said(tmp_path, monkeypatch):
    (tmp_path / "dev.jsonl").write_text(json.dumps({"image": "0.png", "captions": ["red"]}))
    guessing = Sure()
    guessing.scale = None
    monkeypatch.setattr(refusal, "load_picture_encoder", lambda settings: guessing)
    with pytest.raises(UnsupportedQuery, match="probabilities"):
        run(Options(tmp_path, tmp_path / "out"))


@pytest.mark.weights
def test_a_run_asks_captions_and_things_and_goes_on_where_it_was(tmp_path):
    lines = []
    for number, colour in enumerate(("navy", "green", "white")):
        Image.new("RGB", (60, 40), colour).save(tmp_path / f"{number}.png")
        lines.append(json.dumps({"image": f"{number}.png", "captions": [f"a {colour} wall", "a dog"]}))
    (tmp_path / "few.jsonl").write_text("\n".join(lines))
    options = Options(tmp_path, tmp_path / "out", Settings(models=ModelSettings(threads=1)), split="few")
    first = run(options)
    for path in tmp_path.glob("*.png"):
        path.unlink()  # vectors are kept: no picture is read again
    again = run(options)
    assert first.figures == again.figures and "captions.ece" in first.figures
