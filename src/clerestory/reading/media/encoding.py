"""A stretch coded anew with free encoders: VP9 and Opus in WebM, MP3, FLAC, WAV.

In: a path, seconds, and the file to write. Out: the seconds that are in it, exact to the
sample and the frame. None of the GPL encoders that PyAV carries is called.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from clerestory.errors import BadLocator
from clerestory.reading.media import frames as pictures
from clerestory.reading.media import sound as sounds
from clerestory.reading.media.channels import Channels
from clerestory.reading.media.library import av
from clerestory.reading.media.opening import damaged_packet, opened, packets, seek

_LONGEST_SIDE = 1280  # pixels; a preview needs no more
_MILLISECOND = Fraction(1, 1000)
_RATE = 48_000
# Real-time settings: a clip of some seconds is waited for.
_VP9 = {"deadline": "realtime", "cpu-used": "7", "crf": "33", "b": "0", "row-mt": "1"}
_OPUS_BITS, _MP3_BITS = 64_000, 128_000
_PREROLL_S = 1.0
_WAV_CODINGS = {"pcm_s16le", "pcm_s24le", "pcm_s32le", "pcm_u8", "pcm_f32le", "pcm_alaw", "pcm_mulaw"}


def film(path: Path, start_s: float, end_s: float, target: Path, *, sound: bool) -> tuple[float, float]:
    """Pictures from ``start_s`` to ``end_s``, with the sound track where ``sound``.

    Raises:
        BadLocator: no frame stands there.
        UnsupportedFile, UnreadableFile, FileVanished, FileDenied
    """
    standing = pictures.frame_at(path, start_s, longest_side=_LONGEST_SIDE)
    height, width = (max(2, side // 2 * 2) for side in standing.image.shape[:2])
    end = start_s
    with av().open(str(target), "w", format="webm") as output:
        seen = output.add_stream("libvpx-vp9", rate=25, options=_VP9)
        seen.width, seen.height, seen.pix_fmt = width, height, "yuv420p"
        seen.codec_context.time_base = _MILLISECOND
        seen.codec_context.thread_count = 1  # threads of a small picture cost more than they bring
        heard = None
        if sound:
            heard = output.add_stream("libopus", rate=_RATE, layout="mono")
            heard.bit_rate = _OPUS_BITS
            heard.codec_context.format = "flt"
        spoken = _sound_packets(path, start_s, end_s, heard)
        waiting = next(spoken, None)
        scaler = av().video.reformatter.VideoReformatter()
        last = -1
        for frame in _from(standing, path, start_s, end_s):
            stamp = max(last + 1, round((frame.time_s - start_s) * 1000))
            last, end = stamp, min(end_s, frame.end_s)
            image = av().VideoFrame.from_ndarray(np.ascontiguousarray(frame.image), format="rgb24")
            image = scaler.reformat(image, width=width, height=height, format="yuv420p", threads=1)
            image.pts, image.time_base = stamp, _MILLISECOND
            for packet in seen.encode(image):
                while (
                    waiting is not None and waiting.dts * waiting.time_base <= packet.dts * packet.time_base
                ):
                    output.mux(waiting)
                    waiting = next(spoken, None)
                output.mux(packet)
        for packet in seen.encode(None):
            output.mux(packet)
        while waiting is not None:
            output.mux(waiting)
            waiting = next(spoken, None)
    if end <= start_s:
        raise BadLocator(f"there is nothing at {start_s:.3f} s", where=path.name)
    return start_s, end_s if sound else end


def sound(path: Path, start_s: float, end_s: float, target: Path, *, coding: str) -> tuple[float, float]:
    """The sound track alone: ``coding`` is "mp3" (mono), "flac" or one of "pcm_…" (all channels).

    Raises:
        BadLocator: there is no sound there.
        UnsupportedFile, UnreadableFile, FileVanished, FileDenied
    """
    if coding == "mp3":
        with av().open(str(target), "w", format="mp3") as output:
            stream = output.add_stream("libmp3lame", rate=_RATE, layout="mono")
            stream.bit_rate = _MP3_BITS
            stream.codec_context.format = "fltp"
            for packet in _sound_packets(path, start_s, end_s, stream):
                output.mux(packet)
        return start_s, end_s
    return _lossless(path, start_s, end_s, target, coding)


def _from(standing: pictures.Frame, path: Path, start_s: float, end_s: float) -> Iterator[pictures.Frame]:
    """The frame that stands at the beginning, then those that begin inside."""
    if standing.time_s < start_s:
        yield pictures.Frame(start_s, standing.end_s, standing.image)
    yield from pictures.frames(path, start_s=start_s, end_s=end_s, longest_side=_LONGEST_SIDE)


def _sound_packets(path: Path, start_s: float, end_s: float, stream: Any) -> Iterator[Any]:
    if stream is None:
        return
    size = stream.codec_context.frame_size or 960
    at = 0
    rest = np.zeros(0, np.float32)
    form = stream.codec_context.format.name
    for block in sounds.samples(path, start_s=start_s, end_s=end_s, rate=_RATE):
        rest = np.concatenate([rest, block])
        while len(rest) >= size:
            yield from stream.encode(_frame(rest[:size], at, form))
            rest, at = rest[size:], at + size
    if len(rest):
        yield from stream.encode(_frame(rest, at, form))
    yield from stream.encode(None)


def _frame(samples: np.ndarray, at: int, form: str) -> Any:
    frame = av().AudioFrame.from_ndarray(
        np.ascontiguousarray(samples.reshape(1, -1)), format=form, layout="mono"
    )
    frame.sample_rate = _RATE
    frame.pts, frame.time_base = at, Fraction(1, _RATE)
    return frame


def _lossless(path: Path, start_s: float, end_s: float, target: Path, coding: str) -> tuple[float, float]:
    """Samples as they are, all channels; nothing is mixed or brought to another rate."""
    form = "flac" if coding == "flac" else "wav"
    first: int | None = None
    with opened(path) as media:
        stream = media.sounds[0]
        rate = stream.codec_context.sample_rate
        begin, stop = round(start_s * rate), round(end_s * rate)
        if start_s > _PREROLL_S:
            seek(media, stream, start_s - _PREROLL_S)
        with av().open(str(target), "w", format=form) as output:
            copy, channels, at = None, Channels(), 0
            for frame in _decoded(media, stream):
                if frame.pts is not None:
                    at = round((frame.pts * frame.time_base - media.zero) * rate)
                low, high = max(0, begin - at), min(frame.samples, stop - at)
                if high > low:
                    first = at + low if first is None else first
                    packed = frame.format.packed.name
                    if copy is None:
                        name = "flac" if form == "flac" else coding if coding in _WAV_CODINGS else "pcm_s16le"
                        copy = output.add_stream(name, rate=rate, layout=frame.layout.name)
                        copy.codec_context.format = packed
                    values = channels.of(frame)[:, low:high]
                    cut = av().AudioFrame.from_ndarray(
                        np.ascontiguousarray(values.T.reshape(1, -1)), format=packed, layout=frame.layout.name
                    )
                    cut.sample_rate = rate
                    cut.pts, cut.time_base = at + low - first, Fraction(1, rate)
                    output.mux(copy.encode(cut))
                at += frame.samples
                if at >= stop:
                    break
            if copy is None or first is None:
                raise BadLocator(f"there is no sound at {start_s:.3f} s", where=path.name)
            output.mux(copy.encode(None))
    return first / rate, min(at, stop) / rate


def _decoded(media: Any, stream: Any) -> Iterator[Any]:
    for packet in packets(media, stream):
        try:
            yield from packet.decode()
        except damaged_packet():
            continue  # leaves a gap
