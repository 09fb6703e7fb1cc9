"""Sounds without words as places of their own: what is kept of them, and which seconds they take.

In: what was heard. Out: for each stretch of sound or music that lasts, features to find others
by (``models.sound_features``), from the samples that are decoded anyway; parts of a recording
that no passage takes; and the object in which a reading keeps all features. It does not know
what the sounds are, nor vectors.
"""

from __future__ import annotations

import base64
import itertools
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from clerestory.models.sound_features import RATE, sound_features
from clerestory.reading.objects import derived
from clerestory.reading.speech.timeline import heard_spans

if TYPE_CHECKING:
    from clerestory.reading.speech.hearing import Hearing, Sound
    from clerestory.types import DerivedObject

SHORTEST_S = 2.0  # shorter ones beside talk are steps and coughs
# Where nobody speaks at all they are what the recording is of: a sneeze, a cock's crow.
SHORTEST_ALONE_S = 0.5
EDGE_S = 0.1  # where a sound begins is known to that, and the silence before it is none of it
LONGEST_S = 30.0  # a longer sound has several parts
ROLE = "sounds"
VERSION = 1  # of the features; others than these cannot be compared
_KINDS = ("sound", "music")


@dataclass(frozen=True, slots=True)
class SoundPart:
    """A part of a sound: "sound" or "music", and its features as float16."""

    start_s: float
    end_s: float
    kind: str
    features: bytes


def with_features(sound: Sound, samples: np.ndarray, begin_s: float, *, alone: bool) -> Sound:
    """The sound with the features of its parts; ``samples`` begin at ``begin_s``. 3 ms per second.

    ``alone``: nobody speaks near it.
    """
    if sound.kind not in _KINDS or sound.end_s - sound.start_s < _shortest(alone):
        return sound
    count = int(np.ceil((sound.end_s - sound.start_s) / LONGEST_S))
    edges = _edges(sound, count) - begin_s
    if sound.end_s - sound.start_s > 10 * EDGE_S:
        edges[[0, -1]] += EDGE_S, -EDGE_S
    edges = np.round(edges * RATE).astype(int)
    parts = [samples[max(low, 0) : high] for low, high in itertools.pairwise(edges)]
    return replace(sound, features=tuple(_halved(sound_features(part)) for part in parts))


def sound_parts(
    hearings: Iterable[Hearing], taken: Sequence[tuple[float, float]], *, duration_s: float
) -> list[SoundPart]:
    """Parts of sounds that last, without the seconds that are ``taken``; in order, none overlaps."""
    found: list[SoundPart] = []
    cursor = 0.0
    for hearing, begin, stop in heard_spans(hearings, duration_s):
        for sound in hearing.sounds:
            edges = _edges(sound, len(sound.features))
            for number, features in enumerate(sound.features):
                low, high = max(float(edges[number]), begin, cursor), min(float(edges[number + 1]), stop)
                low, high = _longest_free(low, high, taken)
                if high - low >= _shortest(not taken):
                    found.append(SoundPart(low, high, sound.kind, features))
                    cursor = high
    return found


def sounds_object(parts: Sequence[SoundPart]) -> list[DerivedObject]:
    """One object with the features of all parts; none where there are no parts."""
    if not parts:
        return []
    told = [[part.start_s, part.end_s, base64.b64encode(part.features).decode("ascii")] for part in parts]
    content = json.dumps({"version": VERSION, "parts": told}).encode("ascii")
    return [derived(content, "application/json", ROLE)]


def features_of(content: bytes) -> dict[tuple[float, float], np.ndarray]:
    """From such an object: (n,) features by seconds; nothing where they are of another version."""
    told = json.loads(content)
    if told["version"] != VERSION:
        return {}
    return {(start_s, end_s): unpacked(base64.b64decode(text)) for start_s, end_s, text in told["parts"]}


def unpacked(features: bytes) -> np.ndarray:
    """(n,) float32."""
    return np.frombuffer(features, np.float16).astype(np.float32)


def _shortest(alone: bool) -> float:
    return SHORTEST_ALONE_S if alone else SHORTEST_S


def _edges(sound: Sound, count: int) -> np.ndarray:
    """Where its ``count`` parts begin, and its end."""
    return np.linspace(sound.start_s, sound.end_s, count + 1)


def _longest_free(low: float, high: float, taken: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """The longest span between ``low`` and ``high`` in which nothing is taken."""
    best, cursor = (low, low), low
    for start, end in sorted(taken):
        if end <= low or start >= high:
            continue
        if start - cursor > best[1] - best[0]:
            best = cursor, start
        cursor = max(cursor, end)
    return (cursor, high) if high - cursor > best[1] - best[0] else best


def _halved(features: np.ndarray) -> bytes:
    return np.clip(features, -6e4, 6e4).astype(np.float16).tobytes()
