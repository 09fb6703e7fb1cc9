"""How near the seconds of words are, on synthetic voices that say when they spoke each word.

    python -m bench.word_times [--text FILE] [--fit] [--out FILE]

``FILE`` is plain English text, else a page of the documentation, of which phrases are read by
the voices of ``flite`` and ``espeak-ng``, both of which have to be installed: flite prints the
lengths of its phones, espeak-ng's library tells when a word begins. Four phrases make a stretch
for the recogniser.
Printed are the shares of words that begin within 0.05, 0.1 and 0.25 s of the truth, by program.

``--fit`` fits the weights of the attention heads (``models.moonshine.HEADS``) as well: a
softmax over the pieces at every moment, weights not below zero, down to ten heads. They are
fitted on one program and measured on the other, with attention alone, and then on both.
"""

from __future__ import annotations

import argparse
import ctypes
import difflib
import itertools
import json
import re
import subprocess
import tempfile
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from clerestory.ingesting.engines import load_speech
from clerestory.models.moonshine import EARLY, HOP, Moonshine, missing_lead, words_of
from clerestory.models.speech import RATE
from clerestory.models.word_times import pauses_of, spans_of
from clerestory.settings import Settings

PAGE = Path(__file__).parents[1] / "docs" / "how-it-works.md"
FLITE = ("slt", "rms", "awb", "kal16")
ESPEAK = (
    "English (America)",
    "English (Great Britain)",
    "English (Scotland)",
    "English (Received Pronunciation)",
)
PHRASES = 160  # by each program
TOGETHER = 4
KEPT = 10  # heads
SCALE = 0.35  # of the fitted weights, beside the weight of pauses


@dataclass(frozen=True, slots=True)
class Said:
    """Samples of 16 kHz, and the words with the second at which each begins and ends."""

    samples: np.ndarray
    words: tuple[tuple[str, float, float], ...]


def phrases(text: str) -> list[str]:
    found = [one.strip().capitalize() + "." for one in re.findall(r"(?:[a-z]{2,} ){8,14}", text)]
    mixed = np.random.default_rng(1).permutation(len(found))
    return [found[place] for place in mixed[: 2 * PHRASES]]


def flite(voice: str, phrase: str, folder: Path) -> Said | None:
    """None where the phones of the phrase are not those of its words said alone."""
    path = folder / "said.wav"
    spoken = _phones(voice, phrase, path)
    with wave.open(str(path)) as file:
        if file.getframerate() != RATE:
            return None
        samples = np.frombuffer(file.readframes(file.getnframes()), np.int16).astype(np.float32) / 32768
    words, place = [], 0
    for word in phrase.rstrip(".").split():
        count = sum(name != "pau" for name, _ in _phones(voice, word, None))
        while place < len(spoken) and spoken[place][0] == "pau":
            place += 1
        own = spoken[place : place + count]
        if len(own) < count or any(name == "pau" for name, _ in own):
            return None
        words.append((word, spoken[place - 1][1] if place else 0.0, own[-1][1]))
        place += count
    return Said(samples, tuple(words)) if all(name == "pau" for name, _ in spoken[place:]) else None


def _phones(voice: str, text: str, path: Path | None) -> list[tuple[str, float]]:
    """Each phone and the second at which it ends."""
    command = ["flite", "-voice", voice, "-t", text, "-psdur", "-o", str(path or "none")]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    return [(name, float(end)) for name, _, end in (one.rpartition(":") for one in printed)]


class _Event(ctypes.Structure):
    """``espeak_EVENT`` of speak_lib.h."""

    _fields_ = (
        ("type", ctypes.c_int),
        ("message", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_ms", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", ctypes.c_char * 8),
    )


class EspeakLibrary:
    """espeak-ng's library, which tells when it says each word."""

    WORD, LAST = 1, 0  # kinds of events

    def __init__(self) -> None:
        self._library = ctypes.CDLL("libespeak-ng.so.1")
        self._rate = self._library.espeak_Initialize(2, 0, None, 0)  # samples are handed over at once
        self._sound: list[np.ndarray] = []
        self._begun: list[tuple[int, int, float]] = []
        kind = ctypes.CFUNCTYPE(
            ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event)
        )
        self._heard = kind(self._hear)  # kept: the library calls it later
        self._library.espeak_SetSynthCallback(self._heard)

    def _hear(self, sound: Any, count: int, events: Any) -> int:
        if sound and count > 0:
            self._sound.append(np.ctypeslib.as_array(sound, shape=(count,)).copy())
        for place in itertools.count():
            event = events[place]
            if event.type == self.LAST:
                return 0
            if event.type == self.WORD:
                self._begun.append((event.text_position - 1, event.length, event.audio_ms / 1000))
        return 0

    def say(self, voice: str, phrase: str) -> Said | None:
        """None where its words are not the phrase's."""
        self._sound, self._begun = [], []
        if self._library.espeak_SetVoiceByName(voice.encode()):
            raise ValueError(f"espeak-ng has no voice {voice!r}")
        text = phrase.encode() + b"\0"
        self._library.espeak_Synth(text, len(text), 0, 1, 0, 1, None, None)
        self._library.espeak_Synchronize()
        spoken = np.concatenate(self._sound).astype(np.float32) / 32768
        length = int(len(spoken) * RATE / self._rate)
        samples = np.fft.irfft(np.fft.rfft(spoken)[: length // 2 + 1], length) * (length / len(spoken))
        begins = [begin_s for _, _, begin_s in self._begun] + [length / RATE - 0.05]
        words = tuple(
            (phrase[at : at + size].rstrip("."), begin_s, end_s)
            for (at, size, begin_s), end_s in zip(self._begun, begins[1:], strict=True)
        )
        same = [word for word, _, _ in words] == phrase.rstrip(".").split()
        return Said(samples.astype(np.float32), words) if same else None


def stretches(said: Sequence[Said]) -> list[Said]:
    draw = np.random.default_rng(0)
    result = []
    for group in (said[first : first + TOGETHER] for first in range(0, len(said), TOGETHER)):
        parts: list[np.ndarray] = [draw.normal(0, 1e-4, RATE // 2)]
        words: list[tuple[str, float, float]] = []
        at_s = 0.5
        for one in group:
            parts.append(
                one.samples * (0.3 / np.abs(one.samples).max()) + draw.normal(0, 2e-3, len(one.samples))
            )
            words += [(word, begin_s + at_s, end_s + at_s) for word, begin_s, end_s in one.words]
            at_s += len(one.samples) / RATE
        samples = np.concatenate(parts).astype(np.float32)[: int(29.5 * RATE)]
        result.append(Said(samples, tuple(words)))
    return result


@dataclass(frozen=True, slots=True)
class Written:
    """What the recogniser wrote of a stretch; ``pairs`` of its words and those that were said."""

    said: Said
    attention: np.ndarray
    groups: list[tuple[str, int, int]]
    pauses: np.ndarray
    lead_s: float
    pairs: list[tuple[int, int]]

    def frame(self, second: float) -> float:
        return (second + self.lead_s) * RATE / HOP


def written(recogniser: Moonshine, said: Said) -> Written:
    lead = missing_lead(said.samples)
    padded = np.pad(said.samples, (lead, 0))
    wrote = recogniser.write(padded)
    groups = words_of([recogniser.pieces[piece] for piece in wrote.pieces])
    pauses = pauses_of(padded, frames=wrote.attention.shape[2], hop=HOP)
    pairs = matched([word for word, _, _ in groups], said)
    return Written(said, wrote.attention, groups, pauses, lead / RATE, pairs)


def matched(words: Sequence[str], said: Said) -> list[tuple[int, int]]:
    plain = [re.sub(r"\W", "", word).lower() for word in words]
    true = [word.lower() for word, _, _ in said.words]
    blocks = difflib.SequenceMatcher(None, plain, true, autojunk=False).get_matching_blocks()
    return [(block.a + place, block.b + place) for block in blocks for place in range(block.size)]


def by_attention(all_written: Sequence[Written], weights: np.ndarray) -> np.ndarray:
    """Seconds from the truth to where each matched word begins, by these heads alone."""
    used = np.flatnonzero(weights)
    away: list[float] = []
    for one in all_written:
        begins = np.zeros(one.attention.shape[1], bool)
        begins[[first for _, first, _ in one.groups]] = True
        spans = spans_of(one.attention[used], begins, one.pauses, weights=weights[used], early=EARLY)
        starts = spans[:, 0] * HOP / RATE - one.lead_s
        away += [starts[one.groups[ours][1]] - one.said.words[true][1] for ours, true in one.pairs]
    return np.array(away)


def as_shipped(recogniser: Moonshine, said: Sequence[Said]) -> np.ndarray:
    away: list[float] = []
    for one in said:
        words = recogniser.transcribe(one.samples).words
        pairs = matched([word.text for word in words], one)
        away += [words[ours].start_s - one.words[true][1] for ours, true in pairs]
    return np.array(away)


def shares(away: np.ndarray) -> dict[str, float]:
    near = {f"within {limit} s": float((np.abs(away) <= limit).mean()) for limit in (0.05, 0.1, 0.25)}
    return {"words": len(away), **{name: round(value, 3) for name, value in near.items()}}


def moments(all_written: Sequence[Written]) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Standardised looks (heads, pieces) at moments within words, and which pieces spell the word."""
    looks, own = [], []
    for one in all_written:
        spread = np.maximum(one.attention.std(axis=1, keepdims=True), 1e-6)
        scores = (one.attention - one.attention.mean(axis=1, keepdims=True)) / spread
        for ours, true in one.pairs:
            _, begin_s, end_s = one.said.words[true]
            _, first, stop = one.groups[ours]
            for frame in range(int(np.ceil(one.frame(begin_s))), int(one.frame(end_s)), 5):
                if EARLY <= frame < scores.shape[2]:
                    looks.append(scores[:, :, frame - EARLY])
                    own.append(np.isin(np.arange(scores.shape[1]), np.arange(first, stop)))
    return looks, own


def fitted(looks: Sequence[np.ndarray], own: Sequence[np.ndarray]) -> np.ndarray:
    """Weights of the heads; those that tell least are left out step by step."""
    most = max(one.shape[1] for one in looks)
    scores = np.stack([np.pad(one, ((0, 0), (0, most - one.shape[1])), constant_values=-10) for one in looks])
    right = np.stack([np.pad(one, (0, most - len(one))) for one in own])
    used = np.ones(scores.shape[1], bool)
    while True:
        weights = _descended(scores, right, used)
        if used.sum() <= KEPT:
            return weights * SCALE
        keep = np.argsort(-weights)[: max(KEPT, int(0.7 * (weights > 0).sum()))]
        used = np.isin(np.arange(len(weights)), keep)


def _descended(scores: np.ndarray, right: np.ndarray, used: np.ndarray) -> np.ndarray:
    """Adam (Kingma and Ba 2015) with weights not below zero."""
    weights = np.where(used, 0.1, 0.0)
    mean = square = np.zeros(len(weights))
    for step in range(1, 151):
        likely = _softmax(np.einsum("h,nhp->np", weights.astype(np.float32), scores))
        true = np.where(right, likely, 0)
        true /= true.sum(axis=1, keepdims=True) + 1e-12
        slope = np.einsum("nhp,np->h", scores, likely - true) / len(scores) + 0.01 * weights
        mean, square = 0.9 * mean + 0.1 * slope, 0.99 * square + 0.01 * slope**2
        step_size = 0.03 * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.99**step)) + 1e-8)
        weights = np.where(used, np.maximum(weights - step_size, 0), 0)
    return weights


def _softmax(values: np.ndarray) -> np.ndarray:
    powers = np.exp(values - values.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--text", type=Path, default=PAGE, help="plain English text")
    parser.add_argument("--fit", action="store_true", help="fit the weights of the heads as well")
    parser.add_argument("--out", type=Path, help="write the figures here as well")
    options = parser.parse_args()
    texts = phrases(options.text.read_text(encoding="utf-8"))
    library = EspeakLibrary()
    with tempfile.TemporaryDirectory(prefix="clerestory-bench-") as folder:
        said = {
            "flite": [
                flite(voice, phrase, Path(folder))
                for voice in FLITE
                for phrase in texts[FLITE.index(voice) : PHRASES : 4]
            ],
            "espeak-ng": [
                library.say(voice, phrase)
                for voice in ESPEAK
                for phrase in texts[PHRASES + ESPEAK.index(voice) :: 4]
            ],
        }
    recogniser = load_speech(Settings())
    if not isinstance(recogniser, Moonshine):
        raise SystemExit("the heads are those of Moonshine: choose it in the settings")
    joined = {program: stretches([one for one in spoken if one]) for program, spoken in said.items()}
    figures: dict[str, Any] = {
        program: {"as shipped": shares(as_shipped(recogniser, some))} for program, some in joined.items()
    }
    if options.fit:
        wrote = {program: [written(recogniser, one) for one in some] for program, some in joined.items()}
        data = {program: moments(some) for program, some in wrote.items()}
        for program, other in (("flite", "espeak-ng"), ("espeak-ng", "flite")):
            alone = shares(by_attention(wrote[program], fitted(*data[other])))
            figures[program][f"attention alone, fitted on {other}"] = alone
        both = fitted(*(first + second for first, second in zip(*data.values(), strict=True)))
        figures["heads"] = {int(head): round(float(both[head]), 3) for head in np.flatnonzero(both)}
    text = json.dumps(figures, indent=2)
    if options.out:
        options.out.write_text(text + "\n")
    print(text)


if __name__ == "__main__":
    main()
