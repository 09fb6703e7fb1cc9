"""Every second of a recording by what it is: heard, waiting, failed; and what is told of it in the ledger.

In: hearings and what was asked for. Out: spans that cover the duration once, without gap or
overlap, and ledger lines for those parts that no segment covers. Neighbours share their
edges to the last digit. It knows no words.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from clerestory.reading.ledger import note
from clerestory.reading.speech.hearing import Hearing
from clerestory.types import LedgerLine, MediaRequest, Severity, TimeSpan

WAITING = "not-heard-yet"
FAILED = "not-heard"
CUT_S = 12.0  # how far from its planned edge a stretch is cut at most
PAUSE_S = 2.0  # a gap between passages as short as this is one line, of what fills most of it

_REASONS: dict[str, tuple[Severity, str]] = {
    "silence": ("info", "silence"),
    "music": ("info", "music"),
    "sound": ("info", "a sound that is neither speech nor music"),
    "speech-not-covered": ("warning", "speech in a language that the recogniser does not know"),
    "unclear-speech": ("warning", "speech of which no words could be made out"),
    WAITING: ("info", "not heard yet"),
}


@dataclass(frozen=True, slots=True)
class Stretch:
    """What the recording is from ``start_s`` to ``end_s``; ``code`` is that of its ledger line."""

    start_s: float
    end_s: float
    code: str
    loudness_db: float | None = None
    reason: str = ""

    @property
    def duration_s(self) -> float:
        return self.end_s - self.start_s


def heard_spans(hearings: Iterable[Hearing], duration_s: float) -> list[tuple[Hearing, float, float]]:
    """Hearings that succeeded, in order, with the part of the recording that each answers for."""
    result: list[tuple[Hearing, float, float]] = []
    cursor = 0.0
    for one in sorted((one for one in hearings if not one.error), key=lambda one: (one.start_s, one.end_s)):
        start, end = max(one.start_s, cursor), min(one.end_s, duration_s)
        if end > start:
            result.append((one, start, end))
            cursor = end
    return result


def stretches(
    hearings: Sequence[Hearing], waiting: Sequence[MediaRequest], *, duration_s: float, otherwise: str
) -> list[Stretch]:
    """What all seconds are, were there no words at all; pauses inside speech count as silence.

    ``otherwise`` says why a second is not heard that nobody asked to hear.
    """
    result: list[Stretch] = []
    cursor = 0.0
    for one, start, end in heard_spans(hearings, duration_s):
        result += _unheard(cursor, start, hearings, waiting, otherwise)
        cursor = start
        for sound in one.sounds:
            low, high = max(sound.start_s, cursor), min(sound.end_s, end)
            if high > low:
                if low > cursor:
                    result.append(Stretch(cursor, low, "silence"))
                result.append(Stretch(low, high, sound.kind, sound.loudness_db))
                cursor = high
        if end > cursor:
            result.append(Stretch(cursor, end, "silence"))
        cursor = end
    return result + _unheard(cursor, duration_s, hearings, waiting, otherwise)


def _unheard(
    start_s: float,
    end_s: float,
    hearings: Sequence[Hearing],
    waiting: Sequence[MediaRequest],
    otherwise: str,
) -> list[Stretch]:
    """The parts of a span that nobody has heard, one for each planned stretch."""
    failed = [
        (one.request.locator, FAILED, f"could not be heard: {one.error}") for one in hearings if one.error
    ]
    planned = [*failed, *((request.locator, WAITING, "") for request in waiting if request.kind == "listen")]
    inside = {start_s, end_s}
    for span, _, _ in planned:
        inside |= {edge for edge in (span.start_s, span.end_s) if start_s < edge < end_s}
    result: list[Stretch] = []
    before: tuple[TimeSpan, str, str] | None = None
    for low, high in itertools.pairwise(sorted(inside)):
        middle = (low + high) / 2
        near = min(planned, key=lambda one: _away(one[0], middle), default=None)
        if near is None or _away(near[0], middle) > CUT_S:
            near = (TimeSpan(start_s, end_s), FAILED, otherwise)
        if near == before:
            result[-1] = replace(result[-1], end_s=high)
        else:
            result.append(Stretch(low, high, near[1], reason=near[2]))
        before = near
    return result


def _away(span: TimeSpan, second: float) -> float:
    return max(span.start_s - second, second - span.end_s, 0.0)


def ledger_lines(
    everything: Sequence[Stretch], taken: Sequence[tuple[float, float]]
) -> tuple[LedgerLine, ...]:
    """A line for every stretch that no segment takes; ``taken`` spans are in order, none overlaps."""
    parts: list[Stretch] = []
    cursor = 0.0
    end_s = everything[-1].end_s if everything else 0.0
    for number, (start, end) in enumerate([*taken, (end_s, end_s)]):
        between = 0 < number < len(taken)
        parts += _gap(everything, cursor, start, between=between)
        cursor = max(cursor, end)
    return tuple(_line(part) for part in _joined(parts))


def _gap(everything: Sequence[Stretch], start_s: float, end_s: float, *, between: bool) -> list[Stretch]:
    if end_s <= start_s:
        return []
    parts = [
        Stretch(max(one.start_s, start_s), min(one.end_s, end_s), one.code, one.loudness_db, one.reason)
        for one in everything
        if one.end_s > start_s and one.start_s < end_s
    ]
    quiet = all(part.code in ("silence", "sound", "music") for part in parts)
    if between and len(parts) > 1 and quiet and end_s - start_s <= PAUSE_S:
        most = max(parts, key=lambda part: part.duration_s)
        return [Stretch(start_s, end_s, most.code, most.loudness_db)]
    return parts


def _joined(parts: Iterable[Stretch]) -> list[Stretch]:
    """Neighbours that are the same, as one; stretches that wait or failed stay apart."""
    result: list[Stretch] = []
    for part in parts:
        last = result[-1] if result else None
        same = last is not None and last.end_s == part.start_s and last.code == part.code
        if last is None or not same or part.code in (WAITING, FAILED):
            result.append(part)
            continue
        levels = [(one.loudness_db, one.duration_s) for one in (last, part) if one.loudness_db is not None]
        total = sum(seconds for _, seconds in levels)
        mean = sum(level * seconds for level, seconds in levels) / total if total else None
        result[-1] = Stretch(last.start_s, part.end_s, part.code, mean)
    return result


def _line(part: Stretch) -> LedgerLine:
    severity, reason = _REASONS.get(part.code, ("warning", ""))
    reason = part.reason or reason
    if part.loudness_db is not None:
        reason = f"{reason} ({part.loudness_db:.0f} dB)"
    locator = TimeSpan(part.start_s, part.end_s)
    return note(part.code, "time", reason, locator=locator, severity=severity)
