import errno
import os

import pytest

from clerestory.errors import DiskFull
from clerestory.storing import durable


def test_a_file_is_replaced_in_one_step(tmp_path):
    target = tmp_path / "new" / "folder" / "file"
    durable.write_file(target, b"one", temporary=tmp_path)
    durable.write_file(target, b"two", temporary=tmp_path)
    assert target.read_bytes() == b"two"
    assert [entry.name for entry in tmp_path.iterdir()] == ["new"]


def test_content_and_names_are_flushed(tmp_path, monkeypatch):
    flushed = []
    monkeypatch.setattr(durable, "flush", flushed.append)
    targets = {tmp_path / "a" / "1": b"1", tmp_path / "a" / "2": b"2", tmp_path / "b" / "3": b"3"}
    durable.write_files(targets, temporary=tmp_path)
    assert {path for path in flushed if path.is_dir()} == {tmp_path, tmp_path / "a", tmp_path / "b"}
    assert len([path for path in flushed if not path.is_dir()]) == 3


def test_a_write_that_fails_leaves_the_old_content(tmp_path, monkeypatch):
    target = tmp_path / "file"
    durable.write_file(target, b"old", temporary=tmp_path)

    def full(handle):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(durable.os, "fsync", full)
    with pytest.raises(DiskFull):
        durable.write_file(target, b"new", temporary=tmp_path)
    assert target.read_bytes() == b"old" and len(list(tmp_path.iterdir())) == 1


def test_other_errors_of_the_system_are_not_a_full_disk(tmp_path):
    with pytest.raises(PermissionError), durable.no_space_is_disk_full(tmp_path):
        raise PermissionError(errno.EACCES, "no")
