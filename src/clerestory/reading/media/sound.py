"""The samples of a sound track on the player's clock: mono, 16 kHz, any stretch, bounded memory.

In: a path and seconds. Out: float32 samples; sample n lies at ``start_s + n / rate``. Gaps in
the time stamps are zeros, what overlaps is dropped, and a stretch has the samples that the
whole has there. It does not know what they mean.

How a stretch comes out exact: decoding starts well before it (codecs need frames before the
first good one), positions are counted from the frames' time stamps, and resampling begins at
a sample where the grids of both rates meet.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import gcd
from pathlib import Path
from typing import Any

import numpy as np

from clerestory.errors import UnreadableFile, UnsupportedFile
from clerestory.reading.media.channels import Channels
from clerestory.reading.media.library import av
from clerestory.reading.media.opening import (
    JITTER_S,
    JUMP_S,
    RESTART_S,
    Opened,
    damaged_packet,
    opened,
    packets,
    seek,
)

RATE = 16_000  # samples a second, what speech models take
LEVEL_S = 0.1  # seconds of one value of ``loudness``
QUIETEST_DB = -100.0
# Decoded before a stretch, in tries: bit reservoirs, overlapping windows, predictors and the resampling
# filter need far less than the first; the second is for files whose index points too far.
_PREROLLS_S = (1.5, 30.0)
_BLOCK_S = 1.0  # seconds per array handed out
_NOTHING = Fraction(0)
_LEAST_VOICED = 0.7  # weight of channels beside and behind the listener; speech is in front


def samples(
    path: Path,
    *,
    start_s: float = 0.0,
    end_s: float | None = None,
    track: int = 0,
    rate: int = RATE,
    gaps: list[tuple[float, float]] | None = None,
) -> Iterator[np.ndarray]:
    """Mono float32 arrays of about a second, one after the other, from ``start_s`` to ``end_s``.

    With ``end_s`` there are exactly ``round(end_s * rate) - round(start_s * rate)`` samples,
    zeros where the track has none; without it they end with the track. ``gaps`` receives the
    spans inside the track that are zeros because nothing was there or could be decoded.

    Raises:
        UnsupportedFile: there is no such track, or no decoder for it.
        UnreadableFile: nothing of it can be decoded.
        FileVanished, FileDenied
    """
    at = round(start_s * rate)
    last = None if end_s is None else round(end_s * rate)
    with opened(path) as media:
        placing = _Placing(media, _track(media, track, path), path, start_s, end_s)
        for begin, block in _resampled(placing, rate):
            block = block[max(0, at - begin) :]
            if last is not None:
                block = block[: max(0, last - at)]
            if len(block):
                yield block
                at += len(block)
            if last is not None and at >= last:
                break
    if gaps is not None:
        gaps += placing.gaps
    if placing.failures and not placing.rate:
        raise UnreadableFile("its sound cannot be decoded", where=path.name, fix="It may be damaged.")
    while last is not None and at < last:
        count = min(last - at, round(_BLOCK_S * rate))
        yield np.zeros(count, np.float32)
        at += count


def stretch(
    path: Path,
    start_s: float = 0.0,
    end_s: float | None = None,
    *,
    track: int = 0,
    rate: int = RATE,
    gaps: list[tuple[float, float]] | None = None,
) -> np.ndarray:
    """The samples from ``start_s`` to ``end_s`` as one array; see ``samples``."""
    blocks = list(samples(path, start_s=start_s, end_s=end_s, track=track, rate=rate, gaps=gaps))
    return np.concatenate(blocks) if blocks else np.zeros(0, np.float32)


def loudness(signal: np.ndarray, *, rate: int = RATE) -> np.ndarray:
    """Root mean square of each 100 ms in dB of full scale, -100 at least; the last may be shorter."""
    size = round(LEVEL_S * rate)
    count = -(-len(signal) // size)
    padded = np.zeros(count * size, np.float32)
    padded[: len(signal)] = signal
    power = np.square(padded, dtype=np.float64).reshape(count, size).sum(axis=1)
    sizes = np.full(count, size, np.float64)
    if count:
        sizes[-1] = len(signal) - (count - 1) * size
    return np.maximum(10 * np.log10(power / sizes + 1e-30), QUIETEST_DB).astype(np.float32)


def _track(media: Opened, track: int, path: Path) -> Any:
    if track >= len(media.sounds):
        raise UnsupportedFile(f"there is no sound track {track}", where=path.name)
    stream = media.sounds[track]
    if stream.codec_context is None:
        raise UnsupportedFile("there is no decoder for its sound", where=path.name)
    return stream


def _resampled(placing: _Placing, rate: int) -> Iterator[tuple[int, np.ndarray]]:
    """Consecutive blocks with their position at ``rate``; the first begins at or before the stretch."""
    resampler = None
    begin: int | None = None  # at ``rate``
    for at, block in placing.blocks():
        if begin is None and placing.rate == rate:
            begin = at
        elif begin is None:
            step = placing.rate // gcd(placing.rate, rate)
            skip = -at % step
            if skip >= len(block):
                continue  # the grids meet further on
            block = block[skip:]
            begin = (at + skip) * rate // placing.rate
            resampler = av().AudioResampler(format="flt", layout="mono", rate=rate)
        if resampler is None:
            yield begin, block
            begin += len(block)
            continue
        for piece in _through(resampler, block, placing.rate):
            yield begin, piece
            begin += len(piece)
    if resampler is not None and begin is not None:
        for piece in _through(resampler, None, placing.rate):
            yield begin, piece
            begin += len(piece)


def _through(resampler: Any, block: np.ndarray | None, rate: int) -> Iterator[np.ndarray]:
    frame = None
    if block is not None:
        frame = av().AudioFrame.from_ndarray(block.reshape(1, -1), format="flt", layout="mono")
        frame.sample_rate = rate
    for out in resampler.resample(frame):
        yield out.to_ndarray()[0]


@dataclass(slots=True)
class _Grid:
    """Where frames of equal size begin: finer than time stamps of a whole millisecond can say."""

    first: int
    size: int

    def nearest(self, at: int, tolerance: float) -> int:
        snapped = self.first + round((at - self.first) / self.size) * self.size
        return snapped if abs(snapped - at) <= tolerance else at


class _Placing:
    """Decoded frames put on a line of samples at the track's own rate, for one stretch."""

    def __init__(self, media: Opened, stream: Any, path: Path, start_s: float, end_s: float | None) -> None:
        self.rate = 0  # of the first frame; known once there is one
        self.failures = 0  # packets that could not be decoded
        self.gaps: list[tuple[float, float]] = []
        self._media = media
        self._stream = stream
        self._path = path
        self._start_s = start_s
        self._end_s = end_s
        self._shift = 0  # samples, by which a clock that started again is moved on
        self._channels = Channels()
        self._resampler: Any = None  # for frames of another rate than the first

    def blocks(self) -> Iterator[tuple[int, np.ndarray]]:
        """Positions and mono float32 blocks of about a second that follow on each other."""
        parts: list[np.ndarray] = []
        begin: int | None = None
        held = 0
        for at, mono in self._pieces():
            begin = at if begin is None else begin
            parts.append(mono)
            held += len(mono)
            if held >= _BLOCK_S * self.rate:
                yield begin, np.concatenate(parts)
                begin += held
                parts, held = [], 0
        if parts and begin is not None:
            yield begin, np.concatenate(parts)

    def _pieces(self) -> Iterator[tuple[int, np.ndarray]]:
        expected: int | None = None
        begun = False
        for at, mono in self._decoded():
            if expected is None:
                if self._start_s <= _PREROLLS_S[0]:  # from the beginning: silence up to the first sample
                    expected = 0
                    if abs(at or 0) <= self._tick():
                        at = 0
                else:
                    expected = at or 0
                jitter = 0.0  # the first frame is believed to the sample
            else:
                jitter = JITTER_S * self.rate
            first, begun = not begun, True
            at = expected if at is None else at + self._shift
            if at < expected - RESTART_S * self.rate or at > expected + JUMP_S * self.rate:
                self._shift += expected - at
                at = expected
            if at > expected + jitter:
                if not first:  # before the first sample there is no gap, the track begins later
                    self._note_gap(expected, at)
                while expected < at:
                    count = min(at - expected, round(_BLOCK_S * self.rate))
                    yield expected, np.zeros(count, np.float32)
                    expected += count
            elif at < expected - jitter:
                mono = mono[expected - at :]
            if len(mono):
                yield expected, mono
                expected += len(mono)
            if self._end_s is not None and expected > (self._end_s + _PREROLLS_S[0]) * self.rate:
                return

    def _note_gap(self, begin: int, end: int) -> None:
        start_s, end_s = begin / self.rate, end / self.rate
        if end_s > self._start_s and (self._end_s is None or start_s < self._end_s):
            self.gaps.append((start_s, end_s))

    def _decoded(self) -> Iterator[tuple[int | None, np.ndarray]]:
        """Mono pieces and where their time stamps say they begin."""
        if self._start_s <= _PREROLLS_S[0] or self._media.clock_restarts(self._path):
            yield from self._frames()
            return
        grid = self._grid() if self._tick() > 1 else None
        mono: np.ndarray | None = None
        for preroll in _PREROLLS_S:
            seek(self._media, self._stream, self._start_s - preroll)
            frames = self._frames()
            at, mono = next(frames, (None, None))
            if at is not None and mono is not None and at <= self._start_s * self.rate:
                yield (grid.nearest(at, self._tick()) if grid else at), mono
                yield from frames
                return
            frames.close()
        if mono is None:
            return  # nothing there or in the half minute before: the track ends earlier
        seek(self._media, self._stream, 0.0)  # no usable index: from the beginning
        yield from self._frames()

    def _grid(self) -> _Grid | None:
        """From the first frames, which have to be of one size; asked before anything was sought,

        for only then FFmpeg leaves out what encoders put in front.
        """
        sizes: list[int] = []
        first = 0
        for at, mono in self._frames():
            if not sizes:
                first = 0 if abs(at or 0) <= self._tick() else (at or 0)
            sizes.append(len(mono))
            if len(sizes) == 4:
                break
        if len(sizes) < 4 or len(set(sizes[1:])) != 1:
            return None
        return _Grid(first + sizes[0], sizes[1])

    def _tick(self) -> float:
        """Samples within one step of the time stamps."""
        return float((self._stream.time_base or 0) * (self.rate or self._stream.rate or RATE))

    def _frames(self) -> Generator[tuple[int | None, np.ndarray]]:
        """All frames; only the last one is cut to the length that the container gives it.

        Lengths of the others are rounded by some writers, and cutting by them would lose sound.
        """
        held: tuple[int | None, np.ndarray] | None = None
        padding = 0
        for packet in packets(self._media, self._stream):
            try:
                decoded = packet.decode()
            except damaged_packet():
                self.failures += 1  # leaves a gap
                continue
            for frame in decoded:
                mono = self._mono(frame)
                if not len(mono):
                    continue
                self.rate = self.rate or frame.sample_rate
                if held is not None:
                    yield held
                at, padding = None, 0
                if frame.pts is not None:
                    at = _samples(frame.pts, frame.time_base, self._media.zero, self.rate)
                if frame.sample_rate != self.rate:
                    mono = self._at_first_rate(mono, frame.sample_rate)
                elif frame.duration:
                    padding = len(mono) - _samples(frame.duration, frame.time_base, _NOTHING, self.rate)
                held = (at, mono)
        if held is not None:
            at, mono = held
            yield at, mono[: len(mono) - padding] if self._tick() + 1 < padding < len(mono) else mono

    def _mono(self, frame: Any) -> np.ndarray:
        """The channels' weighted mean."""
        values = self._channels.of(frame)
        if values.dtype == np.uint8:
            scaled: np.ndarray = (values.astype(np.float32) - 128) / 128
        elif values.dtype.kind == "i":
            scaled = values.astype(np.float32) / float(np.iinfo(values.dtype).max + 1)
        else:
            scaled = values.astype(np.float32, copy=False)
        mono = scaled[0]
        if len(scaled) > 1:
            mono = _weights([channel.name for channel in frame.layout.channels]) @ scaled
        # A damaged packet can decode to anything; models take finite samples only.
        return np.nan_to_num(mono, nan=0.0, posinf=1.0, neginf=-1.0) if not np.isfinite(mono).all() else mono

    def _at_first_rate(self, mono: np.ndarray, rate: int) -> np.ndarray:
        """Files may change their rate between two frames, as joined broadcasts do."""
        if self._resampler is None or self._resampler[0] != rate:
            self._resampler = (rate, av().AudioResampler(format="flt", layout="mono", rate=self.rate))
        pieces = list(_through(self._resampler[1], mono, rate))
        return np.concatenate(pieces) if pieces else np.zeros(0, np.float32)


def _samples(ticks: int, tick_s: Fraction, zero_s: Fraction, rate: int) -> int:
    """The nearest sample, exactly, without a fraction made for each frame."""
    parts = tick_s.denominator * zero_s.denominator
    exact = (ticks * tick_s.numerator * zero_s.denominator - zero_s.numerator * tick_s.denominator) * rate
    whole, rest = divmod(exact, parts)
    return whole + int(2 * rest > parts or (2 * rest == parts and whole % 2 == 1))


def _weights(names: list[str]) -> np.ndarray:
    """Weights with the sum 1: the centre counts most, low effects not at all (after ITU-R BS.775)."""
    of = {"FL": 1.0, "FR": 1.0, "FC": 2**0.5, "LFE": 0.0, "LFE2": 0.0}
    weights = np.array([of.get(name, _LEAST_VOICED if len(names) > 2 else 1.0) for name in names], np.float32)
    return weights / (weights.sum() or 1.0)
