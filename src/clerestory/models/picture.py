"""Pictures to vectors: of what they show, comparable with words, and of how they look.

``load_picture_encoder`` opens the encoder that the settings name: the shipped one, a tower
with small heads (``picture_words.py``), or a two-tower model from a folder or a hub (``siglip.py``).


Knows nothing of files, orientation, segments, or where vectors are kept; ``packed`` is the
form in which what belongs to one picture's vector is kept beside it.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from clerestory.errors import BadSettings
from clerestory.models.catalogue import BY_NAME
from clerestory.models.sessions import usable_cores
from clerestory.models.weights import WeightStore
from clerestory.settings import ModelSettings
from clerestory.types import Space


@dataclass(frozen=True, slots=True)
class SeenPictures:
    """n pictures.

    ``joint`` (n, D) and ``look`` (n, L): float32, unit length; ``joint`` is comparable with
    words, ``look`` is for likeness of pictures. ``hub`` (n,): mean cosine of ``joint`` to its
    nearest background captions, 0 where the encoder needs no such correction. ``cells``
    (n, C, D): unit vectors of parts of the picture in the space of ``joint``, row by row from
    the top left, C = side * side; C is 0 where there are none. ``familiar`` (n,): 0..1, how
    like the pictures it was trained on; 1 where that is not known.
    """

    joint: np.ndarray
    look: np.ndarray
    hub: np.ndarray
    cells: np.ndarray
    familiar: np.ndarray

    def __len__(self) -> int:
        return len(self.joint)


@dataclass(frozen=True, slots=True)
class Background:
    """What an encoder knows of the world to judge scores by.

    ``captions`` (m, D) and ``photos`` (k, D): unit vectors in the joint space that belong to
    no library. ``calibration``: named arrays, see the package that fitted them; empty where
    nothing was.
    """

    captions: np.ndarray
    photos: np.ndarray
    calibration: Mapping[str, np.ndarray] = field(default_factory=dict)


class PictureEncoder(Protocol):
    """What ingesting and searching need of an encoder of pictures.

    ``space`` is that of ``joint``, ``look`` that of likeness. ``words`` is False for an encoder
    of pictures alone: then ``embed_words`` is not to be called. ``cell_side`` is 0 where
    pictures have no parts. ``text`` names the text encoder whose vectors ``embed_words`` takes;
    empty for an encoder that reads the words themselves. ``scale`` and ``bias``: the probability
    that words fit a picture is sigmoid(scale * cosine + bias); None where the model does not
    know. A score of words for a picture is the cosine - ``hub_weight`` * ``hub`` of the picture;
    of a picture for words, the cosine - ``word_hub_weight`` * ``word_hub`` of the words.
    """

    space: Space
    look: Space
    words: bool
    cell_side: int
    text: str
    hub_weight: float
    word_hub_weight: float
    scale: float | None
    bias: float | None

    def embed(self, images: Sequence[np.ndarray]) -> SeenPictures:
        """Upright RGB uint8 pictures (h, w, 3) of any size."""
        ...

    def embed_words(self, texts: Sequence[str], vectors: np.ndarray | None = None) -> np.ndarray:
        """(n, D) float32, unit length.

        ``vectors`` (n, T) are those of the library's text encoder for these texts, unit length;
        encoders that read the words themselves do without.
        """
        ...

    def word_hub(self, joint: np.ndarray) -> np.ndarray:
        """(n,) mean cosine of words' ``joint`` (n, D) to their nearest background photos: for
        going from a picture to texts. 0 where the encoder needs none."""
        ...

    def to_text_vector(self, joint: np.ndarray) -> np.ndarray | None:
        """The direction in the text space that texts near ``joint`` (D,) lie in; None if unknown."""
        ...

    def background(self) -> Background | None:
        """None where the encoder brings none."""
        ...


@dataclass(frozen=True, slots=True)
class StoredPicture:
    """What is kept beside one picture's ``joint`` vector.

    ``digest`` is that of the picture: a stored object's, or the asset's for a picture file.
    ``cells`` (C, D): int8, unit vectors times 127, rounded. ``phash``: 64 bits in hex by which
    copies are known (``reading.pixels.perceptual_hash``).
    """

    digest: str
    hub: float
    familiar: float
    cells: np.ndarray
    phash: str = "0" * 16


_HEAD = struct.Struct("<32s8sffHH")


def packed(picture: StoredPicture) -> bytes:
    """The picture as bytes, for the ``tokens`` column of the index."""
    cells = np.ascontiguousarray(picture.cells, np.int8)
    names = bytes.fromhex(picture.digest), bytes.fromhex(picture.phash)
    return _HEAD.pack(*names, picture.hub, picture.familiar, *cells.shape) + cells.tobytes()


def unpacked(content: bytes) -> StoredPicture:
    """The inverse of ``packed``."""
    digest, phash, hub, familiar, count, dimension = _HEAD.unpack_from(content)
    cells = np.frombuffer(content, np.int8, count * dimension, _HEAD.size).reshape(count, dimension)
    return StoredPicture(digest.hex(), hub, familiar, cells, phash.hex())


def without_cells(content: bytes) -> bytes:
    """The same packed picture without its parts: all that a row of likeness needs."""
    *kept, _, dimension = _HEAD.unpack_from(content)
    return _HEAD.pack(*kept, 0, dimension)


def eight_bit(cells: np.ndarray) -> np.ndarray:
    """Unit vectors as int8."""
    return np.round(np.clip(cells, -1, 1) * 127).astype(np.int8)


def load_picture_encoder(
    settings: ModelSettings, *, threads: int = 0, store: WeightStore | None = None
) -> PictureEncoder:
    """The encoder that ``settings.picture`` and ``settings.picture_words`` name.

    Its parts are opened when they are first used: words need no tower. ``threads`` per part; 0
    is what the settings say, or else the number of usable cores.

    Raises:
        ModelMissing, ModelCorrupt: see ``WeightStore.ready``.
        BadSettings: no such encoder, or a folder without its files.
    """
    store = store or WeightStore(settings)
    threads = threads or settings.threads or usable_cores()
    entry = BY_NAME.get(settings.picture)
    if entry is None:
        from clerestory.models.siglip import load_siglip

        return load_siglip(settings.picture, threads=threads, store=store)
    if entry.role != "picture":
        known = ", ".join(one.name for one in BY_NAME.values() if one.role == "picture")
        raise BadSettings(
            f"{entry.name} is no encoder of pictures",
            where="models.picture",
            fix=f"Known: {known}; or hub:owner/name; or a folder.",
        )
    from clerestory.models.picture_tower import PictureTower
    from clerestory.models.picture_words import SharedSpace, artifact

    tower = PictureTower(settings, threads=threads, store=store)
    return SharedSpace(artifact(settings.picture_words), tower, threads=threads)
