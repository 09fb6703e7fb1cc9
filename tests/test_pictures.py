"""Frames and crops: the frame lies around the place, never on it."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from clerestory.errors import FileVanished, UnsupportedFile
from clerestory.pictures import AMBER, HAIRLINE, framed, opened, picture
from clerestory.settings import ReadingSettings
from clerestory.types import WHOLE, Box, CharRange, DerivedObject, PageBox, Region, Slide


def bytes_of(colour, size=(200, 100)) -> bytes:
    import io

    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, "PNG")
    return buffer.getvalue()


def shown(locator, *, media_type="application/pdf", crops=(), objects=(), whole_page=False):
    stored = {"crop": bytes_of("green"), "page": bytes_of("white", (400, 300))}
    return picture(
        locator,
        media_type=media_type,
        source=None,
        crops=crops,
        objects=objects,
        object_bytes=stored.__getitem__,
        whole_page=whole_page,
        longest_side=150,
        settings=ReadingSettings(),
    )


def test_the_frame_lies_outside_the_box():
    image = framed(Image.new("RGB", (400, 300), "white"), Box(0.25, 0.25, 0.75, 0.75))
    pixels = np.asarray(image)
    assert (pixels[75:225, 100:300] == 255).all()
    assert tuple(pixels[150, 98]) == AMBER
    assert tuple(pixels[150, 97]) == HAIRLINE
    assert (pixels[150, :96] == 255).all()


def test_a_place_that_is_the_whole_page_has_no_frame():
    for box in (WHOLE, None):
        assert np.asarray(framed(Image.new("RGB", (40, 30), "white"), box)).min() == 255


def test_without_the_original_the_stored_crop_is_shown():
    assert shown(PageBox(3), crops=("crop",)).size == (150, 75)


@pytest.mark.parametrize("content", [b"<svg xmlns='http://www.w3.org/2000/svg'/>", bytes_of("green")[:60]])
def test_a_stored_drawing_or_damaged_picture_is_told(content):
    with pytest.raises(UnsupportedFile, match="cannot be drawn"):
        opened(content, 100)


def test_without_either_it_is_said():
    with pytest.raises(FileVanished):
        shown(PageBox(3))
    with pytest.raises(FileVanished):
        shown(Region(), media_type="image/png")
    with pytest.raises(UnsupportedFile):
        shown(CharRange(0, 9), media_type="text/plain")


def test_a_stored_picture_of_the_slide_is_framed():
    page = DerivedObject("page", "image/png", "page", b"", Slide(2))
    box = Box(0.5, 0.5, 0.9, 0.9)
    media_type = "application/vnd.oasis.opendocument.presentation"
    image = shown(Slide(2, box), media_type=media_type, objects=(page,), whole_page=True)
    assert image.width == 150
    assert (np.asarray(image) == AMBER).all(axis=2).any()
    with pytest.raises(UnsupportedFile):
        shown(Slide(3, box), media_type=media_type, objects=(page,), whole_page=True)
