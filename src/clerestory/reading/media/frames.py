"""The frames of a video on the player's clock: upright, square pixels, any stretch.

In: a path and seconds. Out: frames with the seconds they stand there, converted only when
their pixels are asked for. A stretch has the frames that the whole has there. It does not
know what they show.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from clerestory.errors import UnreadableFile, UnsupportedFile
from clerestory.reading.media.library import av
from clerestory.reading.media.opening import (
    JUMP_S,
    RESTART_S,
    Opened,
    damaged_packet,
    opened,
    packets,
    seek,
)
from clerestory.reading.media.orientation import Turns, TurnsOfFrames, seen_size, upright

_USUAL_FRAME_S = Fraction(1, 25)
_LONGEST_FRAME_S = 10  # of the last frame, whose end nothing else tells
# How far before a stretch decoding begins, in tries: the key frame before it is the first; the others
# are for files whose index points behind what was asked for.
_BACK_S = (0.0, 10.0, 60.0)


@dataclass(frozen=True, slots=True)
class Frame:
    """``image`` is RGB uint8 (height, width, 3)."""

    time_s: float
    end_s: float
    image: np.ndarray


class Converters:
    """FFmpeg's scaler for each size and form that is asked for, kept from one frame to the next.

    One of PyAV's own per frame would be set up anew every time, with as many threads as there
    are cores, and they add up until no more can be started.
    """

    def __init__(self) -> None:
        self.turns = TurnsOfFrames()
        self._scalers: dict[tuple[int, int, str], Any] = {}

    def converted(self, frame: Any, width: int, height: int, form: str) -> np.ndarray:
        """The frame's pixels as ``form`` ("rgb24" or "gray")."""
        key = (width, height, form)
        if key not in self._scalers:
            self._scalers[key] = av().video.reformatter.VideoReformatter()
        method = "AREA" if width < frame.width else "BICUBIC"
        picture = self._scalers[key].reformat(
            frame, width=width, height=height, format=form, interpolation=method, threads=1
        )
        pixels: np.ndarray = picture.to_ndarray()
        return pixels


@dataclass(frozen=True, slots=True)
class Decoded:
    """A frame before its pixels are converted. ``size`` is (width, height) as seen."""

    time_s: float
    end_s: float
    size: tuple[int, int]
    turns: Turns
    _frame: Any
    _converters: Converters

    def rgb(self, longest_side: int) -> np.ndarray:
        """(height, width, 3) uint8; smaller frames are not enlarged."""
        return self._pixels("rgb24", longest_side)

    def grey(self, longest_side: int) -> np.ndarray:
        """(height, width) uint8."""
        return self._pixels("gray", longest_side)

    def _pixels(self, form: str, longest_side: int) -> np.ndarray:
        width, height = self.size
        scale = min(1.0, longest_side / max(width, height))
        width, height = max(1, round(width * scale)), max(1, round(height * scale))
        if self.turns.quarters % 2:
            width, height = height, width
        return upright(self._converters.converted(self._frame, width, height, form), self.turns)


def decoded(
    path: Path, *, start_s: float = 0.0, end_s: float | None = None, track: int = 0
) -> Iterator[Decoded]:
    """The frames that begin in ``start_s`` to ``end_s`` (exclusive), in order, times strictly rising.

    Raises:
        UnsupportedFile: there is no such track, or no decoder for it.
        UnreadableFile: nothing of it can be decoded.
        FileVanished, FileDenied
    """
    with opened(path) as media:
        stream = _track(media, track, path)
        converters = Converters()
        before: tuple[Fraction, Any] | None = None
        count = 0
        for time, frame in _timed(media, stream, path, start_s):
            count += 1
            if before is not None and time <= before[0]:
                continue  # two frames at one time: the first stays
            # Compared as they are handed out: a caller asks again with the times that it got.
            if before is not None and float(before[0]) >= start_s:
                if end_s is not None and float(before[0]) >= end_s:
                    return
                yield _seen(before[0], time, before[1], stream, converters)
            before = (time, frame)
        if before is None:
            _refuse_if_damaged(media, stream, path, start_s)
        elif float(before[0]) >= start_s and (end_s is None or float(before[0]) < end_s):
            yield _seen(before[0], before[0] + _length(before[1], stream), before[1], stream, converters)


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
        UnsupportedFile, UnreadableFile, FileVanished, FileDenied
    """
    time_s = max(0.0, time_s)
    with opened(path) as media:
        stream = _track(media, track, path)
        best: tuple[Fraction, Any] | None = None
        end: Fraction | None = None
        for time, frame in _timed(media, stream, path, time_s, tail=True):
            if best is not None and float(time) > time_s:
                end = max(time, best[0])
                break
            if best is None or time > best[0]:
                best = (time, frame)
        if best is None:
            raise UnreadableFile("no frame of it can be decoded", where=path.name, fix="It may be damaged.")
        seen = _seen(best[0], end or best[0] + _length(best[1], stream), best[1], stream, Converters())
        return Frame(seen.time_s, seen.end_s, seen.rgb(longest_side))


def _track(media: Opened, track: int, path: Path) -> Any:
    if track >= len(media.pictures):
        raise UnsupportedFile(f"there is no picture track {track}", where=path.name)
    stream = media.pictures[track]
    if stream.codec_context is None:
        raise UnsupportedFile("there is no decoder for its pictures", where=path.name)
    return stream


def _refuse_if_damaged(media: Opened, stream: Any, path: Path, start_s: float) -> None:
    if start_s <= 0 and stream.frames != 0:
        raise UnreadableFile("no frame of it can be decoded", where=path.name, fix="It may be damaged.")


def _timed(
    media: Opened, stream: Any, path: Path, start_s: float, *, tail: bool = False
) -> Iterator[tuple[Fraction, Any]]:
    """Frames and their times, from one at or before ``start_s`` on where there is one.

    ``tail`` looks back to the beginning where nothing comes at all, for a place after the end.
    """
    first: tuple[Fraction, Any] | None = None
    if start_s <= 0 or media.clock_restarts(path):
        yield from _steady(media, stream)
        return
    for back_s in _BACK_S:
        seek(media, stream, start_s - back_s)
        found = _steady(media, stream)
        first = next(found, None)
        if first is not None and (float(first[0]) <= start_s or start_s - back_s <= 0):
            yield first
            yield from found
            return
        found.close()
    if first is None and not tail:
        return  # nothing stands there or in the minute before: the pictures end earlier
    seek(media, stream, 0.0)  # no usable index: from the beginning
    yield from _steady(media, stream)


def _steady(media: Opened, stream: Any) -> Generator[tuple[Fraction, Any]]:
    """Decoded frames with times that broken time stamps do not disturb."""
    expected: Fraction | None = None
    shift = Fraction(0)
    for packet in packets(media, stream):
        try:
            pictures = packet.decode()
        except damaged_packet():
            continue  # the frame before it stands longer
        for frame in pictures:
            if frame.pts is None:
                time = expected or Fraction(0)
            else:
                time = frame.pts * frame.time_base - media.zero + shift
                if expected is not None and not expected - Fraction(RESTART_S) <= time <= expected + Fraction(
                    JUMP_S
                ):
                    shift += expected - time
                    time = expected
            expected = time + _length(frame, stream)
            yield time, frame


def _length(frame: Any, stream: Any) -> Fraction:
    """How long a frame stands by itself."""
    if frame.duration:
        stated = frame.duration * frame.time_base
        if 0 < stated <= _LONGEST_FRAME_S:
            return stated
    rate = stream.average_rate or stream.guessed_rate
    return 1 / Fraction(rate) if rate else _USUAL_FRAME_S


def _seen(time: Fraction, end: Fraction, frame: Any, stream: Any, converters: Converters) -> Decoded:
    turns = converters.turns.of(frame)
    return Decoded(float(time), float(end), seen_size(frame, stream, turns), turns, frame, converters)
