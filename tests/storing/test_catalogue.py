import sqlite3
import threading
from dataclasses import replace

import pytest
from tests.storing.makers import digest, reading

from clerestory.errors import StoreCorrupt, UnknownAsset, UnknownLibrary
from clerestory.storing.catalogue import Catalogue
from clerestory.types import DerivedObject, LedgerLine, Occurrence, OcrRequest, PageBox, PageInfo


@pytest.fixture
def catalogue(tmp_path):
    opened = Catalogue(tmp_path / "catalogue.sqlite")
    yield opened
    opened.close()


def place(name: str, path: str = "", mtime_ns: int = 1, **facts) -> Occurrence:
    return Occurrence(digest(name), path or f"/files/{name}.txt", 10, mtime_ns, **facts)


def take_in(catalogue, name="a", *, indexed=True, version="1", **facts) -> str:
    """As ingesting does it; returns the reading's digest."""
    made = reading(name, version=version, **facts)
    key = digest(f"reading {name} {version}")
    catalogue.record_reading(key, made, occurrences=[place(name)])
    if indexed:
        catalogue.mark_indexed([key], f"batch-{key[:8]}")
    return key


def test_occurrences_are_a_map_by_path(catalogue):
    catalogue.record_occurrences([place("a", mtime_ns=7), place("b")])
    assert catalogue.occurrences() == {
        "/files/a.txt": (digest("a"), 10, 7),
        "/files/b.txt": (digest("b"), 10, 1),
    }


def test_the_places_of_an_asset_are_newest_first(catalogue):
    catalogue.record_occurrences([place("a", "/old", 1), place("a", "/new", 2)])
    found = catalogue.occurrences_of([digest("a"), digest("b")])
    assert [one.path for one in found[digest("a")]] == ["/new", "/old"]
    assert digest("b") not in found


def test_a_licence_once_given_is_not_lost_by_seeing_the_file_again(catalogue):
    catalogue.record_occurrences([place("a", licence="CC0", attribution="Me")])
    catalogue.record_occurrences([place("a", mtime_ns=9)])
    (found,) = catalogue.occurrences_of([digest("a")])[digest("a")]
    assert (found.licence, found.attribution, found.mtime_ns) == ("CC0", "Me", 9)
    catalogue.record_occurrences([place("a", licence="MIT")])
    (found,) = catalogue.occurrences_of([digest("a")])[digest("a")]
    assert found.licence == "MIT"


def test_paths_that_are_not_utf8_come_back(catalogue):
    path = b"/files/caf\xe9.txt".decode("utf-8", "surrogateescape")
    catalogue.record_occurrences([place("a", path)])
    assert list(catalogue.occurrences()) == [path]
    assert catalogue.resolve(path) == [digest("a")]
    catalogue.record_failure(path, LedgerLine("EmptyFile", "error", "file", f"bad \udce9 {path}"))
    assert catalogue.ledger()[0].path == path


def test_dropping_paths_names_the_assets_left_without_any(catalogue):
    catalogue.record_occurrences([place("a", "/1"), place("a", "/2"), place("b", "/3")])
    assert catalogue.drop_occurrences(["/1", "/3", "/unknown"]) == [digest("b")]
    assert list(catalogue.occurrences()) == ["/2"]


def test_a_reading_answers_only_when_it_is_indexed(catalogue):
    key = take_in(catalogue, indexed=False)
    assert catalogue.answering([key]) == set()
    assert [record.reading for record in catalogue.to_index()] == [key]
    assert catalogue.mark_indexed([key], "b1") == []
    assert catalogue.answering([key]) == {key}
    assert catalogue.to_index() == []
    assert catalogue.indexed_readings() == {key: digest("a")}
    assert catalogue.heard_batches() == {"b1"}


def test_the_old_reading_answers_until_the_new_one_is_indexed(catalogue):
    old = take_in(catalogue)
    new = take_in(catalogue, version="2", indexed=False)
    assert catalogue.answering([old, new]) == {old}
    assert catalogue.current_readings([digest("a")])[digest("a")].reading == old
    assert catalogue.mark_indexed([new], "b2") == [old]
    assert catalogue.answering([old, new]) == {new}
    assert catalogue.forget_replaced().readings == (old,)


def test_of_readings_waiting_to_be_indexed_only_the_newest_counts(catalogue):
    take_in(catalogue, indexed=False)
    newer = take_in(catalogue, version="2", indexed=False)
    assert [record.reading for record in catalogue.to_index()] == [newer]


def test_reading_the_same_again_changes_nothing(catalogue):
    key = take_in(catalogue)
    take_in(catalogue, indexed=False)
    assert catalogue.answering([key]) == {key} and catalogue.to_index() == []


def test_a_reading_that_was_replaced_can_come_back(catalogue):
    old = take_in(catalogue)
    new = take_in(catalogue, version="2")
    again = take_in(catalogue, version="1")
    assert again == old and catalogue.answering([old, new]) == {old}


def test_rows_lost_by_the_index_are_indexed_again(catalogue):
    key = take_in(catalogue)
    catalogue.unmark_indexed([key])
    assert [record.reading for record in catalogue.to_index()] == [key]


def test_a_file_that_cannot_be_read_has_one_ledger_line(catalogue):
    line = LedgerLine("EmptyFile", "error", "file", "no bytes")
    catalogue.record_failure("/files/a.txt", line)
    catalogue.record_failure("/files/a.txt", line, asset=digest("a"), size=0, mtime_ns=5)
    (found,) = catalogue.ledger()
    assert (found.line, found.path, found.asset) == (line, "/files/a.txt", digest("a"))
    assert catalogue.unread_assets() == {digest("a")}
    assert catalogue.occurrences()["/files/a.txt"] == (digest("a"), 0, 5)
    take_in(catalogue)
    assert catalogue.ledger() == [] and catalogue.unread_assets() == set()


def test_the_ledger_shows_current_readings_only(catalogue):
    lines = (
        LedgerLine("decorative", "info", "figure", "a rule", PageBox(3)),
        LedgerLine("hidden-text", "warning", "text", "white on white", text="secret"),
    )
    take_in(catalogue, ledger=lines[:1])
    assert [record.line for record in catalogue.ledger([digest("a")])] == [lines[0]]
    take_in(catalogue, version="2", ledger=lines[1:])
    assert [record.line for record in catalogue.ledger()] == [lines[1]]
    assert catalogue.ledger(severity="info") == [] and catalogue.ledger([digest("b")]) == []
    catalogue.remove([digest("a")])
    assert catalogue.ledger() == []


def test_an_asset_is_known_by_digits_path_or_folder(catalogue):
    take_in(catalogue, "a")
    take_in(catalogue, "b")
    both = sorted([digest("a"), digest("b")])
    assert catalogue.resolve(digest("a")[:8]) == [digest("a")]
    assert catalogue.resolve(f"clerestory:{digest('a')}#page=3") == [digest("a")]
    assert catalogue.resolve("/files/b.txt") == [digest("b")]
    assert catalogue.resolve("/files") == catalogue.resolve("/files/") == both
    for unknown in ("/files/c.txt", "/fil", "/files/%", "abcdef", "a"):
        with pytest.raises(UnknownAsset):
            catalogue.resolve(unknown)


def test_removing_hides_and_restoring_brings_back(catalogue):
    key = take_in(catalogue)
    assert catalogue.remove([digest("a")]) == [key]
    assert catalogue.answering([key]) == set() and catalogue.to_index() == []
    assert catalogue.assets() == []
    (record,) = catalogue.assets(removed=True)
    assert record.removed_at and record.title == ""
    assert catalogue.remove([digest("a")]) == []
    catalogue.restore([digest("a")])
    assert [record.reading for record in catalogue.to_index()] == [key]


def test_removing_while_a_newer_reading_waits_keeps_the_newer(catalogue):
    old = take_in(catalogue)
    new = take_in(catalogue, version="2", indexed=False)
    assert catalogue.remove([digest("a")]) == [old]
    catalogue.restore([digest("a")])
    assert [record.reading for record in catalogue.to_index()] == [new]


def test_purging_names_files_that_nothing_else_needs(catalogue):
    shared = DerivedObject(digest("logo"), "image/png", "embedded", b"")
    own = DerivedObject(digest("crop"), "image/png", "crop", b"")
    key = take_in(catalogue, "a", objects=(shared, own))
    take_in(catalogue, "b", objects=(shared,))
    catalogue.mark_kept(digest("a"))
    found = catalogue.purge([digest("a")])
    assert found.readings == (key,)
    assert set(found.objects) == {digest("crop"), digest("a")}
    assert catalogue.referenced().objects == (digest("logo"),)
    assert list(catalogue.occurrences()) == ["/files/b.txt"]


def test_purged_words_are_in_no_page_of_the_file(catalogue, tmp_path):
    line = LedgerLine("hidden-text", "warning", "text", "hidden", text="quokkaword " * 300)
    request = OcrRequest(PageBox(1), 1.0, "thin", context=("numbatword",))
    take_in(
        catalogue,
        ledger=(line,),
        title="wombatword",
        metadata={"author": "dingoword"},
        ocr_requests=(request,),
    )
    everything = b"".join(path.read_bytes() for path in tmp_path.glob("catalogue.sqlite*"))
    words = (b"quokkaword", b"numbatword", b"wombatword", b"dingoword", b"/files/a.txt")
    assert all(word in everything for word in words)
    catalogue.remove([digest("a")])
    catalogue.purge([digest("a")])
    catalogue.empty_log()
    everything = b"".join(path.read_bytes() for path in tmp_path.glob("catalogue.sqlite*"))
    assert not [word for word in words if word in everything]


def test_objects_of_replaced_readings_go_unless_still_used(catalogue):
    old, kept = (DerivedObject(digest(n), "image/png", "crop", b"") for n in ("old", "kept"))
    take_in(catalogue, objects=(old, kept))
    take_in(catalogue, version="2", objects=(kept,))
    assert catalogue.forget_replaced().objects == (digest("old"),)
    assert catalogue.forget_replaced().objects == ()


def test_counts_leave_the_trash_apart(catalogue):
    take_in(catalogue, "a", pages=(PageInfo(1, 1, 1),), ledger=(LedgerLine("x", "warning", "page", "y"),))
    take_in(catalogue, "b", indexed=False, ocr_requests=(OcrRequest(PageBox(1), 1.0, "thin"),))
    take_in(catalogue, "c")
    catalogue.remove([digest("c")])
    catalogue.record_failure("/files/d", LedgerLine("EmptyFile", "error", "file", "no bytes"))
    counts = catalogue.counts()
    assert (counts.assets, counts.occurrences, counts.removed) == (2, 2, 1)
    assert (counts.segments, counts.pages, counts.unindexed, counts.unread) == (2, 1, 1, 0)
    assert (counts.jobs_waiting, counts.warnings, counts.errors) == (1, 1, 1)


def test_metadata_of_current_readings(catalogue):
    take_in(catalogue, metadata={"author": "Ada"})
    take_in(catalogue, version="2", metadata={"author": "Bea"})
    assert catalogue.metadata_of([digest("a"), digest("b")]) == {digest("a"): {"author": "Bea"}}


def test_own_time_is_taken_before_created_and_only_if_it_is_a_date(catalogue):
    take_in(catalogue, "a", metadata={"created": "2020-01-02T03:04:05Z", "taken": "2019-05"})
    take_in(catalogue, "b", metadata={"created": "last summer"})
    times = {record.asset: record.own_time for record in catalogue.assets()}
    assert times == {digest("a"): "2019-05", digest("b"): ""}


def test_a_step_that_fails_leaves_nothing(catalogue):
    take_in(catalogue, "a")
    bad = reading("b", ledger=(LedgerLine("x", None, "page", "y"),))
    with pytest.raises(Exception, match="NOT NULL"):
        catalogue.record_reading(digest("rb"), bad, occurrences=[place("b")])
    assert list(catalogue.occurrences()) == ["/files/a.txt"]
    assert catalogue.is_sound()


def test_threads_read_and_write_at_once(catalogue):
    failed = []

    def work(number):
        try:
            for step in range(10):
                take_in(catalogue, f"{number}-{step}")
                catalogue.occurrences()
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed and len(catalogue.occurrences()) == 60 == len(catalogue.indexed_readings())


def test_what_was_recorded_is_there_after_opening_again(catalogue, tmp_path):
    key = take_in(catalogue)
    other = Catalogue(tmp_path / "catalogue.sqlite")
    assert other.answering([key]) == {key}
    other.close()


def test_a_newer_catalogue_is_refused(tmp_path):
    path = tmp_path / "catalogue.sqlite"
    Catalogue(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(UnknownLibrary, match="newer"):
        Catalogue(path)


def test_a_damaged_file_is_said(tmp_path):
    path = tmp_path / "catalogue.sqlite"
    path.write_bytes(b"this is not a database" * 100)
    with pytest.raises(StoreCorrupt, match="damaged"):
        Catalogue(path)


def test_many_assets_at_once(catalogue):
    names = [str(number) for number in range(12_000)]
    catalogue.record_occurrences(place(name) for name in names)
    assert len(catalogue.occurrences_of(digest(name) for name in names)) == 12_000
    assert len(catalogue.remove(digest(name) for name in names)) == 0
    assert len(catalogue.assets(removed=True)) == 12_000


def test_a_changed_file_takes_its_path_and_its_old_content_goes_to_the_trash(catalogue):
    old = take_in(catalogue, "a")
    made = reading("b")
    catalogue.record_reading(digest("rb"), made, size=3)
    assert catalogue.answering([old]) == {old}
    leaving = catalogue.mark_indexed([digest("rb")], "b2", occurrences=[place("b", "/files/a.txt")])
    assert leaving == [old] and catalogue.answering([old, digest("rb")]) == {digest("rb")}
    assert [record.asset for record in catalogue.assets(removed=True)] == [digest("a")]


def test_segments_may_be_counted_by_the_caller(catalogue):
    made = reading(segments=5)
    catalogue.record_reading(digest("r"), replace(made, segments=()), segments=5, occurrences=[place("a")])
    assert catalogue.to_index()[0].segments == 5


def test_all_readings_of_an_asset(catalogue):
    keys = {take_in(catalogue), take_in(catalogue, version="2")}
    take_in(catalogue, "b")
    assert set(catalogue.readings_of([digest("a")])) == keys


def test_a_path_may_contain_a_hash_sign(catalogue):
    catalogue.record_occurrences([place("a", "/files/a#page=1.txt")])
    assert catalogue.resolve("/files/a#page=1.txt") == [digest("a")]
