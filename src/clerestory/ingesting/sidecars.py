"""Subtitle files beside recordings and videos: whose they are, and what follows when they change.

A reading holds the subtitles that lay beside the file when it was read. The file that gives
the reading its text says no word twice; others, in other languages, are read as what they
are. When one is new or has changed since, its recording is read again (no second of it is
heard again: results of jobs stay). One that was deleted goes with the next reading.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path, PurePath

from clerestory.errors import InputError
from clerestory.ingesting.plan import Known
from clerestory.ingesting.walk import FileSeen
from clerestory.reading import kinds
from clerestory.reading.assembling import assemble
from clerestory.reading.ledger import note
from clerestory.reading.media.subtitles import ENDINGS, MOST_MB, beside, named_after, parse
from clerestory.reading.source import Source
from clerestory.settings import ReadingSettings
from clerestory.types import Reading


class Recordings:
    """The recordings and videos among ``paths``, to be found by the names of their subtitle files."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._in_folder: defaultdict[str, set[str]] = defaultdict(set)
        for path in paths:
            if kinds.claimed(path).startswith(("audio/", "video/")):
                self._in_folder[str(PurePath(path).parent)].add(path)

    def of(self, path: str) -> tuple[str, ...]:
        """Those after which the file at ``path`` is named; none for what holds no subtitles."""
        own = PurePath(path)
        if own.suffix.lower() not in ENDINGS:
            return ()
        there = self._in_folder.get(str(own.parent), set())
        return tuple(sorted(one for one in there if named_after(own.name, PurePath(one).name)))


def belonging(source: Source, recordings: Sequence[str], settings: ReadingSettings) -> Reading | None:
    """The reading of a subtitle file that gives one of ``recordings`` its text: without a segment.

    None for every other file, also for one that is only named like subtitles.
    """
    recording = next((path for path in map(Path, recordings) if _first_beside(path) == source.path), None)
    if recording is None:
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


def _first_beside(recording: Path) -> Path | None:
    """The subtitle file that is the text of the recording: the first that can be read."""
    for path in beside(recording):
        try:
            parse(Source(path, "", path.name).read_bytes(MOST_MB), path.name)
        except InputError:
            continue  # the ledger of the recording says so
        return path
    return None


def beside_changed(
    changed: Iterable[FileSeen], occurrences: Mapping[str, Known], *, without: Collection[str]
) -> dict[str, tuple[FileSeen, ...]]:
    """Asset -> its file, for recordings and videos beside which one of the ``changed`` files lies.

    Only files that are what the catalogue knows; assets in ``without`` are left out.
    """
    sidecars = [file.path for file in changed if PurePath(file.path).suffix.lower() in ENDINGS]
    if not sidecars:
        return {}
    recordings = Recordings(occurrences)
    found: dict[str, tuple[FileSeen, ...]] = {}
    for path in sorted({path for sidecar in sidecars for path in recordings.of(sidecar)}):
        asset, size, mtime_ns = occurrences[path]
        if asset in without:
            continue
        try:
            stat = Path(path).stat()
        except OSError:
            continue
        if (stat.st_size, stat.st_mtime_ns) == (size, mtime_ns):
            found[asset] = (FileSeen(path, size, mtime_ns),)
    return found
