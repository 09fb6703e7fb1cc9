"""Where one scene of a film ends and the next begins: hard cuts, dissolves and fades.

In: small frames in order. Out: cuts. It streams: only about four seconds of small frames
are kept. It decodes nothing and does not know what the pictures show.

- A hard cut is a frame that differs from the one before it by more than motion explains,
  by far more than its neighbours do (an adaptive threshold over a rolling window, as in
  PySceneDetect's AdaptiveDetector), over most of the picture or with other outlines; and
  nothing from just before it comes back just after it (a flash, something passing by).
- A dissolve or fade is a second or so in which every frame is a weighted sum of the first
  and the last, the weight moves steadily, and the two show different things. A slow pan or
  zoom changes as much but is no such sum; a change of light is one but leaves the outlines.
- Black, white or one colour between two scenes for less than two seconds is one change,
  not two.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from clerestory.reading.video.differences import (
    Small,
    difference,
    likeness,
    mixture,
    outlines_changed,
    plain_difference,
)
from clerestory.reading.video.watching import Cut, CutKind, hard_cut

# Seconds before and after a stretch that have to be seen to judge what happens inside it.
MARGIN_S = 4.0

_LOOK_S = 0.45  # how long a flash or something passing by may last
_AROUND_S = 0.35  # neighbours whose differences are the measure for one of them
_AROUND = 12  # frames at most, on each side
_LEAST = 3.0  # grey levels of difference; recompressed stills stay below 2
_RATIO = 2.2  # times the mean of the neighbours (plus a level, for stills)
_ABOVE = 1.7  # times what six of seven neighbours stay below
_MOST = 0.5  # share of the picture that another scene changes
_PART = 0.25  # share that is enough where half of all outlines are gone and half are new
_BACK = 0.4  # share of the difference below which two pictures show the same

_STEP_S = 0.08  # between the frames that are tested for being a mixture
_SPANS_S = (0.32, 0.64, 1.28, 2.56)
# A small movement is nearly a mixture too (its first-order term). Over drawn and real films the
# pictures around true dissolves differed by 20 levels and more over all of the picture, with
# correlations below 0.3; those of movements by 14 at most, or their steps added up to far more.
_CHANGE = 12.0  # grey levels that motion does not explain between before and after
_ALL = 0.8  # share of the picture that changes
_ALIKE = 0.35  # correlation of outlines from which on it is the same scene, moved or in other light
_UNEXPLAINED = 0.45  # share of the difference pixel by pixel that motion does not explain
_DETOUR = 1.5  # times the whole change: what the changes from step to step may add up to
# Things that move in the scenes spoil the mixture. Where far more changes than any movement
# changes, more may be left over.
_SURE = 25.0
_RESIDUALS = (0.35, 0.6)  # share of the change that a mixture may leave over, and where it is sure
_BACKWARDS = (0.06, 0.12)  # share by which the weight may go back
_JUMP = 0.45  # share that may change at once
_BLANK_S = 2.0  # seconds of black that still belong to the change
_BESIDE_S = 0.4  # from black to where a fade was found


@dataclass(slots=True)
class _Seen:
    """A frame with how much it differs from the one before it."""

    small: Small
    level: float = 0.0
    area: float = 0.0
    previous: Small | None = None


@dataclass(frozen=True, slots=True)
class _Blend:
    """A span in which one scene turns into another."""

    start_s: float
    middle_s: float
    end_s: float
    change: float
    to_blank: bool


class CutFinder:
    """Holds the last seconds of a film; ``cuts`` are found some seconds after they were seen."""

    def __init__(self) -> None:
        self._recent: deque[_Seen] = deque()
        self._next = 0  # position in ``_recent`` of the first frame that is not judged yet
        self._steps: deque[Small] = deque()
        self._hard: list[float] = []
        self._blends: list[_Blend] = []
        self._blanks: list[tuple[float, float]] = []
        self._blank_since: float | None = None
        self._last: Small | None = None

    def see(self, small: Small) -> None:
        """The next frame."""
        seen = _Seen(small)
        if self._last is not None:
            seen.previous = self._last
            # Motion is only estimated where there is any: stills cost nearly nothing.
            if plain_difference(self._last, small) >= _LEAST / 2:
                found = difference(self._last, small)
                seen.level, seen.area = found.level, found.area
        self._track_blank(small)
        self._last = small
        self._recent.append(seen)
        while self._next < len(self._recent) and (
            small.time_s - self._recent[self._next].small.time_s >= _LOOK_S
        ):
            self._judge()
        if not self._steps or small.time_s - self._steps[-1].time_s >= _STEP_S - 1e-6:
            self._step(small)

    def finish(self) -> list[Cut]:
        """All cuts, in order, once the last frame was seen."""
        while self._next < len(self._recent):
            self._judge()
        if self._blank_since is not None and self._last is not None:
            self._blanks.append((self._blank_since, self._last.time_s))
        return _joined(self._hard, self._blends, self._blanks)

    def _track_blank(self, small: Small) -> None:
        if small.plain:
            if self._blank_since is None:
                self._blank_since = small.time_s
        elif self._blank_since is not None:
            self._blanks.append((self._blank_since, small.time_s))
            self._blank_since = None

    def _judge(self) -> None:
        """Whether the next frame is the first of a scene; forget what is too old to matter."""
        frame = self._recent[self._next]
        if frame.previous is not None and frame.level >= _LEAST and self._stands_out(frame):
            other = frame.area >= _MOST
            if not other and frame.area >= _PART:
                other = min(outlines_changed(frame.previous, frame.small)) >= 0.5
            if other and not self._comes_back(frame):
                self._hard.append(frame.small.time_s)
        self._next += 1
        while self._recent[0].small.time_s < frame.small.time_s - 2 * _LOOK_S:
            self._recent.popleft()
            self._next -= 1

    def _stands_out(self, frame: _Seen) -> bool:
        at = self._next
        time_s = frame.small.time_s
        near = [
            other.level
            for position, other in enumerate(self._recent)
            if position != at
            and abs(position - at) <= _AROUND
            and abs(other.small.time_s - time_s) <= _AROUND_S
        ]
        if not near:
            return True
        return frame.level >= _RATIO * (float(np.mean(near)) + 1.0) and frame.level >= _ABOVE * float(
            np.percentile(near, 85)
        )

    def _comes_back(self, frame: _Seen) -> bool:
        """Whether a picture from just before it is seen again just after it."""
        at = self._next
        time_s = frame.small.time_s
        frames = list(self._recent)
        before = [one.small for one in frames[:at] if time_s - one.small.time_s <= _LOOK_S]
        after = [one.small for one in frames[at:] if one.small.time_s - time_s <= _LOOK_S]
        limit = max(_BACK * frame.level, 1.0)
        return any(
            plain_difference(first, second) < 4 * frame.level and difference(first, second).level < limit
            for first in _few(before[::-1])
            for second in _few(after)
        )

    def _step(self, small: Small) -> None:
        """Whether a dissolve or fade ends about here."""
        self._steps.append(small)
        while small.time_s - self._steps[0].time_s > _SPANS_S[-1] + _STEP_S:
            self._steps.popleft()
        steps = list(self._steps)
        for span_s in _SPANS_S:
            chosen = [one for one in steps if small.time_s - one.time_s <= span_s + _STEP_S / 2]
            if len(chosen) < 4 or small.time_s - chosen[0].time_s < span_s - _STEP_S:
                continue
            blend = _blend(chosen)
            if blend is not None:
                self._blends.append(blend)


def _blend(pictures: list[Small]) -> _Blend | None:
    first, last = pictures[0], pictures[-1]
    raw = plain_difference(first, last)
    if raw < _CHANGE or (first.plain and last.plain):
        return None
    if mixture([first, pictures[len(pictures) // 2], last]).residual > _RESIDUALS[1]:
        return None  # cheap, and sorts out nearly everything
    found = mixture(pictures)
    steps = np.diff(found.shares)
    change = difference(first, last)
    sure = int(change.level >= _SURE)
    if found.residual > _RESIDUALS[sure] or steps.min() < -_BACKWARDS[sure] or steps.max() > _JUMP:
        return None
    blank = first.plain or last.plain
    if change.level < max(_CHANGE, _UNEXPLAINED * raw) or change.area < _ALL:
        return None
    if not blank:
        if likeness(first, last) > _ALIKE:
            return None
        chain = [*pictures[:-1:2], last]
        way = sum(difference(one, other).level for one, other in pairwise(chain))
        if way > _DETOUR * change.level:
            return None
    start_s, middle_s, end_s = (
        pictures[int(np.argmax(found.shares >= share))].time_s for share in (0.05, 0.5, 0.95)
    )
    return _Blend(start_s, middle_s, end_s, change.level, blank)


def _joined(hard: list[float], blends: list[_Blend], blanks: list[tuple[float, float]]) -> list[Cut]:
    """Each change once: the best of overlapping blends, none over a hard cut, one per short blank."""
    cuts = [hard_cut(time_s) for time_s in hard]
    soft = [
        blend
        for blend in blends
        if not any(blend.start_s - _STEP_S <= time_s <= blend.end_s + _STEP_S for time_s in hard)
    ]
    for blend in _best(soft):
        kind: CutKind = "fade" if blend.to_blank else "dissolve"
        cuts.append(Cut(blend.middle_s, kind, blend.start_s, blend.end_s))
    cuts.sort(key=lambda cut: cut.time_s)
    for start_s, end_s in blanks:
        if end_s - start_s > _BLANK_S:
            continue
        over = [cut for cut in cuts if cut.end_s >= start_s - _BESIDE_S and cut.start_s <= end_s + _BESIDE_S]
        if len(over) < 2:
            continue
        # A hard cut is where people would put the border, the one that shows the new scene first.
        sharp = [cut for cut in over if cut.kind == "cut"]
        border = sharp[-1].time_s if sharp else (start_s + end_s) / 2
        one = Cut(border, "fade", over[0].start_s, over[-1].end_s)
        cuts = sorted([cut for cut in cuts if cut not in over] + [one], key=lambda cut: cut.time_s)
    return cuts


def _best(blends: list[_Blend]) -> list[_Blend]:
    """Of blends that overlap the one with the largest change; two in a row are one through black."""
    chosen: list[_Blend] = []
    for blend in sorted(blends, key=lambda one: (-one.change, one.middle_s)):
        if all(
            blend.end_s < other.start_s - _STEP_S or blend.start_s > other.end_s + _STEP_S for other in chosen
        ):
            chosen.append(blend)
    chosen.sort(key=lambda one: one.start_s)
    joined: list[_Blend] = []
    for blend in chosen:
        if joined and blend.start_s - joined[-1].end_s <= _BESIDE_S:
            before = joined.pop()
            middle_s = (before.end_s + blend.start_s) / 2
            change = max(before.change, blend.change)
            blend = _Blend(before.start_s, middle_s, blend.end_s, change, to_blank=True)
        joined.append(blend)
    return joined


def _few(pictures: list[Small]) -> list[Small]:
    """Up to four of them, evenly, the first one among them."""
    if len(pictures) <= 4:
        return pictures
    return [pictures[round(part * (len(pictures) - 1) / 3)] for part in range(4)]
