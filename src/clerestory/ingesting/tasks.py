"""What worker processes do: read one file, or recognise the text of one place.

In: addresses (folder, path, digest) and settings. Out: digests and counts; what was made
lies in the library folder already, complete and on the disk, so nothing large travels
between processes. The catalogue is not touched: the caller writes it.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from clerestory.errors import FileVanished
from clerestory.reading.source import Source
from clerestory.settings import ReadingSettings, Settings
from clerestory.types import OcrRequest

if TYPE_CHECKING:
    from clerestory.models.ocr import OcrEngine
    from clerestory.storing.folder import LibraryFolder
    from clerestory.storing.objects import ObjectStore
    from clerestory.storing.readings import ReadingStore


@dataclass(frozen=True, slots=True)
class ReadTask:
    """One file to read. ``size`` and ``mtime_ns`` are those under which it was hashed."""

    folder: LibraryFolder
    asset: str
    path: str
    size: int
    mtime_ns: int
    settings: ReadingSettings
    keep: bool = False
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Read:
    """A reading that was written: its digest, and how much is in it."""

    reading: str
    pages: int
    segments: int


def read_file(task: ReadTask) -> Read:
    """Read the file and write its objects, then its reading.

    Raises:
        InputError: what is wrong with the file.
        DiskFull
    """
    from clerestory.reading.reader import read

    objects, readings = open_stores(task.folder)
    path = Path(task.path)
    source = Source(path, task.asset, path.name, task.password)
    reading = read(source, task.settings)
    _still_the_same(path, task)
    if task.keep:
        objects.put_file(path, task.asset)
    objects.put_many(item.content for item in reading.objects)
    digest = readings.write(reading)
    return Read(digest, len(reading.pages), len(reading.segments))


@dataclass(frozen=True, slots=True)
class RecogniseTask:
    """One place whose text is to be recognised; ``path`` is where the asset's bytes are now."""

    folder: LibraryFolder
    asset: str
    path: str
    name: str
    media_type: str
    request: OcrRequest
    settings: Settings
    load: Callable[[Settings], OcrEngine]
    password: str | None = field(default=None, repr=False)


def recognise_place(task: RecogniseTask) -> str:
    """The recognition as JSON text (``recognise.from_json`` reads it).

    Raises:
        ModelMissing, ModelCorrupt: the engine cannot be loaded.
        InputError: the asset cannot be read (any more).
    """
    from clerestory.reading.recognise import recognise

    objects, _ = open_stores(task.folder)
    found = recognise(
        Source(Path(task.path), task.asset, task.name, task.password),
        task.media_type,
        task.request,
        _engine(task.load, task.settings),
        task.settings.reading,
        object_bytes=objects.read,
    )
    return found.to_json()


def open_stores(folder: LibraryFolder) -> tuple[ObjectStore, ReadingStore]:
    from clerestory.storing.objects import ObjectStore
    from clerestory.storing.readings import ReadingStore

    return (
        ObjectStore(folder.objects, temporary=folder.temporary),
        ReadingStore(folder.readings, temporary=folder.temporary),
    )


@functools.cache
def _engine(load: Callable[[Settings], OcrEngine], settings: Settings) -> OcrEngine:
    """One engine per process: loading it costs more than reading a page."""
    return load(settings)


def _still_the_same(path: Path, task: ReadTask) -> None:
    try:
        now = path.stat()
    except FileNotFoundError as error:
        raise FileVanished("the file is gone", where=task.path, fix="Add it again.") from error
    if (now.st_size, now.st_mtime_ns) != (task.size, task.mtime_ns):
        raise FileVanished("the file changed while it was read", where=task.path, fix="Add it again.")
