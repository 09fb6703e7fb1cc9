"""Pictures of figures and tables as they are printed, kept as objects.

In: a page and its regions. Out: JPEG objects of role "crop". Knows nothing of what is shown.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from clerestory.reading.objects import derived
from clerestory.reading.pdf.geometry import View, grow
from clerestory.reading.pdf.rasters import raster, scale_for
from clerestory.reading.pdf.regions import Region
from clerestory.types import DerivedObject

_SCALE = 2.5  # pixels per point: 180 dpi, at which the smallest print is read
_MARGIN = 2.0  # points around a region
# Colours at full resolution, or thin coloured letters blur. WebP needs half the bytes and six times the time.
_QUALITY, _SUBSAMPLING = 80, "4:4:4"


def crops_of(
    page: Any, view: View, regions: Sequence[Region], *, longest_side: int, max_pixels: int
) -> list[DerivedObject]:
    """One picture for each region, its digest added to the region's objects."""
    from PIL import Image

    objects = []
    for region in regions:
        x0, y0, x1, y1 = grow(region.rect, _MARGIN)
        rect = (max(0.0, x0), max(0.0, y0), min(view.width, x1), min(view.height, y1))
        scale = min(scale_for(view, rect, longest_side, max_pixels=max_pixels), _SCALE)
        buffer = io.BytesIO()
        Image.fromarray(raster(page, view, rect, scale=scale)).save(
            buffer, "JPEG", quality=_QUALITY, subsampling=_SUBSAMPLING
        )
        item = derived(buffer.getvalue(), "image/jpeg", "crop", locator=view.locator(rect))
        region.objects.append(item.digest)
        objects.append(item)
    return objects
