"""What a person asks with on the command line: a part of a picture, a picture, a hit.

In: values of options, an open library. Out: a box, the bytes or path of a picture, a hit.
Knows nothing of searching.
"""

from __future__ import annotations

import io
import math
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from clerestory.errors import UnknownAsset
from clerestory.types import Box, Citation, Hit

if TYPE_CHECKING:
    from clerestory.cli.command import Where
    from clerestory.library import Library

# Of the picture of a hit that is asked with; encoders see fewer pixels than that.
ASKED_SIDE = 1024


def box_of(value: str) -> Box:
    """ "0.5,0,1,0.5" as a box."""
    try:
        box = Box(*(float(part) for part in value.split(",")))
    except (TypeError, ValueError):
        raise click.BadParameter(
            f"{value!r} is not four numbers as 0.5,0,1,0.5", param_hint="--region"
        ) from None
    if not (all(map(math.isfinite, box)) and 0 <= box.x0 < box.x1 <= 1 and 0 <= box.y0 < box.y1 <= 1):
        raise click.BadParameter(
            f"{value!r} is no part of a picture: left, top, right, bottom are 0 to 1", param_hint="--region"
        )
    return box


def picture_named(where: Where, library: Library, value: str) -> Path | bytes:
    """A picture file, or else that of a hit, place or file of the library, without any frame on it."""
    path = Path(value).expanduser()
    if path.is_file():
        return path
    try:
        hit = replace(hit_named(where, library, value), regions=())
    except UnknownAsset as error:
        if value.isdecimal():
            raise
        raise UnknownAsset(
            "neither a file that is there nor one of the library",
            where=value,
            fix="Give the path of a picture, the number of a hit, or a file of the library.",
        ) from error
    picture = library.picture(hit, matched=True, longest_side=ASKED_SIDE)
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def hit_named(where: Where, library: Library, value: str) -> Hit:
    """The hit that a target means; of a file its first picture, or else its first segment.

    Raises:
        UnknownAsset, BadLocator
    """
    from clerestory.cli.places import named_here

    found = named_here(where, library, value)
    if isinstance(found, Citation):
        return found.hit
    segments = library.reading(found.asset).segments
    if not segments:
        raise UnknownAsset("nothing was found in it", where=found.name, fix="`clerestory ledger` says why.")
    best = next((one for one in segments if one.kind in ("picture", "figure")), segments[0])
    return Hit(best, found.asset, found.title, found.media_type, 0.0, {}, found.occurrences)
