"""Near-duplicates: pictures of different files that are one, resized, trimmed or saved anew.

In: all pictures of a library by how they look. Out: groups, the one that came first at the head
of each. What looks alike as a whole, or has nearly the same perceptual hash, is compared tile by
tile (``sameness``), and where text was read in both, that must be the same too: the receipts of
one shop look alike. Shots of one moment are no copies.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable

import numpy as np

from clerestory.errors import ClerestoryError
from clerestory.ingesting.report import Listener, Progress
from clerestory.searching.collapse import Look
from clerestory.searching.gathering import Gallery, Gathered, group, looks
from clerestory.searching.ranking import OpenLibrary
from clerestory.searching.sameness import same
from clerestory.storing.index import RowFilter
from clerestory.types import Group, Segment

# Worth comparing closely. Of copies of 250 photos in 13 ways, those trimmed by a fifth or framed
# lie at a cosine of 0.80 and more, those made small or grey within 6 bits.
NEAR_LOOK, NEAR_BITS = 0.78, 12
# Each picture is compared closely with so many earlier ones at most: of a thousand pages of one
# form, every one is near to all others.
COMPARED = 5
BLOCK = 512  # rows at a time: 512 by 100,000 cosines are 200 MB
KEPT_PICTURES = 400
SIDE, MOST_PIXELS = 640, 200_000_000


def copies(
    library: OpenLibrary,
    where: RowFilter | None,
    *,
    object_bytes: Callable[[str], bytes],
    listener: Listener,
) -> tuple[Group, ...] | None:
    """Groups of two or more files, the largest first; None where no picture was embedded yet.

    The work grows with the square of the number of pictures, and with how many look alike.
    """
    gallery = looks(library, where)
    if gallery is None:
        return None
    seen = _Pictures(library, object_bytes)

    def one(first: int, second: int) -> bool:
        return seen.same(gallery.pictures[first], gallery.pictures[second])

    found = []
    for members in stars(gallery, one, listener=listener):
        cosines = gallery.vectors[members] @ gallery.vectors[members[0]]
        pictures = [
            (gallery.pictures[at], min(1.0, float(cosine)))
            for at, cosine in zip(members, cosines, strict=True)
        ]
        made = group(library, pictures, size=len(members), likeness=min(1.0, float(cosines.min())))
        if made is not None and len(made.hits) > 1:
            found.append(made)
    return tuple(sorted(found, key=lambda each: -each.size))


def stars(gallery: Gallery, same: Callable[[int, int], bool], *, listener: Listener) -> list[list[int]]:
    """Positions of two files or more each, no position twice; all are the ``same`` as their first."""
    count = len(gallery.pictures)
    assets = np.array([picture.asset for picture in gallery.pictures])
    first = np.ones(count, bool)  # may have copies
    groups: dict[int, list[int]] = {}
    began = time.perf_counter()
    for start in range(0, count, BLOCK):
        end = min(start + BLOCK, count)
        cosines = gallery.vectors[start:end] @ gallery.vectors[:end].T
        bits = np.bitwise_count(gallery.hashes[start:end, None] ^ gallery.hashes[None, :end])
        near = (cosines >= NEAR_LOOK) | (bits <= NEAR_BITS)
        for at in range(start, end):
            row = near[at - start, :at] & first[:at] & (assets[:at] != assets[at])
            candidates = np.flatnonzero(row)
            closeness = cosines[at - start, candidates] - bits[at - start, candidates] / 64
            for other in candidates[np.argsort(-closeness, kind="stable")][:COMPARED].tolist():
                if same(other, at):
                    groups.setdefault(other, [other]).append(at)
                    first[at] = False
                    break
        listener(Progress("compare", end, count, seconds=time.perf_counter() - began))
    return list(groups.values())


class _Pictures:
    """The stored pictures of a library, the last ones decoded."""

    def __init__(self, library: OpenLibrary, object_bytes: Callable[[str], bytes]) -> None:
        self._library = library
        self._object_bytes = object_bytes
        self.segment = functools.lru_cache(KEPT_PICTURES)(self._segment)
        self.pixels = functools.lru_cache(KEPT_PICTURES)(self._pixels)

    def same(self, first: Gathered, second: Gathered) -> bool:
        if first.digest == second.digest:
            return True
        one, other = Look.of(self.segment(first)), Look.of(self.segment(second))
        if one.says_other_than(other):
            return False
        here, there = self.pixels(first), self.pixels(second)
        return here is not None and there is not None and same(here, there)

    def _segment(self, place: Gathered) -> Segment:
        (segment,) = self._library.readings.segments(place.reading, [place.row])
        return segment

    def _pixels(self, place: Gathered) -> np.ndarray | None:
        """None for what cannot be decoded any more; a picture file's thumbnail stands for it."""
        from clerestory.reading.pixels import load_picture

        objects = self.segment(place).objects
        stored = place.digest if place.digest in objects else objects[0]
        try:
            content = self._object_bytes(stored)
            picture = load_picture(content, max_pixels=MOST_PIXELS, where=stored[:12], longest_side=SIDE)
        except ClerestoryError:
            return None
        return np.asarray(picture)
