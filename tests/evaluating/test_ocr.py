"""Scores of recognised text, and a whole run over pictures that the test draws."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont

from clerestory.errors import UnreadableFile
from clerestory.evaluating.contract import Options
from clerestory.evaluating.ocr import (
    TextBox,
    common_length,
    iou,
    matched_boxes,
    read_truth,
    run,
    score_lines,
)
from clerestory.types import Box


def slow_common_length(first, second):
    """The textbook table (Wagner and Fischer 1974)."""
    table = np.zeros((len(first) + 1, len(second) + 1), int)
    for i, a in enumerate(first):
        for j, b in enumerate(second):
            table[i + 1, j + 1] = table[i, j] + 1 if a == b else max(table[i, j + 1], table[i + 1, j])
    return table[-1, -1]


@given(st.text("abc ", max_size=30), st.text("abc ", max_size=30))
def test_common_length_is_that_of_the_textbook(first, second):
    assert common_length(first, second) == slow_common_length(first, second)


def test_overlap_of_boxes():
    square = Box(0, 0, 1, 1)
    assert iou(square, square) == 1
    assert iou(square, Box(0.5, 0, 1.5, 1)) == pytest.approx(1 / 3)
    assert iou(square, Box(2, 2, 3, 3)) == 0


def test_a_found_box_answers_one_line_only():
    line = Box(0, 0, 1, 0.1)
    assert matched_boxes([line, line], [line]) == 1
    assert matched_boxes([line, Box(0, 0.2, 1, 0.3)], [Box(0, 0.01, 1, 0.1), Box(0, 0.2, 1, 0.31)]) == 2
    assert matched_boxes([line], []) == 0


def test_words_ignore_case_and_count_as_often_as_they_stand():
    top, bottom = Box(0, 0, 1, 0.1), Box(0, 0.5, 1, 0.6)
    truth = [TextBox("TOTAL 5.00", bottom), TextBox("TEA TEA", top)]
    scores = score_lines(truth, [TextBox("Tea", top), TextBox("Total 5.00", bottom)])
    assert scores["words"] == (3, 4)
    assert scores["characters"] == (len("tea total 5.00"), len("tea tea total 5.00"))
    assert scores["boxes"] == (2, 2)


def write_picture(folder, name, lines):
    """A drawn picture and its labels, as the evaluation wants them."""
    for part in ("img", "box"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    image = Image.new("RGB", (600, 300), "white")
    pen = ImageDraw.Draw(image)
    rows = []
    for number, text in enumerate(lines):
        place = (40, 40 + 70 * number)
        font = ImageFont.load_default(30)
        pen.text(place, text, fill="black", font=font)
        x0, y0, x1, y1 = pen.textbbox(place, text, font=font)
        rows.append(f"{x0},{y0},{x1},{y0},{x1},{y1},{x0},{y1},{text}")
    image.save(folder / "img" / f"{name}.jpg", quality=95)
    (folder / "box" / f"{name}.csv").write_text("\n".join(rows))


@pytest.mark.weights
def test_a_run_measures_every_picture_and_can_be_continued(tmp_path):
    write_picture(tmp_path / "data", "a", ["Station report", "Level 4.25 m, rising"])
    write_picture(tmp_path / "data", "b", ["Checked by A. Moreno"])
    options = Options(data=tmp_path / "data", out=tmp_path / "out")
    summary = run(options)
    figures = summary.figures
    assert summary.cases == 2 and figures["boxes"].value == 1
    assert figures["words"].value > 0.8 and figures["characters"].value > 0.9
    assert figures["rapidocr.characters"].value > 0.9
    assert figures["seconds.ratio"].value > 0
    again = run(options).figures  # measured anew: times differ, what was found does not
    assert all(again[name] == figures[name] for name in ("words", "characters", "boxes"))
    lines = (tmp_path / "out" / "cases.jsonl").read_text().splitlines()
    assert [json.loads(line)["case"] for line in lines] == ["a", "b"]


def test_labels_with_commas_and_bad_labels(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("10,20,110,20,110,40,10,40,RM 1,000.00, CASH\n\n")
    assert read_truth(path, size=(200, 400)) == [TextBox("RM 1,000.00, CASH", Box(0.025, 0.1, 0.275, 0.2))]
    path.write_text("10,20,text")
    with pytest.raises(UnreadableFile, match="line 1"):
        read_truth(path, size=(200, 400))


def test_a_folder_without_pictures_is_said_to_be(tmp_path):
    with pytest.raises(UnreadableFile, match="--data"):
        run(Options(data=tmp_path, out=tmp_path / "out"))
