"""What counts as found by ``eval scenes``, and that its films are what their truth says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from clerestory.evaluating.films import Caption, Change, Film, drawn_caption
from clerestory.evaluating.footage import DRAWN, drawn
from clerestory.evaluating.scenes import Seen, compare, found_caption, matched
from clerestory.types import Box, Line, Reading, Segment, TimeSpan

CAPTION = Caption("Stilling well", 3.0, 5.0, "default", "outlined", "bottom", 0.08, 0.0)


def test_each_cut_is_found_once() -> None:
    assert matched([1.0, 2.0], [1.05, 0.98, 2.5], 0.08) == ([1.0], [1.05, 2.5])


@pytest.mark.parametrize(
    ("line", "outcome"),
    [
        (Seen("Stilling wel1", 3.4, 4.6), "found"),
        (Seen("Stilling well", 1.0, 5.0), "wrong time: 1.00 to 5.00"),
        (Seen("Stilling well", 7.0, 9.0), "not read"),
        (Seen("Weigh the float", 3.0, 5.0), "not read"),
    ],
)
def test_a_caption_is_found_with_its_seconds(line: Seen, outcome: str) -> None:
    assert found_caption(CAPTION, [line]) == outcome


def test_scores_of_a_film() -> None:
    film = Film(
        Path("film.webm"),
        640,
        360,
        25.0,
        12.0,
        "libvpx",
        ("still", "pan", "clip"),
        (Change("cut", 4.0, 4.0), Change("dissolve", 8.0, 9.0)),
        ((4.0, 9.0),),
        (CAPTION,),
    )
    box = Box(0.1, 0.8, 0.5, 0.9)
    spans = [(0.0, 4.04), (4.04, 6.0), (6.0, 8.5), (8.5, 12.0)]
    parts = [(3.0, 4.04), (4.04, 5.1), None, None]
    segments = tuple(
        Segment(
            str(order),
            "scene",
            "Stilling well" if part else "",
            TimeSpan(*span),
            order,
            lines=(Line(0, 13, TimeSpan(*part, box), 0.9),) if part else (),
            attributes={"scene": str(order + 1)},
        )
        for order, (span, part) in enumerate(zip(spans, parts, strict=True))
    )
    scores = compare(
        "film", film, Reading("a" * 64, "video/webm", "video", "1", "s", segments=segments)
    ).scores
    assert scores["cuts.f1"] == (2, 3)  # one found, one invented at 6 s
    assert scores["changes.found"] == (1, 1)
    assert scores["pan.one_scene"] == (0, 1)
    assert scores["captions.found"] == (1, 1)


@pytest.mark.parametrize("kind", DRAWN)
def test_drawn_shots_come_from_their_seed(kind: str) -> None:
    shots = [drawn(kind, 1.0, np.random.default_rng(3)) for _ in range(2)]  # type: ignore[arg-type]
    first, second = (list(shot.frames(160, 90, 10.0)) for shot in shots)
    assert len(first) == 10
    assert all(np.array_equal(one, other) for one, other in zip(first, second, strict=True))
    assert first[0].shape == (90, 160, 3)


@pytest.mark.parametrize("look", ["outlined", "yellow", "dark box", "light box", "coloured"])
@pytest.mark.parametrize("font", ["default", "simplex", "complex"])
def test_captions_stay_inside_the_picture(look: str, font: str) -> None:
    caption = Caption("A harbour station " * 4, 0.0, 1.0, font, look, "upper right", 0.085, 0.0)
    colour, alpha = drawn_caption(caption, 320, 180)
    assert colour.shape == (180, 320, 3)
    assert alpha.any()
    assert not alpha[:, -2:].any()
