from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from tests.storing.makers import reading, readings

from clerestory.errors import StoreCorrupt
from clerestory.storing import readings as readings_module
from clerestory.storing.readings import ReadingStore
from clerestory.types import LedgerLine, Row, Table


@pytest.fixture
def store(tmp_path):
    (tmp_path / "readings").mkdir()
    (tmp_path / "tmp").mkdir()
    return ReadingStore(tmp_path / "readings", temporary=tmp_path / "tmp")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(readings)
def test_a_reading_comes_back_as_it_was(store, made):
    digest = store.write(made)
    assert store.load(digest) == made
    assert store.head(digest) == replace(made, segments=())
    assert store.segments(digest, range(len(made.segments))) == list(made.segments)
    assert store.write(made) == digest


def test_any_rows_in_any_order(store):
    made = reading(segments=3000)
    digest = store.write(made)
    wanted = [2999, 0, 1024, 1023, 0]
    assert store.segments(digest, wanted) == [made.segments[row] for row in wanted]
    assert store.segments(digest, []) == []


@pytest.mark.parametrize("row", [3, 5000, -1])
def test_a_row_that_is_not_there(store, row):
    with pytest.raises(StoreCorrupt):
        store.segments(store.write(reading(segments=3)), [row])


def test_contents_of_objects_stay_outside(store):
    from clerestory.types import DerivedObject

    secret = DerivedObject("0" * 64, "image/png", "crop", b"pixels of the crop")
    digest = store.write(reading(objects=(secret,)))
    assert store.load(digest).objects == (replace(secret, content=b""),)
    assert b"pixels of the crop" not in store.files.path(digest).read_bytes()


def test_halves_of_surrogate_pairs_are_replaced_without_moving_anything(store):
    made = reading()
    broken = replace(
        made.segments[0], text="a\ud800b", table=Table((Row(("\udfff",)),)), attributes={"k": "\ud800"}
    )
    line = LedgerLine("hidden-text", "info", "text", "why", text="\udc00")
    loaded = store.load(store.write(replace(made, segments=(broken,), ledger=(line,), title="\ud83d")))
    assert loaded.segments[0].text == "a\ufffdb"
    assert loaded.segments[0].table.rows[0].cells == ("\ufffd",)
    assert (loaded.ledger[0].text, loaded.title) == ("\ufffd", "\ufffd")


def test_a_missing_or_damaged_file_is_an_error(store):
    digest = store.write(reading())
    assert store.verify(digest) and list(store.all()) == [digest]
    path = store.files.path(digest)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    assert not store.verify(digest)
    with pytest.raises(StoreCorrupt, match="damaged"):
        store.load(digest)
    store.delete([digest])
    with pytest.raises(StoreCorrupt, match="missing"):
        store.load(digest)


def test_many_readings_do_not_keep_many_files_open(store):
    digests = [store.write(reading(str(number))) for number in range(200)]
    for digest in digests:
        assert len(store.segments(digest, [1])) == 1
    assert len(store._open) <= 128


def test_readings_that_know_no_media_still_load(store, monkeypatch):
    pack = readings_module._pack_head

    def older(made):
        head = pack(made)
        del head["media_requests"]
        return head

    monkeypatch.setattr(readings_module, "_pack_head", older)
    digest = store.write(reading())
    assert store.load(digest) == reading()
