import pyarrow as pa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clerestory.storing import predicates
from clerestory.storing.index import EVERYTHING, RowFilter


def test_nothing_asked_is_no_condition():
    assert predicates.of_rows(EVERYTHING) is None and predicates.of_pages(EVERYTHING) is None


def test_no_admitted_asset_admits_nothing():
    assert predicates.of_rows(RowFilter(assets=())) == "FALSE"


def test_pages_have_neither_kind_nor_language():
    where = RowFilter(kinds=("table",), languages=("en",), without_assets=("a",))
    assert predicates.of_pages(where) == "NOT (asset IN ('a'))"


def test_deletions_are_divided():
    parts = list(predicates.deletions("reading", [str(number) for number in range(1200)]))
    assert len(parts) == 3 and sum(part.count("'") // 2 for part in parts) == 1200


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None)
@given(st.lists(st.text(max_size=8), min_size=1, max_size=4, unique=True))
def test_any_text_is_a_value_and_never_a_condition(tmp_path_factory, names):
    import lance

    from clerestory.storing.predicates import one_of

    table = pa.table({"place": [*names, "another ' place"]})
    path = tmp_path_factory.mktemp("quoting") / "t.lance"
    found = lance.write_dataset(table, str(path)).to_table(filter=one_of("place", names[:1]))
    assert found["place"].to_pylist() == names[:1]
