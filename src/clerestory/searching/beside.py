"""What speaks for segments besides their words: what their pictures show, and what describes a picture.

In: a query, encoders, and an open library's parts. Out: for each part of the score the segments it
speaks for, what is known of their pictures, and what a person should know about it. The spaces
of the encoder are searched, as far as they are filled.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from clerestory.errors import UnsupportedQuery
from clerestory.ingesting.sights import LOOK, PICTURE
from clerestory.searching.asking import aim_of
from clerestory.searching.candidates import Found
from clerestory.searching.described import describe
from clerestory.searching.pictures import Aim, Match, see
from clerestory.searching.ranking import OpenLibrary
from clerestory.storing.index import RowFilter
from clerestory.types import Query

if TYPE_CHECKING:
    import numpy as np

    from clerestory.models.picture import PictureEncoder
    from clerestory.searching.rehearing import Way

# The best by cosine are not the best any more once hubs are taken off.
CANDIDATES = 200


@dataclass(frozen=True, slots=True)
class Beside:
    """``parts``: part of the score -> segment -> 0..1. ``matches`` are the pictures behind them.

    ``aim`` is what was looked for; ``matched`` the chance that any picture shows it, if known.
    """

    parts: Mapping[str, Mapping[Found, float]] = field(default_factory=dict)
    matches: Mapping[Found, Match] = field(default_factory=dict)
    aim: Aim = field(default_factory=Aim)
    matched: float | None = None
    notes: tuple[str, ...] = ()


def look_beside(
    query: Query,
    *,
    subject: str,
    vector: np.ndarray | None,
    said: Sequence[Way],
    pictures: Callable[[], PictureEncoder | None],
    library: OpenLibrary,
    where: RowFilter,
    max_pixels: int,
) -> Beside:
    """What ``query``, whose words without instructions are ``subject``, finds besides words.

    ``vector`` is that of ``subject`` where it is known. ``said`` is what may have been said where the
    words were spoken. ``pictures`` loads the encoder; for words it is not asked where nothing was
    looked at yet.

    Raises:
        UnsupportedQuery: the query has pictures, and there is no encoder for them.
        UnreadableFile, TooLarge: a picture of the query cannot be decoded.
    """
    seen_yet = library.catalogue.spaces.current(PICTURE) is not None
    encoder = pictures() if seen_yet or query.images else None
    if encoder is None:
        if query.images:
            raise UnsupportedQuery(
                "the model that sees pictures is not on this machine", fix="`clerestory models pull` gets it."
            )
        return Beside()
    aim = aim_of(
        query,
        pictures=encoder,
        text=library.encoder,
        subject=subject,
        vector=vector,
        said=said,
        max_pixels=max_pixels,
    )
    return beside(aim, pictures=encoder, library=library, where=where)


def beside(aim: Aim, *, pictures: PictureEncoder, library: OpenLibrary, where: RowFilter) -> Beside:
    """What fits ``aim`` among pictures and, where it has a picture, among texts."""
    if aim.empty:
        return Beside()
    seen = see(aim, encoder=pictures, index=library.index, where=where, k=CANDIDATES)
    current = library.catalogue.answering({found.reading for found in seen.matches})
    matches = {found: match for found, match in seen.matches.items() if found.reading in current}
    parts: dict[str, Mapping[Found, float]] = {
        "picture" if aim.words is not None else "look": {
            found: match.share for found, match in matches.items()
        }
    }
    if aim.joint is not None and library.encoder is not None:
        parts["described"] = describe(
            aim.joint,
            encoder=pictures,
            text=library.encoder,
            index=library.index,
            readings=library.readings,
            catalogue=library.catalogue,
            where=where,
            k=library.settings.candidates,
        )
    return Beside(parts, matches, aim, seen.matched, _of_another_model(pictures, library))


def _of_another_model(pictures: PictureEncoder, library: OpenLibrary) -> tuple[str, ...]:
    """What to say where the library's pictures are not in the spaces of this encoder."""
    spaces = library.catalogue.spaces
    answering = spaces.current(PICTURE)
    if answering == pictures.space and spaces.current(LOOK) == pictures.look:
        return ()
    if answering is None:
        return ("No picture of the library was looked at yet. `clerestory finish` does it.",)
    return (
        f"The pictures of the library were looked at with {answering.encoder}, not with "
        f"{pictures.space.encoder}: only what was looked at anew answers until `clerestory finish` "
        "is through.",
    )
