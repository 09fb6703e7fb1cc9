"""What worker processes do: read one file, recognise the text of one place, hear or watch one stretch.

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

from clerestory.ingesting.originals import Original
from clerestory.reading.source import Source
from clerestory.settings import ReadingSettings, Settings
from clerestory.types import MediaRequest, OcrRequest

if TYPE_CHECKING:
    from clerestory.models.ocr import OcrEngine
    from clerestory.models.speech import SpeechRecogniser
    from clerestory.models.voice_activity import VoiceActivity
    from clerestory.reading.speech.listening import Ears
    from clerestory.storing.folder import LibraryFolder
    from clerestory.storing.objects import ObjectStore
    from clerestory.storing.readings import ReadingStore


@dataclass(frozen=True, slots=True)
class ReadTask:
    """One file to read. ``size`` and ``mtime_ns`` are those under which it was hashed.

    ``recordings`` are paths in the library after which it is named, if it holds subtitles.
    """

    folder: LibraryFolder
    asset: str
    path: str
    size: int
    mtime_ns: int
    settings: ReadingSettings
    keep: bool = False
    password: str | None = field(default=None, repr=False)
    recordings: tuple[str, ...] = ()


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
    from clerestory.ingesting.sidecars import belonging
    from clerestory.reading.reader import read

    objects, readings = open_stores(task.folder)
    path = Path(task.path)
    source = Source(path, task.asset, path.name, task.password)
    reading = belonging(source, task.recordings, task.settings) or read(source, task.settings)
    Original(path, task.size, task.mtime_ns).check()
    if task.keep:
        objects.put_file(path, task.asset)
    objects.put_many(item.content for item in reading.objects)
    digest = readings.write(reading)
    return Read(digest, len(reading.pages), len(reading.segments))


@dataclass(frozen=True, slots=True)
class RecogniseTask:
    """One place whose text is to be recognised; without the ``original`` only stored pictures are."""

    folder: LibraryFolder
    asset: str
    original: Original | None
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
    path = task.original.path if task.original else Path()
    found = recognise(
        Source(path, task.asset, task.name, task.password),
        task.media_type,
        task.request,
        _engine(task.load, task.settings),
        task.settings.reading,
        object_bytes=objects.read,
    )
    if task.original and not task.request.object:
        task.original.check()
    return found.to_json()


@dataclass(frozen=True, slots=True)
class PerceiveTask:
    """One stretch of the ``original`` to be heard or watched."""

    folder: LibraryFolder
    asset: str
    original: Original
    name: str
    request: MediaRequest
    settings: Settings
    load_speech: Callable[[Settings], SpeechRecogniser]
    load_voice_activity: Callable[[Settings], VoiceActivity]
    load_ocr: Callable[[Settings], OcrEngine]


@dataclass(frozen=True, slots=True)
class Perceived:
    """A stretch's result as JSON text, and the stored objects that it refers to."""

    result: str
    objects: tuple[str, ...] = ()


def perceive(task: PerceiveTask) -> Perceived:
    """Hear or watch the stretch. Its pictures are on the disk when this returns.

    Raises:
        ModelMissing, ModelCorrupt: what is needed for it cannot be loaded.
        InputError: the asset cannot be read (any more).
        DiskFull
    """
    source = Source(task.original.path, task.asset, task.name)
    settings = task.settings.reading
    if task.request.kind == "listen":
        from clerestory.reading.speech.listening import listen

        ears = _ears(task.load_speech, task.load_voice_activity, task.settings)
        heard = listen(source, task.request, ears, settings)
        task.original.check()
        return Perceived(heard.to_json())
    from clerestory.reading.video.viewing import watch

    objects, _ = open_stores(task.folder)
    stored: list[str] = []

    def put(content: bytes) -> str:
        stored.append(objects.put(content))
        return stored[-1]

    engine = _engine(task.load_ocr, task.settings) if settings.ocr else None
    found = watch(source, task.request, settings, ocr=engine, put=put)
    task.original.check()
    return Perceived(found.to_json(), tuple(dict.fromkeys(stored)))


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


@functools.cache
def _ears(
    load_speech: Callable[[Settings], SpeechRecogniser],
    load_voice_activity: Callable[[Settings], VoiceActivity],
    settings: Settings,
) -> Ears:
    """One pair per process."""
    from clerestory.reading.speech.listening import Ears

    return Ears(load_speech(settings), load_voice_activity(settings))
