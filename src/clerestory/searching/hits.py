"""From ranked places to hits: copies folded, each with its segment, facts and neighbours.

In: places in order and an open library's parts. Out: hits. Knows no scores.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from clerestory.searching.collapse import Look
from clerestory.searching.fusion import total
from clerestory.searching.ranking import OpenLibrary, Ranked
from clerestory.searching.showing import Showing, Shown
from clerestory.types import Hit


def choose(
    ranked: Iterable[Ranked], library: OpenLibrary, show: Showing, *, limit: int
) -> list[tuple[Ranked, Shown, list[str]]]:
    """The first ``limit`` places that do not repeat an earlier one from another asset."""
    chosen: list[tuple[Ranked, Shown, list[str]]] = []
    looks: list[Look] = []
    for candidate in ranked:
        if len(chosen) == limit:
            break
        shown = show.shown(candidate.best, candidate.beside)
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
    chosen: Sequence[tuple[Ranked, Shown, list[str]]], library: OpenLibrary, *, neighbours: int
) -> tuple[Hit, ...]:
    """A hit for each chosen place that is still in the library, in the same order."""
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
            )
        )
    return tuple(hits)
