"""Many pictures on one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from clerestory.contact_sheet import PLATE, Tile, contact_sheet


def plain(colour, size=(60, 40)):
    return Image.new("RGB", size, colour)


def test_pictures_stand_row_by_row_as_they_are():
    tiles = [Tile(plain(colour), "name") for colour in ("red", "lime", "blue")]
    sheet = np.asarray(contact_sheet(tiles, columns=2, side=100))
    where = [np.argwhere((sheet == value).all(axis=2)).mean(axis=0) for value in np.eye(3) * 255]
    (red_y, red_x), (green_y, green_x), (blue_y, blue_x) = where
    assert red_y == pytest.approx(green_y) and red_x < green_x
    assert blue_x == pytest.approx(red_x) and blue_y > red_y


@given(
    st.lists(st.tuples(st.integers(1, 3000), st.integers(1, 40)), min_size=1, max_size=12),
    st.integers(0, 15),
    st.text(max_size=200),
)
def test_any_pictures_and_words_make_a_sheet(sizes, columns, words):
    tiles = [Tile(plain("red", size), words, words) for size in sizes]
    sheet = contact_sheet(tiles, columns=columns, side=64)
    assert sheet.mode == "RGB"
    across = min(columns or 8, len(tiles))
    assert sheet.width <= across * 70 + 10


def test_words_below_are_cut_to_the_tile():
    sheet = np.asarray(contact_sheet([Tile(plain("red"), "w" * 400)], side=100))
    dark = np.argwhere(sheet.max(axis=2) < 100)
    assert len(dark) and dark[:, 1].max() <= 106


def test_a_picture_that_is_away_leaves_a_plate():
    sheet = np.asarray(contact_sheet([Tile(None, "gone.jpg", missing="no picture")], side=100))
    assert (sheet == PLATE).all(axis=2).sum() > 5000


def test_nothing_and_too_much_are_refused():
    with pytest.raises(ValueError, match="needs a picture"):
        contact_sheet([])
    with pytest.raises(ValueError, match="do not fit"):
        contact_sheet([Tile(None, "a")] * 1000, columns=1)
