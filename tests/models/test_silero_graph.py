"""The detector's dense layers against its published graph, and convolutions as matrices."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerestory.errors import ModelCorrupt
from clerestory.models.catalogue import BY_NAME
from clerestory.models.sessions import open_session
from clerestory.models.silero_graph import BINS, SPECTRA, STATE, as_matrix, dense
from clerestory.models.voice_activity import CONTEXT, FRAME, load_voice_activity, magnitudes
from clerestory.models.weights import WeightStore
from clerestory.settings import ModelSettings


@given(places=st.integers(1, 6), stride=st.integers(1, 2), seed=st.integers(0, 99))
def test_a_matrix_does_what_its_convolution_does(places, stride, seed):
    draw = np.random.default_rng(seed)
    kernel, values = draw.normal(size=(3, 2, 3)), draw.normal(size=(places, 2))
    padded = np.pad(values, ((1, 1), (0, 0)))
    convolved = [
        [float((kernel[channel].T * padded[place : place + 3]).sum()) for channel in range(3)]
        for place in range(0, places, stride)
    ]
    product = values.reshape(-1) @ as_matrix(kernel, places=places, stride=stride)
    assert np.allclose(product, np.ravel(convolved), atol=1e-5)


def test_a_wider_kernel_is_refused():
    with pytest.raises(ValueError, match="kernel of 5"):
        as_matrix(np.zeros((1, 1, 5)), places=4, stride=1)


@pytest.mark.parametrize("content", [b"", b"no graph at all", b"\x08\x08"])
def test_another_file_is_refused(tmp_path, content):
    path = tmp_path / "silero.onnx"
    path.write_bytes(content)
    with pytest.raises(ModelCorrupt, match="layers"):
        dense(path)


@pytest.mark.parametrize("frames", [1, 300])
def test_magnitudes_have_a_row_per_frame(frames):
    found = magnitudes(np.ones(CONTEXT + frames * FRAME, np.float32))
    assert found.shape == (frames, SPECTRA * BINS) and found.dtype == np.float32


@pytest.mark.weights
def test_dense_layers_give_the_published_numbers():
    entry = BY_NAME[ModelSettings().voice_activity]
    published = open_session(WeightStore(ModelSettings()).ready(entry.name) / entry.files[0].name)
    draw = np.random.default_rng(0)
    sound = np.cumsum(draw.normal(0, 0.01, 700 * FRAME)).astype(np.float32) % 1 - 0.5
    sound *= np.repeat(draw.uniform(0, 1, 70), 10 * FRAME).astype(np.float32)
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(sound, (CONTEXT, 0)), CONTEXT + FRAME)[::FRAME]
    state = np.zeros((1, 1, STATE), np.float32)
    expected = published.run(None, {"input": windows, "h": state, "c": state})[0]
    assert np.ptp(expected) > 0.1
    assert np.abs(load_voice_activity(ModelSettings()).probabilities(sound) - expected).max() < 1e-4
