"""Figures and intervals from per-case scores."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerestory.evaluating.bootstrap import Score, figure, paired_difference

scores = st.lists(st.builds(Score, st.floats(0, 10), st.floats(0.5, 10)), min_size=1, max_size=40)


def test_interval_of_a_proportion_is_near_the_normal_one():
    hits = [Score(1.0)] * 60 + [Score(0.0)] * 40
    result = figure(hits, seed=1)
    half = 1.96 * np.sqrt(0.6 * 0.4 / 100)
    assert result.value == pytest.approx(0.6)
    assert result.low == pytest.approx(0.6 - half, abs=0.02)
    assert result.high == pytest.approx(0.6 + half, abs=0.02)
    assert result.n == 100


def test_words_are_pooled_over_cases_not_averaged():
    assert figure([Score(1, 1), Score(0, 99)]).value == pytest.approx(0.01)


def test_nothing_measured_is_zero_of_zero():
    assert figure([]).n == 0
    assert figure([Score(0, 0)]).value == 0.0


@given(scores)
def test_same_seed_same_interval_and_ends_in_order(values):
    first, second = figure(values, seed=3), figure(values, seed=3)
    assert first == second
    assert first.low <= first.high


def test_a_gain_on_the_same_cases_has_a_narrower_interval_than_the_cases_themselves():
    generator = np.random.default_rng(0)
    before = [Score(float(x)) for x in generator.random(200) < 0.5]
    after = [Score(1.0) if i % 20 == 0 else score for i, score in enumerate(before)]
    gain = paired_difference(before, after)
    assert gain.low >= 0 < gain.value
    assert gain.high - gain.low < figure(before).high - figure(before).low


def test_pairs_must_be_pairs():
    with pytest.raises(ValueError, match="not pairs"):
        paired_difference([Score(1)], [])
