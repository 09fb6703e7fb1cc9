"""Which assets a filter admits, by what the catalogue knows of them.

In: a ``Filter``. Out: digests of assets, or None when the filter does not restrict assets.
Globs are matched here rather than in SQL: databases differ in them, and ten thousand
paths cost a few milliseconds.
"""

from __future__ import annotations

import datetime
import fnmatch
import re

from sqlalchemy import Connection, func, or_, select

from clerestory.storing import tables as t
from clerestory.types import Filter


def assets_matching(connection: Connection, filter: Filter) -> set[str] | None:
    found: set[str] | None = set(filter.assets) if filter.assets else None
    parts = (
        (bool(filter.media_types), _of_types),
        (bool(filter.path), _on_paths),
        (bool(filter.after or filter.before), _in_time),
        (bool(filter.metadata), _with_metadata),
    )
    for asked, admitted in parts:
        if asked:
            some = admitted(connection, filter)
            found = some if found is None else found & some
    return found


def _of_types(connection: Connection, filter: Filter) -> set[str]:
    wanted = [
        t.assets.c.media_type.startswith(kind.removesuffix("*"), autoescape=True)
        if kind.endswith("/*")
        else t.assets.c.media_type == kind
        for kind in filter.media_types
    ]
    return set(connection.scalars(select(t.assets.c.asset).where(or_(*wanted))))


def _on_paths(connection: Connection, filter: Filter) -> set[str]:
    matches = path_pattern(filter.path).match
    rows = connection.execute(select(t.occurrences.c.path, t.occurrences.c.asset))
    return {asset for path, asset in rows if matches(path.replace("\\", "/"))}


def path_pattern(glob: str) -> re.Pattern[str]:
    """The glob as a regular expression over paths with forward slashes.

    ``*`` also crosses folders. A glob that does not begin at the root may begin in any
    folder: ``reports/*.pdf`` finds ``/home/me/reports/2024/a.pdf``.
    """
    glob = glob.replace("\\", "/")
    rooted = glob.startswith(("/", "*")) or re.match(r"[A-Za-z]:/", glob)
    if glob.endswith("/"):
        glob += "*"
    return re.compile(fnmatch.translate(glob if rooted else f"*/{glob}"))


def _in_time(connection: Connection, filter: Filter) -> set[str]:
    newest = select(t.occurrences.c.asset, func.max(t.occurrences.c.mtime_ns)).group_by(t.occurrences.c.asset)
    file_times = {asset: mtime_ns for asset, mtime_ns in connection.execute(newest)}
    found = set()
    for asset, own_time in connection.execute(select(t.assets.c.asset, t.assets.c.own_time)):
        when = own_time or _iso(file_times.get(asset))
        # A bound of a year or a month takes in all of it: compare as many characters.
        if (
            when
            and (not filter.after or when >= filter.after[: len(when)])
            and (not filter.before or when[: len(filter.before)] <= filter.before)
        ):
            found.add(asset)
    return found


def _iso(mtime_ns: int | None) -> str:
    if mtime_ns is None:
        return ""
    return datetime.datetime.fromtimestamp(mtime_ns / 1e9, datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S")


def _with_metadata(connection: Connection, filter: Filter) -> set[str]:
    found: set[str] | None = None
    for key, value in filter.metadata.items():
        query = (
            select(t.readings.c.asset)
            .select_from(t.readings.join(t.reading_metadata))
            .where(t.readings.c.state != "replaced")
            .where(t.reading_metadata.c.key == key, t.reading_metadata.c.value == value)
        )
        some = set(connection.scalars(query))
        found = some if found is None else found & some
    return found or set()
