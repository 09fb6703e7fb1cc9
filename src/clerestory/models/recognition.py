"""What a line of text says: strips of a picture to characters with a confidence.

The steps of PaddleOCR's CTC recogniser (SVTR; Du et al. 2022) as in RapidOCR 3.10
(Apache-2.0). Strips of like width share a batch, and a batch is only as wide as its widest
strip, which is where the time goes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

HEIGHT = 48  # pixels, fixed by the network
STEP = 8  # pixels of width per character position
WIDTH_MULTIPLE = 32
MAX_WIDTH = 3200
MAX_SHRINK = 8
BATCH_PIXELS = 960  # widths of a batch together; larger ones leave the cache and gain nothing
BLANK = 0
TALL = 1.5  # height to width of a strip that may run up or down
VERY_TALL = 3.0  # and of one that is no single character
# A gap between characters that parts a line: in heights of the strip (which has a margin), and
# in distances between its characters. Of 106 such gaps on labelled receipts these find 37, and
# 18 where the label goes on.
GAP_HEIGHTS = 0.9
GAP_PITCHES = 2.5


def cut_strip(image: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """The turned rectangle ``corners`` (4, 2, pixels) laid flat: (48, w, 3), its first side on top."""
    import cv2

    sides = np.linalg.norm(corners - np.roll(corners, -1, axis=0), axis=1)
    width, height = max(sides[0], sides[2]), max(sides[1], sides[3], 1.0)
    columns = int(np.clip(np.ceil(width / height * HEIGHT), 8, MAX_WIDTH))
    # Large print is laid flat larger and then averaged: sampling alone would skip strokes.
    factor = int(np.clip(height // HEIGHT, 1, MAX_SHRINK))
    size = (columns * factor, HEIGHT * factor)
    flat = np.array([[0, 0], [size[0], 0], size, [0, size[1]]], np.float32)
    matrix = cv2.getPerspectiveTransform(corners.astype(np.float32), flat)
    strip = cv2.warpPerspective(image, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return strip if factor == 1 else cv2.resize(strip, (columns, HEIGHT), interpolation=cv2.INTER_AREA)


def turns_of(corners: np.ndarray) -> tuple[int, ...]:
    """By how many corners to turn a strip before reading; the surest reading counts.

    A tall strip may be a line that runs down (1) or up (-1, as beside the axis of a chart),
    or a single digit (0).
    """
    sides = np.linalg.norm(corners - np.roll(corners, -1, axis=0), axis=1)
    shape = max(sides[1], sides[3]) / max(sides[0], sides[2], 1e-6)
    if shape < TALL:
        return (0,)
    return (0, 1, -1) if shape < VERY_TALL else (1, -1)


def batches_of(widths: Sequence[int]) -> list[list[int]]:
    """Indices of strips in batches, by width, so that little is padded."""
    order = sorted(range(len(widths)), key=lambda index: widths[index])
    batches: list[list[int]] = []
    for index in order:
        widest = padded(widths[index])
        if batches and (len(batches[-1]) + 1) * widest <= BATCH_PIXELS:
            batches[-1].append(index)
        else:
            batches.append([index])
    return batches


def padded(width: int) -> int:
    return -(-width // WIDTH_MULTIPLE) * WIDTH_MULTIPLE


def stack(strips: Sequence[np.ndarray]) -> np.ndarray:
    """float32 (n, 3, 48, w) in -1..1, BGR, zeros to the right of short strips."""
    width = padded(max(strip.shape[1] for strip in strips))
    batch = np.zeros((len(strips), 3, HEIGHT, width), np.float32)
    for row, strip in enumerate(strips):
        planes = strip[:, :, ::-1].transpose(2, 0, 1).astype(np.float32)
        batch[row, :, :, : strip.shape[1]] = planes / 127.5 - 1
    return batch


@dataclass(frozen=True, slots=True)
class Piece:
    """Characters of a strip without a wide gap; ``start`` and ``end`` are shares of its width."""

    text: str
    confidence: float
    start: float
    end: float


def decode(scores: np.ndarray, characters: Sequence[str], widths: Sequence[int]) -> list[list[Piece]]:
    """The pieces of each line from (n, positions, characters) probabilities.

    Greedy CTC: repeated characters are one, blanks part them. ``widths``: pixels of each
    strip before it was padded.
    """
    best, confidence = scores.argmax(axis=2), scores.max(axis=2)
    lines = []
    for row, width in enumerate(widths):
        keep = best[row] != BLANK
        keep[1:] &= best[row, 1:] != best[row, :-1]
        text = [characters[index] for index in best[row, keep]]
        lines.append(_pieces(text, confidence[row, keep], np.flatnonzero(keep) * STEP, width))
    return lines


def _pieces(text: list[str], confidence: np.ndarray, places: np.ndarray, width: int) -> list[Piece]:
    """Parts a line at gaps that are columns of a table rather than spaces.

    ``places`` are pixels from the left of the strip.
    """
    inked = [index for index, character in enumerate(text) if character.strip()]
    if not inked:
        return []
    gaps = np.diff(places[inked])
    pitch = float(np.median(gaps)) if len(gaps) else 0.0
    cuts = np.flatnonzero((gaps > GAP_HEIGHTS * HEIGHT) & (gaps > GAP_PITCHES * pitch)) + 1
    pieces = []
    for part in np.split(np.array(inked), cuts):
        first, last = int(part[0]), int(part[-1])
        start, end = places[first] - pitch / 2, places[last] + pitch / 2
        pieces.append(
            Piece(
                "".join(text[first : last + 1]),
                float(confidence[first : last + 1].mean()),
                0.0 if first == inked[0] else start / width,
                1.0 if last == inked[-1] else end / width,
            )
        )
    return pieces
