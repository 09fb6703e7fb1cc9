"""The frames that stand for a scene: the sharpest one, and others only where they show something else.

In: frames of a stretch in order, then its cuts. Out: key frames and moving previews, whose
bytes go to the store. A second of film leaves one candidate, compressed at once, so that
memory does not grow with the size of the frames. It does not know what they show.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from clerestory.reading.media.frames import Decoded
from clerestory.reading.video.watching import Cut, KeyFrame, Strip

LONGEST_SIDE = 1280  # pixels of a key frame
QUALITY = 82

_EVERY_S = 0.2  # frames that are looked at
_CANDIDATE_S = 1.0  # one candidate is kept of so much film, or of less where the picture changes
_SHORTEST_S = 0.25
_OTHER_LEVEL = 12.0  # grey levels from one looked-at frame to the next: perhaps another scene
_CLEAR_OF_CUTS_S = 0.12  # frames nearer to a cut may be blended or badly compressed
_DIFFERENT_BITS = 18  # of 64; alike pictures differ in about ten
_APART_S = 2.0
_PER_KEYFRAME_S = 15.0  # seconds of a scene for each further key frame
_MOST = 6  # of one scene in one stretch

_PREVIEW_SIDE = 240
_PREVIEW_EVERY_S = 0.25
_PREVIEW_FRAMES = 10
_PREVIEW_SHORTEST_S = 1.0
_STILL_LEVEL = 3.0  # grey levels between the frames of a preview below which nothing moves


@dataclass(frozen=True, slots=True)
class _Candidate:
    time_s: float
    sharpness: float
    hash: str
    width: int
    height: int
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Preview:
    time_s: float
    content: bytes = field(repr=False)


class Gallery:
    """Candidates of one stretch. ``strip`` makes a moving picture of frames (RGB, one size)."""

    def __init__(self, *, strip: Callable[[Sequence[np.ndarray]], bytes]) -> None:
        self._strip = strip
        self._candidates: list[_Candidate] = []
        self._previews: list[_Preview] = []
        self._best: tuple[float, Decoded] | None = None
        self._since = 0.0
        self._looked = -1.0
        self._previewed = -1.0
        self._before: np.ndarray | None = None

    def see(self, frame: Decoded, grey: np.ndarray) -> None:
        """The next frame, with a smaller grey picture of it."""
        if frame.time_s - self._previewed >= _PREVIEW_EVERY_S - 1e-6:
            self._previewed = frame.time_s
            self._previews.append(_Preview(frame.time_s, _jpeg(frame.rgb(_PREVIEW_SIDE))))
        if frame.time_s - self._looked < _EVERY_S - 1e-6:
            return
        self._looked = frame.time_s
        changed = self._before is not None and _level(self._before, grey) > _OTHER_LEVEL
        self._before = grey
        if self._best is not None:
            held_s = frame.time_s - self._since
            if held_s >= _CANDIDATE_S or (changed and held_s >= _SHORTEST_S):
                self._keep()
        sharpness = sharpness_of(grey)
        if self._best is None:
            self._since = frame.time_s
        if self._best is None or sharpness > self._best[0]:
            self._best = (sharpness, frame)

    def _keep(self) -> None:
        from PIL import Image

        from clerestory.reading.pixels import perceptual_hash

        assert self._best is not None
        sharpness, frame = self._best
        self._best = None
        rgb = frame.rgb(LONGEST_SIDE)
        height, width = rgb.shape[:2]
        hash_ = perceptual_hash(Image.fromarray(frame.rgb(64)))
        self._candidates.append(
            _Candidate(frame.time_s, round(sharpness, 2), hash_, width, height, _jpeg(rgb))
        )

    def choose(
        self, cuts: Sequence[Cut], start_s: float, end_s: float, *, put: Callable[[bytes], str]
    ) -> tuple[tuple[KeyFrame, ...], tuple[Strip, ...]]:
        """Key frames and previews of what lies between the cuts, stored by ``put``."""
        if self._best is not None:
            self._keep()
        keyframes: list[KeyFrame] = []
        strips: list[Strip] = []
        for begin_s, until_s, first_s, last_s in _shots(cuts, start_s, end_s):
            inside = [one for one in self._candidates if begin_s <= one.time_s < until_s]
            clear = [one for one in inside if first_s <= one.time_s <= last_s]
            for one in _chosen(clear or inside, until_s - begin_s):
                digest = put(one.content)
                keyframes.append(KeyFrame(one.time_s, digest, one.sharpness, one.hash, one.width, one.height))
            seen = [one for one in self._previews if begin_s <= one.time_s < until_s]
            content = self._moving(seen) if until_s - begin_s >= _PREVIEW_SHORTEST_S else b""
            if content:
                strips.append(Strip(begin_s, until_s, put(content)))
        return tuple(keyframes), tuple(strips)

    def _moving(self, previews: Sequence[_Preview]) -> bytes:
        """An animation of up to ten of them; nothing where nothing moves."""
        import cv2

        count = min(len(previews), _PREVIEW_FRAMES)
        if count < 2:
            return b""
        places = np.unique(np.linspace(0, len(previews) - 1, count).round().astype(int))
        pictures = []
        for place in places:
            content = np.frombuffer(previews[place].content, np.uint8)
            pictures.append(np.asarray(cv2.imdecode(content, cv2.IMREAD_COLOR_RGB)))
        same = [one for one in pictures if one.shape == pictures[0].shape]  # frames may change their size
        if len(same) < 2 or max(_level(same[0], one) for one in same[1:]) < _STILL_LEVEL:
            return b""
        return self._strip(same)


def sharpness_of(grey: np.ndarray) -> float:
    """Variance of the Laplacian (Pech-Pacheco et al. 2000): large where detail is in focus."""
    import cv2

    return float(cv2.Laplacian(grey, cv2.CV_32F).var())


def bits_apart(first: str, second: str) -> int:
    """In how many of 64 bits two perceptual hashes differ."""
    return (int(first, 16) ^ int(second, 16)).bit_count()


def _shots(cuts: Sequence[Cut], start_s: float, end_s: float) -> list[tuple[float, float, float, float]]:
    """Begin and end of each shot in the stretch, and the part that is clear of the changes."""
    inside = [cut for cut in cuts if start_s < cut.time_s < end_s]
    begins = [(start_s, start_s), *((cut.time_s, max(cut.end_s, cut.time_s)) for cut in inside)]
    ends = [*((cut.time_s, min(cut.start_s, cut.time_s)) for cut in inside), (end_s, end_s)]
    return [
        (begin_s, until_s, clear_s + _CLEAR_OF_CUTS_S, end_clear_s - _CLEAR_OF_CUTS_S)
        for (begin_s, clear_s), (until_s, end_clear_s) in zip(begins, ends, strict=True)
    ]


def _chosen(candidates: Sequence[_Candidate], seconds: float) -> list[_Candidate]:
    """The sharpest first, then always the one that is least like those before it."""
    if not candidates:
        return []
    chosen = [max(candidates, key=lambda one: one.sharpness)]
    while len(chosen) < min(_MOST, 1 + int(seconds / _PER_KEYFRAME_S)):
        rest = [one for one in candidates if min(abs(one.time_s - x.time_s) for x in chosen) >= _APART_S]
        if not rest:
            break
        # Among those that differ as much, the sharper one.
        best = max(rest, key=lambda one: (min(bits_apart(one.hash, x.hash) for x in chosen), one.sharpness))
        if min(bits_apart(best.hash, x.hash) for x in chosen) < _DIFFERENT_BITS:
            break
        chosen.append(best)
    return chosen


def _level(first: np.ndarray, second: np.ndarray) -> float:
    import cv2

    if first.shape != second.shape:
        return 255.0
    return float(cv2.absdiff(first, second).mean())


def _jpeg(rgb: np.ndarray) -> bytes:
    import cv2

    found, content = cv2.imencode(
        ".jpg", cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, QUALITY]
    )
    assert found  # into memory it always works
    return bytes(content)
