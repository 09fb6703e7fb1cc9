"""What is a new scene and what is not, on drawn films whose every change is known."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from clerestory.reading.video.cuts import CutFinder
from clerestory.reading.video.differences import small
from clerestory.reading.video.watching import Cut

from .drawn import FPS, dissolve, pan, scenery, still, titled


def found(pictures: Sequence[np.ndarray]) -> list[Cut]:
    finder = CutFinder()
    for number, picture in enumerate(pictures):
        finder.see(small(picture, number / FPS))
    return finder.finish()


def test_a_hard_cut_is_the_first_frame_of_the_new_scene() -> None:
    cuts = found(still(1, 2) + still(2, 2) + pan(3, 2, per_s=0.1))
    assert [(cut.kind, cut.time_s) for cut in cuts] == [("cut", 2.0), ("cut", 4.0)]


@pytest.mark.parametrize("per_s", [0.05, 0.1, 0.2])
def test_a_slow_pan_is_one_scene(per_s: float) -> None:
    assert found(pan(5, 5, per_s=per_s)) == []


@pytest.mark.parametrize("seconds", [0.6, 1.2])
def test_a_dissolve_is_one_change(seconds: float) -> None:
    (cut,) = found(still(1, 2) + dissolve(1, 2, seconds) + still(2, 2))
    assert cut.kind == "dissolve"
    assert cut.time_s == pytest.approx(2 + seconds / 2, abs=0.15)
    assert 1.9 <= cut.start_s < cut.time_s < cut.end_s <= 2.1 + seconds


def test_through_black_is_one_change() -> None:
    light = [(scenery(1) * (1 - share)).astype(np.uint8) for share in np.linspace(0, 1, 15)]
    dark = [(scenery(2) * share).astype(np.uint8) for share in np.linspace(0, 1, 15)]
    (cut,) = found(still(1, 2) + light + [np.zeros_like(light[0])] * 10 + dark + still(2, 2))
    assert cut.kind == "fade"
    assert 2.0 < cut.time_s < 3.6


def test_a_flash_is_no_cut() -> None:
    flash = [np.full_like(scenery(1), 255)] * 3
    assert found(still(1, 2) + flash + still(1, 2)) == []


def test_words_that_appear_are_no_cut() -> None:
    ground = np.minimum(scenery(4), 200)
    assert found([ground] * 50 + [titled(ground, "Fuse F1")] * 50 + [ground] * 50) == []


def test_a_change_of_light_is_no_dissolve() -> None:
    dimmed = [(scenery(1) * (1 - 0.6 * share)).astype(np.uint8) for share in np.linspace(0, 1, 25)]
    assert found(still(1, 2) + dimmed + [dimmed[-1]] * 50) == []


def test_another_slide_on_the_same_paper_is_a_cut() -> None:
    import cv2

    slides = [np.full((180, 320, 3), 245, np.uint8) for _ in range(2)]
    for row in range(7):
        y = 25 + row * 20
        cv2.line(slides[0], (24, y), (60 + row * 67 % 230, y), (30, 30, 30), 7)
    cv2.circle(slides[1], (90, 95), 60, (40, 90, 160), -1)
    for row in range(4):
        cv2.rectangle(slides[1], (190, 20 + row * 40), (290, 46 + row * 40), (30, 30, 30), -1)
    cuts = found([slides[0]] * 50 + [slides[1]] * 50)
    assert [cut.time_s for cut in cuts] == [2.0]
