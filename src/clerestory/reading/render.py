"""Pictures of places: a page or box of a PDF, a region of an image file, seconds of a recording or video.

In: a source, its media type and a locator. Out: a Pillow image for display or OCR. Seconds of a
video are the frame in their middle, those of a recording its waveform. Kinds of files that show
nothing by themselves (text, office documents) are ``UnsupportedFile``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from clerestory.errors import BadLocator, UnreadableFile, UnsupportedFile
from clerestory.reading.source import Source
from clerestory.settings import ReadingSettings
from clerestory.types import WHOLE, Box, Locator, PageBox, Region, TimeSpan

if TYPE_CHECKING:
    from PIL.Image import Image

PDF = "application/pdf"
# A waveform shows this much on either side, at least and as a share of what it is about.
_AROUND_S, _AROUND_SHARE = 3.0, 0.5
_WAVE_COLUMNS = 1200
_FULL_SIDE = 8192  # pixels; a box of a frame needs all of its own


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
    if isinstance(locator, TimeSpan) and media_type.startswith("video/"):
        return _frame(source, locator, longest_side)
    if isinstance(locator, TimeSpan) and media_type.startswith("audio/"):
        return _waveform(source, locator, longest_side)
    raise UnsupportedFile(
        f"a {type(locator).__name__} of {media_type} has no picture",
        where=source.name,
        fix="Pages of PDFs, regions of images and seconds of recordings and videos can be shown.",
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
    from clerestory.reading.pixels import load_picture

    box = _checked(box, source)
    # A whole picture may be decoded at a lower resolution; a region needs all of its own pixels.
    side = longest_side if box == WHOLE else 0
    image = load_picture(
        source.path, max_pixels=settings.max_pixels, where=source.name, longest_side=side, frame=frame
    )
    if box == WHOLE:
        return image
    return _cropped(image, box, longest_side)


def _cropped(image: Image, box: Box, longest_side: int) -> Image:
    from clerestory.reading.pixels import fitted

    x0, y0 = int(box.x0 * image.width), int(box.y0 * image.height)
    x1, y1 = max(x0 + 1, round(box.x1 * image.width)), max(y0 + 1, round(box.y1 * image.height))
    return fitted(image.crop((x0, y0, x1, y1)), longest_side)


def _frame(source: Source, span: TimeSpan, longest_side: int) -> Image:
    """The frame in the middle of the span, where what it is about stands for certain."""
    from PIL import Image as pil

    from clerestory.reading.media.frames import frame_at

    side = longest_side if span.box in (None, WHOLE) else 0
    middle_s = span.start_s + max(0.0, span.end_s - span.start_s) / 2
    frame = frame_at(source.path, middle_s, longest_side=side or _FULL_SIDE)
    image = pil.fromarray(frame.image)
    if side or span.box is None:
        return image
    return _cropped(image, _checked(span.box, source), longest_side)


def _waveform(source: Source, span: TimeSpan, longest_side: int) -> Image:
    """The span's waveform with a little around it; the span stands out."""
    import io

    import numpy as np
    from PIL import Image as pil

    from clerestory.reading.media.displays import waveform
    from clerestory.reading.media.sound import RATE, samples

    length_s = max(0.0, span.end_s - span.start_s)
    around_s = max(_AROUND_S, _AROUND_SHARE * length_s)
    start_s, end_s = max(0.0, span.start_s - around_s), span.end_s + around_s
    size = max(1, round((end_s - start_s) * RATE / _WAVE_COLUMNS))  # samples of one column
    peaks: list[np.ndarray] = []
    rest = np.zeros(0, np.float32)
    for block in samples(source.path, start_s=start_s, end_s=end_s):
        rest = np.concatenate([rest, block])
        whole = len(rest) // size * size
        peaks.append(np.abs(rest[:whole]).reshape(-1, size).max(axis=1))
        rest = rest[whole:]
    content = waveform(
        np.concatenate([*peaks, np.zeros(1, np.float32)]),
        start_s=start_s,
        end_s=end_s,
        marked=(span.start_s, span.end_s),
        width=min(_WAVE_COLUMNS, longest_side),
    )
    return pil.open(io.BytesIO(content)).convert("RGB")


def _checked(box: Box, source: Source) -> Box:
    clipped = Box(*(min(1.0, max(0.0, value)) for value in box))
    if clipped.x1 <= clipped.x0 or clipped.y1 <= clipped.y0:
        raise BadLocator(f"the box {tuple(box)} is empty", where=source.name)
    return clipped
