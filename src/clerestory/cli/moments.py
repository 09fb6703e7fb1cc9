"""When the words of a recording or video are said or stand in the picture.

In: a segment whose lines have times. Out: its sentences with their spans and words, the
ones that a query matches, and spans in words. Knows no library and no player.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from clerestory.cli.hits import marks, query_terms
from clerestory.cli.output import flat
from clerestory.locators import clock
from clerestory.reading.sentences import sentences
from clerestory.types import Segment, TimeSpan

PAUSE_S = 1.5  # a sentence whose words are further apart is shown as two
MOST_SHOWN = 4


@dataclass(frozen=True, slots=True)
class Word:
    """``start`` and ``end`` are code points of the segment's text."""

    start: int
    end: int
    span: TimeSpan


@dataclass(frozen=True, slots=True)
class Moment:
    """A sentence that is said, or a line that is written in the picture, and when."""

    start: int
    end: int
    span: TimeSpan
    written: bool
    words: tuple[Word, ...]


def moments(segment: Segment) -> list[Moment]:
    """In the order of time. Empty where the segment has no words with times."""
    timed = sorted(
        ((line, line.locator) for line in segment.lines if isinstance(line.locator, TimeSpan)),
        key=lambda pair: pair[0].start,
    )
    said = [Word(line.start, line.end, span) for line, span in timed if span.box is None]
    shown = [Word(line.start, line.end, span) for line, span in timed if span.box is not None]
    found = [_moment(words, written=False) for words in _sentences(segment.text, said)]
    found += [_moment([word], written=True) for word in shown]
    return sorted(found, key=lambda moment: (moment.span.start_s, moment.start))


def _sentences(text: str, words: Sequence[Word]) -> list[list[Word]]:
    """Words by sentence, parted where a pause is long."""
    ends = [end for _, end in sentences(text)]
    groups: list[list[Word]] = []
    at = 0
    for word in words:
        begins = not groups
        while at < len(ends) and word.start >= ends[at]:
            at, begins = at + 1, True
        if begins or word.span.start_s - groups[-1][-1].span.end_s > PAUSE_S:
            groups.append([])
        groups[-1].append(word)
    return groups


def _moment(words: Sequence[Word], *, written: bool) -> Moment:
    first, last = words[0], words[-1]
    end_s = max(word.span.end_s for word in words)
    span = TimeSpan(first.span.start_s, end_s, first.span.box)
    return Moment(first.start, last.end, span, written, tuple(words))


def matched(segment: Segment, query: str) -> list[tuple[TimeSpan, str, bool]]:
    """Runs of words that the query matches: when, the words, and whether they are written."""
    spans = marks(segment.text, query_terms(query, segment.language), segment.language)
    found = []
    for moment in moments(segment):
        runs: list[list[Word]] = []
        earlier = False
        for word in moment.words:
            lit = any(low < word.end and word.start < high for low, high in spans)
            if lit and earlier:
                runs[-1].append(word)
            elif lit:
                runs.append([word])
            earlier = lit
        for run in runs:
            span = TimeSpan(run[0].span.start_s, max(word.span.end_s for word in run))
            found.append((span, flat(segment.text[run[0].start : run[-1].end]), moment.written))
    return found


def matched_words(segment: Segment, query: str) -> str:
    """ "00:26 radar sensor · on screen 00:23 Take out fuse F1"; empty where no word has a time."""
    found = matched(segment, query)
    parts = [
        f"{'on screen ' if written else ''}{clock(span.start_s)} {words.strip('.,;:!?…')}"
        for span, words, written in found[:MOST_SHOWN]
    ]
    more = [f"{len(found) - MOST_SHOWN} more"] if len(found) > MOST_SHOWN else []
    return " · ".join([*parts, *more])


def length(seconds: float) -> str:
    """A span of media for people: "0.8 s", "47 s", "3:12", "2:05:00"."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    return f"{round(seconds)} s" if seconds < 59.5 else clock(round(seconds))
