"""The identity of an asset: SHA-256 of the bytes that were looked at, or a typed error."""

from __future__ import annotations

import hashlib
import os

import pytest

from clerestory.errors import FileDenied, FileVanished
from clerestory.ingesting.hashing import hash_file, hash_files
from clerestory.ingesting.walk import FileSeen, walk


def seen(path) -> FileSeen:
    (file,) = walk([path])
    assert isinstance(file, FileSeen)
    return file


def test_known_answer(tmp_path):
    # FIPS 180-2, appendix B.1
    path = tmp_path / "abc"
    path.write_bytes(b"abc")
    assert hash_file(seen(path)) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_large_files_are_hashed_in_pieces(tmp_path):
    content = os.urandom(3_000_001)
    path = tmp_path / "large"
    path.write_bytes(content)
    assert hash_file(seen(path)) == hashlib.sha256(content).hexdigest()


def test_a_vanished_or_changed_file_is_an_error(tmp_path):
    path = tmp_path / "a"
    path.write_text("one")
    file = seen(path)
    path.write_text("three")
    with pytest.raises(FileVanished, match="changed"):
        hash_file(file)
    path.unlink()
    with pytest.raises(FileVanished, match="gone"):
        hash_file(file)


def test_a_folder_cannot_be_hashed(tmp_path):
    with pytest.raises(FileDenied):
        hash_file(FileSeen(str(tmp_path), 0, 0))


def test_every_file_ends_once_with_digest_or_error(tmp_path):
    files = []
    for n in range(40):
        path = tmp_path / f"{n}.txt"
        path.write_text(str(n))
        files.append(seen(path))
    (tmp_path / "7.txt").unlink()
    ends = dict(hash_files(files, threads=4))
    assert set(ends) == set(files)
    assert isinstance(ends[files[7]], FileVanished)
    assert ends[files[8]] == hashlib.sha256(b"8").hexdigest()
