"""Two pictures that are one, and two that only look alike."""

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageOps

from clerestory.searching.sameness import same


def scene(seed: int, size=(480, 360)) -> Image.Image:
    """Shapes and shades as a photograph has them."""
    random = np.random.default_rng(seed)
    picture = Image.new("RGB", size, tuple(random.integers(80, 200, 3).tolist()))
    draw = ImageDraw.Draw(picture)
    for _ in range(45):
        x, y = random.integers(-40, size[0]), random.integers(-40, size[1])
        wide, high = random.integers(15, 130, 2)
        colour = tuple(random.integers(0, 255, 3).tolist())
        shape = draw.ellipse if random.random() < 0.5 else draw.rectangle
        shape((int(x), int(y), int(x + wide), int(y + high)), fill=colour)
    return picture.filter(ImageFilter.GaussianBlur(1))


def jpeg(picture: Image.Image, quality: int) -> Image.Image:
    content = io.BytesIO()
    picture.save(content, "JPEG", quality=quality)
    return Image.open(content).convert("RGB")


CHANGES = {
    "poor": lambda one: jpeg(one, 25),
    "small": lambda one: jpeg(one.resize((160, 120)), 50),
    "grey": lambda one: ImageOps.grayscale(one).convert("RGB"),
    "bright": lambda one: ImageEnhance.Brightness(one).enhance(1.25),
    "trimmed": lambda one: one.crop((40, 30, 440, 340)),
    "mirrored": ImageOps.mirror,
    "framed": lambda one: ImageOps.expand(one, 20, "white"),
    "turned a little": lambda one: one.rotate(2, Image.Resampling.BICUBIC),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_picture_is_the_same(change):
    alike = [same(np.asarray(scene(seed)), np.asarray(CHANGES[change](scene(seed)))) for seed in range(6)]
    assert sum(alike) >= 5


def test_other_pictures_are_not():
    pictures = [np.asarray(scene(seed)) for seed in range(7)]
    assert not any(same(one, other) for at, one in enumerate(pictures) for other in pictures[:at])


def test_a_form_filled_in_otherwise_is_not():
    def form(seed):
        page = Image.new("RGB", (400, 560), "white")
        draw = ImageDraw.Draw(page)
        random = np.random.default_rng(seed)
        draw.rectangle((20, 10, 380, 60), outline="black", width=3)
        draw.text((120, 25), "INVOICE", fill="black", font_size=24)
        for row in range(18):
            draw.text(
                (30, 80 + 25 * row),
                "".join(map(chr, random.integers(65, 90, 26))),
                fill="black",
                font_size=18,
            )
        return np.asarray(page)

    assert same(form(1), form(1))
    assert not same(form(1), form(2))


@settings(max_examples=40)
@given(st.integers(1, 90), st.integers(1, 90), st.integers(1, 90), st.integers(1, 90), st.integers(0, 255))
def test_any_sizes_are_compared_either_way(a, b, c, d, level):
    one = np.full((a, b, 3), level, np.uint8)
    other = np.full((c, d), level, np.uint8)
    assert same(one, one)
    assert isinstance(same(one, other), bool)
