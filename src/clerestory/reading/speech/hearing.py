"""What was heard in one stretch of a recording, and its form as JSON (jobs keep it until it is merged).

All seconds are those a player shows. Utterances and sounds stand in order, do not overlap
and together cover the stretch from ``start_s`` to ``end_s``, up to pauses inside speech
that are too short to be told of. It does not know how hearing is done.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from clerestory.reading.media.requests import request_from_json, request_to_json
from clerestory.types import MediaRequest

LEVEL_S = 0.1  # seconds of one value of ``Levels.loudness_db`` and ``Levels.peaks``
BANDS = 64  # rows of ``Levels.spectrum``

SoundKind = Literal[
    "silence",
    "music",
    "sound",  # anything else that is no speech
    "speech-not-covered",  # speech of a language that the recogniser does not know
    "unclear-speech",  # speech of which no words could be made out
]


@dataclass(frozen=True, slots=True)
class SpokenWord:
    """A word, with its punctuation, and when it is said; ``confidence`` in 0..1."""

    text: str
    start_s: float
    end_s: float
    confidence: float


@dataclass(frozen=True, slots=True)
class Utterance:
    """Words that were said without a long pause.

    ``log_probability`` is the mean per token; ``covered`` (0..1) the probability that it is
    speech of a language that the recogniser knows; ``voice`` are features of the voice (empty
    where too little was said to tell).
    """

    words: tuple[SpokenWord, ...]
    start_s: float
    end_s: float
    language: str = "und"
    log_probability: float = 0.0
    covered: float = 1.0
    voice: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Sound:
    """A span without words: what it is, and its mean loudness in dB of full scale.

    ``features`` are of equally long parts of it, one after the other (``sounding``); none where
    it is too short to be found by, or silence.
    """

    start_s: float
    end_s: float
    kind: SoundKind
    loudness_db: float
    features: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Levels:
    """What pictures of the sound are drawn from.

    ``loudness_db`` (-100..0) and ``peaks`` (0..255) have one byte-sized value per
    ``LEVEL_S`` from the beginning of the stretch; ``spectrum`` holds the columns of a
    spectrogram, ``BANDS`` bytes (0..255, low tones first) for every ``column_s``.
    """

    loudness_db: tuple[int, ...] = ()
    peaks: tuple[int, ...] = ()
    spectrum: bytes = b""
    column_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Hearing:
    """One stretch as it was heard, or the ``error`` that says why it was not.

    ``start_s`` and ``end_s`` are where it was really cut: the quietest moments near the
    planned ones. Where it failed they are the planned ones.
    """

    request: MediaRequest
    start_s: float
    end_s: float
    utterances: tuple[Utterance, ...] = ()
    sounds: tuple[Sound, ...] = ()
    levels: Levels = Levels()
    recogniser: str = ""  # name and version of what made the words
    error: str = ""

    @classmethod
    def failed(cls, request: MediaRequest, error: str) -> Hearing:
        """The stretch that could not be heard."""
        return cls(request, request.locator.start_s, request.locator.end_s, error=error)

    def to_json(self) -> str:
        return json.dumps(
            {
                "request": request_to_json(self.request),
                "start_s": self.start_s,
                "end_s": self.end_s,
                "utterances": [_utterance_to_json(one) for one in self.utterances],
                "sounds": [_sound_to_json(one) for one in self.sounds],
                "levels": {
                    "loudness_db": _packed(bytes(-value for value in self.levels.loudness_db)),
                    "peaks": _packed(bytes(self.levels.peaks)),
                    "spectrum": _packed(self.levels.spectrum),
                    "column_s": self.levels.column_s,
                },
                "recogniser": self.recogniser,
                "error": self.error,
            },
            ensure_ascii=False,
        )

    @classmethod
    def from_json(cls, text: str) -> Hearing:
        value = json.loads(text)
        levels = value["levels"]
        return cls(
            request_from_json(value["request"]),
            value["start_s"],
            value["end_s"],
            tuple(_utterance_from_json(one) for one in value["utterances"]),
            tuple(_sound_from_json(one) for one in value["sounds"]),
            Levels(
                tuple(-byte for byte in _unpacked(levels["loudness_db"])),
                tuple(_unpacked(levels["peaks"])),
                _unpacked(levels["spectrum"]),
                levels["column_s"],
            ),
            value["recogniser"],
            value["error"],
        )


def _utterance_to_json(one: Utterance) -> list[Any]:
    words = [[word.text, word.start_s, word.end_s, word.confidence] for word in one.words]
    voice = list(one.voice)
    return [words, one.start_s, one.end_s, one.language, one.log_probability, one.covered, voice]


def _utterance_from_json(value: Sequence[Any]) -> Utterance:
    words, start_s, end_s, language, log_probability, covered, voice = value
    spoken = tuple(SpokenWord(*word) for word in words)
    return Utterance(spoken, start_s, end_s, language, log_probability, covered, tuple(voice))


def _sound_to_json(one: Sound) -> list[Any]:
    told = [one.start_s, one.end_s, one.kind, one.loudness_db]
    return [*told, [_packed(part) for part in one.features]] if one.features else told


def _sound_from_json(value: Sequence[Any]) -> Sound:
    start_s, end_s, kind, loudness_db, *features = value
    return Sound(start_s, end_s, kind, loudness_db, tuple(map(_unpacked, features[0])) if features else ())


def _packed(content: bytes) -> str:
    return base64.b64encode(zlib.compress(content)).decode("ascii")


def _unpacked(text: str) -> bytes:
    return zlib.decompress(base64.b64decode(text))
