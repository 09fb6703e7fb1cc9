from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.reading.made import assert_quotable, codes, kinds, only, reading

from clerestory.errors import TooLarge
from clerestory.reading import text as text_reader
from clerestory.reading.text import code_blocks, line_ranges
from clerestory.types import CharRange

PROSE = "Title\n=====\n\nHello  there.\n  Second line.\r\n\r\nCHAPTER ONE\n\nMore words. And more.\n"
CODE = '''"""A module."""

import os


@decorated
def first(a):
    if a:

        return 1
    return 2


class Second:
    def method(self):
        pass
'''


def test_paragraphs_and_headings(tmp_path: Path):
    read_ = reading(tmp_path, "a.txt", PROSE)
    assert read_.title == "Title"
    assert [s.text for s in read_.segments] == [
        "Title\n\nHello  there.\nSecond line.",
        "CHAPTER ONE\n\nMore words. And more.",
    ]
    assert read_.segments[1].context == ("Title",)
    assert_quotable(read_, PROSE)


def test_code_begins_anew_at_definitions():
    blocks = code_blocks(CODE, language="python", words=10)
    assert [block.text.splitlines()[0] for block in blocks] == [
        '"""A module."""',
        "@decorated",
        "class Second:",
    ]
    assert [block.attributes["names"] for block in blocks] == ["", "first", "Second, method"]
    assert blocks[1].text.endswith("    return 2")


def test_code_is_told_by_name(tmp_path: Path):
    read_ = reading(tmp_path, "a.py", CODE)
    assert kinds(read_) == ["code"]
    assert only(read_, "code").attributes == {"language": "python", "names": "first, Second, method"}
    assert_quotable(read_, CODE)


@pytest.mark.parametrize(
    ("content", "expected", "said"),
    [
        ("Grüße aus Köln".encode(), "Grüße aus Köln", []),
        (b"\xef\xbb\xbfGr\xc3\xbc\xc3\x9fe", "Grüße", []),
        ("Grüße".encode("utf-16"), "Grüße", []),
        ("Grüße".encode("utf-32"), "Grüße", []),
        ("Hello over there".encode("utf-16-be"), "Hello over there", ["encoding-assumed"]),
        ("Das Mädchen läuft über die Straße und grüßt.".encode("cp1252"), None, ["encoding-assumed"]),
        (
            "Съешь же ещё этих мягких французских булок, да выпей чаю.".encode("cp1251"),
            None,
            ["encoding-assumed"],
        ),
    ],
)
def test_encodings_are_told_or_said_to_be_assumed(
    tmp_path: Path, content: bytes, expected: str | None, said: list[str]
):
    read_ = reading(tmp_path, "a.txt", content)
    (segment,) = read_.segments
    if expected is not None:
        assert segment.text == expected
    else:
        assert segment.text in {
            "Das Mädchen läuft über die Straße und grüßt.",
            "Съешь же ещё этих мягких французских булок, да выпей чаю.",
        }
    assert codes(read_) == said


def test_a_few_damaged_bytes_do_not_change_the_encoding(tmp_path: Path):
    content = ("Žluťoučký kůň úpěl ďábelské ódy. " * 20).encode() + b"\xff\xfe end"
    read_ = reading(tmp_path, "a.txt", content)
    assert read_.segments[0].text.startswith("Žluťoučký kůň")
    (line,) = read_.ledger
    assert "utf-8" in line.reason and "undecodable" in line.reason


def test_text_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(text_reader, "MAX_TEXT_MB", 1)
    with pytest.raises(TooLarge, match="Split it"):
        reading(tmp_path, "a.txt", b"word " * 300_000)


def test_one_endless_line_is_cut(tmp_path: Path):
    read_ = reading(tmp_path, "a.js", "var a=" + "x" * 100_000)
    assert len(read_.segments) > 10
    assert max(len(s.text) for s in read_.segments) < 10_000


@given(st.text(alphabet="ab \t\n\r\x0c.=A漢\u2028", max_size=200))
def test_lines_fill_the_text(text: str):
    ranges = list(line_ranges(text))
    left = set(range(len(text))) - {position for start, end in ranges for position in range(start, end)}
    assert all(text[position] in "\r\n" for position in left)
    assert all(a[1] <= b[0] for a, b in itertools.pairwise(ranges))


@given(
    st.text(alphabet="ab \t\n\rAB.=-(){}def class\x0c漢é", min_size=1, max_size=300),
    st.sampled_from(["a.txt", "a.py", "a.c"]),
)
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_character_is_in_exactly_one_line(tmp_path: Path, text: str, name: str):
    read_ = reading(tmp_path, name, text.encode("utf-8"), segment_words=8)
    count = [0] * len(text)
    for segment in read_.segments:
        for line in segment.lines:
            assert isinstance(line.locator, CharRange)
            for position in range(line.locator.start, line.locator.end):
                count[position] += 1
    for times, character in zip(count, text, strict=True):
        assert times == 1 or (times == 0 and character.isspace())
    assert_quotable(read_, text)
