from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from clerestory.models.sound_features import COUNT, LONGEST_S, RATE, sound_features


@given(arrays(np.float32, st.integers(0, 4000), elements=st.floats(-1, 1, width=32)))
@settings(max_examples=40, deadline=None)
def test_any_samples_give_finite_features(samples: np.ndarray) -> None:
    features = sound_features(samples)

    assert features.shape == (COUNT,)
    assert features.dtype == np.float32
    assert np.isfinite(features).all()


@pytest.mark.parametrize("samples", [np.zeros(0), np.zeros(5 * RATE), np.ones(5 * RATE), np.eye(1, RATE)[0]])
def test_silence_and_steps_and_clicks_give_finite_features(samples: np.ndarray) -> None:
    assert np.isfinite(sound_features(samples)).all()


def test_loudness_does_not_matter() -> None:
    samples = np.random.default_rng(1).standard_normal(3 * RATE) * 0.1

    loud, quiet = sound_features(samples), sound_features(samples / 50)

    assert np.allclose(loud, quiet, rtol=0.01, atol=0.05)


def test_of_a_long_stretch_its_loudest_part_counts() -> None:
    random = np.random.default_rng(2)
    part = random.standard_normal(round(LONGEST_S * RATE)) * np.sin(np.arange(round(LONGEST_S * RATE)) / 3000)
    quiet = 1e-4 * random.standard_normal(20 * RATE)

    assert np.allclose(sound_features(np.concatenate([quiet, part, quiet])), sound_features(part), atol=0.5)
