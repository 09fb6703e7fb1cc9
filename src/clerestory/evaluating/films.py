"""Test films with everything known: shots joined by cuts, dissolves and fades, captions over them.

In: shots and a seeded generator. Out: a file, and its truth: when scenes change, which shots
are pans, what is written when. Encoded with free encoders (VP8 or MPEG-4 part 2), at rates at
which films are sent.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Literal

import numpy as np

from clerestory.evaluating.footage import DRAWN, Quiet, Shot, ShotKind, clip, drawn
from clerestory.reading.media.library import av

ChangeKind = Literal["cut", "dissolve", "fade"]

# Made-up labels of the sort that films carry.
_WORDS = """
harbour station north gate seven rescue winter morning second chapter engine room valley river
laboratory result measure speed signal garden bridge market evening train platform water level
pressure warning battery service manual tower island channel report lesson history machine voice
""".split()  # noqa: SIM905 - prose to read, not a list to count
_SHOTS = 12
_SIZES = ((640, 360), (854, 480), (1280, 720))
_RATES = (24.0, 25.0, 30.0)
_FONTS = ("default", "simplex", "duplex", "complex", "triplex")
_LOOKS = ("outlined", "yellow", "dark box", "light box", "coloured")
_PLACES = ("bottom", "lower left", "upper left", "upper right", "middle")


@dataclass(frozen=True, slots=True)
class Change:
    """One scene turns into another: at ``start_s`` for a cut, else over a span."""

    kind: ChangeKind
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Caption:
    """Words over the picture, from the first to after the last frame on which they are seen."""

    text: str
    start_s: float
    end_s: float
    font: str
    look: str
    place: str
    height: float  # of a line, as a share of the picture's
    fade_s: float  # of coming and going


@dataclass(frozen=True, slots=True)
class Film:
    """What was made. ``pans`` are the spans of slow pans and zooms, ``shots`` all kinds in order."""

    path: Path
    width: int
    height: int
    fps: float
    seconds: float
    codec: str
    shots: tuple[ShotKind, ...]
    changes: tuple[Change, ...]
    pans: tuple[tuple[float, float], ...]
    captions: tuple[Caption, ...]


def make(path: Path, spans: Sequence[Quiet], random: np.random.Generator, *, number: int) -> Film:
    """A film of a dozen shots; ``number`` chooses its size and codec, so that a set has them all."""
    width, height = _SIZES[number % len(_SIZES)]
    fps = _RATES[number // 2 % len(_RATES)]
    codec, suffix = (("libvpx", ".webm"), ("mpeg4", ".mp4"))[number % 2]
    shots = _chosen(spans, random)
    lengths = [round(shot.seconds * fps) for shot in shots]
    changes, overlaps = _changes(shots, lengths, fps, random)
    starts = [0]
    for length, overlap in zip(lengths, overlaps, strict=False):
        starts.append(starts[-1] + length - overlap)
    total = starts[-1] + lengths[-1]
    captions = _captions(total / fps, fps, random)
    target = path.with_suffix(suffix)
    pictures = _captioned(_joined(shots, changes, overlaps, width, height, fps), captions, fps)
    _encode(target, pictures, width, height, fps, codec)
    pans = tuple(
        (start / fps, (start + length) / fps)
        for shot, start, length in zip(shots, starts, lengths, strict=True)
        if shot.kind in ("pan", "zoom")
    )
    kinds = tuple(shot.kind for shot in shots)
    return Film(target, width, height, fps, total / fps, codec, kinds, tuple(changes), pans, tuple(captions))


def _chosen(spans: Sequence[Quiet], random: np.random.Generator) -> list[Shot]:
    """Half real and half drawn where there are real ones; neighbours never show the same scene."""
    shots: list[Shot] = []
    while len(shots) < _SHOTS:
        if spans and random.random() < 0.5:
            shot = clip(spans[int(random.integers(len(spans)))], random.uniform(1.5, 4.0), random)
        else:
            kind: ShotKind = DRAWN[int(random.integers(len(DRAWN)))]
            seconds = random.uniform(3.5, 6.0) if kind in ("pan", "zoom") else random.uniform(1.5, 4.0)
            shot = drawn(kind, seconds, random)
        if not shots or shot.origin != shots[-1].origin:
            shots.append(shot)
    return shots


def _changes(
    shots: Sequence[Shot], lengths: Sequence[int], fps: float, random: np.random.Generator
) -> tuple[list[Change], list[int]]:
    """What happens between neighbours, and by how many frames they overlap for it."""
    changes: list[Change] = []
    overlaps: list[int] = []
    start = 0
    for before, after in pairwise(lengths):
        kind: ChangeKind = "cut"
        overlap = 0
        if random.random() < 0.25:
            kind = "dissolve" if random.random() < 0.6 else "fade"
            overlap = round(min(random.uniform(0.5, 1.2) * fps, before / 2 - 1, after / 2 - 1))
        border = start + before - overlap
        changes.append(Change(kind, border / fps, (border + overlap) / fps))
        overlaps.append(overlap)
        start = border
    return changes, overlaps


def _joined(
    shots: Sequence[Shot],
    changes: Sequence[Change],
    overlaps: Sequence[int],
    width: int,
    height: int,
    fps: float,
) -> Iterator[np.ndarray]:
    held: list[np.ndarray] = []  # the last frames of the shot before, still to be blended
    for number, shot in enumerate(shots):
        keep = overlaps[number] if number < len(overlaps) else 0
        tail: list[np.ndarray] = []
        kind = changes[number - 1].kind if number else "cut"
        count = len(held)
        for place, picture in enumerate(shot.frames(width, height, fps)):
            shown = picture
            if place < count:
                shown = _blended(held[place], picture, (place + 1) / (count + 1), kind)
            tail.append(shown)
            if len(tail) > keep:
                yield tail.pop(0)
        held = tail
    yield from held


def _blended(first: np.ndarray, second: np.ndarray, share: float, kind: ChangeKind) -> np.ndarray:
    import cv2

    if kind == "dissolve":
        return np.asarray(cv2.addWeighted(first, 1 - share, second, share, 0))
    # Through black: out in the first half, in in the second.
    picture, light = (first, 1 - 2 * share) if share < 0.5 else (second, 2 * share - 1)
    return np.asarray(cv2.convertScaleAbs(picture, alpha=light))


def _captions(seconds: float, fps: float, random: np.random.Generator) -> list[Caption]:
    """One after the other, sometimes without a gap, wherever cuts are."""
    captions: list[Caption] = []
    at = round(random.uniform(0.4, 2.0) * fps)
    look, font, place = _style(random)
    while True:
        length = round(random.uniform(1.2, 4.0) * fps)
        if (at + length) / fps > seconds - 0.4:
            return captions
        if random.random() < 0.6:  # captions of a film often look alike, so a style stays for a while
            look, font, place = _style(random)
        words = [_WORDS[int(random.integers(len(_WORDS)))] for _ in range(int(random.integers(2, 5)))]
        text = " ".join(words).capitalize()
        if random.random() < 0.3:
            text += f" {int(random.integers(2, 400))}"
        fade_s = 0.2 if random.random() < 0.3 else 0.0
        height = random.uniform(0.05, 0.085)
        captions.append(Caption(text, at / fps, (at + length) / fps, font, look, place, height, fade_s))
        gap = 0.0 if random.random() < 0.25 else random.uniform(0.3, 3.0)
        at += length + round(gap * fps)


def _style(random: np.random.Generator) -> tuple[str, str, str]:
    look, font, place = (choices[int(random.integers(len(choices)))] for choices in (_LOOKS, _FONTS, _PLACES))
    return look, font, place


def _captioned(
    pictures: Iterator[np.ndarray], captions: Sequence[Caption], fps: float
) -> Iterator[np.ndarray]:
    waiting = list(captions)
    layer: tuple[np.ndarray, np.ndarray] | None = None
    for number, picture in enumerate(pictures):
        time_s = (number + 0.5) / fps  # the middle of the frame is clear of rounding
        if waiting and time_s > waiting[0].end_s:
            waiting.pop(0)
            layer = None
        if waiting and time_s > waiting[0].start_s:
            layer = layer or drawn_caption(waiting[0], picture.shape[1], picture.shape[0])
            yield _over(picture, *layer, opacity=_opacity(waiting[0], time_s))
        else:
            yield picture


def _opacity(caption: Caption, time_s: float) -> float:
    if not caption.fade_s:
        return 1.0
    return min(1.0, (time_s - caption.start_s) / caption.fade_s, (caption.end_s - time_s) / caption.fade_s)


def _over(picture: np.ndarray, colour: np.ndarray, alpha: np.ndarray, *, opacity: float) -> np.ndarray:
    share = alpha[:, :, None].astype(np.float32) * (max(0.0, opacity) / 255)
    return np.asarray((picture * (1 - share) + colour * share).astype(np.uint8))


def drawn_caption(caption: Caption, width: int, height: int) -> tuple[np.ndarray, np.ndarray]:
    """Its colours (h, w, 3) and how much they cover (h, w), 0..255."""
    text, outline = _letters(caption.text, caption.font, round(caption.height * height))
    rows, columns = text.shape
    if columns > width * 0.94:
        import cv2

        size = (round(width * 0.94), max(8, round(rows * width * 0.94 / columns)))
        text = np.asarray(cv2.resize(text, size, interpolation=cv2.INTER_AREA))
        outline = np.asarray(cv2.resize(outline, size, interpolation=cv2.INTER_AREA))
        rows, columns = text.shape
    x = {
        "bottom": (width - columns) // 2,
        "middle": (width - columns) // 2,
        "upper right": width - columns - width // 40,
    }
    y = {
        "bottom": height - rows - height // 25,
        "lower left": height - rows - height // 12,
        "middle": (height - rows) // 2,
    }
    left, top = x.get(caption.place, width // 40), y.get(caption.place, height // 25)
    ink, ground = {
        "outlined": ((255, 255, 255), (0, 0, 0)),
        "yellow": ((250, 220, 40), (0, 0, 0)),
        "dark box": ((245, 245, 245), (20, 20, 24)),
        "light box": ((20, 20, 24), (240, 240, 236)),
        "coloured": ((90, 230, 255), (10, 30, 60)),
    }[caption.look]
    colour = np.zeros((height, width, 3), np.uint8)
    alpha = np.zeros((height, width), np.uint8)
    cover = np.full_like(text, 255) if caption.look.endswith("box") else outline
    share = text[:, :, None].astype(np.float32) / 255
    letters = (np.array(ground) * (1 - share) + np.array(ink) * share).astype(np.uint8)
    colour[top : top + rows, left : left + columns] = letters
    alpha[top : top + rows, left : left + columns] = np.maximum(cover, text)
    return colour, alpha


def _letters(text: str, font: str, size: int) -> tuple[np.ndarray, np.ndarray]:
    """The letters and the letters grown by their outline, as coverage 0..255."""
    import cv2
    from PIL import Image, ImageDraw, ImageFont

    margin = max(3, size // 4)
    if font == "default":
        drawer = ImageFont.load_default(size)
        x0, y0, x1, y1 = drawer.getbbox(text)
        image = Image.new("L", (int(x1 - x0) + 2 * margin, int(y1 - y0) + 2 * margin))
        ImageDraw.Draw(image).text((margin - x0, margin - y0), text, font=drawer, fill=255)
        letters = np.asarray(image)
    else:
        face = getattr(cv2, f"FONT_HERSHEY_{font.upper()}")
        scale, thick = size / 30, max(1, round(size / (9 if font == "simplex" else 14)))
        (width, height), baseline = cv2.getTextSize(text, face, scale, thick)
        letters = np.zeros((height + baseline + 2 * margin, width + 2 * margin), np.uint8)
        cv2.putText(letters, text, (margin, margin + height), face, scale, 255, thick, cv2.LINE_AA)
    grown = cv2.dilate(letters, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * (size // 12) + 3,) * 2))
    return letters, np.asarray(cv2.GaussianBlur(grown, (3, 3), 0))


def _encode(
    path: Path, pictures: Iterator[np.ndarray], width: int, height: int, fps: float, codec: str
) -> None:
    library = av()
    options = {"deadline": "realtime", "cpu-used": "8"} if codec == "libvpx" else {}
    with library.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=Fraction(fps).limit_denominator(1001), options=options)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.bit_rate = round(width * height * fps * 0.16)  # 3.5 Mbit/s at 720p and 25 frames
        for picture in pictures:
            frame = library.VideoFrame.from_ndarray(picture, format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
