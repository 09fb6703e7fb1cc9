"""Vector figures of the manual, as reportlab drawings (sizes in points)."""

from __future__ import annotations

import math

from reportlab.graphics.shapes import Circle, Drawing, Group, Line, Path, Polygon, PolyLine, Rect, String
from reportlab.lib.colors import Color, HexColor

INK = HexColor("#26303a")
WATER = HexColor("#bcd3df")
METAL = HexColor("#d9dcdc")
RED = HexColor("#96402f")
FONT = "Helvetica"


def label(
    x: float, y: float, text: str, *, to: tuple[float, float] | None = None, anchor: str = "start"
) -> Group:
    """A caption at (x, y) with a hairline to the part it names."""
    group = Group(String(x, y, text, fontName=FONT, fontSize=8.5, fillColor=INK, textAnchor=anchor))
    if to is not None:
        start = x - 3 if anchor == "start" else x + 3
        group.add(Line(start, y + 3, to[0], to[1], strokeColor=INK, strokeWidth=0.5))
        group.add(Circle(to[0], to[1], 1.3, fillColor=INK, strokeColor=None))
    return group


def box(x: float, y: float, w: float, h: float, fill: Color = METAL) -> Rect:
    return Rect(x, y, w, h, fillColor=fill, strokeColor=INK, strokeWidth=0.9)


def cutaway() -> Drawing:
    """Float, line, pulley, counterweight, encoder and cabinet over the stilling well."""
    d = Drawing(430, 290)
    d.add(Rect(0, 0, 430, 70, fillColor=WATER, strokeColor=None))
    d.add(box(170, 20, 80, 165, HexColor("#eef1f1")))
    d.add(Rect(173, 21, 74, 52, fillColor=WATER, strokeColor=None))
    d.add(box(120, 185, 180, 12, HexColor("#b4a896")))
    d.add(box(140, 197, 140, 82))
    d.add(Rect(150, 205, 120, 66, fillColor=HexColor("#f7f7f4"), strokeColor=INK, strokeWidth=0.5))
    d.add(Circle(210, 224, 17, fillColor=METAL, strokeColor=INK, strokeWidth=1))
    d.add(Circle(210, 224, 3, fillColor=INK, strokeColor=None))
    d.add(Line(193, 224, 193, 82, strokeColor=RED, strokeWidth=1))
    d.add(Line(227, 224, 227, 128, strokeColor=RED, strokeWidth=1))
    d.add(
        Path(
            points=[193, 224, 193, 248, 227, 248, 227, 224], operators=[0, 2], strokeColor=RED, fillColor=None
        )
    )
    d.add(
        Polygon(
            [181, 64, 205, 64, 202, 82, 184, 82],
            fillColor=HexColor("#c98f5a"),
            strokeColor=INK,
            strokeWidth=0.9,
        )
    )
    d.add(box(221, 106, 12, 22, HexColor("#7d8488")))
    d.add(box(236, 216, 26, 18, HexColor("#cfe0d2")))
    d.add(Line(213, 224, 236, 224, strokeColor=INK, strokeWidth=1.2))
    d.add(Circle(182, 32, 3, fillColor=HexColor("#ffffff"), strokeColor=INK, strokeWidth=0.8))
    d.add(label(318, 255, "cabinet", to=(276, 255)))
    d.add(label(318, 225, "shaft encoder", to=(256, 225)))
    d.add(label(98, 235, "pulley", to=(200, 236), anchor="end"))
    d.add(label(318, 117, "counterweight", to=(230, 117)))
    d.add(label(98, 130, "float line", to=(193, 130), anchor="end"))
    d.add(label(98, 76, "float", to=(186, 73), anchor="end"))
    d.add(label(318, 160, "stilling well", to=(249, 160)))
    d.add(label(98, 32, "inlet, 18 mm", to=(180, 32), anchor="end"))
    d.add(label(318, 45, "sea", to=None))
    return d


def mounting() -> Drawing:
    """Cabinet height over the highest tide and the clearances of the well."""
    d = Drawing(430, 210)
    d.add(Rect(0, 0, 430, 92, fillColor=WATER, strokeColor=None))
    d.add(Line(0, 92, 430, 92, strokeColor=HexColor("#5d8499"), strokeWidth=0.8, strokeDashArray=[4, 3]))
    d.add(String(6, 96, "highest astronomical tide", fontName=FONT, fontSize=8, fillColor=INK))
    d.add(box(205, 8, 40, 148, HexColor("#eef1f1")))
    d.add(box(150, 156, 150, 9, HexColor("#b4a896")))
    d.add(box(180, 165, 90, 40))
    for x, low, high, text in [(330, 92, 165, "1.20 m or more"), (365, 0, 8, "0.30 m to the sea bed")]:
        d.add(Line(x, low, x, high, strokeColor=RED, strokeWidth=0.9))
        d.add(Line(x - 4, low, x + 4, low, strokeColor=RED, strokeWidth=0.9))
        d.add(Line(x - 4, high, x + 4, high, strokeColor=RED, strokeWidth=0.9))
        d.add(
            String(
                x + 7 if x < 350 else x - 6,
                (low + high) / 2 + (-3 if x < 350 else 12),
                text,
                fontName=FONT,
                fontSize=8.5,
                fillColor=INK,
                textAnchor="start" if x < 350 else "middle",
            )
        )
    d.add(label(110, 60, "well, inner diameter 300 mm", to=(206, 60), anchor="end"))
    d.add(label(110, 180, "cabinet door to the lee side", to=(182, 185), anchor="end"))
    return d


def wiring() -> Drawing:
    """Block diagram: panel, regulator, battery, fuse, relay, logger, modem."""
    d = Drawing(430, 190)
    blocks = {
        "Solar panel\n40 W": (10, 120),
        "Charge\nregulator": (120, 120),
        "Battery\n12 V 18 Ah": (120, 30),
        "Fuse F1\n2 A slow": (230, 120),
        "Relay K4\n24 V": (230, 30),
        "Logger": (340, 120),
        "Modem": (340, 30),
    }
    for name, (x, y) in blocks.items():
        d.add(box(x, y, 80, 46))
        lines = name.split("\n")
        for i, line in enumerate(lines):
            d.add(
                String(
                    x + 40,
                    y + 26 - 12 * i - (0 if len(lines) > 1 else 5),
                    line,
                    fontName=FONT,
                    fontSize=8.5,
                    fillColor=INK,
                    textAnchor="middle",
                )
            )
    for x0, y0, x1, y1 in [
        (90, 143, 120, 143),
        (160, 120, 160, 76),
        (200, 143, 230, 143),
        (310, 143, 340, 143),
        (270, 120, 270, 76),
        (310, 53, 340, 53),
        (380, 120, 380, 76),
    ]:
        d.add(Line(x0, y0, x1, y1, strokeColor=INK, strokeWidth=1.1))
        angle = math.atan2(y1 - y0, x1 - x0)
        d.add(
            Polygon(
                [
                    x1,
                    y1,
                    x1 - 6 * math.cos(angle - 0.4),
                    y1 - 6 * math.sin(angle - 0.4),
                    x1 - 6 * math.cos(angle + 0.4),
                    y1 - 6 * math.sin(angle + 0.4),
                ],
                fillColor=INK,
                strokeColor=None,
            )
        )
    return d


def tide_curve() -> Drawing:
    """Two days of levels with axes, grid and a marked maximum."""
    d = Drawing(430, 200)
    left, bottom, width, height = 44, 34, 370, 150
    for metre in range(6):
        y = bottom + height * metre / 5
        d.add(Line(left, y, left + width, y, strokeColor=HexColor("#d5d9dc"), strokeWidth=0.5))
        d.add(String(left - 6, y - 3, str(metre), fontName=FONT, fontSize=8, fillColor=INK, textAnchor="end"))
    for hour in range(0, 49, 6):
        x = left + width * hour / 48
        d.add(Line(x, bottom, x, bottom - 3, strokeColor=INK, strokeWidth=0.7))
        d.add(
            String(x, bottom - 13, str(hour), fontName=FONT, fontSize=8, fillColor=INK, textAnchor="middle")
        )
    measured, predicted = [], []
    for i in range(193):
        hour = i / 4
        tide = 2.3 + 1.5 * math.cos(2 * math.pi * (hour - 5.2) / 12.42)
        surge = 1.1 * math.exp(-(((hour - 30) / 5.0) ** 2))
        x = left + width * hour / 48
        predicted += [x, bottom + height * tide / 5]
        measured += [x, bottom + height * (tide + surge) / 5]
    d.add(PolyLine(predicted, strokeColor=HexColor("#7d8a94"), strokeWidth=0.9, strokeDashArray=[3, 2]))
    d.add(PolyLine(measured, strokeColor=HexColor("#1f5f8b"), strokeWidth=1.5))
    d.add(
        label(330, 178, "surge maximum 4.87 m", to=(left + width * 30 / 48 - 2, bottom + height * 4.87 / 5))
    )
    d.add(
        String(
            left + width / 2,
            6,
            "hours since 4 October, 00:00",
            fontName=FONT,
            fontSize=8.5,
            fillColor=INK,
            textAnchor="middle",
        )
    )
    d.add(
        String(
            left - 36,
            bottom + height + 8,
            "metres above chart datum",
            fontName=FONT,
            fontSize=8.5,
            fillColor=INK,
        )
    )
    d.add(Line(left, bottom, left, bottom + height, strokeColor=INK, strokeWidth=0.9))
    d.add(Line(left, bottom, left + width, bottom, strokeColor=INK, strokeWidth=0.9))
    return d
