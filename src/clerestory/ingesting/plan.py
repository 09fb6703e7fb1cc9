"""What changed: files that were met against what the catalogue knows of them.

In: files with their stat, the known occurrences, and later the digests of those that
had to be looked into. Out: which are unchanged (a stat was enough), touched, moved or
copied, new, and gone. Pure: reads no file and writes nothing.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from clerestory.ingesting.walk import FileSeen, NotSeen

# What the catalogue knows of a path: asset, size, mtime_ns.
Known = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class Looked:
    """What a stat alone says: ``unchanged`` files, those to ``hash``, and paths that ``failed``."""

    unchanged: tuple[FileSeen, ...]
    hash: tuple[FileSeen, ...]
    failed: tuple[NotSeen, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What the digests say.

    ``touched`` have the content that the catalogue knows under the same path; ``known`` have
    content that is known from elsewhere (moves and copies); ``new`` maps each new content to
    the files that hold it, the first of which is read.
    """

    touched: tuple[tuple[FileSeen, str], ...]
    known: tuple[tuple[FileSeen, str], ...]
    new: Mapping[str, tuple[FileSeen, ...]]


def look(
    seen: Iterable[FileSeen | NotSeen], occurrences: Mapping[str, Known], *, rehash: bool = False
) -> Looked:
    """Divide files by their stat. ``occurrences`` are by path; ``rehash`` trusts no stat."""
    unchanged: list[FileSeen] = []
    to_hash: list[FileSeen] = []
    failed: list[NotSeen] = []
    for item in seen:
        if isinstance(item, NotSeen):
            failed.append(item)
            continue
        known = occurrences.get(item.path)
        same = known is not None and known[1:] == (item.size, item.mtime_ns)
        (unchanged if same and not rehash else to_hash).append(item)
    return Looked(tuple(unchanged), tuple(to_hash), tuple(failed))


def plan(
    hashed: Iterable[tuple[FileSeen, str]],
    occurrences: Mapping[str, Known],
    *,
    readable: Collection[str],
) -> Plan:
    """Divide files by their content. ``readable`` are the assets that have been read already."""
    touched: list[tuple[FileSeen, str]] = []
    known: list[tuple[FileSeen, str]] = []
    new: dict[str, list[FileSeen]] = {}
    for file, digest in sorted(hashed, key=lambda pair: pair[0].path):
        before = occurrences.get(file.path)
        if digest not in readable:
            new.setdefault(digest, []).append(file)
        elif before is not None and before[0] == digest:
            touched.append((file, digest))
        else:
            known.append((file, digest))
    return Plan(tuple(touched), tuple(known), {digest: tuple(files) for digest, files in new.items()})


def gone(
    roots: Iterable[str], seen: Iterable[FileSeen | NotSeen], occurrences: Mapping[str, Known]
) -> tuple[str, ...]:
    """Known paths at or below ``roots`` that were not met, in order.

    A place that could not be looked into proves nothing: paths below it are not gone.
    """
    met: set[str] = set()
    closed: list[str] = []
    for item in seen:
        if isinstance(item, FileSeen):
            met.add(item.path)
        elif os.path.lexists(item.path):
            closed.append(item.path)
    tops = [os.path.abspath(root) for root in roots]  # noqa: PTH100 - as walk does: links stay links
    return tuple(
        path
        for path in sorted(occurrences)
        if path not in met and _below(path, tops) and not _below(path, closed)
    )


def _below(path: str, folders: Iterable[str]) -> bool:
    return any(path == folder or path.startswith(folder.rstrip(os.sep) + os.sep) for folder in folders)
