"""Documents of another kind that a Word document includes whole (``altChunk``), as paragraphs.

In: the bytes of an HTML or text part. Out: its paragraphs, without structure.
"""

from __future__ import annotations

from collections.abc import Iterator

from clerestory.reading.elements import Element, local
from clerestory.reading.html_plain import BLOCK_TAGS, LEFT_OUT_TAGS
from clerestory.reading.markup_xml import parse_html


def included_paragraphs(content: bytes, ending: str) -> list[str]:
    """The paragraphs of a part that ends in "html" or "txt"."""
    text = content.decode("utf-8", "replace")
    if ending == "txt":
        return text.split("\n\n")
    root = parse_html(text)
    if root is None:
        return []
    paragraphs = [""]
    for event, element in _events(root):
        if local(element) in BLOCK_TAGS or local(element) == "br":
            paragraphs.append("")
        if local(element) not in LEFT_OUT_TAGS:
            paragraphs[-1] += (element.text if event == "start" else "") or ""
        if event == "end":
            paragraphs[-1] += element.tail or ""
    return [" ".join(paragraph.split()) for paragraph in paragraphs if paragraph.strip()]


def _events(root: Element) -> Iterator[tuple[str, Element]]:
    from lxml import etree

    yield from etree.iterwalk(root, events=("start", "end"))
