"""What lies close together on a page, as one.

In: rectangles of pictures, shapes and bars. Out: clusters. Knows nothing of text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from clerestory.reading.pdf.geometry import Rect, View, grow, overlap, union

SMALLEST_SIDE = 26.0  # points
_NEAR = 6.0  # points: seeds closer than this (and a cell of the grid) are one figure
_MOST = 300  # clusters of one page that are told apart
_CELL = 3.0  # points: grid on which closeness is told


@dataclass(slots=True)
class Cluster:
    rect: Rect
    pictures: int
    shapes: int
    bars: int
    framed: bool = False
    largest: float = 0.0  # the longer side of the largest shape


def clusters_of(seeds: Sequence[tuple[Rect, str]], view: View) -> list[Cluster]:
    """Seeds that lie within ``_NEAR`` of each other; large pictures only if they touch."""
    large: list[tuple[Rect, str]] = []
    small: list[tuple[Rect, str]] = []
    for seed in seeds:
        (large if seed[1] == "picture" and min(sides(seed[0])) >= SMALLEST_SIDE else small).append(seed)
    near = _near_clusters(small, view)
    pictures = merged([Cluster(rect, 1, 0, 0) for rect, _ in large], 1.5)
    return merged([*pictures, *near], 1.0)


def sides(rect: Rect) -> tuple[float, float]:
    return rect[2] - rect[0], rect[3] - rect[1]


def _near_clusters(seeds: Sequence[tuple[Rect, str]], view: View) -> list[Cluster]:
    if not seeds:
        return []
    import cv2
    import numpy as np

    height, width = int(view.height / _CELL) + 3, int(view.width / _CELL) + 3
    if height * width > 4_000_000:  # a poster of many metres
        return [Cluster(union(rect for rect, _ in seeds), 1, 1, 0)]
    grid = np.zeros((height, width), np.uint8)
    cells = []
    for rect, _ in seeds:
        x0, y0, x1, y1 = (int(value / _CELL) for value in rect)
        grid[y0 : y1 + 1, x0 : x1 + 1] = 1
        cells.append((y0, x0))
    reach = max(1, round(_NEAR / _CELL / 2))
    while True:
        spread = cv2.dilate(grid, np.ones((2 * reach + 1, 2 * reach + 1), np.uint8))
        count, labels = cv2.connectedComponents(spread, connectivity=8)
        if count <= _MOST or reach > 60:
            break
        reach *= 2  # a map or a pattern of thousands of marks is one drawing
    groups: dict[int, list[tuple[Rect, str]]] = {}
    for seed, (y, x) in zip(seeds, cells, strict=True):
        groups.setdefault(int(labels[y, x]), []).append(seed)
    return [
        Cluster(
            union(rect for rect, _ in group),
            sum(kind == "picture" for _, kind in group),
            sum(kind == "shape" for _, kind in group),
            sum(kind == "bar" for _, kind in group),
            largest=max((max(sides(rect)) for rect, kind in group if kind == "shape"), default=0.0),
        )
        for group in groups.values()
    ]


def merged(clusters: Sequence[Cluster], gap: float) -> list[Cluster]:
    merged: list[Cluster] = []
    for cluster in clusters:
        current = cluster
        again = True
        while again:
            again = False
            for other in merged:
                if overlap(grow(current.rect, gap / 2 + 0.01), grow(other.rect, gap / 2 + 0.01)) > 0:
                    merged.remove(other)
                    current = Cluster(
                        union([current.rect, other.rect]),
                        current.pictures + other.pictures,
                        current.shapes + other.shapes,
                        current.bars + other.bars,
                        current.framed or other.framed,
                        max(current.largest, other.largest),
                    )
                    again = True
                    break
        merged.append(current)
    return merged
