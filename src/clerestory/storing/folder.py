"""The library folder: what lies where in it, its format version, and who may write.

In: a path. Out: a ``LibraryFolder`` that names every place inside, and the writer's
lease. Knows nothing of what the files hold.

The lease is a lock of the operating system on ``writer.lock``: it ends with its holder,
however that ends. The line of text in the file only tells others who holds it.
"""

from __future__ import annotations

import contextlib
import datetime
import json
import os
import re
import socket
import sys
import time
import tomllib
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from clerestory.errors import StoreBusy, UnknownLibrary
from clerestory.storing import durable

FORMAT = 1  # raised when an older version could not read the folder any more

_PARTS = ("readings", "objects", "index", "answers", "tmp")
# Windows locks bytes for readers too, so the byte that is locked lies beyond the text.
_LOCKED_BYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class LibraryFolder:
    """A library on disk. ``identity`` tells copies of a path apart (a random UUID)."""

    path: Path
    identity: str
    format: int = FORMAT

    @property
    def settings_file(self) -> Path:
        return self.path / "clerestory.toml"

    @property
    def catalogue_file(self) -> Path:
        return self.path / "catalogue.sqlite"

    @property
    def readings(self) -> Path:
        return self.path / "readings"

    @property
    def objects(self) -> Path:
        return self.path / "objects"

    @property
    def index(self) -> Path:
        return self.path / "index"

    @property
    def new_index(self) -> Path:
        """Where `reindex` builds the index that will take the place of the other."""
        return self.path / "index.new"

    @property
    def old_index(self) -> Path:
        """Where `reindex` puts the index that it replaces, for a moment."""
        return self.path / "index.old"

    @property
    def answers(self) -> Path:
        return self.path / "answers"

    @property
    def temporary(self) -> Path:
        """For files that are not finished; emptied whenever a writer begins."""
        return self.path / "tmp"

    @classmethod
    def create(cls, path: Path) -> LibraryFolder:
        """A new, empty library at ``path``, or the one that is there already.

        Raises:
            UnknownLibrary: the folder holds other things, or a library of a newer format.
            StoreBusy: another process is creating it at this moment.
        """
        path = Path(path).absolute()
        if exists(path):
            return cls.open(path)
        # A creation that was interrupted is taken up again; file managers leave their files anywhere.
        ours = {*_PARTS, "writer.lock", ".DS_Store", "desktop.ini", "Thumbs.db"}
        if path.exists() and (not path.is_dir() or {entry.name for entry in path.iterdir()} - ours):
            raise UnknownLibrary(
                "there is something else here",
                where=str(path),
                fix="Name a new or empty folder for the library.",
            )
        with durable.no_space_is_disk_full(path):
            for part in _PARTS:
                (path / part).mkdir(parents=True, exist_ok=True)
        folder = cls(path, str(uuid.uuid4()))
        with _locked(path / "writer.lock", "create", wait_s=10.0):
            if exists(path):
                return cls.open(path)
            text = (
                "# A Clerestory library. Settings may follow below as [room] sections; see the docs.\n"
                f'[library]\nformat = {FORMAT}\nid = "{folder.identity}"\ncreated = "{_now()}"\n'
            )
            # Last, so that its existence means that the folder is complete.
            durable.write_file(folder.settings_file, text.encode(), temporary=folder.temporary)
        return folder

    @classmethod
    def open(cls, path: Path) -> LibraryFolder:
        """The library at ``path``.

        Raises:
            UnknownLibrary: no library there, one that a newer version made, or a damaged one.
        """
        path = Path(path).absolute()
        file = path / "clerestory.toml"
        try:
            entry = tomllib.loads(file.read_text(encoding="utf-8")).get("library")
        except (FileNotFoundError, NotADirectoryError) as error:
            raise UnknownLibrary(
                "no library here",
                where=str(path),
                fix="Add files to create one, or name another folder (--library, CLERESTORY_LIBRARY).",
            ) from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise UnknownLibrary(f"clerestory.toml is damaged ({error})", where=str(path)) from error
        version = entry.get("format") if isinstance(entry, dict) else None
        identity = entry.get("id") if isinstance(entry, dict) else None
        if not isinstance(version, int) or not isinstance(identity, str):
            raise UnknownLibrary(
                "clerestory.toml names no library",
                where=str(path),
                fix="Restore its [library] section from a backup.",
            )
        if version > FORMAT:
            raise UnknownLibrary(
                f"made by a newer version (format {version}; this one knows {FORMAT})",
                where=str(path),
                fix="Update Clerestory.",
            )
        for part in _PARTS:
            (path / part).mkdir(exist_ok=True)  # empty folders get lost in copies and backups
        return cls(path, identity, version)

    @contextlib.contextmanager
    def writer(self, purpose: str, *, wait_s: float = 0.0) -> Iterator[None]:
        """The right to write, held until the block ends; unfinished files of others are removed.

        ``purpose`` is what others are told ("add"); ``wait_s`` how long to wait for it.

        Raises:
            StoreBusy: another writer holds it; the message says which.
        """
        with _locked(self.path / "writer.lock", purpose, wait_s=wait_s):
            for stale in self.temporary.iterdir():
                stale.unlink(missing_ok=True)
            yield

    def is_written(self) -> bool:
        """Whether somebody holds the right to write at this moment."""
        try:
            with (self.path / "writer.lock").open("r+b", buffering=0) as stream:
                # Empty when the last writer ended well: only then nobody is kept waiting by a look.
                if not stream.read(1):
                    return False
                if not _try_lock(stream):
                    return True
                _unlock(stream)
        except OSError:  # nobody ever wrote, or may from here
            return False
        return False


def exists(path: Path) -> bool:
    """Whether a library lies at ``path`` (of whatever format)."""
    return (path / "clerestory.toml").is_file()


@contextlib.contextmanager
def _locked(file: Path, purpose: str, *, wait_s: float) -> Iterator[None]:
    deadline = time.monotonic() + wait_s
    # "r+" and not "w": opening must not wipe out what the holder wrote.
    handle = os.open(file, os.O_RDWR | os.O_CREAT, 0o644)
    with os.fdopen(handle, "r+b", buffering=0) as stream:
        while not _try_lock(stream):
            if time.monotonic() >= deadline:
                raise _busy(file)
            time.sleep(0.05)
        try:
            holder = {"process": os.getpid(), "host": socket.gethostname()}
            holder |= {"purpose": purpose, "since": _now()}
            stream.truncate(0)
            stream.seek(0)
            stream.write(json.dumps(holder).encode())
            yield
        finally:
            stream.truncate(0)
            _unlock(stream)


def _busy(file: Path) -> StoreBusy:
    fix = "Wait until it has ended, or stop it."
    try:
        holder = json.loads(file.read_bytes())
        who = f"process {holder['process']} on {holder['host']}"
        if holder["process"] == os.getpid() and holder["host"] == socket.gethostname():
            who = "this process"
        what = f"{who} is writing to it ({holder['purpose']}, since {holder['since']})"
    except (OSError, ValueError, KeyError, TypeError):  # being written at this moment
        what = "another process is writing to it"
    return StoreBusy(what, where=str(file.parent), fix=fix)


if sys.platform == "win32":
    import msvcrt

    def _try_lock(stream: BinaryIO) -> bool:
        stream.seek(_LOCKED_BYTE)
        try:
            msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _unlock(stream: BinaryIO) -> None:
        stream.seek(_LOCKED_BYTE)
        msvcrt.locking(stream.fileno(), msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _try_lock(stream: BinaryIO) -> bool:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _unlock(stream: BinaryIO) -> None:
        fcntl.flock(stream, fcntl.LOCK_UN)


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


def is_digest(text: str) -> bool:
    """Whether ``text`` is a SHA-256 in lower-case hexadecimal: safe as a file name."""
    return re.fullmatch(r"[0-9a-f]{64}", text) is not None
