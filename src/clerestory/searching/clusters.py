"""Clusters of a library's pictures by what they show, each with pictures that stand for it.

In: all pictures of a library. Out: groups, the largest first; in each the picture nearest to
its middle, then those that differ most from the ones before. Spherical k-means (Dhillon and
Modha 2001: k-means of unit vectors), seeded as k-means++ (Arthur and Vassilvitskii 2007), run by
OpenCV. Names no cluster: what pictures show is known as vectors only.
"""

from __future__ import annotations

import math

import numpy as np

from clerestory.searching.gathering import group, shown
from clerestory.searching.ranking import OpenLibrary
from clerestory.storing.index import RowFilter
from clerestory.types import Group

MOST = 60
ATTEMPTS = 3
ROUNDS = 60
SEED = 20
# Pictures that stand for a cluster beside the middle one are chosen among its inner half: the
# outermost are those that fit nowhere.
INNER = 0.5


def clusters(
    library: OpenLibrary, where: RowFilter | None, *, count: int | None, pictures: int
) -> tuple[Group, ...] | None:
    """At most ``count`` clusters (else about the root of half the number of pictures), with at most
    ``pictures`` of each as hits; None where no picture was embedded yet."""
    gallery = shown(library, where)
    if gallery is None:
        return None
    vectors = centred(gallery.vectors)
    made = []
    for members in parted(vectors, count or usual_count(len(vectors))):
        chosen, likeness = representatives(vectors[members], pictures)
        standing = [(gallery.pictures[members[at]], cosine) for at, cosine in chosen]
        one = group(library, standing, size=len(members), likeness=likeness)
        if one is not None:
            made.append(one)
    return tuple(sorted(made, key=lambda one: -one.size))


def usual_count(pictures: int) -> int:
    return max(1, min(MOST, round(math.sqrt(pictures / 2))))


def centred(vectors: np.ndarray) -> np.ndarray:
    """(n, D) unit vectors without what all of them have in common, which would hide how they differ."""
    if len(vectors) < 2:
        return vectors
    moved = vectors - vectors.mean(axis=0)
    return moved / np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), 1e-9)


def parted(vectors: np.ndarray, count: int) -> list[list[int]]:
    """Positions of each cluster; every position is in exactly one. The same for the same vectors."""
    import cv2

    if not len(vectors):
        return []
    different = len(np.unique(vectors.round(5), axis=0))
    count = min(count, different)
    if count < 2:
        return [list(range(len(vectors)))]
    cv2.setRNGSeed(SEED)
    criteria = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, ROUNDS, 1e-4)
    data = np.ascontiguousarray(vectors, np.float32)
    _, labels, _ = cv2.kmeans(data, count, None, criteria, ATTEMPTS, cv2.KMEANS_PP_CENTERS)  # type: ignore[call-overload]
    members: list[list[int]] = [[] for _ in range(count)]
    for at, label in enumerate(labels[:, 0]):
        members[int(label)].append(at)
    return [one for one in members if one]


def representatives(vectors: np.ndarray, most: int) -> tuple[list[tuple[int, float]], float]:
    """(position, cosine to the middle) of at most ``most``, and the mean cosine of all to the middle."""
    middle = vectors.mean(axis=0)
    middle /= max(float(np.linalg.norm(middle)), 1e-9)
    cosines = vectors @ middle
    order = np.argsort(-cosines, kind="stable")
    inner = order[: max(most, math.ceil(INNER * len(order)))]
    chosen = [int(order[0])]
    nearest = vectors[inner] @ vectors[chosen[0]]
    while len(chosen) < min(most, len(inner)):
        nearest[np.isin(inner, chosen)] = np.inf
        chosen.append(int(inner[int(np.argmin(nearest))]))
        nearest = np.maximum(nearest, vectors[inner] @ vectors[chosen[-1]])
    return [(at, float(cosines[at])) for at in chosen], float(cosines.mean())
