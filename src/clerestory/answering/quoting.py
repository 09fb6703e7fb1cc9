"""An answer made of quotes: the few sentences or rows that answer, each with its place.

In: a question and a way to search. Out: an ``Answer`` whose sentences are verbatim pieces
of the documents, or "not found" with what was searched and what came closest. Pieces are
weighed by their nearness to the question (vectors) and by the share of its words that
they have; whether the best of them answers at all is ``confidence``'s business. Of what was
heard that says where to listen; what is quoted there is the focus of the hit, which knows how
talk goes on from sentence to sentence. A writer in free words would take the same hits; it is
another module.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from clerestory.answering.confidence import THRESHOLD, Evidence, probability
from clerestory.answering.units import Unit, units
from clerestory.searching.query import languages_shown, query_terms, without_instructions
from clerestory.storing.analysis import terms
from clerestory.types import Answer, Citation, Hit, SearchResult, Sentence, TimeSpan

if TYPE_CHECKING:
    from clerestory.models.text import TextEncoder

Search = Callable[[str, int], SearchResult]

WRITER = "quotes"
HITS_READ = 8
CLOSEST = 3
# Pieces that go to the encoder: those with most of the question's words. 64 short ones take 0.3 s.
ENCODED = 64
# Coverage tells pieces of one topic apart, nearness finds other words for it. The sentence
# that holds the answer comes first for 73 % of answered SQuAD 2.0 questions (63 % by nearness
# alone); .25 to 1.5 are alike.
COVERAGE_WEIGHT = 0.75
# A further quote must be nearly as good as the first: a long tail of weak quotes hides it.
NEARLY = 0.85


@dataclass(frozen=True, slots=True)
class _Piece:
    """A unit of a hit with what it shares with the question. ``nearness`` is a cosine, 0 without encoder."""

    hit: Hit
    unit: Unit
    coverage: float
    nearness: float = 0.0

    @property
    def score(self) -> float:
        return self.nearness + COVERAGE_WEIGHT * self.coverage


def answer(question: str, *, search: Search, encoder: TextEncoder | None, limit: int = 3) -> Answer:
    """At most ``limit`` quotes, best first.

    Raises:
        UnsupportedQuery: nothing is asked.
    """
    result = search(question, HITS_READ)
    subject = without_instructions(question)
    wanted = frozenset(query_terms(subject, languages_shown(subject)))
    pieces = _near(subject, _pieces(wanted, result.hits), encoder)
    found = any(probability(evidence) >= THRESHOLD for evidence in _evidence(pieces, encoder))
    return Answer(
        question=question,
        found=found,
        sentences=tuple(_sentence(piece) for piece in _chosen(pieces, limit)) if found else (),
        writer=WRITER,
        searched=_searched(subject, result),
        closest=() if found else result.hits[:CLOSEST],
        notes=result.notes,
    )


def _pieces(wanted: frozenset[str], hits: Sequence[Hit]) -> list[_Piece]:
    return [
        _Piece(hit, unit, _coverage(wanted, unit.text, hit)) for hit in hits for unit in units(hit.segment)
    ]


def _coverage(wanted: frozenset[str], text: str, hit: Hit) -> float:
    """The share of the question's terms that ``text`` has, by the rules of the hit's language."""
    if not wanted:
        return 0.0
    return len(wanted.intersection(terms(text, hit.segment.language))) / len(wanted)


def _near(subject: str, pieces: list[_Piece], encoder: TextEncoder | None) -> list[_Piece]:
    """The pieces with their nearness; of very many only those that share most words."""
    if encoder is None or not pieces:
        return pieces
    pieces = sorted(pieces, key=lambda piece: -piece.coverage)[:ENCODED]
    asked = encoder.encode_queries([subject]).vectors[0]
    vectors = encoder.encode_passages([_with_heading(piece) for piece in pieces]).vectors
    return [
        replace(piece, nearness=nearness)
        for piece, nearness in zip(pieces, (vectors @ asked).tolist(), strict=True)
    ]


def _with_heading(piece: _Piece) -> str:
    """A row or a short sentence says little without the heading above it."""
    segment = piece.hit.segment
    above = (
        segment.caption if segment.table is not None and segment.caption else (segment.context or ("",))[-1]
    )
    return f"{above}\n{piece.unit.text}" if above and above != piece.unit.text else piece.unit.text


def _evidence(pieces: Sequence[_Piece], encoder: TextEncoder | None) -> list[Evidence]:
    """What the best piece that was heard says, and the best of all others."""
    heard = [piece for piece in pieces if piece.hit.segment.origin == "speech"]
    others = [piece for piece in pieces if piece.hit.segment.origin != "speech"]
    return [
        Evidence(
            nearness=max(piece.nearness for piece in some) if encoder else None,
            coverage=max(piece.coverage for piece in some),
            spoken=some is heard,
        )
        for some in (heard, others)
        if some
    ]


def _chosen(pieces: Sequence[_Piece], limit: int) -> list[_Piece]:
    """The best pieces that say different things, best first."""
    chosen: list[_Piece] = []
    said: set[str] = set()
    for piece in sorted(pieces, key=lambda piece: -piece.score):
        if len(chosen) == limit or (chosen and piece.score < NEARLY * chosen[0].score):
            break
        quoted = replace(piece, unit=_heard_focus(piece.hit) or piece.unit)
        words = " ".join(quoted.unit.text.casefold().split())
        if words not in said:
            said.add(words)
            chosen.append(quoted)
    return chosen


def _heard_focus(hit: Hit) -> Unit | None:
    """The words of the hit's focus, where they were heard."""
    focus, segment = hit.focus, hit.segment
    if segment.origin != "speech" or not isinstance(focus, TimeSpan) or focus.box is not None:
        return None
    inside = [
        line
        for line in segment.lines
        if isinstance(line.locator, TimeSpan)
        and line.locator.box is None
        and focus.start_s <= line.locator.start_s
        and line.locator.end_s <= focus.end_s
    ]
    if not inside:
        return None
    start, end = min(line.start for line in inside), max(line.end for line in inside)
    return Unit(segment.text[start:end], focus)


def _sentence(piece: _Piece) -> Sentence:
    citation = Citation(piece.hit, piece.unit.text, piece.unit.locator, piece.hit.segment.objects)
    return Sentence(piece.unit.text, (citation,))


def _searched(subject: str, result: SearchResult) -> str:
    count = len(result.hits)
    if not count:
        return f"Searched the library for “{subject}”. No place matches."
    files = len({hit.asset for hit in result.hits})
    return (
        f"Searched the library for “{subject}”. Read the {count} best place{'s' * (count > 1)} "
        f"in {files} file{'s' * (files > 1)}."
    )
