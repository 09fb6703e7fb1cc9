"""Out of the library and back: trash, restore, purge, and what a folder has lost since.

Originals on disk are never touched. What is in the trash answers no query at once; its
rows leave the index. A purge leaves no word of it in any file of the library.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from clerestory.errors import FileVanished, UnknownAsset
from clerestory.ingesting.adding import GONE_MTIME
from clerestory.ingesting.plan import gone
from clerestory.ingesting.repair import delete_files
from clerestory.ingesting.stores import Stores
from clerestory.ingesting.walk import FileSeen, NotSeen
from clerestory.storing.matching import path_pattern
from clerestory.storing.records import Forgotten
from clerestory.types import Occurrence

_GLOB = frozenset("*?[")


def resolve(stores: Stores, targets: Iterable[str | os.PathLike[str]]) -> list[str]:
    """Assets that people mean by paths, folders, globs of paths or digests; the trash included.

    Raises:
        UnknownAsset: a target fits nothing.
    """
    found: dict[str, None] = {}
    for target in [os.fspath(target) for target in targets]:
        try:
            assets = stores.catalogue.resolve(target)
        except UnknownAsset:
            matches = path_pattern(target).match
            known = stores.catalogue.occurrences() if _GLOB & set(target) else {}
            assets = sorted({asset for path, (asset, _, _) in known.items() if matches(path)})
            if not assets:
                raise
        found.update(dict.fromkeys(assets))
    return list(found)


def remove(stores: Stores, targets: Iterable[str | os.PathLike[str]]) -> list[str]:
    """Put assets into the trash.

    Raises:
        UnknownAsset: a target fits nothing that is in the library.
    """
    assets = _those(stores, targets, removed=False)
    leaving = stores.catalogue.remove(assets)
    if leaving:
        stores.index.remove_readings(leaving)
    return assets


def restore(stores: Stores, targets: Iterable[str | os.PathLike[str]]) -> list[str]:
    """Take assets out of the trash; their readings then wait to be indexed.

    Raises:
        UnknownAsset: a target fits nothing in the trash.
    """
    assets = _those(stores, targets, removed=True)
    stores.catalogue.restore(assets)
    return assets


def purge(stores: Stores, targets: Iterable[str | os.PathLike[str]] | None = None) -> list[str]:
    """Delete what is in the trash, or these of it, for good.

    Raises:
        UnknownAsset: a target fits nothing in the trash.
        StoreBusy: all is deleted, but another process reads and keeps the catalogue's log.
    """
    if targets is None:
        assets = [record.asset for record in stores.catalogue.assets(removed=True)]
    else:
        assets = _those(stores, targets, removed=True)
    if assets:
        # The index first: a purge that is interrupted leaves the assets in the trash, to be purged again.
        stores.index.purge(stores.catalogue.readings_of(assets))
        delete_files(stores, stores.catalogue.purge(assets))
    # What an interrupted reading or an interrupted purge has left, which the catalogue does not know.
    delete_files(stores, _orphans(stores))
    stores.catalogue.empty_log()
    return assets


def gone_paths(
    stores: Stores, roots: Sequence[str | os.PathLike[str]], seen: Sequence[FileSeen | NotSeen]
) -> tuple[str, ...]:
    """Paths of the library, the trash left out, below ``roots`` whose files are not there any more."""
    live = {record.asset for record in stores.catalogue.assets()}
    known = {path: entry for path, entry in stores.catalogue.occurrences().items() if entry[0] in live}
    return gone([os.fspath(root) for root in roots], seen, known)


def prune(
    stores: Stores, paths: Sequence[str], *, roots: Sequence[str | os.PathLike[str]], force: bool
) -> list[str]:
    """Forget ``paths``, which are gone; what has no other path goes to the trash.

    Raises:
        FileVanished: one of ``roots`` is not there at all or is empty, as it is when a disk
            is not mounted; nothing was changed.
    """
    if not force:
        for root in [os.fspath(root) for root in roots]:
            if _vanished(root) and any(_inside(path, root) for path in paths):
                raise FileVanished(
                    "the whole folder is gone or empty; nothing was pruned",
                    where=root,
                    fix="Mount its disk, or force it if the files are really gone.",
                )
    catalogue = stores.catalogue
    known = catalogue.occurrences()
    lost = set(paths)
    places = catalogue.occurrences_of({known[path][0] for path in paths})
    last = {asset for asset, seen in places.items() if all(place.path in lost for place in seen)}
    # The path of what goes to the trash is kept, marked as gone: the file may come back.
    catalogue.record_occurrences(
        Occurrence(asset, path, known[path][1], GONE_MTIME)
        for asset in last
        for path in (place.path for place in places[asset])
    )
    catalogue.drop_occurrences(path for path in paths if known[path][0] not in last)
    leaving = catalogue.remove(sorted(last))
    if leaving:
        stores.index.remove_readings(leaving)
    return sorted(path for path in paths if known[path][0] in last)


def _those(stores: Stores, targets: Iterable[str | os.PathLike[str]], *, removed: bool) -> list[str]:
    named = list(targets)
    assets = resolve(stores, named)
    fitting = {record.asset for record in stores.catalogue.assets(assets, removed=removed)}
    if named and not fitting:
        raise UnknownAsset(
            "not in the trash" if removed else "in the trash already",
            where=os.fspath(named[0]),
            fix="`clerestory trash` lists what is there.",
        )
    return [asset for asset in assets if asset in fitting]


def _orphans(stores: Stores) -> Forgotten:
    """Files that the catalogue does not know. The caller holds the lease, so none is being made."""
    known = stores.catalogue.referenced()
    return Forgotten(
        tuple(set(stores.readings.all()) - set(known.readings)),
        tuple(set(stores.objects.all()) - set(known.objects)),
    )


def _vanished(root: str) -> bool:
    path = Path(root)
    return not path.exists() or (path.is_dir() and not any(path.iterdir()))


def _inside(path: str, root: str) -> bool:
    top = os.path.abspath(root)  # noqa: PTH100 - as walk does
    return path.startswith(top.rstrip(os.sep) + os.sep)
