"""From a map of how likely a pixel is text to boxes around lines."""

import numpy as np

from clerestory.models.detection import DetectionSettings, clockwise, lines_of, prepare

SETTINGS = DetectionSettings(longest_side=960)


def bar(y0, y1, x0, x1, *, size=(320, 640), value=0.9):
    map_ = np.zeros(size, np.float32)
    map_[y0:y1, x0:x1] = value
    return map_


def test_a_bar_becomes_a_box_around_it_with_the_stated_margins():
    found = lines_of(bar(100, 110, 100, 300), SETTINGS)
    (tight,), (strip,) = found.tight, found.strips
    grow = 200 * 10 * SETTINGS.tight / (2 * 210)
    assert np.allclose(tight[0] * (640, 320), (100 - grow, 100 - grow), atol=1.5)
    assert np.allclose(tight[2] * (640, 320), (300 + grow, 110 + grow), atol=1.5)
    assert (strip[0] < tight[0]).all() and (strip[2] > tight[2]).all()


def test_boxes_end_at_the_picture():
    found = lines_of(bar(0, 10, 0, 640), SETTINGS)
    assert found.strips.min() >= 0 and found.strips.max() <= 1


def test_specks_and_faint_bars_are_left_out():
    assert len(lines_of(bar(10, 12, 10, 12), SETTINGS).tight) == 0
    assert len(lines_of(bar(10, 40, 10, 90, value=0.45), SETTINGS).tight) == 0
    assert lines_of(np.zeros((32, 32), np.float32), SETTINGS).tight.shape == (0, 4, 2)


def test_lines_that_lean_stay_leaning():
    map_ = np.zeros((400, 400), np.float32)
    for x in range(50, 350):
        y = 100 + (x - 50) // 3
        map_[y : y + 12, x] = 0.9
    (quad,) = lines_of(map_, SETTINGS).tight
    (x0, y0), (x1, y1) = quad[0] * 400, quad[1] * 400
    assert 0.28 < (y1 - y0) / (x1 - x0) < 0.38


def test_corners_run_clockwise_from_the_top_left():
    square = np.array([[0, 0], [2, 0], [2, 1], [0, 1]], float)
    for turn in range(4):
        assert np.array_equal(clockwise(np.roll(square, turn, axis=0)), square)


def test_pictures_are_scaled_down_to_multiples_of_32_and_never_up():
    assert prepare(np.zeros((3000, 1500, 3), np.uint8), 960).shape == (1, 3, 960, 480)
    assert prepare(np.zeros((100, 70, 3), np.uint8), 960).shape == (1, 3, 96, 64)
    assert prepare(np.zeros((5, 900, 3), np.uint8), 960).shape == (1, 3, 32, 896)
    # Long pictures keep half the limit on their shorter side.
    assert prepare(np.zeros((4000, 1000, 3), np.uint8), 960).shape == (1, 3, 1920, 480)
    assert max(prepare(np.zeros((60_000, 1000, 3), np.uint8), 960).shape) <= 4 * 960
    pixels = prepare(np.full((64, 64, 3), (255, 0, 0), np.uint8), 960)
    assert np.allclose(pixels[0, :, 0, 0], (-1, -1, 1), atol=0.01)  # blue, green, red
