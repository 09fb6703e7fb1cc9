"""Recordings and videos as files, by encoders that come with PyAV and are free to use.

In: samples, and frames for a video. Out: a file in one of ``SOUNDS`` or ``FILMS``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from clerestory.evaluating.day.film import FRAMES_PER_S
from clerestory.evaluating.day.voices import RATE, resampled
from clerestory.reading.media.library import av


@dataclass(frozen=True, slots=True)
class Format:
    """How a file is written. ``video`` is empty for a recording; ``bit_rate`` 0 is the encoder's own."""

    suffix: str
    container: str
    audio: str
    rate: int
    bit_rate: int
    video: str = ""
    size: tuple[int, int] = (0, 0)


SOUNDS = (
    Format(".opus", "ogg", "libopus", 48_000, 32_000),
    Format(".mp3", "mp3", "libmp3lame", 44_100, 64_000),
    Format(".m4a", "mp4", "aac", 44_100, 64_000),
    Format(".flac", "flac", "flac", 16_000, 0),
    Format(".wav", "wav", "pcm_s16le", 22_050, 0),
)
TELEPHONE = (
    Format(".wav", "wav", "pcm_s16le", 8_000, 0),
    Format(".mp3", "mp3", "libmp3lame", 16_000, 32_000),
    Format(".opus", "ogg", "libopus", 16_000, 20_000),
)
FILMS = (
    Format(".webm", "webm", "libopus", 48_000, 48_000, "libvpx-vp9", (1280, 720)),
    Format(".mp4", "mp4", "aac", 44_100, 64_000, "mpeg4", (960, 540)),
    Format(".webm", "webm", "libopus", 48_000, 48_000, "libvpx", (854, 480)),
    Format(".mkv", "matroska", "libmp3lame", 44_100, 64_000, "libvpx-vp9", (1280, 720)),
)
_VIDEO_OPTIONS = {
    "libvpx-vp9": {"crf": "36", "b": "0", "deadline": "realtime", "cpu-used": "8", "row-mt": "1", "g": "120"},
    "libvpx": {"crf": "16", "b": "900000", "deadline": "realtime", "cpu-used": "8", "g": "120"},
    "mpeg4": {"qscale": "5", "g": "60"},
}


def write(target: Path, form: Format, samples: np.ndarray, *, pictures: Iterable[np.ndarray] = ()) -> None:
    """Encode mono ``samples`` (at 16 kHz), and ``pictures`` at the film's rate, into ``target``.

    Raises:
        UnsupportedFile: PyAV is not installed.
    """
    library = av()
    with library.open(str(target), "w", format=form.container) as out:
        seen: Any = _film_stream(out, form) if form.video else None
        heard = out.add_stream(form.audio, rate=form.rate)
        heard.layout = "mono"
        if form.bit_rate:
            heard.bit_rate = form.bit_rate
        sound = _packets(library, heard, resampled(samples, RATE, form.rate), form.rate)
        sounded_s = 0.0
        for number, picture in enumerate(pictures if seen else ()):
            frame = library.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, FRAMES_PER_S)
            out.mux(seen.encode(frame))
            while sounded_s <= number / FRAMES_PER_S and (some := next(sound, None)) is not None:
                sounded_s, packets = some
                out.mux(packets)
        for _, packets in sound:
            out.mux(packets)
        for stream in filter(None, (seen, heard)):
            out.mux(stream.encode(None))


def _film_stream(out: Any, form: Format) -> Any:
    stream = out.add_stream(form.video, rate=FRAMES_PER_S)
    stream.width, stream.height = form.size
    stream.pix_fmt = "yuv420p"
    stream.options = _VIDEO_OPTIONS[form.video]
    return stream


def _packets(library: Any, stream: Any, samples: np.ndarray, rate: int) -> Iterator[tuple[float, Any]]:
    """Encoded packets, and up to which second the sound is then written."""
    pcm = np.round(np.clip(samples, -1, 1) * 32767).astype(np.int16)
    converter = library.AudioResampler(format=stream.format, layout="mono", rate=rate)
    step = rate // 10
    for start in range(0, len(pcm), step):
        frame = library.AudioFrame.from_ndarray(pcm[None, start : start + step], format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = rate, start, Fraction(1, rate)
        packets = [packet for some in converter.resample(frame) for packet in stream.encode(some)]
        yield (start + step) / rate, packets
