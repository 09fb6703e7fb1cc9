"""Pictures that hold their text only as pixels: a scanned log page and a type plate."""

from __future__ import annotations

import io
import random
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen import canvas

from samples.pictures import font

LOG = [
    ("12 Mar 2025", "Relay K4 exchanged. Contacts of the old relay were"),
    ("", "burnt. New relay is rated 24 V. Tested with three calls."),
    ("30 Apr 2025", "Stilling well flushed, about 4 kg of mussels removed."),
    ("", "Float line wiped and inspected, no kinks."),
    ("17 Jun 2025", "Error E07 at 04:10. Counterweight had caught on the"),
    ("", "cable clip. Clip moved to the left wall."),
    ("02 Sep 2025", "Battery replaced. Old one held 9.9 V under load."),
    ("21 Nov 2025", "Staff reading 3.41 m, gauge 3.43 m. Offset corrected"),
    ("", "by -0.02 m. Door seal greased."),
]
INK = (36, 38, 66)


def log_page() -> Image.Image:
    """The log page as a scanner sees it: turned a little, grey, with noise and a fold."""
    width, height = 1240, 1754  # A4 at 150 dots per inch
    page = Image.new("RGB", (width, height), (246, 242, 230))
    draw = ImageDraw.Draw(page)
    chance = random.Random(5)  # noqa: S311 - a drawing, not a secret
    draw.text((width / 2, 130), "MAINTENANCE LOG", font=font(54), fill=INK, anchor="mm")
    draw.text(
        (width / 2, 200), "Tide gauge TG-3, station North Pier, Skerrow", font=font(32), fill=INK, anchor="mm"
    )
    draw.line([(110, 250), (width - 110, 250)], fill=INK, width=3)
    y = 300
    for date, text in LOG:
        if date:
            y += 34
            draw.line([(110, y - 18), (width - 110, y - 18)], fill=(170, 170, 180), width=1)
        x = 120 + chance.randint(-2, 2)
        draw.text((x, y), date, font=font(30), fill=INK)
        draw.text((350 + chance.randint(-3, 3), y + chance.randint(-2, 2)), text, font=font(30), fill=INK)
        y += 58
    draw.text(
        (120, y + 110), "Kept by: I. Varga (day shift), T. Okafor (night shift)", font=font(30), fill=INK
    )
    draw.text(
        (120, y + 170), "Sheet 14 of 40. Return full sheets to the harbour office.", font=font(26), fill=INK
    )
    draw.ellipse([width - 330, height - 330, width - 150, height - 150], outline=(150, 60, 60), width=6)
    draw.text((width - 240, height - 262), "HARBOUR", font=font(26), fill=(150, 60, 60), anchor="mm")
    draw.text((width - 240, height - 222), "OFFICE", font=font(26), fill=(150, 60, 60), anchor="mm")
    page = page.rotate(1.3, resample=Image.Resampling.BICUBIC, fillcolor=(214, 212, 206))
    pixels = np.asarray(page.convert("L"), dtype=np.float32)
    noise = np.random.default_rng(8)
    rows = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    pixels = pixels * (0.96 + 0.04 * rows)
    pixels[int(height * 0.5) : int(height * 0.5) + 3] *= 0.9  # the fold
    pixels += noise.normal(0, 5, pixels.shape)
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(0.6))


def write_log(path: Path) -> None:
    """A PDF of one page that holds nothing but the scanned picture."""
    scanned = io.BytesIO()
    log_page().save(scanned, "JPEG", quality=55)
    scanned.seek(0)
    sheet = canvas.Canvas(str(path), pagesize=(595.2, 841.9), invariant=1)
    sheet.setTitle("Maintenance log, sheet 14")
    sheet.drawImage(ImageReader(scanned), 0, 0, 595.2, 841.9)
    sheet.save()


def write_plate(path: Path) -> None:
    """The type plate of the instrument, photographed at a slight angle."""
    plate = Image.new("RGB", (1000, 560), (176, 180, 184))
    draw = ImageDraw.Draw(plate)
    draw.rounded_rectangle([20, 20, 980, 540], 26, outline=(40, 42, 46), width=6)
    for x, y in [(54, 54), (946, 54), (54, 506), (946, 506)]:
        draw.ellipse([x - 16, y - 16, x + 16, y + 16], fill=(120, 122, 126), outline=(50, 52, 56), width=3)
    lines = [
        ("LARKFIELD INSTRUMENTS", 54),
        ("Tide gauge  TG-3", 48),
        ("Serial no.  TG3-04417", 40),
        ("Supply  10.8 - 15 V DC   max. 6 W", 36),
        ("Protection  IP66     Made 2019", 36),
    ]
    y = 84
    for text, size in lines:
        draw.text((110, y), text, font=font(size), fill=(30, 32, 36))
        y += size + 40
    grain = np.random.default_rng(2).normal(0, 4, (560, 1)).astype(np.float32)  # brushed metal
    pixels = np.asarray(plate, dtype=np.float32) + grain[:, :, None]
    plate = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
    wall = Image.new("RGB", (1200, 760), (98, 112, 104))
    wall.paste(
        plate.rotate(-2, expand=True, fillcolor=(98, 112, 104), resample=Image.Resampling.BICUBIC), (86, 80)
    )
    wall.filter(ImageFilter.GaussianBlur(0.5)).quantize(128).save(path, optimize=True)
