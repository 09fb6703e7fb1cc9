"""Raster pictures drawn with Pillow: the pier, the display, the worn encoder disc.

Everything is drawn at twice the size and reduced, with fixed seeds.
"""

from __future__ import annotations

import math
import random

from PIL import Image, ImageDraw, ImageFilter, ImageFont

INK = (38, 42, 48)


def font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.load_default(size)  # the font that Pillow carries


def pier(width: int = 1000, height: int = 560) -> Image.Image:
    """A pier at dusk with the gauge cabinet on it."""
    w, h = width * 2, height * 2
    chance = random.Random(3)  # noqa: S311 - a drawing, not a secret
    image = Image.new("RGB", (w, h))
    draw = ImageDraw.Draw(image)
    horizon = int(h * 0.52)
    for y in range(horizon):
        t = y / horizon
        draw.line([(0, y), (w, y)], fill=(int(52 + 190 * t), int(78 + 110 * t), int(120 + 50 * t)))
    for y in range(horizon, h):
        t = (y - horizon) / (h - horizon)
        draw.line([(0, y), (w, y)], fill=(int(96 - 66 * t), int(112 - 62 * t), int(128 - 54 * t)))
    draw.ellipse([w * 0.17, horizon - h * 0.13, w * 0.17 + h * 0.2, horizon + h * 0.07], fill=(250, 214, 150))
    draw.rectangle([0, horizon, w * 0.33, horizon + h * 0.09], fill=(100, 114, 128))
    for _ in range(900):
        y = chance.uniform(horizon + 4, h)
        x, length = chance.uniform(0, w), chance.uniform(10, 110) * (0.3 + (y - horizon) / (h - horizon))
        light = chance.choice([(150, 160, 168), (66, 84, 104), (206, 186, 152)])
        draw.line([(x, y), (x + length, y)], fill=light, width=2)
    deck = int(h * 0.44)
    draw.rectangle([w * 0.42, deck, w, deck + h * 0.035], fill=(70, 62, 56))
    for x in range(int(w * 0.45), w, int(w * 0.085)):
        draw.rectangle([x, deck, x + w * 0.014, h * 0.9], fill=(58, 52, 48))
        draw.rectangle([x - w * 0.003, h * 0.68, x + w * 0.017, h * 0.9], fill=(44, 52, 48))
    for x in range(int(w * 0.42), w, int(w * 0.03)):
        draw.rectangle([x, deck - h * 0.07, x + w * 0.003, deck], fill=(64, 58, 54))
    draw.rectangle([w * 0.42, deck - h * 0.072, w, deck - h * 0.064], fill=(64, 58, 54))
    well = w * 0.635  # the stilling well below the cabinet
    draw.rectangle([well, deck, well + w * 0.028, h * 0.93], fill=(158, 164, 166))
    draw.rectangle([well + w * 0.004, deck, well + w * 0.009, h * 0.93], fill=(196, 200, 200))
    draw.rectangle([w * 0.6, deck - h * 0.2, w * 0.7, deck], fill=(226, 226, 218))
    draw.polygon(
        [(w * 0.59, deck - h * 0.2), (w * 0.65, deck - h * 0.26), (w * 0.71, deck - h * 0.2)],
        fill=(150, 62, 48),
    )
    draw.rectangle([w * 0.615, deck - h * 0.16, w * 0.655, deck - h * 0.1], fill=(60, 84, 96))
    draw.rectangle([w * 0.69, deck - h * 0.42, w * 0.694, deck], fill=(70, 70, 74))
    draw.polygon(
        [
            (w * 0.66, deck - h * 0.42),
            (w * 0.73, deck - h * 0.37),
            (w * 0.73, deck - h * 0.32),
            (w * 0.66, deck - h * 0.37),
        ],
        fill=(38, 48, 84),
    )
    return image.filter(ImageFilter.GaussianBlur(1.2)).resize((width, height), Image.Resampling.LANCZOS)


def display(width: int = 900, height: int = 420) -> Image.Image:
    """The instrument's display with a level, a small trend and a status line."""
    image = Image.new("RGB", (width, height), (52, 54, 58))
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle(
        [18, 18, width - 18, height - 18], 22, fill=(30, 31, 34), outline=(90, 92, 96), width=4
    )
    draw.rectangle([60, 56, width - 60, height - 96], fill=(196, 208, 178))
    draw.text((84, 70), "LEVEL", font=font(30), fill=INK)
    draw.text((84, 112), "3.472 m", font=font(96), fill=INK)
    draw.text((84, 232), "RISING  +0.9 cm/min", font=font(30), fill=INK)
    draw.text((84, 276), "BATT 12.8 V   K4 OK   SD 61 %", font=font(26), fill=INK)
    points = [(560 + i * 4, 200 - 60 * math.sin(i / 11.0)) for i in range(60)]
    draw.line(points, fill=INK, width=4)
    draw.line([(556, 100), (556, 290), (806, 290)], fill=INK, width=3)
    draw.text((600, 62), "last 12 h", font=font(24), fill=INK)
    for i, name in enumerate(["MENU", "UP", "DOWN", "OK"]):
        x = 110 + i * 190
        draw.rounded_rectangle([x, height - 82, x + 130, height - 38], 12, fill=(92, 94, 98))
        draw.text((x + 65, height - 60), name, font=font(24), fill=(240, 240, 236), anchor="mm")
    return image


def disc(size: int = 520) -> Image.Image:
    """The coded disc of the shaft encoder, with a worn sector."""
    s = size * 2
    chance = random.Random(11)  # noqa: S311
    image = Image.new("RGB", (s, s), (228, 226, 220))
    draw = ImageDraw.Draw(image)
    draw.ellipse([40, 40, s - 40, s - 40], fill=(188, 190, 192), outline=(96, 98, 102), width=8)
    for ring in range(5):
        outer = 70 + ring * 62
        for step in range(2 ** (7 - ring)):
            if step % 2 == 0:
                continue
            sweep = 360 / 2 ** (7 - ring)
            draw.arc(
                [outer, outer, s - outer, s - outer],
                step * sweep,
                (step + 1) * sweep,
                fill=(40, 42, 46),
                width=46,
            )
    draw.ellipse([s * 0.4, s * 0.4, s * 0.6, s * 0.6], fill=(150, 152, 156), outline=(80, 82, 86), width=8)
    draw.ellipse([s * 0.475, s * 0.475, s * 0.525, s * 0.525], fill=(60, 62, 66))
    for _ in range(900):  # scratches between two and four o'clock
        angle, radius = math.radians(chance.uniform(-55, -5)), chance.uniform(s * 0.25, s * 0.44)
        x, y = s / 2 + radius * math.cos(angle), s / 2 + radius * math.sin(angle)
        draw.line(
            [(x, y), (x + chance.uniform(-26, 26), y + chance.uniform(-26, 26))],
            fill=(168, 150, 128),
            width=3,
        )
    return image.resize((size, size), Image.Resampling.LANCZOS)


def harbour_chart(width: int = 900, height: int = 520) -> Image.Image:
    """A sketch map of the harbour with the three stations."""
    image = Image.new("RGB", (width, height), (222, 232, 236))
    draw = ImageDraw.Draw(image)
    draw.polygon(
        [
            (0, 0),
            (width, 0),
            (width, 120),
            (720, 150),
            (640, 210),
            (420, 190),
            (300, 260),
            (160, 240),
            (0, 330),
        ],
        fill=(232, 222, 198),
    )
    draw.line(
        [(720, 150), (640, 210), (420, 190), (300, 260), (160, 240), (0, 330)], fill=(120, 108, 84), width=4
    )
    draw.line([(640, 200), (700, 360)], fill=(110, 96, 80), width=12)
    draw.line([(300, 255), (250, 400)], fill=(110, 96, 80), width=12)
    for x, y, name in [(700, 360, "North Pier"), (250, 400, "Fish Quay"), (470, 470, "Outer Buoy")]:
        draw.ellipse([x - 13, y - 13, x + 13, y + 13], fill=(190, 60, 40), outline=(255, 255, 255), width=3)
        draw.text((x + 22, y - 16), name, font=font(30), fill=INK)
    draw.text((30, 30), "SKERROW HARBOUR", font=font(36), fill=(110, 96, 70))
    draw.line([(40, 490), (240, 490)], fill=INK, width=4)
    draw.text((140, 470), "500 m", font=font(22), fill=INK, anchor="mm")
    draw.polygon([(840, 60), (856, 108), (840, 98), (824, 108)], fill=INK)
    draw.text((840, 124), "N", font=font(26), fill=INK, anchor="mm")
    return image
