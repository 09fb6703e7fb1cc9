"""What changed: a stat for the unchanged, a digest for the rest, and nothing is forgotten."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from clerestory.errors import FileDenied, FileVanished
from clerestory.ingesting.plan import Known, gone, look, plan
from clerestory.ingesting.walk import FileSeen, NotSeen


def file(path: str, *, size: int = 1, mtime_ns: int = 1) -> FileSeen:
    return FileSeen(path, size, mtime_ns)


def known(asset: str, *, size: int = 1, mtime_ns: int = 1) -> Known:
    return asset, size, mtime_ns


def test_equal_size_and_time_are_unchanged():
    looked = look([file("/a"), file("/b", mtime_ns=2), file("/c")], {p: known("x") for p in ("/a", "/b")})
    assert looked.unchanged == (file("/a"),)
    assert looked.hash == (file("/b", mtime_ns=2), file("/c"))


def test_rehash_trusts_no_stat():
    looked = look([file("/a")], {"/a": known("x")}, rehash=True)
    assert (looked.unchanged, looked.hash) == ((), (file("/a"),))


def test_paths_that_failed_stay_apart():
    closed = NotSeen("/c", FileDenied("no", where="/c"))
    assert look([closed], {}).failed == (closed,)


def test_content_decides_what_a_file_is():
    before = {"/a": known("one"), "/b": known("two")}
    hashed = [
        (file("/a", mtime_ns=5), "one"),  # touched
        (file("/b", mtime_ns=5), "three"),  # changed to new content
        (file("/copy"), "two"),  # known from /b
        (file("/x"), "three"),  # the same new content again
        (file("/new"), "four"),
    ]
    made = plan(hashed, before, readable={"one", "two"})
    assert made.touched == ((file("/a", mtime_ns=5), "one"),)
    assert made.known == ((file("/copy"), "two"),)
    assert made.new == {"three": (file("/b", mtime_ns=5), file("/x")), "four": (file("/new"),)}


def test_known_content_that_was_never_read_is_new():
    assert plan([(file("/a"), "one")], {"/a": known("one")}, readable=()).new == {"one": (file("/a"),)}


def test_gone_are_known_paths_below_the_roots():
    before = {path: known(path) for path in ("/r/a", "/r/b", "/rest/c", "/s/d")}
    assert gone(["/r"], [file("/r/a")], before) == ("/r/b",)
    assert gone(["/r", "/s"], [], before) == ("/r/a", "/r/b", "/s/d")
    assert gone(["/s/d"], [NotSeen("/s/d", FileVanished("gone"))], before) == ("/s/d",)


def test_a_closed_folder_proves_nothing(tmp_path):
    folder = str(tmp_path)
    before = {f"{folder}/a": known("x")}
    assert gone([folder], [NotSeen(folder, FileDenied("no"))], before) == ()


@given(
    st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 3)),
    st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 3)),
    st.booleans(),
)
def test_every_file_lands_in_exactly_one_class(now, before, rehash):
    # The value is the content, and its time too: a changed file has another time.
    seen = [file(f"/{name}", mtime_ns=content) for name, content in now.items()]
    occurrences = {f"/{n}": known(str(content), mtime_ns=content) for n, content in before.items()}
    looked = look(seen, occurrences, rehash=rehash)
    made = plan(
        ((item, str(item.mtime_ns)) for item in looked.hash),
        occurrences,
        readable={asset for asset, _, _ in occurrences.values()},
    )
    classes = [item for item in looked.unchanged]
    classes += [item for item, _ in (*made.touched, *made.known)]
    classes += [item for files in made.new.values() for item in files]
    assert sorted(classes, key=lambda item: item.path) == sorted(seen, key=lambda item: item.path)
    assert gone(["/"], seen, occurrences) == tuple(sorted(f"/{n}" for n in set(before) - set(now)))
    if rehash:
        assert not looked.unchanged
