"""What a line of text says: strips of a picture to characters with a confidence.

The steps of PaddleOCR's CTC recogniser (SVTR; Du et al. 2022) as in RapidOCR 3.10
(Apache-2.0). Strips of like width share a batch, and a batch is only as wide as its widest
strip, which is where the time goes.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

HEIGHT = 48  # pixels, fixed by the network
STEP = 8  # pixels of width per character position
WIDTH_MULTIPLE = 32
MAX_WIDTH = 3200
BATCH_PIXELS = 6 * 480  # widths of a batch together; small batches stay in the cache
BLANK = 0


def cut_strip(image: np.ndarray, quad: np.ndarray) -> np.ndarray:
    """The turned rectangle ``quad`` (4, 2, pixels) laid flat, HEIGHT pixels high, (48, w, 3).

    Strips that stand upright are turned by a quarter, as such lines run upwards.
    """
    import cv2

    sides = np.linalg.norm(quad - np.roll(quad, -1, axis=0), axis=1)
    width, height = max(sides[0], sides[2]), max(sides[1], sides[3])
    corners = quad
    if height >= 1.5 * width:
        corners = np.roll(quad, -1, axis=0)  # its right side becomes the top
        width, height = height, width
    columns = int(np.clip(np.ceil(width / max(height, 1.0) * HEIGHT), 8, MAX_WIDTH))
    flat = np.array([[0, 0], [columns, 0], [columns, HEIGHT], [0, HEIGHT]], np.float32)
    matrix = cv2.getPerspectiveTransform(corners.astype(np.float32), flat)
    return cv2.warpPerspective(
        image, matrix, (columns, HEIGHT), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )


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


def decode(scores: np.ndarray, characters: Sequence[str]) -> list[tuple[str, float]]:
    """Text and mean confidence of each line from (n, positions, characters) probabilities.

    Greedy CTC: repeated characters are one, blanks part them.
    """
    best, confidence = scores.argmax(axis=2), scores.max(axis=2)
    lines = []
    for row in range(len(scores)):
        keep = best[row] != BLANK
        keep[1:] &= best[row, 1:] != best[row, :-1]
        text = "".join(characters[index] for index in best[row, keep])
        lines.append((text, float(confidence[row, keep].mean()) if keep.any() else 0.0))
    return lines
