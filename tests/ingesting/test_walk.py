"""Which files are candidates: all that people mean, none that tools left behind."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from clerestory.errors import FileDenied, FileVanished, UnsupportedFile
from clerestory.ingesting.walk import FileSeen, NotSeen, walk


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in (
        "b.txt",
        "a.pdf",
        "sub/c.md",
        ".hidden.txt",
        ".git/config",
        "node_modules/x/index.js",
        "__MACOSX/._a.pdf",
        ".gitbook/assets/photo.png",
        "~$letter.docx",
        "Thumbs.db",
        "my-library/clerestory.toml",
        "my-library/catalogue.sqlite",
        "my-library/objects/ab/abc",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return tmp_path


def names(root: Path, *paths: Path) -> list[str]:
    return [os.path.relpath(item.path, root) for item in walk(paths or (root,))]


def test_hidden_files_tool_folders_and_libraries_are_left_out(tree):
    assert names(tree) == [".gitbook/assets/photo.png", "a.pdf", "b.txt", "sub/c.md"]


def test_a_named_path_is_never_left_out(tree):
    assert names(tree, tree / ".hidden.txt", tree / ".git") == [".hidden.txt", ".git/config"]


def test_each_file_is_met_once(tree):
    assert names(tree, tree / "sub", tree, tree / "a.pdf").count("sub/c.md") == 1


def test_size_and_time_are_those_of_the_file(tree):
    (seen,) = walk([tree / "b.txt"])
    stat = (tree / "b.txt").stat()
    assert seen == FileSeen(str(tree / "b.txt"), stat.st_size, stat.st_mtime_ns)


def test_a_missing_path_is_told_and_the_rest_is_walked(tree):
    first, second = walk([tree / "nowhere", tree / "b.txt"])
    assert isinstance(first, NotSeen) and isinstance(first.error, FileVanished)
    assert isinstance(second, FileSeen)


def test_relative_paths_become_absolute(tree, monkeypatch):
    monkeypatch.chdir(tree)
    assert [item.path for item in walk(["b.txt"])] == [str(tree / "b.txt")]


@pytest.mark.skipif(sys.platform == "win32", reason="needs symbolic links and pipes")
def test_links_and_pipes(tree):
    (tree / "sub/link.pdf").symlink_to(tree / "a.pdf")
    (tree / "sub/round").symlink_to(tree)  # a circle
    (tree / "sub/broken").symlink_to(tree / "nowhere")
    os.mkfifo(tree / "sub/pipe")
    met = {Path(item.path).name: item for item in walk([tree / "sub"])}
    assert set(met) == {"c.md", "link.pdf", "broken", "pipe"}
    assert isinstance(met["link.pdf"], FileSeen)
    assert isinstance(met["broken"], NotSeen) and isinstance(met["broken"].error, FileVanished)
    assert isinstance(met["pipe"], NotSeen) and isinstance(met["pipe"].error, UnsupportedFile)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="the superuser may read everything")
def test_a_closed_folder_is_told(tree):
    (tree / "sub").chmod(0)
    try:
        denied = [item for item in walk([tree]) if isinstance(item, NotSeen)]
    finally:
        (tree / "sub").chmod(0o755)
    assert [type(item.error) for item in denied] == [FileDenied]


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_link_in_a_circle_is_told_and_the_rest_is_walked(tree):
    (tree / "circle").symlink_to("circle")
    found = list(walk([tree, tree / "circle"]))
    (unseen,) = (item for item in found if isinstance(item, NotSeen))
    assert (Path(unseen.path).name, type(unseen.error)) == ("circle", FileDenied)
    assert {Path(item.path).name for item in found} >= {"a.pdf", "b.txt", "c.md"}


def test_a_time_stamp_that_no_catalogue_holds_is_told(tree):
    try:
        os.utime(tree / "b.txt", ns=(0, 2**63))
    except OSError:
        pytest.skip("this file system knows no such time")
    if (tree / "b.txt").stat().st_mtime_ns < 2**63:
        pytest.skip("this file system knows no such time")
    (unseen,) = (item for item in walk([tree]) if isinstance(item, NotSeen))
    assert isinstance(unseen.error, UnsupportedFile)
    assert "touch" in unseen.error.fix
