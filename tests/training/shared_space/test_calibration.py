"""What scores are judged by: fitted to a made world in which it is known what pictures show."""

from __future__ import annotations

import json

import numpy as np
import pytest
from training.shared_space.calibration import Unseen, calibrate, out_of_fold, write_calibration
from training.shared_space.captions import vocabulary
from training.shared_space.export import write_tensors

from clerestory.models.minilm import read_safetensors
from clerestory.models.picture import Background
from clerestory.searching.relevance import Relevance

THINGS = ("dog", "cat", "bicycle", "tent", "train", "guitar", "horse", "boat")
PHOTOS, DIMENSION = 480, 24


def unit(rows: np.ndarray) -> np.ndarray:
    return (rows / np.linalg.norm(rows, axis=-1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="module")
def directions() -> np.ndarray:
    return np.linalg.qr(np.random.default_rng(1).normal(size=(DIMENSION, len(THINGS))))[0].T.astype(
        np.float32
    )


@pytest.fixture(scope="module")
def shows() -> np.ndarray:
    """(n,) the one thing that each photograph shows."""
    return np.random.default_rng(2).integers(0, len(THINGS), PHOTOS)


@pytest.fixture(scope="module")
def captions(shows: np.ndarray) -> list[list[str]]:
    return [[f"a {THINGS[one]} on the grass", f"the {THINGS[one]}", "something outside"] for one in shows]


@pytest.fixture(scope="module")
def embed(directions: np.ndarray):
    def embedded(texts):
        said = np.array([[thing in text for thing in THINGS] for text in texts], np.float32)
        return unit(said @ directions + 0.01)

    return embedded


@pytest.fixture(scope="module")
def arrays(shows, captions, embed, directions) -> dict[str, np.ndarray]:
    random = np.random.default_rng(3)
    views = np.stack(
        [unit(directions[shows] + 0.15 * random.normal(size=(PHOTOS, DIMENSION))) for _ in range(2)]
    )
    texts = embed([caption for own in captions for caption in own])
    unseen = Unseen(views, np.zeros((2, PHOTOS), np.float32), texts, np.arange(PHOTOS) % 4)
    return calibrate(unseen, captions, embed, hub_weight=0.5, neighbours=5, progress=lambda _: None)


def test_what_was_taken_out_is_refused_and_what_is_there_is_not(arrays, embed, directions, tmp_path) -> None:
    write_tensors(tmp_path / "calibration.safetensors", arrays)
    nothing = np.zeros((0, DIMENSION), np.float32)
    relevance = Relevance.of(
        Background(nothing, nothing, read_safetensors(tmp_path / "calibration.safetensors"))
    )
    assert relevance is not None and set(THINGS[:2]) <= set(relevance.columns)
    random = np.random.default_rng(4)
    shown = random.integers(0, len(THINGS), 300)
    library = unit(directions[shown] + 0.15 * random.normal(size=(300, DIMENSION)))
    refused, wrongly = [], []
    for number, thing in enumerate(THINGS):
        text = f"a photo of a {thing}"
        query = embed([text])[0]
        for rows, told in ((np.arange(300), wrongly), (np.flatnonzero(shown != number), refused)):
            first = rows[np.argsort(-(library[rows] @ query))[:100]]
            found = relevance.judge(
                query, text, joint=library[first], hub=np.zeros(len(first)), pictures=len(rows)
            )
            told.append(found.matched < 0.5)
            if told is wrongly:
                truth = shown[first] == number
                assert found.probability[truth].mean() > 0.8 > 0.2 > found.probability[~truth].mean()
    assert np.mean(refused) >= 0.8 and np.mean(wrongly) <= 0.2


def test_photographs_are_familiar_and_noise_is_not(arrays) -> None:
    middle, width = arrays["familiar"]
    bank = np.asarray(arrays["bank"], np.float32)
    noise = unit(np.random.default_rng(5).normal(size=(50, DIMENSION)))
    near = np.sort(noise @ bank.T, axis=1)[:, -5:].mean(axis=1)
    assert width > 0 and (near < middle).mean() > 0.9


def test_bits_and_stems_come_back(arrays, captions) -> None:
    stems, salience = vocabulary(captions)
    stored = arrays["stems"].tobytes().decode("ascii").split()
    assert stored == list(stems) == sorted(stems)
    bits = np.unpackbits(np.ascontiguousarray(arrays["named"]).view(np.uint8).reshape(len(stems), -1), axis=1)
    assert bits[:, : len(arrays["bank"])].sum() > 0 and not bits[:, len(arrays["bank"]) :].any()
    assert salience.max() <= 1 and salience[stems["dog"]].max() == pytest.approx(2 / 3)


def test_held_things_are_never_asked_for_in_fitting(shows, captions, embed) -> None:
    asked: list[str] = []

    def listening(texts):
        asked.extend(texts)
        return embed(texts)

    views = unit(np.random.default_rng(6).normal(size=(1, PHOTOS, DIMENSION)))
    texts = embed([caption for own in captions for caption in own])
    unseen = Unseen(views, np.zeros((1, PHOTOS), np.float32), texts, np.arange(PHOTOS) % 4)
    calibrate(unseen, captions, listening, hub_weight=0.5, neighbours=5, progress=lambda _: None)
    assert any("dog" in text for text in asked)
    assert not any("horse" in text or "boat" in text for text in asked)


class Turned:
    """Heads that are right but for a rotation, and that remember who they were fitted to."""

    def __init__(self, seed: int) -> None:
        self.turn = np.linalg.qr(np.random.default_rng(seed).normal(size=(DIMENSION, DIMENSION)))[0]

    def pictures(self, features: np.ndarray) -> np.ndarray:
        return features @ self.turn

    def texts(self, vectors: np.ndarray, counts: np.ndarray) -> np.ndarray:
        return vectors @ self.turn


def test_folds_are_turned_onto_the_shipped_space() -> None:
    random = np.random.default_rng(7)
    views = [unit(random.normal(size=(40, DIMENSION))) for _ in range(2)]
    vectors, counts = unit(random.normal(size=(80, DIMENSION))), np.zeros((80, 3))
    shipped, kept = Turned(0), []

    def fit(rows: np.ndarray) -> Turned:
        kept.append(rows)
        return Turned(len(kept))

    unseen = out_of_fold(
        views,
        vectors,
        counts,
        shipped=shipped,
        fit=fit,
        bank=vectors[:9] @ shipped.turn,
        neighbours=3,
        progress=lambda _: None,
    )
    assert np.allclose(unseen.pictures[1], shipped.pictures(views[1]), atol=1e-4)
    assert np.allclose(unseen.texts, shipped.texts(vectors, counts), atol=1e-4)
    assert (np.sum(~np.array(kept), axis=0) == 1).all()
    cosines = np.sort(unseen.pictures[0] @ (vectors[:9] @ shipped.turn).T, axis=1)
    assert np.allclose(unseen.hubs[0], cosines[:, -3:].mean(axis=1), atol=1e-4)


def test_the_file_is_written_beside_those_of_its_space(tmp_path, shows, captions, embed, directions) -> None:
    random = np.random.default_rng(10)
    pictures = unit(directions[shows] + 0.15 * random.normal(size=(PHOTOS, DIMENSION)))
    texts = embed([caption for own in captions for caption in own])
    (tmp_path / "space.json").write_text(json.dumps({"hub_neighbours": 4, "hub_weight": 0.25}))
    write_tensors(tmp_path / "background.safetensors", {"captions": texts[:40].astype(np.float16)})
    heads = Turned(0)
    write_calibration(
        tmp_path,
        [pictures],
        texts,
        np.zeros((len(texts), 1)),
        captions,
        shipped=heads,
        fit=lambda kept: Turned(int(kept.sum())),
        embed=lambda asked: embed(asked) @ heads.turn,
        progress=lambda _: None,
    )
    written = read_safetensors(tmp_path / "calibration.safetensors")
    assert written["hub_weight"][0] == 0.25 and written["bank_hubs"].max() > 0
    assert np.isfinite(written["match"]).all()
