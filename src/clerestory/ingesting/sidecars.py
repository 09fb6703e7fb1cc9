"""Subtitle files beside recordings and videos: whose they are, and what follows when they change.

A reading holds the subtitles that lay beside the file when it was read; the subtitle file
itself says no word twice. When it is new or has changed since, its recording is read again
(no second of it is heard again: results of jobs stay). One that was deleted goes with the
next reading.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path, PurePath

from clerestory.errors import UnreadableFile, UnsupportedFile
from clerestory.ingesting.plan import Known
from clerestory.ingesting.walk import FileSeen
from clerestory.reading import kinds
from clerestory.reading.assembling import assemble
from clerestory.reading.ledger import note
from clerestory.reading.media.subtitles import ENDINGS, beside, parse
from clerestory.reading.source import Source
from clerestory.settings import ReadingSettings
from clerestory.types import Reading


def belonging(source: Source, settings: ReadingSettings) -> Reading | None:
    """The reading of a subtitle file that lies beside its recording: without a segment.

    None for every other file, also for one that is only named like subtitles.
    """
    if kinds.ending(source.path.name) not in ENDINGS:
        return None
    recording = next((path for path in _recordings(source.path.parent) if source.path in beside(path)), None)
    if recording is None:
        return None
    try:
        parse(source.read_bytes(settings.max_file_mb), source.name)
    except (UnreadableFile, UnsupportedFile):
        return None
    line = note(
        "subtitles", "file", f"its words are in the reading of {recording.name}, beside which it lies"
    )
    return assemble(
        source,
        media_type=kinds.PLAIN,
        reader="subtitles",
        version="1",
        settings=settings,
        title=source.path.stem,
        ledger=(line,),
    )


def _recordings(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if kinds.claimed(path.name).startswith(("audio/", "video/")):
            yield path


def beside_changed(
    changed: Iterable[FileSeen], occurrences: Mapping[str, Known], *, without: Collection[str]
) -> dict[str, tuple[FileSeen, ...]]:
    """Asset -> its file, for recordings and videos beside which one of the ``changed`` files lies.

    Only files that are what the catalogue knows; assets in ``without`` are left out.
    """
    sidecars = {file.path for file in changed if kinds.ending(file.path) in ENDINGS}
    if not sidecars:
        return {}
    folders = {str(PurePath(path).parent) for path in sidecars}
    found: dict[str, tuple[FileSeen, ...]] = {}
    for path, (asset, size, mtime_ns) in occurrences.items():
        media = kinds.claimed(path).startswith(("audio/", "video/"))
        if not media or asset in without or str(PurePath(path).parent) not in folders:
            continue
        if sidecars.isdisjoint(map(str, beside(Path(path)))):
            continue
        try:
            stat = Path(path).stat()
        except OSError:
            continue
        if (stat.st_size, stat.st_mtime_ns) == (size, mtime_ns):
            found[asset] = (FileSeen(path, size, mtime_ns),)
    return found
