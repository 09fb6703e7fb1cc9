"""Pictures in terminals that can show them.

In: a PIL image and what the terminal calls itself. Out: the bytes that draw it: the
kitty protocol, iTerm2's inline images, or two pixels per cell in true colour. Knows
nothing of hits or libraries.

Sources: sw.kovidgoyal.net/kitty/graphics-protocol, iterm2.com/documentation-images.html.
"""

from __future__ import annotations

import base64
import io
import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

import click

if TYPE_CHECKING:
    from PIL import Image

Way = Literal["kitty", "iterm", "blocks", "none"]
KITTY_CHUNK = 4096  # the protocol's limit for one escape sequence
UPPER_HALF = "\N{UPPER HALF BLOCK}"


def pictures_option(function):
    return click.option(
        "--pictures",
        type=click.Choice(["auto", "always", "never"]),
        default="auto",
        show_default=True,
        help="Show thumbnails in the terminal; auto does where it can.",
    )(function)


def way_of(environment: Mapping[str, str], *, terminal: bool, wish: str = "auto") -> Way:
    """How this terminal shows pictures. ``wish`` is auto, always or never."""
    if wish == "never" or (wish == "auto" and not terminal):
        return "none"
    term, program = environment.get("TERM", ""), environment.get("TERM_PROGRAM", "")
    if "TMUX" in environment or term.startswith("screen"):
        return "blocks"  # multiplexers swallow the protocols
    if "KITTY_WINDOW_ID" in environment or term in ("xterm-kitty", "xterm-ghostty") or program == "ghostty":
        return "kitty"
    if program in ("iTerm.app", "WezTerm", "mintty") or environment.get("LC_TERMINAL") == "iTerm2":
        return "iterm"
    if environment.get("COLORTERM", "").lower() in ("truecolor", "24bit") or wish == "always":
        return "blocks"
    return "none"


def way_here(wish: str) -> Way:
    return way_of(os.environ, terminal=sys.stdout.isatty(), wish=wish)


def drawn(image: Image.Image, way: Way, *, columns: int = 48, rows: int = 16) -> str:
    """What to print so that ``image`` stands in at most ``columns`` by ``rows`` cells."""
    match way:
        case "kitty":
            return _kitty(image, *_cells(image, columns, rows))
        case "iterm":
            return _iterm(image, *_cells(image, columns, rows))
        case "blocks":
            return _blocks(image, *_cells(image, columns, rows))
        case "none":
            return ""


def _cells(image: Image.Image, columns: int, rows: int) -> tuple[int, int]:
    """Cells that keep the picture's shape; a cell is about twice as high as wide."""
    width, height = image.size
    scale = min(columns / width, 2 * rows / height)
    return max(1, round(width * scale)), max(1, round(height * scale / 2))


def _png(image: Image.Image, columns: int, rows: int) -> bytes:
    reduced = image.convert("RGB")
    reduced.thumbnail((columns * 20, rows * 40))  # about the pixels of a cell on a dense screen
    out = io.BytesIO()
    reduced.save(out, "PNG")
    return out.getvalue()


def _kitty(image: Image.Image, columns: int, rows: int) -> str:
    content = base64.standard_b64encode(_png(image, columns, rows)).decode("ascii")
    chunks = [content[i : i + KITTY_CHUNK] for i in range(0, len(content), KITTY_CHUNK)]
    parts = []
    for number, chunk in enumerate(chunks):
        more = int(number < len(chunks) - 1)
        head = f"a=T,f=100,q=2,c={columns},r={rows},m={more}" if number == 0 else f"m={more}"
        parts.append(f"\x1b_G{head};{chunk}\x1b\\")
    return "".join(parts) + "\n"


def _iterm(image: Image.Image, columns: int, rows: int) -> str:
    content = _png(image, columns, rows)
    encoded = base64.standard_b64encode(content).decode("ascii")
    head = f"inline=1;size={len(content)};width={columns};height={rows};preserveAspectRatio=1"
    return f"\x1b]1337;File={head}:{encoded}\x07\n"


def _blocks(image: Image.Image, columns: int, rows: int) -> str:
    reduced = image.convert("RGB").resize((columns, rows * 2))
    pixels = reduced.tobytes()

    def colour(x: int, y: int) -> str:
        at = 3 * (y * columns + x)
        return ";".join(str(part) for part in pixels[at : at + 3])

    lines = []
    for row in range(rows):
        cells = [
            f"\x1b[38;2;{colour(x, 2 * row)};48;2;{colour(x, 2 * row + 1)}m{UPPER_HALF}"
            for x in range(columns)
        ]
        lines.append("".join(cells) + "\x1b[0m")
    return "\n".join(lines) + "\n"
