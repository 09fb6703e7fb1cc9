"""The frames of a video on the player's clock: upright, square pixels, any stretch.

In: a path and seconds. Out: frames with the seconds they stand there, converted only when
their pixels are asked for. It does not know what they show.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from clerestory.errors import UnsupportedFile
from clerestory.reading.media.library import av
from clerestory.reading.media.opening import Opened, opened

_USUAL_FRAME_S = Fraction(1, 25)


@dataclass(frozen=True, slots=True)
class Frame:
    """``image`` is RGB uint8 (height, width, 3)."""

    time_s: float
    end_s: float
    image: np.ndarray


@dataclass(frozen=True, slots=True)
class Decoded:
    """A frame before its pixels are converted. ``size`` is (width, height) as seen."""

    time_s: float
    end_s: float
    size: tuple[int, int]
    turns: int  # quarter turns clockwise
    _frame: Any

    def rgb(self, longest_side: int) -> np.ndarray:
        """(height, width, 3) uint8; smaller frames are not enlarged."""
        return self._pixels("rgb24", longest_side)

    def grey(self, longest_side: int) -> np.ndarray:
        """(height, width) uint8."""
        return self._pixels("gray", longest_side)

    def _pixels(self, format: str, longest_side: int) -> np.ndarray:
        width, height = self.size
        scale = min(1.0, longest_side / max(width, height))
        width, height = max(1, round(width * scale)), max(1, round(height * scale))
        if self.turns % 2:
            width, height = height, width
        picture = self._frame.reformat(
            width=width, height=height, format=format, interpolation="AREA" if scale < 1 else "BILINEAR"
        ).to_ndarray()
        return np.ascontiguousarray(np.rot90(picture, -self.turns)) if self.turns else picture


def decoded(
    path: Path, *, start_s: float = 0.0, end_s: float | None = None, track: int = 0
) -> Iterator[Decoded]:
    """The frames that begin in ``start_s`` to ``end_s`` (exclusive), in order, times strictly rising.

    Raises:
        UnsupportedFile: there is no such track, or no decoder for it.
        UnreadableFile, FileVanished, FileDenied, TooLarge
    """
    with opened(path) as media:
        if track >= len(media.pictures):
            raise UnsupportedFile("there are no moving pictures", where=path.name)
        stream = media.pictures[track]
        before: tuple[Fraction, Any] | None = None
        for time, frame in _timed(media, stream, start_s):
            if before is not None and time > before[0]:
                if end_s is not None and before[0] >= end_s:
                    return
                if before[0] >= start_s:
                    yield _seen(before[0], time, before[1], stream)
            elif before is not None:
                continue  # two frames at one time: the first stays
            before = (time, frame)
        if before is not None and before[0] >= start_s and (end_s is None or before[0] < end_s):
            yield _seen(before[0], before[0] + _length(before[1], stream), before[1], stream)


def frames(
    path: Path,
    *,
    start_s: float = 0.0,
    end_s: float | None = None,
    longest_side: int,
    track: int = 0,
) -> Iterator[Frame]:
    """As ``decoded``, with the pixels as RGB."""
    for one in decoded(path, start_s=start_s, end_s=end_s, track=track):
        yield Frame(one.time_s, one.end_s, one.rgb(longest_side))


def frame_at(path: Path, time_s: float, *, longest_side: int, track: int = 0) -> Frame:
    """The frame that stands at ``time_s``: before the first one the first, after the last the last.

    Raises:
        UnsupportedFile, UnreadableFile, FileVanished, FileDenied, TooLarge
    """
    best: Decoded | None = None
    for back in (5.0, 60.0, float("inf")):
        for one in decoded(path, start_s=max(0.0, time_s - back), track=track):
            if best is None or one.time_s <= time_s:
                best = one
            if one.end_s > time_s:
                break
        if best is not None and best.time_s <= time_s:
            break
    if best is None:
        raise UnsupportedFile("no frame can be decoded", where=path.name)
    return Frame(best.time_s, best.end_s, best.rgb(longest_side))


def _timed(media: Opened, stream: Any, start_s: float) -> Iterator[tuple[Fraction, Any]]:
    library = av()
    stream.codec_context.thread_count = 1  # stretches are watched side by side
    if start_s > 0:
        target = start_s + float(media.zero)
        media.container.seek(int(target / stream.time_base), stream=stream, backward=True)
    expected = Fraction(0)
    for packet in media.container.demux(stream):
        try:
            pictures = packet.decode()
        except library.error.FFmpegError:
            continue  # a damaged packet; the frame before it stands longer
        for frame in pictures:
            time = expected if frame.pts is None else frame.pts * frame.time_base - media.zero
            expected = time + _length(frame, stream)
            yield time, frame


def _length(frame: Any, stream: Any) -> Fraction:
    if frame.duration:
        return frame.duration * frame.time_base
    rate = stream.average_rate or stream.guessed_rate
    return 1 / rate if rate else _USUAL_FRAME_S


def _seen(time: Fraction, end: Fraction, frame: Any, stream: Any) -> Decoded:
    turns = round(-(frame.rotation or 0) / 90) % 4
    aspect = stream.sample_aspect_ratio or Fraction(1)
    width = max(1, round(frame.width * aspect)) if aspect > 0 else frame.width
    size = (frame.height, width) if turns % 2 else (width, frame.height)
    return Decoded(float(time), float(end), size, turns, frame)
