"""Jupyter notebooks: cells of prose, code and printed results, out of a notebook's JSON.

In: the leaves of a JSON file with their places. Out: blocks, or none if it is no notebook.
Pictures among the results are named by their type; they are not decoded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from clerestory.reading.blocks import Block
from clerestory.reading.json_places import Leaf
from clerestory.types import CharRange, Line

_HEADING = re.compile(r"(#{1,6})\s+(.*?)\s*#*$")


def notebook_blocks(found: Sequence[Leaf]) -> list[Block]:
    """Blocks of the cells in order; empty if the leaves are not those of a notebook."""
    if not any(leaf.path == ("nbformat",) for leaf in found):
        return []
    cells: dict[int, list[Leaf]] = {}
    language = "python"
    for leaf in found:
        if leaf.path[:1] == ("cells",) and len(leaf.path) > 2 and isinstance(leaf.path[1], int):
            cells.setdefault(leaf.path[1], []).append(leaf)
        elif leaf.path == ("metadata", "kernelspec", "language"):
            language = leaf.value
    return [block for _, cell in sorted(cells.items()) for block in _cell(cell, language)]


def _cell(cell: Sequence[Leaf], language: str) -> Iterator[Block]:
    kind = next((leaf.value for leaf in cell if leaf.path[2] == "cell_type"), "raw")
    source = [leaf for leaf in cell if leaf.path[2] == "source" and leaf.quoted]
    if kind == "code":
        yield from _lined("code", source, language=language)
    else:
        yield from _prose(source)
    printed = [leaf for leaf in cell if leaf.path[2] == "outputs" and leaf.quoted and _is_words(leaf)]
    yield from _lined("paragraph", printed)
    for leaf in cell:
        picture = next((str(step) for step in leaf.path if str(step).startswith("image/")), "")
        if leaf.path[2] in {"outputs", "attachments"} and picture and leaf.path[-1] in {picture, 0}:
            place = CharRange(leaf.start, leaf.end)
            yield Block("picture", "", place, attributes={"target": picture})


def _is_words(leaf: Leaf) -> bool:
    """Whether a result is printed text: a stream, a plain representation, or an error's lines."""
    return "text" in leaf.path or "text/plain" in leaf.path or "evalue" in leaf.path


def _prose(source: Sequence[Leaf]) -> Iterator[Block]:
    """Paragraphs between blank lines, and headings."""
    paragraph: list[Leaf] = []
    for leaf in source:
        match = _HEADING.fullmatch(leaf.value.strip())
        if match or not leaf.value.strip():
            yield from _lined("paragraph", paragraph)
            paragraph = []
        if match:
            place = CharRange(leaf.start, leaf.end)
            text = match.group(2)
            line = (Line(0, len(text), place),)
            yield Block("heading", text, place, level=len(match.group(1)), lines=line)
        elif leaf.value.strip():
            paragraph.append(leaf)
    yield from _lined("paragraph", paragraph)


def _lined(kind: str, source: Sequence[Leaf], **attributes: str) -> Iterator[Block]:
    """A block whose lines are strings of the JSON file."""
    parts: list[str] = []
    lines: list[Line] = []
    offset = 0
    for leaf in source:
        text = leaf.value.rstrip("\r\n")
        if text.strip():
            lines.append(Line(offset, offset + len(text), CharRange(leaf.start, leaf.end)))
        parts.append(text)
        offset += len(text) + 1
    if lines:
        first, last = lines[0].locator, lines[-1].locator
        assert isinstance(first, CharRange) and isinstance(last, CharRange)
        place = CharRange(first.start, last.end)
        yield Block(kind, "\n".join(parts), place, lines=tuple(lines), attributes=attributes)  # type: ignore[arg-type]
