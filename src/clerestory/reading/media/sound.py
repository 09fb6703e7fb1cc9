"""The samples of a sound track on the player's clock: mono, 16 kHz, any stretch, bounded memory.

In: a path and seconds. Out: float32 samples; sample n lies at ``start_s + n / rate``. Gaps in
the time stamps are zeros, what overlaps is dropped, and a stretch has the same samples as the
whole has there. It does not know what they mean.

How a stretch comes out exact: decoding starts well before it (codecs need frames before the
first good one), positions are counted from the frames' time stamps, and resampling begins at
a sample where the grids of both rates meet.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import gcd
from pathlib import Path
from typing import Any

import numpy as np

from clerestory.errors import UnsupportedFile
from clerestory.reading.media.library import av
from clerestory.reading.media.opening import Opened, opened

RATE = 16_000  # samples a second, what speech models take
PREROLL_S = 1.0  # decoded before a stretch: bit reservoirs, overlaps, predictors, resampling filter
LEVEL_S = 0.1  # seconds of one value of ``loudness``
QUIETEST_DB = -100.0
_JITTER_S = 0.01  # time stamps may be this far from the count of samples before they are believed
_JUMP_S = 3600.0  # a longer jump is a broken time stamp, not a gap
_BLOCK_S = 1.0  # seconds per array handed out


def samples(
    path: Path,
    *,
    start_s: float = 0.0,
    end_s: float | None = None,
    track: int = 0,
    rate: int = RATE,
) -> Iterator[np.ndarray]:
    """Mono float32 arrays of about a second, one after the other, from ``start_s`` to ``end_s``.

    With ``end_s`` there are exactly ``round(end_s * rate) - round(start_s * rate)`` samples,
    zeros where the track has none; without it they end with the track.

    Raises:
        UnsupportedFile: there is no such track, or no decoder for it.
        UnreadableFile, FileVanished, FileDenied, TooLarge
    """
    first = round(start_s * rate)
    last = None if end_s is None else round(end_s * rate)
    at = first
    with opened(path) as media:
        for begin, block in _resampled(media, track, rate, start_s, end_s):
            block = block[max(0, at - begin) :]
            if last is not None:
                block = block[: max(0, last - at)]
            if len(block):
                yield block
                at += len(block)
            if last is not None and at >= last:
                return
    while last is not None and at < last:
        count = min(last - at, round(_BLOCK_S * rate))
        yield np.zeros(count, np.float32)
        at += count


def stretch(
    path: Path, start_s: float, end_s: float | None, *, track: int = 0, rate: int = RATE
) -> np.ndarray:
    """The samples from ``start_s`` to ``end_s`` as one array."""
    blocks = list(samples(path, start_s=start_s, end_s=end_s, track=track, rate=rate))
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


def _resampled(
    media: Opened, track: int, rate: int, start_s: float, end_s: float | None
) -> Iterator[tuple[int, np.ndarray]]:
    """Consecutive blocks with their position at ``rate``; the first begins at or before ``start_s``."""
    if track >= len(media.sounds):
        raise UnsupportedFile(f"there is no sound track {track}", where=media.container.name)
    stream = media.sounds[track]
    source_rate = 0
    resampler = None
    begin = 0  # at ``rate``
    for at, block, this_rate in _placed(media, stream, start_s, end_s):
        if not source_rate:
            source_rate = this_rate
            if source_rate == rate:
                begin = at
            else:
                step = source_rate // gcd(source_rate, rate)
                skip = -at % step
                if skip >= len(block):
                    block = np.pad(block, (0, skip - len(block)))
                block = block[skip:]
                begin = (at + skip) * rate // source_rate
                resampler = av().AudioResampler(format="flt", layout="mono", rate=rate)
        if resampler is None:
            yield begin, block
            begin += len(block)
            continue
        if len(block):
            for piece in _through(resampler, block, source_rate):
                yield begin, piece
                begin += len(piece)
    if resampler is not None:
        for piece in _through(resampler, None, source_rate):
            yield begin, piece
            begin += len(piece)


def _through(resampler: Any, block: np.ndarray | None, rate: int) -> Iterator[np.ndarray]:
    frame = None
    if block is not None:
        frame = av().AudioFrame.from_ndarray(block.reshape(1, -1), format="flt", layout="mono")
        frame.sample_rate = rate
    for out in resampler.resample(frame):
        yield out.to_ndarray()[0]


def _placed(
    media: Opened, stream: Any, start_s: float, end_s: float | None
) -> Iterator[tuple[int, np.ndarray, int]]:
    """Consecutive mono blocks at the track's own rate, gaps filled, with their position from zero."""
    expected: int | None = None
    rate = 0
    parts: list[np.ndarray] = []
    held = 0  # samples in parts
    begin = 0
    for frame in _decoded(media, stream, start_s):
        mono = _mono(frame)
        if not len(mono):
            continue
        if not rate:
            rate = frame.sample_rate
        at = None if frame.pts is None else round((frame.pts * frame.time_base - media.zero) * rate)
        if expected is None:
            expected = begin = max(0, at or 0) if start_s <= 0 else (at or 0)
            if start_s <= 0:
                expected = begin = 0
        if at is not None and abs(at - expected) > _JITTER_S * rate and abs(at - expected) < _JUMP_S * rate:
            if at > expected:
                for count in _chunks(at - expected, round(_BLOCK_S * rate)):
                    parts.append(np.zeros(count, np.float32))
                    held += count
                    if held >= _BLOCK_S * rate:
                        yield begin, np.concatenate(parts), rate
                        begin += held
                        parts, held = [], 0
                expected = at
            else:
                mono = mono[min(len(mono), expected - at) :]
        parts.append(mono)
        held += len(mono)
        expected += len(mono)
        if held >= _BLOCK_S * rate:
            yield begin, np.concatenate(parts), rate
            begin += held
            parts, held = [], 0
        if end_s is not None and expected > (end_s + PREROLL_S) * rate:
            break
    if parts:
        yield begin, np.concatenate(parts), rate


def _chunks(total: int, size: int) -> Iterator[int]:
    while total > 0:
        yield min(total, size)
        total -= size


def _decoded(media: Opened, stream: Any, start_s: float) -> Iterator[Any]:
    library = av()
    if start_s > PREROLL_S:
        target = start_s - PREROLL_S + float(media.zero)
        media.container.seek(int(target / stream.time_base), stream=stream, backward=True)
    for packet in media.container.demux(stream):
        try:
            yield from packet.decode()
        except library.error.FFmpegError:
            continue  # a damaged packet leaves a gap


def _mono(frame: Any) -> np.ndarray:
    values = frame.to_ndarray()
    channels = len(frame.layout.channels)
    if not frame.format.is_planar:
        values = values.reshape(-1, channels).T
    if values.dtype == np.uint8:
        scaled = (values.astype(np.float32) - 128) / 128
    elif values.dtype.kind == "i":
        scaled = values.astype(np.float32) / float(np.iinfo(values.dtype).max + 1)
    else:
        scaled = values.astype(np.float32)
    return scaled.mean(axis=0, dtype=np.float32)
