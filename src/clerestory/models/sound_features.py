"""What a stretch of sound is like, in numbers that were thought up rather than learned.

In: mono samples of 16 kHz. Out: ``COUNT`` numbers: levels of 64 mel bands and how they vary,
cepstra (Davis and Mermelstein 1980) with their speed and skew, how fast each band swells and
sinks (modulation spectrum), contrast and flatness of octaves (Jiang et al. 2002), centroid
and spread, onsets and rhythm, envelope, pitch and pure tones. They do not depend on how loud
it is, and little on how long it lasts: of a long stretch the loudest ``LONGEST_S`` seconds
count. About 0.003 CPU seconds per second. It does not know what the sounds are.
"""

from __future__ import annotations

import functools
import itertools

import numpy as np

RATE = 16_000
LONGEST_S = 15.0
BANDS = 64
COUNT = 594

_WINDOW, _HOP = 1024, 256  # 64 ms every 16 ms
_FRAMES_PER_S = RATE / _HOP
_LOWEST_HZ, _HIGHEST_HZ = 50.0, 8000.0
_CEPSTRA = 25
_ACTIVE_DB = -35.0  # of its loudest moments: frames in which there is something to hear
_FEWEST_ACTIVE = 8
_FLOOR = 1e-6  # of the loudest: 60 dB below
_PACES_HZ = (0.4, 1, 1.6, 2.5, 4, 6.3, 10, 16, 25, 31)  # edges of modulation
_OCTAVES = (4, 8, 16, 32, 64, 128, 256, 512)  # bins
_LAGS_S = (0.05, 0.1, 0.2, 0.3, 0.45, 0.7, 1.0, 1.5, 2.2)
_PITCH_HZ = (70.0, 2000.0)
_VOICED = 0.45


def sound_features(samples: np.ndarray) -> np.ndarray:
    """(``COUNT``,) float32 of a stretch; finite whatever the samples, also of silence and of none."""
    power = _spectra(_loudest(np.asarray(samples, np.float32)))
    mel = power @ _filters()
    level = mel.sum(axis=1)
    loudest = np.percentile(level, 98) + 1e-12
    power, mel = power / loudest, mel / loudest
    decibels = 10 * np.log10(mel + _FLOOR)
    loudness = 10 * np.log10(level / loudest + _FLOOR)
    active = loudness > _ACTIVE_DB
    if active.sum() < _FEWEST_ACTIVE:
        active = loudness >= np.sort(loudness)[-_FEWEST_ACTIVE:][0]
    sounding = power[active] + 1e-9
    groups = [
        _bands(decibels[active]),
        _cepstra(decibels, active),
        _paces(decibels, loudness),
        _octaves(sounding),
        _shape(sounding),
        _onsets(decibels, loudness),
        _envelope(loudness, active),
        _pitch(sounding),
        _tones(sounding),
    ]
    return np.concatenate([np.ravel(group) for group in groups]).astype(np.float32)


def _loudest(samples: np.ndarray) -> np.ndarray:
    """The loudest ``LONGEST_S`` of the samples, or all, filled up where they are too few."""
    longest = round(LONGEST_S * RATE)
    if len(samples) > longest:
        energy = np.concatenate([[0.0], np.cumsum(samples.astype(np.float64) ** 2)])
        first = int(np.argmax(energy[longest:] - energy[:-longest]))
        return samples[first : first + longest]
    return np.pad(samples, (0, max(0, 10 * _WINDOW - len(samples))))


def _spectra(samples: np.ndarray) -> np.ndarray:
    frames = np.lib.stride_tricks.sliding_window_view(samples, _WINDOW)[::_HOP]
    spectra = np.fft.rfft(frames * np.hanning(_WINDOW).astype(np.float32), axis=1)
    return (np.abs(spectra) ** 2).astype(np.float32)


@functools.cache
def _filters() -> np.ndarray:
    """(bins, ``BANDS``) triangles on the mel scale, each with the sum 1."""
    lowest, highest = (2595 * np.log10(1 + hz / 700) for hz in (_LOWEST_HZ, _HIGHEST_HZ))
    edges = 700 * (10 ** (np.linspace(lowest, highest, BANDS + 2) / 2595) - 1)
    bin_hz = RATE / _WINDOW
    hz = np.arange(_WINDOW // 2 + 1) * bin_hz
    filters = np.zeros((len(hz), BANDS))
    for band in range(BANDS):
        low, middle, high = edges[band : band + 3]
        up = (hz - low) / max(middle - low, 0.8 * bin_hz)
        down = (high - hz) / max(high - middle, 0.8 * bin_hz)
        filters[:, band] = np.clip(np.minimum(up, down), 0, None)
        if not filters[:, band].any():
            filters[np.argmin(np.abs(hz - middle)), band] = 1
    return (filters / filters.sum(axis=0)).astype(np.float32)


@functools.cache
def _cosines() -> np.ndarray:
    bands = np.arange(BANDS) + 0.5
    return np.cos(np.pi * bands[:, None] * np.arange(_CEPSTRA) / BANDS) * np.sqrt(2 / BANDS)


def _bands(decibels: np.ndarray) -> np.ndarray:
    steps = np.percentile(decibels, [10, 50, 90], axis=0)[:, ::2]
    return np.concatenate([decibels.mean(axis=0), decibels.std(axis=0), steps.ravel()])


def _cepstra(decibels: np.ndarray, active: np.ndarray) -> np.ndarray:
    every = decibels @ _cosines()
    here = every[active]
    mean, spread = here.mean(axis=0), here.std(axis=0)
    skew = (((here - mean) / (spread + 1e-3)) ** 3).mean(axis=0)
    slow, quick = every[4:] - every[:-4], every[1:] - every[:-1]
    speeds = [(slow[active[2:-2]] if active[2:-2].any() else slow).std(axis=0)]
    speeds.append((quick[active[1:]] if active[1:].any() else quick).std(axis=0))
    low = here[:, :10] - mean[:10]
    covariance = low.T @ low / len(low)
    deviation = np.sqrt(np.diag(covariance)) + 1e-3
    together = (covariance / deviation[:, None] / deviation)[np.triu_indices(10, 1)]
    return np.concatenate([mean, spread, skew, *speeds, together])


def _paces(decibels: np.ndarray, loudness: np.ndarray) -> np.ndarray:
    """How much of the movement of bands, and of the whole, is of which pace."""
    count = len(decibels)
    window = np.hanning(count)
    hz = np.fft.rfftfreq(max(1024, count), 1 / _FRAMES_PER_S)
    ranges = [(hz >= low) & (hz < high) for low, high in itertools.pairwise(_PACES_HZ)]

    def movement(values: np.ndarray) -> np.ndarray:
        moved = (values - values.mean(axis=0)) * window[:, None]
        return np.abs(np.fft.rfft(moved, n=max(1024, count), axis=0)) ** 2

    of_bands = movement(decibels.reshape(count, 16, 4).mean(axis=2))
    shares = np.stack([of_bands[inside].sum(axis=0) for inside in ranges])
    total = shares.sum(axis=0) + 1e-6
    relative = np.log(shares / total + 1e-4).reshape(len(ranges), 8, 2).mean(axis=2)
    of_whole = movement(loudness[:, None])[:, 0]
    whole = np.array([of_whole[inside].sum() for inside in ranges]) / (of_whole.sum() + 1e-6)
    return np.concatenate([relative.ravel(), np.log(total / count**2 + 1e-6), np.log(whole + 1e-4)])


def _octaves(power: np.ndarray) -> np.ndarray:
    """Contrast of peaks and valleys, and flatness, with their spread over time."""
    contrast, flatness = [], []
    for low, high in itertools.pairwise(_OCTAVES):
        ordered = np.sort(power[:, low:high], axis=1)
        part = max(1, (high - low) // 5)
        peaks = 10 * np.log10(ordered[:, -part:].mean(axis=1) / ordered[:, :part].mean(axis=1))
        contrast += [peaks.mean(), peaks.std()]
        flat = 10 * (np.log10(ordered).mean(axis=1) - np.log10(ordered.mean(axis=1)))
        flatness += [flat.mean(), flat.std()]
    return np.array(contrast + flatness)


def _shape(power: np.ndarray) -> np.ndarray:
    """Centroid, spread and rolloffs on a logarithmic scale of frequency."""
    scale = np.log(1 + np.arange(power.shape[1]) * RATE / _WINDOW / 700)
    total = power.sum(axis=1)
    centroid = power @ scale / total
    spread = np.sqrt(np.clip(power @ scale**2 / total - centroid**2, 0, None))
    below = np.cumsum(power, axis=1) / total[:, None]
    rolloffs = [scale[np.argmax(below >= share, axis=1)] for share in (0.5, 0.85, 0.95)]
    values = []
    for curve in (centroid, spread, *rolloffs):
        values += [curve.mean(), curve.std(), *np.percentile(curve, [10, 90])]
    return np.array([*values, np.abs(np.diff(centroid)).mean()])


def _onsets(decibels: np.ndarray, loudness: np.ndarray) -> np.ndarray:
    """How what rises repeats itself, and how sudden and how often it rises."""
    rises = np.clip(np.diff(decibels, axis=0), 0, None).mean(axis=1)
    mean, spread = rises.mean(), rises.std()
    inner = rises[1:-1]
    peaks = (inner > rises[:-2]) & (inner >= rises[2:]) & (inner > mean + 2 * spread)
    return np.array(
        [
            *_repetition(rises - mean),
            *_repetition(loudness - loudness.mean()),
            np.log(spread + 1e-3),
            np.log(rises.max() + 1e-3),
            mean,
            peaks.sum() / len(loudness) * _FRAMES_PER_S,
            spread / (mean + 1e-3),
            ((rises - mean) ** 4).mean() / (rises.var() ** 2 + 1e-6),
        ]
    )


def _repetition(curve: np.ndarray) -> list[float]:
    """The highest autocorrelation within each range of lags; 0 where it is too short to tell."""
    size = 2 * len(curve)
    related = np.fft.irfft(np.abs(np.fft.rfft(curve, n=size)) ** 2, n=size)[: len(curve)]
    related = related / (related[0] + 1e-9)
    frames = [int(lag * _FRAMES_PER_S) for lag in _LAGS_S]
    return [
        float(related[low:high].max()) if high <= len(related) else 0.0
        for low, high in itertools.pairwise(frames)
    ]


def _envelope(loudness: np.ndarray, active: np.ndarray) -> np.ndarray:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], active.astype(int), [0]])))
    runs_s = np.diff(edges)[::2] / _FRAMES_PER_S
    steps = np.diff(loudness)
    return np.array(
        [
            *np.percentile(loudness, [2, 10, 25, 50, 75, 90]),
            active.mean(),
            loudness.std(),
            len(runs_s) / len(loudness) * _FRAMES_PER_S,
            np.log(runs_s.max()),
            np.log(runs_s.mean()),
            np.abs(steps).mean(),
            *np.percentile(steps, [99, 1]),
        ]
    )


def _pitch(power: np.ndarray) -> np.ndarray:
    """How periodic, at which pitch, and how the pitch moves."""
    first, last = (int(RATE / hz) for hz in reversed(_PITCH_HZ))

    def related(spectrum: np.ndarray) -> np.ndarray:
        lags = np.fft.irfft(spectrum, axis=1)
        return lags[:, first:last] / (lags[:, :1] + 1e-9)

    flattened = related(np.sqrt(power))  # so that one strong tone does not hide the others
    strength = flattened.max(axis=1)
    octave = np.log2(RATE / (flattened.argmax(axis=1) + first))
    plain = related(power).max(axis=1)
    voiced = octave[strength > _VOICED]
    moves = np.median(np.abs(np.diff(voiced))) if len(voiced) > 2 else 0.0
    return np.array(
        [
            strength.mean(),
            strength.std(),
            *np.percentile(strength, [10, 50, 90]),
            plain.mean(),
            plain.std(),
            np.percentile(plain, 90),
            len(voiced) / len(strength),
            voiced.mean() if len(voiced) else 8.0,
            voiced.std() if len(voiced) else 0.0,
            moves,
        ]
    )


def _tones(power: np.ndarray) -> np.ndarray:
    """How far single bins stand out of their surroundings."""
    decibels = 10 * np.log10(power)
    width = 25
    sums = np.cumsum(np.pad(decibels, ((0, 0), (width // 2 + 1, width // 2)), mode="edge"), axis=1)
    above = (decibels - (sums[:, width:] - sums[:, :-width]) / width)[:, 6:400]
    highest = above.max(axis=1)
    lasting = above.mean(axis=0)
    return np.array(
        [
            highest.mean(),
            highest.std(),
            (above > 10).mean(),
            (above > 14).mean() * 10,
            *np.percentile(lasting, [99, 90]),
        ]
    )
