"""What was heard put into the reading of a recording, which becomes a richer reading.

Pure. The reading is rebuilt from its facts and all hearings so far, so that the order in which
they came does not matter. It does not know how they were made.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from clerestory.reading.media.displays import spectrogram, waveform
from clerestory.reading.media.facts import MediaFacts
from clerestory.reading.objects import derived
from clerestory.reading.speech.hearing import BANDS, LEVEL_S, Hearing
from clerestory.reading.speech.passages import passages
from clerestory.reading.speech.sounding import ROLE as SOUNDS
from clerestory.reading.speech.sounding import sound_parts, sounds_object
from clerestory.reading.speech.timeline import heard_spans
from clerestory.settings import ReadingSettings
from clerestory.types import DerivedObject, LedgerLine, MediaRequest, Reading, TimeSpan

COLUMNS = 1200  # of a picture of the whole recording
_PICTURES = ("waveform", "spectrogram")


def merge_audio(
    reading: Reading,
    hearings: Sequence[Hearing],
    settings: ReadingSettings,
    *,
    object_bytes: Callable[[str], bytes],
) -> Reading:
    """The reading with everything heard so far in it; its heard stretches are no longer asked for."""
    facts = facts_of(reading, object_bytes)
    known = fitting(hearings, reading.media_requests)
    waiting = still_waiting(reading.media_requests, known)
    segments, ledger = passages(
        known, waiting, facts=facts, asset=reading.asset, title=reading.title, settings=settings
    )
    objects = [item for item in reading.objects if item.role not in (*_PICTURES, SOUNDS)]
    # The seconds of sound segments are those of the passages' drafts: the same parts.
    passed = [one.locator for one in segments if one.kind == "passage"]
    taken = [(one.start_s, one.end_s) for one in passed if isinstance(one, TimeSpan)]
    parts = sound_parts(known, taken, duration_s=facts.duration_s)
    return replace(
        reading,
        segments=segments,
        ledger=(*(line for line in reading.ledger if not made_by_hearing(line)), *ledger),
        objects=(*objects, *sound_pictures(known, duration_s=facts.duration_s), *sounds_object(parts)),
        media_requests=waiting,
    )


def facts_of(reading: Reading, object_bytes: Callable[[str], bytes]) -> MediaFacts:
    """The facts that the reader kept."""
    item = next(item for item in reading.objects if item.role == "facts")
    return MediaFacts.from_json(item.content or object_bytes(item.digest))


def fitting(hearings: Sequence[Hearing], requests: Sequence[MediaRequest]) -> list[Hearing]:
    """The hearings that belong to the plan of which ``requests`` are what is still open.

    A result of an earlier plan (other settings) overlaps what is asked for now; of two that
    overlap each other the later one counts.
    """
    asked = {(request.locator.start_s, request.locator.end_s) for request in requests}
    chosen: list[Hearing] = []
    for one in reversed(hearings):
        span = one.request.locator
        fits = (span.start_s, span.end_s) in asked or not any(
            _overlap(span, request.locator) for request in requests if request.kind == "listen"
        )
        if fits and not any(_overlap(span, other.request.locator) for other in chosen):
            chosen.append(one)
    return sorted(chosen, key=lambda one: one.request.locator.start_s)


def still_waiting(requests: Sequence[MediaRequest], hearings: Sequence[Hearing]) -> tuple[MediaRequest, ...]:
    """The requests without a result, those to watch among them."""
    done = {(one.request.locator.start_s, one.request.locator.end_s) for one in hearings}
    return tuple(
        request
        for request in requests
        if request.kind != "listen" or (request.locator.start_s, request.locator.end_s) not in done
    )


def made_by_hearing(line: LedgerLine) -> bool:
    """Whether the line is one that every merge writes anew."""
    return line.kind == "time" or (line.code == "low-confidence" and isinstance(line.locator, TimeSpan))


def sound_pictures(hearings: Sequence[Hearing], *, duration_s: float) -> list[DerivedObject]:
    """The waveform and the spectrogram of the whole recording; what is not heard yet stays empty."""
    spans = heard_spans(hearings, duration_s)
    if not spans or duration_s <= 0:
        return []
    count = min(COLUMNS, max(1, int(duration_s / LEVEL_S)))
    peaks = np.zeros(count, np.uint8)
    columns = min(COLUMNS, max(1, int(duration_s / min(one.levels.column_s or 1.0 for one, _, _ in spans))))
    levels = np.zeros((columns, BANDS), np.uint8)
    for one, _, _ in spans:
        _lay(
            peaks[:, None], np.asarray(one.levels.peaks, np.uint8)[:, None], one.start_s, LEVEL_S, duration_s
        )
        spectrum = np.frombuffer(one.levels.spectrum, np.uint8).reshape(-1, BANDS)
        _lay(levels, spectrum, one.start_s, one.levels.column_s, duration_s)
    return [
        derived(waveform(peaks, start_s=0.0, end_s=duration_s), "image/png", "waveform"),
        derived(spectrogram(levels.T, start_s=0.0, end_s=duration_s), "image/png", "spectrogram"),
    ]


def _lay(picture: np.ndarray, values: np.ndarray, start_s: float, step_s: float, duration_s: float) -> None:
    """Each row of ``values`` where its seconds lie in ``picture``; the larger value stays."""
    if not len(values):
        return
    rows = len(picture)
    first = (start_s + np.arange(len(values)) * step_s) / duration_s * rows
    np.maximum.at(picture, np.clip(first.astype(int), 0, rows - 1), values)
    # Coarser values than the picture's columns fill all that they stand for.
    width = step_s / duration_s * rows
    for shift in range(1, int(np.ceil(width))):
        places = np.clip((first + shift).astype(int), 0, rows - 1)
        np.maximum.at(picture, places, values)


def _overlap(first: TimeSpan, second: TimeSpan) -> bool:
    return first.start_s < second.end_s and second.start_s < first.end_s
