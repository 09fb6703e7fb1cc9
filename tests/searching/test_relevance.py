"""Probabilities from scores: a made space in which it is known what fits."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from clerestory.models.picture import Background
from clerestory.searching.relevance import Relevance, expected_best, hit_features, match_features, words

DIMENSION = 32
HIT = np.array([-6.0, 0.0, 20.0, 1.0, 0.0, 0.0, 0.0, 0.0], np.float32)
MATCH = np.array([-3.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0], np.float32)


def unit(rows: np.ndarray) -> np.ndarray:
    return (rows / np.linalg.norm(rows, axis=-1, keepdims=True)).astype(np.float32)


@pytest.fixture
def random() -> np.random.Generator:
    return np.random.default_rng(5)


@pytest.fixture
def relevance(random: np.random.Generator) -> Relevance:
    bank = unit(random.normal(size=(2000, DIMENSION)))
    calibration: dict[str, np.ndarray] = {
        "bank": bank.astype(np.float16),
        "bank_hubs": np.zeros(len(bank), np.float16),
        "hub_weight": np.array([0.5], np.float32),
        "hit": HIT,
        "match": MATCH,
    }
    made = Relevance.of(Background(bank, bank, calibration))
    assert made is not None
    return made


def judged(relevance: Relevance, query: np.ndarray, joint: np.ndarray, *, pictures: int = 1000):
    return relevance.judge(query, "a dog", joint=joint, hub=np.zeros(len(joint)), pictures=pictures)


def test_a_picture_of_it_is_likely_and_others_are_not(
    relevance: Relevance, random: np.random.Generator
) -> None:
    query = unit(random.normal(size=DIMENSION))
    others = unit(random.normal(size=(50, DIMENSION)))
    found = judged(relevance, query, np.concatenate([unit(query + 0.1)[None], others]))
    assert found.probability[0] > 0.9 > 0.1 > np.median(found.probability[1:])
    assert found.matched > 0.9
    assert judged(relevance, query, others).matched < 0.5


def test_hubs_count_less(relevance: Relevance, random: np.random.Generator) -> None:
    query = unit(random.normal(size=DIMENSION))
    same = np.tile(query, (2, 1))
    found = relevance.judge(query, "a dog", joint=same, hub=np.array([0.0, 1.0]), pictures=2)
    assert found.probability[0] > found.probability[1]


@pytest.mark.parametrize("pictures", [200, 2000, 20000])
def test_the_best_of_many_unrelated_pictures_is_expected(
    pictures: int, relevance: Relevance, random: np.random.Generator
) -> None:
    """The expectation follows the size of the library: no size looks like a match."""
    off = []
    for _ in range(12):
        query = unit(random.normal(size=DIMENSION))
        world = relevance.bank @ query
        best = float((unit(random.normal(size=(pictures, DIMENSION))) @ query).max())
        expected, scale = expected_best(world, pictures)
        off.append((best - expected) / scale)
    assert abs(float(np.mean(off))) < 1.5


def test_an_empty_library_matches_nothing(relevance: Relevance) -> None:
    found = judged(relevance, np.ones(DIMENSION, np.float32), np.zeros((0, DIMENSION)), pictures=0)
    assert found.matched == 0.0
    assert not len(found.probability)


def test_a_space_without_calibration_is_not_judged() -> None:
    nothing = np.zeros((0, 4), np.float32)
    assert Relevance.of(None) is None
    assert Relevance.of(Background(nothing, nothing)) is None


def test_a_query_to_which_all_photographs_are_alike_gives_numbers(relevance: Relevance) -> None:
    flat = dataclasses.replace(relevance, bank=np.tile(relevance.bank[:1], (100, 1)), bank_hubs=np.zeros(100))
    found = judged(flat, relevance.bank[0], relevance.bank[:3])
    assert np.isfinite(found.probability).all() and np.isfinite(found.matched)


def test_features_have_a_weight_each() -> None:
    scores, world = np.linspace(0.1, 0.6, 20), np.linspace(-0.3, 0.5, 100)
    assert hit_features(scores, world, 2).shape == (20, len(HIT) - 1)
    assert match_features(scores, world, 500).shape == (len(MATCH) - 1,)
    assert match_features(scores, world, 500) == pytest.approx(match_features(scores[::-1], world, 500))


def test_words_that_say_nothing_are_not_counted() -> None:
    assert words("the dog and a dog in the snow") == 2
