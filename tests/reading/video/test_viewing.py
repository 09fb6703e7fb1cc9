"""Films watched from a file: cuts at borders of stretches, few pictures of what stands still, writing."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from clerestory.models.ocr import OcrLine
from clerestory.reading.reader import read
from clerestory.reading.source import Source
from clerestory.reading.video.viewing import watch
from clerestory.reading.video.watching import Watching
from clerestory.settings import ReadingSettings
from clerestory.types import Box, MediaRequest, TimeSpan

from .drawn import FPS, film, pan, scenery, still, titled


class YellowEngine:
    """Reads what is pure yellow as the words it was told."""

    name, version = "yellow", "1"

    def __init__(self, words: str = "Weigh the float") -> None:
        self.words = words
        self.reads = 0

    def read(self, image: np.ndarray) -> list[OcrLine]:
        self.reads += 1
        red, green, blue = (image[:, :, channel].astype(int) for channel in range(3))
        rows, columns = np.nonzero((red > 205) & (green > 205) & (blue < 150))
        if len(rows) < 60:
            return []
        height, width = image.shape[:2]
        box = Box(
            columns.min() / width, rows.min() / height, (columns.max() + 1) / width, (rows.max() + 1) / height
        )
        corners = ((box.x0, box.y0), (box.x1, box.y0), (box.x1, box.y1), (box.x0, box.y1))
        return [OcrLine(self.words, box, 0.97, corners)]


def seen(
    path: Path, start_s: float, end_s: float, *, ocr: YellowEngine | None = None
) -> tuple[Watching, dict[str, bytes]]:
    kept: dict[str, bytes] = {}

    def put(content: bytes) -> str:
        digest = hashlib.sha256(content).hexdigest()
        kept[digest] = content
        return digest

    request = MediaRequest("watch", TimeSpan(start_s, end_s), 0.5, "")
    source = Source(path, "a" * 64, path.name)
    return watch(source, request, ReadingSettings(), ocr=ocr, put=put), kept


def test_stretches_together_find_every_cut_once(tmp_path: Path) -> None:
    shots = still(1, 2.0) + pan(2, 2.0, per_s=0.1) + still(3, 2.0) + still(4, 2.0)
    path = film(tmp_path / "film.mp4", shots)
    times = []
    for start_s in (0.0, 2.0, 4.0, 6.0):  # a cut at each border
        watching, kept = seen(path, start_s, start_s + 2)
        times += [cut.time_s for cut in watching.cuts]
        assert watching.frames == 2 * FPS
        assert {one.digest for one in watching.keyframes} <= set(kept)
        assert Watching.from_json(watching.to_json()) == watching
    assert times == pytest.approx([2.0, 4.0, 6.0], abs=2 / FPS)


def test_what_stands_still_gives_one_picture_and_no_preview(tmp_path: Path) -> None:
    watching, kept = seen(film(tmp_path / "film.mp4", still(7, 12)), 0.0, 12.0)
    assert len(watching.keyframes) == len(kept) == 1
    assert not watching.strips
    assert kept[watching.keyframes[0].digest].startswith(b"\xff\xd8")


def test_what_moves_gets_a_preview(tmp_path: Path) -> None:
    watching, kept = seen(film(tmp_path / "film.mp4", pan(7, 4, per_s=0.2)), 0.0, 4.0)
    (strip,) = watching.strips
    assert kept[strip.digest][8:12] == b"WEBP"


def test_words_have_the_seconds_in_which_they_stood_there(tmp_path: Path) -> None:
    ground = np.minimum(scenery(4), 200)
    words = [titled(ground, "Weigh the float")]
    pictures = [ground] * 40 + words * 55 + [ground] * 55
    engine = YellowEngine()
    watching, _ = seen(film(tmp_path / "film.mp4", pictures), 0.0, 6.0, ocr=engine)
    (line,) = watching.written
    assert line.text == "Weigh the float"
    assert (line.start_s, line.end_s) == pytest.approx((40 / FPS, 95 / FPS), abs=2 / FPS)
    assert line.box.y0 > 0.6
    assert engine.reads <= 4  # of 150 frames
    assert not watching.cuts


def test_words_stay_the_same_over_a_cut_and_a_border(tmp_path: Path) -> None:
    pictures = [titled(scenery(seed), "Weigh the float") for seed in (1, 2) for _ in range(75)]
    path = film(tmp_path / "film.mp4", pictures)
    first, _ = seen(path, 0.0, 4.0, ocr=YellowEngine())
    second, _ = seen(path, 4.0, 6.0, ocr=YellowEngine())
    assert [cut.time_s for cut in (*first.cuts, *second.cuts)] == pytest.approx([3.0], abs=2 / FPS)
    assert [(one.start_s, one.end_s) for one in first.written] == [(0.0, 4.0)]
    assert [(one.start_s, one.end_s) for one in second.written] == [pytest.approx((4.0, 6.0))]


def test_a_stretch_after_the_last_frame_is_empty(tmp_path: Path) -> None:
    watching, kept = seen(film(tmp_path / "film.mp4", still(1, 1)), 5.0, 9.0)
    assert (watching.frames, watching.keyframes, watching.cuts) == (0, (), ())
    assert not kept


def test_a_film_of_one_frame_has_a_picture(tmp_path: Path) -> None:
    path = film(tmp_path / "film.mp4", [scenery(1)])
    watching, _ = seen(path, 0.0, 0.04)
    assert len(watching.keyframes) == 1


def test_the_reader_asks_for_what_is_to_be_watched_and_heard(tmp_path: Path) -> None:
    path = film(tmp_path / "The float.mp4", still(1, 3), sound_s=3.0)
    reading = read(Source(path, "a" * 64, path.name), ReadingSettings(watch_stretch_s=2))
    assert (reading.media_type, reading.reader, reading.title) == ("video/mp4", "video", "The float")
    kinds = [request.kind for request in reading.media_requests]
    assert (kinds.count("listen"), kinds.count("watch")) == (1, 2)
    assert {line.kind for line in reading.ledger} == {"time"}
    assert reading.metadata["width"] == "320"
