"""Figures: pictures, drawings and charts, each with the words that stand in it.

In: what is drawn on a page, its rules and fragments, and what is already taken by tables. Out: figures
as regions, and what is only decoration, with the reason. Seeds are pictures, shapes that are not straight
lines, and bars; what lies close together is one figure; rules, shades, labels and a frame around it join
it. Captions come later (``captions``). Knows nothing of other pages but the pictures that repeat.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from clerestory.reading.pdf.bars import bars_of
from clerestory.reading.pdf.drawings import Drawn, luminance
from clerestory.reading.pdf.geometry import Rect, View, area, grow, overlap, share, span, union
from clerestory.reading.pdf.regions import Region
from clerestory.reading.pdf.rules import Rules, is_rule
from clerestory.reading.pdf.words import Fragment

_BACKGROUND = 0.7  # of the page: what is larger lies behind the text
_NEAR = 6.0  # points: seeds closer than this (and a cell of the grid) are one figure
_CELL = 3.0  # points: grid on which closeness is told
_SMALLEST_SIDE = 26.0  # points
_SMALLEST_AREA = 1600.0  # square points, about two square centimetres
_EMPTY = 3  # pixels: a picture of fewer on a side shows nothing but a colour
_PANEL = 4000.0  # square points of a shaded panel that holds a drawing
_FRAME_MOST = 120  # rules of one page that are looked at
_FRAME_HEIGHT = 0.78  # of the page: rules further apart belong to the page, not to a figure
_GLYPH = 24.0  # points: shapes that are all smaller, and many, are letters
_GLYPHS = 6
DRAWN_TEXT = "text that is drawn as shapes"
_LABEL = 40  # letters of the longest label


@dataclass(frozen=True, slots=True)
class Decoration:
    rect: Rect
    reason: str
    text: str = ""


@dataclass(slots=True)
class _Cluster:
    rect: Rect
    pictures: int
    shapes: int
    bars: int
    framed: bool = False
    largest: float = 0.0  # the longer side of the largest shape


def figures_of(
    drawn: Sequence[Drawn],
    rules: Rules,
    fragments: Sequence[Fragment],
    view: View,
    *,
    tables: Sequence[Region],
    prose: set[int],
    repeated: set[Rect],
    body_size: float,
) -> tuple[list[Region], list[Decoration]]:
    """Figures from the top of the page, and decorations. ``repeated``: places of pictures that recur."""
    decorations: list[Decoration] = []
    seeds = _seeds(drawn, rules, view, tables, repeated, decorations)
    seeds += _panels(rules, seeds, fragments, view, prose, tables)
    clusters = _clusters(seeds, view)
    for cluster in clusters:
        _add_straight(cluster, rules)
    clusters = _merged(clusters, 0.0)
    clusters, framed = _framed(clusters, rules, fragments, view, tables, body_size)
    kept: list[_Cluster] = []
    for cluster in clusters:
        reason = _why_not(cluster, fragments, prose)
        if reason:
            decorations.append(Decoration(cluster.rect, reason))
        else:
            kept.append(cluster)
    for cluster in kept:
        cluster.rect = _with_labels(cluster, fragments, prose, [*tables, *framed], body_size)
    kept = _merged([*kept, *framed], 0.0)
    regions = []
    for cluster in sorted(kept, key=lambda cluster: (cluster.rect[1], cluster.rect[0])):
        inside = {i for i, fragment in enumerate(fragments) if share(fragment.rect, cluster.rect) > 0.5}
        found = "pictures" if cluster.pictures and not cluster.shapes + cluster.bars else "drawing"
        region = Region("figure", _clip(cluster.rect, view), inside, found=found)
        region.caption = _title(region, fragments, cluster) if cluster.framed else ""
        regions.append(region)
    return regions, decorations


def prose_of(fragments: Sequence[Fragment]) -> set[int]:
    """Indexes of fragments that are lines of running text: long, or stacked with others like them."""
    prose = {index for index, fragment in enumerate(fragments) if len(fragment.text) >= 60}
    stacks: dict[tuple[int, int], list[int]] = {}
    for index, fragment in enumerate(fragments):
        if not fragment.turn:
            key = (round(fragment.rect[0] / 2), round(2 * fragment.size))
            stacks.setdefault(key, []).append(index)
    for stack in stacks.values():
        stack.sort(key=lambda index: fragments[index].rect[1])
        run: list[int] = []
        for index in [*stack, -1]:
            if index >= 0 and run:
                lead = fragments[index].rect[3] - fragments[run[-1]].rect[3]
                if 0 < lead < 1.75 * fragments[index].size:
                    run.append(index)
                    continue
            letters = sum(len(fragments[i].text) for i in run)
            if (len(run) >= 4 and letters >= 16 * len(run)) or (len(run) >= 2 and letters >= 38 * len(run)):
                prose.update(run)
            run = [index] if index >= 0 else []
    return prose


def _seeds(
    drawn: Sequence[Drawn],
    rules: Rules,
    view: View,
    tables: Sequence[Region],
    repeated: set[Rect],
    decorations: list[Decoration],
) -> list[tuple[Rect, str]]:
    whole = view.width * view.height
    seeds: list[tuple[Rect, str]] = []
    for item in drawn:
        rect = item.rect
        if any(_inside(rect, table.rect) for table in tables):
            continue
        if item.kind == "image":
            if is_rule(rect) or area(rect) < 4 or min(item.pixels) <= _EMPTY:
                continue
            if area(rect) > _BACKGROUND * whole:
                decorations.append(Decoration(rect, "a picture behind the whole page"))
            elif _rounded(rect) in repeated:
                decorations.append(Decoration(rect, "a picture that repeats on other pages"))
            else:
                seeds.append((rect, "picture"))
        elif not item.straight or item.kind == "shading":
            if area(rect) > _BACKGROUND * whole or is_rule(rect) or _pale(item):
                continue
            seeds.append((rect, "shape"))
    for bars in bars_of(rules.shades, page_area=whole):
        if not any(_inside(rect, table.rect) for rect in bars for table in tables):
            seeds.extend((rect, "bar") for rect in (*bars, union(bars)))
    return seeds


def _panels(
    rules: Rules,
    seeds: Sequence[tuple[Rect, str]],
    fragments: Sequence[Fragment],
    view: View,
    prose: set[int],
    tables: Sequence[Region],
) -> list[tuple[Rect, str]]:
    """Shaded panels that hold drawings and labels but no running text: screens, charts' grounds."""
    panels: list[tuple[Rect, str]] = []
    for shade in rules.shades:
        rect = shade.rect
        if not _PANEL <= area(rect) <= 0.6 * view.width * view.height:
            continue
        if min(rect[2] - rect[0], rect[3] - rect[1]) < 40 or any(_inside(rect, t.rect) for t in tables):
            continue
        inside = [seed for seed, _ in seeds if share(seed, rect) > 0.9]
        filled = sum(area(seed) for seed in inside)
        if (len(inside) < 3 and filled < 0.05 * area(rect)) or not inside:
            continue
        text = sum(
            area(fragment.rect)
            for index, fragment in enumerate(fragments)
            if index in prose and share(fragment.rect, rect) > 0.6
        )
        if text < 0.12 * area(rect):
            panels.append((rect, "bar"))
    return panels


def _rounded(rect: Rect) -> Rect:
    return (round(rect[0]), round(rect[1]), round(rect[2]), round(rect[3]))


def _pale(item: Drawn) -> bool:
    """White shapes show nothing by themselves."""
    colours = [colour for colour in (item.fill, item.stroke) if colour is not None]
    return bool(colours) and all(luminance(colour) > 0.985 for colour in colours)


def _inside(rect: Rect, outer: Rect) -> bool:
    return share(rect, grow(outer, 3.0)) > 0.8


def _clusters(seeds: Sequence[tuple[Rect, str]], view: View) -> list[_Cluster]:
    """Seeds that lie within ``_NEAR`` of each other; large pictures only if they touch."""
    large = [seed for seed in seeds if seed[1] == "picture" and min(_sides(seed[0])) >= _SMALLEST_SIDE]
    near = _near_clusters([seed for seed in seeds if seed not in large], view)
    pictures = _merged([_Cluster(rect, 1, 0, 0) for rect, _ in large], 1.5)
    return _merged([*pictures, *near], 1.0)


def _sides(rect: Rect) -> tuple[float, float]:
    return rect[2] - rect[0], rect[3] - rect[1]


def _near_clusters(seeds: Sequence[tuple[Rect, str]], view: View) -> list[_Cluster]:
    if not seeds:
        return []
    import cv2
    import numpy as np

    height, width = int(view.height / _CELL) + 3, int(view.width / _CELL) + 3
    if height * width > 4_000_000:  # a poster of many metres
        return [_Cluster(union(rect for rect, _ in seeds), 1, 1, 0)]
    grid = np.zeros((height, width), np.uint8)
    cells = []
    for rect, _ in seeds:
        x0, y0, x1, y1 = (int(value / _CELL) for value in rect)
        grid[y0 : y1 + 1, x0 : x1 + 1] = 1
        cells.append((y0, x0))
    reach = max(1, round(_NEAR / _CELL / 2))
    spread = cv2.dilate(grid, np.ones((2 * reach + 1, 2 * reach + 1), np.uint8))
    _, labels = cv2.connectedComponents(spread, connectivity=8)
    groups: dict[int, list[tuple[Rect, str]]] = {}
    for seed, (y, x) in zip(seeds, cells, strict=True):
        groups.setdefault(int(labels[y, x]), []).append(seed)
    return [
        _Cluster(
            union(rect for rect, _ in group),
            sum(kind == "picture" for _, kind in group),
            sum(kind == "shape" for _, kind in group),
            sum(kind == "bar" for _, kind in group),
            largest=max((max(_sides(rect)) for rect, kind in group if kind == "shape"), default=0.0),
        )
        for group in groups.values()
    ]


def _add_straight(cluster: _Cluster, rules: Rules) -> None:
    """Axes, grid lines and panels that reach into a drawing belong to it."""
    if not cluster.shapes and not cluster.bars:
        return
    x0, y0, x1, y1 = cluster.rect
    width, height = x1 - x0, y1 - y0
    near = grow(cluster.rect, 6.0)
    rects = [
        (rule.low, rule.at, rule.high, rule.at) for rule in rules.horizontal if rule.length < 1.8 * width + 20
    ]
    rects += [
        (rule.at, rule.low, rule.at, rule.high) for rule in rules.vertical if rule.length < 1.8 * height + 20
    ]
    rects += [shade.rect for shade in rules.shades if area(shade.rect) < 3 * area(cluster.rect) + 400]
    joined = [rect for rect in rects if share(rect, near) > (0.3 if is_rule(rect) else 0.7)]
    cluster.rect = union([cluster.rect, *joined])


def _merged(clusters: Sequence[_Cluster], gap: float) -> list[_Cluster]:
    merged: list[_Cluster] = []
    for cluster in clusters:
        current = cluster
        again = True
        while again:
            again = False
            for other in merged:
                if overlap(grow(current.rect, gap / 2 + 0.01), grow(other.rect, gap / 2 + 0.01)) > 0:
                    merged.remove(other)
                    current = _Cluster(
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


def _why_not(cluster: _Cluster, fragments: Sequence[Fragment], prose: set[int]) -> str:
    """Why the cluster is decoration and no figure; empty when it is one."""
    x0, y0, x1, y1 = cluster.rect
    if min(x1 - x0, y1 - y0) < _SMALLEST_SIDE or area(cluster.rect) < _SMALLEST_AREA:
        return "an icon or ornament"
    glyphs = cluster.shapes >= _GLYPHS and cluster.largest < _GLYPH
    if glyphs and not cluster.pictures and not cluster.bars:
        return DRAWN_TEXT
    inside = [i for i, fragment in enumerate(fragments) if share(fragment.rect, cluster.rect) > 0.6]
    text = sum(area(fragments[i].rect) for i in inside if i in prose)
    if not cluster.pictures and text > 0.25 * area(cluster.rect):
        return "a box or ornament behind text"
    letters = sum(area(fragments[i].rect) for i in inside)
    if (
        not cluster.pictures
        and not cluster.bars
        and cluster.shapes <= 2
        and letters > 0.3 * area(cluster.rect)
    ):
        return "a box or ornament behind text"
    return ""


def _with_labels(
    cluster: _Cluster,
    fragments: Sequence[Fragment],
    prose: set[int],
    others: Sequence[Region | _Cluster],
    body_size: float,
) -> Rect:
    """Grown by short pieces of text that touch it: axis labels, legends, numbers."""
    rect = cluster.rect
    if not cluster.shapes and not cluster.bars:
        return rect
    most = grow(rect, 0.35 * max(rect[2] - rect[0], rect[3] - rect[1]) + 30)
    labels = [
        fragment.rect
        for index, fragment in enumerate(fragments)
        if index not in prose
        and len(fragment.text) <= _LABEL
        and fragment.size <= 1.1 * body_size
        and share(fragment.rect, most) > 0.99
    ]
    blocks = [fragments[index].rect for index in prose] + [other.rect for other in others]
    for _ in range(4):
        near = [
            label
            for label in labels
            if share(label, rect) < 0.99
            and _beside(label, rect)
            and not any(overlap(union([rect, label]), block) > overlap(rect, block) + 1 for block in blocks)
        ]
        if not near:
            break
        rect = union([rect, *near])
    return rect


def _beside(label: Rect, rect: Rect) -> bool:
    height = label[3] - label[1]
    across = span(label[0], label[2], rect[0], rect[2])
    down = span(label[1], label[3], rect[1], rect[3])
    return (across > -1.4 * height and down > 0.3 * height) or (across > 0 and down > -0.9 * height)


def _framed(
    clusters: Sequence[_Cluster],
    rules: Rules,
    fragments: Sequence[Fragment],
    view: View,
    tables: Sequence[Region],
    body_size: float,
) -> tuple[list[_Cluster], list[_Cluster]]:
    """Clusters without a frame, and one cluster for each frame that holds some.

    A frame is a drawn box, or two rules of one length above and below; running text of the body in it
    means that it frames something else.
    """
    frames = [box for box in rules.boxes if min(_sides(box)) > 60]
    frames += _between_rules(rules, fragments, view)
    rest = list(clusters)
    found: list[_Cluster] = []
    # The largest first: separators inside a chart are rules of its frame's length too.
    for frame in sorted(set(frames), key=area, reverse=True):
        if area(frame) > 0.7 * view.width * view.height or frame[3] - frame[1] < 60:
            continue
        inside = [cluster for cluster in rest if share(cluster.rect, grow(frame, 4.0)) > 0.9]
        drawn = sum(area(cluster.rect) for cluster in inside)
        if drawn < 0.02 * area(frame):
            continue
        if any(overlap(frame, table.rect) > 0.05 * area(table.rect) for table in tables):
            continue
        if _frames_text(frame, fragments, body_size, drawn):
            continue
        rest = [cluster for cluster in rest if cluster not in inside]
        found.append(
            _Cluster(
                frame,
                sum(cluster.pictures for cluster in inside),
                sum(cluster.shapes for cluster in inside),
                sum(cluster.bars for cluster in inside) + 1,
                framed=True,
            )
        )
    return rest, found


def _between_rules(rules: Rules, fragments: Sequence[Fragment], view: View) -> list[Rect]:
    """Places between two rules of one length and place, in which no stripe between such rules is empty."""
    long = sorted((rule for rule in rules.horizontal if rule.length > 60), key=lambda rule: rule.at)
    frames: list[Rect] = []
    for number, upper in enumerate(long[:_FRAME_MOST]):
        last = upper.at
        for lower in long[number + 1 : _FRAME_MOST]:
            if lower.at - upper.at > _FRAME_HEIGHT * view.height:
                break
            if abs(upper.low - lower.low) > 4 or abs(upper.high - lower.high) > 4 or lower.at - last < 4:
                continue
            stripe = (upper.low, last, upper.high, lower.at)
            if not any(share(fragment.rect, stripe) > 0.6 for fragment in fragments):
                break
            frames.append((upper.low, upper.at, upper.high, lower.at))
            last = lower.at
    return frames


def _frames_text(frame: Rect, fragments: Sequence[Fragment], body_size: float, drawn: float) -> bool:
    """Whether running text of the body, or text that goes on outside, stands in the frame."""
    inside = [fragment for fragment in fragments if share(fragment.rect, frame) > 0.2]
    if any(f.rect[0] < frame[0] - 8 or f.rect[2] > frame[2] + 8 for f in inside):
        return True
    width = frame[2] - frame[0]
    letters = sum(len(fragment.text) for fragment in inside)
    body = sum(
        len(fragment.text)
        for fragment in inside
        if fragment.size > 0.93 * body_size and not fragment.bold and len(fragment.text) > 14
    )
    wide = sum(f.rect[2] - f.rect[0] > 0.75 * width and f.size > 0.93 * body_size for f in inside)
    return body > 0.3 * letters and (wide > 2 or drawn < 0.2 * area(frame))


def _title(region: Region, fragments: Sequence[Fragment], cluster: _Cluster) -> str:
    """The bold lines at the top of a framed figure."""
    lines = sorted(region.fragments, key=lambda index: fragments[index].rect[1])
    title: list[str] = []
    for index in lines:
        if not fragments[index].bold or (title and len(title) > 3):
            break
        title.append(fragments[index].text)
    words = " ".join(title)
    return words if sum(letter.isalpha() for letter in words) >= 8 else ""


def _clip(rect: Rect, view: View) -> Rect:
    return (max(0.0, rect[0]), max(0.0, rect[1]), min(view.width, rect[2]), min(view.height, rect[3]))
