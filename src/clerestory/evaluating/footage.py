"""Shots to join into test films: spans of real videos, and drawn ones whose movement is known.

In: a folder of videos and a seeded generator of random numbers. Out: shots as frames (RGB
uint8). Spans of real videos are taken where nothing looks like a cut: away from the cuts
that ``videos.jsonl`` lists (``scene_cuts_detected_s``, found automatically and no truth), and
where FFmpeg's scene score stays below a third of its usual threshold. What is drawn has no
cuts by construction.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from clerestory.errors import UnreadableFile
from clerestory.reading.media.frames import decoded, frames

ShotKind = Literal["clip", "still", "moving", "pan", "zoom", "slide"]
DRAWN: tuple[ShotKind, ...] = ("still", "moving", "pan", "zoom", "slide")

SCENE_SCORE = 0.1  # FFmpeg's `select=gt(scene,0.3)` finds sure cuts; above this one there may be one
CLEAR_S = 0.3  # from a listed cut
SHORTEST_S = 1.5


@dataclass(frozen=True, slots=True)
class Quiet:
    """A span of a video without a cut."""

    path: Path
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Shot:
    """``frames(width, height, fps)`` gives its pictures; ``origin`` tells shots of one scene apart."""

    kind: ShotKind
    seconds: float
    origin: str
    frames: Callable[[int, int, float], Iterator[np.ndarray]]


def quiet_spans(data: Path) -> list[Quiet]:
    """The spans of the folder's videos that hold no cut.

    Raises:
        UnreadableFile: the folder is not shaped like that.
    """
    listing = data / "videos.jsonl"
    try:
        entries = [json.loads(line) for line in listing.read_text(encoding="utf-8").splitlines() if line]
    except (OSError, ValueError) as error:
        raise UnreadableFile("no videos.jsonl", where=str(data), fix="Is --data the right folder?") from error
    spans: list[Quiet] = []
    for entry in entries:
        path = data / entry["video"]
        edges = _doubtful(path, entry.get("scene_cuts_detected_s", []))
        spans += [
            Quiet(path, start_s, end_s)
            for start_s, end_s in itertools.pairwise(edges)
            if end_s - start_s >= SHORTEST_S + 2 * CLEAR_S
        ]
    return [Quiet(one.path, one.start_s + CLEAR_S, one.end_s - CLEAR_S) for one in spans]


def _doubtful(path: Path, listed: list[float]) -> list[float]:
    """Beginning, end, and every time between them at which there may be a cut."""
    times = [0.0, *listed]
    before: np.ndarray | None = None
    difference = end_s = 0.0
    for frame in decoded(path):
        picture = frame.rgb(160).astype(np.float32)
        end_s = frame.end_s
        if before is not None and before.shape == picture.shape:
            now = float(np.abs(picture - before).mean())
            # FFmpeg's vf_select: the smaller of the difference and of how much it changed.
            if min(now, abs(now - difference)) / 100 > SCENE_SCORE:
                times.append(frame.time_s)
            difference = now
        before = picture
    return sorted({*times, end_s})


def clip(span: Quiet, seconds: float, random: np.random.Generator) -> Shot:
    """Some of the span, at its own pace."""
    length_s = min(seconds, span.end_s - span.start_s)
    start_s = span.start_s + random.uniform(0, span.end_s - span.start_s - length_s)

    def pictures(width: int, height: int, fps: float) -> Iterator[np.ndarray]:
        source = frames(
            span.path, start_s=max(0.0, start_s - 0.2), end_s=span.end_s, longest_side=max(width, height)
        )
        held = next(source)
        for number in range(round(length_s * fps)):
            while held.end_s <= start_s + number / fps:
                following = next(source, None)
                if following is None:
                    break
                held = following
            yield _fitted(held.image, width, height)

    return Shot("clip", length_s, f"{span.path.name} {span.start_s:.2f}", pictures)


def drawn(kind: ShotKind, seconds: float, random: np.random.Generator) -> Shot:
    """A shot of a kind in ``DRAWN``."""
    seed = int(random.integers(2**31))

    def pictures(width: int, height: int, fps: float) -> Iterator[np.ndarray]:
        own = np.random.default_rng(seed)
        count = round(seconds * fps)
        match kind:
            case "pan":
                return _pan(own, width, height, count, seconds)
            case "zoom":
                return _zoom(own, width, height, count)
            case "moving":
                return _moving(own, width, height, count, fps)
            case "slide":
                return itertools.repeat(_slide(own, width, height), count)
        return itertools.repeat(_scenery(own, width, height), count)

    return Shot(kind, seconds, f"{kind} {seed}", pictures)


def _pan(
    own: np.random.Generator, width: int, height: int, count: int, seconds: float
) -> Iterator[np.ndarray]:
    """A slow pan: 8 to 25 % of the picture's width in a second, softly begun and ended."""
    import cv2

    way = own.uniform(0.08, 0.25) * width * seconds
    large = _scenery(own, width + round(way) + 2, height)
    backwards = own.random() < 0.5
    for number in range(count):
        share = number / max(1, count - 1)
        share = share * share * (3 - 2 * share)
        x = way * ((1 - share) if backwards else share)
        moved = np.array([[1, 0, -x], [0, 1, 0]], np.float32)  # below a pixel too, as a camera moves
        yield cv2.warpAffine(large, moved, (width, height), flags=cv2.INTER_LINEAR)


def _zoom(own: np.random.Generator, width: int, height: int, count: int) -> Iterator[np.ndarray]:
    import cv2

    picture = _scenery(own, width, height)
    far = own.uniform(1.3, 1.8)
    for number in range(count):
        scale = 1 + (far - 1) * number / max(1, count - 1)
        matrix = cv2.getRotationMatrix2D((width / 2, height / 2), 0, scale)
        yield cv2.warpAffine(picture, matrix, (width, height), flags=cv2.INTER_LINEAR)


def _moving(
    own: np.random.Generator, width: int, height: int, count: int, fps: float
) -> Iterator[np.ndarray]:
    """Shapes that drift over a gradient."""
    import cv2

    ground = _gradient(own, width, height)
    places = own.uniform(0, 1, (6, 2)) * (width, height)
    speeds = own.normal(0, 0.15, (6, 2)) * width / fps
    sizes = own.uniform(0.05, 0.16, 6) * height
    colours = own.integers(0, 256, (6, 3))
    for _ in range(count):
        picture = ground.copy()
        for place, size, colour in zip(places, sizes, colours, strict=True):
            centre = (int(place[0] % width), int(place[1] % height))
            cv2.circle(picture, centre, int(size), colour.tolist(), -1, cv2.LINE_AA)
        places += speeds
        yield picture


def _slide(own: np.random.Generator, width: int, height: int) -> np.ndarray:
    """A heading and lines without letters, so that no caption is mistaken for another."""
    import cv2

    dark = own.random() < 0.4
    paper, ink = ((28, 34, 48), (225, 228, 235)) if dark else ((246, 246, 242), (40, 44, 52))
    picture = np.full((height, width, 3), paper, np.uint8)
    accent = own.integers(30, 220, 3).tolist()
    top = round(height * own.uniform(0.08, 0.16))
    cv2.rectangle(
        picture, (width // 12, top), (round(width * own.uniform(0.4, 0.8)), top + height // 12), accent, -1
    )
    for row in range(int(own.integers(3, 7))):
        y = top + height // 6 + row * height // 11
        cv2.circle(picture, (width // 10, y), max(2, height // 90), accent, -1, cv2.LINE_AA)
        end = round(width * own.uniform(0.3, 0.75))
        cv2.line(picture, (width // 8, y), (end, y), ink, max(2, height // 60))
    corner = (round(width * own.uniform(0.6, 0.85)), round(height * own.uniform(0.45, 0.7)))
    cv2.ellipse(
        picture, corner, (width // 9, height // 7), 0, 0, own.uniform(120, 360), accent, -1, cv2.LINE_AA
    )
    return picture


def _scenery(own: np.random.Generator, width: int, height: int) -> np.ndarray:
    """A drawn picture: soft ground, grain, and shapes of all sizes."""
    import cv2

    picture = _gradient(own, width, height).astype(np.float32)
    for size, strength in ((6, 40), (24, 22), (90, 12)):
        rough = own.normal(0, strength, (size, max(2, size * width // height), 3)).astype(np.float32)
        picture += cv2.resize(rough, (width, height), interpolation=cv2.INTER_CUBIC)
    canvas = np.ascontiguousarray(picture.clip(0, 255).astype(np.uint8))
    for _ in range(int(18 * width / height)):
        colour = own.integers(0, 256, 3).tolist()
        x, y = int(own.uniform(0, width)), int(own.uniform(0, height))
        size = int(own.uniform(0.02, 0.16) * height) + 2
        if own.random() < 0.5:
            cv2.rectangle(canvas, (x, y), (x + 2 * size, y + size), colour, -1)
        else:
            cv2.ellipse(
                canvas, (x, y), (size, size // 2 + 1), own.uniform(0, 180), 0, 360, colour, -1, cv2.LINE_AA
            )
    return canvas


def _gradient(own: np.random.Generator, width: int, height: int) -> np.ndarray:
    import cv2

    corners = own.integers(20, 236, (2, 2, 3)).astype(np.float32)
    smooth: Any = cv2.resize(corners, (width, height), interpolation=cv2.INTER_LINEAR)
    return smooth.clip(0, 255).astype(np.uint8)


def _fitted(picture: np.ndarray, width: int, height: int) -> np.ndarray:
    """The middle of the picture, filling the frame."""
    import cv2

    scale = max(width / picture.shape[1], height / picture.shape[0])
    size = (max(width, round(picture.shape[1] * scale)), max(height, round(picture.shape[0] * scale)))
    grown = cv2.resize(picture, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    x, y = (size[0] - width) // 2, (size[1] - height) // 2
    return np.ascontiguousarray(grown[y : y + height, x : x + width])
