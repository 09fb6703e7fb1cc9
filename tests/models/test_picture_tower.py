"""The picture tower: its folding, its frames, its outputs, and that like pictures are near."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from clerestory.models.efficientnet import SIDE, fold
from clerestory.models.picture_tower import PictureTower, middle_square, whole_square
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


SIZES = [(300, 500), (500, 300), (10, 400), (260, 260), (3000, 2000), (1, 1), (1, 5000), (5000, 1)]


@pytest.mark.parametrize("square", [middle_square, whole_square])
@pytest.mark.parametrize("size", SIZES)
def test_any_picture_gives_a_square_of_its_own_colours(square, size):
    found = square(np.full((*size, 3), (10, 200, 90), np.uint8))
    assert found.shape == (SIDE, SIDE, 3) and found.dtype == np.uint8
    assert (found == (10, 200, 90)).all()


def test_the_whole_frame_keeps_the_edges_and_the_middle_loses_them():
    picture = np.zeros((200, 400, 3), np.uint8)
    picture[:, :40] = 255  # twice as long as high: nothing of it is cut
    assert whole_square(picture)[:, 0].min() == 255
    assert middle_square(picture).max() == 0


def test_of_a_strip_the_middle_is_seen():
    picture = np.zeros((100, 1000, 3), np.uint8)
    picture[:, 400:600] = 255
    assert whole_square(picture).min() == 255


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
    wanted = {"mean_pool": (1280,), "max_pool": (1280,), "grid": (9, 1280), "layer_means": (5024,)}
    pictures = [scene("navy"), scene("navy", shift=12), noise(1)] * 3
    found = tower.run(pictures, list(wanted))
    assert {name: rows.shape[1:] for name, rows in found.items()} == wanted
    assert all(len(rows) == 9 for rows in found.values())
    assert np.allclose(found["grid"].mean(axis=1), found["mean_pool"], atol=1e-4)
    assert np.allclose(found["layer_means"][:, :1280], found["mean_pool"])
    unit = found["mean_pool"] / np.linalg.norm(found["mean_pool"], axis=1, keepdims=True)
    likeness = unit @ unit.T
    assert likeness[0, 1] > 0.9 > likeness[0, 2]
    assert np.allclose(unit[0], unit[3], atol=1e-5)
    assert tower.run([], ["mean_pool"])["mean_pool"].shape == (0, 1280)
    assert not np.allclose(
        tower.run(pictures[:1], ["mean_pool"], frame="middle")["mean_pool"], found["mean_pool"][:1]
    )
