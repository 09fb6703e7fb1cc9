"""Subtitle files beside recordings and videos that are in the library already.

A reading holds the subtitles that lay beside the file when it was read. When a subtitle file
is new or has changed since, its recording is read again (no second of it is heard again:
results of jobs stay). One that was deleted goes with the next reading.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path, PurePath

from clerestory.ingesting.plan import Known
from clerestory.ingesting.walk import FileSeen
from clerestory.reading import kinds
from clerestory.reading.media.subtitles import ENDINGS, beside


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
