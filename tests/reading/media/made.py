"""Small recordings and videos with known content, made with PyAV's free encoders."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

TICK = Fraction(1, 1000)


def hiss(seconds: float, rate: int, *, seed: int = 0) -> np.ndarray:
    """Noise below 3 kHz, with a slow swell, so that every instant sounds different. (n,) float32."""
    count = round(seconds * rate)
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(count))
    spectrum[np.fft.rfftfreq(count, 1 / rate) > 3000] = 0
    noise = np.fft.irfft(spectrum, count)
    swell = 0.6 + 0.4 * np.sin(np.arange(count) / rate * 2 * np.pi / 1.7)
    return (noise / max(1e-9, np.abs(noise).max()) * swell * 0.7).astype(np.float32)


def tone(seconds: float, rate: int, *, hertz: float = 440.0) -> np.ndarray:
    return (0.5 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)).astype(np.float32)


def sound_packets(
    container: av.container.OutputContainer,
    samples: np.ndarray,
    rate: int,
    *,
    codec: str,
    layout: str = "mono",
    options: dict[str, str] | None = None,
    bit_rate: int | None = None,
    start_s: float = 0.0,
) -> list[av.Packet]:
    """Encoded packets of ``samples`` (n,) or (channels, n); the stream is added to ``container``."""
    stream = container.add_stream(codec, rate=rate, layout=layout, options={"strict": "-2"} | (options or {}))
    if bit_rate:
        stream.bit_rate = bit_rate
    context = stream.codec_context
    form = context.format.name
    context.open()
    size = context.frame_size or 1024
    channels = len(av.AudioLayout(layout).channels)
    signal = np.broadcast_to(np.atleast_2d(samples), (channels, np.atleast_2d(samples).shape[1]))
    packets: list[av.Packet] = []
    if channels > 7 and form.endswith("p"):
        form = form.removesuffix("p")  # PyAV 18.1 cannot fill frames of eight planes
    for at in range(0, signal.shape[1], size):
        frame = av.AudioFrame.from_ndarray(
            _as(form, np.ascontiguousarray(signal[:, at : at + size])), format=form, layout=layout
        )
        frame.sample_rate = rate
        frame.time_base = Fraction(1, rate)
        frame.pts = at + round(start_s * rate)
        packets += stream.encode(frame)
    return packets + stream.encode(None)


def _as(form: str, signal: np.ndarray) -> np.ndarray:
    planar = form.endswith("p")
    kind = form.removesuffix("p")
    if kind == "s16":
        values = np.round(np.clip(signal, -1, 1) * 32767).astype(np.int16)
    elif kind == "s32":
        values = np.round(np.clip(signal, -1, 1) * (2**31 - 129)).astype(np.int32)
    elif kind == "u8":
        values = np.round(np.clip(signal, -1, 1) * 127 + 128).astype(np.uint8)
    else:
        values = signal.astype(np.float32)
    return values if planar else np.ascontiguousarray(values.T.reshape(1, -1))


def picture_packets(
    container: av.container.OutputContainer,
    images: Iterable[np.ndarray],
    *,
    codec: str = "mpeg4",
    fps: int = 25,
    times_ms: Sequence[int] | None = None,
    size: tuple[int, int] | None = None,
    gop: int = 12,
    aspect: Fraction | None = None,
    options: dict[str, str] | None = None,
) -> list[av.Packet]:
    """Encoded packets of RGB images at ``fps``, or at ``times_ms``."""
    images = list(images)
    width, height = size or (images[0].shape[1], images[0].shape[0])
    quick = {"deadline": "realtime", "cpu-used": "8"} if codec.startswith("libvpx") else {}
    stream = container.add_stream(codec, rate=fps, options=quick | (options or {}))
    stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
    stream.gop_size = gop
    stream.bit_rate = 400_000
    if aspect is not None:
        stream.sample_aspect_ratio = aspect
    if times_ms is not None:
        stream.codec_context.time_base = TICK
    packets: list[av.Packet] = []
    for number, image in enumerate(images):
        frame = av.VideoFrame.from_ndarray(image, format="rgb24").reformat(format="yuv420p")
        if times_ms is None:
            frame.pts, frame.time_base = number, Fraction(1, fps)
        else:
            frame.pts, frame.time_base = times_ms[number], TICK
        packets += stream.encode(frame)
    return packets + stream.encode(None)


def mux(container: av.container.OutputContainer, packets: Iterable[av.Packet]) -> None:
    """Packets of all streams in the order of their times."""
    for packet in sorted(packets, key=lambda one: float((one.dts or 0) * one.time_base)):
        container.mux(packet)


def recording(
    path: Path,
    samples: np.ndarray,
    rate: int,
    *,
    codec: str,
    layout: str = "mono",
    form: str | None = None,
    options: dict[str, str] | None = None,
    container_options: dict[str, str] | None = None,
    bit_rate: int | None = None,
    metadata: dict[str, str] | None = None,
) -> Path:
    with av.open(path, "w", format=form, options=container_options or {}) as container:
        container.metadata.update(metadata or {})
        packets = sound_packets(
            container, samples, rate, codec=codec, layout=layout, options=options, bit_rate=bit_rate
        )
        mux(container, packets)
    return path


def numbered(count: int, *, size: tuple[int, int] = (160, 96)) -> list[np.ndarray]:
    """Pictures that tell their number: its bits as white and black blocks, 12 across."""
    width, height = size
    images = []
    for number in range(count):
        image = np.full((height, width, 3), 90, np.uint8)
        for bit in range(12):
            left, right = bit * width // 12, (bit + 1) * width // 12
            image[height // 4 : -height // 4, left:right] = 235 if number >> bit & 1 else 20
        images.append(image)
    return images


def number_of(image: np.ndarray) -> int:
    """The number that a picture of ``numbered`` tells, at any size."""
    height, width = image.shape[:2]
    row = image[height // 2 - 2 : height // 2 + 2].astype(float)
    row = row.mean(axis=(0, 2)) if image.ndim == 3 else row.mean(axis=0)
    middles = [int((bit + 0.5) * width / 12) for bit in range(12)]
    return sum(int(row[at - 1 : at + 2].mean() > 128) << bit for bit, at in enumerate(middles))


def film(
    path: Path,
    images: Sequence[np.ndarray],
    *,
    codec: str = "mpeg4",
    fps: int = 25,
    times_ms: Sequence[int] | None = None,
    sound: np.ndarray | None = None,
    rate: int = 48_000,
    sound_codec: str = "aac",
    sound_start_s: float = 0.0,
    form: str | None = None,
    gop: int = 12,
    aspect: Fraction | None = None,
    options: dict[str, str] | None = None,
    container_options: dict[str, str] | None = None,
    metadata: dict[str, str] | None = None,
) -> Path:
    with av.open(path, "w", format=form, options=container_options or {}) as container:
        container.metadata.update(metadata or {})
        packets = picture_packets(
            container,
            images,
            codec=codec,
            fps=fps,
            times_ms=times_ms,
            gop=gop,
            aspect=aspect,
            options=options,
        )
        if sound is not None:
            packets += sound_packets(container, sound, rate, codec=sound_codec, start_s=sound_start_s)
        mux(container, packets)
    return path
