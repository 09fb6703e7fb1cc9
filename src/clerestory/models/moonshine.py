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
from clerestory.models.moonshine_graph import LAYERS
from clerestory.models.sessions import open_session
from clerestory.models.speech import RATE, Heard, Word
from clerestory.models.word_times import drawn_back, follow

FRAME_S = 384 / RATE
MIN_SAMPLES = 1024  # the encoder's first layers need them; shorter stretches are filled up
START, END = 1, 2
# Quick speech has five pieces a second; a decoder that repeats itself would go on for ever.
PIECES_PER_S = 6.5
LONGEST_S = 30.0
SPACE = "\u2581"


@dataclass(frozen=True, slots=True)
class _Written:
    """What the decoder wrote: pieces, their log-probabilities, (heads, pieces, frames)."""

    pieces: list[int]
    log_probabilities: list[float]
    attention: np.ndarray


class Moonshine:
    """Moonshine tiny, English. Holds two onnxruntime sessions."""

    version = "1"
    languages = frozenset({"en"})
    longest_s = LONGEST_S

    def __init__(self, folder: Path, *, name: str, threads: int = 1) -> None:
        self.name = name
        self._encoder = open_session(folder / "encoder.ort", threads=threads)
        self._decoder = open_session(folder / "decoder.onnx", threads=threads)
        self._pieces = read_pieces((folder / "tokenizer.bin").read_bytes(), where=str(folder))

    def transcribe(self, samples: np.ndarray) -> Heard:
        if len(samples) < MIN_SAMPLES:
            samples = np.pad(samples, (0, MIN_SAMPLES - len(samples)))
        written = self._write(samples.astype(np.float32, copy=False))
        words = self._words(written, samples)
        mean = float(np.mean(written.log_probabilities))
        return Heard(words, "en", mean, float(np.exp(mean)))

    def _write(self, samples: np.ndarray) -> _Written:
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
        nothing = value(np.zeros((1, 8, 0, 36), np.float32))
        feed |= {f"past_key_values.{key}": nothing for key in both}
        pieces: list[int] = []
        log_probabilities: list[float] = []
        looks = []
        kept = both  # after the first step those of the encoder stay as they are
        for _ in range(max(1, int(np.ceil(len(samples) / RATE * PIECES_PER_S)))):
            names = ["logits", "cross_attentions", *kept.values()]
            results = dict(zip(names, self._decoder.run_with_ort_values(names, feed), strict=True))
            logits = results["logits"].numpy()[0, -1]
            piece = int(logits.argmax())
            top = logits[piece]
            log_probabilities.append(-float(np.log(np.exp(logits - top).sum())))
            if piece == END:
                break
            pieces.append(piece)
            looks.append(results["cross_attentions"].numpy()[0, :, -1])
            feed |= {f"past_key_values.{key}": results[name] for key, name in kept.items()}
            feed["input_ids"] = value(np.array([[piece]]))
            feed["use_cache_branch"] = value(np.array([True]))
            kept = past
        attention = np.stack(looks, axis=1) if looks else np.zeros((1, 0, sound.shape[1]), np.float32)
        return _Written(pieces, log_probabilities, attention)

    def _words(self, written: _Written, samples: np.ndarray) -> tuple[Word, ...]:
        bounds = follow(written.attention) * FRAME_S
        groups = words_of([self._pieces[piece] for piece in written.pieces])
        length_s = len(samples) / RATE
        spans = [
            (min(float(bounds[first]), length_s), min(float(bounds[stop]), length_s))
            for _, first, stop in groups
        ]
        ends = drawn_back(samples, spans, rate=RATE)
        return tuple(
            Word(text, start_s, end_s, float(np.exp(np.mean(written.log_probabilities[first:stop]))))
            for (text, first, stop), (start_s, _), end_s in zip(groups, spans, ends, strict=True)
        )


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
