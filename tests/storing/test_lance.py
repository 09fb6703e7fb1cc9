import math
import subprocess
import sys
import textwrap
import threading
from collections import Counter

import numpy as np
import pytest
from tests.storing.makers import SPACE, pages, rows, unit

from clerestory.errors import StoreCorrupt
from clerestory.storing import lance, lance_table
from clerestory.storing.index import EVERYTHING, RowFilter
from clerestory.storing.lance import LanceIndex
from clerestory.types import Space


@pytest.fixture
def index(request, tmp_path):
    if "small_limits" in request.fixturenames:
        request.getfixturevalue("small_limits")
    return LanceIndex(tmp_path)


def ids(table):
    return table["segment_id"].to_pylist()


def words(index, *terms, where=EVERYTHING, k=10):
    return ids(index.words(terms, where=where, k=k))


def near(index, *vector, where=EVERYTHING, k=10):
    return ids(index.near(SPACE, np.array(unit(*vector), np.float32), where=where, k=k))


def test_an_empty_index_finds_nothing(index):
    assert words(index, "pump") == [] and near(index, 1) == []
    assert index.pages(["pump"], where=EVERYTHING, k=5).column_names == ["reading", "asset", "place", "score"]
    assert index.places([("A", "p1")]).num_rows == 0
    assert index.tokens(SPACE, ["x"]).column_names == ["segment_id", "tokens"]
    assert index.vectors(SPACE, ["x"], tokens=True).column_names == ["segment_id", "vector", "tokens"]
    assert index.counts() == {"words": 0, "pages": 0, SPACE.name: 0}
    assert index.batches() == set() and index.readings() == {}
    index.remove_readings(["x"])
    index.remove_batches(["x"])
    index.maintain()
    index.purge(["x"])
    index.clear()


def test_rows_are_found_at_once(index):
    index.append(rows("R", ["pump valve", "valve", "motor"]), space=SPACE, batch="b")
    found = index.words(["pump", "valve"], where=EVERYTHING, k=10)
    assert ids(found) == ["R/0", "R/1"]
    assert found.column_names == ["segment_id", "reading", "row", "asset", "place", "kind", "score"]
    assert found["row"].to_pylist() == [0, 1]
    assert index.counts() == {"words": 3, "pages": 0, SPACE.name: 3}


def test_no_terms_find_nothing(index):
    index.append(rows("R", ["pump"]), space=SPACE, batch="b")
    assert words(index) == []
    some = index.words(["pump"], where=EVERYTHING, k=5)
    assert index.words([], where=EVERYTHING, k=5).schema == some.schema


def test_equal_terms_count_once(index):
    index.append(rows("R", ["pump valve", "valve"]), space=SPACE, batch="b")
    once = index.words(["pump"], where=EVERYTHING, k=5)["score"].to_pylist()
    assert index.words(["pump", "pump"], where=EVERYTHING, k=5)["score"].to_pylist() == once


def test_vectors_by_cosine(index):
    vectors = [unit(1), unit(1, 1), unit(0, 1)]
    index.append(rows("R", ["a", "b", "c"], vectors=vectors), space=SPACE, batch="b")
    found = index.near(SPACE, np.array([2.0, *[0.0] * 7], np.float32), where=EVERYTHING, k=2)
    assert ids(found) == ["R/0", "R/1"]
    assert found["score"].to_pylist() == pytest.approx([1, math.sqrt(0.5)], abs=1e-6)


def test_segments_without_a_vector_are_found_by_their_words_only(index):
    index.append(rows("R", ["a", "b"], vectors=[None, unit(1)]), space=SPACE, batch="b")
    assert words(index, "a") == ["R/0"] and near(index, 1) == ["R/1"]
    assert ids(index.vectors(SPACE, ["R/0", "R/1"], tokens=False)) == ["R/1"]


def test_vectors_of_another_space_are_refused(index):
    other = Space("other", "f" * 64, 4)
    with pytest.raises(ValueError, match="other"):
        index.append(rows("R", ["a"]), space=other, batch="b")


def test_filters(index):
    kinds = ["text", "table", "text", "figure"]
    table = rows("R", ["pump"] * 4, kind=kinds, language=["en", "en", "de", "en"], asset=["A", "A", "B", "C"])
    index.append(table, space=SPACE, batch="b")
    cases = [
        (RowFilter(kinds=("text",)), {0, 2}),
        (RowFilter(kinds=("table", "figure"), languages=("en",)), {1, 3}),
        (RowFilter(assets=("A", "C")), {0, 1, 3}),
        (RowFilter(assets=("A", "C"), without_assets=("A",)), {3}),
        (RowFilter(assets=()), set()),
        (RowFilter(languages=("it's",)), set()),
    ]
    for where, expected in cases:
        assert set(words(index, "pump", where=where)) == {f"R/{row}" for row in expected}
        assert set(near(index, 1, where=where)) == {f"R/{row}" for row in expected}


def test_filters_with_thousands_of_assets(index):
    index.append(rows("R", ["pump"] * 50, asset=[f"{n:064x}" for n in range(50)]), space=SPACE, batch="b")
    index.maintain()
    many = RowFilter(assets=tuple(f"{n:064x}" for n in range(25, 6000)))
    assert len(words(index, "pump", where=many, k=100)) == 25
    assert len(near(index, 1, where=many, k=100)) == 25


def test_pages(index):
    index.append_pages(pages("R", ["pump valve", "motor"], asset="A"), batch="b")
    index.append_pages(pages("S", ["pump pump motor"], asset="B"), batch="b")
    found = index.pages(["pump"], where=EVERYTHING, k=5)
    assert set(zip(found["asset"].to_pylist(), found["place"].to_pylist(), strict=True)) == {
        ("A", "p1"),
        ("B", "p1"),
    }
    assert index.pages(["pump"], where=RowFilter(assets=("B",)), k=5)["reading"].to_pylist() == ["S"]
    index.remove_readings(["S"])
    assert index.pages(["pump"], where=EVERYTHING, k=5)["reading"].to_pylist() == ["R"]


def test_all_segments_of_places(index):
    place = ["p1", "p1", "sheet:Bob's", ""]
    index.append(rows("R", ["a"] * 4, place=place), space=SPACE, batch="b")
    index.append(rows("S", ["a"] * 4, place=place, asset=["B"] * 4), space=SPACE, batch="b")
    found = index.places([("A", "p1"), ("B", "sheet:Bob's"), ("B", "")])
    assert ids(found) == ["R/0", "R/1", "S/2", "S/3"]
    assert found.column_names[-1] == "language"


def test_vectors_and_tokens_by_id(index):
    index.append(rows("R", ["a", "bb", "ccc"]), space=SPACE, batch="b")
    found = index.vectors(SPACE, ["R/2", "R/0", "unknown"], tokens=True)
    by_id = dict(zip(ids(found), found["tokens"].to_pylist(), strict=True))
    assert by_id == {"R/0": b"\0" * 4, "R/2": b"\2" * 4}
    assert found["vector"][0].as_py() is not None
    alone = index.tokens(SPACE, ["R/2", "R/0", "unknown"])
    assert dict(zip(ids(alone), alone["tokens"].to_pylist(), strict=True)) == by_id


def test_a_segment_in_two_readings_has_one_vector(index):
    index.append(rows("R", ["a"]), space=SPACE, batch="b1")
    index.append(rows("S", ["a"], segment_id=["R/0"]), space=SPACE, batch="b2")
    assert ids(index.vectors(SPACE, ["R/0"], tokens=False)) == ["R/0"]


def test_removed_readings_are_gone_from_every_table(index):
    for name in ("R", "S"):
        index.append(rows(name, ["pump", "valve"]), space=SPACE, batch=name)
        index.append_pages(pages(name, ["pump"]), batch=name)
    index.remove_readings(["R"])
    assert words(index, "pump") == ["S/0"] and set(near(index, 1)) == {"S/0", "S/1"}
    assert index.readings() == index.readings(SPACE) == {"S": 2}
    assert index.counts() == {"words": 2, "pages": 1, SPACE.name: 2}


def test_batches_that_nobody_heard_of_can_be_removed(index):
    index.append(rows("R", ["pump"]), space=SPACE, batch="heard")
    index.append(rows("R", ["pump"]), space=SPACE, batch="unheard")
    index.append_pages(pages("R", ["pump"]), batch="half")
    assert index.batches() == {"heard", "unheard", "half"}
    index.remove_batches(["unheard", "half"])
    assert index.batches() == {"heard"} and words(index, "pump") == ["R/0"]


def test_a_second_space_is_filled_beside_the_first_and_dropped(index):
    other = Space("other", "f" * 64, SPACE.dimension)
    index.append(rows("R", ["pump"]), space=SPACE, batch="b1")
    index.append_vectors(rows("R", ["pump"], vectors=[unit(0, 1)]), space=other, batch="b2")
    assert index.counts() == {"words": 1, "pages": 0, SPACE.name: 1, other.name: 1}
    assert index.readings(other) == {"R": 1}
    index.drop_space(SPACE)
    assert index.counts() == {"words": 1, "pages": 0, other.name: 1}
    assert near(index, 1) == []


def test_several_rows_of_a_segment_are_kept_apart(index):
    seen = Space("seen", "ab" * 32, 8)
    both = rows("R", ["", ""], segment_id=["R/0", "R/0"], tokens=[b"one", b"two"])
    index.append_vectors(both.drop_columns(["terms"]), space=seen, batch="b")
    index.append_vectors(rows("S", [""]).drop_columns(["terms"]), space=seen, batch="b")
    found = index.pictures(seen, ["R/0"])
    assert sorted(found["tokens"].to_pylist()) == [b"one", b"two"]
    assert found.column_names == ["segment_id", "reading", "row", "vector", "tokens"]
    assert index.pictures(seen, []).num_rows == 0
    again = index.rows_of(seen, ["R"])
    assert "batch" not in again.column_names and "terms" not in again.column_names
    index.append_vectors(again, space=seen, batch="c")
    assert index.readings(seen) == {"R": 4, "S": 1}


def test_readings_can_leave_one_space_alone(index):
    index.append(rows("R", ["pump"]), space=SPACE, batch="b")
    other = Space("other", "cd" * 32, 8)
    index.append_vectors(rows("R", ["pump"]), space=other, batch="b")
    index.remove_readings(["R"], space=other)
    assert index.readings(other) == {} and index.readings(SPACE) == {"R": 1}
    assert words(index, "pump") == ["R/0"]


@pytest.fixture
def small_limits(monkeypatch):
    """So that indexes are built and folded with few rows."""
    monkeypatch.setattr(lance_table, "_FLAT_ROWS", 400)
    for name in ("_TAIL_OF_WORDS", "_TAIL_OF_PAGES", "_TAIL_OF_VECTORS"):
        monkeypatch.setattr(lance, name, 50)
    monkeypatch.setattr(lance_table, "_SMALL_FRAGMENTS", 4)


def made_up_terms(count, seed=0):
    random = np.random.default_rng(seed)
    numbers = np.minimum(random.zipf(1.3, (count, 30)), 3000)
    return [" ".join(f"w{n}" for n in row[: random.integers(3, 30)]) for row in numbers]


def bm25(documents, query, k1=1.2, b=0.75):
    """Robertson and Zaragoza 2009, with the idf that is never negative, as Lucene has it."""
    counts = [Counter(document.split()) for document in documents]
    lengths = np.array([sum(count.values()) for count in counts])
    scores = np.zeros(len(documents))
    for term in query:
        having = sum(term in count for count in counts)
        idf = math.log(1 + (len(documents) - having + 0.5) / (having + 0.5))
        frequency = np.array([count[term] for count in counts])
        scores += idf * frequency * (k1 + 1) / (frequency + k1 * (1 - b + b * lengths / lengths.mean()))
    return scores


def test_scores_are_bm25_before_and_after_indexing(index, small_limits):
    documents = made_up_terms(600)
    for start in range(0, 600, 100):
        table = rows(f"R{start}", documents[start : start + 100], vectors=[None] * 100)
        index.append(table, space=SPACE, batch="b")
    for _ in range(2):
        for query in (["w2"], ["w3", "w50"], ["w1", "w7", "w400"], ["missing"]):
            found = index.words(query, where=EVERYTHING, k=20)["score"].to_pylist()
            expected = np.sort(bm25(documents, query))[::-1][: len(found)]
            assert found == pytest.approx(list(expected), abs=1e-4)
        index.maintain()


def test_rows_added_after_indexing_are_found_beside_the_others(index, small_limits):
    index.append(rows("R", made_up_terms(200)), space=SPACE, batch="b1")
    index.maintain()
    index.append(rows("S", ["fresh w1", "w1"], vectors=[unit(-1), unit(-1, -1)]), space=SPACE, batch="b2")
    assert words(index, "fresh") == ["S/0"]
    assert near(index, -1, k=2) == ["S/0", "S/1"]
    assert ids(index.vectors(SPACE, ["S/1"], tokens=True)) == ["S/1"]


def test_maintenance_folds_new_rows_and_merges_files(index, small_limits):
    documents = made_up_terms(1000)
    for start in range(0, 1000, 50):
        index.append(rows(f"R{start}", documents[start : start + 50]), space=SPACE, batch="b")
        if start % 250 == 0:
            index.maintain()
    index.maintain()
    table = index._words._opened()
    assert len(table.get_fragments()) < 4
    assert {len(part.segments) for part in table.describe_indices()} == {1}
    for column, covered in lance_table._covered(table).items():
        assert covered == 1000, column
    expected = np.sort(bm25(documents, ["w9"]))[::-1][:5]
    assert index.words(["w9"], where=EVERYTHING, k=5)["score"].to_pylist() == pytest.approx(
        list(expected), abs=1e-4
    )


def test_the_vector_index_finds_what_exact_search_finds(index, small_limits):
    random = np.random.default_rng(1)
    vectors = random.normal(size=(1500, SPACE.dimension)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    index.append(rows("R", ["a"] * 1500, vectors=list(map(list, vectors))), space=SPACE, batch="b")
    index.maintain()
    assert "vector" in lance_table._covered(index._of(SPACE)._opened())
    hits = 0
    for query in random.normal(size=(20, SPACE.dimension)).astype(np.float32):
        exact = {f"R/{row}" for row in np.argsort(-vectors @ query)[:10]}
        hits += len(exact & set(ids(index.near(SPACE, query, where=EVERYTHING, k=10))))
    assert hits >= 190


def test_a_vector_index_that_was_outgrown_is_trained_again(index, small_limits):
    def trained():
        return lance_table._trained_rows(index._of(SPACE)._opened())

    random = np.random.default_rng(2)
    for number in range(4):
        vectors = random.normal(size=(400, SPACE.dimension)).astype(np.float32)
        index.append(
            rows(f"R{number}", ["a"] * 400, vectors=list(map(list, vectors))), space=SPACE, batch="b"
        )
        index.maintain()
        parts = {part.name: len(part.segments) for part in index._of(SPACE)._opened().describe_indices()}
        assert set(parts.values()) == {1}
        assert trained() == (400 if number < 3 else 1600)


def test_deleting_while_another_thread_searches(index, small_limits):
    for number in range(5):
        index.append(rows(f"R{number}", made_up_terms(100)), space=SPACE, batch="b")
    failed = []
    stop = threading.Event()

    def search():
        while not stop.is_set():
            try:
                words(index, "w1", "w2")
                near(index, 1)
            except Exception as error:
                failed.append(error)
                return

    threads = [threading.Thread(target=search) for _ in range(2)]
    for thread in threads:
        thread.start()
    for number in range(5):
        index.maintain()
        index.append(rows(f"S{number}", made_up_terms(30)), space=SPACE, batch="b")
        index.remove_readings([f"R{number}"])
    stop.set()
    for thread in threads:
        thread.join()
    assert not failed and set(index.readings()) == {f"S{number}" for number in range(5)}


def test_another_open_index_sees_what_was_written(index, tmp_path):
    other = LanceIndex(tmp_path)
    assert words(other, "pump") == []
    index.append(rows("R", ["pump"]), space=SPACE, batch="b")
    assert words(other, "pump") == ["R/0"] and other.counts()[SPACE.name] == 1
    index.remove_readings(["R"])
    assert words(other, "pump") == []
    index.clear()
    index.append(rows("S", ["pump"]), space=SPACE, batch="b")
    assert words(other, "pump") == ["S/0"]


def strings_of(folder):
    """Every byte of every file, and every value of every data file as text."""
    from lance.file import LanceFileReader

    content = b""
    for path in folder.rglob("*"):
        if path.is_file():
            content += path.read_bytes()
            if path.suffix == ".lance" or path.name.endswith((".lance", ".idx")):
                try:
                    content += str(LanceFileReader(str(path)).read_all().to_table().to_pydict()).encode()
                except (OSError, ValueError, RuntimeError):
                    continue  # an index in a form of its own
    return content


def test_purged_words_are_in_no_file(index, tmp_path):
    """One row of many: less than the share at which Lance rewrites a file by itself."""
    for number in range(30):
        index.append(rows(f"R{number}", [f"common w{number}"] * 10), space=SPACE, batch="b")
        index.append_pages(pages(f"R{number}", ["common"] * 3), batch="b")
    index.append(rows("SECRETREADING", ["common zugzwangword"]), space=SPACE, batch="b")
    index.append_pages(pages("SECRETREADING", ["common zugzwangword"]), batch="b")
    index.maintain()
    assert b"zugzwangword" in strings_of(tmp_path)
    index.purge(["SECRETREADING"])
    left = strings_of(tmp_path)
    assert b"zugzwangword" not in left
    assert b"SECRETREADING" not in left  # nor the condition that deleted it
    assert words(index, "zugzwangword") == [] and len(words(index, "common", k=500)) == 300


def test_a_damaged_table_says_what_to_do(index, tmp_path):
    index.append(rows("R", ["pump"]), space=SPACE, batch="b")
    for path in (tmp_path / "words.lance" / "_versions").iterdir():
        path.write_bytes(b"damage")
    with pytest.raises(StoreCorrupt, match="reindex"):
        words(LanceIndex(tmp_path), "pump")
    index.clear()
    assert words(index, "pump") == []


def test_killing_a_writer_leaves_whole_batches(tmp_path):
    code = textwrap.dedent(f"""
        import pathlib, sys
        sys.path.insert(0, {str(__import__("pathlib").Path(__file__).parents[2])!r})
        from clerestory.storing.lance import LanceIndex
        from tests.storing.makers import SPACE, rows
        index = LanceIndex(pathlib.Path({str(tmp_path)!r}))
        for number in range(100_000):
            index.append(rows(f"R{{number}}", ["pump"] * 20), space=SPACE, batch=f"b{{number}}")
            print(number, flush=True)
    """)
    child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    for line in child.stdout:
        if int(line) >= 8:
            break
    child.kill()
    child.wait()
    index = LanceIndex(tmp_path)
    assert set(index.readings().values()) <= {20} and len(index.readings()) >= 9
    # Vectors go in first: at most one batch has them without its words.
    assert len(index.readings(SPACE).keys() - index.readings().keys()) <= 1
    assert index.readings().keys() <= index.readings(SPACE).keys()
