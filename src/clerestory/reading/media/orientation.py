"""How a stored frame has to be turned, mirrored and stretched to be seen as a player shows it.

In: a decoded frame. Out: quarter turns, mirroring, the size as seen. The display matrix is
ISO/IEC 14496-12's: three rows of numbers in 16.16 (the last column 2.30) fixed point.
"""

from __future__ import annotations

import struct
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np

_WIDEST_ASPECT = 8  # of a pixel; beyond it the number is damage


class Turns(NamedTuple):
    """First ``mirrored`` left to right, then ``quarters`` of a turn clockwise."""

    quarters: int
    mirrored: bool


UPRIGHT = Turns(0, False)


def turns_of(frame: Any) -> Turns:
    """What the frame's display matrix asks for, to the nearest quarter turn."""
    matrix = frame.side_data.get("DISPLAYMATRIX")
    if matrix is None:
        return UPRIGHT
    content = bytes(matrix)
    if len(content) < 36:
        return UPRIGHT
    a, b, _, c, d = struct.unpack_from("<5i", content)
    mirrored = a * d - b * c < 0
    if mirrored:
        a, b = -a, -b
    if abs(a) >= abs(b):
        return Turns(0 if a >= 0 else 2, mirrored)
    return Turns(1 if b > 0 else 3, mirrored)


def aspect_of(frame: Any, stream: Any) -> Fraction:
    """Width of a stored pixel by its height; 1 where nothing sensible is said."""
    stated = getattr(frame, "sample_aspect_ratio", None) or stream.sample_aspect_ratio
    if not stated or not Fraction(1, _WIDEST_ASPECT) <= stated <= _WIDEST_ASPECT:
        return Fraction(1)
    return Fraction(stated)


class TurnsOfFrames:
    """``turns_of`` for the frames of one track, looked at anew only where the rotation differs.

    In PyAV 18 a frame whose side data was looked at refers to itself: its pixels stay in memory
    until the collector comes by, some two hundred frames later.
    """

    def __init__(self) -> None:
        self._known: dict[int, Turns] = {}

    def of(self, frame: Any) -> Turns:
        rotation = frame.rotation
        if rotation not in self._known:
            self._known[rotation] = turns_of(frame)
        return self._known[rotation]


def seen_size(frame: Any, stream: Any, turns: Turns | None = None) -> tuple[int, int]:
    """Width and height, upright and with square pixels."""
    width = max(1, round(frame.width * aspect_of(frame, stream)))
    turns = turns_of(frame) if turns is None else turns
    return (frame.height, width) if turns.quarters % 2 else (width, frame.height)


def upright(picture: np.ndarray, turns: Turns) -> np.ndarray:
    """Pixels (height, width, ...) as they are seen."""
    if turns.mirrored:
        picture = picture[:, ::-1]
    if turns.quarters:
        picture = np.rot90(picture, -turns.quarters)
    return np.ascontiguousarray(picture)
