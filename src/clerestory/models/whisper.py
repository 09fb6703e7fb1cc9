"""Speech of many languages by a Whisper model, where a person names one.

For machines with more to spend than the default needs: a folder, or ``hub:owner/name``,
with a Whisper model converted for CTranslate2, run by the package faster-whisper, which is
not a dependency of ours. The files are loaded from the folder alone; nothing is fetched.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from clerestory.errors import BadSettings, ModelCorrupt
from clerestory.models.speech import Heard, Word

FILES = ("model.bin", "config.json", "tokenizer.json")
LONGEST_S = 30.0  # Whisper hears windows of 30 seconds


class Whisper:
    """A Whisper model by faster-whisper. Holds a CTranslate2 model."""

    version = "1"
    longest_s = LONGEST_S

    def __init__(self, folder: Path, *, name: str, threads: int = 1) -> None:
        self.name = name
        missing = [file for file in FILES if not (folder / file).is_file()]
        if missing:  # without its tokenizer faster-whisper would ask a hub for one
            raise ModelCorrupt(
                f"no Whisper model for faster-whisper: {', '.join(missing)} missing",
                where=str(folder),
                fix="Name a folder with model.bin, config.json, tokenizer.json and the vocabulary.",
            )
        try:
            from faster_whisper import WhisperModel
        except ImportError as error:
            raise BadSettings(
                "Whisper models need the package faster-whisper",
                where=f"models.speech = {name!r}",
                fix="Run `pip install faster-whisper`.",
            ) from error
        try:
            self._model: Any = WhisperModel(str(folder), device="cpu", cpu_threads=threads)
        except (RuntimeError, ValueError, OSError) as error:
            raise ModelCorrupt(
                f"CTranslate2 cannot open it ({error})", where=str(folder), fix="Convert it again."
            ) from error
        self.languages = frozenset(self._model.supported_languages)

    def transcribe(self, samples: np.ndarray) -> Heard:
        segments, info = self._model.transcribe(
            samples.astype(np.float32, copy=False),
            beam_size=5,
            word_timestamps=True,
            condition_on_previous_text=False,  # one wrong line would lead to the next
            vad_filter=False,  # the caller has found the speech
        )
        heard = list(segments)
        words = tuple(
            Word(word.word.strip(), float(word.start), float(word.end), float(word.probability))
            for segment in heard
            for word in segment.words or ()
            if word.word.strip()
        )
        if not words:
            return Heard((), "und", 0.0, 0.0)
        lengths = np.array([max(len(segment.tokens), 1) for segment in heard], np.float64)
        mean = float(np.average([segment.avg_logprob for segment in heard], weights=lengths))
        silence = float(np.average([segment.no_speech_prob for segment in heard], weights=lengths))
        # Whisper covers what it takes for its language; what it cannot make out it says itself.
        covered = float(np.clip(info.language_probability * (1 - silence), 0, 1))
        return Heard(words, info.language, mean, covered)
