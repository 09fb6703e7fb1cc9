import errno
import hashlib

import pytest

from clerestory.errors import DiskFull, FileVanished, StoreCorrupt
from clerestory.storing import durable
from clerestory.storing.objects import ObjectStore


@pytest.fixture
def store(tmp_path):
    (tmp_path / "objects").mkdir()
    (tmp_path / "tmp").mkdir()
    return ObjectStore(tmp_path / "objects", temporary=tmp_path / "tmp")


def test_bytes_come_back_under_their_digest(store):
    digest = store.put(b"content")
    assert digest == hashlib.sha256(b"content").hexdigest()
    assert store.read(digest) == b"content"
    assert store.has(digest) and store.verify(digest)
    assert store.path(digest).parent.name == digest[:2]


def test_equal_contents_are_kept_once(store):
    digests = store.put_many([b"a", b"b", b"a"])
    assert digests[0] == digests[2]
    before = store.path(digests[0]).stat().st_mtime_ns
    store.put(b"a")
    assert store.path(digests[0]).stat().st_mtime_ns == before
    assert set(store.all()) == set(digests)


def test_nothing_temporary_is_left(store):
    store.put_many([b"a", b"b"])
    assert not list(store.temporary.iterdir())


def test_a_damaged_object_is_noticed_and_healed_by_putting_it_again(store):
    digest = store.put(b"content")
    store.path(digest).write_bytes(b"cont")
    assert not store.verify(digest)
    store.put(b"content")
    assert store.verify(digest)


def test_a_missing_object_is_an_error_that_says_so(store):
    with pytest.raises(StoreCorrupt, match="missing"):
        store.read("0" * 64)
    assert not store.has("0" * 64) and not store.verify("0" * 64)
    store.delete(["0" * 64])


def test_names_that_are_no_digests_lead_nowhere(store):
    for name in ("../catalogue.sqlite", "", "A" * 64, "0" * 63, "0" * 64 + "\n"):
        with pytest.raises(ValueError):
            store.path(name)


def test_a_file_is_copied_and_checked(store, tmp_path):
    source = tmp_path / "a.pdf"
    source.write_bytes(b"pdf" * 1000)
    digest = hashlib.sha256(b"pdf" * 1000).hexdigest()
    store.put_file(source, digest)
    assert store.read(digest) == source.read_bytes()
    with pytest.raises(FileVanished, match="changed"):
        store.put_file(source, "1" * 64)
    assert list(store.all()) == [digest] and not list(store.temporary.iterdir())


def test_a_full_disk_leaves_nothing_in_part(store, monkeypatch):
    def full(handle):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(durable.os, "fsync", full)
    with pytest.raises(DiskFull, match="Free some space"):
        store.put(b"content")
    assert not list(store.all()) and not list(store.temporary.iterdir())
