"""Looking at a place with an OCR engine: the right pixels, and lines back in the picture's own boxes."""

import hashlib
import io
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from clerestory.errors import ModelMissing
from clerestory.models.ocr import OcrLine
from clerestory.reading import image
from clerestory.reading.recognise import merge, recognise
from clerestory.reading.source import Source
from clerestory.settings import ReadingSettings
from clerestory.types import Box, OcrRequest, PageBox, Region

SETTINGS = ReadingSettings()


@dataclass
class DarkSpots:
    """An engine that reads every dark rectangle as a line of text: its boxes are known exactly."""

    name: str = "dark-spots"
    version: str = "1"
    sizes: list[tuple[int, int]] = field(default_factory=list)

    def read(self, image: np.ndarray) -> list[OcrLine]:
        height, width = image.shape[:2]
        self.sizes.append((width, height))
        dark = image.mean(axis=2) < 100
        rows = np.flatnonzero(dark.any(axis=1))
        lines = []
        for band in np.split(rows, np.flatnonzero(np.diff(rows) > 1) + 1):
            if len(band):
                columns = np.flatnonzero(dark[band].any(axis=0))
                box = Box(
                    columns[0] / width, band[0] / height, (columns[-1] + 1) / width, (band[-1] + 1) / height
                )
                quad = ((box.x0, box.y0), (box.x1, box.y0), (box.x1, box.y1), (box.x0, box.y1))
                lines.append(OcrLine(f"spot {len(lines)}", box, 0.9, quad))
        return lines


def picture(size: tuple[int, int], *boxes: tuple[int, int, int, int]) -> Image.Image:
    paper = Image.new("RGB", size, "white")
    for box in boxes:
        ImageDraw.Draw(paper).rectangle(box, fill="black")
    return paper


def source_of(path: Path) -> Source:
    return Source(path, hashlib.sha256(path.read_bytes()).hexdigest(), path.name)


def nothing_stored(digest: str) -> bytes:
    raise AssertionError("no object was asked for")


def test_a_picture_file_is_read_upright_and_merged(tmp_path):
    path = tmp_path / "note.png"
    picture((400, 200), (40, 20, 199, 39)).save(path)
    reading = image.read(source_of(path), SETTINGS, "image/png")
    (request,) = reading.ocr_requests
    seen = recognise(
        source_of(path), "image/png", request, DarkSpots(), SETTINGS, object_bytes=nothing_stored
    )
    assert seen.lines[0].box == pytest.approx((0.1, 0.1, 0.5, 0.2))
    (segment,) = merge(reading, [seen], SETTINGS).segments
    assert segment.text == "spot 0" and segment.lines[0].locator == Region(seen.lines[0].box)


def test_a_stored_picture_is_read_from_its_object(tmp_path):
    stored = io.BytesIO()
    picture((300, 300), (30, 30, 59, 59)).save(stored, "PNG")
    path = tmp_path / "letter.docx"
    path.write_bytes(b"never opened")
    request = OcrRequest(PageBox(1), 0.3, "a picture", "d" * 64)
    seen = recognise(
        source_of(path), "x/y", request, DarkSpots(), SETTINGS, object_bytes={"d" * 64: stored.getvalue()}.get
    )
    assert seen.lines[0].box == pytest.approx((0.1, 0.1, 0.2, 0.2))


def test_a_page_of_a_tiff(tmp_path):
    path = tmp_path / "fax.tif"
    pages = [picture((200, 200)), picture((200, 200), (20, 100, 59, 119))]
    pages[0].save(path, save_all=True, append_images=pages[1:])
    request = OcrRequest(PageBox(2), 0.3, "a page")
    seen = recognise(
        source_of(path), "image/tiff", request, DarkSpots(), SETTINGS, object_bytes=nothing_stored
    )
    assert seen.lines[0].box == pytest.approx((0.1, 0.5, 0.3, 0.6))


@pytest.mark.parametrize("wide", [False, True])
def test_a_long_picture_is_read_in_strips_and_each_line_once(tmp_path, wide):
    path = tmp_path / "chat.png"
    spots = [(20, 40 + 100 * n, 179, 59 + 100 * n) for n in range(40)]
    long = picture((200, 4000), *spots)
    if wide:  # each spot is a line of its own strip only when strips cut along the width
        long = picture((4000, 200), (2000, 20, 2100, 50))
    long.save(path)
    engine = DarkSpots()
    request = OcrRequest(Region(), 0.3, "a picture")
    seen = recognise(source_of(path), "image/png", request, engine, SETTINGS, object_bytes=nothing_stored)
    assert len(engine.sizes) == 5
    assert all(max(size) / min(size) <= 6 for size in engine.sizes)
    if wide:
        assert [line.box for line in seen.lines] == [pytest.approx((0.5, 0.1, 0.52525, 0.255))]
    else:
        assert [round(line.box.y0 * 4000) for line in seen.lines] == [spot[1] for spot in spots]


def test_a_damaged_picture_is_an_error_of_that_place_only(tmp_path):
    path = tmp_path / "letter.docx"
    path.write_bytes(b"x")
    request = OcrRequest(PageBox(1), 0.3, "a picture", "d" * 64)
    seen = recognise(
        source_of(path), "x/y", request, DarkSpots(), SETTINGS, object_bytes=lambda digest: b"GIF89a\x01"
    )
    assert seen.lines == () and "letter.docx" in seen.error


def test_what_the_machine_lacks_is_raised(tmp_path):
    class NoWeights(DarkSpots):
        def read(self, image: np.ndarray) -> list[OcrLine]:
            raise ModelMissing("no weights", where="ppocr", fix="clerestory models pull ppocr")

    path = tmp_path / "note.png"
    picture((100, 100)).save(path)
    with pytest.raises(ModelMissing):
        recognise(
            source_of(path),
            "image/png",
            OcrRequest(Region(), 0.3, "x"),
            NoWeights(),
            SETTINGS,
            object_bytes=nothing_stored,
        )
