"""Kinds of one thing: shares of like neighbours, and a whole run on drawn pictures."""

import json

import numpy as np
import pytest
from PIL import Image

from clerestory.errors import UnreadableFile
from clerestory.evaluating.clothing import read_items, run, same_label
from clerestory.evaluating.contract import Options
from clerestory.settings import ModelSettings, Settings


def test_neighbours_are_others_and_counted_by_label():
    angles = np.array([0.0, 0.1, 0.2, 1.5])
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    assert same_label(vectors, np.array([0, 0, 1, 1]), 1).tolist() == [1, 1, 0, 1]


def test_a_listing_of_another_shape_is_said(tmp_path):
    path = tmp_path / "items.jsonl"
    path.write_text(json.dumps({"image": "a.png"}))
    with pytest.raises(UnreadableFile, match="label"):
        read_items(path)
    path.write_text(json.dumps({"image": "a.png", "label": "hat"}))
    with pytest.raises(UnreadableFile, match="only 1"):
        read_items(path)


@pytest.mark.weights
def test_a_run_tells_plain_kinds_apart_by_likeness(tmp_path):
    draw = np.random.default_rng(0)
    lines = []
    for number in range(12):
        label, colour = (("sky", (90, 140, 240)), ("lawn", (40, 150, 40)))[number % 2]
        pixels = np.array(colour) + draw.integers(-9, 9, (60, 80, 3))
        Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(tmp_path / f"{number}.png")
        lines.append(json.dumps({"image": f"{number}.png", "label": label}))
    (tmp_path / "items.jsonl").write_text("\n".join(lines))
    summary = run(Options(tmp_path, tmp_path / "out", Settings(models=ModelSettings(threads=1))))
    assert summary.cases == 12 and summary.settings["labels"] == ["lawn", "sky"]
    assert summary.figures["look.P@5"].value == 100.0
    assert 0 <= summary.figures["zero_shot.top1"].value <= 100
