"""The order of places that answer words: gathered, fused, looked at more closely.

In: what is asked in words, candidates, what else speaks for segments (what their pictures
show), and an open library's parts. Out: places, best first, each with the parts of its score and
its segments, the best first. What else speaks for a segment counts the more the less the texts
have to do with the query, so that neither kind drowns the other, and the order of texts among
themselves stays as it is. It does not know what of a place is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from clerestory.searching.candidates import Candidates, Found, Place, rows
from clerestory.searching.fusion import Part, fuse, ordered, shares, total
from clerestory.searching.late_interaction import max_similarity, unpacked
from clerestory.searching.pronounced import alike
from clerestory.searching.query import Asked
from clerestory.searching.showing import Compared
from clerestory.searching.trust import among_texts, joined, trusted
from clerestory.settings import SearchingSettings
from clerestory.storing.index import Index, RowFilter

if TYPE_CHECKING:
    from clerestory.models.text import Encoded, TextEncoder
    from clerestory.storing.catalogue import Catalogue
    from clerestory.storing.readings import ReadingStore

# Of each of words, page-words, vector and tokens, so that together they make 1. No other
# division that was tried is better beyond noise (docs/measured.md).
WEIGHT = 0.25
BY_WORDS = ("words", "page-words")
# A page that the question names outweighs what the words say of other pages.
NAMED_WEIGHT = 0.75
# A place without any word of the query must be at least this near. MiniLM gives unrelated
# texts 0.0 to 0.2; encoders that give them more are not restricted by it.
LEAST_COSINE = 0.25
# Of the weight of words and page-words: what goes to their sound where they were heard, since a
# recogniser that mishears writes words that sound alike.
SOUND_SHARE = 0.5
SPOKEN_KINDS = frozenset({"passage", "scene"})
SOUNDS_OF = frozenset({"en", "und"})  # languages whose spelling ``pronounced`` knows
# For the choice of the segment that is shown, when the question speaks of a table or figure.
KIND_BONUS = 0.25

# Parts that a segment is chosen by, each 0..1: words, vector, tokens.
SHARES = 3
# What the words of a segment count at least against what its pictures show.
LEAST_SHOWN = 0.2

# Of each place by their token vectors; pages have 4 on average, a page of small tables 40.
SEGMENTS_COMPARED = 8
# Whose rules for words a query that shows no language of its own is read by.
MANY_LANGUAGES = 3


# What else than words speaks for segments, by the name of the part: 0..1 each.
Evidence = Mapping[str, Mapping[Found, float]]


@dataclass(frozen=True, slots=True)
class OpenLibrary:
    """What of an open library is read. ``encoder`` None: words alone are searched."""

    index: Index
    readings: ReadingStore
    catalogue: Catalogue
    encoder: TextEncoder | None
    settings: SearchingSettings


@dataclass(frozen=True, slots=True)
class Ranked:
    """A place in the order of the result: its score's parts, its best segment, others that match.

    ``beside`` are all others on it. ``seen``: the best one is it by what its pictures show.
    """

    place: Place
    parts: Mapping[str, float]
    best: Found
    others: tuple[str, ...]
    beside: tuple[Found, ...]
    seen: bool = False


def rank(
    asked: Asked,
    found: Candidates,
    encoded: Encoded | None,
    *,
    beside: Evidence,
    library: OpenLibrary,
    where: RowFilter,
    limit: int,
) -> tuple[list[Ranked], Compared]:
    """Places in order: candidates by words, vector and name, the first of them by token vectors,
    and those that something else than their words speaks for."""
    settings = library.settings
    fused = fuse(_parts(found))
    # More than asked for: some fall out because the filter, a newer reading or a copy takes them.
    enough = max(settings.rerank, 2 * limit)
    worth = _worth(found)
    first = ordered(fused, among=worth)[:enough]
    others = {name: _best_of_places(scores) for name, scores in beside.items()}
    spoken_for = [place for scores in others.values() for place in _best(scores, enough)]
    on_places = _segments_on(list(dict.fromkeys((*first, *spoken_for))), library, where)
    closer = [place for place in first[: settings.rerank] if place in on_places]
    compared = _compare(encoded, _looked_at(closer, on_places, found), library)
    of_places = _best_of_places(compared.scores)
    tokens_part = fuse([Part("tokens", of_places, WEIGHT)])
    pronounced = _pronounced(asked.subject, closer, on_places, library)
    parts: dict[Place, dict[str, float]] = {}
    near = set(worth)
    for place in on_places:
        # Of what is here for its picture alone, the words say nothing.
        parts[place] = {**fused[place], **tokens_part.get(place, {})} if place in near else {}
        if place in pronounced:
            parts[place] = _as_heard(parts[place], pronounced[place])
    text = {place: total(own) for place, own in parts.items()}
    if encoded is not None:
        # Who names a page does not describe a picture.
        trust = 1.0 if found.named else trusted(found.vector.values(), compared.scores.values())
        beside = _among_texts(beside, trust, best=max(text.values(), default=0.0) or 1.0)
        others = {name: _best_of_places(scores) for name, scores in beside.items()}
    for name, scores in others.items():
        for place in scores.keys() & parts.keys():
            score = total(parts[place])
            more = joined(score, scores[place]) - score if encoded is not None else scores[place]
            parts[place][name] = more
    by_words = _segment_order(found, compared.scores, asked)
    ranked = []
    for place in ordered(parts):
        # What counts for the place as much as its words do, counts so for its segment.
        by_beside = _beside(beside, scale=SHARES / max(text[place], LEAST_SHOWN))
        best, *rest = sorted(on_places[place], key=lambda one: (-by_words(one) - by_beside(one), one.row))
        matching = [one.segment_id for one in rest if one in found.words or one in found.vector]
        seen = by_beside(best) > by_words(best)
        ranked.append(Ranked(place, parts[place], best, tuple(matching), tuple(rest), seen))
    return ranked, compared


def _among_texts(beside: Evidence, trust: float, *, best: float) -> Evidence:
    """``beside`` on the scale of texts, of which the best has the score ``best``."""
    return {
        name: {found: best * among_texts(score, trust) for found, score in scores.items()}
        for name, scores in beside.items()
    }


def _best(scores: Mapping[Place, float], count: int) -> list[Place]:
    return sorted(scores, key=lambda place: (-scores[place], place))[:count]


def usual_languages(index: Index) -> tuple[str, ...]:
    """Those that most segments are in: a query of two names may be of any of them."""
    counts = index.languages()
    return tuple(sorted(counts, key=lambda language: (-counts[language], language))[:MANY_LANGUAGES])


def _parts(found: Candidates) -> list[Part[Place]]:
    return [
        Part("words", _best_of_places(found.words), WEIGHT, floor=0.0),
        Part("page-words", found.page_words, WEIGHT, floor=0.0),
        Part("vector", _best_of_places(found.vector), WEIGHT),
        Part("page", dict.fromkeys(found.named, 1.0), NAMED_WEIGHT, floor=0.0),
    ]


def _best_of_places(scores: Mapping[Found, float]) -> dict[Place, float]:
    best: dict[Place, float] = {}
    for segment, score in scores.items():
        best[segment.place] = max(score, best.get(segment.place, score))
    return best


def _worth(found: Candidates) -> list[Place]:
    """Places that share a word with the query, are named by it, or are near enough to it."""
    near = [place for place, cosine in _best_of_places(found.vector).items() if cosine >= LEAST_COSINE]
    by_words = (segment.place for segment in found.words)
    return list(dict.fromkeys((*by_words, *found.page_words, *found.named, *near)))


def _segments_on(places: Sequence[Place], library: OpenLibrary, where: RowFilter) -> dict[Place, list[Found]]:
    """The segments of these places that the filter admits and whose reading is current."""
    if not places:
        return {}
    table = library.index.places([(place.asset, place.name) for place in places])
    languages = table["language"].to_pylist()
    admitted = [
        segment
        for segment, language in zip(rows(table), languages, strict=True)
        if (not where.kinds or segment.kind in where.kinds)
        and (not where.languages or language in where.languages)
    ]
    current = library.catalogue.answering({segment.reading for segment in admitted})
    on_places: dict[Place, list[Found]] = {}
    for segment in admitted:
        if segment.reading in current:
            on_places.setdefault(segment.place, []).append(segment)
    return on_places


def _looked_at(
    places: Iterable[Place], on_places: Mapping[Place, Sequence[Found]], found: Candidates
) -> list[Found]:
    """The segments whose token vectors are compared; of a crowded page those that were found come first."""

    def found_first(segment: Found) -> tuple[bool, int]:
        return (segment not in found.words and segment not in found.vector, segment.row)

    return [s for place in places for s in sorted(on_places[place], key=found_first)[:SEGMENTS_COMPARED]]


def _compare(encoded: Encoded | None, segments: Sequence[Found], library: OpenLibrary) -> Compared:
    if encoded is None or not encoded.tokens or library.encoder is None:
        return Compared(None, {}, {})
    encoder = library.encoder
    table = library.index.tokens(encoder.space, [segment.segment_id for segment in segments])
    stored = dict(zip(table["segment_id"].to_pylist(), table["tokens"].to_pylist(), strict=True))
    known = {
        segment: unpacked(stored[segment.segment_id], encoder.token_dimension)
        for segment in segments
        if stored.get(segment.segment_id)
    }
    scores = max_similarity(encoded.tokens[0], list(known.values())).tolist()
    return Compared(encoded.tokens[0], known, dict(zip(known, scores, strict=True)))


def _pronounced(
    question: str, places: Iterable[Place], on_places: Mapping[Place, Sequence[Found]], library: OpenLibrary
) -> dict[Place, float]:
    """For places where something was heard: 0..1, how much of the question sounds like it."""
    heard: dict[Place, str] = {}
    for place in places:
        spoken = [one for one in on_places[place] if one.kind in SPOKEN_KINDS]
        if spoken:
            segments = library.readings.segments(spoken[0].reading, [one.row for one in spoken])
            texts = [one.text for one in segments if one.origin == "speech" and one.language in SOUNDS_OF]
            if texts:
                heard[place] = " ".join(texts)
    return shares(dict(zip(heard, alike(question, list(heard.values())), strict=True)), floor=0.0)


def _as_heard(parts: Mapping[str, float], share: float) -> dict[str, float]:
    """The parts of a place where part of the weight of its words is that of their sound."""
    kept = {name: score * (1 - SOUND_SHARE if name in BY_WORDS else 1) for name, score in parts.items()}
    return {**kept, "pronounced": len(BY_WORDS) * WEIGHT * SOUND_SHARE * share}


def _segment_order(
    found: Candidates, by_tokens: Mapping[Found, float], asked: Asked
) -> Callable[[Found], float]:
    """How well a segment shows why its place answers: 0..``SHARES``, and a bonus for its kind."""
    words, vector, tokens = shares(found.words, floor=0.0), shares(found.vector), shares(by_tokens)

    def score(segment: Found) -> float:
        kind = "figure" if segment.kind == "picture" else segment.kind
        by_words = sum(part.get(segment, 0.0) for part in (words, vector, tokens))
        return by_words + KIND_BONUS * (kind in asked.kinds)

    return score


def _beside(beside: Evidence, *, scale: float) -> Callable[[Found], float]:
    def score(segment: Found) -> float:
        return scale * sum(scores.get(segment, 0.0) for scores in beside.values())

    return score
