"""Which assets a person means: by digest, by its first digits, by a path or a folder."""

from __future__ import annotations

import os
import re

from sqlalchemy import Connection, or_, select

from clerestory.errors import UnknownAsset
from clerestory.storing import tables as t

_SCHEME = "clerestory:"
_SHORTEST_PREFIX = 6  # hexadecimal digits
_LISTS = "`clerestory assets` lists what is in it, `clerestory trash` what was removed."


def named_path(target: str) -> str:
    """The absolute path that a person means, as `add` notes it: without "..", links left as they are."""
    return os.path.abspath(os.path.expanduser(target))  # noqa: PTH100, PTH111 - resolve() would follow links


def resolve(connection: Connection, target: str) -> list[str]:
    if target.startswith(_SCHEME):  # a link to a place: what is before the place
        target = target.removeprefix(_SCHEME).partition("#")[0]
    if re.fullmatch(rf"[0-9a-f]{{{_SHORTEST_PREFIX},64}}", target):
        begins = select(t.assets.c.asset).where(t.assets.c.asset.startswith(target)).limit(2)
        found = list(connection.scalars(begins))
        if len(found) > 1:
            raise UnknownAsset("several assets begin so", where=target, fix="Give more digits.")
        if found:
            return found
    path = named_path(target)
    separator = "\\" if "\\" in path and "/" not in path else "/"
    place = t.occurrences.c
    inside = place.path.startswith(path.rstrip("/\\") + separator, autoescape=True)
    found = list(connection.scalars(select(place.asset).distinct().where(or_(place.path == path, inside))))
    if not found:
        raise UnknownAsset("not in the library", where=target, fix=_LISTS)
    return sorted(found)
