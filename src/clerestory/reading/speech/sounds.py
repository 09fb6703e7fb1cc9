"""What is to be heard where nobody speaks: silence, music or another sound, and how loud.

In: samples of 16 kHz. Out: spans with a name each. Music is told by notes: pure tones that
hold their pitch for a fifth of a second and change from one to the next. That finds tuned
instruments; drums alone, and voices that glide, are ``sound``. It knows no words.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import numpy as np

from clerestory.reading.speech.hearing import BANDS, LEVEL_S, Levels, Sound, SoundKind

RATE = 16_000
QUIETEST_DB = -100.0

SILENCE_DB = -55.0  # of full scale; below it a person turns the volume up
UNDER_SPEECH_DB = 30.0  # a room that is so much quieter than the talk in it is silence to a listener
LOUDEST_SILENCE_DB = -40.0
SHORTEST_S = 0.5  # a shorter sound or silence joins its neighbour

_WINDOW, _HOP = 1024, 512  # 64 ms every 32 ms
_TONES_HZ = (100.0, 5000.0)
_TONE_DB = 12.0  # over the mean of its surroundings
_AROUND = 12  # bins to each side
_HELD = 6  # frames that a note holds at least: 0.2 s
_MUSIC_WINDOW_S = 4.0
_TONAL_SHARE = 0.45  # of the frames of a window in which notes sound
_CHANGES_PER_S = 0.5  # notes that begin; a hum or a beep never changes
_BLOCK_S = 60.0  # bounds the memory of spectra to 8 MB


def levels_db(samples: np.ndarray) -> np.ndarray:
    """Loudness (RMS) in dB of full scale, one value per ``LEVEL_S``; the last may be of less."""
    step = round(LEVEL_S * RATE)
    count = -(-len(samples) // step)
    padded = np.zeros(count * step, np.float32)
    padded[: len(samples)] = samples
    parts = padded.reshape(count, step)
    power = np.einsum("ij,ij->i", parts, parts).astype(np.float64) / step
    return np.asarray(np.clip(10 * np.log10(power + 1e-12), QUIETEST_DB, 0.0))


def name_sounds(
    samples: np.ndarray, spans: Sequence[tuple[float, float]], *, start_s: float, speech_db: float | None
) -> list[Sound]:
    """Names for ``spans`` without speech, each parted where its sound changes.

    ``samples`` begin at ``start_s``; ``speech_db`` is how loud the speech around it is.
    """
    if not len(samples):  # spans too short for one
        return [Sound(begin, end, "silence", QUIETEST_DB) for begin, end in spans]
    loudness = levels_db(samples)
    silence_db = SILENCE_DB
    if speech_db is not None:
        silence_db = max(SILENCE_DB, min(LOUDEST_SILENCE_DB, speech_db - UNDER_SPEECH_DB))
    named: list[Sound] = []
    for begin, end in spans:
        part = samples[round((begin - start_s) * RATE) : round((end - start_s) * RATE)]
        first = min(int((begin - start_s) / LEVEL_S), len(loudness) - 1)
        last = max(first + 1, round((end - start_s) / LEVEL_S))
        here = loudness[first:last]
        loud = here > silence_db
        music = _music(part, loud) if loud.any() and end - begin >= _MUSIC_WINDOW_S / 2 else loud & False
        kinds = np.where(loud, np.where(music, 2, 1), 0)
        for kind, low, high in _runs(kinds):
            edge = end if high == len(here) else begin + high * LEVEL_S
            start = begin if low == 0 else begin + low * LEVEL_S
            if edge > start:
                named.append(Sound(start, edge, _KINDS[kind], _level(here[low:high], kind)))
    return named


_KINDS: tuple[SoundKind, ...] = ("silence", "sound", "music")


def _level(levels: np.ndarray, kind: int) -> float:
    """The mean; of silence the median, for the speech beside it reaches into its edges."""
    return mean_db(levels) if kind else round(float(np.median(levels)), 1)


def mean_db(levels: np.ndarray) -> float:
    """The level of the mean power."""
    return round(float(10 * np.log10((10 ** (levels / 10)).mean())), 1) if len(levels) else QUIETEST_DB


def _runs(kinds: np.ndarray) -> list[tuple[int, int, int]]:
    """(kind, first, end) of equal values; runs that are too short join the one before, or after."""
    least = round(SHORTEST_S / LEVEL_S)
    edges = [0, *(np.flatnonzero(np.diff(kinds)) + 1).tolist(), len(kinds)]
    runs = [[int(kinds[low]), low, high] for low, high in itertools.pairwise(edges)]
    while len(runs) > 1:
        index = min(range(len(runs)), key=lambda i: runs[i][2] - runs[i][1])
        if runs[index][2] - runs[index][1] >= least:
            break
        beside = [i for i in (index - 1, index + 1) if 0 <= i < len(runs)]
        longer = max(beside, key=lambda i: runs[i][2] - runs[i][1])
        runs[index][0] = runs[longer][0]
        joined: list[list[int]] = []
        for run in runs:
            if joined and joined[-1][0] == run[0]:
                joined[-1][2] = run[2]
            else:
                joined.append(run)
        runs = joined
    return [(kind, low, high) for kind, low, high in runs]


def _music(samples: np.ndarray, loud: np.ndarray) -> np.ndarray:
    """For each step of ``LEVEL_S`` whether notes are played around it; only ``loud`` ones count."""
    sounding, begun = [], []
    for block in _blocks(samples):
        notes = _notes(block)
        before = np.vstack([notes[:1], notes[:-1]])
        # A note that moves to a neighbouring bin is the same one.
        near = before | np.roll(before, 1, axis=1) | np.roll(before, -1, axis=1)
        sounding.append(notes.any(axis=1))
        begun.append((notes & ~near).any(axis=1))
    if not sounding:
        return np.zeros_like(loud)
    tonal, changing = np.concatenate(sounding), np.concatenate(begun)
    frame_s = _HOP / RATE
    steps = np.minimum((np.arange(len(tonal)) * frame_s / LEVEL_S).astype(int), len(loud) - 1)
    weights = loud[steps].astype(float)
    width = round(_MUSIC_WINDOW_S / frame_s)
    heard = _around(weights, width) + 1e-9
    shares = _around(weights * tonal, width) / heard
    changes = _around(weights * changing, width) / heard / frame_s
    music = (shares >= _TONAL_SHARE) & (changes >= _CHANGES_PER_S)
    frames = np.minimum((np.arange(len(loud)) * LEVEL_S / frame_s).astype(int), len(music) - 1)
    return np.asarray(music[frames])


def _around(values: np.ndarray, width: int) -> np.ndarray:
    """The sum of ``values`` over ``width`` frames around each, fewer at the edges."""
    sums = np.concatenate([[0.0], np.cumsum(values)])
    places = np.arange(len(values))
    low, high = np.maximum(places - width // 2, 0), np.minimum(places + width // 2 + 1, len(values))
    return np.asarray(sums[high] - sums[low])


def _blocks(samples: np.ndarray) -> Iterator[np.ndarray]:
    step = round(_BLOCK_S * RATE)
    for start in range(0, len(samples), step):
        if len(samples) - start >= _WINDOW * 4:
            yield samples[start : start + step]


def spectra(samples: np.ndarray, *, window: int = _WINDOW, hop: int = _HOP) -> np.ndarray:
    """Magnitudes (frames, window / 2 + 1) under a Hann window; 1 is a tone of full scale."""
    frames = np.lib.stride_tricks.sliding_window_view(samples, window)[::hop]
    hann = np.hanning(window).astype(np.float32)
    return np.abs(np.fft.rfft(frames * hann, axis=1)).astype(np.float32) * (2 / hann.sum())


def _notes(samples: np.ndarray) -> np.ndarray:
    """(frames, bins): a tone stands out in this bin and held its pitch for a note's time."""
    low, high = (round(hz * _WINDOW / RATE) for hz in _TONES_HZ)
    decibels = 20 * np.log10(spectra(samples)[:, low:high] + 1e-6)
    around = np.pad(decibels, ((0, 0), (_AROUND + 1, _AROUND)), mode="reflect").cumsum(axis=1)
    floor = (around[:, 2 * _AROUND + 1 :] - around[:, : -2 * _AROUND - 1]) / (2 * _AROUND + 1)
    left, right = np.roll(decibels, 1, axis=1), np.roll(decibels, -1, axis=1)
    peak = (decibels > left) & (decibels >= right) & (decibels > floor + _TONE_DB) & (decibels > -75)
    wide = peak | np.roll(peak, 1, axis=1) | np.roll(peak, -1, axis=1)
    sums = np.cumsum(np.vstack([np.zeros((1, wide.shape[1]), np.int32), wide.astype(np.int32)]), axis=0)
    held = np.zeros_like(wide)
    held[_HELD - 1 :] = sums[_HELD:] - sums[:-_HELD] == _HELD
    return np.asarray(held & peak)


SPECTRUM_COLUMNS = 800  # of a stretch at most
FINEST_COLUMN_S = 0.02
_COLUMNS_AT_ONCE = 128  # 1 MB of windows
_SPECTRUM_DB = (-90.0, -10.0)  # shown as 0 and 255


def measure_levels(samples: np.ndarray) -> Levels:
    """Loudness, peaks and spectrogram columns of a stretch, from which its pictures are drawn."""
    if not len(samples):
        return Levels()
    step = round(LEVEL_S * RATE)
    count = -(-len(samples) // step)
    padded = np.zeros(count * step, np.float32)
    padded[: len(samples)] = np.abs(samples)
    peaks = np.clip(padded.reshape(count, step).max(axis=1) * 255, 0, 255).round().astype(int)
    loudness = levels_db(samples).round().astype(int)
    column_s = max(FINEST_COLUMN_S, len(samples) / RATE / SPECTRUM_COLUMNS)
    return Levels(tuple(loudness.tolist()), tuple(peaks.tolist()), _columns(samples, column_s), column_s)


def _columns(samples: np.ndarray, column_s: float) -> bytes:
    """``BANDS`` bytes for every ``column_s``: the loudest of each band, low tones first."""
    edges = mel_edges(BANDS)
    count = max(1, round(len(samples) / RATE / column_s))
    # Two windows of each column are looked at: enough for a picture, whatever its length.
    firsts = (np.arange(count) * column_s * RATE).astype(int)
    starts = np.stack([firsts, firsts + int(column_s * RATE / 2)], axis=1)
    padded = np.pad(samples, (0, max(0, int(starts[-1, 1]) + _WINDOW - len(samples))))
    windows = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)
    hann = (np.hanning(_WINDOW) * (4 / _WINDOW)).astype(np.float32)
    low, high = _SPECTRUM_DB
    picture = np.empty((count, BANDS), np.uint8)
    for begin in range(0, count, _COLUMNS_AT_ONCE):
        block = starts[begin : begin + _COLUMNS_AT_ONCE]
        power = np.abs(np.fft.rfft(windows[block] * hann, axis=2)).max(axis=1)
        decibels = 20 * np.log10(np.maximum.reduceat(power, edges, axis=1) + 1e-6)
        picture[begin : begin + len(block)] = np.clip((decibels - low) / (high - low) * 255, 0, 255)
    return picture.tobytes()


def mel_edges(bands: int, *, highest_hz: float = 8000.0) -> np.ndarray:
    """First bins of ``bands`` bands that are equally wide to the ear (O'Shaughnessy 1987), all different."""
    top = 2595 * np.log10(1 + highest_hz / 700)
    hz = 700 * (10 ** (np.linspace(0, top, bands + 1)[:-1] / 2595) - 1)
    bins = np.round(hz * _WINDOW / RATE).astype(int)
    for index in range(1, bands):
        bins[index] = max(bins[index], bins[index - 1] + 1)
    return bins
