"""Figures and tables as regions of a page, before they become blocks.

Values shared by what finds them (``grids``, ``aligned``, ``figures``), names them (``captions``) and
keeps a picture of them (``crops``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from clerestory.reading.pdf.cells import CellRow
from clerestory.reading.pdf.geometry import Rect
from clerestory.reading.pdf.paragraphs import TextLine


@dataclass(slots=True)
class Region:
    """``fragments`` are indexes of the page's fragments whose text is the region's own."""

    kind: Literal["figure", "table"]
    rect: Rect
    fragments: set[int]
    rows: tuple[CellRow, ...] = ()
    header_rows: int = 0
    caption: str = ""
    found: str = ""  # how: "grid", "rules", "aligned", "pictures", "drawing", "caption"
    lines: list[TextLine] = field(default_factory=list)  # the words inside a figure, in reading order
    objects: list[str] = field(default_factory=list)
