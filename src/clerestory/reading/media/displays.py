"""Pictures of sound and moving previews, for people: waveform, spectrogram, strip of frames.

In: peaks, levels or frames that were taken before. Out: encoded pictures. It decodes nothing
and knows no file.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw

WIDTH, WAVE_HEIGHT, SPECTRUM_HEIGHT = 1200, 160, 256  # pixels, without the axis
_AXIS = 22  # pixels below for the seconds
_PAPER, _INK, _FAINT = (250, 250, 251), (70, 78, 92), (208, 213, 221)
_WAVE, _MARKED, _MARK_PAPER = (52, 104, 158), (176, 88, 0), (255, 238, 205)
# Anchors of the "magma" map (van der Walt and Smith 2015, CC0): its lightness rises evenly, so it
# reads the same without colours.
_MAGMA = (
    *((0, 0, 4), (28, 16, 68), (79, 18, 123), (129, 37, 129), (181, 54, 122)),
    *((229, 80, 100), (251, 135, 97), (254, 194, 135), (252, 253, 191)),
)
_LAST_LEVEL = 252  # palette entries 0..252 are the map; three are left for paper and ink
_PAPER_ENTRY, _INK_ENTRY, _FAINT_ENTRY = 253, 254, 255
_STEPS_S = (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 36000)
_LEAST_LABEL = 90  # pixels between labels
STRIP_SIDE = 320  # pixels
STRIP_FRAME_MS = 450  # long enough to see a picture, short enough to see that it moves
_STRIP_QUALITY = 55


def waveform(
    peaks: Sequence[float] | np.ndarray,
    *,
    start_s: float = 0.0,
    end_s: float | None = None,
    marked: tuple[float, float] | None = None,
    width: int = WIDTH,
) -> bytes:
    """A PNG of peaks (0..1, or 0..255 as whole numbers) that lie evenly from ``start_s`` to ``end_s``.

    ``marked`` are seconds that stand out. Without ``end_s`` there are no seconds below.
    """
    from PIL import Image as pil
    from PIL import ImageDraw

    values = np.asarray(peaks)
    scaled = values / 255.0 if values.dtype.kind in "iu" and len(values) else values
    columns = _columns(np.asarray(scaled, np.float64).reshape(1, -1), width, largest=True)[0]
    below = _AXIS if end_s is not None else 0
    image = pil.new("RGB", (width, WAVE_HEIGHT + below), _PAPER)
    draw = ImageDraw.Draw(image)
    first = last = -1
    if marked is not None and end_s is not None and end_s > start_s:
        first = round((marked[0] - start_s) / (end_s - start_s) * width)
        last = max(first, round((marked[1] - start_s) / (end_s - start_s) * width))
        draw.rectangle((first, 0, last, WAVE_HEIGHT - 1), fill=_MARK_PAPER)
    middle = WAVE_HEIGHT // 2
    draw.line((0, middle, width, middle), fill=_FAINT)
    for x, value in enumerate(columns):
        half = round(float(np.clip(value, 0, 1)) * (middle - 4))
        colour = _MARKED if first <= x <= last else _WAVE
        draw.line((x, middle - half, x, middle + half), fill=colour)
    if end_s is not None:
        _axis(draw, width, WAVE_HEIGHT, start_s, end_s)
    return _png(image)


def spectrogram(
    levels: np.ndarray, *, start_s: float = 0.0, end_s: float | None = None, width: int = WIDTH
) -> bytes:
    """A PNG of levels (bands, columns) uint8, low tones first, as a map of time and height."""
    from PIL import Image as pil
    from PIL import ImageDraw

    columns = np.clip(_columns(np.asarray(levels, np.float64), width, largest=False), 0, 255)
    grey = pil.fromarray((columns[::-1] * (_LAST_LEVEL / 255)).astype(np.uint8))
    grey = grey.resize((width, SPECTRUM_HEIGHT), pil.Resampling.BILINEAR)
    # A picture with a palette is a third of the bytes and a fifth of the time.
    image = pil.new("P", (width, SPECTRUM_HEIGHT + (_AXIS if end_s is not None else 0)), _PAPER_ENTRY)
    image.putpalette(_palette())
    picture = pil.frombytes("P", grey.size, grey.tobytes())
    image.paste(picture, (0, 0))
    if end_s is not None:
        _axis(
            ImageDraw.Draw(image), width, SPECTRUM_HEIGHT, start_s, end_s, ink=_INK_ENTRY, faint=_FAINT_ENTRY
        )
    return _png(image)


def _palette() -> list[int]:
    """The map for the levels, then paper, ink and faint ink."""
    anchors = np.array(_MAGMA, np.float64)
    steps = np.linspace(0, _LAST_LEVEL, len(anchors))
    colours = [np.interp(np.arange(_LAST_LEVEL + 1), steps, anchors[:, part]) for part in range(3)]
    mapped = np.stack(colours, axis=1).astype(np.uint8)
    return [*mapped.ravel().tolist(), *_PAPER, *_INK, *_FAINT]


def strip(
    images: Iterable[np.ndarray], *, longest_side: int = STRIP_SIDE, frame_ms: int = STRIP_FRAME_MS
) -> bytes:
    """RGB arrays (height, width, 3), of any sizes, as an animated WebP that runs for ever.

    Raises:
        ValueError: there are no pictures.
    """
    from PIL import Image as pil

    pictures: list[Image] = []
    for array in images:
        picture = pil.fromarray(array)
        if not pictures:
            picture.thumbnail((longest_side, longest_side), pil.Resampling.LANCZOS)
        elif picture.size != pictures[0].size:
            picture = _within(picture, pictures[0].size)
        pictures.append(picture)
    if not pictures:
        raise ValueError("a strip needs pictures")
    buffer = io.BytesIO()
    pictures[0].save(
        buffer,
        "WEBP",
        save_all=True,
        append_images=pictures[1:],
        duration=frame_ms,
        loop=0,
        quality=_STRIP_QUALITY,
        method=2,  # higher ones take three times as long for 5 % fewer bytes
    )
    return buffer.getvalue()


def _within(picture: Image, size: tuple[int, int]) -> Image:
    """The picture inside ``size``, its shape kept, on black."""
    from PIL import Image as pil

    scale = min(size[0] / picture.width, size[1] / picture.height)
    inner = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    resized = picture.resize(inner, pil.Resampling.LANCZOS)
    if inner == size:
        return resized
    whole = pil.new("RGB", size)
    whole.paste(resized, ((size[0] - inner[0]) // 2, (size[1] - inner[1]) // 2))
    return whole


def _columns(values: np.ndarray, width: int, *, largest: bool) -> np.ndarray:
    """Values (rows, n) as (rows, width): the largest or the mean of those that share a column."""
    count = values.shape[1]
    if not count:
        return np.zeros((values.shape[0] or 1, width))
    edges = np.arange(width + 1) * count / width
    first = np.floor(edges[:-1]).astype(int)
    if count <= width:
        return values[:, first]
    reduced = (
        np.maximum.reduceat(values, first, axis=1) if largest else np.add.reduceat(values, first, axis=1)
    )
    return reduced if largest else reduced / np.diff(np.append(first, count))


def _axis(
    draw: ImageDraw,
    width: int,
    top: int,
    start_s: float,
    end_s: float,
    *,
    ink: tuple[int, int, int] | int = _INK,
    faint: tuple[int, int, int] | int = _FAINT,
) -> None:
    """Ticks and labels at round seconds."""
    from PIL import ImageFont

    length = end_s - start_s
    if length <= 0:
        return
    font = ImageFont.load_default(13)
    step = next((one for one in _STEPS_S if one / length * width >= _LEAST_LABEL), _STEPS_S[-1])
    draw.line((0, top, width, top), fill=faint)
    number = -(-start_s // step)
    while number * step <= end_s + 1e-9:
        x = (number * step - start_s) / length * width
        draw.line((x, top, x, top + 5), fill=ink)
        label = _clock(number * step, tenths=step < 1)
        wide = draw.textlength(label, font=font)
        draw.text((min(max(1, x - wide / 2), width - wide - 1), top + 5), label, fill=ink, font=font)
        number += 1


def _clock(seconds: float, *, tenths: bool) -> str:
    whole = int(seconds + 1e-6)
    rest = f".{int((seconds - whole) * 10 + 1e-6)}" if tenths else ""
    if whole >= 3600:
        return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}{rest}"
    return f"{whole // 60:02}:{whole % 60:02}{rest}"


def _png(image: Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()
