"""The reading of a video rebuilt from its facts and everything heard and watched so far.

Pure. In: the reading as it is, results, settings. Out: the reading with scenes for the
seconds that are known, a ledger line for each stretch of which nothing is known yet, and the
requests that are still open. The order in which results came does not matter. Every second
is in exactly one scene or one ledger line of kind ``time``; lines about stretches that were
only heard or only watched are of kind ``file``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

from clerestory.reading.ledger import note
from clerestory.reading.media.facts import MediaFacts
from clerestory.reading.media.requests import planned
from clerestory.reading.speech.hearing import Hearing
from clerestory.reading.speech.passages import preferred
from clerestory.reading.video.joining import join
from clerestory.reading.video.scenes import missing, united
from clerestory.reading.video.watching import Watching
from clerestory.settings import ReadingSettings
from clerestory.types import DerivedObject, LedgerKind, LedgerLine, MediaRequest, Reading, TimeSpan

WAITING = {"listen": "not-heard-yet", "watch": "not-watched-yet"}
FAILED = {"listen": "not-heard", "watch": "not-watched"}
_OWN_CODES = frozenset({*WAITING.values(), *FAILED.values(), "speech-not-covered", "unclear-speech"})
_OWN_ROLES = frozenset({"keyframe", "strip"})
_WORDS = {"listen": "heard", "watch": "watched"}
_SPEECH = {
    "speech-not-covered": "speech in a language that the recogniser does not know",
    "unclear-speech": "speech of which no words could be made out",
}
Spans = list[tuple[float, float]]


def merge_video(
    reading: Reading,
    hearings: Sequence[Hearing],
    watchings: Sequence[Watching],
    settings: ReadingSettings,
    *,
    object_bytes: Callable[[str], bytes],
) -> Reading:
    """The reading with all results in it; those that are not planned under ``settings`` are left out."""
    facts = MediaFacts.from_json(
        next(item.content or object_bytes(item.digest) for item in reading.objects if item.role == "facts")
    )
    plan = viewing_plan(facts, settings)
    asked = {(one.kind, one.locator) for one in plan}
    heard = [one for one in hearings if ("listen", one.request.locator) in asked]
    heard.sort(key=lambda one: one.request.locator.start_s)
    watched = [one for one in watchings if ("watch", one.request.locator) in asked]
    watched.sort(key=lambda one: one.request.locator.start_s)
    ended = {("listen", one.request.locator) for one in heard}
    ended |= {("watch", one.request.locator) for one in watched}
    waiting = [one for one in plan if (one.kind, one.locator) not in ended]
    known = [_span(one.request) for one in heard if not one.error]
    known += [_span(one.request) for one in watched if not one.error]
    # Subtitles tell something about all of it, before anything is heard or watched.
    told = [(0.0, facts.duration_s)] if preferred(facts.subtitles) is not None else []
    seconds = united(known + told)
    joined = join(facts, heard, watched, seconds, asset=reading.asset, title=reading.title, settings=settings)
    errors = [(one.request, one.error) for one in heard if one.error]
    errors += [(one.request, one.error) for one in watched if one.error]
    ledger = [line for line in reading.ledger if line.code not in _OWN_CODES]
    ledger += _unknown(facts, seconds, waiting, errors, settings)
    ledger += _one_sided(waiting, errors, seconds)
    ledger += _unwritten_speech(heard, facts.duration_s)
    return replace(
        reading,
        segments=joined.segments,
        objects=(*_kept(reading.objects), *joined.objects),
        ledger=tuple(ledger),
        media_requests=tuple(waiting),
    )


def viewing_plan(facts: MediaFacts, settings: ReadingSettings) -> list[MediaRequest]:
    """The stretches to be heard and watched; none where there is nothing that can be."""
    until_s = min(facts.duration_s, settings.max_media_hours * 3600.0)
    plan: list[MediaRequest] = []
    if settings.listen and any(track.decodable for track in facts.sounds):
        plan += planned("listen", until_s, settings.listen_stretch_s, reason="not heard yet")
    if settings.watch and any(track.decodable for track in facts.pictures):
        plan += planned("watch", until_s, settings.watch_stretch_s, reason="not watched yet")
    return plan


def _unknown(
    facts: MediaFacts,
    known: Spans,
    waiting: Sequence[MediaRequest],
    errors: Sequence[tuple[MediaRequest, str]],
    settings: ReadingSettings,
) -> list[LedgerLine]:
    """One line for every span of which nothing is known, with the reason."""
    edges = {edge for one in waiting for edge in _span(one)}
    edges |= {edge for request, _ in errors for edge in _span(request)}
    lines = []
    for start_s, end_s in missing(known, facts.duration_s):
        inside = sorted(edge for edge in edges if start_s < edge < end_s)
        borders = [start_s, *inside, end_s]
        for begin_s, until_s in pairwise(borders):
            lines.append(_why(begin_s, until_s, waiting, errors, facts, settings))
    return lines


def _why(
    start_s: float,
    end_s: float,
    waiting: Sequence[MediaRequest],
    errors: Sequence[tuple[MediaRequest, str]],
    facts: MediaFacts,
    settings: ReadingSettings,
) -> LedgerLine:
    place = TimeSpan(start_s, end_s)
    for one in sorted(waiting, key=lambda one: one.kind, reverse=True):  # to be watched first
        if _holds(one, start_s, end_s):
            return _line(WAITING[one.kind], "time", f"not {_WORDS[one.kind]} yet", place)
    for request, error in errors:
        if _holds(request, start_s, end_s):
            reason = f"could not be {_WORDS[request.kind]}: {error}"
            return _line(FAILED[request.kind], "time", reason, place, warning=True)
    if not (settings.listen or settings.watch):
        return _line("not-watched", "time", "listening and watching are switched off", place)
    if end_s > settings.max_media_hours * 3600.0:
        return _line(
            "not-watched", "time", "beyond what was asked for (reading.max_media_hours)", place, warning=True
        )
    sees = any(track.decodable for track in facts.pictures)
    if not sees and not any(track.decodable for track in facts.sounds):
        return _line("not-watched", "time", "no track can be decoded", place, warning=True)
    return _line("not-watched", "time", "what can be decoded was not asked for (reading.watch)", place)


def _one_sided(
    waiting: Sequence[MediaRequest], errors: Sequence[tuple[MediaRequest, str]], known: Spans
) -> list[LedgerLine]:
    """Stretches in a scene already, of which either the sound or the pictures are missing."""
    lines = []
    for one in waiting:
        if _touches(known, one):
            lines.append(_line(WAITING[one.kind], "file", f"not {_WORDS[one.kind]} yet", one.locator))
    for request, error in errors:
        if _touches(known, request):
            reason = f"could not be {_WORDS[request.kind]}: {error}"
            lines.append(_line(FAILED[request.kind], "file", reason, request.locator, warning=True))
    return lines


def _unwritten_speech(heard: Sequence[Hearing], duration_s: float) -> list[LedgerLine]:
    return [
        _line(
            sound.kind,
            "text",
            _SPEECH[sound.kind],
            TimeSpan(sound.start_s, min(sound.end_s, duration_s)),
            warning=True,
        )
        for hearing in heard
        for sound in hearing.sounds
        if sound.kind in _SPEECH and sound.start_s < duration_s
    ]


def _line(code: str, kind: LedgerKind, reason: str, place: TimeSpan, *, warning: bool = False) -> LedgerLine:
    return note(code, kind, reason, locator=place, severity="warning" if warning else "info")


def _kept(objects: Iterable[DerivedObject]) -> list[DerivedObject]:
    return [item for item in objects if item.role not in _OWN_ROLES]


def _span(request: MediaRequest) -> tuple[float, float]:
    return request.locator.start_s, request.locator.end_s


def _holds(request: MediaRequest, start_s: float, end_s: float) -> bool:
    return request.locator.start_s <= start_s and end_s <= request.locator.end_s


def _touches(known: Spans, request: MediaRequest) -> bool:
    start_s, end_s = _span(request)
    return any(start_s < until_s and begin_s < end_s for begin_s, until_s in known)
