"""Strips, batches and the decoding of characters."""

from itertools import chain

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from clerestory.models.recognition import (
    BATCH_PIXELS,
    HEIGHT,
    batches_of,
    cut_strip,
    decode,
    padded,
    stack,
    turns_of,
)

CHARACTERS = ["", "a", "b", "1", " "]


def scores_of(path, sure=0.9):
    scores = np.full((1, len(path), len(CHARACTERS)), (1 - sure) / (len(CHARACTERS) - 1), np.float32)
    for place, index in enumerate(path):
        scores[0, place, index] = sure
    return scores


def read(path, width=None):
    return decode(scores_of(path), CHARACTERS, [width or len(path) * 8])[0]


def test_repeated_characters_are_one_unless_a_blank_parts_them():
    (piece,) = read([0, 1, 1, 0, 1, 2, 2, 0])
    assert piece.text == "aab"
    assert abs(piece.confidence - 0.9) < 1e-6
    assert (piece.start, piece.end) == (0.0, 1.0)


def test_blanks_and_spaces_alone_are_nothing():
    assert read([0, 0, 0]) == [] and read([0, 4, 0]) == []


def test_a_wide_gap_parts_a_line_and_a_space_does_not():
    assert [piece.text for piece in read([1, 0, 2, 0, 4, 0, 1, 0, 2])] == ["ab ab"]
    left, right = read([1, 0, 2, 0, 1] + [0] * 12 + [3, 0, 3, 0, 3])
    assert (left.text, right.text) == ("aba", "111")
    assert 0 == left.start < left.end < right.start < right.end == 1


@given(st.lists(st.integers(8, 1000), max_size=60))
def test_batches_hold_every_strip_once_and_stay_small(widths):
    batches = batches_of(widths)
    assert sorted(chain(*batches)) == list(range(len(widths)))
    for batch in batches:
        assert len(batch) == 1 or len(batch) * padded(max(widths[i] for i in batch)) <= BATCH_PIXELS


def test_a_strip_is_laid_flat():
    image = np.zeros((100, 200, 3), np.uint8)
    image[40:60, 50:150] = (255, 0, 0)
    corners = np.array([[50, 40], [150, 40], [150, 60], [50, 60]], np.float32)
    strip = cut_strip(image, corners)
    assert strip.shape == (HEIGHT, 240, 3)
    assert strip[5:-5, 5:-5, 0].min() == 255 and strip[:, :, 1:].max() == 0


def test_tall_strips_are_read_both_ways():
    def corners(width, height):
        return np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)

    assert turns_of(corners(100, 20)) == (0,)
    assert turns_of(corners(10, 20)) == (0, 1, -1)
    assert turns_of(corners(20, 200)) == (1, -1)


def test_short_strips_are_padded_with_the_middle_grey():
    batch = stack([np.full((HEIGHT, 40, 3), 255, np.uint8), np.zeros((HEIGHT, 70, 3), np.uint8)])
    assert batch.shape == (2, 3, HEIGHT, 96)
    assert np.allclose(batch[0, :, :, :40], 1) and np.allclose(batch[0, :, :, 40:], 0)
    assert np.allclose(batch[1, :, :, :70], -1)
