"""The words of Clerestory are immutable values with plain defaults."""

import dataclasses
import pickle

import pytest

from clerestory import types
from clerestory.types import (
    WHOLE,
    Box,
    Filter,
    PageBox,
    Query,
    Reading,
    Region,
    Segment,
    Slide,
    Space,
    TimeSpan,
)


def every_value():
    return [
        kind
        for kind in vars(types).values()
        if isinstance(kind, type) and dataclasses.is_dataclass(kind) and kind.__module__ == types.__name__
    ]


@pytest.mark.parametrize("kind", every_value(), ids=lambda kind: kind.__name__)
def test_values_are_frozen_and_have_slots(kind):
    assert kind.__dataclass_params__.frozen
    assert "__slots__" in vars(kind)


def test_a_box_knows_its_area_and_is_never_negative():
    assert WHOLE.area == 1.0
    assert Box(0.25, 0.5, 0.75, 1.0).area == 0.25
    assert Box(0.6, 0.5, 0.4, 1.0).area == 0.0


@pytest.mark.parametrize("locator", [PageBox(3), Slide(3), Region()])
def test_a_place_without_a_box_is_the_whole(locator):
    assert locator.box == WHOLE


def test_a_span_of_time_has_no_box_unless_it_is_about_the_picture():
    assert TimeSpan(1.0, 2.0).box is None


def test_a_spaces_name_changes_with_its_digest_and_dimension():
    names = {
        Space("minilm-l6-int8", "1a2b3c4d5e6f", 384).name,
        Space("minilm-l6-int8", "ffffffffffff", 384).name,
        Space("minilm-l6-int8", "1a2b3c4d5e6f", 256).name,
    }
    assert len(names) == 3
    assert "minilm-l6-int8-1a2b3c4d-384" in names


def test_an_empty_filter_and_query_restrict_and_ask_nothing():
    assert Filter() == Filter(kinds=(), media_types=(), path="", metadata={})
    assert Query() == Query(text="", images=(), audio=())


def test_a_reading_travels_between_processes():
    segment = Segment("s1", "text", "Relay K4", PageBox(12, Box(0.1, 0.2, 0.3, 0.4)), 0, context=("Wiring",))
    reading = Reading("ab12", "application/pdf", "pdf", "1", "settings", segments=(segment,))
    assert pickle.loads(pickle.dumps(reading)) == reading
