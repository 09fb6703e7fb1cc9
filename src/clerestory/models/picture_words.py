"""The shipped space of pictures and words: heads over a frozen tower and over text vectors.

The folder ``shared_space`` beside this module (``training/shared_space`` makes it) holds

- ``space.json``: ``dimension``, ``cell_side``, ``frame`` ("middle" or "whole" of a picture),
  ``text`` (name of the text encoder), ``hub_weight``, ``word_hub_weight``, ``hub_neighbours``,
  ``word_hub_neighbours``, and ``look_dimension`` where likeness has a head of its own;
- ``picture_head.onnx``: inputs named as outputs of the tower; outputs ``joint``, and where it has
  them ``cells``, ``look`` and ``familiar``;
- ``text_head.onnx``: ``vector`` (n, T) and ``counts`` (n, V) to ``joint``;
- ``words.json``: the stems that are counted;
- ``background.safetensors``: ``captions`` (m, D) and ``photos`` (k, D), which correct for hubs;
- ``calibration.safetensors``: what else scores are judged by (``searching``); not part of the space.

A picture or text is a hub when it is near to everything; its mean cosine to its nearest
background texts or photos tells how much (CSLS: Conneau et al. 2018, "Word translation
without parallel data", section 2.3).
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

import numpy as np

from clerestory.errors import BadSettings, ModelCorrupt
from clerestory.models.minilm import read_safetensors
from clerestory.models.picture import Background, SeenPictures
from clerestory.models.picture_tower import PictureTower
from clerestory.models.sessions import open_session
from clerestory.models.text import product
from clerestory.models.word_counts import WordCounts
from clerestory.types import Space

SHIPPED = Path(__file__).parent / "shared_space"
FOLDERS = {"shared-space": SHIPPED, "shared-space-free": SHIPPED / "free"}
# Of these files the vectors depend; the digest of the space is theirs and the tower's.
_FILES = ("space.json", "picture_head.onnx", "text_head.onnx", "words.json", "background.safetensors")


@dataclass(frozen=True, slots=True)
class SpaceFacts:
    """``space.json``."""

    dimension: int
    cell_side: int
    frame: Literal["middle", "whole"]
    text: str
    hub_weight: float
    word_hub_weight: float
    hub_neighbours: int
    word_hub_neighbours: int
    look_dimension: int


@dataclass(frozen=True, slots=True)
class Artifact:
    """A folder of heads and its name."""

    name: str
    folder: Path

    def facts(self) -> SpaceFacts:
        """Raises: ModelCorrupt"""
        path = self.folder / "space.json"
        try:
            told = json.loads(path.read_text(encoding="utf-8"))
            frame = told["frame"]
            if frame not in ("middle", "whole"):
                raise ValueError(f"unknown frame {frame!r}")
            return SpaceFacts(
                dimension=int(told["dimension"]),
                cell_side=int(told["cell_side"]),
                frame=frame,
                text=str(told["text"]),
                hub_weight=float(told["hub_weight"]),
                word_hub_weight=float(told["word_hub_weight"]),
                hub_neighbours=int(told["hub_neighbours"]),
                word_hub_neighbours=int(told["word_hub_neighbours"]),
                look_dimension=int(told.get("look_dimension", 0)),
            )
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ModelCorrupt(
                f"its facts cannot be read ({error})", where=str(path), fix="Install Clerestory again."
            ) from error

    def digest(self) -> str:
        """Of everything that decides the vectors. Raises: ModelCorrupt"""
        digest = hashlib.sha256()
        for name in _FILES:
            try:
                digest.update(hashlib.sha256((self.folder / name).read_bytes()).digest())
            except OSError as error:
                raise ModelCorrupt(
                    f"{name} cannot be read ({error.strerror})",
                    where=str(self.folder),
                    fix="Install Clerestory again.",
                ) from error
        return digest.hexdigest()


def artifact(name: str) -> Artifact:
    """The shipped heads that ``models.picture_words`` names.

    Raises:
        BadSettings
    """
    if name not in FOLDERS:
        raise BadSettings(
            f"{name!r} is no space of pictures and words",
            where="models.picture_words",
            fix=f"Known: {', '.join(FOLDERS)}.",
        )
    return Artifact(name, FOLDERS[name])


class SharedSpace:
    """The tower with an artifact's heads: a ``PictureEncoder``. What it opens, it opens when needed."""

    words = True
    scale: float | None = None
    bias: float | None = None

    def __init__(self, artifact: Artifact, tower: PictureTower, *, threads: int) -> None:
        self.artifact = artifact
        self.facts = artifact.facts()
        self.threads = threads
        digest = hashlib.sha256(f"{tower.digest} {artifact.digest()}".encode()).hexdigest()
        self.space = Space(artifact.name, digest, self.facts.dimension)
        self.text = self.facts.text
        self.cell_side = self.facts.cell_side
        self.hub_weight = self.facts.hub_weight
        self.word_hub_weight = self.facts.word_hub_weight
        self._tower = tower
        if self.facts.look_dimension:
            self.look = Space(f"{artifact.name}-look", digest, self.facts.look_dimension)
        else:
            self.look = Space(f"{tower.name}-look", tower.digest, _LOOK_DIMENSION)

    def embed(self, images: Sequence[np.ndarray]) -> SeenPictures:
        inputs = [one.name for one in self._picture_head.get_inputs()]
        wanted = list(dict.fromkeys((*inputs, *(() if self.facts.look_dimension else (_LOOK,)))))
        seen = self._tower.run(images, wanted, frame=self.facts.frame)
        if not len(images):
            return self._nothing()
        found = dict(
            zip(
                self._outputs,
                self._picture_head.run(list(self._outputs), {name: seen[name] for name in inputs}),
                strict=True,
            )
        )
        joint = unit(found["joint"])
        count = len(images)
        return SeenPictures(
            joint=joint,
            look=unit(found["look"] if self.facts.look_dimension else seen[_LOOK]),
            hub=nearest_mean(joint, self._banks["captions"], self.facts.hub_neighbours),
            cells=unit(found["cells"])
            if "cells" in found
            else np.zeros((count, 0, joint.shape[1]), np.float32),
            familiar=found["familiar"].reshape(count) if "familiar" in found else self._familiar(joint),
        )

    def embed_words(self, texts: Sequence[str], vectors: np.ndarray | None = None) -> np.ndarray:
        if vectors is None or len(vectors) != len(texts):
            raise ValueError(f"{self.space.name} needs a vector of {self.text} for each text")
        if not len(texts):
            return np.zeros((0, self.facts.dimension), np.float32)
        fed = {"vector": np.asarray(vectors, np.float32), "counts": self._words.counts(texts)}
        return unit(self._text_head.run(["joint"], fed)[0])

    def word_hub(self, joint: np.ndarray) -> np.ndarray:
        return nearest_mean(joint, self._banks["photos"], self.facts.word_hub_neighbours)

    def to_text_vector(self, joint: np.ndarray) -> np.ndarray | None:
        back = self._banks.get("text_directions")
        return None if back is None else unit(back @ np.asarray(joint, np.float32))

    def background(self) -> Background | None:
        return self._background

    @cached_property
    def _background(self) -> Background:
        path = self.artifact.folder / "calibration.safetensors"
        calibration = _tensors(path) if path.is_file() else {}
        return Background(self._banks["captions"], self._banks["photos"], calibration)

    @cached_property
    def _banks(self) -> Mapping[str, np.ndarray]:
        path = self.artifact.folder / "background.safetensors"
        banks = _tensors(path)
        if not {"captions", "photos"} <= banks.keys():
            raise ModelCorrupt(
                "its numbers are not all there", where=str(path), fix="Install Clerestory again."
            )
        return {name: np.ascontiguousarray(bank, np.float32) for name, bank in banks.items()}

    @cached_property
    def _words(self) -> WordCounts:
        return WordCounts.load(self.artifact.folder / "words.json")

    @cached_property
    def _picture_head(self):
        return open_session(self.artifact.folder / "picture_head.onnx", threads=self.threads)

    @cached_property
    def _text_head(self):
        return open_session(self.artifact.folder / "text_head.onnx", threads=self.threads)

    @cached_property
    def _outputs(self) -> tuple[str, ...]:
        return tuple(one.name for one in self._picture_head.get_outputs())

    def _familiar(self, joint: np.ndarray) -> np.ndarray:
        """(n,) 1 among the photographs of the calibration, 0 far from all; 1 where nothing was fitted."""
        known = self._background.calibration
        if "familiar" not in known:
            return np.ones(len(joint), np.float32)
        middle, width = (float(one) for one in known["familiar"])
        near = nearest_mean(joint, np.asarray(known["bank"], np.float32), self.facts.hub_neighbours)
        return (1 / (1 + np.exp(-np.clip((near - middle) / width, -60, 60)))).astype(np.float32)

    def _nothing(self) -> SeenPictures:
        dimension, cells = self.facts.dimension, self.cell_side**2
        none = np.zeros(0, np.float32)
        return SeenPictures(
            np.zeros((0, dimension), np.float32),
            np.zeros((0, self.look.dimension), np.float32),
            none,
            np.zeros((0, cells, dimension), np.float32),
            none,
        )


_LOOK, _LOOK_DIMENSION = "mean_pool", 1280  # of the tower, where the heads have none of their own


def nearest_mean(rows: np.ndarray, bank: np.ndarray, neighbours: int) -> np.ndarray:
    """(n,) mean cosine of ``rows`` (n, D) to the nearest ``neighbours`` of ``bank`` (m, D); unit lengths."""
    count = min(neighbours, len(bank))
    if not count:
        return np.zeros(len(rows), np.float32)
    cosines = product(np.asarray(rows, np.float32), np.ascontiguousarray(bank.T))
    return np.partition(cosines, -count, axis=1)[:, -count:].mean(axis=1)


def unit(rows: np.ndarray) -> np.ndarray:
    """float32, unit length along the last axis."""
    rows = np.asarray(rows, np.float32)
    return rows / np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), 1e-12)


def _tensors(path: Path) -> dict[str, np.ndarray]:
    try:
        return read_safetensors(path)
    except (OSError, ValueError, KeyError, TypeError, struct.error) as error:
        raise ModelCorrupt(
            f"its numbers cannot be read ({error})", where=str(path), fix="Install Clerestory again."
        ) from error
