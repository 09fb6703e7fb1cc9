"""Speech to words with their seconds.

In: mono samples of 16 kHz. Out: words, each with the seconds of its beginning and end and a
confidence, and how sure the recogniser is that it knows the language at all. It does not
know files, voice activity or speakers, and it is given stretches of speech of at most
``longest_s`` seconds: a recogniser of this kind invents words where nobody speaks.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from clerestory.errors import BadSettings
from clerestory.models.catalogue import BY_NAME
from clerestory.models.sessions import usable_cores
from clerestory.models.weights import HUB_PREFIX, WeightStore
from clerestory.settings import ModelSettings

RATE = 16_000  # samples per second that every recogniser takes


@dataclass(frozen=True, slots=True)
class Word:
    """A word as it is written, punctuation included.

    Seconds count from the beginning of the samples; ``confidence`` is 0..1.
    """

    text: str
    start_s: float
    end_s: float
    confidence: float


@dataclass(frozen=True, slots=True)
class Heard:
    """What was heard in one stretch.

    ``language``: "en", or "und" where the recogniser does not cover what it heard.
    ``log_probability``: mean per token, natural logarithm. ``covered``: probability that
    this is speech of a language that the recogniser covers.
    """

    words: tuple[Word, ...]
    language: str
    log_probability: float
    covered: float

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)


class SpeechRecogniser(Protocol):
    name: str
    version: str
    languages: frozenset[str]
    longest_s: float  # of the samples in one call

    def transcribe(self, samples: np.ndarray) -> Heard:
        """``samples``: float32 (n,), mono, 16 kHz, in -1..1."""
        ...


def load_speech_recogniser(
    settings: ModelSettings, *, threads: int = 1, store: WeightStore | None = None
) -> SpeechRecogniser:
    """The recogniser that ``settings.speech`` names: of the catalogue, a folder, or a hub.

    A folder or ``hub:owner/name`` holds a Whisper model for faster-whisper.

    Raises:
        ModelMissing, ModelCorrupt: see ``WeightStore.ready``.
        BadSettings: no such recogniser, or the package that it needs is not installed.
    """
    name = settings.speech
    store = store or WeightStore(settings)
    entry = BY_NAME.get(name)
    if entry is not None and entry.role == "speech":
        from clerestory.models.alignment import load_aligner
        from clerestory.models.moonshine import Moonshine

        folder = store.ready(name)
        return Moonshine(folder, name=name, threads=threads or usable_cores(), aligner=load_aligner())
    if name.startswith(HUB_PREFIX) or Path(name).expanduser().is_dir():
        from clerestory.models.whisper import Whisper

        return Whisper(store.ready(name), name=name, threads=threads or usable_cores())
    known = ", ".join(entry.name for entry in BY_NAME.values() if entry.role == "speech")
    raise BadSettings(
        f"models.speech = {name!r} is no known recogniser",
        fix=f"Known: {known}; or a folder or hub:owner/name with a Whisper model of faster-whisper.",
    )
