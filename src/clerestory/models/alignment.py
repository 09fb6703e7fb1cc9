"""Words that are known, set to the sound they were spoken in: exact to some hundredths.

A second opinion on the seconds of words inside a phrase. pocketsphinx (Huggins-Daines et
al. 2006, with its US English acoustic model) finds the best times for a given sequence of
words. It only works where every word is in its dictionary (numbers are read out first),
and it is only believed where it agrees with the attention of the recogniser: a word may
move by ``BOUND_S``, and where many would move further, none does.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from clerestory.models.speech import RATE, Word
from clerestory.models.spoken_numbers import with_spoken_numbers

FRAMES_PER_S = 100
MIN_SAMPLES = RATE // 10  # less makes no frames
BOUND_S = 0.25  # attention is rarely further off; a wrong alignment often is
AGREEING = 0.8  # share of the words that must be within the bound
# A third of the time of full scoring, and nearly as many words of synthetic voices within 0.1 s of where
# they begin (0.93 for 0.94; docs/measured.md).
EVERY_FRAME = 3  # the acoustic score is computed for every third frame
DENSITIES = 1  # of the mixtures; pocketsphinx' own choice is 4


def load_aligner() -> Aligner | None:
    """The aligner, or None where pocketsphinx is not installed (extra ``media``)."""
    try:
        import pocketsphinx  # reads 10 MB of model
    except ImportError:
        return None
    decoder = pocketsphinx.Decoder(
        lm=None,
        loglevel="FATAL",
        samprate=RATE,
        bestpath=False,
        ds=EVERY_FRAME,
        topn=DENSITIES,
    )
    return Aligner(decoder)


class Aligner:
    """Holds a pocketsphinx decoder."""

    def __init__(self, decoder: Any) -> None:
        self._decoder = decoder

    def refine(self, samples: np.ndarray, words: Sequence[Word]) -> tuple[Word, ...]:
        """The words with better seconds, or as they are."""
        spellings = [self._spelling(word.text) for word in words]
        if len(samples) < MIN_SAMPLES or not words or not all(spellings):
            return tuple(words)
        found = self._align(samples, [part for parts in spellings for part in parts])
        if found is None:
            return tuple(words)
        spans = []
        place = 0
        for parts in spellings:
            spans.append((found[place][0], found[place + len(parts) - 1][1]))
            place += len(parts)
        return agreed(words, spans)

    def _spelling(self, text: str) -> list[str]:
        """The dictionary's words for a written word; none where it lacks one."""
        parts = spelled(text)
        known = all(self._decoder.lookup_word(part) is not None for part in parts)
        return parts if known else []

    def _align(self, samples: np.ndarray, parts: Sequence[str]) -> list[tuple[float, float]] | None:
        decoder = self._decoder
        sound = (np.clip(samples, -1, 1) * 32767).astype(np.int16).tobytes()
        try:
            decoder.set_align_text(" ".join(parts))
            decoder.start_utt()
            try:
                decoder.process_raw(sound, no_search=False, full_utt=True)
            finally:
                decoder.end_utt()
            segments = list(decoder.seg() or ())
        except RuntimeError:  # no path through the sound: that is its answer, not a failure
            return None
        spans = [
            (segment.start_frame / FRAMES_PER_S, (segment.end_frame + 1) / FRAMES_PER_S)
            for segment in segments
            if not segment.word.startswith(("<", "["))
        ]
        return spans if len(spans) == len(parts) else None


def spelled(text: str) -> list[str]:
    """Lower-case words without marks: "42-line" is forty, two, line."""
    plain = with_spoken_numbers(text.lower().replace("’", "'"))
    return [part for part in (run.strip("'") for run in re.findall(r"[a-z']+", plain)) if part]


def agreed(words: Sequence[Word], spans: Sequence[tuple[float, float]]) -> tuple[Word, ...]:
    """The words moved to ``spans`` where both opinions are near, never one over the other."""
    near = [
        abs(word.start_s - start_s) <= BOUND_S and abs(word.end_s - end_s) <= BOUND_S and start_s < end_s
        for word, (start_s, end_s) in zip(words, spans, strict=True)
    ]
    if sum(near) < AGREEING * len(words):
        return tuple(words)
    moved = [
        replace(word, start_s=span[0], end_s=span[1]) if good else word
        for word, span, good in zip(words, spans, near, strict=True)
    ]
    before_s = 0.0
    result = []
    for index, word in enumerate(moved):
        start_s = max(word.start_s, before_s)
        after_s = moved[index + 1].start_s if index + 1 < len(moved) else word.end_s
        end_s = max(start_s, min(word.end_s, max(after_s, start_s)))
        result.append(replace(word, start_s=start_s, end_s=end_s))
        before_s = end_s
    return tuple(result)
