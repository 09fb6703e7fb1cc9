"""What was said in a video, in pieces that are not torn apart: sentences, or subtitles.

In: words as they were heard, or the cues of a subtitle track. Out: sayings in order, with
the place in time of each word or cue. It knows no pictures.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from clerestory.reading.media.facts import SubtitleTrack
from clerestory.reading.sentences import count_words, storable
from clerestory.reading.speech.passages import Spoken, joined_words, sentence_ends
from clerestory.types import Line, TimeSpan

_PAUSE_S = 1.5  # ends a saying even where no sentence ends
_LONGEST_WORDS = 60  # of a saying; speech recognised without punctuation never ends a sentence
_SAME_WORDS = 0.7  # share of heard words that subtitles also have: they say the same


@dataclass(frozen=True, slots=True)
class Saying:
    """A sentence or cue; ``lines`` are places in ``text``."""

    text: str
    start_s: float
    end_s: float
    lines: tuple[Line, ...]
    language: str = "und"

    @property
    def words(self) -> int:
        return count_words(self.text)


def sentences_of(words: Sequence[Spoken]) -> list[Saying]:
    """Heard words as sentences; a long pause ends one too."""
    sayings: list[Saying] = []
    begin = 0
    for index in range(1, len(words) + 1):
        if index < len(words):
            last, after = words[index - 1].word, words[index].word
            pause = after.start_s - last.end_s > _PAUSE_S
            if not (pause or sentence_ends(last.text) or index - begin >= _LONGEST_WORDS):
                continue
        sayings.append(_sentence(words[begin:index]))
        begin = index
    return sayings if words else []


def cues_of(track: SubtitleTrack, *, duration_s: float) -> list[Saying]:
    """The cues of a subtitle track that are shown while the video lasts."""
    sayings = []
    for cue in sorted(track.cues, key=lambda cue: (cue.start_s, cue.end_s)):
        text = " ".join(storable(cue.text).split())
        start_s, end_s = max(0.0, cue.start_s), min(cue.end_s, duration_s)
        if text and start_s < duration_s and end_s >= start_s:
            line = Line(0, len(text), TimeSpan(start_s, end_s))
            sayings.append(Saying(text, start_s, end_s, (line,), track.language))
    return sayings


def joined(sayings: Sequence[Saying]) -> tuple[str, list[Line]]:
    """One text of them all, and their lines moved to where they now stand."""
    text, places = joined_words([saying.text for saying in sayings])
    lines = [
        Line(line.start + start, line.end + start, line.locator, line.confidence)
        for saying, (start, _) in zip(sayings, places, strict=True)
        for line in saying.lines
    ]
    return text, lines


def says_the_same(heard: str, subtitles: str) -> bool:
    """Whether most heard words stand in the subtitles too."""
    first = Counter(re.findall(r"\w+", heard.casefold()))
    second = Counter(re.findall(r"\w+", subtitles.casefold()))
    return (first & second).total() >= _SAME_WORDS * first.total()


def _sentence(words: Sequence[Spoken]) -> Saying:
    text, places = joined_words([one.word.text for one in words])
    lines = tuple(
        Line(start, end, TimeSpan(one.word.start_s, one.word.end_s), one.word.confidence)
        for one, (start, end) in zip(words, places, strict=True)
    )
    language = Counter(one.language for one in words).most_common(1)[0][0]
    return Saying(text, words[0].word.start_s, words[-1].word.end_s, lines, language)
