"""What of a place is shown: its best segment, and in a recording or video the second in it.

In: a place's segments, the terms of the query, token vectors that were compared. Out: the
segment with its focus. Of a recording the segment is the one that the focus lies in, since
who answers often says other words than who asks, a moment before. Knows no ranking.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from clerestory.ingesting.passages import passage
from clerestory.searching.candidates import Found
from clerestory.searching.focus import TokenVectors, focus, timed
from clerestory.searching.pictures import Match
from clerestory.types import Locator, Segment, TimeSpan

if TYPE_CHECKING:
    import numpy as np

    from clerestory.models.text import TextEncoder
    from clerestory.storing.readings import ReadingStore

# Segments of a place that are looked into: turns of a talk are short.
BESIDE = 12


@dataclass(frozen=True, slots=True)
class Compared:
    """Token vectors of the query and of segments that were looked at, and how well they agree."""

    query: np.ndarray | None
    segments: Mapping[Found, np.ndarray]
    scores: Mapping[Found, float]


@dataclass(frozen=True, slots=True)
class Shown:
    """The segment of a place that is shown; ``focus`` is None where nothing has a time."""

    found: Found
    segment: Segment
    focus: Locator | None = None


@dataclass(frozen=True, slots=True)
class Showing:
    """What the choice is made from. ``question``: the query in its words, where it has any."""

    readings: ReadingStore
    encoder: TextEncoder | None
    compared: Compared
    wanted: Sequence[str]
    matches: Mapping[Found, Match]
    question: str = ""

    def shown(self, best: Found, beside: Sequence[Found], *, seen: bool = False) -> Shown:
        """``best`` with its focus, or of a recording whichever of the place's segments has it.

        ``seen``: it is the best by what its pictures show; its focus is when the picture is shown.
        """
        (segment,) = self.readings.segments(best.reading, [best.row])
        if seen and (match := self.matches.get(best)) is not None:
            return Shown(best, segment, self._moment(best, segment, match))
        if not timed(segment):
            return Shown(best, segment)
        near = sorted(beside, key=lambda other: abs(other.row - best.row))[:BESIDE]
        place = sorted((best, *near), key=lambda other: other.row)
        segments = self.readings.segments(best.reading, [other.row for other in place])
        vectors = [self._vectors(other, one) for other, one in zip(place, segments, strict=True)]
        found = focus(segments, self.wanted, vectors, question=self.question)
        if found is None:
            return Shown(best, segment)
        number, where = found
        return Shown(place[number], segments[number], where)

    def _moment(self, found: Found, segment: Segment, match: Match) -> Locator | None:
        """When a key frame is shown; None for what is no video."""
        if not isinstance(segment.locator, TimeSpan):
            return None
        objects = self.readings.head(found.reading).objects
        return next((one.locator for one in objects if one.digest == match.pictures[0]), None)

    def _vectors(self, found: Found, segment: Segment) -> TokenVectors | None:
        tokens = self.compared.segments.get(found)
        if tokens is None or self.compared.query is None or self.encoder is None:
            return None
        indexed = passage(segment)  # with the headings above it, which stand before the text
        places = self.encoder.token_places(indexed)
        if len(places) != len(tokens):
            return None  # indexed by another version of the text or of the encoder
        before = len(indexed) - len(segment.text)
        return TokenVectors(
            self.compared.query, tokens, [(start - before, end - before) for start, end in places]
        )
