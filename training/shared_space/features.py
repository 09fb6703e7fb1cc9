"""What tower and text encoder say of training photographs, kept so that a stopped run goes on.

In: photographs, the prepared tower and text encoder, a folder. Out: arrays in that folder,
float16: tower features (n, 12984) of each view, parts (n, 16 * 1248) of mosaics, and text
vectors. Beside each array stands what it was made of and how many rows are done; an array
that was made of something else is made anew.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from clerestory.models.efficientnet import SIDE
from clerestory.models.picture_tower import PictureTower
from clerestory.models.text import TextEncoder
from training.shared_space.photographs import Photograph, decode, view

OUTPUTS = ("layer_means", "depth_means", "logits")
AT_ONCE = 8
SAVED_EVERY = 200  # rows: ten seconds of work at most are lost
MOSAIC = 2  # photographs a side


@dataclass(frozen=True, slots=True)
class Cache:
    """The folder, and whoever wants to know how far it is: gets name, done, total."""

    folder: Path
    progress: Callable[[str, int, int], None]

    def rows(
        self, name: str, key: str, count: int, width: int, make: Callable[[int, int], np.ndarray]
    ) -> np.ndarray:
        """The array ``name``; ``make(begin, end)`` gives the rows that are missing."""
        self.folder.mkdir(parents=True, exist_ok=True)
        array, notes = self.folder / f"{name}.npy", self.folder / f"{name}.json"
        known = json.loads(notes.read_text()) if notes.exists() and array.exists() else {}
        if known.get("key") == key:
            kept, done = np.load(array, mmap_mode="r+"), known["done"]
        else:
            kept = np.lib.format.open_memmap(array, "w+", np.float16, (count, width))
            done = 0
        while done < count:
            end = min(done + SAVED_EVERY, count)
            for begin in range(done, end, AT_ONCE):
                kept[begin : min(begin + AT_ONCE, end)] = make(begin, min(begin + AT_ONCE, end))
            kept.flush()
            done = end
            notes.write_text(json.dumps({"key": key, "done": done}))
            self.progress(name, done, count)
        return np.load(array, mmap_mode="r")


def of_views(
    cache: Cache, name: str, photographs: Sequence[Photograph], tower: PictureTower, views: Sequence[str]
) -> list[np.ndarray]:
    """Tower features of each view of all photographs."""

    def seen(one: str) -> np.ndarray:
        def make(begin: int, end: int) -> np.ndarray:
            squares = [
                view(decode(photographs[number].path), one, number=number, side=SIDE)
                for number in range(begin, end)
            ]
            return features(tower, squares)

        key = _key(tower.digest, one, *(str(photograph.path.name) for photograph in photographs))
        return cache.rows(f"{name}.{one}", key, len(photographs), _width(tower), make)

    return [seen(one) for one in views]


def features(tower: PictureTower, images: Sequence[np.ndarray]) -> np.ndarray:
    """(n, F) layers' means and logits, as heads take them."""
    found = tower.run(images, OUTPUTS)
    return np.concatenate([found[output] for output in OUTPUTS], axis=1)


def of_mosaics(
    cache: Cache, photographs: Sequence[Photograph], tower: PictureTower, chosen: np.ndarray
) -> np.ndarray:
    """(m, 16, F) parts of mosaics of four photographs each; ``chosen`` (m, 4)."""

    def make(begin: int, end: int) -> np.ndarray:
        pictures = [mosaic([photographs[number].path for number in row]) for row in chosen[begin:end]]
        return tower.run(pictures, ["parts"])["parts"].reshape(len(pictures), -1)

    blank = tower.run([np.zeros((SIDE, SIDE, 3), np.uint8)], ["parts"])["parts"]
    key = _key(tower.digest, "mosaics", *map(str, chosen.ravel()))
    rows = cache.rows("mosaics", key, len(chosen), blank.size, make)
    return rows.reshape(len(chosen), *blank.shape[1:])


def mosaic(paths: Sequence[Path]) -> np.ndarray:
    """Four photographs as one picture, row by row."""
    import cv2

    squares = [cv2.resize(decode(path), (224, 224), interpolation=cv2.INTER_AREA) for path in paths]
    rows = [np.hstack(squares[begin : begin + MOSAIC]) for begin in range(0, len(squares), MOSAIC)]
    return np.vstack(rows)


def of_texts(cache: Cache, name: str, texts: Sequence[str], encoder: TextEncoder) -> np.ndarray:
    """(n, T) float32 unit vectors."""

    def make(begin: int, end: int) -> np.ndarray:
        return encoder.encode_queries(list(texts[begin:end])).vectors

    key = _key(encoder.space.digest, *texts)
    vectors = cache.rows(f"{name}.text", key, len(texts), encoder.space.dimension, make).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def _width(tower: PictureTower) -> int:
    return features(tower, [np.zeros((SIDE, SIDE, 3), np.uint8)]).shape[1]


def _key(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
