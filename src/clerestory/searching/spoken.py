"""A query that is a sound: the words that are said in it, or what it sounds like.

In: an audio file as bytes. Out: ``Heard``: words where somebody speaks, and otherwise the
features of the sound, for sounds that are like it. It is heard as recordings are, so that a
voice that the recogniser does not know and noise give no words; what has words and is short
is then heard in several ways (``rehearing``). It does not search.
"""

from __future__ import annotations

import statistics
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from clerestory.errors import TooLarge, UnreadableFile
from clerestory.models.sound_features import RATE, sound_features
from clerestory.models.wording import load_wording
from clerestory.reading.media.sound import samples as blocks_of
from clerestory.reading.speech.hearing import Hearing, Sound
from clerestory.reading.speech.listening import Ears, hear
from clerestory.reading.speech.sounding import unpacked, with_features
from clerestory.searching.rehearing import SLOWEST, Way, ways
from clerestory.types import MediaRequest, TimeSpan

LONGEST_S = 120.0  # of a query; longer ones are files to add
MARGIN_S = 0.3  # of silence around it: a voice detector wants to hear it begin
QUIETEST = 1e-4  # of full scale; a file that is never louder is silent
WHERE = "the sound of the query"
SPEECH = {"unclear-speech", "speech-not-covered"}  # speech whose words are not believed at once
ENOUGH = 3  # of six ways to hear it: then there are words after all
HARDLY = "What is said could hardly be made out."


@dataclass(frozen=True, slots=True)
class Heard:
    """What a query's sound holds.

    ``text``: what is said, empty where no words could be made out; ``confidence`` (0..1) is the
    mean of its words. ``ways``: all that may have been said, ``text`` first. ``sound``: the
    features of ``models.sound_features`` where nothing is said, and None where there are words.
    ``note`` is what a person should know, or empty.
    """

    text: str
    confidence: float
    ways: tuple[Way, ...] = ()
    sound: np.ndarray | None = None
    note: str = ""


def heard(audio: bytes, ears: Ears) -> Heard:
    """What is said in ``audio``, or how it sounds.

    Raises:
        UnreadableFile, UnsupportedFile: it is no sound that can be decoded, or silent.
        TooLarge: it lasts longer than ``LONGEST_S``.
    """
    return heard_in(decoded(audio), ears)


def heard_in(samples: np.ndarray, ears: Ears) -> Heard:
    """The same of mono samples of 16 kHz.

    Raises:
        UnreadableFile: it is silent.
    """
    if not len(samples) or float(np.abs(samples).max()) < QUIETEST:
        raise UnreadableFile("nothing is to be heard", where=WHERE, fix="Is the microphone switched on?")
    around = np.zeros(round(MARGIN_S * RATE), np.float32)
    padded = np.concatenate([around, samples, around])
    seconds = len(padded) / RATE
    request = MediaRequest("listen", TimeSpan(0.0, seconds), 0, WHERE)
    hearing = hear(padded, 0.0, request, ears, start_s=0.0, end_s=seconds)
    # What a recogniser takes at once, also when it is played slower.
    short = seconds / SLOWEST <= ears.recogniser.longest_s
    words = [word for utterance in hearing.utterances for word in utterance.words]
    if words:
        confidence = statistics.mean(word.confidence for word in words)
        plain = Way(" ".join(word.text for word in words), 1.0, confidence)
        said = ways(padded, ears.recogniser.transcribe, wording=load_wording()) if short else ()
        said = said or (plain,)
        return Heard(said[0].text, said[0].confidence, said)
    kinds: set[str] = {one.kind for one in hearing.sounds}
    if short and kinds & SPEECH:
        said = ways(padded, ears.recogniser.transcribe, wording=load_wording(), least=ENOUGH)
        if said:
            return Heard(said[0].text, said[0].confidence, said, note=HARDLY)
    return Heard("", 0.0, sound=_features(samples, hearing), note=_why_no_words(kinds))


def _features(samples: np.ndarray, hearing: Hearing) -> np.ndarray:
    """As sounds of recordings are kept: of the longest one, without the silence around it."""
    sounds = [one for one in hearing.sounds if one.kind in ("sound", "music")]
    if not sounds:
        return sound_features(samples)
    longest = max(sounds, key=lambda one: one.end_s - one.start_s)
    start_s = max(longest.start_s - MARGIN_S, 0.0)
    end_s = min(longest.end_s - MARGIN_S, len(samples) / RATE)
    alone = Sound(start_s, end_s, longest.kind, longest.loudness_db)
    features = with_features(alone, samples, 0.0, alone=True).features
    return unpacked(features[0]) if features else sound_features(samples)


def decoded(audio: bytes) -> np.ndarray:
    """Mono float32 samples of 16 kHz.

    Raises:
        UnreadableFile, UnsupportedFile, TooLarge
    """
    if not audio:
        raise UnreadableFile("it is empty", where=WHERE, fix="Give a sound file, as WAV, MP3 or Opus.")
    with tempfile.TemporaryDirectory(prefix="clerestory-query-") as folder:
        path = Path(folder) / "query"  # decoders seek, which pipes cannot
        path.write_bytes(audio)
        try:
            return _at_most(path)
        except TooLarge:
            raise
        except UnreadableFile as error:
            raise UnreadableFile(
                f"it cannot be decoded ({error.what})",
                where=WHERE,
                fix="Give a sound file, as WAV, MP3 or Opus.",
            ) from error


def _at_most(path: Path) -> np.ndarray:
    found: list[np.ndarray] = []
    count = 0
    for block in blocks_of(path):
        found.append(block)
        count += len(block)
        if count > LONGEST_S * RATE:
            raise TooLarge(
                f"it lasts longer than {LONGEST_S:.0f} s", where=WHERE, fix="Give the part that is meant."
            )
    return np.concatenate(found) if found else np.zeros(0, np.float32)


def _why_no_words(kinds: set[str]) -> str:
    if "speech-not-covered" in kinds:
        return (
            "Somebody speaks in a language that the recogniser does not know; sounds like it were searched."
        )
    if "unclear-speech" in kinds:
        return "Somebody speaks, but no words could be made out; sounds like it were searched."
    return "Nobody speaks in it, so sounds like it were searched."
