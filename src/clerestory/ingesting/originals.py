"""Where an asset's bytes are now: a path that still holds them, or the copy that was kept.

Evidence is drawn from nothing else: a file that was written anew since it was read would
show another page or say other words at the place that was found.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from clerestory.errors import FileDenied, FileVanished
from clerestory.ingesting.hashing import hash_file
from clerestory.ingesting.stores import Stores
from clerestory.ingesting.walk import FileSeen
from clerestory.types import Occurrence


@dataclass(frozen=True, slots=True)
class Original:
    """A file with the asset's bytes, and its stat when that was made sure of."""

    path: Path
    size: int
    mtime_ns: int

    def check(self) -> None:
        """Raises: FileVanished: it is gone or was written since."""
        try:
            stat = self.path.stat()
        except FileNotFoundError as error:
            raise FileVanished("the file is gone", where=str(self.path), fix="Add it again.") from error
        if (stat.st_size, stat.st_mtime_ns) != (self.size, self.mtime_ns):
            what = "the file changed while it was read"
            raise FileVanished(what, where=str(self.path), fix="Add it again.")


def original(stores: Stores, asset: str, seen: Iterable[Occurrence]) -> Original:
    """The file with the bytes of ``asset``, which was ``seen`` at these paths.

    Costs a stat per path; a path whose size is the same and whose time stamp is another is
    hashed once per process.

    Raises:
        FileVanished: every original is away or has changed, and none was kept.
    """
    places = list(seen)
    changed = ""
    for place in places:
        path = Path(place.path)
        try:
            stat = path.stat()
        except OSError:
            continue
        same = (stat.st_size, stat.st_mtime_ns) == (place.size, place.mtime_ns)
        if same or (
            stat.st_size == place.size and _digest(place.path, stat.st_size, stat.st_mtime_ns) == asset
        ):
            return Original(path, stat.st_size, stat.st_mtime_ns)
        changed = changed or place.path
    if stores.objects.has(asset):
        path = stores.objects.path(asset)
        stat = path.stat()
        return Original(path, stat.st_size, stat.st_mtime_ns)
    if changed:
        raise FileVanished(
            "the original has changed since it was read",
            where=changed,
            fix="Add it again to find what it holds now; --keep keeps a copy.",
        )
    raise FileVanished(
        "the original is not where it was seen",
        where=places[0].path if places else asset[:12],
        fix="Bring it back, or add it with --keep next time.",
    )


def where_now(stores: Stores, asset: str, seen: Iterable[Occurrence]) -> Original | None:
    """... or None."""
    try:
        return original(stores, asset, seen)
    except FileVanished:
        return None


@functools.lru_cache(maxsize=256)
def _digest(path: str, size: int, mtime_ns: int) -> str:
    try:
        return hash_file(FileSeen(path, size, mtime_ns))
    except (FileVanished, FileDenied):
        return ""
