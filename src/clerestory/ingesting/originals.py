"""Where an asset's bytes are now: a path that still holds them, or the copy that was kept."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from clerestory.ingesting.stores import Stores
from clerestory.types import Occurrence


def where_now(stores: Stores, asset: str, seen: Iterable[Occurrence]) -> Path | None:
    """None when every original is away or changed and none was kept. Costs a stat per path."""
    for place in seen:
        path = Path(place.path)
        try:
            stat = path.stat()
        except OSError:
            continue
        if (stat.st_size, stat.st_mtime_ns) == (place.size, place.mtime_ns):
            return path
    return stores.objects.path(asset) if stores.objects.has(asset) else None
