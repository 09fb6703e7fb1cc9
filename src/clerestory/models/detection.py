"""Where text stands in a picture: turned rectangles around lines.

The steps of PaddleOCR's DB detector (Liao et al. 2020, "Real-time Scene Text Detection
with Differentiable Binarization"), as in RapidOCR 3.10 (Apache-2.0), with two shortcuts
that give the same boxes: the rectangle is widened by arithmetic instead of by clipping a
polygon, and the picture is scaled and normalised in one pass.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

MULTIPLE = 32  # the network halves its input five times
MAX_STRETCH = 4  # sides of a long picture: at most this times the limit


@dataclass(frozen=True, slots=True)
class DetectionSettings:
    """``threshold`` of a pixel, ``box_threshold`` of the mean inside a box, both 0..1.

    The network marks the core of a line. The core grows by area x factor / circumference
    on every side: by ``unclip`` for the strip that is recognised, which wants a margin, and
    by ``tight`` for the box that is reported. RapidOCR has 0.3, 0.5 and 1.6 for both; the
    higher pixel threshold parts neighbours, the lower one of boxes keeps single digits, and
    the tight box adds eleven points of boxes with IoU >= 0.5 (docs/measured.md).
    """

    longest_side: int
    threshold: float = 0.5
    box_threshold: float = 0.4
    unclip: float = 1.8
    tight: float = 0.8
    max_boxes: int = 1000
    min_side: float = 3.0  # pixels of the map


def prepare(image: np.ndarray, longest_side: int) -> np.ndarray:
    """float32 (1, 3, h, w) in -1..1, BGR, sides multiples of 32, from RGB uint8 (h, w, 3)."""
    import cv2

    height, width = image.shape[:2]
    scale = scale_of(width, height, longest_side)
    size = [max(MULTIPLE, round(side * scale / MULTIPLE) * MULTIPLE) for side in (width, height)]
    smaller = image
    if (width, height) != tuple(size):
        # Below a half, bilinear sampling would skip pixels, and with them thin strokes.
        smaller = cv2.resize(image, size, interpolation=cv2.INTER_AREA if scale < 0.5 else cv2.INTER_LINEAR)
    return cv2.dnn.blobFromImage(smaller, 1 / 127.5, mean=(127.5,) * 3, swapRB=True)


def scale_of(width: int, height: int, longest_side: int) -> float:
    """By how much a picture is shrunk (never grown) so that its longer side fits.

    The shorter side keeps half of ``longest_side`` where it has it, or long receipts and
    screenshots would become unreadable; the longer one then stays below four times the limit.
    """
    long, short = max(width, height), min(width, height)
    wanted = max(longest_side / long, longest_side / 2 / short)
    return min(1.0, wanted, MAX_STRETCH * longest_side / long)


@dataclass(frozen=True, slots=True)
class Detected:
    """n lines as corners (n, 4, 2) in 0..1, clockwise from the top left.

    ``strips`` have the margin that recognition wants, ``tight`` end with the ink.
    """

    strips: np.ndarray
    tight: np.ndarray


def lines_of(map_: np.ndarray, settings: DetectionSettings) -> Detected:
    """The lines in a map (h, w) of how likely each pixel is the core of one."""
    import cv2

    bitmap = cv2.dilate((map_ > settings.threshold).astype(np.uint8), np.ones((2, 2), np.uint8))
    contours, _ = cv2.findContours(bitmap, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    strips: list[np.ndarray] = []
    tight: list[np.ndarray] = []
    for contour in contours[: settings.max_boxes]:
        centre, (w, h), angle = cv2.minAreaRect(contour)
        if min(w, h) < settings.min_side:
            continue
        if _mean_inside(map_, cv2.boxPoints((centre, (w, h), angle))) < settings.box_threshold:
            continue
        for factor, found in ((settings.unclip, strips), (settings.tight, tight)):
            grow = w * h * factor / (w + h)
            found.append(clockwise(cv2.boxPoints((centre, (w + grow, h + grow), angle))))
    return Detected(_within(strips, map_), _within(tight, map_))


def _within(quads: list[np.ndarray], map_: np.ndarray) -> np.ndarray:
    height, width = map_.shape
    corners = np.array(quads, np.float32).reshape(-1, 4, 2)
    return np.clip(corners / np.array((width, height), np.float32), 0, 1)


def clockwise(points: np.ndarray) -> np.ndarray:
    """Four corners from the top left on, clockwise."""
    by_x = points[np.argsort(points[:, 0], kind="stable")]
    left, right = by_x[:2], by_x[2:]
    top_left, bottom_left = left[np.argsort(left[:, 1], kind="stable")]
    top_right, bottom_right = right[np.argsort(right[:, 1], kind="stable")]
    return np.array([top_left, top_right, bottom_right, bottom_left])


def _mean_inside(map_: np.ndarray, box: np.ndarray) -> float:
    import cv2

    height, width = map_.shape
    x0, y0 = np.clip(np.floor(box.min(axis=0)).astype(int), 0, (width - 1, height - 1))
    x1, y1 = np.clip(np.ceil(box.max(axis=0)).astype(int), 0, (width - 1, height - 1))
    mask = np.zeros((y1 - y0 + 1, x1 - x0 + 1), np.uint8)
    cv2.fillPoly(mask, [(box - (x0, y0)).astype(np.int32)], 1)
    return cv2.mean(map_[y0 : y1 + 1, x0 : x1 + 1], mask)[0]
