"""What a query is after, in the form that each way of searching takes.

In: words, files, and the encoders that are at hand. Out: the query, and what is looked for
among pictures. Pictures that are asked with are decoded here, upright, and cut to the part that
is meant. Knows no index.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from clerestory.errors import UnreadableFile, UnsupportedQuery
from clerestory.searching.pictures import Aim
from clerestory.searching.query import understand
from clerestory.searching.rehearing import Way, meaning
from clerestory.types import Box, Query

if TYPE_CHECKING:
    from clerestory.models.picture import PictureEncoder
    from clerestory.models.text import TextEncoder

File = str | os.PathLike[str] | bytes

# Larger pictures are shrunk while they are decoded; encoders see fewer pixels than that.
LONGEST_SIDE = 1024


def query_of(
    query: str | Query,
    *,
    images: Sequence[File] = (),
    audio: Sequence[File] = (),
    without: Sequence[str] = (),
    region: tuple[float, float, float, float] | None = None,
) -> Query:
    """``query`` with these files and wishes added to it.

    Raises:
        UnreadableFile: a file cannot be read.
    """
    begun = Query(query) if isinstance(query, str) else query
    return Query(
        begun.text,
        (*begun.images, *map(content_of, images)),
        (*begun.audio, *map(content_of, audio)),
        (*begun.without, *(words for words in map(str.strip, without) if words)),
        begun.region if region is None else Box(*map(float, region)),
    )


def content_of(file: File) -> bytes:
    """The bytes of a file that is asked with; bytes are taken as they are.

    Raises:
        UnreadableFile
    """
    if isinstance(file, bytes):
        return file
    path = Path(file).expanduser()
    try:
        return path.read_bytes()
    except OSError as error:
        raise UnreadableFile(
            f"it cannot be read ({error.strerror})",
            where=str(path),
            fix="Look at the path and the rights to it.",
        ) from error


def check(query: Query) -> None:
    """Raises: UnsupportedQuery: nothing is asked, or the parts do not go together."""
    if not (query.text.strip() or query.images or query.audio):
        what = "nothing is asked for" if query.without else "nothing is asked"
        raise UnsupportedQuery(what, fix="Give some words, a picture or a sound to look for.")
    if query.region is None:
        return
    if not query.images:
        raise UnsupportedQuery(
            "a part of a picture is meant and there is no picture", fix="Give the picture as well."
        )
    x0, y0, x1, y1 = query.region
    if not (0 <= x0 < x1 <= 1 and 0 <= y0 < y1 <= 1):
        raise UnsupportedQuery(
            f"{x0:g},{y0:g},{x1:g},{y1:g} is no part of a picture",
            fix="Give left, top, right, bottom as shares of its width and height, as 0.5,0,1,0.5.",
        )


def aim_of(
    query: Query,
    *,
    pictures: PictureEncoder,
    text: TextEncoder | None,
    subject: str,
    vector: np.ndarray | None = None,
    said: Sequence[Way] = (),
    max_pixels: int,
) -> Aim:
    """What ``query`` looks for among pictures. ``subject`` are its words without instructions, and
    ``vector`` (T,) is theirs by ``text`` where that is known.

    Where they were spoken, ``said`` is all that they may have been, and their mean is looked for.
    Words need ``text``, the encoder of the library's texts; without it pictures alone are looked for.

    Raises:
        UnreadableFile, TooLarge: a picture of the query cannot be decoded.
    """
    aim = Aim()
    if text is not None and _go_together(pictures, text):
        texts = [subject, *query.without] if subject else list(query.without)
        if texts:
            known = vector if texts == [subject] else None
            vectors = text.encode_queries(texts).vectors if known is None else known[None]
            joint = pictures.embed_words(texts, vectors)
            words, without = (joint[0], joint[1:]) if subject else (None, joint)
            if words is not None and len(said) > 1:
                words = meaning(
                    [replace(way, text=understand(way.text).subject) for way in said], pictures, text
                )
            aim = Aim(subject, words, query.without, without if len(without) else None)
    if query.images:
        images = decoded(query.images, query.region, max_pixels=max_pixels)
        seen = pictures.embed(images)
        aim = replace(aim, joint=_mean(seen.joint), look=_mean(seen.look))
    return aim


def _go_together(pictures: PictureEncoder, text: TextEncoder) -> bool:
    """Whether words can be compared with pictures, by what this encoder of texts makes of them."""
    return pictures.words and pictures.text in ("", text.space.encoder)


def decoded(images: Sequence[bytes], region: Box | None, *, max_pixels: int) -> list[np.ndarray]:
    """Upright RGB uint8 (h, w, 3); of the first only ``region``, in 0..1.

    Raises:
        UnreadableFile, TooLarge
    """
    from clerestory.reading.pixels import load_picture

    arrays = []
    for number, content in enumerate(images):
        cut = region if number == 0 else None
        where = "the picture of the query"
        image = load_picture(
            content, max_pixels=max_pixels, where=where, longest_side=0 if cut else LONGEST_SIDE
        )
        if cut is not None:
            x0, y0 = int(cut.x0 * image.width), int(cut.y0 * image.height)
            x1, y1 = round(cut.x1 * image.width), round(cut.y1 * image.height)
            image = image.crop((x0, y0, max(x1, x0 + 1), max(y1, y0 + 1)))
        arrays.append(np.asarray(image))
    return arrays


def _mean(vectors: np.ndarray) -> np.ndarray:
    mean = vectors.mean(axis=0)
    unit: np.ndarray = mean / max(float(np.linalg.norm(mean)), 1e-12)
    return unit
