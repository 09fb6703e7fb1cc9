from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from clerestory.errors import ModelCorrupt
from clerestory.models.sound_features import COUNT, RATE, sound_features
from clerestory.models.sounds import SHIPPED, SoundEncoder, load_sound_encoder


def _ticks(random: np.random.Generator, per_second: float) -> np.ndarray:
    samples = 0.001 * random.standard_normal(4 * RATE)
    click = np.exp(-np.arange(400) / 60) * np.sin(np.arange(400) * random.uniform(0.9, 1.1))
    for start in np.arange(random.uniform(0, 0.4), 3.9, 1 / per_second):
        samples[int(start * RATE) : int(start * RATE) + 400] += click
    return samples


def _hiss(random: np.random.Generator) -> np.ndarray:
    return np.convolve(random.standard_normal(4 * RATE), random.uniform(0.5, 1, 4), mode="same")


def _hum(random: np.random.Generator) -> np.ndarray:
    clock = np.arange(4 * RATE) / RATE
    pitch = random.uniform(95, 125)
    return np.sum([np.sin(2 * np.pi * pitch * k * clock) / k for k in range(1, 8)], axis=0)


def test_sounds_of_one_kind_are_nearer_than_others() -> None:
    random = np.random.default_rng(3)
    made = [
        _ticks(random, 2.0),
        _ticks(random, 2.2),
        _hiss(random),
        _hiss(random),
        _hum(random),
        _hum(random),
    ]

    vectors = load_sound_encoder().embed(np.stack([sound_features(samples) for samples in made]))

    cosines = vectors @ vectors.T - 2 * np.eye(len(made))
    assert cosines.argmax(axis=1).tolist() == [1, 0, 3, 2, 5, 4]
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_a_vector_does_not_depend_on_its_batch() -> None:
    features = np.random.default_rng(4).standard_normal((7, COUNT)).astype(np.float32)
    encoder = load_sound_encoder()

    together = encoder.embed(features)

    assert np.array_equal(together[3], encoder.embed(features[3:4])[0])
    assert encoder.embed(features[:0]).shape == (0, encoder.space.dimension)


def test_the_space_is_named_after_its_content(tmp_path: Path) -> None:
    content = bytearray(SHIPPED.read_bytes())
    content[-1] ^= 1
    other = tmp_path / "other.safetensors"
    other.write_bytes(content)

    assert SoundEncoder(SHIPPED).space == load_sound_encoder().space
    assert SoundEncoder(other).space != load_sound_encoder().space


@pytest.mark.parametrize("content", [b"", b"12345678", SHIPPED.read_bytes()[:5000]])
def test_a_damaged_file_is_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "sounds.safetensors"
    path.write_bytes(content)

    with pytest.raises(ModelCorrupt):
        SoundEncoder(path)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelCorrupt, match="Install"):
        SoundEncoder(tmp_path / "none.safetensors")
