"""From a decoder's attention to the seconds of its words.

A decoder that writes one piece of a word after the other looks, while it writes, at the
sound that it writes down. The path of frames that follows these looks, forwards only, says
when each piece was spoken (cross-attention and dynamic time warping: Whisper's
``word_timestamps``, OpenAI 2022). The path here also knows pauses: where the sound is quiet
for a while, it stands between two words, not in one, so that a word ends where its sound
does. In music or noise nothing is quiet, and the looks alone decide.
"""

from __future__ import annotations

import numpy as np

MEDIAN_FRAMES = 7  # single stray looks vanish in the median over neighbouring frames
# Pairs that, put in order one after the other, bring the median of seven to place 3 (Devillard 1998).
_EXCHANGES = (
    *((0, 5), (0, 3), (1, 6), (2, 4), (0, 1), (3, 5), (2, 6)),
    *((2, 3), (3, 6), (4, 5), (1, 4), (1, 3), (3, 4)),
)
QUIET_SHARE = 0.3  # of the range in dB from the quiet to the loud frames of a stretch
RANGE_DB = 50.0  # at most: beside zeros of a computer the pauses of a room would count as loud
PAUSE_FRAMES = 6  # 0.14 s: the closed lips of a "p" are quiet for less
# What a pause gains or loses per frame; looks score at most 4 standard deviations. Smaller
# weights leave words in pauses (errors of 0.3 s at 2, none at 6; docs/measured.md).
PAUSE_WEIGHT = 6.0


def spans_of(
    attention: np.ndarray,
    begins: np.ndarray,
    pauses: np.ndarray,
    *,
    weights: np.ndarray | None = None,
    early: int = 0,
) -> np.ndarray:
    """First frame and frame after the last one of each piece, int (pieces, 2), rising.

    ``attention`` (heads, pieces, frames); ``begins`` (pieces,): whether a word begins with
    the piece, for pauses are between words only; ``pauses`` (frames,). ``weights`` (heads,) say
    how much each head counts, alike without; it looks ``early`` frames before the sound. With
    hardly more frames than pieces they are dealt out evenly.
    """
    pieces, frames = attention.shape[1:]
    if frames <= pieces:
        edges = np.arange(pieces + 1) * frames // max(pieces, 1)
        return np.stack([edges[:-1], edges[1:]], axis=1)
    if weights is None:
        weights = np.full(len(attention), 1 / len(attention))
    states = _path(_standardised(attention, weights, early), begins, pauses)
    firsts = np.searchsorted(states, 2 * np.arange(pieces) + 1)
    stops = np.searchsorted(states, 2 * np.arange(pieces) + 2)
    return np.stack([firsts, stops], axis=1)


def gapless_lengths(attention: np.ndarray) -> np.ndarray:
    """Frames of each piece, int (pieces,), where all frames are dealt out to pieces, without any pause."""
    pieces, frames = attention.shape[1:]
    if frames <= pieces:
        return np.diff(np.arange(pieces + 1) * frames // max(pieces, 1))
    alike = np.full(len(attention), 1 / len(attention))
    scores = np.ascontiguousarray(_standardised(attention, alike, 0).T, np.float64)
    moved = np.zeros(scores.shape, bool)
    best, after = np.full((2, pieces), -np.inf)
    best[0] = scores[0, 0]
    for gains, moves in zip(scores[1:], moved[1:], strict=True):
        np.greater(best[:-1], best[1:], out=moves[1:])
        np.maximum(best[:-1], best[1:], out=after[1:])
        after[0] = best[0]
        after += gains
        best, after = after, best
    lengths = np.zeros(pieces, np.int64)
    piece = pieces - 1
    for moves in moved[::-1]:
        lengths[piece] += 1
        piece -= int(moves[piece])
    return lengths


def pauses_of(samples: np.ndarray, *, frames: int, hop: int) -> np.ndarray:
    """Which ``frames`` of ``hop`` samples belong to a pause, bool (frames,)."""
    quiet = quiet_frames(samples, frames=frames, hop=hop)
    edges = np.flatnonzero(np.diff(np.concatenate(([0], quiet, [0])).astype(np.int8)))
    for first, stop in edges.reshape(-1, 2):
        if stop - first < PAUSE_FRAMES:
            quiet[first:stop] = False
    return quiet


def quiet_frames(samples: np.ndarray, *, frames: int, hop: int) -> np.ndarray:
    """Which ``frames`` of ``hop`` samples are quiet for this sound, bool (frames,)."""
    if not frames:
        return np.zeros(0, bool)
    whole = np.zeros(frames * hop, np.float64)
    whole[: min(len(samples), len(whole))] = samples[: len(whole)]
    level_db = 10 * np.log10(np.mean(whole.reshape(frames, hop) ** 2, axis=1) + 1e-10)
    low, high = np.percentile(level_db, (5, 95))
    low = max(low, high - RANGE_DB)
    return level_db < low + QUIET_SHARE * (high - low)


def _standardised(attention: np.ndarray, weights: np.ndarray, early: int) -> np.ndarray:
    """(pieces, frames): in standard deviations over the pieces, weighted sum of the heads, smoothed."""
    _, pieces, frames = attention.shape
    scores = np.zeros((pieces, frames), np.float32)
    for looks, weight in zip(attention, weights.tolist(), strict=True):  # all at once would take 200 MB
        scores += (looks - looks.mean(axis=0)) * (weight / np.maximum(looks.std(axis=0), 1e-6))
    half = MEDIAN_FRAMES // 2
    early = min(early, half)
    padded = np.pad(scores, ((0, 0), (half + early, half - early)), mode="edge")
    places = [padded[:, place : place + frames].copy() for place in range(MEDIAN_FRAMES)]
    lower = np.empty_like(scores)
    for low, high in _EXCHANGES:
        np.minimum(places[low], places[high], out=lower)
        np.maximum(places[low], places[high], out=places[high])
        places[low], lower = lower, places[low]
    return places[half]


def _path(scores: np.ndarray, begins: np.ndarray, pauses: np.ndarray) -> np.ndarray:
    """The state of each frame on the best path (Viterbi 1967), int (frames,), rising.

    State 2p + 1 is piece p, state 2p the pause before it (the last one: after all).
    """
    pieces, frames = scores.shape
    gains = np.empty((frames, 2 * pieces + 1))
    gains[:, 1::2] = scores.T
    gains[:, 0::2] = np.where(pauses, PAUSE_WEIGHT, -PAUSE_WEIGHT)[:, None]
    gains[:, 0:-1:2][:, ~begins] = -np.inf
    stepped = np.zeros(gains.shape, bool)  # from the state before
    leapt = np.zeros((frames, max(pieces - 1, 0)), bool)  # from the piece before, over the pause
    best, after = np.full((2, 2 * pieces + 1), -np.inf)
    best[:2] = gains[0, :2]
    for frame in range(1, frames):
        np.greater(best[:-1], best[1:], out=stepped[frame, 1:])
        np.maximum(best[:-1], best[1:], out=after[1:])
        after[0] = best[0]
        later, earlier = after[3::2], best[1:-2:2]
        np.greater(earlier, later, out=leapt[frame])
        np.maximum(earlier, later, out=later)
        after += gains[frame]
        best, after = after, best
    states = np.empty(frames, np.int64)
    state = 2 * pieces - int(best[2 * pieces - 1] >= best[2 * pieces])
    for frame in range(frames - 1, -1, -1):
        states[frame] = state
        if state % 2 and state > 1 and leapt[frame, state // 2 - 1]:
            state -= 2
        elif stepped[frame, state]:
            state -= 1
    return states
