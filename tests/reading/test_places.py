from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerestory.errors import BadLocator
from clerestory.reading.places import cell_name, cell_position, join_locators
from clerestory.types import Box, CellRange, CharRange, PageBox, Region, Slide, TimeSpan


@given(st.integers(1, 20_000), st.integers(1, 2_000_000))
def test_cells_have_names(column: int, row: int):
    assert cell_position(cell_name(column, row)) == (column, row)


def test_known_cells():
    assert cell_name(28, 3) == "AB3"
    with pytest.raises(BadLocator):
        cell_position("3B")


def test_places_are_joined():
    low, high = Box(0.1, 0.5, 0.5, 0.6), Box(0.2, 0.1, 0.9, 0.2)
    around = Box(0.1, 0.1, 0.9, 0.6)
    assert join_locators([PageBox(2, low), PageBox(2, high)]) == PageBox(2, around)
    assert join_locators([PageBox(2, low), PageBox(3, high)]) == PageBox(2, low)
    assert join_locators([Slide(1, low), Slide(1, high)]) == Slide(1, around)
    assert join_locators([Region(low), Region(high)]) == Region(around)
    assert join_locators([CharRange(5, 9), CharRange(1, 3)]) == CharRange(1, 9)
    assert join_locators([TimeSpan(5, 9), TimeSpan(1, 3)]) == TimeSpan(1, 9)
    cells = [CellRange("S", "B3", "C4"), CellRange("S", "A9", "A9"), CellRange("T", "Z1", "Z1")]
    assert join_locators(cells) == CellRange("S", "A3", "C9")
