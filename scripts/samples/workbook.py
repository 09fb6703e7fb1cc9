"""The station's workbook: tide readings with a chart, spare parts with prices, visits."""

from __future__ import annotations

import datetime
import math
from pathlib import Path

from openpyxl import Workbook
from openpyxl.chart import LineChart, Reference
from openpyxl.styles import Font

PARTS = [
    ("TG3-101", "Float, 120 mm, copper", 1, 184.00, "Well hatch"),
    ("TG3-102", "Counterweight, 450 g", 1, 39.50, "Well hatch"),
    ("TG3-107", "Float line, stainless, 25 m", 2, 62.00, "Store B"),
    ("TG3-210", "Relay K4, 24 V", 3, 14.80, "Cabinet drawer"),
    ("TG3-211", "Fuse F1, 2 A slow", 10, 0.90, "Cabinet drawer"),
    ("TG3-305", "Encoder disc", 1, 228.00, "Store B"),
    ("TG3-310", "Battery, 12 V 18 Ah", 1, 71.00, "Store A"),
    ("TG3-402", "Desiccant cartridge", 6, 4.20, "Cabinet drawer"),
]
VISITS = [
    (datetime.date(2025, 3, 12), "I. Varga", "Relay exchanged", 1.5),
    (datetime.date(2025, 4, 30), "T. Okafor", "Well flushed", 3.0),
    (datetime.date(2025, 6, 17), "I. Varga", "E07 cleared", 2.0),
    (datetime.date(2025, 9, 2), "T. Okafor", "Battery replaced", 1.0),
    (datetime.date(2025, 11, 21), "I. Varga", "Staff check and offset", 2.5),
]


def write(path: Path) -> None:
    book = Workbook()
    book.properties.title = "North Pier station workbook"
    book.properties.creator = "Skerrow Harbour Office"
    readings = book.active
    readings.title = "Readings"
    readings.append(["Time", "Level (m)", "Air pressure (hPa)", "Battery (V)"])
    start = datetime.datetime(2025, 10, 4, 0, 0)
    for hour in range(48):
        level = 2.1 + 1.35 * math.cos(2 * math.pi * (hour - 5.2) / 12.42) + 0.12 * math.cos(hour / 3.9)
        readings.append(
            [
                start + datetime.timedelta(hours=hour),
                round(level, 3),
                round(1013 - 6 * math.sin(hour / 17), 1),
                round(12.6 + 0.5 * math.sin((hour - 8) / 3.8), 2),
            ]
        )
    chart = LineChart()
    chart.title = "Water level at North Pier, 4 and 5 October 2025"
    chart.y_axis.title = "metres above chart datum"
    chart.add_data(Reference(readings, min_col=2, min_row=1, max_row=49), titles_from_data=True)
    chart.set_categories(Reference(readings, min_col=1, min_row=2, max_row=49))
    readings.add_chart(chart, "F2")

    parts = book.create_sheet("Spare parts")
    parts.append(["Part", "Name", "In stock", "Price (EUR)", "Where"])
    for row in PARTS:
        parts.append(row)
    visits = book.create_sheet("Visits")
    visits.append(["Date", "Who", "Work", "Hours"])
    for row in VISITS:
        visits.append(row)
    for sheet in book:
        for cell in sheet[1]:
            cell.font = Font(bold=True)
        for column, width in zip("ABCDE", (20, 30, 20, 14, 18), strict=True):
            sheet.column_dimensions[column].width = width
    book.save(path)
