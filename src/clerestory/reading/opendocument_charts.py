"""Charts and formulas inside OpenDocument files as tables and text.

In: the reference to an embedded object. Out: the chart's title, kind and local table, or the
formula's text. Source: OASIS OpenDocument 1.3, part 3, section 11 and MathML 3.
"""

from __future__ import annotations

from dataclasses import dataclass

from clerestory.reading.elements import Element, attribute, child, local
from clerestory.reading.opendocument_parts import Parts, read_table, text_of
from clerestory.types import Table


@dataclass(frozen=True, slots=True)
class EmbeddedObject:
    """A chart with its table, or a formula whose text is the ``title``."""

    title: str
    kind: str
    table: Table


def read_object(parts: Parts, element: Element) -> EmbeddedObject | None:
    """What the object shows; None when it is neither a chart nor a formula."""
    math = next((one for one in element.iter() if local(one) == "math"), None)
    root = None if math is not None else parts.object_content(attribute(element, "href"))
    if root is not None and local(root) == "math":
        math = root
    if math is not None:
        return EmbeddedObject(_formula(math), "formula", Table(()))
    chart = child(root, "body", "chart", "chart") if root is not None else None
    if chart is None:
        return None
    titles = [text_of(one, parts) for one in chart.iter() if local(one) in ("title", "subtitle")]
    table = child(chart, "table")
    read = read_table(table, parts)[0] if table is not None else Table(())
    kind = attribute(chart, "class").rpartition(":")[2] or "chart"
    return EmbeddedObject(". ".join(filter(None, titles)), kind, read)


def _formula(math: Element) -> str:
    """What the author typed, which is stored beside the MathML, else its symbols."""
    for one in math.iter():
        if local(one) == "annotation" and one.text:
            return " ".join(one.text.split())
    return " ".join(
        "".join(one.itertext()) for one in math.iter() if local(one) in ("mi", "mn", "mo", "mtext")
    )
