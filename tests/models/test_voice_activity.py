"""Probabilities of speech: shapes, state over batches, and sounds that are none."""

import numpy as np
import pytest

from clerestory.errors import BadSettings
from clerestory.models import voice_activity
from clerestory.models.voice_activity import FRAME, load_voice_activity
from clerestory.settings import ModelSettings


def test_an_unknown_detector_is_refused():
    with pytest.raises(BadSettings, match="silero"):
        load_voice_activity(ModelSettings(voice_activity="minilm-l6-int8"))


@pytest.fixture(scope="module")
def silero():
    return load_voice_activity(ModelSettings())


@pytest.mark.weights
@pytest.mark.parametrize(("length", "frames"), [(0, 0), (1, 1), (FRAME, 1), (FRAME + 1, 2), (16_000, 32)])
def test_every_begun_frame_has_a_probability(silero, length, frames):
    probabilities = silero.probabilities(np.zeros(length, np.float32))
    assert probabilities.shape == (frames,) and probabilities.dtype == np.float32
    assert ((probabilities >= 0) & (probabilities <= 1)).all()


@pytest.mark.weights
def test_long_sound_gives_the_same_in_any_batch(silero, monkeypatch):
    sound = np.random.default_rng(0).normal(0, 0.1, 40 * FRAME).astype(np.float32)
    whole = silero.probabilities(sound)
    monkeypatch.setattr(voice_activity, "BATCH_FRAMES", 7)
    assert np.allclose(silero.probabilities(sound), whole, atol=1e-5)


@pytest.mark.weights
def test_noise_and_tones_are_no_speech(silero):
    draw = np.random.default_rng(0)
    seconds = np.arange(4 * 16_000) / 16_000
    for sound in (draw.normal(0, 0.1, len(seconds)), 0.3 * np.sin(seconds * 2 * np.pi * 440)):
        assert silero.probabilities(sound.astype(np.float32)).max() < 0.5
