"""Text in the pictures of a film: what is written, where it stands, from when until when.

In: frames in order, and an engine that reads a picture. Out: ``Written``. Only frames on
which something like text newly stands are read, and only that part of them; how often is
bounded by the seconds of film, not by what is shown. Each line is then followed by comparing
its place with what stood there: backwards through the last seconds to the frame on which it
appeared, forwards to the frame on which it is gone. Moving text (credits, signs passed by)
is read every few seconds and has the seconds in which it stood where it was read.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

import numpy as np

from clerestory.models.ocr import OcrEngine, OcrLine
from clerestory.reading.boxes import within
from clerestory.reading.media.frames import Decoded
from clerestory.reading.video.ink import SIDE as INK_SIDE
from clerestory.reading.video.ink import Ink
from clerestory.reading.video.watching import Written
from clerestory.reading.video.writing import alike, is_piece, overlap, whole_lines
from clerestory.types import WHOLE, Box

READ_SIDE = 1280  # pixels of the longer side of what is read
GREY_SIDE = 400  # of the pictures in which lines are followed

_SAMPLE_S = 0.19  # five times a second
_HISTORY_S = 3.0
_GLANCE_S = 3.0  # without anything new, the whole picture is read after so long, if it moves
_STILL_LEVEL = 2.0  # grey levels below which two frames are the same picture
# Reads of a whole picture per second of film. One costs 0.22 s of a core.
_READS_PER_S = 0.7
_MOST_READS = 4.0
_SMALLEST_READ = 0.35  # of a whole one: the fixed part
_MATCH = 0.5  # correlation of outlines from which on the same line still stands there
_AT_EDGE = 0.01  # share of a part's width
_GAP_S = 0.5  # a line may be hidden for so long
_LEAST_CONFIDENCE = 0.6
_SHORT_CONFIDENCE = 0.85  # of one or two characters: textures look like them


@dataclass(slots=True)
class _Grey:
    time_s: float
    end_s: float
    image: np.ndarray


@dataclass(slots=True)
class _Line:
    """A line that stands there, or did."""

    text: str
    box: Box
    confidence: float
    patch: np.ndarray  # outlines of its place when it was read
    start_s: float
    seen_s: float  # the end of the last frame on which it was found
    missing: bool = False


@dataclass(slots=True)
class TextWatcher:
    """Follows the lines of one stretch. ``reads`` counts what the engine was given."""

    engine: OcrEngine
    reads: int = 0
    _ink: Ink = field(default_factory=Ink)
    _history: deque[_Grey] = field(default_factory=deque)
    _standing: list[_Line] = field(default_factory=list)
    _gone: list[_Line] = field(default_factory=list)
    _sampled_s: float = -1.0
    _allowance: float = _MOST_READS
    _read_s: float = -1.0
    _read_grey: np.ndarray | None = None

    def see(self, frame: Decoded, grey: np.ndarray) -> None:
        """The next frame, and a grey picture of it (``GREY_SIDE``)."""
        self._history.append(_Grey(frame.time_s, frame.end_s, grey))
        while frame.time_s - self._history[0].time_s > _HISTORY_S:
            self._history.popleft()
        since_s = frame.time_s - self._sampled_s
        if self._sampled_s >= 0 and since_s < _SAMPLE_S:
            return
        self._allowance = min(_MOST_READS, self._allowance + max(since_s, 0.0) * _READS_PER_S)
        self._follow(frame.time_s)
        self._sampled_s = frame.time_s
        box = self._ink.look(frame.grey(INK_SIDE), frame.time_s)
        if box is None and self._due_a_glance(frame.time_s, grey):
            box = WHOLE
        if box is not None and self._allowance >= 1.0:
            self._read(frame, box, grey)

    def finish(self) -> list[Written]:
        """Every line that stood there, in order."""
        if self._history:
            self._follow(self._history[-1].time_s)
        lines = sorted([*self._gone, *self._standing], key=lambda line: (line.start_s, line.box.y0))
        joined: list[_Line] = []
        for line in lines:
            same = next((one for one in reversed(joined) if _continues(one, line)), None)
            if same is None:
                joined.append(line)
                continue
            same.seen_s = max(same.seen_s, line.seen_s)
            if line.confidence > same.confidence:
                same.text, same.confidence, same.box = line.text, line.confidence, line.box
        return whole_lines(
            [
                Written(line.text, line.box, line.start_s, line.seen_s, round(line.confidence, 3))
                for line in joined
            ]
        )

    def _due_a_glance(self, time_s: float, grey: np.ndarray) -> bool:
        if self._read_grey is None:
            return True
        if time_s - self._read_s < _GLANCE_S or self._read_grey.shape != grey.shape:
            return False
        import cv2

        return float(cv2.absdiff(self._read_grey, grey).mean()) > _STILL_LEVEL

    def _read(self, frame: Decoded, box: Box, grey: np.ndarray) -> None:
        picture = frame.rgb(READ_SIDE)
        height, width = picture.shape[:2]
        x0, y0 = int(box.x0 * width), int(box.y0 * height)
        x1, y1 = max(x0 + 1, round(box.x1 * width)), max(y0 + 1, round(box.y1 * height))
        found = self.engine.read(np.ascontiguousarray(picture[y0:y1, x0:x1]))
        self.reads += 1
        self._allowance -= max(_SMALLEST_READ, box.area)
        self._read_s = frame.time_s
        if box == WHOLE:
            self._read_grey = grey
        exact = Box(x0 / width, y0 / height, x1 / width, y1 / height)
        lines = [
            (line, within(exact, line.box))
            for line in found
            if _says_something(line) and not _cut_off(line.box, exact)
        ]
        for line, place in lines:
            self._take(line, place, frame, grey)
        self._ink.was_read(box, frame.time_s, lines=[place for _, place in lines])

    def _take(self, line: OcrLine, place: Box, frame: Decoded, grey: np.ndarray) -> None:
        for standing in self._standing:
            if overlap(standing.box, place) < 0.5:
                continue
            piece, whole = is_piece(line.text, standing.text), is_piece(standing.text, line.text)
            if not (piece or whole or alike(standing.text, line.text)):
                continue
            if (whole and not piece) or (not piece and line.confidence > standing.confidence):
                standing.text, standing.confidence, standing.box = line.text, line.confidence, place
            # What is behind it may be another picture by now.
            standing.patch = _outlines(grey, standing.box)
            standing.seen_s, standing.missing = frame.end_s, False
            return
        patch = _outlines(grey, place)
        start_s = frame.time_s
        for earlier in reversed(self._history):
            if earlier.image.shape != grey.shape or not _stands(patch, earlier.image, place):
                break
            start_s = earlier.time_s
        self._standing.append(_Line(line.text, place, line.confidence, patch, start_s, frame.end_s))

    def _follow(self, time_s: float) -> None:
        """How long the standing lines still stood since the last sample."""
        new = [grey for grey in self._history if self._sampled_s < grey.time_s <= time_s]
        if not new:
            return
        still: list[_Line] = []
        for line in self._standing:
            if _stands(line.patch, new[-1].image, line.box):
                line.seen_s, line.missing = new[-1].end_s, False
            elif not line.missing:
                for grey in new[:-1]:
                    if not _stands(line.patch, grey.image, line.box):
                        break
                    line.seen_s = grey.end_s
                line.missing = True
            (still if time_s - line.seen_s <= _GAP_S else self._gone).append(line)
        self._standing = still


def _says_something(line: OcrLine) -> bool:
    letters = sum(character.isalnum() for character in line.text)
    return letters > 0 and line.confidence >= (_LEAST_CONFIDENCE if letters > 2 else _SHORT_CONFIDENCE)


def _cut_off(box: Box, part: Box) -> bool:
    """Whether a line runs out of the part of the picture that was read."""
    return any(abs(box[side] - edge) < _AT_EDGE and 0 < part[side] < 1 for side, edge in ((0, 0.0), (2, 1.0)))


def _continues(first: _Line, second: _Line) -> bool:
    """Whether ``second`` is the same writing as ``first``, read again."""
    near = second.start_s - first.seen_s <= _GAP_S
    return near and overlap(first.box, second.box) >= 0.4 and alike(first.text, second.text)


def _cut_out(grey: np.ndarray, box: Box) -> np.ndarray:
    height, width = grey.shape
    x0, y0 = max(0, int(box.x0 * width) - 1), max(0, int(box.y0 * height) - 1)
    x1, y1 = min(width, int(np.ceil(box.x1 * width)) + 1), min(height, int(np.ceil(box.y1 * height)) + 1)
    return grey[y0:y1, x0:x1]


def _outlines(grey: np.ndarray, box: Box) -> np.ndarray:
    """Strength of the outlines in the box, mean taken off, of unit length; float32."""
    import cv2

    part = _cut_out(grey, box)
    across = cv2.Sobel(part, cv2.CV_32F, 1, 0)
    down = cv2.Sobel(part, cv2.CV_32F, 0, 1)
    strength = cv2.magnitude(across, down)
    strength -= strength.mean()
    length = float(np.linalg.norm(strength))
    return strength / length if length else strength


def _stands(patch: np.ndarray, grey: np.ndarray, box: Box) -> bool:
    found = _outlines(grey, box)
    return found.shape == patch.shape and float((found * patch).sum()) >= _MATCH
