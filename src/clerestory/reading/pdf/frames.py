"""Frames around figures: a drawn box, or two rules of one length above and below.

In: clusters of drawings, rules and fragments. Out: clusters grown to their frames. Knows nothing of captions.
"""

from __future__ import annotations

from collections.abc import Sequence

from clerestory.reading.pdf.clusters import Cluster, sides
from clerestory.reading.pdf.geometry import Rect, View, area, grow, overlap, share
from clerestory.reading.pdf.regions import Region
from clerestory.reading.pdf.rules import Rules
from clerestory.reading.pdf.words import Fragment

_FRAME_MOST = 120  # rules of one page that are looked at
_FRAME_HEIGHT = 0.78  # of the page: rules further apart belong to the page, not to a figure


def framed_of(
    clusters: Sequence[Cluster],
    rules: Rules,
    fragments: Sequence[Fragment],
    view: View,
    tables: Sequence[Region],
    body_size: float,
) -> tuple[list[Cluster], list[Cluster]]:
    """Clusters without a frame, and one cluster for each frame that holds some.

    A frame is a drawn box, or two rules of one length above and below; running text of the body in it
    means that it frames something else.
    """
    frames = [box for box in rules.boxes if min(sides(box)) > 60]
    frames += _between_rules(rules, fragments, view)
    rest = list(clusters)
    found: list[Cluster] = []
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
            Cluster(
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
    rects = [fragment.rect for fragment in fragments]
    frames: list[Rect] = []
    for number, upper in enumerate(long[:_FRAME_MOST]):
        last = upper.at
        for lower in long[number + 1 : _FRAME_MOST]:
            if lower.at - upper.at > _FRAME_HEIGHT * view.height:
                break
            if abs(upper.low - lower.low) > 4 or abs(upper.high - lower.high) > 4 or lower.at - last < 4:
                continue
            stripe = (upper.low, last, upper.high, lower.at)
            if not _has_some(stripe, rects):
                break
            frames.append((upper.low, upper.at, upper.high, lower.at))
            last = lower.at
    return frames


def _has_some(stripe: Rect, rects: Sequence[Rect]) -> bool:
    """Whether one of ``rects`` lies mostly in ``stripe``."""
    left, top, right, bottom = stripe
    near = [  # most are above or below; asking ``share`` for each takes much longer
        rect for rect in rects if rect[1] < bottom and rect[3] > top and rect[0] < right and rect[2] > left
    ]
    return any(share(rect, stripe) > 0.6 for rect in near)


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
