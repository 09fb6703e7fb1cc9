"""From the paths a person names to the files that are candidates for adding, with their stat.

Hidden files (names that begin with a dot), the folders of version control, caches and
package managers, and library folders are left out; other hidden folders are walked, since
documentation tools keep their pictures there. Folders that are symbolic links are not
entered; links to files are followed. A path that a person names is never left out.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from clerestory.errors import ClerestoryError, FileDenied, FileVanished, UnsupportedFile

LEFT_OUT_FOLDERS = frozenset(
    {
        *(".git", ".hg", ".svn", ".bzr", ".jj"),
        *(".venv", "venv", ".tox", ".nox", "node_modules", "__pycache__", "site-packages"),
        *(".mypy_cache", ".ruff_cache", ".pytest_cache", ".ipynb_checkpoints", ".idea", ".vscode"),
        *(".cache", ".config", ".local", ".ssh", ".gnupg", ".Trash", "$RECYCLE.BIN", "__MACOSX"),
    }
)
LEFT_OUT_FILES = frozenset({"Thumbs.db", "desktop.ini"})
_MOST_NS = 2**63  # what the catalogue's whole numbers hold: until the year 2262


@dataclass(frozen=True, slots=True)
class FileSeen:
    """A regular file as it was met: absolute path, size in bytes, modification time."""

    path: str
    size: int
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class NotSeen:
    """A path that could not be looked at, and why."""

    path: str
    error: ClerestoryError


def walk(paths: Iterable[str | os.PathLike[str]]) -> Iterator[FileSeen | NotSeen]:
    """Every file below ``paths``, each once, in a stable order. Never raises for a single path."""
    met: set[str] = set()
    for named in paths:
        path = Path(os.path.abspath(named))  # noqa: PTH100 - resolve() would replace links by targets
        for item in _below(path) if os.path.isdir(path) else (_look(path),):  # noqa: PTH112 - never raises
            if item.path not in met:
                met.add(item.path)
                yield item


def _below(folder: Path) -> Iterator[FileSeen | NotSeen]:
    try:
        with os.scandir(folder) as entries:
            listing = sorted(entries, key=lambda entry: entry.name)
    except FileNotFoundError:
        yield NotSeen(str(folder), FileVanished("the folder is gone", where=str(folder)))
        return
    except OSError as error:
        yield NotSeen(
            str(folder), FileDenied(f"cannot list the folder ({error.strerror})", where=str(folder))
        )
        return
    names = {entry.name for entry in listing}
    if {"clerestory.toml", "catalogue.sqlite"} <= names:
        return  # a library; its derived files are not material
    for entry in listing:
        if _is_folder(entry, follow_symlinks=False):
            if entry.name not in LEFT_OUT_FOLDERS:
                yield from _below(Path(entry.path))
        elif _is_folder(entry):
            continue  # a link to a folder: may lead out of the tree or in a circle
        elif not _left_out(entry.name):
            yield _look(Path(entry.path), entry)


def _is_folder(entry: os.DirEntry[str], *, follow_symlinks: bool = True) -> bool:
    try:
        return entry.is_dir(follow_symlinks=follow_symlinks)
    except OSError:  # a link to itself, or to where we may not look: _look says so
        return False


def _left_out(name: str) -> bool:
    return name.startswith((".", "~$")) or name in LEFT_OUT_FILES


def _look(path: Path, entry: os.DirEntry[str] | None = None) -> FileSeen | NotSeen:
    try:
        seen = entry.stat() if entry is not None else path.stat()
    except FileNotFoundError:
        return NotSeen(str(path), FileVanished("no such file or folder", where=str(path)))
    except OSError as error:
        return NotSeen(str(path), FileDenied(f"cannot look at it ({error.strerror})", where=str(path)))
    if not stat.S_ISREG(seen.st_mode):
        return NotSeen(
            str(path), UnsupportedFile("not a regular file (a device, pipe or socket)", where=str(path))
        )
    if not -_MOST_NS <= seen.st_mtime_ns < _MOST_NS:
        what = "its time stamp lies beyond the year 2262"
        return NotSeen(str(path), UnsupportedFile(what, where=str(path), fix="Give it another, with touch."))
    return FileSeen(str(path), seen.st_size, seen.st_mtime_ns)
