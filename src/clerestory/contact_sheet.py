"""A contact sheet: many pictures on one, each with its name and place below.

In: pictures and words. Out: a Pillow image. Words are drawn in the font that Pillow brings, which
has the Latin letters; others become question marks. Knows no hits and no files.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont, ImageFont

PAPER, INK, SOFT, PLATE = (255, 255, 255), (28, 28, 28), (110, 110, 110), (238, 238, 236)
ELLIPSIS = "..."
# Of a tile's side.
GAP, WORDS = 0.06, 0.058
MOST_SIDE = 16_000  # pixels of the sheet; JPEG ends at 65,535


@dataclass(frozen=True, slots=True)
class Tile:
    """``picture`` None is drawn as an empty plate with ``missing`` on it."""

    picture: Image | None
    title: str
    note: str = ""
    missing: str = ""


def contact_sheet(tiles: Sequence[Tile], *, columns: int = 0, side: int = 320) -> Image:
    """The tiles row by row, in RGB. ``side``: pixels of a tile's width and of the place for its picture.

    ``columns`` 0 is as many as make the sheet about as broad as high, at most 8.

    Raises:
        ValueError: no tiles, or more than fit on a sheet of ``MOST_SIDE`` pixels.
    """
    from PIL import Image, ImageDraw, ImageFont

    if not tiles:
        raise ValueError("a contact sheet needs a picture")
    columns = columns or min(8, max(1, round((len(tiles) * 1.2) ** 0.5)))
    columns = min(columns, len(tiles))
    font = ImageFont.load_default(max(9, round(WORDS * side)))
    gap, line = max(4, round(GAP * side)), round(1.35 * max(9, round(WORDS * side)))
    step_x, step_y = side + gap, side + 2 * line + 2 * gap
    rows = -(-len(tiles) // columns)
    size = (gap + columns * step_x, gap + rows * step_y)
    if max(size) > MOST_SIDE:
        raise ValueError(f"{len(tiles)} pictures of {side} pixels do not fit on one sheet")
    sheet = Image.new("RGB", size, PAPER)
    draw = ImageDraw.Draw(sheet)
    for at, tile in enumerate(tiles):
        left, top = gap + at % columns * step_x, gap + at // columns * step_y
        _place(sheet, draw, tile, (left, top), side, font)
        below = top + side + gap // 3
        draw.text((left, below), _fitting(tile.title, draw, font, side), INK, font)
        draw.text((left, below + line), _fitting(tile.note, draw, font, side), SOFT, font)
    return sheet


def _place(
    sheet: Image,
    draw: ImageDraw,
    tile: Tile,
    corner: tuple[int, int],
    side: int,
    font: FreeTypeFont | ImageFont,
) -> None:
    from PIL import Image

    left, top = corner
    draw.rectangle((left, top, left + side - 1, top + side - 1), fill=PLATE)
    if tile.picture is None:
        words = _fitting(tile.missing, draw, font, round(0.9 * side))
        middle = (left + side / 2, top + side / 2)
        draw.text(middle, words, SOFT, font, anchor="mm")
        return
    scale = side / max(tile.picture.size)
    width, height = (max(1, round(length * scale)) for length in tile.picture.size)
    reduced = tile.picture.convert("RGB").resize((width, height), Image.Resampling.LANCZOS)
    sheet.paste(reduced, (left + (side - width) // 2, top + (side - height) // 2))


def _fitting(text: str, draw: ImageDraw, font: FreeTypeFont | ImageFont, width: int) -> str:
    """As much of one line as fits; the end is worth more than the middle, since places stand there."""
    text = " ".join(text.split()).encode("cp1252", "replace").decode("cp1252")
    if draw.textlength(text, font) <= width:
        return text
    head, tail = len(text) - len(text) // 3, len(text) // 3
    while head > 1 and draw.textlength(text[:head] + ELLIPSIS + text[len(text) - tail :], font) > width:
        head -= 1
        tail = min(tail, max(4, head // 2))
    return text[:head] + ELLIPSIS + text[len(text) - tail :]
