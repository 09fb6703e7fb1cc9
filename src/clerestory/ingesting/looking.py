"""What is in a library, told from its catalogue: assets, ledger entries, and numbers."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

from clerestory.errors import UnknownAsset
from clerestory.ingesting.indexing import ROLE
from clerestory.ingesting.inventory import AssetInfo, AssetState, LedgerEntry, LibraryStatus
from clerestory.ingesting.removing import resolve
from clerestory.ingesting.seeing import waiting_pictures
from clerestory.ingesting.sights import PICTURE
from clerestory.ingesting.stores import Stores
from clerestory.storing.naming import named_path
from clerestory.types import Severity


def asset_infos(stores: Stores, assets: Sequence[str] | None, *, removed: bool) -> list[AssetInfo]:
    """All assets, or these, of the library or of its trash; oldest first."""
    catalogue = stores.catalogue
    records = catalogue.assets(assets, removed=removed)
    digests = [record.asset for record in records]
    readings = catalogue.current_readings(digests)
    seen = catalogue.occurrences_of(digests)
    facts = catalogue.metadata_of(digests)
    pending = catalogue.jobs.pending()
    severities: dict[str, Counter[str]] = defaultdict(Counter)
    for entry in catalogue.ledger(None if assets is None else digests):
        severities[entry.asset][entry.line.severity] += 1
    found = []
    for record in records:
        reading = readings.get(record.asset)
        places, seconds = pending.get(record.asset, (0, 0.0))
        state: AssetState = "failed"
        if reading is not None:
            state = "indexed" if reading.state == "indexed" else "read"
        found.append(
            AssetInfo(
                asset=record.asset,
                title=record.title,
                media_type=record.media_type,
                size=record.size,
                state=state,
                pages=reading.pages if reading else 0,
                segments=reading.segments if reading else 0,
                own_time=record.own_time,
                added_at=record.added_at,
                removed_at=record.removed_at,
                kept=record.kept,
                pending=places,
                pending_s=seconds,
                warnings=severities[record.asset]["warning"],
                errors=severities[record.asset]["error"],
                occurrences=seen.get(record.asset, ()),
                metadata=facts.get(record.asset, {}),
            )
        )
    return found


def ledger(
    stores: Stores, target: str | os.PathLike[str] | None, *, severity: Severity | None
) -> list[LedgerEntry]:
    """Entries of all, or of a target; files whose bytes are not even known are found by their path.

    Raises:
        UnknownAsset
    """
    if target is None:
        records = stores.catalogue.ledger(severity=severity)
    else:
        path = named_path(os.fspath(target))
        unknown = [
            record
            for record in stores.catalogue.ledger(severity=severity)
            if not record.asset and (record.path == path or record.path.startswith(path + os.sep))
        ]
        try:
            records = stores.catalogue.ledger(resolve(stores, [target]), severity=severity) + unknown
        except UnknownAsset:
            if not unknown:
                raise
            records = unknown
    return [LedgerEntry(record.line, record.asset, record.path, record.noted_at) for record in records]


def status(stores: Stores) -> LibraryStatus:
    catalogue = stores.catalogue
    counts = catalogue.counts()
    space, pictures = catalogue.spaces.current(ROLE), catalogue.spaces.current(PICTURE)
    return LibraryStatus(
        folder=str(stores.folder.path),
        assets=counts.assets,
        occurrences=counts.occurrences,
        pages=counts.pages,
        segments=counts.segments,
        removed=counts.removed,
        unreadable=counts.unread,
        pending=counts.jobs_waiting,
        pending_s=counts.media_waiting_s,
        unindexed=counts.unindexed,
        unseen=waiting_pictures(stores),
        media_types=dict(Counter(r.media_type for r in catalogue.assets() if r.media_type).most_common()),
        ledger=dict(Counter(record.line.severity for record in catalogue.ledger()).most_common()),
        index=dict(stores.index.counts()),
        text_space=space.name if space else "",
        picture_space=pictures.name if pictures else "",
        size_bytes=_size(stores.folder.path),
    )


def _size(folder: Path) -> int:
    total = 0
    for top, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(os.path.join(top, name)).st_size  # noqa: PTH118 - thrice as fast
            except FileNotFoundError:  # a writer's temporary file
                continue
    return total
