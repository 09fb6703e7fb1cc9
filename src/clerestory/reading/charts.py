"""Charts and diagrams of Office documents as text: a chart is the table that it draws.

In: a chart part or a SmartArt data part. Out: the title and a table with one row per
category and one column per series, from the values that the file caches; the linked
workbook is not opened. Source: ECMA-376 part 1, sections 21.2 and 21.4; MS-ODRAWXML (chartex).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from clerestory.reading.elements import Element, attribute, child, is_on, local, whole
from clerestory.types import Row, Table

Lookup: TypeAlias = Callable[[str], list[str]]  # "'Sheet 1'!$B$2:$B$9" -> the texts of these cells

MAX_POINTS = 100_000  # categories; a cached sheet column may be a million
_KINDS = {"bar", "line", "pie", "area", "scatter", "bubble", "radar", "doughnut", "surface", "stock", "ofPie"}


@dataclass(frozen=True, slots=True)
class Chart:
    """``table`` has the axis title and the names of the series as its header."""

    title: str
    kind: str  # "bar", "line + bar", …
    table: Table
    notes: str = ""  # axis titles and other words in the picture


def read_chart(root: Element, lookup: Lookup | None = None) -> Chart:
    """The chart of a ``chartSpace``; ``lookup`` gives the cells that a reference names.

    It is asked only for series whose values the file does not cache.
    """
    if any(local(one) == "chartData" for one in root):
        return _extended(root)
    chart = child(root, "chart")
    if chart is None:
        return Chart("", "", Table(()))
    area = child(chart, "plotArea")
    kinds: list[str] = []
    columns: list[tuple[str, dict[int, str], dict[int, str]]] = []
    axes: list[tuple[bool, str]] = []  # whether it carries the categories, and its title
    for part in area if area is not None else ():
        name = local(part)
        kind = name.removesuffix("Chart").removesuffix("3D")
        if name.endswith("Chart") and kind in _KINDS:
            kinds.append({"ofPie": "pie"}.get(kind, kind))
            columns.extend(_series(one, lookup) for one in part if local(one) == "ser")
        elif name in ("catAx", "valAx", "dateAx", "serAx"):
            position = child(part, "axPos")
            lies = position is not None and attribute(position, "val") in ("b", "t")
            horizontal = name != "valAx" or (lies and "scatter" in " ".join(kinds))
            axes.append((horizontal, _words(child(part, "title"))))
    title = _words(child(chart, "title"))
    if not title and len(columns) == 1 and _has_automatic_title(chart):
        title = columns[0][0]
    labels: dict[int, str] = {}
    for _, categories, _ in columns:
        for index, text in categories.items():
            labels.setdefault(index, text)
    count = min(MAX_POINTS, 1 + max((max(v, default=-1) for _, c, v in columns for v in (c, v)), default=-1))
    first = next((title for carries, title in axes if carries and title), "")
    header = Row((first, *(name for name, _, _ in columns)))
    rows = [
        Row((labels.get(index, ""), *(values.get(index, "") for _, _, values in columns)))
        for index in range(count)
    ]
    rows = [row for row in rows if any(row.cells)]
    table = Table((header, *rows), 1) if columns else Table(())
    others = [title for _, title in axes if title and title != first]
    return Chart(title, " + ".join(dict.fromkeys(kinds)), table, "; ".join(others))


def diagram_lines(root: Element) -> list[tuple[int, str]]:
    """The texts of a SmartArt data part with their depth, in the order of its tree."""
    texts: dict[str, str] = {}
    kinds: dict[str, str] = {}
    children: dict[str, list[tuple[int, str]]] = {}
    points, connections = child(root, "ptLst"), child(root, "cxnLst")
    for point in points if points is not None else ():
        identity = attribute(point, "modelId")
        kinds[identity] = attribute(point, "type", "node")
        texts[identity] = _words(child(point, "t"))
    for link in connections if connections is not None else ():
        if attribute(link, "type", "parOf") == "parOf":
            order = whole(attribute(link, "srcOrd"))
            children.setdefault(attribute(link, "srcId"), []).append((order, attribute(link, "destId")))
    lines: list[tuple[int, str]] = []
    seen: set[str] = set()
    open_: list[tuple[str, int]] = [(one, 0) for one, kind in reversed(kinds.items()) if kind == "doc"]
    while open_:
        identity, depth = open_.pop()
        if identity in seen:  # a cycle would draw for ever
            continue
        seen.add(identity)
        if texts.get(identity):
            lines.append((depth, texts[identity]))
        below = sorted(children.get(identity, ()), reverse=True)
        open_.extend((one, depth + 1) for _, one in below)
    lines.extend((0, text) for identity, text in texts.items() if text and identity not in seen)
    return lines


def _series(series: Element, lookup: Lookup | None) -> tuple[str, dict[int, str], dict[int, str]]:
    """(name, categories by index, values by index)."""
    names = _points(child(series, "tx"), lookup)
    literal = child(series, "tx", "v")
    name = " ".join(names.values()) or (literal.text or "" if literal is not None else "")
    categories: dict[int, str] = {}
    values: dict[int, str] = {}
    for part in series:
        match local(part):
            case "cat" | "xVal":
                categories = _points(part, lookup)
            case "val" | "yVal":
                values = _points(part, lookup)
            case "bubbleSize":
                sizes = _points(part, lookup)
                values = {i: f"{v} (size {sizes[i]})" if i in sizes else v for i, v in values.items()}
    return name, categories, values


def _points(holder: Element | None, lookup: Lookup | None) -> dict[int, str]:
    """Cached points by index; the levels of a multi-level category are joined."""
    if holder is None:
        return {}
    if lookup is not None and not any(local(one) == "pt" for one in holder.iter()):
        formula = next((one.text for one in holder.iter() if local(one) == "f" and one.text), "")
        return {index: text for index, text in enumerate(lookup(formula)[:MAX_POINTS]) if text}
    levels = [one for one in holder.iter() if local(one) == "lvl"]
    if levels:
        found: dict[int, str] = {}
        for level in levels:  # innermost first; an outer label holds until the next one
            points = _level(level)
            current = ""
            for index in range(1 + max((*found, *points), default=-1)):
                current = points.get(index, current if level is not levels[0] else "")
                if current:
                    found[index] = f"{current} {found[index]}".strip() if index in found else current
        return found
    return _level(holder)


def _level(holder: Element) -> dict[int, str]:
    points: dict[int, str] = {}
    form = next((one.text or "" for one in holder.iter() if local(one) == "formatCode"), "")
    for point in holder.iter():
        index = whole(attribute(point, "idx"), -1) if local(point) == "pt" else -1
        value = child(point, "v") if 0 <= index < MAX_POINTS else None
        if value is not None and value.text:
            points[index] = _shown(value.text.strip(), attribute(point, "formatCode") or form)
    return points


def _shown(value: str, form: str) -> str:
    from clerestory.reading.number_formats import shown_number

    try:
        number = float(value)
    except ValueError:
        return value
    return shown_number(number, form)


def _extended(root: Element) -> Chart:
    """The newer charts (waterfall, treemap, histogram, funnel, …)."""
    columns: list[dict[int, str]] = []
    for dimension in root.iter():
        if local(dimension) in ("strDim", "numDim"):
            for level in dimension:
                if local(level) == "lvl":
                    points = {whole(attribute(p, "idx"), -1): (p.text or "").strip() for p in level}
                    columns.append({i: text for i, text in points.items() if 0 <= i < MAX_POINTS})
    chart = child(root, "chart")
    kind = next((attribute(one, "layoutId") for one in root.iter() if local(one) == "series"), "")
    names = [_words(child(one, "tx")) for one in root.iter() if local(one) == "series"]
    count = 1 + max((max(column, default=-1) for column in columns), default=-1)
    rows = tuple(Row(tuple(column.get(i, "") for column in columns)) for i in range(count))
    title = _words(child(chart, "title")) if chart is not None else ""
    return Chart(title, kind, Table(rows), "; ".join(name for name in names if name))


def _has_automatic_title(chart: Element) -> bool:
    return child(chart, "title") is not None and not is_on(child(chart, "autoTitleDeleted"))


def _words(element: Element | None) -> str:
    """Text of a title or shape: of its paragraphs, else the cached text that it refers to."""
    if element is None:
        return ""
    paragraphs = [
        "".join(one.text or "" for one in paragraph.iter() if local(one) == "t")
        for paragraph in element.iter()
        if local(paragraph) == "p"
    ]
    words = " ".join(text.strip() for text in paragraphs if text.strip())
    if words:
        return words
    return " ".join((one.text or "").strip() for one in element.iter() if local(one) == "v").strip()
