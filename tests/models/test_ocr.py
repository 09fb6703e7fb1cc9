"""Reading text in pictures that the test draws."""

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from clerestory.models.ocr import load_ocr_engine
from clerestory.settings import ModelSettings

pytestmark = pytest.mark.weights


@pytest.fixture(scope="module")
def engine():
    return load_ocr_engine(ModelSettings(), longest_side=960)


def drawn(*lines, size=(800, 400), font=32):
    """A white picture with black ``(x, y, text)`` lines."""
    image = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(image)
    for x, y, text in lines:
        pen.text((x, y), text, fill="black", font=ImageFont.load_default(font))
    return np.asarray(image)


def test_lines_come_with_text_box_and_order(engine):
    image = drawn((60, 300, "Checked by A. Moreno"), (60, 60, "Tide gauge"), (420, 60, "Station 42"))
    lines = engine.read(image)
    assert [line.text for line in lines] == ["Tide gauge", "Station 42", "Checked by A. Moreno"]
    box = lines[0].box
    assert 0.05 < box.x0 < 0.09 and 0.13 < box.y0 < 0.19 and box.x1 < 0.4 and box.y1 < 0.3
    assert all(line.confidence > 0.8 for line in lines)


def test_lines_that_run_up_or_down_are_read(engine):
    """As the names beside the axes of a chart do."""
    image = drawn((60, 100, "Water level in metres"))
    for quarter_turns in (1, 3):
        texts = [line.text for line in engine.read(np.ascontiguousarray(np.rot90(image, quarter_turns)))]
        assert texts == ["Water level in metres"]


def test_large_print_and_long_pictures_are_read(engine):
    large = drawn((100, 300, "Station"), size=(3000, 1000), font=500)
    assert [line.text for line in engine.read(large)] == ["Station"]
    long = drawn(*((60, 60 + 300 * n, f"Reading number {n}") for n in range(20)), size=(900, 6000))
    assert [line.text for line in engine.read(long)] == [f"Reading number {n}" for n in range(20)]


def test_a_picture_without_text_has_no_lines(engine):
    assert engine.read(np.full((300, 400, 3), 255, np.uint8)) == []
    assert engine.read(np.zeros((1, 5, 3), np.uint8)) == []
