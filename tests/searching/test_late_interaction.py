"""MaxSim over packed token vectors equals its definition."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from clerestory.searching.late_interaction import max_similarity, unpacked


def tokens(generator, count):
    return generator.integers(-127, 128, size=(count, 8)).astype(np.int8)


@given(st.integers(1, 6), st.lists(st.integers(0, 5), max_size=6), st.integers(0, 99))
def test_it_is_the_mean_of_the_best_matches(query_tokens, lengths, seed):
    generator = np.random.default_rng(seed)
    query = tokens(generator, query_tokens)
    passages = [tokens(generator, length) for length in lengths]
    expected = [
        np.mean([max(int(q @ t) for t in p.astype(int)) for q in query.astype(int)]) / 127**2
        if len(p)
        else 0.0
        for p in passages
    ]
    np.testing.assert_allclose(max_similarity(query, passages), expected, atol=1e-5)


def test_a_passage_that_holds_the_query_scores_one():
    unit = np.eye(8, dtype=np.int8)[:3] * 127
    assert max_similarity(unit, [unit, unit[:0]]).tolist() == [1.0, 0.0]


def test_stored_bytes_come_back():
    stored = np.arange(16, dtype=np.int8).reshape(2, 8)
    assert (unpacked(stored.tobytes(), 8) == stored).all()
    assert unpacked(None, 8).shape == (0, 8)
