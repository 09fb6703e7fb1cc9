"""Pictures of sound show it where it is; strips move."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from clerestory.reading.media.displays import WIDTH, spectrogram, strip, waveform


def shown(content: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(content)).convert("RGB")).astype(int)


def dark(pixels: np.ndarray) -> np.ndarray:
    """Rows of each column that are painted."""
    return (pixels.sum(axis=2) < 450).sum(axis=0)


def test_a_waveform_is_tall_where_it_is_loud():
    peaks = np.concatenate([np.full(50, 0.1), np.full(50, 1.0)])
    columns = dark(shown(waveform(peaks)))
    assert len(columns) == WIDTH
    assert columns[WIDTH // 4] < 30 < 120 < columns[3 * WIDTH // 4]
    assert (shown(waveform((peaks * 255).astype(np.uint8))) == shown(waveform(peaks))).mean() > 0.99


def test_more_peaks_than_columns_keep_the_loudest():
    peaks = np.zeros(50_000)
    peaks[25_000] = 1.0
    columns = dark(shown(waveform(peaks, width=500)))
    assert columns[250] > 100 > columns[240]


def test_marked_seconds_stand_out_and_the_axis_has_seconds():
    picture = shown(waveform([0.5] * 100, start_s=60, end_s=70, marked=(65, 67)))
    paper = picture[2]
    assert (paper[610] != paper[300]).any() and (paper[900] == paper[300]).all()
    assert picture.shape[0] > shown(waveform([0.5] * 100)).shape[0]


def test_nothing_is_a_flat_line():
    assert dark(shown(waveform([]))).max() <= 1
    assert shown(spectrogram(np.zeros((64, 0), np.uint8))).max() < 10


def test_a_spectrogram_has_low_tones_at_the_bottom():
    levels = np.zeros((64, 300), np.uint8)
    levels[:4] = 255
    picture = shown(spectrogram(levels, start_s=0, end_s=30))
    assert picture[245, 600].sum() > 600 > 30 > picture[30, 600].sum()


def test_a_strip_moves_and_keeps_one_size():
    images = [np.full((90, 160, 3), value, np.uint8) for value in (10, 120, 240)]
    images.append(np.full((160, 90, 3), 200, np.uint8))
    with Image.open(io.BytesIO(strip(images, longest_side=80))) as moving:
        assert (moving.format, moving.n_frames, moving.size) == ("WEBP", 4, (80, 45))
        moving.seek(1)
        assert abs(int(np.asarray(moving.convert("L")).mean()) - 120) < 6
    with pytest.raises(ValueError, match="needs pictures"):
        strip([])
