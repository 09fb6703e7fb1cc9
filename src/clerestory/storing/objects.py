"""Derived bytes by content address: ``objects/ab/ab12…`` is named by its SHA-256.

In: bytes. Out: their digest, and later the bytes again. Immutable; equal contents are
kept once. Knows nothing of media types or of who refers to an object.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from clerestory.errors import FileVanished, StoreCorrupt
from clerestory.storing import durable
from clerestory.storing.folder import is_digest


class ObjectStore:
    """A folder of files by digest. Safe to use from several threads and processes."""

    def __init__(self, folder: Path, *, temporary: Path, suffix: str = "") -> None:
        self.folder = folder
        self.temporary = temporary
        self.suffix = suffix

    def put(self, content: bytes) -> str:
        """The digest of ``content``, which is on the disk when this returns.

        Raises:
            DiskFull
        """
        return self.put_many((content,))[0]

    def put_many(self, contents: Iterable[bytes]) -> list[str]:
        """``put`` for several: much faster than one by one, since the disk is waited for once."""
        digests: list[str] = []
        missing: dict[Path, bytes] = {}
        for content in contents:
            digest = hashlib.sha256(content).hexdigest()
            digests.append(digest)
            target = self.path(digest)
            # A file of another size was damaged from outside; writing it again heals it.
            if not target.is_file() or target.stat().st_size != len(content):
                missing[target] = content
        if missing:
            durable.write_files(missing, temporary=self.temporary)
        return digests

    def put_file(self, source: Path, digest: str) -> None:
        """Keep a copy of the file whose content is ``digest``, without loading it into memory.

        Raises:
            FileVanished: its content is not ``digest`` any more; nothing is kept.
            DiskFull
        """
        if self.has(digest):
            return
        with (
            durable.no_space_is_disk_full(self.folder),
            durable.temporary_file(self.temporary) as draft,
        ):
            with source.open("rb") as original, draft.open("wb") as copy:
                shutil.copyfileobj(original, copy, 1 << 20)
                copy.flush()
                os.fsync(copy.fileno())
            if _digest_of_file(draft) != digest:
                raise FileVanished("the file changed while it was copied", where=str(source))
            durable.place(draft, self.path(digest))
        durable.flush(self.path(digest).parent)

    def read(self, digest: str) -> bytes:
        """The bytes.

        Raises:
            StoreCorrupt: the library has lost them.
        """
        try:
            return self.path(digest).read_bytes()
        except FileNotFoundError as error:
            raise StoreCorrupt(
                "a stored file is missing",
                where=str(self.path(digest)),
                fix="Run `clerestory verify` to see what is affected.",
            ) from error

    def path(self, digest: str) -> Path:
        """Where the object lies or would lie."""
        if not is_digest(digest):
            raise ValueError(f"not a digest: {digest!r}")
        return self.folder / digest[:2] / f"{digest}{self.suffix}"

    def has(self, digest: str) -> bool:
        return self.path(digest).is_file()

    def all(self) -> Iterator[str]:
        """Every digest that is there, in no order."""
        for entry in self.folder.iterdir():
            if entry.is_dir():
                for file in entry.iterdir():
                    name = file.name.removesuffix(self.suffix)
                    if is_digest(name):
                        yield name

    def verify(self, digest: str) -> bool:
        """Whether the object is there and its content is what its name says. Reads it all."""
        path = self.path(digest)
        return path.is_file() and _digest_of_file(path) == digest

    def delete(self, digests: Sequence[str]) -> None:
        """Forget them for good. Missing ones are no error."""
        for digest in digests:
            self.path(digest).unlink(missing_ok=True)


def _digest_of_file(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
