"""Trash, restore, purge and prune: hidden at once, back whole, or gone for good."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tests.ingesting.answers import found, rows

from clerestory.errors import FileVanished, UnknownAsset


@pytest.fixture
def two(library, files):
    (files / "a.txt").write_text("granite wall")
    (files / "sub").mkdir()
    (files / "sub/b.txt").write_text("limestone wall")
    library.add(files)
    return files


def names(infos) -> list[str]:
    return [info.name for info in infos]


def test_removed_is_hidden_and_restored_is_back(library, two):
    assert names(library.remove([two / "a.txt"])) == ["a.txt"]
    assert found(library, "wall") == ["limestone wall"]
    assert names(library.trash()) == ["a.txt"]
    assert names(library.assets()) == ["b.txt"]
    assert library.verify().well
    assert names(library.restore([two / "a.txt"])) == ["a.txt"]
    assert found(library, "wall") == ["granite wall", "limestone wall"]
    assert library.trash() == []
    assert library.verify().well


def test_targets_are_paths_folders_globs_and_digests(library, two):
    digest = library.asset(two / "a.txt").asset
    assert names(library.remove(two / "sub")) == ["b.txt"]
    library.restore(str(two / "s*"))
    assert names(library.remove(digest[:10])) == ["a.txt"]
    with pytest.raises(UnknownAsset):
        library.remove("nothing-like-it")
    with pytest.raises(UnknownAsset):
        library.remove(digest)
    with pytest.raises(UnknownAsset):
        library.restore(two / "sub")


def test_what_was_removed_stays_out_until_it_is_named(library, two):
    library.remove([two / "a.txt"])
    assert library.add(two).restored == ()
    assert names(library.trash()) == ["a.txt"]
    report = library.add(two / "a.txt")
    assert [Path(path).name for path in report.restored] == ["a.txt"]
    assert found(library, "granite") == ["granite wall"]


def test_a_new_copy_of_removed_content_brings_it_back(library, two):
    library.remove([two / "a.txt"])
    shutil.copy(two / "a.txt", two / "again.txt")
    library.add(two)
    assert found(library, "granite") == ["granite wall"]


def test_purged_words_are_in_no_file(library, two):
    (two / "secret.md").write_text("# Zyzzogeton\n\nThe zyzzogeton is kept in the cellar.")
    library.add(two, keep=True)
    library.remove(two / "secret.md")
    assert names(library.purge()) == ["secret.md"]
    library.close()
    holding = [
        path
        for path in library.path.rglob("*")
        if path.is_file() and b"zyzzogeton" in path.read_bytes().lower()
    ]
    assert holding == []


def test_an_interrupted_purge_is_ended_by_the_next(library, two):
    library.add(two, keep=True)
    (gone,) = library.remove(two / "a.txt")
    library._stores.catalogue.purge([gone.asset])  # and killed before its files were deleted
    assert library.purge() == []
    library.close()
    holding = [path for path in library.path.rglob("*") if path.is_file() and path.stem == gone.asset]
    assert holding == []
    log = library.path / "catalogue.sqlite-wal"
    assert not log.exists() or log.stat().st_size == 0


def test_what_an_interrupted_reindex_left_goes_with_the_next_writer(library, two):
    for name in ("index.new", "index.old"):
        shutil.copytree(library.path / "index", library.path / name)
    library.remove(two / "a.txt")
    assert not list(library.path.glob("index.*"))
    assert found(library, "wall") == ["limestone wall"]


def test_a_relative_path_may_go_up(library, two, monkeypatch):
    monkeypatch.chdir(two / "sub")
    assert names([library.asset("../a.txt")]) == ["a.txt"]
    assert library.ledger("../a.txt") == []
    assert sorted(names(library.remove(".."))) == ["a.txt", "b.txt"]


def test_purge_takes_what_is_named_only(library, two):
    library.remove(two)
    assert names(library.purge(two / "a.txt")) == ["a.txt"]
    assert names(library.trash()) == ["b.txt"]
    library.restore(two / "sub/b.txt")
    assert found(library, "wall") == ["limestone wall"]
    assert library.verify().well


def test_sync_tells_what_is_gone_and_prunes_on_request(library, two):
    (two / "a.txt").unlink()
    report = library.sync(two)
    assert ([Path(p).name for p in report.gone], report.removed) == (["a.txt"], ())
    assert len(found(library, "wall")) == 2
    report = library.sync(two, prune=True)
    assert [Path(p).name for p in report.removed] == ["a.txt"]
    assert found(library, "wall") == ["limestone wall"]
    assert library.sync(two, prune=True).gone == ()


def test_what_was_pruned_comes_back_with_its_file(library, two):
    moved = (two / "a.txt").rename(two.parent / "elsewhere.txt")
    library.sync(two, prune=True)
    moved.rename(two / "a.txt")
    report = library.sync(two)
    assert [Path(path).name for path in report.restored] == ["a.txt"]
    assert len(found(library, "wall")) == 2
    assert library.verify().well


def test_one_of_two_paths_that_is_gone_is_forgotten(library, two):
    shutil.copy(two / "a.txt", two / "copy.txt")
    library.add(two)
    (two / "copy.txt").unlink()
    report = library.sync(two, prune=True)
    assert report.removed == ()
    assert [Path(o.path).name for o in library.asset(two / "a.txt").occurrences] == ["a.txt"]


def test_an_unmounted_disk_prunes_nothing(library, two):
    away = two.rename(two.parent / "away")
    for empty in (False, True):
        if empty:
            two.mkdir()
        with pytest.raises(FileVanished, match="nothing was pruned"):
            library.sync(two, prune=True)
        assert len(found(library, "wall")) == 2
    report = library.sync(two, prune=True, force=True)
    assert len(report.removed) == 2
    assert rows(library)["words"] == 0
    two.rmdir()
    away.rename(two)
    library.sync(two)
    assert len(found(library, "wall")) == 2


def test_other_folders_are_not_pruned(library, two):
    (two / "a.txt").unlink()
    assert library.sync(two / "sub", prune=True).removed == ()


def test_a_failed_file_can_be_removed(library, two):
    (two / "empty.txt").write_text("")
    library.add(two)
    library.remove(two / "empty.txt")
    assert library.ledger(severity="error") == []
    assert len(library.add(two).failed) == 0


def test_what_was_removed_stays_out_when_its_file_was_away(library, two):
    library.remove([two / "a.txt"])
    away = (two / "a.txt").rename(two.parent / "away.txt")
    library.sync(two, prune=True)
    away.rename(two / "a.txt")
    library.sync(two, prune=True)
    assert found(library, "granite") == []
    assert names(library.trash()) == ["a.txt"]
