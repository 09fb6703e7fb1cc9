"""Quotable pieces are verbatim and know their exact place."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from clerestory.answering.units import place_of, units
from clerestory.types import Box, CharRange, Line, PageBox, Row, Segment, Table, TimeSpan

PAGE = PageBox(3)


def segment(text, locator=PAGE, **facts):
    return Segment("id", facts.pop("kind", "text"), text, locator, 0, **facts)


def test_sentences_stand_where_their_lines_stand():
    text = "The lamp is lit at dusk.\nIt burns until dawn."
    lines = (
        Line(0, 24, PageBox(3, Box(0.1, 0.1, 0.9, 0.2))),
        Line(25, len(text), PageBox(3, Box(0.1, 0.2, 0.6, 0.3))),
    )
    found = units(segment(text, lines=lines))
    assert [unit.text for unit in found] == ["The lamp is lit at dusk.", "It burns until dawn."]
    assert [unit.locator for unit in found] == [lines[0].locator, lines[1].locator]


def test_a_sentence_over_two_lines_has_the_box_around_both():
    text = "The lamp is\nlit at dusk."
    lines = (
        Line(0, 11, PageBox(3, Box(0.1, 0.1, 0.9, 0.2))),
        Line(12, len(text), PageBox(3, Box(0.1, 0.2, 0.6, 0.3))),
    )
    (found,) = units(segment(text, lines=lines))
    assert found.locator == PageBox(3, Box(0.1, 0.1, 0.9, 0.3))


def test_rows_of_a_table_have_their_header_and_place():
    cells = PageBox(3, Box(0.1, 0.5, 0.9, 0.55))
    table = Table((Row(("Relay", "Year")), Row(("K4", "1998"), cells), Row(("K5", "2001"))), header_rows=1)
    found = units(segment("", kind="table", table=table, caption="Table 2: relays"))
    assert [unit.text for unit in found] == [
        "Table 2: relays",
        "Relay: K4; Year: 1998",
        "Relay: K5; Year: 2001",
    ]
    assert found[1].locator == cells
    assert found[2].locator == PageBox(3)


def test_what_is_said_and_what_is_written_at_one_time_has_its_seconds():
    text = "Wait for it. Then go on.\n\nLet it dry\n7 minutes\n\nNext slide"
    words = [(0, 4, 1.0), (5, 8, 1.5), (9, 12, 2.0), (13, 17, 3.2), (18, 20, 3.6), (21, 24, 4.0)]
    upper, lower = Box(0.1, 0.1, 0.5, 0.2), Box(0.1, 0.3, 0.6, 0.4)
    lines = (
        *(Line(start, end, TimeSpan(at, at + 0.4), 0.9) for start, end, at in words),
        Line(26, 36, TimeSpan(2.0, 6.0, upper)),
        Line(37, 46, TimeSpan(2.2, 6.0, lower)),
        Line(48, 58, TimeSpan(6.0, 9.0, upper)),
    )
    found = units(segment(text, TimeSpan(0.0, 9.0), kind="scene", lines=lines))
    assert [(unit.text, unit.locator) for unit in found] == [
        ("Wait for it.", TimeSpan(1.0, 2.4)),
        ("Then go on.", TimeSpan(3.2, 4.4)),
        ("Let it dry\n7 minutes", TimeSpan(2.0, 6.0, Box(0.1, 0.1, 0.6, 0.4))),
        ("Next slide", TimeSpan(6.0, 9.0, upper)),
    ]
    assert place_of(segment(text, lines=lines), 26, 46) == TimeSpan(2.0, 6.0, Box(0.1, 0.1, 0.6, 0.4))


def test_without_lines_the_segment_is_the_place():
    (found,) = units(segment("Only words."))
    assert found.locator == PageBox(3)
    assert units(segment("")) == []


words = st.text("ab .!?\n", max_size=60)


@given(words, st.integers(0, 50))
def test_character_ranges_are_exact(text, offset):
    whole = "x" * offset + text
    for unit in units(segment(text, CharRange(offset, offset + len(text)))):
        assert whole[unit.locator.start : unit.locator.end] == unit.text


@given(words, st.integers(0, 50), st.data())
def test_character_ranges_of_lines_are_exact(text, offset, data):
    whole = "x" * offset + text
    cuts = sorted({0, len(text), *data.draw(st.lists(st.integers(0, len(text)), max_size=4))})
    lines = tuple(Line(low, high, CharRange(offset + low, offset + high)) for low, high in pairwise(cuts))
    one = segment(text, CharRange(0, 10**6), lines=lines)
    for unit in units(one):
        assert whole[unit.locator.start : unit.locator.end] == unit.text


def test_lines_of_different_kinds_fall_back_to_the_segment():
    one = segment("ab cd", lines=(Line(0, 2, PageBox(3)), Line(3, 5, PageBox(4))))
    assert place_of(one, 0, 5) == PageBox(3)
