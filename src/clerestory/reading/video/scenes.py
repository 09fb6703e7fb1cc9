"""The seconds of a video shared out: scenes between cuts, long ones in parts between sentences.

In: cuts, what is known of which seconds, and what is said and written when. Out: spans that
cover the known seconds once, edges shared to the last digit. It makes no text.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from clerestory.reading.video.said import Saying
from clerestory.reading.video.watching import Cut, Written

_TWICE_S = 0.2  # cuts as near as this are one, found from both sides of a border
_FULL = 1.5  # times the aim: a scene with fewer words stays whole
_LEFT_OVER = 0.25  # times the aim: fewer words stay with the part before them


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a scene; ``scene`` counts from 1, ``part`` from 1 of ``parts``."""

    start_s: float
    end_s: float
    scene: int
    part: int = 1
    parts: int = 1

    def overlap(self, start_s: float, end_s: float) -> float:
        """Seconds shared with another span; 0 and below where there are none."""
        return min(self.end_s, end_s) - max(self.start_s, start_s)


def united(spans: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    """The same seconds as spans that neither touch nor overlap."""
    result: list[tuple[float, float]] = []
    for start_s, end_s in sorted(spans):
        if result and start_s <= result[-1][1]:
            result[-1] = (result[-1][0], max(result[-1][1], end_s))
        elif end_s > start_s:
            result.append((start_s, end_s))
    return result


def missing(spans: Sequence[tuple[float, float]], duration_s: float) -> list[tuple[float, float]]:
    """The seconds from 0 to ``duration_s`` that are in none of the ``united`` spans."""
    result = []
    cursor = 0.0
    for start_s, end_s in spans:
        if start_s > cursor:
            result.append((cursor, start_s))
        cursor = max(cursor, end_s)
    if duration_s > cursor:
        result.append((cursor, duration_s))
    return result


def between_cuts(known: Sequence[tuple[float, float]], cuts: Iterable[Cut]) -> list[Span]:
    """Scenes in the known seconds (``united``), numbered from 1."""
    times: list[float] = []
    for cut in sorted(cuts, key=lambda cut: cut.time_s):
        if not times or cut.time_s - times[-1] > _TWICE_S:
            times.append(cut.time_s)
    spans: list[Span] = []
    for start_s, end_s in known:
        edges = [start_s, *(time_s for time_s in times if start_s < time_s < end_s), end_s]
        for begin_s, until_s in pairwise(edges):
            spans.append(Span(begin_s, until_s, len(spans) + 1))
    return spans


def parted(scene: Span, said: Sequence[Saying], written: Sequence[Written], *, aim_words: int) -> list[Span]:
    """The scene in parts of about so many words, cut where no sentence is being said."""
    events = [(one.start_s, one.words) for one in said]
    events += [(max(one.start_s, scene.start_s), len(one.text.split())) for one in written]
    total = sum(words for _, words in events)
    if total <= _FULL * aim_words:
        return [scene]
    edges = [scene.start_s]
    taken = 0
    for border_s in _borders(scene, said, written):
        inside = sum(words for time_s, words in events if edges[-1] <= time_s < border_s)
        rest = total - taken - inside
        if inside >= aim_words and rest >= _LEFT_OVER * aim_words:
            edges.append(border_s)
            taken += inside
    edges.append(scene.end_s)
    count = len(edges) - 1
    return [
        Span(start_s, end_s, scene.scene, number, count)
        for number, (start_s, end_s) in enumerate(pairwise(edges), start=1)
    ]


def owner(spans: Sequence[Span], start_s: float, end_s: float) -> int:
    """The position of the span that most of these seconds lie in; the first of equals."""
    return max(range(len(spans)), key=lambda index: (spans[index].overlap(start_s, end_s), -index))


def _borders(scene: Span, said: Sequence[Saying], written: Sequence[Written]) -> list[float]:
    """Times inside the scene between sentences, and where new writing appears in silence."""
    borders = [
        (first.end_s + second.start_s) / 2
        for first, second in pairwise(said)
        if second.start_s >= first.end_s
    ]
    borders += [one.start_s for one in written if not any(x.start_s < one.start_s < x.end_s for x in said)]
    return sorted({time_s for time_s in borders if scene.start_s < time_s < scene.end_s})
