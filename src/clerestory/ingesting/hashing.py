"""SHA-256 of files: the identity of an asset. Several files at once, since hashing frees the interpreter."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from clerestory.errors import ClerestoryError, FileDenied, FileVanished
from clerestory.ingesting.walk import FileSeen


def hash_file(file: FileSeen) -> str:
    """SHA-256 (64 hex) of the file's content.

    Raises:
        FileVanished: it is gone, or not what it was when it was looked at.
        FileDenied: the system does not let us read it.
    """
    path = Path(file.path)
    try:
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        after = path.stat()
    except FileNotFoundError as error:
        raise FileVanished("the file is gone", where=file.path, fix="Add it again.") from error
    except OSError as error:
        raise FileDenied(f"cannot read it ({error.strerror})", where=file.path) from error
    if (after.st_size, after.st_mtime_ns) != (file.size, file.mtime_ns):
        raise FileVanished("the file changed while it was read", where=file.path, fix="Add it again.")
    return digest


def hash_files(
    files: Iterable[FileSeen], *, threads: int = 2
) -> Iterator[tuple[FileSeen, str | ClerestoryError]]:
    """Each file with its digest or its error, in the order in which they end."""
    with ThreadPoolExecutor(threads, thread_name_prefix="hash") as pool:
        running = {pool.submit(hash_file, file): file for file in files}
        for future in as_completed(running):
            error = future.exception()
            if error is None:
                yield running[future], future.result()
            elif isinstance(error, ClerestoryError):
                yield running[future], error
            else:
                raise error
