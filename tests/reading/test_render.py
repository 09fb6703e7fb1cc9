"""Pictures of places show what stands there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.reading.media.made import film, hiss, number_of, numbered, recording
from tests.reading.pdf.documents import HEIGHT, WIDTH, make, rotated, source_of

from clerestory.errors import BadLocator, UnsupportedFile
from clerestory.reading.render import render
from clerestory.reading.source import Source
from clerestory.types import Box, PageBox, Region, TimeSpan

PDF = "application/pdf"


def marked(canvas) -> None:
    """A red square with its upper left corner at 100, 200 points from the top left, 50 points wide."""
    canvas.setFillColorRGB(1, 0, 0)
    canvas.rect(100, HEIGHT - 250, 50, 50, stroke=0, fill=1)


@pytest.fixture
def page(tmp_path: Path) -> Path:
    return make(tmp_path / "marked.pdf", marked)


def test_a_page_has_the_asked_size_and_its_proportions(page: Path) -> None:
    image = render(source_of(page), PDF, PageBox(1), longest_side=1000)
    assert image.mode == "RGB"
    assert image.height == 1000
    assert image.width == pytest.approx(1000 * WIDTH / HEIGHT, abs=1)


def test_a_box_of_a_page_shows_what_stands_there(page: Path) -> None:
    box = Box(100 / WIDTH, 200 / HEIGHT, 150 / WIDTH, 250 / HEIGHT)
    inside = np.asarray(render(source_of(page), PDF, PageBox(1, box), longest_side=200))
    assert inside.shape == (200, 200, 3)
    assert (inside[3:-3, 3:-3] == (255, 0, 0)).all()
    beside = Box(box.x0, 260 / HEIGHT, box.x1, 300 / HEIGHT)
    assert (np.asarray(render(source_of(page), PDF, PageBox(1, beside), longest_side=90)) == 255).all()


def test_boxes_of_a_turned_page_are_those_of_the_page_as_seen(page: Path, tmp_path: Path) -> None:
    turned = rotated(page, tmp_path / "turned.pdf", 90)
    # Turned clockwise, what was 200 from the top is 200 from the right.
    box = Box((HEIGHT - 250) / HEIGHT, 100 / WIDTH, (HEIGHT - 200) / HEIGHT, 150 / WIDTH)
    inside = np.asarray(render(source_of(turned), PDF, PageBox(1, box), longest_side=100))
    assert (inside[3:-3, 3:-3] == (255, 0, 0)).all()


def test_a_region_of_an_image_is_cut_after_its_orientation(tmp_path: Path) -> None:
    pixels = np.zeros((40, 80, 3), np.uint8)
    pixels[:, :40] = (0, 0, 255)
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned clockwise: the left half is then the upper half
    path = tmp_path / "turned.png"
    Image.fromarray(pixels).save(path, exif=exif)
    image = render(source_of(path), "image/png", Region(Box(0, 0, 1, 0.5)), longest_side=500)
    assert image.size == (40, 40)
    assert (np.asarray(image) == (0, 0, 255)).all()


def test_places_that_do_not_exist_are_typed_errors(page: Path, tmp_path: Path) -> None:
    with pytest.raises(BadLocator):
        render(source_of(page), PDF, PageBox(2), longest_side=100)
    with pytest.raises(BadLocator):
        render(source_of(page), PDF, PageBox(1, Box(0.5, 0.5, 0.5, 0.9)), longest_side=100)
    with pytest.raises(UnsupportedFile):
        render(source_of(page), PDF, TimeSpan(0, 1), longest_side=100)
    note = tmp_path / "note.txt"
    note.write_text("words")
    with pytest.raises(UnsupportedFile):
        render(source_of(note), "text/plain", PageBox(1), longest_side=100)


def test_seconds_of_a_video_are_the_frame_in_their_middle(tmp_path: Path) -> None:
    path = film(tmp_path / "a.mp4", numbered(50))
    whole = render(Source(path, "", path.name), "video/mp4", TimeSpan(0.8, 1.22), longest_side=160)
    assert (whole.size, whole.mode) == ((160, 96), "RGB")
    assert number_of(np.asarray(whole)) == 25
    upper = TimeSpan(0.8, 1.22, Box(0.0, 0.0, 1.0, 0.2))
    part = render(Source(path, "", path.name), "video/mp4", upper, longest_side=160)
    assert part.size == (160, 19)
    assert np.asarray(part).std() < 12  # above the blocks


def test_seconds_of_a_recording_are_its_waveform_with_the_span_marked(tmp_path: Path) -> None:
    sound = hiss(12, 16_000)
    sound[: 4 * 16_000] = 0
    path = recording(tmp_path / "a.wav", sound, 16_000, codec="pcm_s16le")
    image = render(Source(path, "", path.name), "audio/wav", TimeSpan(5.0, 7.0), longest_side=800)
    assert image.width == 800
    pixels = np.asarray(image).astype(int)[:140]
    orange = (pixels[:, :, 0] > pixels[:, :, 2] + 40).sum(axis=0)
    # 3 s on either side: the span is the middle quarter; the silence before 4 s shows no wave.
    assert orange[310:490].min() > 100 and orange[:290].max() == 0 == orange[510:].max()
    assert (pixels[:, 20:190].sum(axis=2) < 450).sum() < 400
