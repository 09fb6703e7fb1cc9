"""Photographs with captions, and the views of them that heads are trained on.

In: a ``train.jsonl`` (``image``, ``captions``). Out: arrays for the tower. The first view
is the whole frame, as at use; the others are cuts of half to all of it, some mirrored, the
same in every run.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

WHOLE = "whole"
CAPTIONS = 5


@dataclass(frozen=True, slots=True)
class Photograph:
    """A picture file and what people wrote under it."""

    path: Path
    captions: tuple[str, ...]


def read_photographs(listing: Path) -> list[Photograph]:
    """The photographs of a listing, in its order; all must have five captions."""
    found = []
    for line in listing.read_text(encoding="utf-8").splitlines():
        item = json.loads(line)
        found.append(Photograph(listing.parent / item["image"], tuple(item["captions"])))
    if any(len(photograph.captions) != CAPTIONS for photograph in found):
        raise SystemExit(f"{listing}: each photograph needs {CAPTIONS} captions")
    return found


def decode(path: Path) -> np.ndarray:
    """Upright RGB (h, w, 3)."""
    from PIL import Image, ImageOps

    with Image.open(path) as image:
        return np.asarray(ImageOps.exif_transpose(image).convert("RGB"))


def view(image: np.ndarray, name: str, *, number: int, side: int) -> np.ndarray:
    """One view of the photograph with this ``number`` as a square; ``name`` is "whole" or "cut-K"."""
    import cv2

    mirrored = False
    if name != WHOLE:
        random = np.random.default_rng([int(name.removeprefix("cut-")), number])
        image, mirrored = cut(image, random)
    height, width = image.shape[:2]
    smaller = height > side and width > side
    image = cv2.resize(image, (side, side), interpolation=cv2.INTER_AREA if smaller else cv2.INTER_CUBIC)
    return np.ascontiguousarray(image[:, ::-1]) if mirrored else image


def cut(image: np.ndarray, random: np.random.Generator) -> tuple[np.ndarray, bool]:
    """A part of half to all of the area, and whether to mirror it."""
    height, width = image.shape[:2]
    side = random.uniform(0.5, 1.0) ** 0.5
    stretch = np.exp(random.uniform(-0.15, 0.15)) ** 0.5
    wide = int(width * min(1.0, side * stretch))
    high = int(height * min(1.0, side / stretch))
    left = int(random.uniform(0, width - wide + 1))
    top = int(random.uniform(0, height - high + 1))
    return image[top : top + high, left : left + wide], bool(random.random() < 0.5)
