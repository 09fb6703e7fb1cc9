"""Seconds of words from attention: pauses between words, order, and what has no room."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from clerestory.models.word_times import PAUSE_FRAMES, gapless_lengths, pauses_of, spans_of

HOP = 384


def looks(spans, frames, *, heads=4):
    """Attention that lies in the given spans, with a little everywhere."""
    attention = np.full((heads, len(spans), frames), 0.01, np.float32)
    for piece, (first, stop) in enumerate(spans):
        attention[:, piece, first:stop] = 1.0
    return attention


def test_pieces_are_found_where_the_decoder_looked():
    wanted = [(0, 20), (20, 50), (50, 90)]
    spans = spans_of(looks(wanted, 90), np.array([True, True, False]), np.zeros(90, bool))
    assert np.abs(spans - np.array(wanted)).max() <= 3


def test_a_pause_belongs_to_no_word_even_when_the_decoder_looks_into_it():
    pauses = np.zeros(100, bool)
    pauses[30:60] = True
    looked = looks([(0, 45), (45, 100)], 100)
    spans = spans_of(looked, np.array([True, True]), pauses)
    assert spans.tolist() == [[0, 30], [60, 100]]


def test_a_pause_does_not_part_the_pieces_of_a_word():
    pauses = np.zeros(100, bool)
    pauses[30:60] = True
    spans = spans_of(looks([(0, 45), (45, 100)], 100), np.array([True, False]), pauses)
    assert spans[0, 1] == spans[1, 0]


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 12), st.integers(1, 60), st.integers(0, 2**32 - 1))
def test_without_pauses_every_frame_belongs_to_a_piece(pieces, frames, seed):
    draw = np.random.default_rng(seed)
    attention = draw.random((3, pieces, frames)).astype(np.float32)
    lengths = gapless_lengths(attention)
    spans = spans_of(attention, np.zeros(pieces, bool), np.zeros(frames, bool))
    assert lengths.sum() == frames
    assert lengths.tolist() == (spans[:, 1] - spans[:, 0]).tolist()


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 12), st.integers(1, 60), st.integers(0, 2**32 - 1))
def test_spans_rise_and_stay_inside(pieces, frames, seed):
    draw = np.random.default_rng(seed)
    begins = draw.random(pieces) < 0.5
    begins[0] = True
    spans = spans_of(
        draw.random((3, pieces, frames)).astype(np.float32), begins, draw.random(frames) < draw.random()
    )
    assert spans.shape == (pieces, 2)
    assert (spans[:, 0] <= spans[:, 1]).all() and (spans[:-1, 1] <= spans[1:, 0]).all()
    assert spans.min() >= 0 and spans.max() <= frames


def test_pauses_are_long_quiet_stretches():
    draw = np.random.default_rng(0)
    sound = draw.normal(0, 0.2, 100 * HOP)
    sound[40 * HOP : 60 * HOP] *= 1e-3
    sound[80 * HOP : (80 + PAUSE_FRAMES - 1) * HOP] *= 1e-3  # too short for a pause
    pauses = pauses_of(sound.astype(np.float32), frames=100, hop=HOP)
    assert np.flatnonzero(pauses).tolist() == list(range(40, 60))


def test_pauses_of_a_room_are_found_beside_zeros():
    draw = np.random.default_rng(0)
    sound = draw.normal(0, 0.2, 100 * HOP)
    sound[: 20 * HOP] = 0.0
    sound[50 * HOP : 70 * HOP] *= 1e-2  # 40 dB below
    pauses = pauses_of(sound.astype(np.float32), frames=100, hop=HOP)
    assert np.flatnonzero(pauses).tolist() == [*range(20), *range(50, 70)]


def test_nothing_has_no_pauses():
    assert pauses_of(np.zeros(0, np.float32), frames=0, hop=HOP).shape == (0,)
    assert not pauses_of(np.zeros(10 * HOP, np.float32), frames=10, hop=HOP).any()
