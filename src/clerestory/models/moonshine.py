"""English speech to words by Moonshine tiny (Jeffries et al. 2024).

An encoder hears the samples as they are (one frame per 384 samples, no spectrogram); a
decoder writes pieces of words, the likeliest one each time, and what it looks at while it
writes gives the seconds (``word_times``). The past of the decoder stays inside
onnxruntime from step to step.

Stretches are heard one by one, not in batches: the 8-bit weights scale a whole batch at
once, so the words of a stretch would depend on its neighbours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from clerestory.errors import ModelCorrupt
from clerestory.models.alignment import Aligner
from clerestory.models.coverage import coverage
from clerestory.models.moonshine_graph import LAYERS
from clerestory.models.sessions import open_session
from clerestory.models.speech import RATE, Heard, Word
from clerestory.models.word_times import pauses_of, quiet_frames, spans_of

VERSION = "3"
HOP = 384  # samples per frame of the encoder
LAYER_HEADS = 8
MIN_SAMPLES = 1024  # the encoder's first layers need them; shorter stretches are filled up
START, END = 1, 2
# Quick speech has five pieces a second; a decoder that repeats itself would go on for ever.
PIECES_PER_S = 6.5
LONGEST_S = 30.0
# The first word is lost where it begins with the samples: silence before it is made up to this.
# 0.5 s is no better, and more before stretches that have their own loses words of children.
LEAD_S = 0.3
LONGEST_LOOP = 12  # pieces that are said again and again
COVERED = 0.5  # from here on the language is said to be English
# Words of less likely English are wrong too often to be aligned: a third of the cost, a tenth of the gain.
ALIGNED = 0.8
# Heads of all layers that look at what is being written, and how much each tells of the moment: a
# softmax over the pieces, fitted on the seconds that flite and espeak-ng give (docs/measured.md).
HEADS = {
    5: 0.070,
    15: 0.071,
    18: 0.043,
    22: 0.047,
    25: 0.126,
    31: 0.153,
    34: 0.037,
    37: 0.085,
    38: 0.034,
    46: 0.062,
}
EARLY = 1  # frames before the sound at which they look
SPACE = "\u2581"


@dataclass(frozen=True, slots=True)
class Written:
    """What the decoder wrote: pieces, their log-probabilities, (heads, pieces, frames).

    The log-probabilities are those of the pieces and of the end, unless the decoder was
    stopped. ``looped``: it went round in circles; the pieces end before the first repetition.
    """

    pieces: list[int]
    log_probabilities: list[float]
    attention: np.ndarray
    looped: bool


class Moonshine:
    """Moonshine tiny, English. Holds two onnxruntime sessions."""

    languages = frozenset({"en"})
    longest_s = LONGEST_S

    def __init__(self, folder: Path, *, name: str, threads: int = 1, aligner: Aligner | None = None) -> None:
        self.name = name
        self.version = VERSION if aligner is None else f"{VERSION}+pocketsphinx"
        self._aligner = aligner
        self._encoder = open_session(folder / "encoder.ort", threads=threads)
        self._decoder = open_session(folder / "decoder.onnx", threads=threads, arena=False)
        self.pieces = read_pieces((folder / "tokenizer.bin").read_bytes(), where=str(folder))

    def transcribe(self, samples: np.ndarray) -> Heard:
        samples = samples.astype(np.float32, copy=False)
        lead = missing_lead(samples)
        padded = np.pad(samples, (lead, max(0, MIN_SAMPLES - lead - len(samples))))
        written = self.write(padded)
        groups = words_of([self.pieces[piece] for piece in written.pieces])
        spans = self._spans(written, padded, groups)
        words = self._words(written, groups, spans, lead_s=lead / RATE, length_s=len(samples) / RATE)
        mean = float(np.mean(written.log_probabilities))
        covered = 0.0
        if words and not written.looped:
            covered = coverage(written.log_probabilities, written.attention)
        if self._aligner is not None and covered >= ALIGNED:
            words = self._aligner.refine(samples, words)
        return Heard(words, "en" if covered >= COVERED else "und", mean, covered)

    def write(self, samples: np.ndarray) -> Written:
        """The likeliest piece after the other, for float32 samples as they are."""
        from onnxruntime import OrtValue

        value = OrtValue.ortvalue_from_numpy
        # The decoder thins the mask itself: it is one of samples, not of frames.
        mask = np.ones((1, len(samples)), np.int64)
        sound = self._encoder.run(None, {"input_values": samples[None], "attention_mask": mask})[0]
        feed = {
            "encoder_attention_mask": value(mask),
            "encoder_hidden_states": value(sound),
            "input_ids": value(np.array([[START]])),
            "use_cache_branch": value(np.array([False])),
        }
        past = _past("decoder")
        both = past | _past("encoder")
        nothing = value(np.zeros((1, LAYER_HEADS, 0, 36), np.float32))
        feed |= {f"past_key_values.{key}": nothing for key in both}
        pieces: list[int] = []
        log_probabilities: list[float] = []
        looks: list[np.ndarray] = []
        kept = both  # after the first step those of the encoder stay as they are
        loop = 0
        for _ in range(max(1, int(np.ceil(len(samples) / RATE * PIECES_PER_S)))):
            names = ["logits", "cross_attentions", *kept.values()]
            results = dict(zip(names, self._decoder.run_with_ort_values(names, feed), strict=True))
            logits = results["logits"].numpy()[0, -1]
            piece = int(logits.argmax())
            log_probabilities.append(-float(np.log(np.exp(logits - logits[piece]).sum())))
            if piece == END:
                break
            pieces.append(piece)
            looks.append(results["cross_attentions"].numpy()[0, :, -1])
            loop = repeated(pieces)
            if loop:
                break
            feed |= {f"past_key_values.{key}": results[name] for key, name in kept.items()}
            feed["input_ids"] = value(np.array([[piece]]))
            feed["use_cache_branch"] = value(np.array([True]))
            kept = past
        whole = len(pieces) - loop
        if whole:
            attention = np.stack(looks[:whole], axis=1)
        else:
            attention = np.zeros((LAYERS * LAYER_HEADS, 0, sound.shape[1]), np.float32)
        return Written(pieces[:whole], log_probabilities, attention, loop > 0)

    def _spans(self, written: Written, samples: np.ndarray, groups: list[tuple[str, int, int]]) -> np.ndarray:
        """First frame and frame after the last one of each piece."""
        begins = np.zeros(len(written.pieces), bool)
        begins[[first for _, first, _ in groups]] = True
        pauses = pauses_of(samples, frames=written.attention.shape[2], hop=HOP)
        weights = np.array([*HEADS.values()], np.float32)
        return spans_of(written.attention[[*HEADS]], begins, pauses, weights=weights, early=EARLY)

    def _words(
        self,
        written: Written,
        groups: list[tuple[str, int, int]],
        spans: np.ndarray,
        *,
        lead_s: float,
        length_s: float,
    ) -> tuple[Word, ...]:
        seconds = np.clip(spans * (HOP / RATE) - lead_s, 0.0, length_s)
        return tuple(
            Word(
                text,
                float(seconds[first, 0]),
                float(seconds[stop - 1, 1]),
                float(np.exp(np.mean(written.log_probabilities[first:stop]))),
            )
            for text, first, stop in groups
        )


def missing_lead(samples: np.ndarray) -> int:
    """How many samples of silence to put before, so that the first sound has ``LEAD_S`` of it."""
    frames = len(samples) // HOP
    quiet = quiet_frames(samples, frames=frames, hop=HOP)
    first = int(np.argmin(quiet)) if frames else 0
    return max(0, int(LEAD_S * RATE) - first * HOP)


def repeated(pieces: Sequence[int]) -> int:
    """How many pieces at the end only repeat those before them; 0 where that is no loop.

    One piece may come five times, two or three pieces three times, four and more twice:
    people say "no, no, no" and repeat a sentence, but not a third time in the same words.
    """
    for length in range(1, min(LONGEST_LOOP, len(pieces) // 3) + 1):
        times = 2 + -(-4 // length)
        if len(pieces) >= times * length:
            group = pieces[-length:]
            if all(pieces[-length * (n + 1) : -length * n] == group for n in range(1, times)):
                return length * (times - 1)
    return 0


def words_of(pieces: Sequence[bytes]) -> list[tuple[str, int, int]]:
    """Words with the range of pieces that spell them; marks alone join the word before."""
    groups: list[tuple[bytes, int, int]] = []
    space = SPACE.encode()
    for index, piece in enumerate(pieces):
        if groups and not piece.startswith(space):
            spelled, first, _ = groups[-1]
            groups[-1] = (spelled + piece, first, index + 1)
        else:
            groups.append((piece.removeprefix(space), index, index + 1))
    words: list[tuple[str, int, int]] = []
    for spelled, first, stop in groups:
        text = spelled.decode("utf-8", "replace").replace(SPACE, " ").strip()
        if any(character.isalnum() for character in text) or (text and not words):
            words.append((text, first, stop))
        elif words:
            earlier, begin, _ = words[-1]
            words[-1] = (earlier + text, begin, stop)
    return words


def read_pieces(content: bytes, *, where: str) -> list[bytes]:
    """The pieces of a ``tokenizer.bin``: each its length, then that many bytes of UTF-8.

    A length of 128 and more takes two bytes: the low seven bits with the top bit set, then
    the rest.

    Raises:
        ModelCorrupt: it ends within a piece.
    """
    pieces = []
    place = 0
    while place < len(content):
        length = content[place]
        place += 1
        if length >= 128 and place < len(content):
            length += (content[place] - 1) * 128
            place += 1
        if place + length > len(content):
            raise ModelCorrupt("its pieces end too early", where=where, fix="Pull it again.")
        pieces.append(content[place : place + length])
        place += length
    return pieces


def _past(side: str) -> dict[str, str]:
    """Names of what the decoder remembers of itself or of the encoder, and of their new values."""
    keys = [f"{layer}.{side}.{kind}" for layer in range(LAYERS) for kind in ("key", "value")]
    return {key: f"present.{key}" for key in keys}
