"""Pictures of places as files beside a page: crops with the box lit, whole pages, frames of videos.

In: hits of an open library. Out: ``Shot``s, WebP files under names made from their content.
Knows no page layout.
"""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from clerestory.errors import ClerestoryError, UnsupportedFile
from clerestory.pictures import opened
from clerestory.types import Box, Citation, Hit, Locator, PageBox, Region, Segment

if TYPE_CHECKING:
    from PIL.Image import Image

    from clerestory.ingesting.inventory import AssetInfo
    from clerestory.library import Library

CROP_SIDE = 1100  # pixels; twice what the page shows, for dense screens
PAGE_SIDE = 1500
RENDER_SIDE = 2400  # crops are cut from this, so that a line of print stays sharp
CONTEXT = 0.03  # of the page, around a box
LEAST_WIDTH, LEAST_HEIGHT = 0.55, 0.15  # of the page: a line of print gets two more above and below


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture file beside the page; ``file`` is relative to it."""

    file: str
    width: int
    height: int
    alt: str = ""

    @property
    def ratio(self) -> float:
        return self.width / self.height


class Shots:
    """Writes pictures of places into ``folder``/pictures, each once."""

    def __init__(self, folder: Path, library: Library) -> None:
        self.folder = folder
        self.library = library
        (folder / "pictures").mkdir(parents=True, exist_ok=True)

    def taken(self, hit: Hit, locator: Locator) -> tuple[Shot | None, Shot | None]:
        """The crop with the box lit and the whole page; None for what has no picture."""
        place = Citation(hit, "", locator)
        try:
            page = self.library.picture(place, whole_page=True, longest_side=RENDER_SIDE)
        except ClerestoryError:
            return self.stored(hit.segment), None
        match locator:
            case PageBox(_, box) | Region(box):
                crop = page.crop(_surroundings(box, page.size)) if isinstance(locator, PageBox) else page
            case _:
                crop = page
        return self._written(crop, CROP_SIDE), self._written(page, PAGE_SIDE)

    def found(self, hit: Hit) -> Shot | None:
        """The picture that was found, with the part framed that the words are about; None without one."""
        if not hit.pictures:
            return None
        try:
            return self._written(self.library.picture(hit, matched=True, longest_side=CROP_SIDE), CROP_SIDE)
        except ClerestoryError:
            return None  # its file is gone; what is known of its place is shown

    def plain_page(self, info: AssetInfo, locator: PageBox | Region, *, longest_side: int) -> Shot | None:
        """A page, or the picture itself, without a box."""
        from clerestory.reading.render import render
        from clerestory.reading.source import Source

        for occurrence in info.occurrences:
            source = Source(Path(occurrence.path), info.asset, info.name)
            try:
                picture = render(source, info.media_type, locator, longest_side=longest_side)
            except ClerestoryError:
                continue  # gone from this path; another copy may be there
            return self._written(picture, longest_side)
        return None

    def stored(self, segment: Segment, *, longest_side: int = CROP_SIDE) -> Shot | None:
        """A picture kept with the segment, for documents that cannot be drawn as pages."""
        for digest in segment.objects:
            try:
                picture = opened(self.library.object_bytes(digest), longest_side)
            except UnsupportedFile:
                continue  # a drawing or a damaged picture; the words stand alone
            return self._written(picture, longest_side)
        return None

    def _written(self, picture: Image, longest_side: int) -> Shot:
        reduced = picture.convert("RGB")
        reduced.thumbnail((longest_side, longest_side))
        out = io.BytesIO()
        reduced.save(out, "WEBP", quality=82, method=4)
        content = out.getvalue()
        file = f"pictures/{hashlib.sha256(content).hexdigest()[:16]}.webp"
        (self.folder / file).write_bytes(content)
        return Shot(file, *reduced.size)


def _surroundings(box: Box, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """Pixels of a box with its context, widened where it is small; never beyond the page."""
    width, height = size
    x0, x1 = _widened(box.x0, box.x1, LEAST_WIDTH)
    y0, y1 = _widened(box.y0, box.y1, LEAST_HEIGHT)
    return int(x0 * width), int(y0 * height), max(int(x1 * width), 1), max(int(y1 * height), 1)


def _widened(low: float, high: float, least: float) -> tuple[float, float]:
    low, high = low - CONTEXT, high + CONTEXT
    if high - low < least:
        middle = (low + high) / 2
        low, high = middle - least / 2, middle + least / 2
    shift = max(0.0, -low) - max(0.0, high - 1)
    return max(0.0, low + shift), min(1.0, high + shift)
