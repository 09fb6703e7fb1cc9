"""How much two places share."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerestory.cli.places import around, shared
from clerestory.types import Box, CellRange, CharRange, PageBox, Region, Segment, Slide, TimeSpan

LEFT, RIGHT = Box(0, 0, 0.5, 1), Box(0.5, 0, 1, 1)


@pytest.mark.parametrize(
    ("one", "other", "share"),
    [
        (PageBox(1, LEFT), PageBox(1, LEFT), 1.0),
        (PageBox(1, LEFT), PageBox(1, Box(0, 0, 1, 1)), 0.5),
        (PageBox(1, LEFT), PageBox(2, LEFT), 0.0),
        (PageBox(1, LEFT), Slide(1, LEFT), 0.0),
        (Slide(1, LEFT), Slide(1, RIGHT), 0.0),
        (Region(LEFT), Region(LEFT), 1.0),
        (CharRange(0, 10), CharRange(5, 15), 1 / 3),
        (CharRange(0, 10), CharRange(20, 30), 0.0),
        (TimeSpan(0, 10), TimeSpan(0, 10), 1.0),
        (CellRange("A", "A1", "D9"), CellRange("A", "A1", "D9"), 1.0),
        (CellRange("A", "A1", "D9"), CellRange("B", "A1", "D9"), 0.0),
    ],
)
def test_shares(one, other, share):
    assert shared(one, other) == pytest.approx(share)


numbers = st.tuples(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))


@given(numbers, numbers)
def test_sharing_is_mutual_and_a_fraction(a, b):
    one, other = (Box(min(x[0], x[2]), min(x[1], x[3]), max(x[0], x[2]), max(x[1], x[3])) for x in (a, b))
    share = shared(Region(one), Region(other))
    assert 0 <= share <= 1
    assert share == pytest.approx(shared(Region(other), Region(one)))
    assert shared(Region(one), Region(one)) == pytest.approx(1)


def test_a_row_lies_in_its_table():
    assert shared(CellRange("S", "A1", "D9"), CellRange("S", "A5", "D5")) > 0


def test_neighbours_stop_at_the_ends():
    segments = tuple(Segment(str(i), "text", "", CharRange(i, i + 1), i) for i in range(5))
    assert [s.id for s in around(segments, segments[0], 2)] == ["0", "1", "2"]
    assert [s.id for s in around(segments, segments[2], 1)] == ["1", "2", "3"]
