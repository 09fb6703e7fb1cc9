"""Pictures and drawings inside a page that is itself a picture: a scan, or a slide saved as one.

In: the page's pixels. Out: places of what is no text. Letters are many small connected shapes of ink;
photographs and drawings are few large ones. Knows nothing of PDF.
"""

from __future__ import annotations

import numpy as np

from clerestory.reading.pdf.geometry import Rect, area, grow, overlap, union
from clerestory.reading.pdf.rasters import Pixels

_INK = 36  # of 255, the largest difference of a channel from the ground
_WIDE, _HIGH = 0.09, 0.085  # of the page: larger than the letters of a title
_JOIN = 0.02  # of the page: parts of one drawing lie closer
_LEAST = 0.012  # of the page's area
_BOX = 0.55  # share of one colour in a box with a few words on it
_MOSTLY = 0.45  # of the page under pictures: the page is one
_THIN = 0.02  # share of ink in its own box: below, it is a border around text


def pictures_in(pixels: Pixels) -> list[Rect]:
    """Rectangles in pixels, from the top."""
    import cv2

    height, width = pixels.shape[:2]
    ground = _ground(pixels)
    ink = (np.abs(pixels.astype(np.int16) - ground).max(axis=2) > _INK).astype(np.uint8)
    # Strokes of a drawing often miss each other by a pixel; letters of a line must stay apart.
    count, _, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    rects: list[Rect] = []
    for x, y, w, h, filled in stats[1:count].tolist():
        large = w >= _WIDE * width and h >= _HIGH * height
        tall = w >= 0.4 * _WIDE * width and h >= 1.7 * _HIGH * height
        if not (large or tall) or filled < _THIN * w * h or _is_box(pixels[y : y + h, x : x + w], height):
            continue
        rects.append((float(x), float(y), float(x + w), float(y + h)))
    joined = _joined(rects, _JOIN * max(width, height))
    kept = [rect for rect in joined if area(rect) > _LEAST * width * height]
    if len(kept) > 1 and sum(map(area, kept)) > _MOSTLY * width * height:
        kept = [union(kept)]  # a photograph or painting that fills the page
    return sorted(kept, key=lambda rect: (rect[1], rect[0]))


def _is_box(pixels: Pixels, page_height: int) -> bool:
    """Whether a part is a low box of one colour: a button or a title with its ground."""
    if pixels.shape[0] > 0.2 * page_height:
        return False
    colour = _ground(pixels)
    near = np.abs(pixels.astype(np.int16) - colour).max(axis=2) <= _INK
    return bool(near.mean() > _BOX) and int(colour.max()) - int(colour.min()) > _INK


def _ground(pixels: Pixels) -> np.ndarray:
    """The commonest colour, in steps of 16."""
    small = pixels[::3, ::3].reshape(-1, 3)
    steps = (small >> 4).astype(np.int32)
    keys = (steps[:, 0] << 8) | (steps[:, 1] << 4) | steps[:, 2]
    usual = int(np.bincount(keys).argmax())
    return np.median(small[keys == usual], axis=0).astype(np.int16)


def _joined(rects: list[Rect], gap: float) -> list[Rect]:
    joined: list[Rect] = []
    for rect in sorted(rects, key=area, reverse=True):
        current = rect
        again = True
        while again:
            again = False
            for other in joined:
                if overlap(grow(current, gap / 2), grow(other, gap / 2)) > 0:
                    joined.remove(other)
                    current = union([current, other])
                    again = True
                    break
        joined.append(current)
    return joined
