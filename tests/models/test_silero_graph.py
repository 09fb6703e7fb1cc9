"""The detector's dense layers against its published graph, and convolutions as matrices."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerestory.errors import ModelCorrupt
from clerestory.models.silero_graph import BINS, SPECTRA, as_matrix, prepare_silero
from clerestory.models.voice_activity import CONTEXT, FRAME, RATE, load_voice_activity, magnitudes
from clerestory.settings import ModelSettings

# What the published graph says of every third frame of the sound below.
PUBLISHED = [
    *(0.07564, 0.06669, 0.00911, 0.03509, 0.05739, 0.00682, 0.00561, 0.00462, 0.00344, 0.00269),
    *(0.13811, 0.03568, 0.02703, 0.0111, 0.01422, 0.00687, 0.00348, 0.00252, 0.00178, 0.03978),
]


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
        prepare_silero(path, tmp_path)


@pytest.mark.parametrize("frames", [1, 300])
def test_magnitudes_have_a_row_per_frame(frames):
    found = magnitudes(np.ones(CONTEXT + frames * FRAME, np.float32))
    assert found.shape == (frames, SPECTRA * BINS) and found.dtype == np.float32


@pytest.mark.weights
def test_dense_layers_give_the_numbers_of_the_published_graph():
    seconds = np.arange(60 * FRAME) / RATE
    phase = 2 * np.pi * np.cumsum(120 + 30 * np.sin(2 * np.pi * 2.3 * seconds)) / RATE
    formants = [(600, 250), (1500, 400)]
    voice = sum(
        np.sin(tone * phase) * np.exp(-(((tone * 120 - centre) / width) ** 2))
        for tone in range(1, 25)
        for centre, width in formants
    )
    sound = (0.1 * voice * np.clip(np.sin(2 * np.pi * 1.1 * seconds), 0, 1)).astype(np.float32)
    found = load_voice_activity(ModelSettings()).probabilities(sound)[::3]
    assert np.abs(found - PUBLISHED).max() < 1e-4
