"""The picture tower: its folding, its outputs, and that like pictures are near."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from clerestory.models.efficientnet import SIDE, fold
from clerestory.models.picture import PictureTower, middle_square
from clerestory.settings import ModelSettings


def test_batch_normalisation_is_folded_into_the_kernel():
    draw = np.random.default_rng(0)
    tensors = {
        "c.weight": draw.standard_normal((4, 3, 1, 1)),
        "n.weight": draw.standard_normal(4),
        "n.bias": draw.standard_normal(4),
        "n.running_mean": draw.standard_normal(4),
        "n.running_var": draw.random(4) + 0.5,
    }
    pixels = draw.standard_normal(3)
    mapped = tensors["c.weight"][:, :, 0, 0] @ pixels
    deviation = np.sqrt(tensors["n.running_var"] + 1e-3)
    expected = (mapped - tensors["n.running_mean"]) / deviation * tensors["n.weight"] + tensors["n.bias"]
    kernel, bias = fold(tensors, "c", "n")
    assert np.allclose(kernel[:, :, 0, 0] @ pixels + bias, expected, atol=1e-5)


@pytest.mark.parametrize("size", [(300, 500), (500, 300), (10, 400), (260, 260), (3000, 2000)])
def test_any_picture_gives_a_square(size):
    assert middle_square(np.zeros((*size, 3), np.uint8)).shape == (SIDE, SIDE, 3)


def scene(colour, *, shift=0):
    image = Image.new("RGB", (400, 300), colour)
    pen = ImageDraw.Draw(image)
    for n in range(6):
        pen.ellipse((40 * n + shift, 30 * n, 40 * n + 90 + shift, 30 * n + 90), outline="white", width=6)
    return np.asarray(image)


def noise(seed):
    return np.random.default_rng(seed).integers(0, 255, (300, 400, 3)).astype(np.uint8)


@pytest.mark.weights
def test_like_pictures_are_near_and_outputs_have_their_shapes():
    tower = PictureTower(ModelSettings(threads=1))
    found = tower.embed([scene("navy"), scene("navy", shift=12), noise(1)] * 3)
    shapes = {name: getattr(found, name).shape for name in ("mean_pool", "max_pool", "grid", "layer_means")}
    assert shapes == {
        "mean_pool": (9, 1280),
        "max_pool": (9, 1280),
        "grid": (9, 9, 1280),
        "layer_means": (9, 5024),
    }
    assert np.allclose(found.grid.mean(axis=1), found.mean_pool, atol=1e-4)
    assert np.allclose(found.layer_means[:, :1280], found.mean_pool)
    likeness = found.vectors @ found.vectors.T
    assert likeness[0, 1] > 0.9 > likeness[0, 2]
    assert np.allclose(found.vectors[0], found.vectors[3], atol=1e-5)
    assert tower.space.dimension == 1280 and tower.embed([]).vectors.shape == (0, 1280)
