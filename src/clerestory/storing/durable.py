"""Files that are there completely or not at all, whatever the moment of a crash.

In: bytes, the final path, and a folder for temporary files on the same file system.
A file is written under a temporary name, flushed to the disk and renamed; then the
folder that names it is flushed, so that the name survives a power cut as well. Knows
nothing of what the bytes mean.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
from collections.abc import Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from clerestory.errors import DiskFull

# Windows cannot open a folder to flush it; its file systems journal names themselves.
_FOLDERS_CAN_BE_FLUSHED = os.name == "posix"
_FLUSHES_AT_ONCE = 8


def write_file(target: Path, content: bytes, *, temporary: Path) -> None:
    """``content`` at ``target``, replacing what was there in one step.

    Raises:
        DiskFull: nothing was changed.
    """
    write_files({target: content}, temporary=temporary)


def write_files(contents: Mapping[Path, bytes], *, temporary: Path) -> None:
    """Every content at its path. When it returns all are on the disk; when it raises, some may be.

    Raises:
        DiskFull: no space left; no file is there in part.
    """
    with contextlib.ExitStack() as drafts, no_space_is_disk_full(temporary):
        names = {drafts.enter_context(temporary_file(temporary)): target for target in contents}
        for draft, target in names.items():
            draft.write_bytes(contents[target])
        _flush_all(names)
        for draft, target in names.items():
            place(draft, target)
    _flush_all({target.parent for target in contents})


def _flush_all(paths: Collection[Path]) -> None:
    """Flushes that wait side by side share the disk's work: 0.5 ms each instead of 4."""
    if len(paths) == 1:
        flush(*paths)
        return
    with ThreadPoolExecutor(_FLUSHES_AT_ONCE, thread_name_prefix="flush") as pool:
        for done in [pool.submit(flush, path) for path in paths]:
            done.result()


@contextlib.contextmanager
def temporary_file(temporary: Path) -> Iterator[Path]:
    """A fresh path in ``temporary``; what is still there at the end is deleted."""
    draft = temporary / f"{os.getpid()}-{secrets.token_hex(8)}"
    try:
        yield draft
    finally:
        draft.unlink(missing_ok=True)


def place(draft: Path, target: Path) -> None:
    """Rename ``draft`` to ``target``, making the folder when it is the first in it."""
    try:
        draft.replace(target)
    except FileNotFoundError:
        target.parent.mkdir(parents=True, exist_ok=True)
        flush(target.parent.parent)
        draft.replace(target)


def flush(path: Path) -> None:
    """Make a file's content, or the names in a folder, durable; folders where the system allows it."""
    if not _FOLDERS_CAN_BE_FLUSHED and path.is_dir():
        return
    # Windows flushes only what is open for writing; a folder can only be opened for reading.
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextlib.contextmanager
def no_space_is_disk_full(where: Path) -> Iterator[None]:
    """Turns the system's "no space left" and "over quota" into ``DiskFull``."""
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise DiskFull(
            "no space left on the disk", where=str(where), fix="Free some space and repeat the command."
        ) from error
