"""Text in pictures: a place that a reading wants recognised in, what an OCR engine sees there out.

The place is a stored picture, or a page or box rendered from the asset. Very long or wide
pictures are read in overlapping strips. ``merge`` (in ``merging``) puts the result into
the reading. Knows no store and no queue.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from clerestory.errors import FileDenied, FileVanished, InputError, WrongPassword
from clerestory.models.ocr import OcrEngine, OcrLine
from clerestory.reading import pixels
from clerestory.reading.boxes import along, holds, within
from clerestory.reading.merging import merge
from clerestory.reading.recognition import Recognition
from clerestory.reading.source import Source
from clerestory.settings import ReadingSettings
from clerestory.types import WHOLE, Box, OcrRequest, PageBox

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["Recognition", "merge", "recognise"]

STRIP_ASPECT = 4.0  # taller or wider pictures are read in strips: shrunk whole, their letters vanish
STRIP_OVERLAP = 0.15  # of a strip's length; more than any line of text is high


def recognise(
    source: Source,
    media_type: str,
    request: OcrRequest,
    engine: OcrEngine,
    settings: ReadingSettings,
    *,
    object_bytes: Callable[[str], bytes],
) -> Recognition:
    """What the engine reads at the requested place; ``object_bytes`` gives a stored picture.

    A place that cannot be looked at gives a Recognition with its ``error``; what may be
    otherwise another time (a password, a file that is away, weights, memory) is raised.
    """
    try:
        image = _picture(source, media_type, request, settings, object_bytes)
    except (WrongPassword, FileVanished, FileDenied):
        raise
    except InputError as error:
        return Recognition(request, error=str(error))
    import numpy as np

    width, height = image.size
    lines: list[OcrLine] = []
    for core, strip in _strips(width, height):
        crop = image if strip == WHOLE else image.crop(_pixels(strip, width, height))
        for line in engine.read(np.asarray(crop)):
            box = within(strip, line.box)
            middle = ((box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2)
            if strip == WHOLE or holds(core, middle):
                quad = tuple((along(strip, x, 0), along(strip, y, 1)) for x, y in line.quad)
                lines.append(OcrLine(line.text, box, line.confidence, quad))
    return Recognition(request, tuple(lines))


def _picture(
    source: Source,
    media_type: str,
    request: OcrRequest,
    settings: ReadingSettings,
    object_bytes: Callable[[str], bytes],
) -> Image:
    if request.object:
        where = f"{source.name} (a picture in it)"
        side = settings.render_longest_side
        image = pixels.load_picture(object_bytes(request.object), max_pixels=settings.max_pixels, where=where)
    elif media_type.startswith("image/"):
        frame = request.locator.page - 1 if isinstance(request.locator, PageBox) else 0
        side = settings.render_longest_side
        image = pixels.load_picture(
            source.path, max_pixels=settings.max_pixels, where=source.name, frame=frame
        )
    else:
        from clerestory.reading.render import render

        return render(source, media_type, request.locator, longest_side=settings.render_longest_side)
    aspect = max(image.size) / min(image.size)
    return pixels.fitted(image, round(side * max(1.0, aspect / STRIP_ASPECT)))


def _strips(width: int, height: int) -> list[tuple[Box, Box]]:
    """(core, strip) boxes along the longer side; cores tile the picture, strips overlap."""
    long, short = max(width, height), min(width, height)
    count = -(-long // round(short * STRIP_ASPECT)) if long > STRIP_ASPECT * short else 1
    if count == 1:
        return [(WHOLE, WHOLE)]
    margin = STRIP_OVERLAP / count
    strips = []
    for number in range(count):
        start, end = number / count, (number + 1) / count
        low, high = max(0.0, start - margin), min(1.0, end + margin)
        if height >= width:
            strips.append((Box(0.0, start, 1.0, end), Box(0.0, low, 1.0, high)))
        else:
            strips.append((Box(start, 0.0, end, 1.0), Box(low, 0.0, high, 1.0)))
    return strips


def _pixels(box: Box, width: int, height: int) -> tuple[int, int, int, int]:
    return round(box.x0 * width), round(box.y0 * height), round(box.x1 * width), round(box.y1 * height)
