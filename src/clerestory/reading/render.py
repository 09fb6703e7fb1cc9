"""Pictures of places: a page or box of a PDF, a region of an image file.

In: a source, its media type and a locator. Out: a Pillow image for display or OCR. Kinds of files that
show nothing by themselves (text, office documents, sound) are ``UnsupportedFile``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from clerestory.errors import BadLocator, UnreadableFile, UnsupportedFile
from clerestory.reading.source import Source
from clerestory.settings import ReadingSettings
from clerestory.types import WHOLE, Box, Locator, PageBox, Region

if TYPE_CHECKING:
    from PIL.Image import Image

PDF = "application/pdf"


def render(
    source: Source,
    media_type: str,
    locator: Locator,
    *,
    longest_side: int,
    settings: ReadingSettings | None = None,
) -> Image:
    """The place as RGB, its longest side at most ``longest_side`` pixels (pictures are never enlarged).

    Raises:
        UnsupportedFile: nothing to show for this kind of file or place.
        BadLocator: a page that the document does not have, or an empty box.
        UnreadableFile, WrongPassword, TooLarge, FileVanished, FileDenied
    """
    settings = settings or ReadingSettings()
    if media_type == PDF and isinstance(locator, PageBox):
        return _page(source, locator, longest_side, settings)
    if media_type.startswith("image/") and isinstance(locator, (Region, PageBox)):
        frame = locator.page - 1 if isinstance(locator, PageBox) else 0
        return _region(source, locator.box, frame, longest_side, settings)
    raise UnsupportedFile(
        f"a {type(locator).__name__} of {media_type} has no picture",
        where=source.name,
        fix="Pages of PDFs and regions of images can be shown.",
    )


def _page(source: Source, locator: PageBox, longest_side: int, settings: ReadingSettings) -> Image:
    import pypdfium2
    from PIL import Image as pil

    from clerestory.reading.pdf.document import opened
    from clerestory.reading.pdf.geometry import view_of
    from clerestory.reading.pdf.rasters import raster, scale_for

    with opened(source, settings) as document:
        if not 1 <= locator.page <= len(document):
            raise BadLocator(f"there is no page {locator.page}", where=source.name)
        try:
            page = document[locator.page - 1]
        except pypdfium2.PdfiumError as error:
            raise UnreadableFile(f"page {locator.page} is damaged", where=source.name) from error
        try:
            view = view_of(page, locator.page)
            x0, y0, x1, y1 = _checked(locator.box, source)
            rect = (x0 * view.width, y0 * view.height, x1 * view.width, y1 * view.height)
            scale = scale_for(view, rect, longest_side, max_pixels=settings.max_pixels)
            return pil.fromarray(raster(page, view, rect, scale=scale))
        finally:
            page.close()


def _region(source: Source, box: Box, frame: int, longest_side: int, settings: ReadingSettings) -> Image:
    from clerestory.reading.pixels import fitted, load_picture

    box = _checked(box, source)
    # A whole picture may be decoded at a lower resolution; a region needs all of its own pixels.
    side = longest_side if box == WHOLE else 0
    image = load_picture(
        source.path, max_pixels=settings.max_pixels, where=source.name, longest_side=side, frame=frame
    )
    if box == WHOLE:
        return image
    x0, y0 = int(box.x0 * image.width), int(box.y0 * image.height)
    x1, y1 = max(x0 + 1, round(box.x1 * image.width)), max(y0 + 1, round(box.y1 * image.height))
    return fitted(image.crop((x0, y0, x1, y1)), longest_side)


def _checked(box: Box, source: Source) -> Box:
    clipped = Box(*(min(1.0, max(0.0, value)) for value in box))
    if clipped.x1 <= clipped.x0 or clipped.y1 <= clipped.y0:
        raise BadLocator(f"the box {tuple(box)} is empty", where=source.name)
    return clipped
