"""Pages and parts of pages as pixels.

In: a loaded PDFium page and a rectangle of it as seen. Out: an RGB array. Knows nothing of what is shown.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from clerestory.reading.pdf.geometry import Rect, View

Pixels = npt.NDArray[np.uint8]
_FINEST = 10.0  # pixels per point: a small detail of a page shows nothing more above 720 dpi


def scale_for(view: View, rect: Rect, longest_side: int, *, max_pixels: int) -> float:
    """Pixels per point at which ``rect``'s longer side has ``longest_side`` pixels, within limits."""
    width, height = max(rect[2] - rect[0], 0.1), max(rect[3] - rect[1], 0.1)
    return min(longest_side / max(width, height), (max_pixels / (width * height)) ** 0.5, _FINEST)


def raster(page: Any, view: View, rect: Rect, *, scale: float) -> Pixels:
    """``rect`` of the page at ``scale`` pixels per point, white where nothing is: (height, width, 3)."""
    import pypdfium2.raw as pdfium

    width = max(1, round((rect[2] - rect[0]) * scale))
    height = max(1, round((rect[3] - rect[1]) * scale))
    pixels = np.full((height, width, 3), 255, np.uint8)
    bitmap = pdfium.FPDFBitmap_CreateEx(width, height, pdfium.FPDFBitmap_BGR, pixels.ctypes.data, 3 * width)
    if not bitmap:
        raise MemoryError(f"no bitmap of {width} x {height} pixels")
    try:
        place = (
            -round(rect[0] * scale),
            -round(rect[1] * scale),
            max(1, round(view.width * scale)),
            max(1, round(view.height * scale)),
            0,
        )
        pdfium.FPDF_RenderPageBitmap(
            bitmap, page.raw, *place, pdfium.FPDF_ANNOT | pdfium.FPDF_REVERSE_BYTE_ORDER
        )
        if page.formenv is not None:
            pdfium.FPDF_FFLDraw(page.formenv.raw, bitmap, page.raw, *place, pdfium.FPDF_REVERSE_BYTE_ORDER)
    finally:
        pdfium.FPDFBitmap_Destroy(bitmap)
    return pixels
