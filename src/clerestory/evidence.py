"""What a person is shown of a place: its picture, its seconds as a clip, or its original file.

In: a hit or a citation, and an open library's parts. Drawn from the original only while
that holds the bytes that were read, else from the copy that was kept. Knows no ranking and
no screen.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from clerestory.contact_sheet import Tile
from clerestory.errors import ClerestoryError, FileVanished, UnsupportedFile
from clerestory.ingesting.originals import original
from clerestory.ingesting.stores import Stores
from clerestory.locators import place as in_words
from clerestory.pictures import matched_picture
from clerestory.pictures import picture as drawn
from clerestory.reading.source import Source
from clerestory.settings import ReadingSettings
from clerestory.types import Citation, Hit, Locator, TimeSpan

if TYPE_CHECKING:
    from PIL.Image import Image

    from clerestory.reading.media.clips import Clip


def source_of(stores: Stores, place: Hit | Citation, *, password: str | None = None) -> Source:
    """The bytes of the place's asset.

    Raises:
        FileVanished: see ``originals.original``.
    """
    hit = _hit(place)
    found = original(stores, hit.asset, hit.occurrences)
    name = Path(hit.occurrences[0].path).name if hit.occurrences else hit.title
    return Source(found.path, hit.asset, name, password)


def picture(
    stores: Stores,
    place: Hit | Citation,
    settings: ReadingSettings,
    *,
    whole_page: bool,
    matched: bool,
    longest_side: int,
    password: str | None,
) -> Image:
    """Raises: what ``Library.picture`` raises."""
    hit = _hit(place)
    crops = hit.segment.objects
    if isinstance(place, Citation):
        crops = place.objects or crops
    away: FileVanished | None = None
    source: Source | None = None
    try:
        source = source_of(stores, place, password=password)
    except FileVanished as error:
        away = error
    record = stores.catalogue.current_readings([hit.asset]).get(hit.asset)
    try:
        if matched and hit.pictures:
            return matched_picture(
                hit.pictures[0],
                hit.regions,
                asset=hit.asset,
                locator=hit.segment.locator,
                media_type=hit.media_type,
                source=source,
                object_bytes=stores.objects.read,
                longest_side=longest_side,
                settings=settings,
            )
        return drawn(
            _locator(place),
            media_type=hit.media_type,
            source=source,
            crops=crops,
            objects=stores.readings.head(record.reading).objects if record else (),
            object_bytes=stores.objects.read,
            whole_page=whole_page,
            longest_side=longest_side,
            settings=settings,
        )
    except FileVanished as error:
        raise away or error from error  # it says whether the original is gone or has changed


def clip(stores: Stores, place: Hit | Citation, target: Path, *, margin_s: float, playable: bool) -> Clip:
    """Raises: what ``Library.clip`` raises."""
    hit, locator = _hit(place), _locator(place)
    if not isinstance(locator, TimeSpan):
        raise UnsupportedFile(
            f"a place in {hit.media_type} has no seconds",
            where=hit.title or hit.asset[:12],
            fix="Places in recordings and videos can be cut out as clips; others have a picture.",
        )
    from clerestory.reading.media import clips

    return clips.clip(
        source_of(stores, place).path,
        max(0.0, locator.start_s - margin_s),
        locator.end_s + margin_s,
        target,
        pictures=hit.media_type.startswith("video/"),
        playable=playable,
    )


def tile(stores: Stores, place: Hit | Citation, settings: ReadingSettings, *, side: int) -> Tile:
    """The place for a contact sheet; one without a picture says which kind of thing it is."""
    hit = _hit(place)
    name = Path(hit.occurrences[0].path).name if hit.occurrences else hit.title or hit.asset[:12]
    note = in_words(_locator(place))
    if hit.probability is not None:
        note = ", ".join(part for part in (note, f"{hit.probability:.0%} sure") if part)
    image, missing = None, ""
    try:
        image = picture(
            stores, place, settings, whole_page=False, matched=True, longest_side=2 * side, password=None
        )
    except FileVanished:
        missing = "the file is away"
    except ClerestoryError as error:
        missing = hit.segment.kind if isinstance(error, UnsupportedFile) else error.what
    return Tile(image, name, note, missing)


def _hit(place: Hit | Citation) -> Hit:
    return place if isinstance(place, Hit) else place.hit


def _locator(place: Hit | Citation) -> Locator:
    return place.segment.locator if isinstance(place, Hit) else place.locator
