"""What every reader finds in a document before it is packed into segments: blocks in reading order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from clerestory.types import Line, Locator, Table, TextOrigin

BlockKind = Literal["heading", "paragraph", "code", "table", "figure", "picture"]


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph, heading, table, figure, picture or code block, in reading order.

    ``level`` counts headings from 1. ``place`` is what a segment may not cross: the page,
    slide or sheet (None in flowing documents). ``lines`` cover ``text``; without them the
    block's locator stands for every character of it. Tables carry ``table`` and their
    ``text`` is the rows as "header: cell" lines made by ``segmenting.table_text``.
    """

    kind: BlockKind
    text: str
    locator: Locator
    level: int = 0
    place: int | str | None = None
    caption: str = ""
    lines: tuple[Line, ...] = ()
    table: Table | None = None
    objects: tuple[str, ...] = ()
    origin: TextOrigin = "native"
    attributes: Mapping[str, str] = field(default_factory=dict)
