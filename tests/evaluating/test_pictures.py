"""Photos and captions: ranks, medians, and a whole run on drawn pictures."""

import json

import numpy as np
import pytest
from PIL import Image

from clerestory.errors import UnreadableFile
from clerestory.evaluating.contract import Options
from clerestory.evaluating.pictures import Vectors, decode, rank, read_captions, run, without_hubs
from clerestory.settings import ModelSettings, Settings


def vectors(**changes):
    """Two photos; the second caption of the first one is nearer to the second photo."""
    photos = np.eye(3, dtype=np.float32)[:2]
    captions = np.array([[1, 0, 0], [0.6, 0.8, 0], [0, 1, 0]], np.float32)
    given = {
        "photos": photos,
        "captions": captions,
        "owner": np.array([0, 0, 1]),
        "photo_hub": np.zeros(2, np.float32),
        "caption_hub": np.zeros(3, np.float32),
    }
    return Vectors(**(given | changes))


def test_each_caption_has_the_place_of_its_photo_and_each_photo_of_its_best_caption():
    ranks = rank(vectors())
    assert ranks.of_photo.tolist() == [1, 2, 1]
    assert ranks.of_caption.tolist() == [1, 1]


def test_hubs_are_taken_off():
    crowded = vectors(photo_hub=np.array([0, 0.5], np.float32))
    assert rank(crowded).of_photo.tolist() == [1, 1, 1]
    assert rank(without_hubs(crowded)).of_photo.tolist() == [1, 2, 1]
    loud = vectors(caption_hub=np.array([0.5, 0, 0.5], np.float32))
    assert rank(loud).of_caption.tolist() == [1, 2]


def test_of_equal_scores_the_worst_place_counts():
    same = vectors(photos=np.tile(np.eye(3, dtype=np.float32)[:1], (2, 1)))
    assert rank(same).of_photo.tolist() == [2, 2, 2]


@pytest.mark.parametrize(
    ("line", "told"),
    [({"image": "a.png"}, "captions"), ({"image": "a.png", "captions": []}, "without captions")],
)
def test_a_listing_of_another_shape_is_said(tmp_path, line, told):
    path = tmp_path / "dev.jsonl"
    path.write_text(json.dumps(line))
    with pytest.raises(UnreadableFile, match=told):
        read_captions(path)


def test_a_photo_that_cannot_be_read_is_named(tmp_path):
    path = tmp_path / "torn.jpg"
    path.write_bytes(b"\xff\xd8\xff\xe0torn")
    with pytest.raises(UnreadableFile, match=r"torn\.jpg"):
        decode(path)


@pytest.mark.weights
def test_a_run_ranks_all_photos_of_the_split(tmp_path):
    lines = []
    for number, (colour, caption) in enumerate([("navy", "the sea at night"), ("green", "a lawn")]):
        Image.new("RGB", (90, 60), colour).save(tmp_path / f"{number}.png")
        lines.append(json.dumps({"image": f"{number}.png", "captions": [caption, f"{caption} again"]}))
    (tmp_path / "small.jsonl").write_text("\n".join(lines))
    settings = Settings(models=ModelSettings(threads=1))
    summary = run(Options(tmp_path, tmp_path / "out", settings, split="small"))
    assert summary.cases == 2 and summary.settings["split"] == "small"
    figures = summary.figures
    assert figures["text_to_image.R@5"].value == figures["image_to_text.R@5"].value == 100.0
    assert 1 <= figures["text_to_image.median_rank"].value <= 2
    assert figures["cost.photo_ms"].value > 0
