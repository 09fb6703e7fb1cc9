"""Heads learn what pictures and captions share; the files say what the matrices say."""

import numpy as np
import onnxruntime
import pytest
from training.shared_space.cca import Moments, correlate
from training.shared_space.contrast import Schedule, contrast
from training.shared_space.heads import CLASSES, Recipe, Shares, fit, split
from training.shared_space.kinds import Kinds, kinds
from training.shared_space.shipping import DEPTHS, Banks, local_map, write_space

RECIPE = Recipe(
    layers=((30, 1.0), (DEPTHS, 0.5)),
    components=20,
    directions=8,
    dimension=8,
    schedules=(Schedule(rounds=8, batch=40),),
    kind_dimension=4,
    shares=Shares(0.05, 0.05, 0.05),  # kinds say nothing in this world
)


@pytest.fixture(scope="module")
def world():
    """80 photographs with five captions, made from eight hidden numbers each."""
    draw = np.random.default_rng(0)
    hidden = draw.standard_normal((80, 8))
    seen = np.abs(hidden @ draw.standard_normal((8, 30)) + 0.1 * draw.standard_normal((80, 30)))
    rest = np.abs(0.1 * draw.standard_normal((80, DEPTHS)))
    logits = draw.standard_normal((80, CLASSES))
    views = [np.concatenate([seen, rest, logits], axis=1).astype(np.float32)] * 2
    said = np.repeat(seen @ draw.standard_normal((30, 12)), 5, axis=0)
    vectors = said + 0.3 * draw.standard_normal(said.shape)
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    counts = (draw.random((400, 6)) < 0.3).astype(np.float32)
    return views, vectors, counts, draw.standard_normal((CLASSES, 12)).astype(np.float32)


@pytest.fixture(scope="module")
def heads(world):
    views, vectors, counts, names = world
    return fit(views, vectors, counts, RECIPE, names=names)


def test_captions_find_their_photographs(world, heads):
    views, vectors, counts, _ = world
    cosines = heads.texts(vectors, counts) @ heads.pictures(views[0]).T
    best = cosines.argmax(axis=1)
    assert (best == np.repeat(np.arange(80), 5)).mean() > 0.3  # by chance 0.0125


def test_the_same_seed_gives_the_same_heads(world, heads):
    views, vectors, counts, names = world
    again = fit(views, vectors, counts, RECIPE, names=names)
    assert np.array_equal(heads.pictures(views[0]), again.pictures(views[0]))


def test_contrast_pulls_pairs_together(world):
    draw = np.random.default_rng(1)
    pictures = draw.standard_normal((60, 10)).astype(np.float32)
    captions = np.repeat(pictures[:, None, :6], 2, axis=1)
    start = draw.standard_normal((10, 4)), draw.standard_normal((6, 4))
    losses = []
    schedule = Schedule(rounds=30, batch=30)
    contrast([pictures], captions, start, schedule, seed=0, progress=lambda _, loss: losses.append(loss))
    assert losses[-1] < 0.5 * losses[0]


def test_canonical_correlation_finds_what_both_sides_share():
    draw = np.random.default_rng(2)
    shared = draw.standard_normal((2000, 1))
    first = np.concatenate([shared, draw.standard_normal((2000, 3))], axis=1)
    second = np.concatenate([draw.standard_normal((2000, 2)), shared], axis=1)
    moments = Moments(first.T @ first / 2000, second.T @ second / 2000, first.T @ second / 2000)
    found = correlate(moments, dimension=1, ridge=(1e-6, 1e-6), power=0.0)
    assert found.correlations[0] > 0.99
    assert abs(found.first[:, 0]).argmax() == 0 and abs(found.second[:, 0]).argmax() == 2


def test_a_text_of_few_telling_words_is_taken_for_a_name():
    shares = Shares(text=0.1, name=0.6, few=1, telling=1.0)
    idf = np.array([0.2, 3.0, 3.0])
    counts = np.array([[5, 1, 0], [0, 1, 1], [0, 0, 0]])
    assert shares.of_texts(counts, idf)[:, 0].tolist() == pytest.approx([0.6, 0.1, 0.6])


def test_a_picture_of_a_kind_is_near_its_name():
    draw = np.random.default_rng(3)
    names = draw.standard_normal((CLASSES, 12)).astype(np.float32)
    found: Kinds = kinds(draw.standard_normal((50, CLASSES)), names, names, 8)
    sure = np.full((1, CLASSES), -20.0)
    sure[0, 7] = 20.0
    assert (found.pictures(sure) @ found.texts(names).T).argmax() == 7


def test_files_say_what_matrices_say(world, heads, tmp_path):
    views, vectors, counts, _ = world
    layers, logits = split(views[0])
    parts = np.abs(np.random.default_rng(4).standard_normal((80, 1248))).astype(np.float32)
    local = local_map(parts, heads.pictures(views[0]))
    centre = np.full(1280, 0.1, np.float32)
    banks = Banks(heads.pictures(views[0]), heads.texts(vectors, counts), centre)
    write_space(tmp_path, "made", heads, local, banks, stems=list("abcdef"))
    picture = onnxruntime.InferenceSession(tmp_path / "picture_head.onnx")
    pools = np.ones((80, 1280), np.float32)
    given = {
        "layer_means": layers[:, :30],
        "depth_means": layers[:, 30:],
        "logits": logits,
        "parts": np.repeat(parts[:, None], 16, axis=1),
        "mean_pool": pools,
    }
    joint, cells, look = picture.run(["joint", "cells", "look"], given)
    # Maps are kept in eight bits.
    assert (joint * heads.pictures(views[0])).sum(axis=1).min() > 0.995
    assert cells.shape == (80, 16, 12) and np.allclose(np.linalg.norm(cells, axis=2), 1, atol=1e-4)
    assert np.allclose(look, 1280**-0.5, atol=1e-6)
    text = onnxruntime.InferenceSession(tmp_path / "text_head.onnx")
    (said,) = text.run(["joint"], {"vector": vectors, "counts": counts})
    assert (said * heads.texts(vectors, counts)).sum(axis=1).min() > 0.995
