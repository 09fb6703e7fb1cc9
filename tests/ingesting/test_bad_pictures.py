"""Odd and broken pictures: each gives a vector of what it shows, or a typed error; none a black square."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image
from tests import fakes
from tests.ingesting.test_seeing import InThisProcess, data, kept
from tests.searching.pictures import painted

from clerestory.errors import ClerestoryError
from clerestory.ingesting import workers

RED = fakes.RED


@pytest.fixture
def seen(monkeypatch):
    """The pictures that the encoder was given."""
    monkeypatch.setattr(workers, "WorkerPool", InThisProcess)
    given: list[np.ndarray] = []
    embed = fakes.ColourNames.embed

    def kept_and_embedded(self, images):
        given.extend(images)
        return embed(self, images)

    monkeypatch.setattr(fakes.ColourNames, "embed", kept_and_embedded)
    return given


def saved(image: Image.Image, form: str, **options) -> bytes:
    content = io.BytesIO()
    image.save(content, form, **options)
    return content.getvalue()


def deep(array: np.ndarray, ending: str) -> bytes:
    import cv2

    ok, content = cv2.imencode(ending, array)
    assert ok
    return content.tobytes()


def frames(form: str) -> bytes:
    """A moving picture: red, then blue."""
    pages = [Image.new("RGB", (90, 60), colour) for colour in (RED, fakes.BLUE)]
    return saved(pages[0], form, save_all=True, append_images=pages[1:], duration=100)


def palette() -> Image.Image:
    image = Image.new("P", (80, 80), 1)
    image.putpalette([0, 0, 0, *RED])
    image.paste(0, (0, 0, 40, 80))
    image.info["transparency"] = 0
    return image


def badge(colour: tuple[int, int, int]) -> Image.Image:
    """Something in the middle of nothing; what cannot be seen is black."""
    image = Image.new("RGBA", (90, 90), (0, 0, 0, 0))
    image.paste((*colour, 255), (30, 30, 60, 60))
    return image


REDDISH = np.array([20, 20, 220], np.uint16) * 257  # as cv2 wants it: blue, green, red

ODD = {
    "one-pixel.png": saved(Image.new("RGB", (1, 1), RED), "PNG"),
    "strip.png": saved(Image.new("RGB", (20_000, 6), RED), "PNG"),
    "needle.png": saved(Image.new("RGB", (1, 4_000), RED), "PNG"),
    "deep.png": deep(np.full((60, 90, 3), REDDISH, np.uint16), ".png"),
    "deep.tif": deep(np.full((60, 90, 3), REDDISH, np.uint16), ".tiff"),
    "cmyk.jpg": saved(Image.new("RGB", (90, 60), RED).convert("CMYK"), "JPEG"),
    "cmyk.tif": saved(Image.new("RGB", (90, 60), RED).convert("CMYK"), "TIFF"),
    "moving.gif": frames("GIF"),
    "moving.png": frames("PNG"),
    "moving.webp": frames("WEBP"),
    "palette.png": saved(palette(), "PNG", transparency=0),
    "badge.png": saved(badge(RED), "PNG"),
    "badge.webp": saved(badge(RED), "WEBP", lossless=True),
    "ycbcr.tif": saved(Image.new("RGB", (90, 60), RED).convert("YCbCr"), "TIFF"),
}


@pytest.mark.parametrize("name", ODD)
def test_odd_pictures_are_seen_as_people_see_them(library, files, seen, name):
    (files / name).write_bytes(ODD[name])
    report = library.add(files, ocr="off")
    if report.failed:  # a typed error and nothing half
        (failure,) = report.failed
        assert isinstance(failure.error, ClerestoryError) and failure.error.what
        assert name == "deep.tif" and not seen and kept(library) == []
        return
    assert (report.seen, len(kept(library))) == (1, 1)
    (image,) = seen
    assert image.dtype == np.uint8 and image.shape[2] == 3
    reds = np.abs(image.astype(int) - RED).max(axis=2) < 40
    assert reds.mean() > 0.1
    assert not (image.max(axis=2) < 30).any()
    assert library.verify().well


def test_shades_of_sixteen_bits_keep_their_order_and_one_shade_its_lightness(library, files, seen):
    ramp = np.linspace(0, 65_535, 90 * 60).reshape(60, 90).astype(np.uint16)
    (files / "ramp.png").write_bytes(deep(ramp, ".png"))
    (files / "white.png").write_bytes(deep(np.full((60, 90), 65_535, np.uint16), ".png"))
    (files / "grey.tif").write_bytes(deep(np.full((60, 90), 0.5, np.float32), ".tiff"))
    assert library.add(files, ocr="off").seen == 3
    shown = sorted(seen, key=lambda image: image.std())
    assert sorted(round(image.mean()) for image in shown[:2]) == [pytest.approx(128, abs=3), 255]
    assert shown[2].min() < 5 and shown[2].max() > 250


def test_white_on_nothing_is_seen(library, files, seen):
    (files / "sign.png").write_bytes(saved(badge((255, 255, 255)), "PNG"))
    assert library.add(files, ocr="off").seen == 1
    assert np.ptp(seen[0]) > 200


def test_nothing_at_all_is_seen_as_paper(library, files, seen):
    (files / "clear.png").write_bytes(saved(Image.new("RGBA", (90, 60), (0, 0, 0, 0)), "PNG"))
    assert library.add(files, ocr="off").seen == 1
    assert seen[0].min() == 255


@pytest.mark.parametrize("form", ["JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP", "JPEG2000"])
@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.95])
def test_a_truncated_picture_is_an_error_or_what_is_left_of_it(library, files, seen, form, share):
    grain = np.random.default_rng(0).integers(60, 255, (120, 160, 3)).astype(np.uint8)
    content = saved(Image.fromarray(grain), form)
    (files / "cut").with_suffix(f".{form.lower()}").write_bytes(content[: int(share * len(content))])
    report = library.add(files, ocr="off")
    if report.failed:
        assert all(isinstance(one.error, ClerestoryError) for one in report.failed)
        assert library.ledger() and not seen
    else:
        assert report.seen == len(seen) == len(kept(library))
        assert all((image.max(axis=2) < 30).mean() < 0.5 for image in seen)
    assert library.verify().well


def test_a_truncated_picture_in_a_document_takes_no_other_with_it(library, files, seen):
    whole, cut = painted("red"), painted("blue", texture="cut")
    (files / "page.html").write_text(
        f"<p>Before.</p><img src='{data(cut[: len(cut) // 2])}'><p>Between.</p><img src='{data(whole)}'>"
    )
    report = library.add(files, ocr="off")
    assert report.failed == () and report.seen == 1
    assert any(entry.line.kind == "picture" for entry in library.ledger())
    assert library.search("between").hits and library.verify().well
