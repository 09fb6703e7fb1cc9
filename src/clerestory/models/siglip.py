"""Stronger encoders of pictures and words from a folder or a hub: two ONNX models side by side.

In: a folder as ONNX exports of SigLIP, SigLIP 2 or CLIP have it: ``vision_model.onnx`` and
``text_model.onnx`` (or both below ``onnx/``), ``tokenizer.json``, ``preprocessor_config.json``,
and where they are there ``config.json``, ``tokenizer_config.json``. Out: a ``PictureEncoder``
that reads words itself and has neither hubs nor parts of pictures.

The probability that words fit a picture is sigmoid(exp(logit_scale) * cosine + logit_bias) (Zhai et
al. 2023, "Sigmoid Loss for Language Image Pre-Training", section 3.2). Exports keep the two
numbers elsewhere; they are taken from ``encoder.json`` (ours: {"logit_scale": .., "logit_bias": ..}),
from ``config.json``, or from ``model.safetensors``, whose header says where they stand. Models
without a bias, such as CLIP, give no probability.
"""

from __future__ import annotations

import functools
import hashlib
import json
import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from clerestory.errors import BadSettings, ModelCorrupt
from clerestory.models.picture import Background, SeenPictures
from clerestory.models.sessions import open_session
from clerestory.models.text import json_object
from clerestory.models.weights import HUB_PREFIX, MANIFEST, WeightStore
from clerestory.types import Space

BATCH_PICTURES = 4
BATCH_TEXTS = 16
# Names of the pooled output in exports, the projected one first.
_POOLED = ("image_embeds", "text_embeds", "pooler_output", "embeds")
_SIDE, _MOST_TOKENS = 224, 64  # where the folder does not say


@dataclass(frozen=True, slots=True)
class TowerFacts:
    """How pictures and texts are prepared.

    ``size`` (width, height) of the input; ``cut``: the shorter side is fitted and the middle cut
    out, instead of squeezing the whole. ``scale`` and ``bias``: None where they are not known.
    """

    size: tuple[int, int] = (_SIDE, _SIDE)
    cut: bool = False
    resample: int = 2  # of Pillow: 2 bilinear, 3 bicubic
    factor: float = 1 / 255
    mean: tuple[float, ...] = (0.5, 0.5, 0.5)
    deviation: tuple[float, ...] = (0.5, 0.5, 0.5)
    max_tokens: int = _MOST_TOKENS
    pad: str = ""
    scale: float | None = None
    bias: float | None = None


def load_siglip(name: str, *, threads: int, store: WeightStore) -> TwoTowers:
    """The encoder in ``name``: a folder, ``folder:`` and its path, or ``hub:owner/name``.

    Raises:
        ModelMissing, ModelCorrupt: see ``WeightStore.ready``.
        BadSettings: no such folder, or one without its files.
    """
    folder = store.ready(name)
    label = name.removeprefix(HUB_PREFIX).replace("/", "--") if name.startswith(HUB_PREFIX) else folder.name
    return TwoTowers(folder, label=re.sub(r"[^\w.-]+", "-", label) or "pictures", threads=threads)


class TwoTowers:
    """A ``PictureEncoder`` from a folder. Opens each model when it is first used."""

    words, cell_side, text = True, 0, ""
    hub_weight, word_hub_weight = 0.0, 0.0

    def __init__(self, folder: Path, *, label: str, threads: int) -> None:
        self.folder = folder
        self.threads = threads
        self.facts = read_facts(folder)
        self.scale, self.bias = self.facts.scale, self.facts.bias
        self._files = {name: _model(folder, f"{name}_model.onnx") for name in ("vision", "text")}
        if not (folder / "tokenizer.json").is_file():
            raise BadSettings("no tokenizer.json", where=str(folder), fix="A model of words needs it.")
        digest = _digest(folder, (*self._files.values(), folder / "tokenizer.json"))
        dimension = self._vision.dimension
        self.space = Space(label, digest, dimension)
        self.look = Space(f"{label}-look", digest, dimension)

    def embed(self, images: Sequence[np.ndarray]) -> SeenPictures:
        rows = [np.zeros((0, self.space.dimension), np.float32)]
        for begin in range(0, len(images), BATCH_PICTURES):
            pixels = np.stack([prepared(one, self.facts) for one in images[begin : begin + BATCH_PICTURES]])
            rows.append(self._vision.pooled({"pixel_values": pixels}))
        joint = np.concatenate(rows)
        count = len(joint)
        none = np.zeros((count, 0, self.space.dimension), np.float32)
        return SeenPictures(joint, joint, np.zeros(count, np.float32), none, np.ones(count, np.float32))

    def embed_words(self, texts: Sequence[str], vectors: np.ndarray | None = None) -> np.ndarray:
        rows = [np.zeros((0, self.space.dimension), np.float32)]
        # They were trained on words in small letters.
        pieces = self._tokenizer.encode_batch([text.lower() for text in texts])
        for begin in range(0, len(texts), BATCH_TEXTS):
            batch = pieces[begin : begin + BATCH_TEXTS]
            ids = np.array([piece.ids for piece in batch], np.int64)
            mask = np.array([piece.attention_mask for piece in batch], np.int64)
            rows.append(self._text.pooled({"input_ids": ids, "attention_mask": mask}))
        return np.concatenate(rows)

    def word_hub(self, joint: np.ndarray) -> np.ndarray:
        return np.zeros(len(joint), np.float32)

    def to_text_vector(self, joint: np.ndarray) -> np.ndarray | None:
        return None

    def background(self) -> Background | None:
        return None

    @cached_property
    def _vision(self) -> _Pooling:
        return _Pooling(self._files["vision"], needs="pixel_values", threads=self.threads)

    @cached_property
    def _text(self) -> _Pooling:
        found = _Pooling(self._files["text"], needs="input_ids", threads=self.threads)
        if found.dimension != self.space.dimension:
            raise BadSettings(
                f"pictures have {self.space.dimension} numbers and words {found.dimension}",
                where=str(self.folder),
                fix="Both models must be of one export.",
            )
        return found

    @cached_property
    def _tokenizer(self):
        from tokenizers import Tokenizer

        path = self.folder / "tokenizer.json"
        try:
            tokenizer = Tokenizer.from_file(str(path))
        except Exception as error:  # tokenizers raises bare Exception
            raise ModelCorrupt(f"not a tokenizer ({error})", where=str(path)) from error
        pad = self.facts.pad or next(
            (p for p in ("<pad>", "[PAD]") if tokenizer.token_to_id(p) is not None), ""
        )
        tokenizer.enable_truncation(self.facts.max_tokens)
        # The attention of SigLIP's words reaches over the padding: every text has the same length.
        tokenizer.enable_padding(
            length=self.facts.max_tokens, pad_id=tokenizer.token_to_id(pad) or 0, pad_token=pad or "<pad>"
        )
        return tokenizer


class _Pooling:
    """An ONNX model with one vector per row."""

    def __init__(self, path: Path, *, needs: str, threads: int) -> None:
        self._session = open_session(path, threads=threads)
        kinds = {"tensor(int32)": np.int32, "tensor(int64)": np.int64, "tensor(float)": np.float32}
        kinds["tensor(float16)"] = np.float16
        self._inputs = {one.name: kinds.get(one.type, np.float32) for one in self._session.get_inputs()}
        outputs = {one.name: one.shape for one in self._session.get_outputs()}
        flat = [name for name, shape in outputs.items() if len(shape) == 2]
        chosen = [name for name in _POOLED if name in flat] or flat
        if needs not in self._inputs or not chosen or not isinstance(outputs[chosen[0]][-1], int):
            raise BadSettings(
                f"its graph does not take {needs} and give one vector",
                where=str(path),
                fix="Take an export with vision_model.onnx and text_model.onnx of SigLIP, SigLIP 2 or CLIP.",
            )
        self._output, self.dimension = chosen[0], int(outputs[chosen[0]][-1])

    def pooled(self, fed: dict[str, np.ndarray]) -> np.ndarray:
        """(n, dimension) float32, unit length."""
        wanted = {name: fed[name].astype(kind) for name, kind in self._inputs.items() if name in fed}
        rows: np.ndarray = np.asarray(self._session.run([self._output], wanted)[0], np.float32)
        return rows / np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), 1e-12)


def prepared(image: np.ndarray, facts: TowerFacts) -> np.ndarray:
    """(3, height, width) float32 of an RGB uint8 picture, as the model was trained."""
    from PIL import Image

    width, height = facts.size
    picture = Image.fromarray(image)
    if facts.cut:
        scale = max(width / picture.width, height / picture.height)
        size = max(width, round(picture.width * scale)), max(height, round(picture.height * scale))
        left, top = (size[0] - width) / 2 / scale, (size[1] - height) / 2 / scale
        box = (left, top, min(picture.width, left + width / scale), min(picture.height, top + height / scale))
        picture = picture.resize((width, height), Image.Resampling(facts.resample), box=box)
    else:
        picture = picture.resize((width, height), Image.Resampling(facts.resample))
    pixels: np.ndarray = np.asarray(picture, np.float32) * facts.factor
    pixels = (pixels - np.array(facts.mean, np.float32)) / np.array(facts.deviation, np.float32)
    return np.ascontiguousarray(pixels.transpose(2, 0, 1))


def read_facts(folder: Path) -> TowerFacts:
    """What the files beside the models say.

    Raises:
        ModelCorrupt: a file is no JSON.
        BadSettings: what it says makes no sense.
    """
    seen, config = json_object(folder / "preprocessor_config.json"), json_object(folder / "config.json")
    own, tokens = json_object(folder / "encoder.json"), json_object(folder / "tokenizer_config.json")
    words = config.get("text_config") or {}
    try:
        cut = bool(seen.get("do_center_crop", False))
        size = _size((seen.get("crop_size") if cut else None) or seen.get("size") or _SIDE)
        pad = own.get("pad_token") or tokens.get("pad_token") or ""
        plain = not seen.get("do_normalize", True)
        logit = {**_logit(folder / "model.safetensors"), **_numbers(config), **_numbers(own)}
        known = {"logit_scale", "logit_bias"} <= logit.keys()
        return TowerFacts(
            size=size,
            cut=cut,
            resample=int(seen.get("resample", 2)),
            factor=float(seen.get("rescale_factor", 1 / 255)) if seen.get("do_rescale", True) else 1.0,
            mean=(0.0, 0.0, 0.0) if plain else _three(seen.get("image_mean", (0.5, 0.5, 0.5))),
            deviation=(1.0, 1.0, 1.0) if plain else _three(seen.get("image_std", (0.5, 0.5, 0.5))),
            max_tokens=int(own.get("max_tokens") or words.get("max_position_embeddings") or _MOST_TOKENS),
            pad=str(pad.get("content", "") if isinstance(pad, dict) else pad),
            scale=float(np.exp(logit["logit_scale"])) if known else None,
            bias=logit["logit_bias"] if known else None,
        )
    except (TypeError, ValueError, AttributeError, KeyError) as error:
        raise BadSettings(f"its settings cannot be read ({error})", where=str(folder)) from error


def _size(told: object) -> tuple[int, int]:
    if isinstance(told, dict):
        sides = told.get("width") or told["shortest_edge"], told.get("height") or told["shortest_edge"]
    else:
        sides = told, told
    size = int(str(sides[0])), int(str(sides[1]))
    if min(size) < 1:
        raise ValueError(f"size {size}")
    return size


def _three(told: Sequence[float]) -> tuple[float, ...]:
    numbers = tuple(float(one) for one in told)
    if len(numbers) != 3:
        raise ValueError(f"{len(numbers)} channels")
    return numbers


def _numbers(told: dict) -> dict[str, float]:
    return {name: float(told[name]) for name in ("logit_scale", "logit_bias") if told.get(name) is not None}


def _logit(path: Path) -> dict[str, float]:
    """The two numbers out of a large safetensors file: only its header and eight bytes are read."""
    kinds = {"F32": np.float32, "F16": np.float16}
    if not path.is_file():
        return {}
    found = {}
    try:
        with path.open("rb") as file:
            (length,) = struct.unpack("<Q", file.read(8))
            header = json.loads(file.read(length))
            for name in ("logit_scale", "logit_bias"):
                facts = header.get(name)
                if facts and facts["dtype"] in kinds:
                    begin, end = facts["data_offsets"]
                    file.seek(8 + length + begin)
                    found[name] = float(np.frombuffer(file.read(end - begin), kinds[facts["dtype"]])[0])
    except (OSError, ValueError, KeyError, IndexError, OverflowError, MemoryError, struct.error) as error:
        raise ModelCorrupt(f"its header cannot be read ({error})", where=str(path)) from error
    return found


def _model(folder: Path, name: str) -> Path:
    for path in (folder / name, folder / "onnx" / name):
        if path.is_file():
            return path
    raise BadSettings(
        f"no {name}",
        where=str(folder),
        fix="An encoder of pictures and words has vision_model.onnx and text_model.onnx (or onnx/...).",
    )


def _digest(folder: Path, files: Sequence[Path]) -> str:
    """What decides the vectors. Of what was pulled the manifest knows the digests already."""
    known = json_object(folder / MANIFEST).get("files") or {}
    digest = hashlib.sha256()
    for name in ("preprocessor_config.json", "encoder.json"):
        digest.update((folder / name).read_bytes() if (folder / name).is_file() else b"")
    for path in files:
        for part in (path, path.with_name(f"{path.name}_data")):
            if part.is_file():
                stat = part.stat()
                told = known.get(part.relative_to(folder).as_posix())
                told = told or _file_digest(part, stat.st_size, stat.st_mtime_ns)
                digest.update(str(told).encode())
    return digest.hexdigest()


@functools.lru_cache(maxsize=16)
def _file_digest(path: Path, size: int, mtime_ns: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
