"""Frames and crops: the frame lies around the place, never on it."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image
from tests.reading.media.made import film, hiss, number_of, numbered, recording

from clerestory.errors import FileVanished, UnsupportedFile
from clerestory.pictures import AMBER, HAIRLINE, framed, opened, picture
from clerestory.reading.source import Source
from clerestory.settings import ReadingSettings
from clerestory.types import WHOLE, Box, CharRange, DerivedObject, PageBox, Region, Slide, TimeSpan


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


def test_a_scene_shows_its_stored_frame_and_a_written_line_the_frame_it_stands_in(tmp_path):
    path = film(tmp_path / "a.mp4", numbered(75))
    stored = DerivedObject("key", "image/png", "keyframe", b"", TimeSpan(1.0, 1.0))
    strip = DerivedObject("strip", "image/webp", "strip", b"", TimeSpan(0.0, 2.0))

    def of(span, *, source=True):
        return picture(
            span,
            media_type="video/mp4",
            source=Source(path, "", path.name) if source else None,
            crops=("strip", "key"),
            objects=(strip, stored),
            object_bytes={"key": bytes_of("green"), "strip": bytes_of("red")}.__getitem__,
            whole_page=False,
            longest_side=160,
            settings=ReadingSettings(),
        )

    assert of(TimeSpan(0.5, 2.0)).getpixel((5, 5)) == (0, 128, 0)
    assert number_of(np.asarray(of(TimeSpan(2.0, 2.44)))) == 55  # no stored frame is from there
    written = np.asarray(of(TimeSpan(0.5, 1.5, Box(0.1, 0.02, 0.4, 0.12))))
    assert written.shape == (96, 160, 3)
    assert (written == AMBER).all(axis=2).any()
    assert number_of(written) == 25
    assert of(TimeSpan(0.5, 2.0), source=False).getpixel((5, 5)) == (0, 128, 0)


def test_a_passage_shows_its_waveform(tmp_path):
    path = recording(tmp_path / "a.wav", hiss(3, 16_000), 16_000, codec="pcm_s16le")
    image = picture(
        TimeSpan(1.0, 2.0),
        media_type="audio/wav",
        source=Source(path, "", path.name),
        crops=(),
        objects=(),
        object_bytes={}.__getitem__,
        whole_page=True,
        longest_side=600,
        settings=ReadingSettings(),
    )
    assert image.width == 600
    with pytest.raises(FileVanished):
        shown(TimeSpan(1.0, 2.0), media_type="audio/wav")
