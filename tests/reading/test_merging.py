"""Recognised text merged into readings: what changes, what must not."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clerestory.models.ocr import OcrLine
from clerestory.reading.blocks import Block
from clerestory.reading.merging import merge
from clerestory.reading.recognition import Recognition
from clerestory.reading.segmenting import build_segments
from clerestory.settings import ReadingSettings
from clerestory.types import (
    Box,
    CellRange,
    CharRange,
    Line,
    OcrRequest,
    PageBox,
    PageInfo,
    Reading,
    Region,
    Slide,
    TimeSpan,
)

SETTINGS = ReadingSettings()
ASSET = "ab" * 32


def ocr(text: str, x0: float, y0: float, x1: float, y1: float, confidence: float = 0.9) -> OcrLine:
    return OcrLine(text, Box(x0, y0, x1, y1), confidence, ((x0, y0), (x1, y0), (x1, y1), (x0, y1)))


def block(text: str, page: int, box: Box = Box(0.1, 0.1, 0.9, 0.15), kind="paragraph", **more) -> Block:  # noqa: B008
    return Block(kind, text, PageBox(page, box), place=page, **more)


def reading_of(*blocks: Block, requests: tuple[OcrRequest, ...] = (), title: str = "Report") -> Reading:
    return Reading(
        ASSET,
        "application/pdf",
        "pdf",
        "1",
        "settings",
        title=title,
        pages=tuple(PageInfo(number, 595, 842) for number in (1, 2, 3)),
        segments=build_segments(blocks, asset=ASSET, settings=SETTINGS, title=title),
        ocr_requests=requests,
    )


def test_a_page_without_text_becomes_paragraphs_in_its_place():
    request = OcrRequest(PageBox(2), 1.5, "no text layer")
    before = reading_of(block("First page.", 1), block("Third page.", 3), requests=(request,))
    lines = (
        ocr("TIDE GAUGES", 0.1, 0.05, 0.6, 0.11),
        ocr("The float rises with the wa-", 0.1, 0.15, 0.9, 0.18),
        ocr("ter in the stilling well.", 0.1, 0.19, 0.7, 0.22),
        ocr("Another paragraph.", 0.1, 0.30, 0.7, 0.33),
    )
    after = merge(before, [Recognition(request, lines)], SETTINGS)
    assert [segment.locator.page for segment in after.segments] == [1, 2, 3]
    page = after.segments[1]
    assert page.origin == "ocr" and page.context == ("Report",)
    assert (
        page.text
        == "TIDE GAUGES\n\nThe float rises with the water in the stilling well.\n\nAnother paragraph."
    )
    assert [page.text[line.start : line.end] for line in page.lines] == [
        "TIDE GAUGES",
        "The float rises with the wa",
        "ter in the stilling well.",
        "Another paragraph.",
    ]
    assert page.lines[1].locator == PageBox(2, Box(0.1, 0.15, 0.9, 0.18))
    assert page.lines[1].confidence == 0.9 and page.attributes["ocr_confidence"] == "0.90"
    assert after.segments[0].id == before.segments[0].id and after.segments[2].id == before.segments[1].id
    assert after.ocr_requests == ()


def test_text_in_a_figure_goes_into_the_figure_at_its_place_on_the_page():
    box = Box(0.2, 0.4, 0.6, 0.8)
    figure = block("", 1, box, "figure", caption="Figure 1", objects=("f" * 64,), origin="none")
    request = OcrRequest(PageBox(1, box), 0.3, "a large figure", "f" * 64)
    before = reading_of(block("Words of the page.", 1), figure, requests=(request,))
    after = merge(before, [Recognition(request, (ocr("Pump A", 0.5, 0.5, 1.0, 0.75),))], SETTINGS)
    changed = after.segments[1]
    assert (changed.text, changed.origin, changed.caption) == ("Pump A", "ocr", "Figure 1")
    assert changed.lines[0].locator.box == pytest.approx((0.4, 0.6, 0.6, 0.7))
    assert changed.id != before.segments[1].id and changed.objects == ("f" * 64,)
    assert after.segments[0] == before.segments[0]


def test_a_page_gives_its_figures_their_text_and_a_closer_look_replaces_it():
    box = Box(0.2, 0.5, 0.6, 0.8)
    figure = block("", 1, box, "figure", origin="none")
    page = OcrRequest(PageBox(1), 1.2, "thin page")
    close = OcrRequest(PageBox(1, box), 0.3, "a large figure")
    before = reading_of(figure, requests=(page, close))
    seen = Recognition(page, (ocr("Around it", 0.1, 0.1, 0.5, 0.13), ocr("Pnmp A", 0.3, 0.6, 0.4, 0.63)))
    once = merge(before, [seen], SETTINGS)
    assert [(segment.kind, segment.text) for segment in once.segments] == [
        ("figure", "Pnmp A"),
        ("text", "Around it"),
    ]
    closer = Recognition(close, (ocr("Pump A", 0.25, 0.33, 0.5, 0.43),))
    twice = merge(once, [closer], SETTINGS)
    together = merge(before, [closer, seen], SETTINGS)
    assert [segment.text for segment in twice.segments] == ["Pump A", "Around it"]
    assert [segment.text for segment in together.segments] == ["Pump A", "Around it"]
    assert twice.ocr_requests == together.ocr_requests == ()


def test_text_that_the_page_already_has_is_not_doubled():
    request = OcrRequest(PageBox(1), 1.0, "thin page")
    before = reading_of(block("A title", 1, Box(0.1, 0.1, 0.5, 0.15)), requests=(request,))
    lines = (ocr("A titIe", 0.1, 0.1, 0.5, 0.15), ocr("Drawn words", 0.1, 0.5, 0.5, 0.55))
    after = merge(before, [Recognition(request, lines)], SETTINGS)
    assert [segment.text for segment in after.segments] == ["A title", "Drawn words"]


def test_nothing_found_and_nothing_readable_are_said():
    empty = OcrRequest(PageBox(1), 1.0, "thin page")
    broken = OcrRequest(PageBox(2), 1.0, "thin page")
    before = reading_of(block("Words.", 3), requests=(empty, broken))
    after = merge(
        before,
        [Recognition(empty, (ocr("--", 0, 0, 0.1, 0.1),)), Recognition(broken, error="page is damaged")],
        SETTINGS,
    )
    assert [(line.code, line.kind, line.locator) for line in after.ledger] == [
        ("no-text-found", "page", PageBox(1)),
        ("not-recognised", "page", PageBox(2)),
    ]
    assert "page is damaged" in after.ledger[1].reason
    assert after.segments == before.segments and after.ocr_requests == ()


def test_a_picture_file_gets_its_text_and_a_photographed_page_becomes_text():
    request = OcrRequest(Region(), 0.5, "a picture may carry text")
    picture = Block("picture", "", Region(), caption="", origin="none")
    before = replace(reading_of(picture, requests=(request,), title="receipt"), pages=())
    short = merge(before, [Recognition(request, (ocr("TOTAL 12.50", 0.1, 0.8, 0.5, 0.85),))], SETTINGS)
    assert [(segment.kind, segment.text) for segment in short.segments] == [("picture", "TOTAL 12.50")]
    assert short.segments[0].context == ("receipt",)
    many = tuple(
        ocr(f"line {n} of the page has some words in it", 0.1, n / 50, 0.9, n / 50 + 0.015) for n in range(45)
    )
    long = merge(before, [Recognition(request, many)], SETTINGS)
    assert long.segments[0] == before.segments[0]
    assert {segment.kind for segment in long.segments[1:]} == {"text"}
    assert long.segments[1].context == ("receipt",)
    assert sum(len(segment.lines) for segment in long.segments) >= 45


def test_a_picture_that_stands_in_several_places_is_recognised_once():
    digest = "e" * 64
    blocks = [
        Block("picture", "", Slide(n, Box(0.1, 0.1, 0.3, 0.3)), place=n, objects=(digest,), origin="none")
        for n in (1, 2)
    ]
    request = OcrRequest(Slide(1, Box(0.1, 0.1, 0.3, 0.3)), 0.4, "a picture", digest)
    before = reading_of(*blocks, requests=(request,))
    after = merge(before, [Recognition(request, (ocr("Logo", 0, 0, 1, 1),))], SETTINGS)
    assert [segment.text for segment in after.segments] == ["Logo", "Logo"]
    assert [segment.lines[0].locator.number for segment in after.segments] == [1, 2]


def test_low_confidence_is_noted():
    request = OcrRequest(PageBox(1), 1.0, "thin page")
    lines = (ocr("Hardly legible words", 0.1, 0.1, 0.5, 0.15, 0.41),)
    after = merge(reading_of(requests=(request,)), [Recognition(request, lines)], SETTINGS)
    assert [line.code for line in after.ledger] == ["low-confidence"]


WORDS = st.text("abcdefgh ", min_size=1, max_size=30)
NUMBER = st.floats(0, 1).map(lambda value: round(value, 3))


@st.composite
def ocr_lines(draw):
    x0, x1 = sorted((draw(NUMBER), draw(NUMBER)))
    y0, y1 = sorted((draw(NUMBER), draw(NUMBER)))
    return ocr(draw(WORDS), x0, y0, x1, y1, draw(st.floats(0.3, 1.0)))


@st.composite
def stories(draw):
    """A reading of pages with text and figures, its requests, and what an engine saw at some of them."""
    blocks, requests = [], []
    for page in (1, 2, 3):
        if draw(st.booleans()):
            blocks.append(block(f"native words of page {page}", page))
        if draw(st.booleans()):
            box = Box(0.2, 0.3, 0.7, 0.7)
            blocks.append(block("", page, box, "figure", caption=f"Figure {page}", origin="none"))
            requests.append(OcrRequest(PageBox(page, box), 0.3, "figure"))
        if draw(st.booleans()):
            requests.append(OcrRequest(PageBox(page), 1.0, "thin page"))
    seen = [
        Recognition(request, tuple(draw(st.lists(ocr_lines(), max_size=5))))
        for request in requests
        if draw(st.booleans())
    ]
    return reading_of(*blocks, requests=tuple(requests)), seen


@settings(max_examples=60, deadline=None)
@given(stories())
def test_merging_keeps_what_it_does_not_touch(story):
    before, seen = story
    after = merge(before, seen, SETTINGS)
    done = {one.request for one in seen}
    assert [request for request in before.ocr_requests if request not in done] == list(after.ocr_requests)
    assert [segment.order for segment in after.segments] == list(range(len(after.segments)))
    ids = [segment.id for segment in after.segments]
    assert len(set(ids)) == len(ids)
    kept = [segment.id for segment in before.segments if segment.id in ids]
    assert [identity for identity in ids if identity in kept] == kept  # order
    native = [segment for segment in before.segments if segment.origin == "native"]
    assert all(segment.id in ids for segment in native)
    pages = [segment.locator.page for segment in after.segments]
    assert pages == sorted(pages)
    for segment in after.segments:
        for line in segment.lines:
            assert segment.text[line.start : line.end].strip()
            assert line.locator.page == segment.locator.page
    assert merge(after, seen, SETTINGS) == after


@settings(max_examples=60, deadline=None)
@given(stories())
def test_every_recognised_word_lands_somewhere(story):
    before, seen = story
    requests = {one.request for one in seen}
    figures = {request.locator.page for request in requests if request.locator.box != Box(0, 0, 1, 1)}
    native_pages = {segment.locator.page for segment in before.segments if segment.origin == "native"}
    after = merge(before, seen, SETTINGS)
    for one in seen:
        page = one.request.locator.page
        # lines over native text or over a figure that is read for itself may be dropped
        if page in native_pages or (page in figures and one.request.locator == PageBox(page)):
            continue
        text = "".join("".join(segment.text.split()) for segment in after.segments)
        for line in one.lines:
            assert "".join(line.text.split()) in text


LOCATORS = st.one_of(
    st.builds(PageBox, st.integers(1, 99)),
    st.builds(Slide, st.integers(1, 99), st.just(Box(0.1, 0.2, 0.3, 0.4))),
    st.builds(Region),
    st.builds(CharRange, st.integers(0, 9), st.integers(9, 99)),
    st.builds(CellRange, st.text(max_size=9), st.just("A1"), st.just("C7")),
    st.builds(TimeSpan, st.floats(0, 9), st.floats(9, 99), st.none() | st.just(Box(0, 0, 1, 1))),
)


@given(LOCATORS, st.lists(ocr_lines(), max_size=4), st.text(max_size=20), st.lists(st.text(max_size=5)))
def test_a_recognition_survives_json(locator, lines, error, context):
    request = OcrRequest(locator, 0.25, "why", "d" * 64, tuple(context))
    one = Recognition(request, tuple(lines), error)
    assert Recognition.from_json(one.to_json()) == one


def test_native_lines_of_a_figure_stay():
    box = Box(0.1, 0.2, 0.8, 0.9)
    label = Line(0, 5, PageBox(1, Box(0.2, 0.3, 0.3, 0.33)))
    figure = block("Valve", 1, box, "figure", lines=(label,))
    request = OcrRequest(PageBox(1, box), 0.3, "figure")
    before = reading_of(figure, requests=(request,))
    lines = (ocr("Va1ve", 0.143, 0.143, 0.286, 0.186), ocr("Pump", 0.5, 0.5, 0.6, 0.55))
    (after,) = merge(before, [Recognition(request, lines)], SETTINGS).segments
    assert after.text == "Valve\nPump"
    assert [after.text[line.start : line.end] for line in after.lines] == ["Valve", "Pump"]
    assert after.lines[0] == label
