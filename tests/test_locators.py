"""Addresses of places read back as they were written, and nonsense is refused."""

import contextlib
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerestory.errors import BadLocator
from clerestory.locators import (
    BOX_STEPS,
    clock,
    describe,
    parse_fragment,
    place,
    position,
    to_fragment,
)
from clerestory.types import WHOLE, Box, CellRange, CharRange, PageBox, Region, Slide, TimeSpan

ASSET = "ab12" * 16

steps = st.integers(0, BOX_STEPS)


@st.composite
def boxes(draw):
    x0, x1 = sorted((draw(steps), draw(steps)))
    y0, y1 = sorted((draw(steps), draw(steps)))
    return Box(x0 / BOX_STEPS, y0 / BOX_STEPS, x1 / BOX_STEPS, y1 / BOX_STEPS)


@st.composite
def spans(draw):
    start, end = sorted((draw(st.integers(0, 10**9)), draw(st.integers(0, 10**9))))
    return TimeSpan(start / 1000, end / 1000, draw(st.none() | boxes()))


@st.composite
def ranges(draw):
    start, end = sorted((draw(st.integers(0, 10**12)), draw(st.integers(0, 10**12))))
    return CharRange(start, end)


cells = st.from_regex(r"[A-Z]{1,3}[1-9][0-9]{0,6}", fullmatch=True)
sheets = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
locators = st.one_of(
    st.builds(PageBox, st.integers(1, 99_999), boxes()),
    st.builds(Slide, st.integers(1, 999), boxes()),
    st.builds(Region, boxes()),
    spans(),
    ranges(),
    st.builds(CellRange, sheets, cells, cells),
)


@given(st.from_regex(r"[0-9a-f]{64}", fullmatch=True), locators)
def test_an_address_reads_back_as_the_place_it_was_made_from(asset, locator):
    assert parse_fragment(to_fragment(asset, locator)) == (asset, locator)


@given(st.tuples(*[st.floats(0, 1)] * 4))
def test_any_box_keeps_its_place_to_a_millionth_and_its_address_is_stable(numbers):
    x0, x1 = sorted(numbers[:2])
    y0, y1 = sorted(numbers[2:])
    locator = PageBox(3, Box(x0, y0, x1, y1))
    address = to_fragment(ASSET, locator)
    _, read = parse_fragment(address)
    assert isinstance(read, PageBox)
    assert all(math.isclose(a, b, abs_tol=1e-6) for a, b in zip(read.box, locator.box, strict=True))
    assert to_fragment(ASSET, read) == address


@given(locators)
def test_words_for_a_place_begin_with_the_name(locator):
    words = describe("manual.pdf", locator)
    assert words.startswith("manual.pdf")
    assert words == words.strip()


@pytest.mark.parametrize(
    ("locator", "address"),
    [
        (PageBox(12, Box(0.1, 0.2, 0.4, 0.6)), "#page=12&xywh=percent:10,20,30,40"),
        (PageBox(12), "#page=12"),
        (Slide(3), "#slide=3"),
        (Region(), "#xywh=percent:0,0,100,100"),
        (TimeSpan(192, 211), "#t=192,211"),
        (TimeSpan(0.25, 1.5, Box(0, 0, 0.5, 1)), "#t=0.25,1.5&xywh=percent:0,0,50,100"),
        (CharRange(120, 340), "#char=120,340"),
        (CellRange("Relays & fuses", "B3", "D7"), "#sheet=Relays%20%26%20fuses&cells=B3:D7"),
    ],
)
def test_addresses_follow_the_media_fragments_form(locator, address):
    assert to_fragment(ASSET, locator) == f"clerestory:{ASSET}{address}"


@pytest.mark.parametrize(
    "address",
    [
        "",
        "clerestory:ab12",
        "clerestory:ab12#",
        "clerestory:xyz0#page=1",
        "clerestory:ab12#page=0",
        "clerestory:ab12#page=1&page=2",
        "clerestory:ab12#page=1&slide=2",
        "clerestory:ab12#page=١",
        "clerestory:ab12#page=1&xywh=10,20,30,40",
        "clerestory:ab12#page=1&xywh=percent:10,20,30",
        "clerestory:ab12#page=1&xywh=percent:10,20,95,40",
        "clerestory:ab12#page=1&xywh=percent:nan,0,1,1",
        "clerestory:ab12#page=1&xywh=percent:-1,0,1,1",
        "clerestory:ab12#page=1&xywh=percent:1.2.3,0,1,1",
        "clerestory:ab12#t=9,3",
        "clerestory:ab12#t=1,2,3",
        "clerestory:ab12#char=1.5,3",
        "clerestory:ab12#char=1,3&xywh=percent:0,0,1,1",
        "clerestory:ab12#sheet=One",
        "clerestory:ab12#sheet=One&cells=3B:D7",
        "clerestory:ab12#sheet=%ff&cells=B3:D7",
        "clerestory:ab12#colour=amber",
        "https://example.org/#page=1",
    ],
)
def test_what_names_no_place_is_refused_with_an_example(address):
    with pytest.raises(BadLocator) as caught:
        parse_fragment(address)
    assert "clerestory:DIGEST#page=12" in caught.value.fix


@given(st.text(max_size=60))
def test_no_text_makes_the_parser_fail_in_another_way(text):
    for address in (text, f"clerestory:ab12#{text}", f"clerestory:ab12#page=1&xywh=percent:{text}"):
        with contextlib.suppress(BadLocator):
            parse_fragment(address)


@pytest.mark.parametrize(
    ("locator", "words"),
    [
        (PageBox(12, Box(0.05, 0.7, 0.45, 0.9)), "manual.pdf p. 12, lower left"),
        (PageBox(12, Box(0.1, 0.05, 0.9, 0.3)), "manual.pdf p. 12, top"),
        (PageBox(12, Box(0.7, 0.1, 0.9, 0.9)), "manual.pdf p. 12, right side"),
        (PageBox(12, Box(0.4, 0.4, 0.6, 0.6)), "manual.pdf p. 12, centre"),
        (PageBox(12), "manual.pdf p. 12"),
        (Slide(2, Box(0.5, 0.0, 1.0, 0.3)), "manual.pdf slide 2, upper right"),
        (Region(), "manual.pdf"),
        (Region(Box(0.4, 0.8, 0.6, 0.9)), "manual.pdf, bottom centre"),
        (TimeSpan(192.4, 211), "manual.pdf 03:12–03:31"),
        (TimeSpan(3727, 3727), "manual.pdf 1:02:07"),
        (CharRange(0, 1400), "manual.pdf characters 1–1,400"),
        (CellRange("Relays", "A7", "D7"), "manual.pdf, Relays, row 7"),
        (CellRange("", "A2", "F9"), "manual.pdf, rows 2–9"),
        (CellRange("Relays", "B3", "D7"), "manual.pdf, Relays, B3:D7"),
        (CellRange("Relays", "B3", "B3"), "manual.pdf, Relays, B3"),
    ],
)
def test_places_in_words(locator, words):
    assert describe("manual.pdf", locator) == words


def test_a_place_alone_has_no_leading_comma():
    assert place(CellRange("Relays", "B3", "B3")) == "Relays, B3"
    assert place(Region(Box(0.4, 0.8, 0.6, 0.9))) == "bottom centre"
    assert place(Region()) == ""


def test_a_box_over_most_of_the_page_needs_no_words():
    assert position(WHOLE) == ""


def test_hours_show_only_when_there_are_any():
    assert (clock(0), clock(59.9), clock(3600)) == ("00:00", "00:59", "1:00:00")
