"""Probabilities from scores: a made space in which it is known what fits."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerestory.models.picture import Background
from clerestory.searching.relevance import (
    Relevance,
    World,
    expected_above,
    hit_features,
    linear,
    match_features,
    words,
)

DIMENSION = 32
BANK = 800
STEMS = ("dog", "snow", "ball")


def unit(rows: np.ndarray) -> np.ndarray:
    return (rows / np.linalg.norm(rows, axis=-1, keepdims=True)).astype(np.float32)


def weights(count: int, **chosen: float) -> np.ndarray:
    """``w3=1.0`` is the weight of the fourth feature; ``constant`` the constant."""
    made = np.zeros(count + 1, np.float32)
    for name, value in chosen.items():
        made[0 if name == "constant" else 1 + int(name[1:])] = value
    return made


@pytest.fixture
def random() -> np.random.Generator:
    return np.random.default_rng(5)


@pytest.fixture
def directions(random: np.random.Generator) -> np.ndarray:
    """Of each word, at right angles."""
    return np.linalg.qr(random.normal(size=(DIMENSION, 3)))[0].T.astype(np.float32)


@pytest.fixture
def background(random: np.random.Generator, directions: np.ndarray) -> Background:
    """A tenth of the bank's photographs has each word and lies towards it."""
    named = random.random((3, BANK)) < 0.1
    bank = unit(random.normal(size=(BANK, DIMENSION)) * 0.2 + 1.5 * named.T @ directions)
    detectors = np.concatenate([directions, np.zeros((3, 1))], axis=1)
    stems = "\n".join(STEMS).encode()
    return Background(
        bank,
        bank,
        {
            "bank": bank.astype(np.float16),
            "bank_hubs": np.zeros(BANK, np.float32),
            "leverage": np.full(BANK, 0.05, np.float32),
            "detectors": detectors.astype(np.float16),
            "stems": np.frombuffer(stems + b"\n" * (-len(stems) % 8), np.int64),
            "named": np.packbits(named, axis=1).view(np.uint8).reshape(3, -1).copy(),
            "shown": np.full(3, 0.6, np.float32),
            "hub_weight": np.array([0.5], np.float32),
            # Deviation and the least sure word; then what follows from that and the library.
            "evidence": weights(16, constant=-5.0, w0=0.6, w3=0.6),
            "hit": weights(7, w0=1.0),
            "match": weights(15, constant=-0.8, w3=1.0),
        },
    )


@pytest.fixture
def relevance(background: Background) -> Relevance:
    made = Relevance.of(background)
    assert made is not None
    return made


def judged(relevance: Relevance, query: np.ndarray, text: str, joint: np.ndarray, pictures: int = 1000):
    return relevance.judge(query, text, joint=joint, hub=np.zeros(len(joint)), pictures=pictures)


def test_a_picture_of_it_is_likely_and_others_are_not(
    relevance: Relevance, directions: np.ndarray, random: np.random.Generator
) -> None:
    others = unit(random.normal(size=(60, DIMENSION)))
    others -= others @ directions.T @ directions
    dog = unit(directions[0] + 0.1 * random.normal(size=DIMENSION))
    found = judged(relevance, directions[0], "a photo of a dog", np.concatenate([dog[None], others]))
    assert found.probability[0] > 0.5 > 0.1 > np.median(found.probability[1:])
    assert found.matched > 0.5
    assert judged(relevance, directions[0], "a photo of a dog", others).matched < 0.5


def test_a_picture_with_one_of_two_words_fits_less(relevance: Relevance, directions: np.ndarray) -> None:
    both = unit(directions[0] + directions[1])
    one = unit(directions[0] + 0.2 * directions[2])
    found = judged(relevance, both, "a dog in the snow", np.stack([both, one]))
    assert found.probability[0] > found.probability[1]


def test_hubs_count_less(relevance: Relevance, directions: np.ndarray) -> None:
    same = np.tile(directions[0], (2, 1))
    found = relevance.judge(directions[0], "a dog", joint=same, hub=np.array([0.0, 1.0]), pictures=2)
    assert found.probability[0] > found.probability[1]


@pytest.mark.parametrize("pictures", [200, 2000, 20000])
def test_as_many_are_expected_above_a_value_as_there_are(pictures: int, random: np.random.Generator) -> None:
    """The expectation follows the size of the library: of photographs like the bank's, the third
    best stands about where three are expected, whatever the size."""
    expected = []
    for _ in range(40):
        bank, library = random.normal(size=2000), np.sort(random.normal(size=pictures))
        expected.append(expected_above(library[-3:-2], bank, pictures)[0])
    assert 2.0 < np.median(expected) < 4.5


@given(st.lists(st.floats(-50, 50), min_size=2, max_size=30), st.integers(1, 10**6))
def test_the_higher_the_value_the_fewer_are_expected(values: list[float], pictures: int) -> None:
    bank = np.random.default_rng(0).normal(size=500)
    expected = expected_above(np.sort(values), bank, pictures)
    assert (np.diff(expected) <= 1e-9 * pictures).all() and (expected >= 0).all()


def test_a_photograph_of_the_bank_does_not_speak_for_itself(
    background: Background, relevance: Relevance
) -> None:
    """Ridge regression, with a photograph left out: (seen - own * truth) / (1 - own)."""
    world = relevance._world(np.ones(DIMENSION, np.float32), [0], relevance.detectors[[0]], 1)
    bank = np.asarray(background.calibration["bank"], np.float32)
    seen = bank @ np.asarray(relevance.detectors[0, :-1], np.float32)
    having = world.named[:, 0]
    assert having.any() and np.allclose(world.detected[having, 0], (seen[having] - 0.03) / 0.95, atol=1e-3)
    assert np.allclose(world.detected[~having, 0], seen[~having] / 0.95, atol=1e-3)


def test_words_that_are_not_known_leave_the_score(relevance: Relevance, directions: np.ndarray) -> None:
    found = judged(relevance, directions[0], "a zebra", directions[:2])
    assert found.probability[0] > found.probability[1]
    assert np.isfinite(found.probability).all() and 0 <= found.matched <= 1


def test_a_query_without_words_gives_numbers(relevance: Relevance, directions: np.ndarray) -> None:
    found = judged(relevance, directions[0], "", directions)
    assert np.isfinite(found.probability).all() and 0 <= found.matched <= 1


def test_an_empty_library_matches_nothing(relevance: Relevance) -> None:
    found = judged(relevance, np.ones(DIMENSION, np.float32), "a dog", np.zeros((0, DIMENSION)), pictures=0)
    assert found.matched == 0.0
    assert not len(found.probability)


def test_a_space_without_calibration_is_not_judged() -> None:
    nothing = np.zeros((0, 4), np.float32)
    assert Relevance.of(None) is None
    assert Relevance.of(Background(nothing, nothing)) is None


def test_a_query_to_which_all_photographs_are_alike_gives_numbers(
    relevance: Relevance, directions: np.ndarray
) -> None:
    flat = dataclasses.replace(relevance, bank=np.tile(relevance.bank[:1], (BANK, 1)))
    found = judged(flat, directions[0], "a dog", directions)
    assert np.isfinite(found.probability).all() and np.isfinite(found.matched)


def test_features_have_a_weight_each(background: Background, random: np.random.Generator) -> None:
    named = random.random((200, 2)) < 0.2
    world = World(random.normal(size=200), random.normal(size=(200, 2)), named, 3)
    evidence = world.evidence_features(world.scores, world.detected)
    known = background.calibration
    assert evidence.shape == (200, len(known["evidence"]) - 1)
    bank = linear(evidence, known["evidence"])
    hits = hit_features(bank[:20], world.scores[:20], bank, world, 500)
    assert hits.shape == (20, len(known["hit"]) - 1)
    matches = match_features(bank[:20], bank, world, 500)
    assert matches.shape == (len(known["match"]) - 1,)
    assert matches == pytest.approx(match_features(bank[:20][::-1], bank, world, 500))


def test_words_that_say_nothing_of_what_is_shown_are_left_out() -> None:
    assert words("a photo of the dog and a dog in the snow") == ["dog", "snow"]
