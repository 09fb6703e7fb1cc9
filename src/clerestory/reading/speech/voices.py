"""Whose voice it is, as far as that can be told: features of an utterance, and speakers A, B, ….

In: samples of an utterance, or the features of many. Out: numbers, or labels. The features
are means and deviations of mel cepstra (Davis and Mermelstein 1980) and the pitch, each
scaled by how much it varies within one speaker. Clusters are joined by average linkage; they
become speakers only where they lie clearly apart, and no speaker ever gets a name. It knows
no words.
"""

from __future__ import annotations

import string
from collections.abc import Sequence
from functools import cache

import numpy as np

from clerestory.reading.speech.hearing import Utterance
from clerestory.reading.speech.sounds import RATE

LEAST_S = 1.0  # of speech; shorter utterances say too little of the voice
COEFFICIENTS = 19  # of the cepstrum, without the one that is loudness
MEL_BANDS = 28
HIGHEST_HZ = 4000.0  # what telephones and small codecs keep
PITCH_HZ = (60.0, 420.0)
FEATURES = 2 * COEFFICIENTS + 2

_WINDOW, _HOP = 512, 256  # 32 ms every 16 ms
_MOST_S = 20.0  # of an utterance; more changes nothing
_PITCH_EVERY = 2  # voiced frames: the pitch of all of them is hardly another

# Standard deviation of each feature among utterances of one speaker: 61 speakers of
# DIR/speech, 3 utterances of 2 to 9 s each. Two utterances of one speaker are then 1 apart.
WITHIN = (
    *(1.48, 1.65, 1.13, 1.05, 0.78, 0.59, 0.58, 0.5, 0.45, 0.41, 0.42, 0.43, 0.43, 0.44, 0.42, 0.43, 0.44),
    *(0.36, 0.38, 0.85, 0.73, 0.45, 0.38, 0.34, 0.25, 0.24, 0.21, 0.18, 0.22, 0.26, 0.26, 0.23, 0.24, 0.24),
    *(0.23, 0.21, 0.21, 0.16, 1.28, 2.58),
)
# Clusters join up to this mean distance. With the scale and the threshold of one half of the
# speakers, pairs of the other half: 0.63 of the pairs told apart, 0.995 of the speech then
# with the right one, 0.01 of single speakers split; three speakers: 0.88 and 0.93.
APART = 1.25
LEAST_OF_SPEAKER_S = 4.0  # of a cluster; what is less stays without a label
MOST_UTTERANCES = 400  # are clustered, the longest ones; the others go to the nearest speaker
MOST_SPEAKERS = 12  # more are a sign that the voices were not told apart at all


def voice_of(samples: np.ndarray) -> tuple[float, ...]:
    """``FEATURES`` numbers of the voice; empty where less than ``LEAST_S`` was said."""
    if len(samples) < LEAST_S * RATE:
        return ()
    samples = samples[: round(_MOST_S * RATE)]
    frames = np.lib.stride_tricks.sliding_window_view(samples, _WINDOW)[::_HOP]
    power = _power(frames * np.hanning(_WINDOW).astype(np.float32))
    loud = power.sum(axis=1)
    voiced = loud > 0.05 * np.quantile(loud, 0.95)  # vowels carry the voice
    if voiced.sum() * _HOP < 0.5 * LEAST_S * RATE:
        return ()
    cepstra = np.log(power[voiced] @ _filters().T + 1e-10) @ _cosines().T
    pitch = _pitch(frames[voiced][::_PITCH_EVERY])
    spread = float(np.subtract(*np.quantile(pitch, [0.75, 0.25]))) if len(pitch) else 0.0
    middle = float(np.median(pitch)) if len(pitch) else 0.0
    values = [*cepstra.mean(axis=0), *cepstra.std(axis=0), middle, spread]
    return tuple(round(float(value), 3) for value in values)


def speakers(utterances: Sequence[Utterance]) -> list[str]:
    """A letter per utterance in order of appearance; "" for all where voices do not lie apart."""
    none = [""] * len(utterances)
    voiced = [index for index, one in enumerate(utterances) if one.voice]
    lengths = np.array([utterances[index].end_s - utterances[index].start_s for index in voiced])
    if len(voiced) < 2:
        return none
    voices = np.array([utterances[index].voice for index in voiced]) / np.array(WITHIN)
    chosen = np.sort(np.argsort(-lengths, kind="stable")[:MOST_UTTERANCES])
    clusters = [chosen[cluster] for cluster in _clusters(voices[chosen])]
    clusters = [cluster for cluster in clusters if lengths[cluster].sum() >= LEAST_OF_SPEAKER_S]
    if not 2 <= len(clusters) <= MOST_SPEAKERS:
        return none
    clusters.sort(key=lambda cluster: int(cluster.min()))
    away = np.stack([_distances(voices, voices[cluster]).mean(axis=1) for cluster in clusters], axis=1)
    member = np.full(len(voiced), -1)
    for number, cluster in enumerate(clusters):
        member[cluster] = number
    near = np.where((member < 0) & (away.min(axis=1) <= APART), away.argmin(axis=1), member)
    labels = list(none)
    for place, number in zip(voiced, near.tolist(), strict=True):
        labels[place] = string.ascii_uppercase[number] if number >= 0 else ""
    return labels


def _distances(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """(n, m): 1 is the root mean square between two utterances of one speaker."""
    squares = (first**2).sum(axis=1)[:, None] + (second**2).sum(axis=1) - 2 * first @ second.T
    return np.asarray(np.sqrt(np.maximum(squares, 0) / (2 * first.shape[1])))


def _clusters(voices: np.ndarray) -> list[list[int]]:
    """Average linkage up to ``APART``."""
    away = _distances(voices, voices)
    np.fill_diagonal(away, np.inf)
    sizes = np.ones(len(voices))
    members: list[list[int]] = [[index] for index in range(len(voices))]
    while True:
        one, other = divmod(int(away.argmin()), len(away))
        if not away[one, other] <= APART:
            return [cluster for cluster in members if cluster]
        row = (away[one] * sizes[one] + away[other] * sizes[other]) / (sizes[one] + sizes[other])
        row[one] = np.inf
        away[one], away[:, one] = row, row
        away[other], away[:, other] = np.inf, np.inf
        sizes[one] += sizes[other]
        members[one] += members[other]
        members[other] = []


def _power(frames: np.ndarray, size: int = _WINDOW) -> np.ndarray:
    """Squares of magnitudes (frames, size / 2 + 1); of numpy's own absolute values they take a tenth."""
    spectra = np.fft.rfft(frames, size, axis=1)
    return np.asarray(np.square(spectra.real) + np.square(spectra.imag))


@cache
def _filters() -> np.ndarray:
    """Triangles (bands, bins) that are equally wide to the ear."""
    top = 2595 * np.log10(1 + HIGHEST_HZ / 700)
    corners = 700 * (10 ** (np.linspace(0, top, MEL_BANDS + 2) / 2595) - 1) * _WINDOW / RATE
    bins = np.arange(_WINDOW // 2 + 1)
    left, middle, right = (corners[i : i + MEL_BANDS, None] for i in range(3))
    return np.clip(
        np.minimum((bins - left) / (middle - left), (right - bins) / (right - middle)), 0, None
    ).astype(np.float32)


@cache
def _cosines() -> np.ndarray:
    """The discrete cosine transform's rows 1 to ``COEFFICIENTS``."""
    bands = np.arange(MEL_BANDS) + 0.5
    rows = np.arange(1, COEFFICIENTS + 1)[:, None]
    return (np.cos(np.pi * rows * bands / MEL_BANDS) * np.sqrt(2 / MEL_BANDS)).astype(np.float32)


def _pitch(frames: np.ndarray) -> np.ndarray:
    """The pitch of the frames that have one, in half tones over 60 Hz, by autocorrelation."""
    frames = frames - frames.mean(axis=1, keepdims=True)
    correlation = np.fft.irfft(_power(frames, 2 * _WINDOW), axis=1)
    shortest, longest = (round(RATE / hz) for hz in reversed(PITCH_HZ))
    # The window's own correlation falls with the lag; without it low voices seem to have none.
    falling = (1 - np.arange(shortest, longest) / _WINDOW * 0.999).astype(np.float32)
    lags = correlation[:, shortest:longest] / falling
    best = lags.argmax(axis=1)
    clear = lags[np.arange(len(lags)), best] > 0.5 * (correlation[:, 0] + 1e-9)
    return np.asarray(12 * np.log2(RATE / (best[clear] + shortest) / PITCH_HZ[0]))
