"""Pictures of places for people: the place with a little around it, or its page with the place framed.

In: a segment or citation's place, the asset's bytes where they can be had, and the stored
objects. Out: a Pillow image. Knows no ranking and no screen.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from clerestory.errors import FileVanished, UnsupportedFile
from clerestory.reading.source import Source
from clerestory.settings import ReadingSettings
from clerestory.types import WHOLE, Box, DerivedObject, Locator, PageBox, Region, Slide, TimeSpan

if TYPE_CHECKING:
    from PIL.Image import Image

MARGIN = 0.02  # of the page on each side of a crop: enough to see where a line begins and ends
EDGE = 0.02  # of a picture, between its edge and a frame in it
AMBER = (255, 176, 0)
HAIRLINE = (56, 38, 0)  # keeps the frame visible on pages that are amber themselves


def picture(
    locator: Locator,
    *,
    media_type: str,
    source: Source | None,
    crops: Sequence[str],
    objects: Sequence[DerivedObject],
    object_bytes: Callable[[str], bytes],
    whole_page: bool,
    longest_side: int,
    settings: ReadingSettings,
) -> Image:
    """The place as RGB.

    ``source`` is None when the original is away; ``crops`` are digests of stored pictures of
    the place, best first; ``objects`` those of its reading (page pictures are among them).

    Raises:
        FileVanished: the original is away and no picture of the place was stored.
        UnsupportedFile: places of this kind of file have no picture, or the stored one cannot
            be drawn (a vector drawing, a damaged picture).
    """
    box = getattr(locator, "box", None)
    shown = media_type == "application/pdf" or media_type.startswith(("image/", "audio/", "video/"))
    if isinstance(locator, TimeSpan):
        stored = _key_frame(locator, crops, objects)
        if stored and box is None:
            return opened(object_bytes(stored), longest_side)
        if source is not None:
            from clerestory.reading.render import render

            # A caption says little without the picture it stands in: the whole frame is shown.
            moment = TimeSpan(locator.start_s, locator.end_s)
            image = render(source, media_type, moment, longest_side=longest_side, settings=settings)
            return framed(image, box)
    if source is not None and shown and isinstance(locator, PageBox | Region):
        from clerestory.reading.render import render

        if not whole_page:
            around = _with_margin(locator)
            return render(source, media_type, around, longest_side=longest_side, settings=settings)
        page = PageBox(locator.page) if isinstance(locator, PageBox) else Region()
        image = render(source, media_type, page, longest_side=longest_side, settings=settings)
        return framed(image, box)
    if whole_page:
        for item in objects:
            if item.role == "page" and _same_page(item.locator, locator):
                return framed(opened(object_bytes(item.digest), longest_side), box)
    if crops:
        return opened(object_bytes(crops[0]), longest_side)
    if shown:
        raise FileVanished(
            "the original is not where it was seen, and no picture of this place was stored",
            fix="Bring it back, or add it with --keep next time.",
        )
    raise UnsupportedFile(
        f"a place in {media_type} has no picture",
        fix="Its text and the pictures embedded in it are in the library.",
    )


def matched_picture(
    digest: str,
    regions: Sequence[Region],
    *,
    asset: str,
    locator: Locator,
    media_type: str,
    source: Source | None,
    object_bytes: Callable[[str], bytes],
    longest_side: int,
    settings: ReadingSettings,
) -> Image:
    """The picture ``digest`` that was found, with ``regions`` of it framed.

    It is a stored object, or the asset itself: then ``locator`` names its page where it has several.

    Raises:
        FileVanished: it is the asset, and that is away.
        UnsupportedFile: it cannot be drawn.
    """
    if digest != asset:
        image = opened(object_bytes(digest), longest_side)
    elif source is None:
        raise FileVanished("the picture is not where it was seen", fix="Bring it back.")
    else:
        from clerestory.reading.render import render

        page = PageBox(locator.page) if isinstance(locator, PageBox) else Region()
        image = render(source, media_type, page, longest_side=longest_side, settings=settings)
    for region in regions:
        image = framed(image, _inside(region.box))
    return image


def _inside(box: Box) -> Box:
    """The box a little away from the picture's edges, so that all sides of its frame are seen."""
    low, high = EDGE, 1 - EDGE
    return Box(max(box.x0, low), max(box.y0, low), min(box.x1, high), min(box.y1, high))


def framed(image: Image, box: Box | None) -> Image:
    """A copy of ``image`` with an amber frame around ``box`` and a dark hairline outside it."""
    image = image.convert("RGB")
    if box is None or box == WHOLE:
        return image
    from PIL import ImageDraw

    line = max(2, round(max(image.size) / 350))
    x0, y0 = int(box.x0 * image.width) - line, int(box.y0 * image.height) - line
    x1, y1 = round(box.x1 * image.width) + line, round(box.y1 * image.height) + line
    draw = ImageDraw.Draw(image)
    draw.rectangle((x0 - 1, y0 - 1, x1 + 1, y1 + 1), outline=HAIRLINE, width=1)
    draw.rectangle((x0, y0, x1, y1), outline=AMBER, width=line)
    return image


def _with_margin(locator: PageBox | Region) -> PageBox | Region:
    x0, y0, x1, y1 = locator.box
    box = Box(max(0.0, x0 - MARGIN), max(0.0, y0 - MARGIN), min(1.0, x1 + MARGIN), min(1.0, y1 + MARGIN))
    return PageBox(locator.page, box) if isinstance(locator, PageBox) else Region(box)


def _key_frame(span: TimeSpan, crops: Sequence[str], objects: Sequence[DerivedObject]) -> str:
    """The first of the stored frames that was seen inside the span, or nothing."""
    times = {
        item.digest: item.locator.start_s
        for item in objects
        if item.role == "keyframe" and isinstance(item.locator, TimeSpan)
    }
    return next((one for one in crops if span.start_s <= times.get(one, -1.0) <= span.end_s), "")


def _same_page(one: Locator | None, other: Locator) -> bool:
    match one, other:
        case PageBox(page), PageBox(wanted):
            return page == wanted
        case Slide(number), Slide(wanted):
            return number == wanted
        case _:
            return False


def opened(content: bytes, longest_side: int) -> Image:
    """A stored picture as RGB, made smaller where it is larger.

    Raises:
        UnsupportedFile: documents also embed drawings and damaged pictures, which are stored as they are.
    """
    from PIL import Image as pil

    try:
        with pil.open(io.BytesIO(content)) as image:
            image.load()
            shrunk = image.convert("RGB")
    except (OSError, ValueError, SyntaxError, pil.DecompressionBombError) as error:
        raise UnsupportedFile(
            f"the picture that the document holds cannot be drawn ({type(error).__name__})",
            fix="Open the document itself.",
        ) from error
    shrunk.thumbnail((longest_side, longest_side))
    return shrunk
