from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from clerestory.reading.blocks import Block
from clerestory.reading.segmenting import build_segments
from clerestory.reading.sentences import count_words
from clerestory.settings import ReadingSettings
from clerestory.types import Box, CellRange, CharRange, Line, PageBox, Row, Segment, Slide, Table

ASSET = "ab" * 32
SETTINGS = ReadingSettings(segment_words=40)
SENTENCE = "The pump moves water from the lower tank to the upper one. "


def flowing(*parts: tuple[str, str] | tuple[str, str, int]) -> list[Block]:
    """Blocks of one text in which every block follows the one before after a blank line."""
    blocks, position = [], 0
    for kind, text, *level in parts:
        place = CharRange(position, position + len(text))
        blocks.append(Block(kind, text, place, level=level[0] if level else 0))  # type: ignore[arg-type]
        position += len(text) + 2
    return blocks


def build(blocks: list[Block], title: str = "") -> tuple[Segment, ...]:
    return build_segments(blocks, asset=ASSET, settings=SETTINGS, title=title)


def test_short_paragraphs_of_a_section_share_a_segment_with_its_heading():
    segments = build(
        flowing(
            ("heading", "Pumps", 1),
            ("paragraph", "They move water."),
            ("paragraph", "They need oil."),
        ),
        title="Manual",
    )
    assert [s.text for s in segments] == ["Pumps\n\nThey move water.\n\nThey need oil."]
    assert segments[0].context == ("Manual",)
    assert segments[0].locator == CharRange(0, 39)


def test_a_chapter_begins_a_segment_and_small_subsections_do_not():
    segments = build(
        flowing(
            ("heading", "Pumps", 1),
            ("heading", "Oil", 2),
            ("paragraph", "Every week."),
            ("heading", "Kinds of oil", 3),
            ("paragraph", "Thin."),
            ("heading", "Tanks", 2),
            ("paragraph", "Two of them."),
        )
    )
    assert [s.text.split("\n")[0] for s in segments] == ["Pumps", "Tanks"]
    assert segments[0].text == "Pumps\n\nOil\n\nEvery week.\n\nKinds of oil\n\nThin."
    assert segments[1].context == ("Pumps",)


def test_a_heading_with_nothing_under_it_is_found_alone():
    segments = build(flowing(("heading", "Pumps", 1), ("heading", "Tanks", 1), ("paragraph", "Two.")))
    assert [s.text for s in segments] == ["Pumps", "Tanks\n\nTwo."]


def test_the_title_is_not_said_twice():
    blocks = flowing(("heading", "Manual", 1), ("paragraph", "a"), ("heading", "Oil", 2), ("paragraph", "b"))
    assert build(blocks, title="Manual")[1].context == ("Manual",)


def test_pages_are_not_mixed_and_boxes_are_joined():
    def line(page: int, top: float, text: str) -> Block:
        return Block("paragraph", text, PageBox(page, Box(0.1, top, 0.9, top + 0.1)), place=page)

    segments = build([line(1, 0.1, "one"), line(1, 0.3, "two"), line(2, 0.1, "three")])
    assert [s.text for s in segments] == ["one\n\ntwo", "three"]
    assert segments[0].locator == PageBox(1, Box(0.1, 0.1, 0.9, 0.4))
    assert [segments[0].text[line.start : line.end] for line in segments[0].lines] == ["one", "two"]


def test_recognised_text_is_not_mixed_with_the_file_s_own():
    place = PageBox(1)
    blocks = [Block("paragraph", "own", place), Block("paragraph", "seen", place, origin="ocr")]
    assert [s.origin for s in build(blocks)] == ["native", "ocr"]


def test_long_paragraphs_are_cut_at_sentences_of_similar_size():
    segments = build(flowing(("paragraph", SENTENCE * 20)))
    assert len(segments) == 6
    assert all(s.text.endswith("one.") for s in segments)
    assert max(count_words(s.text) for s in segments) <= 60


def test_a_few_words_at_the_end_of_a_section_stay_with_it():
    segments = build(flowing(("paragraph", SENTENCE * 4), ("paragraph", "The end."), ("heading", "B", 1)))
    assert len(segments) == 2
    assert segments[0].text.endswith("The end.")


def test_a_figure_does_not_tear_steps_apart():
    blocks = flowing(("paragraph", "Step one."), ("paragraph", "Step two."))
    picture = Block("picture", "", CharRange(50, 60), caption="The pump", attributes={"target": "pump.png"})
    segments = build([blocks[0], picture, blocks[1]])
    assert [(s.kind, s.text, s.caption) for s in segments] == [
        ("text", "Step one.\n\nStep two.", ""),
        ("picture", "", "The pump"),
    ]
    assert segments[1].attributes == {"target": "pump.png"}


def test_equal_pictures_on_one_spot_have_different_ids():
    blocks = [Block("picture", "", Slide(1)), Block("picture", "", Slide(1))]
    assert len({s.id for s in build(blocks)}) == 2


def test_a_table_says_header_and_cell_in_each_row():
    table = Table((Row(("Part", "Torque")), Row(("Bolt", "10 Nm")), Row(("", "12 Nm"))), 1)
    (segment,) = build([Block("table", "", PageBox(3), table=table, caption="Table 1")])
    assert segment.text == "Part: Bolt; Torque: 10 Nm\nTorque: 12 Nm"
    assert segment.table == table
    assert segment.caption == "Table 1"


def test_a_long_table_becomes_runs_of_rows_with_its_header():
    header = Row(("Name", "Value"), CellRange("S", "A1", "B1"))
    body = [Row((f"n{i}", str(i)), CellRange("S", f"A{i + 2}", f"B{i + 2}")) for i in range(200)]
    block = Block("table", "", CellRange("S", "A1", "B201"), table=Table((header, *body), 1))
    segments = build([block])
    assert len(segments) > 5
    assert all(s.table is not None and s.table.rows[0] == header for s in segments)
    assert [row for s in segments for row in s.table.rows[1:]] == body  # type: ignore[union-attr]
    assert segments[0].locator == CellRange("S", "A1", f"B{len(segments[0].table.rows)}")  # type: ignore[union-attr]
    assert segments[-1].attributes["part"] == f"{len(segments)} of {len(segments)}"


def test_code_is_cut_at_blank_lines():
    function = "def f(a, b):\n    c = a + b\n    return c\n\n"
    segments = build(flowing(("code", function * 40)))
    assert len(segments) > 1
    assert all(s.kind == "code" and s.text.startswith("def f") for s in segments)


def test_ids_are_the_same_again_and_change_with_the_text():
    blocks = flowing(("paragraph", "one"), ("code", "two"))
    first, second = build(blocks), build(blocks)
    assert [s.id for s in first] == [s.id for s in second]
    changed = build([replace(blocks[0], text="One"), blocks[1]])
    assert changed[0].id != first[0].id
    assert changed[1].id == first[1].id


words = st.text(st.sampled_from("abcdef é. !?\n漢\t"), max_size=400)
kinds = st.sampled_from(["heading", "paragraph", "paragraph", "code", "picture"])


@given(st.lists(st.tuples(kinds, words, st.integers(1, 4)), max_size=12), st.integers(1, 30))
def test_every_character_is_in_exactly_one_line(parts: list[tuple[str, str, int]], size: int):
    blocks = flowing(*parts)
    source = "".join(text + "\n\n" for _, text, _ in parts)
    segments = build_segments(blocks, asset=ASSET, settings=ReadingSettings(segment_words=size))
    covered = [0] * len(source)
    for segment in segments:
        for line in segment.lines:
            assert isinstance(line.locator, CharRange)
            start, end = line.locator.start, line.locator.end
            assert segment.text[line.start : line.end] == source[start:end]
            for position in range(start, end):
                covered[position] += 1
    assert all(
        count == 1 or (count == 0 and character.isspace())
        for count, character in zip(covered, source, strict=True)
    )
    assert [s.order for s in segments] == list(range(len(segments)))
    assert len({s.id for s in segments}) == len(segments)


@given(st.text(max_size=300), st.integers(1, 20))
def test_no_segment_is_much_longer_than_asked(text: str, size: int):
    blocks = [Block("paragraph", text, PageBox(1), lines=(Line(0, len(text), PageBox(1)),))]
    for segment in build_segments(blocks, asset=ASSET, settings=ReadingSettings(segment_words=size)):
        assert count_words(segment.text) <= 2.5 * size + 1
        segment.text.encode("utf-8")
