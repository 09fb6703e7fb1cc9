"""From a decoder's attention to the seconds of its words.

A decoder that writes one piece of a word after the other looks, while it writes, at the
sound it writes down. The path of frames that follows these looks, forwards only, says
when each piece was spoken (dynamic time warping over cross-attention; Whisper's
``word_timestamps``, OpenAI 2022). The median over neighbouring frames takes away single
stray looks.

Begins are good to 0.1 s; ends lie late, as the pause after a word counts to it: they are
drawn back to where the sound falls silent.
"""

from __future__ import annotations

import numpy as np

MEDIAN_FRAMES = 7
QUIET_SHARE = 0.05  # of the loudest 20 ms of the stretch (-26 dB): below nobody speaks
LOUDNESS_S = 0.02


def follow(attention: np.ndarray) -> np.ndarray:
    """The first frame of each piece, int (pieces,), and the end after the last one.

    ``attention`` (heads, pieces, frames). Returns int (pieces + 1,), rising; with fewer
    frames than pieces some share a frame.
    """
    pieces, frames = attention.shape[1:]
    if pieces == 0:
        return np.array([frames])
    if frames <= pieces:
        return np.minimum(np.arange(pieces + 1), frames)
    return _path(_standardised(attention))


def drawn_back(samples: np.ndarray, spans: list[tuple[float, float]], *, rate: int) -> list[float]:
    """For each span the end of the sound in it: its own end, or an earlier one."""
    hop = int(LOUDNESS_S * rate)
    count = max(1, len(samples) // hop)
    loud = np.sqrt(np.mean(np.resize(samples, (count, hop)).astype(np.float64) ** 2, axis=1))
    heard = loud >= QUIET_SHARE * loud.max() if loud.max() > 0 else np.zeros(count, bool)
    ends = []
    for start_s, end_s in spans:
        first, stop = int(start_s / LOUDNESS_S), min(count, int(np.ceil(end_s / LOUDNESS_S)))
        within = np.flatnonzero(heard[first:stop])
        last = first + int(within[-1]) + 1 if len(within) else stop
        ends.append(max(start_s, min(end_s, last * LOUDNESS_S)))
    return ends


def _standardised(attention: np.ndarray) -> np.ndarray:
    """(pieces, frames): per head and frame in standard deviations over pieces, smoothed, averaged."""
    spread = attention.std(axis=1, keepdims=True)
    scores = (attention - attention.mean(axis=1, keepdims=True)) / np.maximum(spread, 1e-6)
    half = MEDIAN_FRAMES // 2
    padded = np.pad(scores, ((0, 0), (0, 0), (half, half)), mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, MEDIAN_FRAMES, axis=2)
    return np.median(windows, axis=3).mean(axis=0)


def _path(scores: np.ndarray) -> np.ndarray:
    """Boundaries of the best path through (pieces, frames): each frame one piece, in order."""
    pieces, frames = scores.shape
    best = np.full(pieces, -np.inf)
    best[0] = scores[0, 0]
    moved = np.zeros((frames, pieces), bool)
    for frame in range(1, frames):
        before = np.concatenate(([-np.inf], best[:-1]))
        moved[frame] = before > best
        best = np.maximum(best, before) + scores[:, frame]
    bounds = np.zeros(pieces + 1, int)
    bounds[pieces] = frames
    piece = pieces - 1
    for frame in range(frames - 1, 0, -1):
        if moved[frame, piece]:
            bounds[piece] = frame
            piece -= 1
    return bounds
