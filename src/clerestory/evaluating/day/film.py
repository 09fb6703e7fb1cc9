"""The pictures of a story that is a video: its slides, with captions laid over them.

In: a story and its tape. Out: RGB frames at ``FRAMES_PER_S``. A slide of the "plain" look
stands still; behind one of the "dark" look specks drift by. It knows no file format.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from clerestory.evaluating.day.stories import Caption, Slide, Story
from clerestory.evaluating.day.tape import Tape

if TYPE_CHECKING:
    from PIL.Image import Image

FRAMES_PER_S = 12
# Of each look, as RGB: background, title, text, decoration.
_COLOURS = {
    "plain": ((246, 243, 235), (28, 60, 96), (40, 40, 44), (214, 176, 96)),
    "dark": ((16, 22, 38), (250, 214, 130), (226, 230, 238), (92, 132, 190)),
}
_SPECKS = 40


def frames(story: Story, tape: Tape, *, size: tuple[int, int]) -> Iterator[np.ndarray]:
    """Frames (height, width, 3) of uint8 from 0 s to the end of the tape; ``size`` is (width, height)."""
    shown = [cue for cue in tape.cues if isinstance(story.parts[cue.part], Slide | Caption)]
    for number in range(int(np.ceil(tape.seconds * FRAMES_PER_S))):
        # A frame shows what stands at its beginning, to the nearest frame.
        time_s = (number + 0.5) / FRAMES_PER_S
        standing = [cue.part for cue in shown if cue.start_s <= time_s < cue.end_s] or [shown[-1].part]
        picture = _picture(story, tuple(standing), size)
        yield picture if story.setting == "plain" else _with_specks(picture, time_s)


@cache
def _speck_places() -> np.ndarray:
    """Where each speck begins (x, y in 0..1) and how far it drifts in a second."""
    return np.random.default_rng(7).random((_SPECKS, 3)) * (1.0, 0.9, 0.03)


def _with_specks(picture: np.ndarray, time_s: float) -> np.ndarray:
    picture = picture.copy()
    height, width = picture.shape[:2]
    across, down, speed = _speck_places().T
    for x, y in zip(
        (((across + speed * time_s) % 1) * width).astype(int), (down * height).astype(int), strict=True
    ):
        spot = picture[y : y + 3, x : x + 3]
        np.maximum(spot, 120, out=spot)
    return picture


@cache
def _picture(story: Story, standing: tuple[int, ...], size: tuple[int, int]) -> np.ndarray:
    """A slide, and the caption over it if one stands."""
    from PIL import Image

    parts = [story.parts[number] for number in standing]
    background, *_ = _COLOURS[story.setting]
    image = Image.new("RGB", size, background)
    for part in parts:
        if isinstance(part, Slide):
            _draw_slide(image, part, _COLOURS[story.setting])
        elif isinstance(part, Caption):
            _draw_caption(image, part)
    pixels = np.asarray(image)
    pixels.setflags(write=False)
    return pixels


def _draw_slide(image: Image, slide: Slide, colours: tuple[tuple[int, int, int], ...]) -> None:
    from PIL import ImageDraw, ImageFont

    _, title, text, decoration = colours
    width, height = image.size
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, width // 60, height), fill=decoration)
    draw.ellipse((width * 0.82, height * 0.62, width * 0.82 + height * 0.2, height * 0.82), fill=decoration)
    # The font that comes with Pillow: the same on every machine.
    large, small = ImageFont.load_default(height // 12), ImageFont.load_default(height // 18)
    draw.text((width * 0.08, height * 0.1), slide.title, fill=title, font=large)
    for row, line in enumerate(slide.lines):
        at = (width * 0.1, height * (0.3 + 0.11 * row))
        draw.text(at, line, fill=text, font=small)


def _draw_caption(image: Image, caption: Caption) -> None:
    from PIL import ImageDraw, ImageFont

    width, height = image.size
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, height * 0.86, width, height * 0.97), fill=(20, 20, 20))
    draw.text(
        (width / 2, height * 0.915),
        caption.text,
        fill=(255, 255, 255),
        font=ImageFont.load_default(height // 18),
        anchor="mm",
    )
