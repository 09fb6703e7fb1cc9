from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from clerestory.reading.sentences import count_words
from clerestory.reading.tables import header_rows, table_runs, table_text
from clerestory.types import PageBox, Row, Table


def made(*rows: tuple[str, ...], header: int = 0) -> Table:
    return Table(tuple(Row(row) for row in rows), header)


def test_rows_are_said_with_their_headers():
    table = made(("2023", "2023"), ("min", "max"), ("1", "2"), ("", "4"), header=2)
    assert table_text(table) == "2023 min: 1; 2023 max: 2\n2023 max: 4"


def test_forms_and_spans():
    assert table_text(made(("Kingdom:", "Animalia"), ("all", "all"))) == "Kingdom: Animalia\nall"
    assert table_text(made(("0", "0", "5"), ("no", "no", "yes"))) == "0; 0; 5\nno; no; yes"


def test_a_table_of_headers_alone_is_still_said():
    assert table_text(made(("a", "b"), header=1)) == "a; b"
    assert table_text(Table(())) == ""


def test_headers_are_told_from_values():
    assert header_rows([("name", "price"), ("bolt", "1.20"), ("nut", "0.30")]) == 1
    assert header_rows([("name", "kind"), ("bolt", "steel"), ("nut", "steel")]) == 1
    assert header_rows([("1", "2"), ("3", "4")]) == 0
    assert header_rows([("a", ""), ("b", "1")]) == 0
    assert header_rows([("a", "a"), ("b", "1")]) == 0
    assert header_rows([("only",), ("x",)]) == 0
    assert header_rows([]) == 0


def test_a_row_as_long_as_a_page_is_cut():
    table = made(("part", "text"), ("pump", "It moves water up. " * 200), header=1)
    runs = table_runs(table, PageBox(1), words=40)
    assert len(runs) > 5
    assert all(count_words(run.piece.text) <= 150 for run in runs)
    assert [run.table is not None for run in runs].count(True) == 1


CELLS = st.text(alphabet="ab 1\n", max_size=30)


@given(st.lists(st.lists(CELLS, min_size=1, max_size=4), max_size=30), st.integers(0, 3), st.integers(3, 40))
def test_runs_hold_all_rows_once_and_say_all_words(cells: list[list[str]], header: int, words: int):
    table = Table(tuple(Row(tuple(row)) for row in cells), min(header, max(0, len(cells) - 1)))
    runs = table_runs(table, PageBox(1), words=words)
    body = [row for row in table.rows[table.header_rows :] if any(cell.strip() for cell in row.cells)]
    held = [
        row
        for run in runs
        if run.table is not None
        for row in run.table.rows[run.table.header_rows :]
        if any(cell.strip() for cell in row.cells)
    ]
    assert held == body
    said = " ".join(run.piece.text for run in runs).split()
    if body:
        assert sum(map(len, said)) >= sum(len("".join(row.cells[0].split())) for row in body)
    for run in runs:
        assert all(0 <= line.start <= line.end <= len(run.piece.text) for line in run.piece.lines)
