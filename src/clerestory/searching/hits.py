"""From ranked places to hits: copies folded, each with its segment, facts and neighbours.

In: places in order, the pictures that were found, and an open library's parts. Out: hits, those
found by a picture with its probability and the parts of it that the words are about.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from clerestory.searching.candidates import Found
from clerestory.searching.collapse import Look
from clerestory.searching.fusion import total
from clerestory.searching.heat import regions
from clerestory.searching.pictures import Match
from clerestory.searching.ranking import OpenLibrary, Ranked
from clerestory.searching.showing import Showing, Shown
from clerestory.types import Hit, Region, Segment

if TYPE_CHECKING:
    import numpy as np


def choose(
    ranked: Iterable[Ranked], show: Showing, *, limit: int, unwanted: Callable[[Segment], bool]
) -> list[tuple[Ranked, Shown, list[str]]]:
    """The first ``limit`` places that are not ``unwanted`` and do not repeat an earlier one from
    another asset."""
    chosen: list[tuple[Ranked, Shown, list[str]]] = []
    looks: list[Look] = []
    for candidate in ranked:
        if len(chosen) == limit:
            break
        shown = show.shown(candidate.best, candidate.beside, seen=candidate.seen)
        if unwanted(shown.segment):
            continue
        also = [
            other for other in (candidate.best.segment_id, *candidate.others) if other != shown.segment.id
        ]
        look = Look.of(shown.segment)
        earlier = next(
            (
                folded
                for (other, _, folded), seen in zip(chosen, looks, strict=True)
                if other.place.asset != candidate.place.asset and seen.repeats(look)
            ),
            None,
        )
        if earlier is not None:
            earlier += [shown.segment.id, *also]
        else:
            chosen.append((candidate, shown, also))
            looks.append(look)
    return chosen


def described(
    chosen: Sequence[tuple[Ranked, Shown, list[str]]],
    library: OpenLibrary,
    *,
    matches: Mapping[Found, Match],
    words: np.ndarray | None,
    neighbours: int,
) -> tuple[Hit, ...]:
    """``matches`` are the pictures that were found; ``words`` the vector of what they were to show."""
    assets = {ranked.place.asset for ranked, _, _ in chosen}
    facts = {record.asset: record for record in library.catalogue.assets(assets)}
    occurrences = library.catalogue.occurrences_of(assets)
    lengths: dict[str, int] = {}
    if neighbours > 0:
        current = library.catalogue.current_readings(assets).values()
        lengths = {record.reading: record.segments for record in current}
    hits = []
    for ranked, shown, also in chosen:
        record = facts.get(ranked.place.asset)
        if record is None:
            continue  # removed while the search ran
        best = shown.found
        match = matches.get(best)
        around = [
            row
            for row in range(best.row - neighbours, best.row + neighbours + 1)
            if row != best.row and 0 <= row < lengths.get(best.reading, 0)
        ]
        hits.append(
            Hit(
                segment=shown.segment,
                asset=ranked.place.asset,
                title=record.title,
                media_type=record.media_type,
                score=total(ranked.parts),
                parts=dict(ranked.parts),
                occurrences=occurrences.get(ranked.place.asset, ()),
                also=tuple(also),
                neighbours=tuple(library.readings.segments(best.reading, around)) if around else (),
                focus=shown.focus,
                probability=match.probability if match else None,
                regions=_regions(match, words),
                pictures=match.pictures if match else (),
            )
        )
    return tuple(hits)


def _regions(match: Match | None, words: np.ndarray | None) -> tuple[Region, ...]:
    """The parts of the best picture that the words are about; of a picture of few parts none."""
    if match is None or words is None or not len(match.stored.cells):
        return ()
    return regions(words, match.stored.cells)
