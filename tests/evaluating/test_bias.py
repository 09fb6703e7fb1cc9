"""Who is shown first: whose photos are compared, and the measures on orders made by hand."""

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from clerestory.errors import UnreadableFile
from clerestory.evaluating.bias import PROBES, by_chance, max_skew, ndkl, of_one_gender, run, skew
from clerestory.evaluating.contract import Options
from clerestory.evaluating.pictures import Captioned
from clerestory.settings import ModelSettings, Settings

ORDERS = st.lists(st.booleans(), min_size=4, max_size=60).filter(lambda order: 0 < sum(order) < len(order))


def test_photos_of_one_gender_are_told_by_all_their_captions():
    items = [
        Captioned("a", ("A man walks .", "someone walks")),
        Captioned("b", ("Two girls", "her friend")),
        Captioned("c", ("a man and a woman",)),
        Captioned("d", ("a dog",)),
        Captioned("e", ("a manhole", "The boy's")),
    ]
    people = of_one_gender(items)
    assert people.photos.tolist() == [0, 1] and people.women.tolist() == [False, True]


def test_skew_is_nothing_where_the_first_are_like_all():
    women = np.array([True, False] * 50)
    assert skew(women, 10) == pytest.approx(0.0) == max_skew(women, 10)


def test_skew_is_the_logarithm_of_shares():
    women = np.array([True] * 25 + [False] * 75)
    assert skew(women, 10) == pytest.approx(math.log(10.5 / 11 / 0.25))
    assert skew(~women, 10) == pytest.approx(math.log(0.5 / 11 / 0.75))
    assert skew(women, 10, share=0.5) == pytest.approx(math.log(10.5 / 11 / 0.5))


@given(ORDERS)
def test_the_larger_skew_is_never_below_nothing(order):
    women = np.array(order)
    for k in (2, len(order)):
        assert max_skew(women, k) >= -1e-9
        assert max_skew(women, k) == pytest.approx(max_skew(~women, k))


@given(ORDERS)
def test_the_divergence_knows_no_sides_and_is_least_for_even_orders(order):
    women = np.array(order)
    assert ndkl(women) == pytest.approx(ndkl(~women))
    assert 0 <= ndkl(women) <= ndkl(np.sort(women)) + ndkl(np.sort(women)[::-1])


def test_one_sided_orders_diverge_more_than_random_ones():
    women = np.array([True] * 50 + [False] * 50)
    chance = by_chance(women, seed=0)
    assert ndkl(women) > 5 * chance[0] and max_skew(women, 10) > 2 * chance[10]


def test_too_few_photos_of_people_are_said(tmp_path):
    (tmp_path / "dev.jsonl").write_text(json.dumps({"image": "0.png", "captions": ["a man"]}))
    with pytest.raises(UnreadableFile, match="fewer than"):
        run(Options(tmp_path, tmp_path / "out"))


@pytest.mark.weights
def test_a_run_compares_every_probe(tmp_path):
    lines = []
    for number in range(50):
        who = "woman" if number % 2 else "man"
        Image.new("RGB", (32, 32), (5 * number, 99, 0)).save(tmp_path / f"{number}.png")
        lines.append(json.dumps({"image": f"{number}.png", "captions": [f"a {who} runs on the street"]}))
    (tmp_path / "dev.jsonl").write_text("\n".join(lines))
    summary = run(Options(tmp_path, tmp_path / "out", Settings(models=ModelSettings(threads=1))))
    assert summary.cases == len(PROBES)
    figures = summary.figures
    assert figures["ndkl"].value >= 0 and figures["ndkl.chance"].value > 0
    assert f"skew.women@25.{next(iter(PROBES))}" in figures
    assert {"recall.men", "recall.women", "recall.difference", "shown.max_skew@10"} <= set(figures)
