"""Whether English was heard: sure and unhurried is, unsure or crowded is not."""

import numpy as np

from clerestory.models.coverage import coverage


def looks(spans, frames):
    attention = np.full((4, len(spans), frames), 0.01, np.float32)
    for piece, (first, stop) in enumerate(spans):
        attention[:, piece, first:stop] = 1.0
    return attention


EVEN = looks([(10 * n, 10 * n + 10) for n in range(10)], 100)
CROWDED = looks([(0, 82), *[(82 + 2 * n, 84 + 2 * n) for n in range(9)]], 100)


def test_sure_and_unhurried_writing_is_english():
    assert coverage([-0.1] * 11, EVEN) > 0.95


def test_unsure_writing_is_not():
    assert coverage([-1.3] * 11, EVEN) < 0.05


def test_writing_more_than_there_is_to_hear_is_not():
    assert coverage([-0.3] * 11, EVEN) > 0.5 > coverage([-0.3] * 11, CROWDED)


def test_nothing_written_is_nothing_heard():
    assert coverage([-0.5], np.zeros((1, 0, 40), np.float32)) == 0.0
