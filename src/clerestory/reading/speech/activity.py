"""Where somebody speaks, and how the speech is packed for the recogniser.

In: probabilities of speech per frame (``models.voice_activity``). Out: spans of speech, and
packs of neighbouring spans that are recognised together: 15 to 25 s, parted at the longest
pauses. Recognition of single short spans is worse by 3 to 4 points of word error rate (cut
at every pause of 0.3 s, 13 clips of native speech), and memory grows with the square of the
length. It knows no words and no file.

Hysteresis as in Silero's own ``get_speech_timestamps`` (Silero Team 2021).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

SPEECH = 0.5  # a frame begins a span
STILL_SPEECH = 0.35  # and goes on with it
PAUSE_S = 0.2  # a shorter dip below ``STILL_SPEECH`` is inside a word
SHORTEST_S = 0.09  # three frames; a shorter span is a click

PACK_FROM_S = 15.0
PACK_TO_S = 25.0
PARTING_PAUSE_S = 1.6  # a pause as long as this always parts: silence invites invented words
PACK_MARGIN_S = 0.3  # of what is around a pack, at most half of the pause


@dataclass(frozen=True, slots=True)
class Span:
    """Somebody speaks from ``start_s`` to ``end_s``; ``peak`` and ``mean`` are of the probability."""

    start_s: float
    end_s: float
    peak: float
    mean: float

    @property
    def duration_s(self) -> float:
        return self.end_s - self.start_s


@dataclass(frozen=True, slots=True)
class Pack:
    """Spans that are recognised together, from ``start_s`` to ``end_s`` (margins included)."""

    start_s: float
    end_s: float
    spans: tuple[Span, ...]


def speech_spans(probabilities: np.ndarray, *, frame_s: float, start_s: float = 0.0) -> list[Span]:
    """Spans of speech in order; frame ``i`` begins at ``start_s + i * frame_s``."""
    pause = max(1, round(PAUSE_S / frame_s))
    spans: list[Span] = []
    first = last = -1  # frames of the open span
    for index in np.flatnonzero(probabilities >= STILL_SPEECH):
        if first >= 0 and index - last > pause:
            _close(spans, probabilities, first, last, frame_s, start_s)
            first = -1
        if first < 0 and probabilities[index] < SPEECH:
            continue
        first = int(index) if first < 0 else first
        last = int(index)
    if first >= 0:
        _close(spans, probabilities, first, last, frame_s, start_s)
    return spans


def _close(
    spans: list[Span], probabilities: np.ndarray, first: int, last: int, frame_s: float, start_s: float
) -> None:
    frames = probabilities[first : last + 1]
    if len(frames) * frame_s >= SHORTEST_S:
        start, end = start_s + first * frame_s, start_s + (last + 1) * frame_s
        spans.append(Span(start, end, float(frames.max()), float(frames.mean())))


def clipped(spans: Sequence[Span], start_s: float, end_s: float) -> list[Span]:
    """The spans inside ``start_s`` to ``end_s``; what is left of one across the edge may be a sliver."""
    return [
        Span(max(span.start_s, start_s), min(span.end_s, end_s), span.peak, span.mean)
        for span in spans
        if span.end_s > start_s and span.start_s < end_s
    ]


def packs(
    spans: Sequence[Span], probabilities: np.ndarray, *, frame_s: float, start_s: float, end_s: float
) -> list[Pack]:
    """Spans packed for recognition; ``probabilities`` begin at ``start_s`` and tell where to part
    speech that goes on for longer than a pack."""
    short: list[Span] = []
    for span in spans:
        short += _parted(span, probabilities, frame_s, start_s)
    groups: list[list[Span]] = []
    rest = short
    while rest:
        count = _first_pack(rest)
        groups.append(rest[:count])
        rest = rest[count:]
    result = []
    for number, group in enumerate(groups):
        before = groups[number - 1][-1].end_s if number else start_s
        after = groups[number + 1][0].start_s if number + 1 < len(groups) else end_s
        # Between packs each side gets half of the pause; at the edges all of it is there.
        left = group[0].start_s - before
        right = after - group[-1].end_s
        left = left / 2 if number else left
        right = right / 2 if number + 1 < len(groups) else right
        result.append(
            Pack(
                group[0].start_s - min(PACK_MARGIN_S, max(0.0, left)),
                group[-1].end_s + min(PACK_MARGIN_S, max(0.0, right)),
                tuple(group),
            )
        )
    return result


def _first_pack(spans: Sequence[Span]) -> int:
    """How many of the spans make the first pack: up to the longest pause from 15 to 25 s on."""
    begin = spans[0].start_s
    best, longest = len(spans), -1.0
    for index, span in enumerate(spans[:-1]):
        if spans[index + 1].end_s - begin > PACK_TO_S and best == len(spans):
            best = index + 1  # the last pause that fits, however early
        if span.end_s - begin > PACK_TO_S:
            break
        pause = spans[index + 1].start_s - span.end_s
        if pause >= PARTING_PAUSE_S:
            return index + 1
        if span.end_s - begin >= PACK_FROM_S and pause > longest:
            best, longest = index + 1, pause
    if spans[-1].end_s - begin <= PACK_TO_S:
        return len(spans)
    return best


def _parted(span: Span, probabilities: np.ndarray, frame_s: float, start_s: float) -> list[Span]:
    """The span, or pieces of it of at most a pack's length, parted where speech is least likely."""
    pieces = []
    begin = span.start_s
    while span.end_s - begin > PACK_TO_S:
        first = round((begin + PACK_FROM_S - start_s) / frame_s)
        last = round((begin + PACK_TO_S - start_s) / frame_s)
        # Three frames together: one alone may be a plosive.
        smooth = np.convolve(probabilities[first:last], np.ones(3) / 3, mode="same")
        cut = start_s + (first + int(smooth.argmin()) + 0.5) * frame_s
        pieces.append(Span(begin, cut, span.peak, span.mean))
        begin = cut
    return [*pieces, Span(begin, span.end_s, span.peak, span.mean)]
