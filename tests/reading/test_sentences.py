from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerestory.reading.sentences import count_words, sentences, storable


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        ("See Fig. 3 and e.g. Smith. Then stop.", ["See Fig. 3 and e.g. Smith.", "Then stop."]),
        (
            "Serial no. TG3-04417. He said no. Then he left.",
            ["Serial no. TG3-04417.", "He said no.", "Then he left."],
        ),
        ("It is 3.5 m. he said", ["It is 3.5 m. he said"]),
        ('He said "no." Then left.', ['He said "no."', "Then left."]),
        ("水が上がる。時計が書く。", ["水が上がる。", "時計が書く。"]),
        ("A title\n\nA paragraph", ["A title", "A paragraph"]),
        ("J. Smith wrote it.", ["J. Smith wrote it."]),
        ("", []),
    ],
)
def test_sentences(text: str, expected: list[str]):
    assert [text[start:end].strip() for start, end in sentences(text)] == expected


@given(st.text(max_size=200))
def test_sentences_fill_the_text(text: str):
    assert "".join(text[start:end] for start, end in sentences(text)) == text


def test_words_are_counted_in_any_script():
    assert count_words("one two  three\nfour") == 4
    assert count_words("水位は管の中に吊るされた") == 6
    assert count_words("x" * 1200) == 100
    assert count_words("") == 0


@given(st.text(max_size=50))
def test_stored_text_keeps_its_length(text: str):
    kept = storable(text + "\x00\ud800")
    assert len(kept) == len(text) + 2
    kept.encode("utf-8")
