"""Each terminal gets the picture in the form it understands, or none."""

import base64
import io
import re

import pytest
from PIL import Image

from clerestory.cli.pictures import KITTY_CHUNK, drawn, way_of


@pytest.mark.parametrize(
    ("environment", "way"),
    [
        ({"KITTY_WINDOW_ID": "1"}, "kitty"),
        ({"TERM": "xterm-ghostty"}, "kitty"),
        ({"TERM_PROGRAM": "iTerm.app"}, "iterm"),
        ({"TERM_PROGRAM": "WezTerm"}, "iterm"),
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, "blocks"),
        ({"TERM": "xterm-256color"}, "none"),
        ({"KITTY_WINDOW_ID": "1", "TMUX": "/run/1"}, "blocks"),
    ],
)
def test_terminals_are_known_by_what_they_call_themselves(environment, way):
    assert way_of(environment, terminal=True) == way
    assert way_of(environment, terminal=False) == "none"
    assert way_of(environment, terminal=True, wish="never") == "none"


def test_always_draws_even_where_nothing_is_known():
    assert way_of({}, terminal=False, wish="always") == "blocks"


def test_half_blocks_carry_the_colours_of_two_rows():
    picture = Image.new("RGB", (2, 2), (255, 0, 0))
    picture.paste((0, 0, 255), (0, 1, 2, 2))
    text = drawn(picture, "blocks", columns=2, rows=1)
    assert text.count("▀") == 2
    assert "38;2;255;0;0" in text and "48;2;0;0;255" in text
    assert text.endswith("\x1b[0m\n")


def test_a_picture_keeps_its_shape_in_cells():
    wide = drawn(Image.new("RGB", (400, 100)), "blocks", columns=40, rows=40)
    lines = wide.rstrip("\n").split("\n")
    assert len(lines) == 5
    assert lines[0].count("▀") == 40


def _png(encoded: str) -> Image.Image:
    return Image.open(io.BytesIO(base64.standard_b64decode(encoded)))


def test_kitty_gets_a_png_in_chunks_that_fit_its_protocol():
    noisy = Image.effect_noise((300, 300), 90)
    text = drawn(noisy, "kitty", columns=20, rows=10)
    parts = re.findall(r"\x1b_G([^;]*);([^\x1b]*)\x1b\\", text)
    assert len(parts) > 1
    assert all(len(chunk) <= KITTY_CHUNK for _, chunk in parts)
    assert [head[-3:] for head, _ in parts] == ["m=1"] * (len(parts) - 1) + ["m=0"]
    assert _png("".join(chunk for _, chunk in parts)).size == (300, 300)


def test_iterm_gets_an_inline_file():
    text = drawn(Image.new("RGB", (30, 20)), "iterm")
    head, _, encoded = text.removeprefix("\x1b]1337;File=").partition(":")
    assert "inline=1" in head
    assert _png(encoded.rstrip("\n\x07")).size == (30, 20)


def test_nothing_is_drawn_where_pictures_do_not_show():
    assert drawn(Image.new("RGB", (3, 3)), "none") == ""
