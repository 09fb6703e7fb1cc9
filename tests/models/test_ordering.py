"""Lines in the order in which they are read."""

import random
from itertools import chain

from hypothesis import given
from hypothesis import strategies as st

from clerestory.models.ordering import reading_order, rows_of
from clerestory.types import Box

PROSE = "a line of prose that fills its column"


def line(x0, x1, row, *, text=PROSE, height=0.02):
    return Box(x0, row * 0.03, x1, row * 0.03 + height), text


def read(lines):
    """The texts in reading order, whatever order the lines were found in."""
    shuffled = lines[:]
    random.Random(7).shuffle(shuffled)
    order = reading_order([box for box, _ in shuffled], [text for _, text in shuffled])
    return [shuffled[index][1] for index in order]


def test_columns_of_prose_follow_each_other():
    left = [line(0.05, 0.47, row, text=f"{row} left {PROSE}") for row in range(4, 12)]
    right = [line(0.53, 0.95, row, text=f"{row} right {PROSE}") for row in range(4, 12)]
    head = [line(0.1, 0.9, 1, text="A heading across both columns")]
    foot = [line(0.1, 0.9, 14, text="A foot across both columns")]
    expected = [text for _, text in head + left + right + foot]
    assert read(head + left + right + foot) == expected


def test_three_columns():
    columns = [
        [line(0.03 + 0.33 * c, 0.30 + 0.33 * c, row, text=f"{c} {row} {PROSE}") for row in range(6)]
        for c in range(3)
    ]
    assert read(list(chain(*columns))) == [text for column in columns for _, text in column]


def test_receipts_and_tables_stay_in_rows():
    lines, expected = [], []
    for row in range(10):
        name, price = f"Item number {row} of the shop", f"{row}.90"
        lines += [line(0.05, 0.55, row, text=name), line(0.8, 0.95, row, text=price)]
        expected += [name, price]
    assert read(lines) == expected
    cells = [
        line(0.05 + 0.3 * c, 0.2 + 0.3 * c, row, text=f"{row},{c}") for row in range(6) for c in range(3)
    ]
    assert read(cells) == [text for _, text in cells]


def test_a_leaning_row_is_one_row():
    lines = [(Box(0.1 * n, 0.3 + 0.004 * n, 0.1 * n + 0.08, 0.33 + 0.004 * n), str(n)) for n in range(9)]
    assert read(lines) == [str(n) for n in range(9)]


boxes = st.tuples(st.floats(0, 0.9), st.floats(0, 0.9), st.floats(0.01, 0.5), st.floats(0.005, 0.2)).map(
    lambda b: Box(b[0], b[1], min(1, b[0] + b[2]), min(1, b[1] + b[3]))
)


@given(st.lists(boxes, max_size=40))
def test_every_line_is_read_once(found):
    assert sorted(reading_order(found, [PROSE] * len(found))) == list(range(len(found)))
    assert sorted(chain(*rows_of(found))) == list(range(len(found)))
