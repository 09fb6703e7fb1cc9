"""The scenes of the film, each drawn at a moment of its own time.

In: seconds since the scene began. Out: a frame of 1280 by 720. What is written in a scene
stands in ``Written`` with its seconds, so that it is known what a reader should find.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image, ImageDraw

from samples.pictures import display, font, pier

SIZE = (1280, 720)
INK = (34, 40, 46)
PAPER = (236, 233, 224)
SEA, DEEP = (104, 142, 158), (52, 84, 104)
RED = (176, 62, 44)


@dataclass(frozen=True, slots=True)
class Scene:
    """``narration`` is written for the voice; ``caption`` appears after ``caption_s`` and stays."""

    name: str
    narration: tuple[str, ...]
    draw: Callable[[float], Image.Image]
    caption: str = ""
    caption_s: float = 1.2
    still: bool = True  # the drawing does not change with time


def captioned(image: Image.Image, caption: str) -> Image.Image:
    draw = ImageDraw.Draw(image)
    draw.rectangle([0, 612, 1280, 720], fill=(24, 30, 36))
    draw.text((64, 666), caption, font=font(46), fill=(250, 248, 240), anchor="lm")
    return image


_PIER: list[Image.Image] = []


def _opening(t: float) -> Image.Image:
    """The pier at dusk; the camera moves slowly to the right."""
    if not _PIER:
        _PIER.append(pier(1540, 862))
    left = min(240, int(t * 24))
    image = _PIER[0].crop((left, 70, left + 1280, 790))
    draw = ImageDraw.Draw(image)
    if t > 1.0:
        draw.rectangle([56, 64, 700, 262], fill=(24, 30, 36))
        draw.text((92, 120), "Servicing the TG-3", font=font(62), fill=(250, 248, 240), anchor="lm")
        draw.text(
            (92, 204), "North Pier, Skerrow. March 2026", font=font(36), fill=(206, 208, 204), anchor="lm"
        )
    return image


def _sheet() -> tuple[Image.Image, ImageDraw.ImageDraw]:
    image = Image.new("RGB", SIZE, PAPER)
    return image, ImageDraw.Draw(image)


def _tools(_: float) -> Image.Image:
    image, draw = _sheet()
    draw.text((80, 90), "Tool bag", font=font(64), fill=INK, anchor="lm")
    for number, line in enumerate(("Torque wrench", "20 litres of fresh water", "Silicone grease")):
        y = 210 + 120 * number
        draw.rectangle([84, y - 26, 136, y + 26], outline=INK, width=5)
        draw.line([(94, y), (108, y + 16), (146, y - 34)], fill=RED, width=8)
        draw.text((176, y), line, font=font(50), fill=INK, anchor="lm")
    draw.rounded_rectangle([850, 240, 1200, 520], 26, fill=(150, 62, 48), outline=INK, width=6)
    draw.arc([940, 150, 1110, 330], 180, 360, fill=INK, width=16)
    draw.rectangle([1000, 330, 1050, 380], fill=(226, 200, 120), outline=INK, width=4)
    return image


def _fuse(t: float) -> Image.Image:
    """The open cabinet; the green lamp goes dark after four seconds."""
    image = Image.new("RGB", SIZE, (70, 76, 82))
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle([180, 40, 1100, 590], 18, fill=(214, 216, 210), outline=INK, width=8)
    for number, name in enumerate(("F1", "F2", "F3")):
        x = 280 + 150 * number
        gap = 70 if number == 0 and t > 2.5 else 0
        draw.rectangle([x, 160, x + 90, 330], fill=(120, 124, 126), outline=INK, width=5)
        draw.rectangle([x + 20, 180 - gap, x + 70, 310 - gap], fill=(226, 176, 70), outline=INK, width=4)
        draw.text((x + 45, 376), name, font=font(50), fill=INK, anchor="mm")
    lamp = (66, 170, 84) if t < 4.0 else (62, 72, 64)
    draw.ellipse([860, 180, 980, 300], fill=lamp, outline=INK, width=6)
    draw.text((920, 376), "POWER", font=font(40), fill=INK, anchor="mm")
    draw.text((640, 500), "DANGER  10 s", font=font(56), fill=RED, anchor="mm")
    return image


def _flush(t: float) -> Image.Image:
    """The well cut open; the water in it sinks while mussels fall out."""
    image = Image.new("RGB", SIZE, (198, 214, 220))
    draw = ImageDraw.Draw(image)
    draw.rectangle([0, 320, 1280, 720], fill=SEA)
    draw.rectangle([540, 60, 740, 560], fill=PAPER, outline=INK, width=8)
    level = 180 + int(min(t, 7.0) / 7.0 * 140)
    draw.rectangle([548, level, 732, 552], fill=DEEP)
    draw.rectangle([610, 552, 670, 572], fill=SEA)
    for number in range(4):
        y = 560 + (int(t * 40) + 38 * number) % 150
        draw.ellipse([600 + 22 * number, y, 622 + 22 * number, y + 14], fill=INK)
    draw.polygon([(640, 20), (700, 20), (684, 60), (656, 60)], fill=(90, 96, 104))
    draw.text((800, 140), "Stilling well", font=font(48), fill=INK, anchor="lm")
    draw.text((800, 210), "inlet 18 mm", font=font(44), fill=INK, anchor="lm")
    return image


def _weigh(_: float) -> Image.Image:
    image = Image.new("RGB", SIZE, (222, 214, 200))
    draw = ImageDraw.Draw(image)
    draw.rectangle([0, 470, 1280, 720], fill=(122, 92, 66))
    draw.ellipse([470, 90, 810, 330], fill=(188, 116, 70), outline=INK, width=6)
    draw.arc([520, 120, 700, 260], 190, 260, fill=(232, 184, 140), width=12)
    draw.rectangle([420, 330, 860, 352], fill=(96, 100, 104))
    draw.rounded_rectangle([380, 352, 900, 520], 20, fill=(60, 64, 70), outline=INK, width=5)
    draw.rectangle([470, 384, 810, 490], fill=(196, 208, 178))
    draw.text((640, 438), "612 g", font=font(84), fill=INK, anchor="mm")
    return image


def _compare(_: float) -> Image.Image:
    image, draw = _sheet()
    shown = display().resize((760, 355), Image.Resampling.LANCZOS)
    image.paste(shown, (70, 130))
    draw.rectangle([980, 40, 1110, 590], fill=(250, 250, 246), outline=INK, width=6)
    for number in range(12):
        y = 80 + 44 * number
        draw.line([(980, y), (1030 if number % 2 else 1060, y)], fill=INK, width=6)
        if number % 2 == 0:
            draw.text((1084, y), str(7 - number // 2), font=font(30), fill=RED, anchor="mm")
    draw.rectangle([960, 392, 1130, 600], fill=SEA)  # 3.46 on the scale
    draw.text((76, 548), "Tide staff 3.46 m", font=font(52), fill=INK, anchor="lm")
    return image


def _closing(_: float) -> Image.Image:
    image = Image.new("RGB", SIZE, (28, 46, 60))
    draw = ImageDraw.Draw(image)
    draw.text((640, 250), "Questions?", font=font(76), fill=(250, 248, 240), anchor="mm")
    draw.text((640, 370), "VHF channel 12", font=font(64), fill=(236, 200, 120), anchor="mm")
    draw.text((640, 480), "Skerrow Harbour Office", font=font(42), fill=(206, 208, 204), anchor="mm")
    return image


SCENES = (
    Scene(
        "opening",
        (
            "This film shows how the tide gauge on the North Pier is serviced.",
            "It takes two people and about forty minutes.",
        ),
        _opening,
        still=False,
    ),
    Scene(
        "tool bag",
        (
            "Before you leave the boat house, check your tools.",
            "You need the torque wrench, twenty liters of fresh water, and silicone grease.",
        ),
        _tools,
    ),
    Scene(
        "fuse",
        (
            "First take out the fuse, and wait ten seconds.",
            "The green lamp must go dark before you touch the wires.",
        ),
        _fuse,
        "1  Take out fuse F1",
        still=False,
    ),
    Scene(
        "flush",
        (
            "Now open the hatch and pour the water into the well.",
            "Shells and sand come out below. Stop when the water runs clear.",
        ),
        _flush,
        "2  Flush the well",
        still=False,
    ),
    Scene(
        "weigh",
        (
            "Lift the float out and weigh it. A dry float weighs six hundred grams.",
            "This one is too heavy. It has taken in water and must be replaced.",
        ),
        _weigh,
        "3  Weigh the float",
    ),
    Scene(
        "compare",
        (
            "At the end, compare the display with the tide staff.",
            "If they differ by more than thirty millimeters, call the office.",
        ),
        _compare,
        "4  Compare with the staff",
    ),
    Scene("closing", ("Close the door, and write the visit into the log book.",), _closing),
)
