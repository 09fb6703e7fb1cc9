"""Text that no reader of the page can see stays out of segments and is kept in the ledger."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.reading.pdf.documents import HEIGHT, PROSE, WIDTH, column, make, picture, reading_of, texts

from clerestory.types import Reading


def hidden(reading: Reading) -> dict[str, str]:
    return {line.text: line.reason for line in reading.ledger if line.code == "hidden-text"}


def shown(canvas) -> None:
    column(canvas, PROSE, x=60, top=100, width=450)
    canvas.setFont("Helvetica", 10)


def white_on_white(canvas) -> None:
    canvas.setFillColorRGB(1, 1, 1)
    canvas.drawString(60, 300, "secret words")


def nearly_white(canvas) -> None:
    canvas.setFillColorRGB(0.985, 0.985, 0.985)
    canvas.drawString(60, 300, "secret words")


def blue_on_blue(canvas) -> None:
    canvas.setFillColorRGB(0.1, 0.2, 0.5)
    canvas.rect(40, 280, 300, 60, stroke=0, fill=1)
    canvas.drawString(60, 300, "secret words")


def off_the_page(canvas) -> None:
    canvas.drawString(60, HEIGHT + 40, "secret words")


def tiny(canvas) -> None:
    canvas.setFont("Helvetica", 0.4)
    canvas.drawString(60, 300, "secret words")


def mode_three(canvas) -> None:
    text = canvas.beginText(60, 300)
    text.setTextRenderMode(3)
    text.textOut("secret words")
    canvas.drawText(text)


def beneath_a_box(canvas) -> None:
    canvas.drawString(60, 300, "secret words")
    canvas.setFillColorRGB(0.8, 0.3, 0.3)
    canvas.rect(40, 280, 300, 60, stroke=0, fill=1)


def beneath_a_picture(canvas) -> None:
    canvas.drawString(60, 300, "secret words")
    canvas.drawImage(picture(), 40, 200, 300, 200)


WAYS = {
    white_on_white: "same colour",
    nearly_white: "same colour",
    blue_on_blue: "same colour",
    off_the_page: "off the page",
    tiny: "below 1 pt",
    mode_three: "render mode 3",
    beneath_a_box: "covered",
    beneath_a_picture: "covered",
}


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_what_cannot_be_seen_is_kept_apart(tmp_path: Path, way) -> None:
    def draw(canvas) -> None:
        shown(canvas)
        way(canvas)

    reading = reading_of(make(tmp_path / "hidden.pdf", draw))
    assert "secret" not in texts(reading)
    assert "counterweight" in texts(reading)
    kept = hidden(reading)
    assert list(kept) == ["secret words"]
    assert WAYS[way] in kept["secret words"]


def white_on_blue(canvas) -> None:
    canvas.setFillColorRGB(0.1, 0.2, 0.5)
    canvas.rect(40, 280, 300, 60, stroke=0, fill=1)
    canvas.setFillColorRGB(1, 1, 1)
    canvas.drawString(60, 300, "plain words")


def on_a_picture(canvas) -> None:
    canvas.drawImage(picture(), 40, 200, 300, 200)
    canvas.setFillColorRGB(1, 1, 1)
    canvas.drawString(60, 300, "plain words")


def light_grey(canvas) -> None:
    canvas.setFillColorRGB(0.85, 0.85, 0.85)
    canvas.drawString(60, 300, "plain words")


@pytest.mark.parametrize("way", [white_on_blue, on_a_picture, light_grey], ids=lambda way: way.__name__)
def test_what_can_be_seen_is_text(tmp_path: Path, way) -> None:
    def draw(canvas) -> None:
        shown(canvas)
        way(canvas)

    reading = reading_of(make(tmp_path / "seen.pdf", draw))
    assert "plain words" in texts(reading)
    assert not hidden(reading)


@pytest.mark.parametrize("below", [False, True])
def test_the_text_layer_of_a_scan_is_text_of_origin_ocr(tmp_path: Path, below: bool) -> None:
    def scan(canvas) -> None:
        if not below:
            canvas.drawImage(picture(800, 1100, colour=(250, 250, 250)), 0, 0, WIDTH, HEIGHT)
        text = canvas.beginText(60, HEIGHT - 100)
        text.setFont("Helvetica", 12)
        if not below:
            text.setTextRenderMode(3)
        for line in range(6):
            text.textLine(f"Line {line} of the page that the scanner's software has recognised")
        canvas.drawText(text)
        if below:
            canvas.drawImage(picture(800, 1100, colour=(250, 250, 250)), 0, 0, WIDTH, HEIGHT)

    reading = reading_of(make(tmp_path / "layer.pdf", scan))
    assert "scanner's software" in texts(reading)
    assert {segment.origin for segment in reading.segments if segment.kind == "text"} == {"ocr"}
    assert "ocr-text-layer" in [line.code for line in reading.ledger]
    assert not hidden(reading)
