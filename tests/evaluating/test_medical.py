"""Pictures of another world: records, likeness by view, and telling worlds apart."""

import json

import numpy as np
import pytest
from PIL import Image

from clerestory.errors import UnreadableFile
from clerestory.evaluating.contract import Options
from clerestory.evaluating.medical import read_records, run, told_apart
from clerestory.settings import ModelSettings, Settings


def write(folder, lines):
    (folder / "records.jsonl").write_text("\n".join(json.dumps(line) for line in lines))


def test_records_are_read_in_order_and_views_may_be_missing(tmp_path):
    write(
        tmp_path,
        [
            {"image": "a.png", "view": "PA", "patientid": 4},
            {"image": "b.png", "view": None, "patientid": 5},
            {"image": "c.png", "view": "?", "patientid": 5},
        ],
    )
    records = read_records(Options(tmp_path, tmp_path))
    assert [(record.view, record.patient) for record in records] == [("PA", "4"), ("", "5"), ("", "5")]


@pytest.mark.parametrize(
    ("lines", "told"),
    [([{"image": "a.png"}], "patientid"), ([{"image": "a.png", "patientid": 1}] * 2, "fewer than two")],
)
def test_other_shapes_are_said(tmp_path, lines, told):
    write(tmp_path, lines)
    with pytest.raises(UnreadableFile, match=told):
        read_records(Options(tmp_path, tmp_path))


def test_worlds_are_told_apart_by_order_and_equals_count_half():
    low, high = np.linspace(0, 0.4, 50), np.linspace(0.6, 1, 50)
    assert told_apart(low, high, seed=0).value == 100.0
    assert told_apart(high, low, seed=0).value == 0.0
    same = told_apart(np.ones(20), np.ones(30), seed=0)
    assert same.value == same.low == same.high == 50.0


@pytest.mark.weights
def test_a_run_asks_each_picture_for_others(tmp_path):
    lines = []
    for number in range(12):
        view = "PA" if number % 2 else "L"
        size = (60, 90) if number % 2 else (90, 60)
        Image.effect_noise(size, 90 if number % 2 else 10).convert("RGB").save(tmp_path / f"{number}.png")
        lines.append({"image": f"{number}.png", "view": view, "patientid": number // 2 + 10 * (number % 2)})
    write(tmp_path, lines)
    settings = Settings(models=ModelSettings(threads=1))
    summary = run(Options(tmp_path, tmp_path / "out", settings))
    assert summary.cases == 12
    assert summary.figures["look.view.P@5"].value > summary.figures["chance.view.P@5"].value
    assert "outside.AUC" not in summary.figures
