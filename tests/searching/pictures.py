"""Pictures of painted areas, for tests of what is seen."""

from __future__ import annotations

import io
import zlib
from pathlib import Path

import numpy as np
from PIL import Image
from tests import fakes


def painted(*quarters: str, side: int = 160, texture: str = "") -> bytes:
    """A PNG of one colour, or of four: top left, top right, bottom left, bottom right.

    ``texture`` makes lighter and darker patches, so that pictures of one colour are no copies.
    """
    names = quarters * (4 // len(quarters))
    half = side // 2
    rows = [np.full((half, half, 3), fakes.COLOURS[name], np.int16) for name in names]
    pixels = np.vstack([np.hstack(rows[:2]), np.hstack(rows[2:])])
    patches = np.random.default_rng(zlib.crc32(texture.encode())).integers(-20, 20, (8, 8, 1))
    pixels = np.clip(pixels + np.kron(patches, np.ones((side // 8, side // 8, 1), np.int16)), 0, 255)
    content = io.BytesIO()
    Image.fromarray(pixels.astype(np.uint8)).save(content, "PNG")
    return content.getvalue()


def paint(folder: Path, **pictures: tuple[str, ...]) -> None:
    """A PNG file for each name."""
    for name, quarters in pictures.items():
        (folder / f"{name}.png").write_bytes(painted(*quarters, texture=name))
