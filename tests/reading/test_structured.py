from __future__ import annotations

import csv
import io
import itertools
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.reading.made import codes, kinds, only, reading

from clerestory.reading.json_places import Leaf, NotJson, leaves, path_text
from clerestory.types import CharRange, Reading, Row


def rows(read_: Reading) -> list[Row]:
    """The rows of a table below its header, over all its runs."""
    found = []
    for segment in read_.segments:
        assert segment.table is not None
        found.extend(segment.table.rows[segment.table.header_rows :])
    return found


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimited_files(tmp_path: Path, delimiter: str):
    lines = [["name", "price", "note"], ["Bolt", "1.20", "two\nlines"], ["Nut", "0.30", 'a "b"']]
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter).writerows(lines)
    source = buffer.getvalue()
    read_ = reading(tmp_path, "a.csv", source)
    table = only(read_, "table")
    assert table.text == 'name: Bolt; price: 1.20; note: two lines\nname: Nut; price: 0.30; note: a "b"'
    place = rows(read_)[0].locator
    assert isinstance(place, CharRange)
    assert source[place.start : place.end].startswith("Bolt") and source[place.start : place.end].endswith(
        'lines"'
    )


def test_a_file_without_a_header_has_none(tmp_path: Path):
    table = only(reading(tmp_path, "a.csv", "1,2\n3,4\n5,6\n"), "table")
    assert table.table is not None and table.table.header_rows == 0
    assert table.text == "1; 2\n3; 4\n5; 6"


def test_a_table_that_is_none_is_read_as_text(tmp_path: Path):
    read_ = reading(tmp_path, "a.csv", "Dear all\n\nthis is a letter.\n")
    assert kinds(read_) == ["text"]
    assert codes(read_) == ["not-a-table"]


def test_cells_are_bounded_and_the_rest_is_said(tmp_path: Path):
    source = "a,b\n" + "1,2\n" * 100
    read_ = reading(tmp_path, "a.csv", source, max_table_cells=40)
    (line,) = read_.ledger
    assert line.code == "too-many-cells"
    assert isinstance(line.locator, CharRange) and line.locator.end == len(source)
    assert sum(len(row.cells) for row in rows(read_)) < 50


def test_json_becomes_paths_and_tables(tmp_path: Path):
    source = (
        '{"title": "Pump", "sizes": [1, 2.5, "x"], "on": true, "none": {},\n'
        ' "parts": [{"name": "bolt", "n": 3}, {"name": "nut", "n": 4}],\n'
        ' "deep": {"er": [{"a": {"b": "c \\u00e9"}}]}}'
    )
    read_ = reading(tmp_path, "a.json", source)
    table = only(read_, "table")
    assert (table.caption, table.text) == ("parts", "name: bolt; n: 3\nname: nut; n: 4")
    text = only(read_, "text").text
    assert "title: Pump" in text
    assert "sizes: 1, 2.5, x" in text
    assert "deep.er[0].a.b: c é" in text
    line = next(
        line
        for line in only(read_, "text").lines
        if "title" in only(read_, "text").text[line.start : line.end]
    )
    assert isinstance(line.locator, CharRange)
    assert source[line.locator.start : line.locator.end] == '"title": "Pump"'


def test_json_lines(tmp_path: Path):
    read_ = reading(tmp_path, "a.jsonl", '{"a": 1, "b": "x"}\n\n{"a": 2, "b": "y"}\n')
    assert only(read_, "table").text == "a: 1; b: x\na: 2; b: y"
    read_ = reading(tmp_path, "b.json", '{"a": [1]}\n{"c": {"d": 2}}\n')
    assert only(read_, "text").text == "a[0]: 1\n\nc.d: 2"


def test_damaged_json_is_read_as_text(tmp_path: Path):
    read_ = reading(tmp_path, "a.json", '{"a": 1,\n"b": ')
    assert codes(read_) == ["not-json"]
    assert kinds(read_) == ["text"]


def test_json_values_are_bounded(tmp_path: Path):
    read_ = reading(tmp_path, "a.json", json.dumps(list(range(1000))), max_table_cells=100)
    assert codes(read_) == ["too-many-values"]


def test_a_notebook_is_read_by_its_cells(tmp_path: Path):
    cells = [
        {"cell_type": "markdown", "source": ["# Plan\n", "\n", "We add."]},
        {
            "cell_type": "code",
            "source": ["x = 1\n", "print(x)"],
            "outputs": [
                {"output_type": "stream", "text": ["1\n"]},
                {"data": {"image/png": "aGk=", "text/plain": ["<Figure>"]}},
            ],
        },
    ]
    read_ = reading(tmp_path, "a.ipynb", json.dumps({"cells": cells, "nbformat": 4, "metadata": {}}))
    assert only(read_, "code").text == "x = 1\nprint(x)"
    assert only(read_, "picture").attributes == {"target": "image/png"}
    assert [s.text for s in read_.segments if s.kind == "text"] == ["Plan\n\nWe add.\n\n1\n<Figure>"]


def flat(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[tuple[str | int, ...], str]]:
    if isinstance(value, dict) and value:
        return [leaf for key, inner in value.items() for leaf in flat(inner, (*path, key))]
    if isinstance(value, list) and value:
        return [leaf for number, inner in enumerate(value) for leaf in flat(inner, (*path, number))]
    return [(path, value if isinstance(value, str) else json.dumps(value))]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=20,
)


@given(JSON, st.sampled_from([None, 2]))
def test_leaves_are_those_of_the_standard_reader(value: object, indent: int | None):
    source = json.dumps(value, indent=indent)
    found = list(leaves(source))
    assert [(leaf.path, leaf.value) for leaf in found] == flat(value)
    for leaf in found:
        own = source[leaf.start : leaf.end]
        again = json.loads(own if not leaf.path or isinstance(leaf.path[-1], int) else "{" + own + "}")
        expected = flat(again)[0][1]
        assert expected == leaf.value
    assert all(a.end <= b.start for a, b in itertools.pairwise(found))


@given(st.text(alphabet='{}[]",:1tn\\ truefals', max_size=20))
def test_what_the_standard_reader_refuses_is_refused(source: str):
    try:
        expected: list[tuple[tuple[str | int, ...], str]] | None = flat(json.loads(source, strict=False))
    except ValueError:
        expected = None
    try:
        found: list[Leaf] | None = list(leaves(source))
    except NotJson as error:
        assert 0 <= error.position <= len(source)
        found = None
    assert (found is None) == (expected is None)


def test_paths_read_like_code():
    assert path_text(("a", 0, "b", 2)) == "a[0].b[2]"
    assert path_text((3, "x")) == "[3].x"


CELL = st.text(alphabet='ab1 ",\n\r漢', max_size=6)


@given(st.lists(st.lists(CELL, min_size=3, max_size=3), min_size=2, max_size=6))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_rows_do_not_overlap_and_hold_their_cells(tmp_path: Path, cells: list[list[str]]):
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows(cells)
    source = buffer.getvalue()
    if not source.strip():
        return
    read_ = reading(tmp_path, "a.csv", source.encode("utf-8"))
    if "table" not in kinds(read_):
        return
    end = 0
    for row in rows(read_):
        assert isinstance(row.locator, CharRange)
        assert row.locator.start >= end
        end = row.locator.end
        own = source[row.locator.start : row.locator.end]
        for cell in row.cells:
            assert all(word in own.replace('""', '"') for word in cell.split())
