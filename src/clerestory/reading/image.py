"""Picture files: one ``picture`` segment per picture, found by name and description, ready for OCR.

JPEG, PNG, WebP, GIF, BMP, HEIC, AVIF and TIFF (every page of it) come in. A picture's
own words are not read here: each picture large enough to hold any gets an OCR request
for the whole of it, and ``recognise`` merges what was found. Boxes are of the picture as
it is seen, after its EXIF orientation.
"""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

from clerestory.reading import pixels
from clerestory.reading.assembling import assemble
from clerestory.reading.blocks import Block
from clerestory.reading.objects import derived
from clerestory.reading.photodata import photo_metadata
from clerestory.reading.source import Source
from clerestory.settings import ReadingSettings
from clerestory.types import (
    DerivedObject,
    LedgerLine,
    Locator,
    OcrRequest,
    PageBox,
    PageInfo,
    Reading,
    Region,
)

if TYPE_CHECKING:
    from PIL.Image import Image

READER = "image"
VERSION = "1"

THUMBNAIL_SIDE = 320  # pixels
SMALLEST_TEXT_SIDE = 24  # pixels; below it no line of text and its margins fit
SCREEN_PIXELS = 2_000_000  # a full-HD screen or a photographed page: as likely to hold text as any
PRINT_DPI = 96.0  # assumed for pages of a TIFF that does not say


def read(source: Source, settings: ReadingSettings, media_type: str) -> Reading:
    """The picture as one segment; a TIFF of several pages as one segment per page.

    Raises:
        UnreadableFile, TooLarge, FileVanished, FileDenied
    """
    blocks: list[Block] = []
    objects: list[DerivedObject] = []
    ledger: list[LedgerLine] = []
    requests: list[OcrRequest] = []
    pages: list[PageInfo] = []
    with (
        pixels.typed_errors(source.name),
        pixels.open_picture(source.path, max_pixels=settings.max_pixels, where=source.name) as image,
    ):
        metadata = photo_metadata(image)
        frames = _frames(image)
        paged = image.format == "TIFF" and frames > 1
        if frames > 1 and not paged and image.format != "MPO":  # the others are animations
            ledger.append(_further_frames(frames))
        title = metadata.get("title") or PurePath(source.name).stem
        for frame in range(min(frames, settings.max_pages) if paged else 1):
            if frame:
                image.seek(frame)
            turn = pixels.orientation(image)
            size = image.size[::-1] if turn >= 5 else image.size
            locator: Locator = PageBox(frame + 1) if paged else Region()
            if paged:
                pages.append(_page(image, frame + 1, size))
            seen = pixels.upright(
                image, max_pixels=settings.max_pixels, where=source.name, longest_side=2 * THUMBNAIL_SIDE
            )
            thumbnail = derived(
                pixels.encoded(pixels.fitted(seen, THUMBNAIL_SIDE)),
                "image/jpeg",
                "thumbnail",
                locator=locator,
            )
            objects.append(thumbnail)
            attributes = {
                "width": str(size[0]),
                "height": str(size[1]),
                "phash": pixels.perceptual_hash(seen),
            }
            blocks.append(
                Block(
                    "picture",
                    "",
                    locator,
                    place=frame + 1 if paged else None,
                    caption=metadata.get("description", ""),
                    objects=(thumbnail.digest,),
                    origin="none",
                    attributes=attributes,
                )
            )
            if settings.ocr and min(size) >= SMALLEST_TEXT_SIDE:
                requests.append(
                    OcrRequest(
                        locator, text_priority(size), reason="a picture may carry text", context=(title,)
                    )
                )
        if paged and frames > settings.max_pages:
            ledger.append(_too_many_pages(frames, settings.max_pages))
        metadata |= {"width": blocks[0].attributes["width"], "height": blocks[0].attributes["height"]}
    return assemble(
        source,
        media_type=media_type,
        reader=READER,
        version=VERSION,
        settings=settings,
        title=title,
        metadata=metadata,
        pages=pages,
        blocks=blocks,
        objects=objects,
        ledger=ledger,
        ocr_requests=requests,
    )


def text_priority(size: tuple[int, int]) -> float:
    """0.2 for an icon to 0.9 for a picture of a screen or page; thin pages of documents have 1 and more."""
    return round(0.2 + 0.7 * min(1.0, size[0] * size[1] / SCREEN_PIXELS), 3)


def _frames(image: Image) -> int:
    try:
        return int(getattr(image, "n_frames", 1))
    except pixels.DECODER_ERRORS:
        return 1  # the first frame may still be whole; loading it decides


def _page(image: Image, number: int, size: tuple[int, int]) -> PageInfo:
    dpi = image.info.get("dpi", (PRINT_DPI, PRINT_DPI))
    across, down = (float(value) if float(value) > 1 else PRINT_DPI for value in dpi)
    return PageInfo(number, width_pt=size[0] * 72 / across, height_pt=size[1] * 72 / down)


def _further_frames(frames: int) -> LedgerLine:
    return LedgerLine(
        "frames-not-read", "info", "picture", f"an animation: the first of {frames} frames was read", Region()
    )


def _too_many_pages(frames: int, limit: int) -> LedgerLine:
    reason = f"pages {limit + 1} to {frames} are over the limit of {limit:,} (reading.max_pages)"
    return LedgerLine("too-many-pages", "warning", "page", reason)
