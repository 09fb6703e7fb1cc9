"""Slides of the yearly review: a map picture, a chart, a table and speaker notes."""

from __future__ import annotations

import io
from pathlib import Path

from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE, XL_LEGEND_POSITION
from pptx.util import Cm, Pt

from samples.pictures import harbour_chart


def write(path: Path) -> None:
    deck = Presentation()
    deck.core_properties.title = "Tide stations of Skerrow: review of 2025"
    deck.core_properties.author = "Skerrow Harbour Office"

    opening = deck.slides.add_slide(deck.slide_layouts[0])
    opening.shapes.title.text = "Tide stations of Skerrow"
    opening.placeholders[1].text = "Review of 2025, harbour office"

    where = deck.slides.add_slide(deck.slide_layouts[5])
    where.shapes.title.text = "Three stations, one datum"
    picture = io.BytesIO()
    harbour_chart().save(picture, "PNG", optimize=True)
    picture.seek(0)
    placed = where.shapes.add_picture(picture, Cm(2.5), Cm(4.3), width=Cm(20))
    placed._element.nvPicPr.cNvPr.set(
        "descr", "Sketch map of Skerrow harbour with North Pier, Fish Quay and Outer Buoy"
    )
    caption = where.shapes.add_textbox(Cm(2.5), Cm(16.2), Cm(20), Cm(1.4)).text_frame
    caption.text = "All levels refer to chart datum, 2.31 m below the harbour bench mark."
    caption.paragraphs[0].font.size = Pt(16)

    outages = deck.slides.add_slide(deck.slide_layouts[5])
    outages.shapes.title.text = "Hours without data in 2025"
    data = CategoryChartData()
    data.categories = ["Q1", "Q2", "Q3", "Q4"]
    data.add_series("North Pier", (3.5, 9.0, 1.0, 2.5))
    data.add_series("Fish Quay", (0.0, 1.5, 0.5, 0.0))
    data.add_series("Outer Buoy", (22.0, 6.0, 4.0, 41.0))
    chart = outages.shapes.add_chart(
        XL_CHART_TYPE.COLUMN_CLUSTERED, Cm(2), Cm(4.2), Cm(21), Cm(12.5), data
    ).chart
    chart.has_title = True
    chart.chart_title.text_frame.text = "Hours without data per quarter and station"
    chart.has_legend = True
    chart.legend.position = XL_LEGEND_POSITION.BOTTOM
    chart.legend.include_in_layout = False
    outages.notes_slide.notes_text_frame.text = (
        "The buoy lost its mooring light in November; a storm kept the boat in harbour for 30 hours."
    )

    table_slide = deck.slides.add_slide(deck.slide_layouts[5])
    table_slide.shapes.title.text = "Availability and highest water"
    rows = [
        ("Station", "Availability", "Highest water", "On"),
        ("North Pier", "99.8 %", "4.87 m", "4 October"),
        ("Fish Quay", "99.9 %", "4.83 m", "4 October"),
        ("Outer Buoy", "99.2 %", "4.79 m", "5 October"),
    ]
    table = table_slide.shapes.add_table(len(rows), 4, Cm(2), Cm(5), Cm(21), Cm(6)).table
    for r, row in enumerate(rows):
        for c, text in enumerate(row):
            table.cell(r, c).text = text

    plan = deck.slides.add_slide(deck.slide_layouts[1])
    plan.shapes.title.text = "Plan for 2026"
    body = plan.placeholders[1].text_frame
    body.text = "Replace the mooring of the Outer Buoy before the spring tides."
    for line in (
        "Fit a radar sensor beside the float at North Pier and compare both for a year.",
        "Publish the readings every ten minutes instead of every hour.",
        "Train two more people for the yearly calibration.",
    ):
        body.add_paragraph().text = line
    deck.save(str(path))
