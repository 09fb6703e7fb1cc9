"""Features are made once; a stopped run goes on; other material is made anew."""

import numpy as np
import pytest
from PIL import Image
from training.shared_space.photographs import cut, decode, view

from training.shared_space import features


def test_a_stopped_run_goes_on_where_it_was(tmp_path):
    made = []

    def make(begin, end):
        if begin >= 400 and len(made) == 400:
            raise KeyboardInterrupt
        made.extend(range(begin, end))
        return np.arange(begin, end)[:, None] * np.ones(3)

    told = []
    cache = features.Cache(tmp_path, lambda name, done, total: told.append((name, done, total)))
    with pytest.raises(KeyboardInterrupt):
        cache.rows("some", "key", 450, 3, make)
    made.append(None)  # from now on it does not stop
    rows = cache.rows("some", "key", 450, 3, make)
    assert made == [*range(400), None, *range(400, 450)]
    assert rows[:, 0].tolist() == list(range(450))
    assert told == [("some", 200, 450), ("some", 400, 450), ("some", 450, 450)]


def test_an_array_of_other_material_is_made_anew(tmp_path):
    cache = features.Cache(tmp_path, lambda *_: None)
    cache.rows("some", "first", 5, 1, lambda begin, end: np.zeros((end - begin, 1)))
    rows = cache.rows("some", "second", 3, 1, lambda begin, end: np.ones((end - begin, 1)))
    assert rows[:, 0].tolist() == [1, 1, 1]


def test_views_are_the_same_in_every_run_and_others_for_other_photographs():
    image = np.random.default_rng(0).integers(0, 255, (100, 150, 3)).astype(np.uint8)
    again = [view(image, "cut-1", number=3, side=64) for _ in range(2)]
    assert np.array_equal(*again) and again[0].shape == (64, 64, 3)
    assert not np.array_equal(again[0], view(image, "cut-1", number=4, side=64))


def test_a_cut_holds_half_to_all_of_the_area():
    random = np.random.default_rng(0)
    for _ in range(50):
        part, _ = cut(np.zeros((200, 300, 3), np.uint8), random)
        assert 0.45 <= part.shape[0] * part.shape[1] / 60_000 <= 1


def test_a_mosaic_is_put_together_row_by_row(tmp_path):
    paths = []
    for number in range(4):
        paths.append(tmp_path / f"{number}.png")
        Image.new("RGB", (50, 40), (number * 60,) * 3).save(paths[-1])
    whole = features.mosaic(paths)
    assert whole.shape == (448, 448, 3)
    assert [int(whole[row, column, 0]) for row in (9, 440) for column in (9, 440)] == [0, 60, 120, 180]
    assert decode(paths[1]).shape == (40, 50, 3)
