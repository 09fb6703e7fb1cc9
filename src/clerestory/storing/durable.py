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
from collections.abc import Iterator, Mapping
from pathlib import Path

from clerestory.errors import DiskFull

# Windows cannot open a folder to flush it; its file systems journal names themselves.
_FOLDERS_CAN_BE_FLUSHED = os.name == "posix"


def write_file(target: Path, content: bytes, *, temporary: Path) -> None:
    """``content`` at ``target``, replacing what was there in one step.

    Raises:
        DiskFull: nothing was changed.
    """
    write_files({target: content}, temporary=temporary)


def write_files(contents: Mapping[Path, bytes], *, temporary: Path) -> None:
    """Every content at its path. Folders are flushed once each, at the end.

    When it returns all are on the disk; when it raises, some may be.

    Raises:
        DiskFull: no space left; no file is there in part.
    """
    folders: set[Path] = set()
    with no_space_is_disk_full(temporary):
        for target, content in contents.items():
            with temporary_file(temporary) as draft:
                with draft.open("wb") as stream:
                    stream.write(content)
                    stream.flush()
                    os.fsync(stream.fileno())
                place(draft, target)
            folders.add(target.parent)
    for folder in folders:
        flush_folder(folder)


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
        flush_folder(target.parent.parent)
        draft.replace(target)


def flush_folder(folder: Path) -> None:
    """Make the names in ``folder`` durable, where the system allows it."""
    if not _FOLDERS_CAN_BE_FLUSHED:
        return
    handle = os.open(folder, os.O_RDONLY)
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
