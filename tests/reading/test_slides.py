"""Presentations: every shape with its box, the slide's title above it, notes marked."""

import pytest
from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches
from tests.reading.office import all_text, digest, picture, reading_of

from clerestory.settings import ReadingSettings
from clerestory.types import Slide


def saved(deck, path):
    deck.save(path)
    return path


def titled(deck, title, body=""):
    slide = deck.slides.add_slide(deck.slide_layouts[1])
    slide.shapes.title.text = title
    slide.placeholders[1].text = body
    return slide


def test_shapes_have_boxes_and_the_title_as_context(tmp_path):
    deck = Presentation()
    slide = titled(deck, "Yearly review", "All pumps run.\nTwo are new.")
    box = slide.shapes.add_textbox(Inches(5), Inches(6), Inches(5), Inches(0.75))
    box.text_frame.text = "Lower right"
    reading = reading_of(saved(deck, tmp_path / "review.pptx"))
    assert reading.title == "Yearly review"
    (page,) = reading.pages
    assert (page.number, page.width_pt, page.height_pt) == (1, 720, 540)
    (segment,) = reading.segments
    assert segment.text == "Yearly review\n\nAll pumps run.\nTwo are new.\n\nLower right"
    by_text = {segment.text[line.start : line.end]: line.locator for line in segment.lines}
    assert by_text["Lower right"].box == pytest.approx((0.5, 0.8, 1.0, 0.9))
    body = by_text["All pumps run.\nTwo are new."]  # its place is the layout's
    assert body.box == pytest.approx((0.05, 0.2333, 0.95, 0.8933), abs=0.01)


def test_groups_are_unfolded(tmp_path):
    deck = Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    group = slide.shapes.add_group_shape()
    box = group.shapes.add_textbox(Inches(1), Inches(1), Inches(2), Inches(1))
    box.text_frame.text = "Grouped"
    group.left, group.top, group.width, group.height = Inches(5), Inches(3), Inches(4), Inches(2)
    (segment,) = reading_of(saved(deck, tmp_path / "group.pptx")).segments
    assert segment.locator.box == pytest.approx((0.5, 0.4, 0.9, 0.6667), abs=0.001)


def test_tables_and_charts_are_tables(tmp_path):
    deck = Presentation()
    slide = titled(deck, "Figures")
    table = slide.shapes.add_table(3, 2, Inches(1), Inches(2), Inches(4), Inches(3)).table
    for row, cells in enumerate([("Pump", "Flow"), ("A", "12"), ("B", "9")]):
        for column, text in enumerate(cells):
            table.cell(row, column).text = text
    data = CategoryChartData()
    data.categories = ["2023", "2024"]
    data.add_series("Rain", (700, 812.5))
    data.add_series("Snow", (12, 3))
    frame = slide.shapes.add_chart(
        XL_CHART_TYPE.COLUMN_CLUSTERED, Inches(5), Inches(2), Inches(4), Inches(3), data
    )
    frame.chart.has_title = True
    frame.chart.chart_title.text_frame.text = "Precipitation"
    reading = reading_of(saved(deck, tmp_path / "figures.pptx"))
    found = {segment.kind: segment for segment in reading.segments}
    assert found["table"].text == "Pump: A; Flow: 12\nPump: B; Flow: 9"
    rows = found["table"].table.rows
    assert rows[2].locator.box.y1 == pytest.approx(found["table"].locator.box.y1)
    assert rows[1].locator.box.y1 == pytest.approx(rows[2].locator.box.y0)
    figure = found["figure"]
    assert figure.caption == "Precipitation" and figure.attributes["chart"] == "bar"
    assert figure.text == "2023; Rain: 700; Snow: 12\n2024; Rain: 812.5; Snow: 3"
    assert figure.context == ("Figures",)


def test_pictures_notes_and_hidden_slides(tmp_path):
    image = picture((800, 600))
    deck = Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    shape = slide.shapes.add_picture(image, 0, 0, Inches(10), Inches(7.5))
    shape._element.nvPicPr.cNvPr.set("descr", "The quay from the sea")
    slide.notes_slide.notes_text_frame.text = "Mention the tide."
    slide.element.set("show", "0")
    reading = reading_of(saved(deck, tmp_path / "photo.pptx"))
    shown, notes = reading.segments
    assert shown.kind == "picture" and shown.objects == (digest(image),)
    assert shown.caption == "The quay from the sea" and shown.attributes["hidden"] == "true"
    assert notes.text == "Mention the tide." and notes.attributes["role"] == "notes"
    assert notes.locator == Slide(1)
    (request,) = reading.ocr_requests
    assert request.priority > 1  # nothing else to read on this slide
    assert [line.code for line in reading.ledger] == ["hidden-slide"]


def test_a_slide_without_a_title_does_not_inherit_the_last_one(tmp_path):
    deck = Presentation()
    titled(deck, "First", "One.")
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    slide.shapes.add_textbox(0, 0, Inches(5), Inches(1)).text_frame.text = "Two."
    titled(deck, "Third", "Three.")
    reading = reading_of(saved(deck, tmp_path / "deck.pptx"))
    contexts = {segment.text.splitlines()[-1]: segment.context for segment in reading.segments}
    assert contexts == {"One.": ("First",), "Two.": ("First",), "Three.": ("First",)}  # the deck's title
    assert [segment.locator.number for segment in reading.segments] == [1, 2, 3]


def test_text_that_no_viewer_sees_is_kept_apart(tmp_path):
    deck = Presentation()
    slide = titled(deck, "Seen", "Body")
    slide.shapes.add_textbox(Inches(11), 0, Inches(2), Inches(1)).text_frame.text = "beside the slide"
    box = slide.shapes.add_textbox(0, 0, Inches(2), Inches(1))
    box.text_frame.text = "switched off"
    box._element.nvSpPr.cNvPr.set("hidden", "1")
    reading = reading_of(saved(deck, tmp_path / "hidden.pptx"))
    assert "beside" not in all_text(reading) and "switched" not in all_text(reading)
    assert sorted(line.text for line in reading.ledger) == ["beside the slide", "switched off"]


def test_slides_over_the_limit_are_said(tmp_path):
    deck = Presentation()
    for number in range(4):
        titled(deck, f"Slide {number}", "Text")
    reading = reading_of(saved(deck, tmp_path / "long.pptx"), ReadingSettings(max_pages=2))
    assert len(reading.pages) == 2
    assert [line.code for line in reading.ledger] == ["too-many-pages"]


def test_an_empty_slide_is_said(tmp_path):
    deck = Presentation()
    deck.slides.add_slide(deck.slide_layouts[6])
    reading = reading_of(saved(deck, tmp_path / "empty.pptx"))
    assert reading.segments == ()
    assert [(line.code, line.locator) for line in reading.ledger] == [("no-text-found", Slide(1))]
