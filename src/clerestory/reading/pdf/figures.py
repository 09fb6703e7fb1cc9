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
from clerestory.reading.pdf.clusters import SMALLEST_SIDE, Cluster, clusters_of, merged
from clerestory.reading.pdf.drawings import Drawn, luminance
from clerestory.reading.pdf.frames import framed_of
from clerestory.reading.pdf.geometry import Rect, View, area, grow, overlap, share, span, union
from clerestory.reading.pdf.regions import Region
from clerestory.reading.pdf.rules import Rules, is_rule
from clerestory.reading.pdf.words import Fragment

_BACKGROUND = 0.7  # of the page: what is larger lies behind the text
_SMALLEST_AREA = 1600.0  # square points, about two square centimetres
_EMPTY = 3  # pixels: a picture of fewer on a side shows nothing but a colour
_FLAT = 200  # of such pictures on one page
_PANEL = 4000.0  # square points of a shaded panel that holds a drawing
_GLYPH = 24.0  # points: shapes that are all smaller, and many, are letters
_GLYPHS = 6
BEHIND_PAGE = "a picture behind the whole page"
BEHIND_TEXT = "a box or ornament behind text"
DRAWN_TEXT = "text that is drawn as shapes"
_LABEL = 40  # letters of the longest label


@dataclass(frozen=True, slots=True)
class Decoration:
    rect: Rect
    reason: str
    text: str = ""


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
    seeds = _seeds(drawn, rules, fragments, view, tables, repeated, decorations, body_size)
    seeds = [seed for seed in seeds if seed[1] != "shape" or not _highlights(seed[0], fragments, body_size)]
    seeds += _panels(rules, seeds, fragments, view, prose, tables)
    clusters = clusters_of(seeds, view)
    for cluster in clusters:
        _add_straight(cluster, rules)
    clusters = merged(clusters, 0.0)
    clusters, framed = framed_of(clusters, rules, fragments, view, tables, body_size)
    kept: list[Cluster] = []
    for cluster in clusters:
        reason = _why_not(cluster, fragments, prose)
        if reason:
            decorations.append(Decoration(cluster.rect, reason))
        else:
            kept.append(cluster)
    for cluster in kept:
        cluster.rect = _with_labels(cluster, fragments, prose, [*tables, *framed], body_size)
    kept = merged([*kept, *framed], 0.0)
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
    fragments: Sequence[Fragment],
    view: View,
    tables: Sequence[Region],
    repeated: set[Rect],
    decorations: list[Decoration],
    body_size: float,
) -> list[tuple[Rect, str]]:
    whole = view.width * view.height
    seeds: list[tuple[Rect, str]] = []
    flat: list[Cluster] = []  # pictures of one colour: shapes, often letters, are cut out of them
    for item in drawn:
        rect = item.rect
        if any(_inside(rect, table.rect) for table in tables):
            continue
        if item.kind == "image":
            if is_rule(rect) or area(rect) < 4:
                continue
            if min(item.pixels) <= _EMPTY:
                flat.append(Cluster(rect, 1, 0, 0))
                continue
            if area(rect) > _BACKGROUND * whole:
                decorations.append(Decoration(rect, BEHIND_PAGE))
            elif _rounded(rect) in repeated:
                decorations.append(Decoration(rect, "a picture that repeats on other pages"))
            else:
                seeds.append((rect, "picture"))
        elif not item.straight or item.kind == "shading":
            if area(rect) > _BACKGROUND * whole or is_rule(rect) or _pale(item):
                continue
            seeds.append((rect, "shape"))
    for cluster in merged(flat[:_FLAT], 12.0):
        text = sum(overlap(fragment.rect, cluster.rect) for fragment in fragments)
        if text < 0.2 * area(cluster.rect) < 0.1 * whole:
            decorations.append(Decoration(cluster.rect, DRAWN_TEXT))
    for bars in bars_of(rules.shades, page_area=whole):
        grounds = sum(_highlights(rect, fragments, body_size, wide=False) for rect in bars)
        if grounds <= 0.3 * len(bars) and not any(
            _inside(rect, table.rect) for rect in bars for table in tables
        ):
            seeds.extend((rect, "bar") for rect in (*bars, union(bars)))
    return seeds


def _highlights(rect: Rect, fragments: Sequence[Fragment], body_size: float, *, wide: bool = True) -> bool:
    """Whether a shape is the ground behind a word, or (``wide``) behind a line; a numbered bar is none."""
    width, height = rect[2] - rect[0], rect[3] - rect[1]
    if not 0.8 * body_size < height < 2.2 * body_size:
        return False
    inside = [fragment for fragment in fragments if overlap(fragment.rect, rect) > 0.4 * area(fragment.rect)]
    if sum(overlap(fragment.rect, rect) for fragment in inside) > 0.5 * area(rect):
        return True
    letters = sum(character.isalpha() for fragment in inside for character in fragment.text)
    return wide and width > 6 * height and letters >= 4


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


def _add_straight(cluster: Cluster, rules: Rules) -> None:
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


def _why_not(cluster: Cluster, fragments: Sequence[Fragment], prose: set[int]) -> str:
    """Why the cluster is decoration and no figure; empty when it is one."""
    x0, y0, x1, y1 = cluster.rect
    if min(x1 - x0, y1 - y0) < SMALLEST_SIDE or area(cluster.rect) < _SMALLEST_AREA:
        return "an icon or ornament"
    glyphs = cluster.shapes >= _GLYPHS and cluster.largest < _GLYPH
    if glyphs and not cluster.pictures and not cluster.bars:
        return DRAWN_TEXT
    inside = [i for i, fragment in enumerate(fragments) if share(fragment.rect, cluster.rect) > 0.6]
    if sum("....." in fragments[i].text.replace(" ", "") for i in inside) > 1:
        return BEHIND_TEXT  # the lines of a table of contents
    text = sum(area(fragments[i].rect) for i in inside if i in prose)
    if not cluster.pictures and text > 0.25 * area(cluster.rect):
        return BEHIND_TEXT
    letters = sum(area(fragments[i].rect) for i in inside)
    if (
        not cluster.pictures
        and not cluster.bars
        and cluster.shapes <= 2
        and letters > 0.3 * area(cluster.rect)
    ):
        return BEHIND_TEXT
    return ""


def _with_labels(
    cluster: Cluster,
    fragments: Sequence[Fragment],
    prose: set[int],
    others: Sequence[Region | Cluster],
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


def _title(region: Region, fragments: Sequence[Fragment], cluster: Cluster) -> str:
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


def completed(rect: Rect, caption: Rect, drawn: Sequence[Drawn], blocks: Sequence[Rect], view: View) -> Rect:
    """A captioned figure grown by what else is drawn close to it over its caption; text stops it."""
    whole = view.width * view.height
    pieces = [
        item.rect
        for item in drawn
        if not is_rule(item.rect) and not _pale(item) and 20 < area(item.rect) < 0.5 * whole
    ]
    low, high = min(rect[0], caption[0]) - 12, max(rect[2], caption[2]) + 12
    again = True
    while again:
        again = False
        for piece in pieces:
            if piece[0] < low or piece[2] > high or union([rect, piece]) == rect:
                continue
            apart = max(
                -span(piece[0], piece[2], rect[0], rect[2]), -span(piece[1], piece[3], rect[1], rect[3])
            )
            both = union([rect, piece])
            if apart < 12 and not any(overlap(both, block) > overlap(rect, block) + 2 for block in blocks):
                rect = both
                again = True
    return rect
