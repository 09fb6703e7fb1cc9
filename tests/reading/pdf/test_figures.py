"""Figures become segments with caption, inner text and a picture; decoration goes to the ledger."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from tests.reading.pdf.documents import HEIGHT, PROSE, WIDTH, codes, column, make, picture, reading_of

from clerestory.types import Reading, Segment


def figures(reading: Reading) -> list[Segment]:
    return [segment for segment in reading.segments if segment.kind == "figure"]


def body(reading: Reading) -> str:
    return "\n".join(segment.text for segment in reading.segments if segment.kind == "text")


def prose_above_and_below(canvas) -> None:
    column(canvas, PROSE, x=60, top=80, width=450)
    column(canvas, PROSE, x=60, top=480, width=450)


def chart(canvas, *, left: float = 100, low: float = HEIGHT - 400) -> None:
    """Five bars of different heights with numbers, names and axes."""
    canvas.setFont("Helvetica", 8)
    canvas.line(left - 10, low, left - 10, low + 160)
    canvas.line(left - 10, low, left + 220, low)
    for index, (name, height) in enumerate(
        [("Mon", 60), ("Tue", 90), ("Wed", 140), ("Thu", 75), ("Fri", 30)]
    ):
        x = left + 42 * index
        canvas.setFillColorRGB(0.2, 0.4, 0.7)
        canvas.rect(x, low, 24, height, stroke=0, fill=1)
        canvas.setFillColorRGB(0, 0, 0)
        canvas.drawCentredString(x + 12, low + height + 3, str(height))
        canvas.drawCentredString(x + 12, low - 10, name)


def test_a_picture_with_its_caption(tmp_path: Path) -> None:
    def draw(canvas) -> None:
        prose_above_and_below(canvas)
        canvas.drawImage(picture(), 150, HEIGHT - 400, 240, 160)
        canvas.setFont("Helvetica", 9)
        canvas.drawString(150, HEIGHT - 416, "Figure 2: The well beside the quay")

    reading = reading_of(make(tmp_path / "picture.pdf", draw))
    (figure,) = figures(reading)
    assert figure.caption == "Figure 2: The well beside the quay"
    assert "Figure 2" not in body(reading)
    box = figure.locator.box
    assert abs(box.x0 * WIDTH - 150) < 3 and abs(box.x1 * WIDTH - 390) < 3
    assert abs(box.y0 * HEIGHT - 240) < 3 and abs(box.y1 * HEIGHT - 400) < 3
    (crop,) = [item for item in reading.objects if item.digest in figure.objects]
    assert crop.role == "crop"
    (request,) = reading.ocr_requests
    assert request.object == crop.digest
    assert 0 < request.priority < 1


def test_a_drawn_chart_holds_its_numbers_and_names(tmp_path: Path) -> None:
    def draw(canvas) -> None:
        prose_above_and_below(canvas)
        chart(canvas)
        canvas.setFont("Helvetica", 9)
        canvas.drawString(100, HEIGHT - 436, "Fig. 7 - Height of the water by day of the week")

    reading = reading_of(make(tmp_path / "chart.pdf", draw))
    (figure,) = figures(reading)
    assert figure.caption.startswith("Fig. 7")
    for word in ("Mon", "Tue", "Wed", "Thu", "Fri", "140", "30"):
        assert word in figure.text.split()
    assert "Wed" not in body(reading)
    line = next(line for line in figure.lines if "Wed" in figure.text[line.start : line.end])
    assert figure.locator.box.y0 <= line.locator.box.y0 < line.locator.box.y1 <= figure.locator.box.y1


def test_a_drawing_of_lines_and_curves(tmp_path: Path) -> None:
    def draw(canvas) -> None:
        prose_above_and_below(canvas)
        canvas.circle(200, HEIGHT - 300, 50)
        canvas.circle(330, HEIGHT - 300, 50)
        canvas.line(240, HEIGHT - 280, 290, HEIGHT - 320)
        canvas.setFont("Helvetica", 9)
        canvas.drawString(185, HEIGHT - 303, "float")
        canvas.drawString(312, HEIGHT - 303, "weight")

    (figure,) = figures(reading_of(make(tmp_path / "drawing.pdf", draw)))
    assert figure.text.split() == ["float", "weight"]


def test_parts_over_one_caption_are_one_figure(tmp_path: Path) -> None:
    def draw(canvas) -> None:
        prose_above_and_below(canvas)
        canvas.drawImage(picture(), 100, HEIGHT - 380, 150, 110)
        canvas.drawImage(picture(colour=(150, 60, 60)), 270, HEIGHT - 380, 150, 110)
        canvas.setFont("Helvetica", 9)
        canvas.drawString(
            100, HEIGHT - 396, "Figure 5: The gauge before (left) and after (right) the repair of 2021"
        )

    (figure,) = figures(reading_of(make(tmp_path / "parts.pdf", draw)))
    assert figure.caption.startswith("Figure 5")
    assert figure.locator.box.x0 * WIDTH < 105 and figure.locator.box.x1 * WIDTH > 415


def test_small_type_below_a_picture_names_it(tmp_path: Path) -> None:
    def draw(canvas) -> None:
        prose_above_and_below(canvas)
        canvas.drawImage(picture(), 150, HEIGHT - 400, 240, 160)
        canvas.setFont("Helvetica-Oblique", 7.5)
        canvas.drawString(150, HEIGHT - 410, "The well, seen from the lock")

    (figure,) = figures(reading_of(make(tmp_path / "named.pdf", draw)))
    assert figure.caption == "The well, seen from the lock"


def test_a_sentence_about_a_figure_is_no_caption(tmp_path: Path) -> None:
    def draw(canvas) -> None:
        column(
            canvas,
            "Figure 2 shows the well beside the quay and how the float hangs in it. " + PROSE,
            x=60,
            top=80,
            width=450,
        )

    reading = reading_of(make(tmp_path / "sentence.pdf", draw))
    assert not figures(reading)
    assert "Figure 2 shows" in body(reading)


def test_a_caption_without_a_figure_is_said(tmp_path: Path) -> None:
    def draw(canvas) -> None:
        column(canvas, PROSE, x=60, top=80, width=450)
        canvas.setFont("Helvetica", 10)
        canvas.drawString(60, HEIGHT - 150, "Figure 9: A picture that the printer lost")
        column(canvas, PROSE, x=60, top=165, width=450)

    reading = reading_of(make(tmp_path / "lost.pdf", draw))
    (line,) = [line for line in reading.ledger if line.code == "no-figure-for-caption"]
    assert "Figure 9" in line.text
    assert "Figure 9" in body(reading)


def test_logos_icons_and_rules_are_decoration(tmp_path: Path) -> None:
    def page(number: int):
        def draw(canvas) -> None:
            canvas.drawImage(picture(90, 60), 480, HEIGHT - 60, 60, 40)
            canvas.drawImage(
                picture(20, 20, colour=(10 * number, 0, 0)), 60 + 9 * number, HEIGHT - 90, 12, 12
            )
            canvas.line(60, HEIGHT - 70, 535, HEIGHT - 70)
            column(canvas, f"Part {number}. " + PROSE, x=60, top=100, width=450)

        return draw

    reading = reading_of(make(tmp_path / "logos.pdf", *(page(number) for number in range(1, 5))))
    assert not figures(reading)
    reasons = [line.reason for line in reading.ledger if line.code == "decorative"]
    assert sum("repeats" in reason for reason in reasons) == 4
    assert sum("icon" in reason for reason in reasons) == 4
    assert sum("rules" in reason for reason in reasons) == 4


def test_a_shaded_box_of_text_is_text(tmp_path: Path) -> None:
    def draw(canvas) -> None:
        canvas.setFillColorRGB(0.9, 0.95, 1)
        canvas.roundRect(50, HEIGHT - 170, 480, 110, 8, stroke=1, fill=1)
        canvas.setFillColorRGB(0, 0, 0)
        column(canvas, PROSE, x=60, top=80, width=450)

    reading = reading_of(make(tmp_path / "box.pdf", draw))
    assert not figures(reading)
    assert "counterweight" in body(reading)
    assert "decorative" in codes(reading)


def test_pictures_inside_a_scanned_page_are_figures(tmp_path: Path) -> None:
    from PIL import Image, ImageDraw

    scan = Image.new("RGB", (827, 1170), "white")
    pen = ImageDraw.Draw(scan)
    for line in range(12):
        for word in range(9):
            x = 80 + 75 * word
            for letter in range(5):
                pen.rectangle(
                    (x + 11 * letter, 100 + 24 * line, x + 11 * letter + 6, 111 + 24 * line), fill="black"
                )
    pen.rectangle((200, 500, 620, 800), fill=(60, 110, 170))
    pen.ellipse((300, 560, 480, 740), fill=(220, 190, 60))
    path = tmp_path / "scan.png"
    scan.save(path)

    def draw(canvas) -> None:
        canvas.drawImage(str(path), 0, 0, WIDTH, HEIGHT)

    reading = reading_of(make(tmp_path / "scan.pdf", draw))
    (figure,) = figures(reading)
    assert abs(figure.locator.box.y0 - 500 / 1170) < 0.01
    assert abs(figure.locator.box.x1 - 620 / 827) < 0.01
    assert "page-picture" in codes(reading)
    assert [request.priority for request in reading.ocr_requests] == [2.0]


def test_every_numbered_figure_and_table_of_the_sample_manual_is_one() -> None:
    manual = resources.files("clerestory.cli").joinpath("samples", "tide-gauge-manual.pdf")
    with resources.as_file(manual) as path:
        reading = reading_of(path)
    named = {
        kind: {s.caption.partition(":")[0] for s in reading.segments if s.kind == kind and s.caption}
        for kind in ("figure", "table")
    }
    assert named["figure"] == {
        f"Figure {number}" for number in range(1, 7)
    }  # two of them are diagrams of boxes
    assert named["table"] == {f"Table {number}" for number in range(1, 8)}
