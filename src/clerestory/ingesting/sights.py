"""The pictures of a reading, and what a worker makes of them: addresses in, vectors out.

A picture is what a segment shows: the picture file itself, a figure's crop, a picture inside
a document, a key frame of a scene. Pictures of tables and whole pages are read, not looked
at; drawings that nothing here can draw are in the ledger of their reading already.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from clerestory.errors import ClerestoryError, FileDenied, FileVanished
from clerestory.ingesting.originals import Original
from clerestory.settings import Settings
from clerestory.types import PageBox, Reading, Segment

if TYPE_CHECKING:
    import numpy as np
    from PIL.Image import Image

    from clerestory.models.picture import PictureEncoder
    from clerestory.storing.folder import LibraryFolder

PICTURE, LOOK = "picture", "look"  # roles of spaces in the catalogue
NOT_SEEN = "picture-not-seen"  # code of ledger lines
# Of the objects of readings. A thumbnail stands for the picture file that it was made from.
ROLES = frozenset({"crop", "embedded", "keyframe", "thumbnail"})
# Drawings; the ledger of the reading says that they are kept and not drawn.
_NOT_DRAWN = frozenset({"image/svg+xml", "image/emf", "image/wmf"})
_SMALLEST_SIDE = 32  # pixels, inside a document: smaller ones are bullets, icons and lines
# The encoders look at 224 to 384 pixels.
_LONGEST_SIDE = 640
_MOST_PIXELS_OF_A_SIDE = 8_192  # of a strip


@dataclass(frozen=True, slots=True)
class Sight:
    """A picture of the segment in ``row``.

    ``digest`` names it: the stored object's, or the asset's for a picture file, whose ``frame``
    it then is and whose thumbnail is ``stored``.
    """

    row: int
    segment: Segment
    digest: str
    stored: str
    frame: int = -1


def sights(reading: Reading) -> list[Sight]:
    """Every picture of the reading once per segment that shows it, in reading order."""
    roles = {
        item.digest: item.role
        for item in reading.objects
        if item.role in ROLES and item.media_type.startswith("image/") and item.media_type not in _NOT_DRAWN
    }
    found = []
    for row, segment in enumerate(reading.segments):
        if segment.kind == "table":
            continue
        for stored in dict.fromkeys(segment.objects):
            role = roles.get(stored)
            if role == "thumbnail":
                page = segment.locator.page if isinstance(segment.locator, PageBox) else 1
                found.append(Sight(row, segment, reading.asset, stored, page - 1))
            elif role is not None:
                found.append(Sight(row, segment, stored, stored))
    return found


@dataclass(frozen=True, slots=True)
class Address:
    """Where a picture's bytes are: a ``frame`` of the ``original``, or else the object ``stored``.

    ``digest`` names the picture. Inside a document (``frame`` < 0) tiny ones are left out.
    """

    digest: str
    stored: str
    frame: int = -1
    original: Original | None = None


@dataclass(frozen=True, slots=True)
class SeeTask:
    """A few pictures to look at."""

    folder: LibraryFolder
    addresses: tuple[Address, ...]
    settings: Settings
    load: Callable[[Settings], PictureEncoder]


@dataclass(frozen=True, slots=True)
class Looks:
    """What came of a task's pictures.

    ``which`` of its addresses have row n of ``joint`` and ``look`` (float32, unit length) and
    item n of ``beside`` (see ``models.picture.packed``); ``errors`` say why others have none. The
    rest is too small to show anything.
    """

    which: tuple[int, ...]
    joint: np.ndarray
    look: np.ndarray
    beside: tuple[bytes, ...]
    errors: tuple[tuple[int, ClerestoryError], ...] = field(default=())


def see(task: SeeTask) -> Looks:
    """Decode the pictures and embed them.

    Raises:
        ModelMissing, ModelCorrupt, BadSettings: the encoder cannot be loaded.
    """
    import numpy as np

    from clerestory.models.picture import StoredPicture, eight_bit, packed
    from clerestory.reading.pixels import perceptual_hash

    encoder = _encoder(task.load, task.settings)
    images: list[np.ndarray] = []
    hashes: list[str] = []
    which: list[int] = []
    errors: list[tuple[int, ClerestoryError]] = []
    for number, address in enumerate(task.addresses):
        try:
            image = decoded(task.folder, address, max_pixels=task.settings.reading.max_pixels)
        except ClerestoryError as error:
            errors.append((number, error))
            continue
        if image is not None:
            images.append(np.asarray(image))
            hashes.append(perceptual_hash(image))
            which.append(number)
    seen = encoder.embed(images)
    beside = [
        packed(
            StoredPicture(
                task.addresses[number].digest, float(seen.hub[n]), float(seen.familiar[n]), cells, phash
            )
        )
        for n, (number, cells, phash) in enumerate(zip(which, eight_bit(seen.cells), hashes, strict=True))
    ]
    return Looks(tuple(which), seen.joint, seen.look, tuple(beside), tuple(errors))


def decoded(folder: LibraryFolder, address: Address, *, max_pixels: int) -> Image | None:
    """The picture upright in RGB; None if it is too small to show anything.

    Where the original is away or was written since, its thumbnail is looked at.

    Raises:
        UnreadableFile, TooLarge, StoreCorrupt
    """
    from clerestory.storing.objects import ObjectStore

    if address.original is not None:
        file = address.original.path
        try:
            image = _shown(file, max_pixels=max_pixels, where=file.name, frame=max(0, address.frame))
            address.original.check()
            return image
        except (FileVanished, FileDenied):
            pass  # the thumbnail is of the right bytes
    content = ObjectStore(folder.objects, temporary=folder.temporary).read(address.stored)
    image = _shown(content, max_pixels=max_pixels, where=address.digest[:12])
    return None if address.frame < 0 and min(image.size) < _SMALLEST_SIDE else image


def _shown(file: Path | bytes, *, max_pixels: int, where: str, frame: int = 0) -> Image:
    """As many pixels as an encoder looks at; of a strip more, since only its middle is looked at."""
    from clerestory.reading.pixels import load_picture, open_picture, typed_errors

    with typed_errors(where), open_picture(file, max_pixels=max_pixels, where=where) as opened:
        if frame:
            opened.seek(frame)
        shape = max(opened.size) / min(opened.size)
    longest = min(_MOST_PIXELS_OF_A_SIDE, round(_LONGEST_SIDE * max(1.0, shape / 2)))
    return load_picture(file, max_pixels=max_pixels, where=where, longest_side=longest, frame=frame)


@functools.cache
def _encoder(load: Callable[[Settings], PictureEncoder], settings: Settings) -> PictureEncoder:
    """One encoder per process."""
    return load(settings)
