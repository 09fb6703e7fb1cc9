"""Boxes around the parts of a picture that fit words."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerestory.models.picture import eight_bit
from clerestory.searching.heat import heat, regions

QUERY = np.array([1.0, 0.0, 0.0], np.float32)
ELSE = np.array([0.0, 1.0, 0.0], np.float32)


def planted(side: int, rows: slice, columns: slice) -> np.ndarray:
    cells = np.tile(ELSE, (side, side, 1))
    cells[rows, columns] = QUERY
    return cells.reshape(side * side, 3)


@pytest.mark.parametrize("down", [0, 1])
@pytest.mark.parametrize("right", [0, 1])
def test_the_quadrant_that_fits_is_named(down: int, right: int) -> None:
    cells = planted(8, slice(4 * down, 4 * down + 4), slice(4 * right, 4 * right + 4))
    (region,) = regions(QUERY, cells)
    left, top, end, bottom = region.box
    assert (left + end) / 2 > 0.5 if right else (left + end) / 2 < 0.5
    assert (top + bottom) / 2 > 0.5 if down else (top + bottom) / 2 < 0.5
    assert (end - left) * (bottom - top) < 0.5


def test_a_picture_that_fits_everywhere_has_no_region() -> None:
    assert regions(QUERY, np.tile(QUERY, (9, 1))) == ()
    assert regions(QUERY, np.zeros((0, 3), np.float32)) == ()


def test_parts_as_they_are_stored_give_the_same_warmth() -> None:
    cells = planted(5, slice(1, 3), slice(2, 4))
    assert heat(QUERY, eight_bit(cells)) == pytest.approx(heat(QUERY, cells), abs=0.01)


def test_parts_that_are_no_square_are_refused() -> None:
    with pytest.raises(ValueError, match="6 parts"):
        heat(QUERY, np.zeros((6, 3), np.float32))


@given(seed=st.integers(0, 1000), side=st.integers(1, 9))
def test_a_box_holds_the_best_part_and_stays_in_the_picture(seed: int, side: int) -> None:
    cells = np.random.default_rng(seed).normal(size=(side * side, 3)).astype(np.float32)
    cells /= np.linalg.norm(cells, axis=1, keepdims=True)
    warmth = heat(QUERY, cells)
    row, column = np.unravel_index(int(warmth.argmax()), warmth.shape)
    for region in regions(QUERY, cells):
        left, top, right, bottom = region.box
        assert 0 <= left <= column / side < (column + 1) / side <= right + 1e-9
        assert 0 <= top <= row / side < (row + 1) / side <= bottom + 1e-9
        assert right <= 1 and bottom <= 1
