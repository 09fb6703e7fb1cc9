"""Near-duplicates: pictures of different files that are copies of one, resized, encoded anew or trimmed.

In: all pictures of a library by how they look. Out: groups, the first come first in each. Two
pictures are copies when the cosine of their looks is at least ``SAME_LOOK``; groups are stars
around their first picture, so that a chain of small changes does not join what differs. A burst
of shots of one still scene counts as copies too: nothing in a picture tells them from copies.
"""

from __future__ import annotations

import time

import numpy as np

from clerestory.ingesting.report import Listener, Progress
from clerestory.searching.gathering import Gallery, group, looks
from clerestory.searching.ranking import OpenLibrary
from clerestory.storing.index import RowFilter
from clerestory.types import Group

SAME_LOOK = 0.93
# Rows compared with all that follow at a time: 512 by 100,000 cosines are 200 MB.
BLOCK = 512


def copies(library: OpenLibrary, where: RowFilter | None, *, listener: Listener) -> tuple[Group, ...] | None:
    """Groups of two or more files, the largest first; None where no picture was embedded yet.

    The work grows with the square of the number of pictures.
    """
    gallery = looks(library, where)
    if gallery is None:
        return None
    found = []
    for members in stars(gallery, listener=listener):
        pictures = [(gallery.pictures[at], cosine) for at, cosine in members]
        made = group(library, pictures, size=len(members), likeness=min(cosine for _, cosine in members))
        if made is not None and len(made.hits) > 1:
            found.append(made)
    return tuple(sorted(found, key=lambda one: -one.size))


def stars(gallery: Gallery, *, listener: Listener) -> list[list[tuple[int, float]]]:
    """Lists of (position, cosine to the first), two files or more in each, no position twice."""
    vectors, assets = gallery.vectors, [one.asset for one in gallery.pictures]
    count = len(assets)
    taken = np.zeros(count, bool)
    groups = []
    began = time.perf_counter()
    for start in range(0, count, BLOCK):
        block = vectors[start : start + BLOCK] @ vectors[start:].T
        for at in range(start, min(start + BLOCK, count)):
            if taken[at]:
                continue
            cosines = block[at - start]
            near = [
                start + int(other)
                for other in np.flatnonzero(cosines >= SAME_LOOK)
                if start + other > at and not taken[start + other] and assets[start + other] != assets[at]
            ]
            if near:
                taken[[at, *near]] = True
                near.sort(key=lambda other: -cosines[other - start])
                groups.append(
                    [(at, 1.0), *((other, min(1.0, float(cosines[other - start]))) for other in near)]
                )
        done = min(start + BLOCK, count)
        listener(Progress("compare", done, count, seconds=time.perf_counter() - began))
    return groups
