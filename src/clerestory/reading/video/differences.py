"""How two small pictures of a film differ: beyond what motion explains, in outline, as a mixture.

In: frames shrunk to a ``Small``. Out: measures in grey levels (0..255) or shares (0..1).
It does not know about time.

Sources: block matching as in motion estimation; the edge change ratio of Zabih, Miller and
Mai 1995, "A feature-based algorithm for detecting and classifying scene breaks"; the test
of a dissolve as a weighted sum of the scenes around it as in Lienhart 2001, "Reliable
transition detection in videos".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

WIDTH, HEIGHT = 64, 36  # pixels of a small picture, whatever the shape of the film
BLOCK = 4  # pixels of a block's side: 16 x 9 blocks
_ROWS, _COLUMNS = HEIGHT // BLOCK, WIDTH // BLOCK
# How far a block may have moved from one frame to the next, in small pixels of a 64th of the width.
_REACH, _STEP = 6, 2
_EDGE = 24.0  # gradient, in grey levels over two pixels, from which on a pixel is an outline
_CHANGED = 7.0  # grey levels by which a block must differ for its content to be another one
_PLAIN = 5.0  # standard deviation below which a picture shows nothing: black, white, one colour


@dataclass(frozen=True, slots=True)
class Small:
    """A frame as it is compared, all float32.

    ``luma`` (36, 64), ``colour`` (9, 16, 2), ``blurred`` (18 x 32 values: what a mixture is
    tested on), and the standard deviation of the luma.
    """

    time_s: float
    luma: np.ndarray
    colour: np.ndarray
    blurred: np.ndarray
    spread: float

    @property
    def plain(self) -> bool:
        return self.spread < _PLAIN


@dataclass(frozen=True, slots=True)
class Difference:
    """``level``: mean difference that motion does not explain; ``area``: share of blocks with any."""

    level: float
    area: float


@dataclass(frozen=True, slots=True)
class Mixture:
    """How well pictures are sums of the first and the last.

    ``residual`` is what is left over, as a share of the whole change; ``shares`` are the last
    one's weights.
    """

    residual: float
    shares: np.ndarray


def small(rgb: np.ndarray, time_s: float) -> Small:
    """A frame (h, w, 3) of 8-bit RGB as it is compared."""
    import cv2

    shrunk = cv2.resize(rgb, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
    planes = cv2.cvtColor(shrunk, cv2.COLOR_RGB2YCrCb)
    luma = planes[:, :, 0].astype(np.float32)
    colour = cv2.resize(planes[:, :, 1:], (_COLUMNS, _ROWS), interpolation=cv2.INTER_AREA)
    blurred = cv2.resize(luma, (WIDTH // 2, HEIGHT // 2), interpolation=cv2.INTER_AREA)
    return Small(time_s, luma, colour.astype(np.float32), blurred.ravel(), float(luma.std()))


def plain_difference(first: Small, second: Small) -> float:
    """Mean absolute difference pixel by pixel: cheap, and large whenever anything moves."""
    return float(np.abs(first.luma - second.luma).mean() + np.abs(first.colour - second.colour).mean())


def difference(first: Small, second: Small) -> Difference:
    """What of ``second`` is not somewhere near the same place in ``first``."""
    import cv2

    around = cv2.copyMakeBorder(first.luma, _REACH, _REACH, _REACH, _REACH, cv2.BORDER_REPLICATE)
    best = np.full((_ROWS, _COLUMNS), np.inf, np.float32)
    for down in range(0, 2 * _REACH + 1, _STEP):
        for right in range(0, 2 * _REACH + 1, _STEP):
            shifted = around[down : down + HEIGHT, right : right + WIDTH]
            error = cv2.resize(
                cv2.absdiff(shifted, second.luma), (_COLUMNS, _ROWS), interpolation=cv2.INTER_AREA
            )
            np.minimum(best, error, out=best)
    tinted = cv2.copyMakeBorder(first.colour, 1, 1, 1, 1, cv2.BORDER_REPLICATE)
    tint = np.full((_ROWS, _COLUMNS), np.inf, np.float32)
    for down in range(3):
        for right in range(3):
            shifted = tinted[down : down + _ROWS, right : right + _COLUMNS]
            np.minimum(tint, np.abs(shifted - second.colour).sum(axis=2), out=tint)
    whole = best + 0.5 * tint
    return Difference(float(whole.mean()), float((whole > _CHANGED).mean()))


def outlines_changed(first: Small, second: Small) -> tuple[float, float]:
    """Shares of the first one's outlines that are gone, and of the second one's that are new.

    A picture without outlines has lost or gained none.
    """
    before, after = _outlines(first.luma), _outlines(second.luma)
    return _missing(before, after), _missing(after, before)


def mixture(pictures: Sequence[Small]) -> Mixture:
    """The least-squares fit of each picture as (1 - share) x the first + share x the last."""
    values = np.stack([one.blurred for one in pictures])
    first, last = values[0], values[-1]
    change = last - first
    power = float(change @ change) or 1e-9
    shares = (values - first) @ change / power
    rest = values - first - shares[:, None] * change
    residual = np.sqrt((rest**2).sum(axis=1) / power)
    return Mixture(float(residual.max()), shares)


def likeness(first: Small, second: Small) -> float:
    """Correlation of the two pictures' gradients, -1..1: near 1 where only the light changed."""
    import cv2

    parts = []
    for one in (first, second):
        across = cv2.Sobel(one.luma, cv2.CV_32F, 1, 0)
        down = cv2.Sobel(one.luma, cv2.CV_32F, 0, 1)
        parts.append(np.concatenate([across.ravel(), down.ravel()]))
    norm = float(np.linalg.norm(parts[0]) * np.linalg.norm(parts[1]))
    return float(parts[0] @ parts[1]) / norm if norm else 0.0


def _outlines(luma: np.ndarray) -> np.ndarray:
    across = np.zeros_like(luma)
    down = np.zeros_like(luma)
    across[:, 1:-1] = np.abs(luma[:, 2:] - luma[:, :-2])
    down[1:-1] = np.abs(luma[2:] - luma[:-2])
    return np.maximum(across, down) > _EDGE


def _missing(outlines: np.ndarray, other: np.ndarray) -> float:
    import cv2

    count = int(outlines.sum())
    if not count:
        return 0.0
    near = cv2.dilate(other.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    return float((outlines & ~near).sum()) / count
