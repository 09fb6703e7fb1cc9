"""Whether two pictures are one: the same but for size, trimming, mirroring, colours and quality.

In: two pictures as arrays. Out: yes or no. Places that look alike in both (ORB, Rublee et al. 2011)
say how one lies upon the other (a similarity, by RANSAC); then they are compared tile by tile,
since two forms, charts or receipts of one make differ in a few places only. Pictures with next
to nothing in them, as a plain sky, are compared as they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

# Pixels, at most and at least: they are compared at the size of the smaller one.
LONGEST_SIDE, SHORTEST_SIDE = 320, 128
FEATURES = 600
LEAST_MATCHES = 10
# Of one upon the other: larger ones are not copies but coincidences.
LARGEST_TURN = 0.18  # radians
SMALLEST_SCALE, LARGEST_SCALE = 0.2, 5.0
TILE = 32
SMOOTH = 4.0  # grey levels: tiles that vary less have nothing to compare
LIKE = 0.6  # correlation of two tiles
# Of the tiles that have something in them.
LEAST_ALIKE = 0.75
LEAST_TILES = 4
# Of the smaller one's area must be seen in the other.
LEAST_OVERLAP = 0.6


def same(first: np.ndarray, second: np.ndarray) -> bool:
    """RGB or grey uint8 pictures (h, w[, 3]) of any size."""
    side = min(LONGEST_SIDE, max(SHORTEST_SIDE, min(max(first.shape[:2]), max(second.shape[:2]))))
    one, other = _grey(first, side), _grey(second, side)
    return any(_lies_upon(one, turned, way) for turned, way in _ways(one, other))


def _grey(picture: np.ndarray, side: int) -> np.ndarray:
    import cv2

    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY) if picture.ndim == 3 else picture
    scale = side / max(grey.shape)
    size = tuple(max(8, round(length * scale)) for length in reversed(grey.shape))
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA))


def _ways(one: np.ndarray, other: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """The other as it is and mirrored, each with how it may lie upon the first (2, 3)."""
    import cv2

    orb = cv2.ORB_create(FEATURES)  # type: ignore[attr-defined]
    spots, marks = orb.detectAndCompute(one, None)
    for turned in (other, np.ascontiguousarray(other[:, ::-1])):
        fitted = np.array(
            [[one.shape[1] / turned.shape[1], 0, 0], [0, one.shape[0] / turned.shape[0], 0]], float
        )
        yield turned, fitted
        others, other_marks = orb.detectAndCompute(turned, None)
        if marks is None or other_marks is None:
            continue
        pairs = cv2.BFMatcher(cv2.NORM_HAMMING, crossCheck=True).match(other_marks, marks)
        if len(pairs) < LEAST_MATCHES:
            continue
        here = np.array([others[pair.queryIdx].pt for pair in pairs], np.float32)
        there = np.array([spots[pair.trainIdx].pt for pair in pairs], np.float32)
        way, kept = cv2.estimateAffinePartial2D(here, there, ransacReprojThreshold=3.0)
        if way is not None and int(kept.sum()) >= LEAST_MATCHES:
            yield turned, way


def _lies_upon(one: np.ndarray, other: np.ndarray, way: np.ndarray) -> bool:
    import cv2

    scale, turn = float(np.hypot(way[0, 0], way[1, 0])), float(np.arctan2(way[1, 0], way[0, 0]))
    if not SMALLEST_SCALE <= scale <= LARGEST_SCALE or abs(turn) > LARGEST_TURN:
        return False
    size = one.shape[1], one.shape[0]
    moved = cv2.warpAffine(other, way, size, flags=cv2.INTER_AREA)
    seen = cv2.warpAffine(np.ones_like(other), way, size, flags=cv2.INTER_NEAREST)
    smaller = min(one.size, other.size * abs(float(np.linalg.det(way[:, :2]))))
    return float(seen.sum()) >= LEAST_OVERLAP * smaller and _alike(one, moved, seen)


def _alike(one: np.ndarray, moved: np.ndarray, seen: np.ndarray) -> bool:
    """Whether most tiles that both show, and that have something in them, are alike."""
    alike, all_of_them = 0, 0
    for top in range(0, one.shape[0] - TILE + 1, TILE // 2):
        for left in range(0, one.shape[1] - TILE + 1, TILE // 2):
            tile = np.s_[top : top + TILE, left : left + TILE]
            if not seen[tile].all():
                continue
            here, there = one[tile].astype(np.float32), moved[tile].astype(np.float32)
            here, there = here - here.mean(), there - there.mean()
            deviation = float(here.std()), float(there.std())
            if max(deviation) < SMOOTH:
                continue
            all_of_them += 1
            alike += float((here * there).mean()) >= LIKE * max(1e-6, deviation[0] * deviation[1])
    if all_of_them < LEAST_TILES:
        both = seen.astype(bool)
        return bool(np.abs(one[both].astype(float) - moved[both]).mean() < SMOOTH)
    return alike >= LEAST_ALIKE * all_of_them
