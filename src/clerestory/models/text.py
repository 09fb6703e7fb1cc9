"""Texts to vectors: one vector per text, and on request one per token.

``load_text_encoder`` opens the encoder that the settings name: a catalogue name, a folder,
or ``hub:owner/name``. A folder holds ``model.onnx`` (or ``onnx/model.onnx``) and
``tokenizer.json``; pooling, prefixes, length and languages come from our ``encoder.json``
or from the files that sentence-transformers models carry.

Knows nothing of segments, queries' meaning, or where vectors are kept.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from clerestory.errors import BadSettings, ModelCorrupt
from clerestory.models.catalogue import BY_NAME
from clerestory.models.sessions import open_session, usable_cores
from clerestory.models.weights import HUB_PREFIX, WeightStore
from clerestory.settings import ModelSettings
from clerestory.types import Space

# Padded tokens of a batch. On two cores small batches win, as their activations stay in the
# cache: 40 passages of 170 tokens per CPU second with 512 or less, 23 with 5,000.
BATCH_TOKENS = 512
# Beyond this many characters per allowed token a text is cut before it is tokenised.
CHARACTERS_PER_TOKEN = 24
DEFAULT_MAX_TOKENS = 512
SINGLE_CORE_PRODUCT = 1 << 18  # OpenBLAS: SMP_THRESHOLD_MIN x GEMM_MULTITHREAD_THRESHOLD


@dataclass(frozen=True, slots=True)
class Encoded:
    """Vectors of n texts.

    ``vectors`` float32 (n, dimension), unit length. ``tokens``: per text int8
    (tokens, token_dimension), a unit vector times 127, rounded, without the special
    tokens; empty unless asked for.
    """

    vectors: np.ndarray
    tokens: tuple[np.ndarray, ...] = ()


class TextEncoder(Protocol):
    """What searching and ingesting need of an encoder.

    ``languages`` are ISO 639-1 codes it was trained for; empty means all.
    ``token_dimension`` is 0 when it has no token vectors.
    """

    space: Space
    languages: frozenset[str]
    max_tokens: int
    token_dimension: int

    def encode_passages(self, texts: Sequence[str], *, tokens: bool = False) -> Encoded: ...
    def encode_queries(self, texts: Sequence[str], *, tokens: bool = False) -> Encoded: ...
    def token_places(self, text: str) -> list[tuple[int, int]]:
        """Code points of each token of a passage, in the order of its token vectors."""
        ...


@dataclass(frozen=True, slots=True)
class EncoderFacts:
    """How a model wants to be used; ``pooling`` is "in-graph", "mean" or "cls"."""

    pooling: str = "mean"
    max_tokens: int = DEFAULT_MAX_TOKENS
    query_prefix: str = ""
    passage_prefix: str = ""
    languages: frozenset[str] = frozenset()


def load_text_encoder(
    settings: ModelSettings, *, token_dimension: int, store: WeightStore | None = None
) -> TextEncoder:
    """The encoder that ``settings.text`` names.

    Raises:
        ModelMissing, ModelCorrupt: see ``WeightStore.ready``.
        BadSettings: no such model, or a folder without its files.
    """
    folder = (store or WeightStore(settings)).ready(settings.text)
    label = settings.text.removeprefix(HUB_PREFIX).replace("/", "--")
    if settings.text not in BY_NAME and not settings.text.startswith(HUB_PREFIX):
        label = folder.name
    return OnnxTextEncoder(
        folder, label=label, token_dimension=token_dimension, threads=settings.threads or usable_cores()
    )


class OnnxTextEncoder:
    """A text encoder from a folder. Holds an onnxruntime session and a tokenizer."""

    def __init__(self, folder: Path, *, label: str, token_dimension: int, threads: int) -> None:
        from tokenizers import Tokenizer

        model, tokenizer = model_file(folder), folder / "tokenizer.json"
        if not tokenizer.is_file():
            raise BadSettings("no tokenizer.json", where=str(folder), fix="A text model needs it.")
        self.facts = read_facts(folder, name=label)
        self.languages = self.facts.languages
        self.max_tokens = self.facts.max_tokens
        self.threads = threads
        self._session = open_session(model, threads=1)
        self._inputs = {
            i.name: np.int32 if "int32" in i.type else np.int64 for i in self._session.get_inputs()
        }
        self._vector, self._states, dimension = _outputs(self._session, self.facts, folder)
        try:
            self._tokenizer = Tokenizer.from_file(str(tokenizer))
        except Exception as error:  # tokenizers raises bare Exception
            raise ModelCorrupt(f"not a tokenizer ({error})", where=str(tokenizer)) from error
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(self.max_tokens)
        pad = self._tokenizer.token_to_id("[PAD]")
        self._pad = 0 if pad is None else pad
        self.token_dimension = min(token_dimension, dimension) if self._states else 0
        self._reduction = reduction(dimension, self.token_dimension)
        self.space = Space(label, _digest(folder, model), dimension)

    def encode_passages(self, texts: Sequence[str], *, tokens: bool = False) -> Encoded:
        """Vectors of texts that are to be found."""
        return self._encode([self.facts.passage_prefix + text for text in texts], tokens=tokens)

    def encode_queries(self, texts: Sequence[str], *, tokens: bool = False) -> Encoded:
        """Vectors of texts that search."""
        return self._encode([self.facts.query_prefix + text for text in texts], tokens=tokens)

    def token_places(self, text: str) -> list[tuple[int, int]]:
        """Where the tokens stand that ``encode_passages`` gives vectors of; below 0 in a prefix."""
        before = len(self.facts.passage_prefix)
        longest = self.max_tokens * CHARACTERS_PER_TOKEN
        piece = self._tokenizer.encode((self.facts.passage_prefix + text)[:longest])
        places = zip(piece.offsets, piece.special_tokens_mask, strict=True)
        return [(start - before, end - before) for (start, end), special in places if not special]

    def _encode(self, texts: list[str], *, tokens: bool) -> Encoded:
        longest = self.max_tokens * CHARACTERS_PER_TOKEN
        pieces = self._tokenizer.encode_batch([text[:longest] for text in texts])
        vectors = np.zeros((len(texts), self.space.dimension), np.float32)
        found: list[np.ndarray] = [np.zeros((0, self.token_dimension), np.int8)] * len(texts)

        def encode(batch: list[int]) -> None:
            width = max(1, len(pieces[batch[-1]].ids))
            ids = np.full((len(batch), width), self._pad, np.int64)
            mask = np.zeros((len(batch), width), np.int64)
            for row, index in enumerate(batch):
                length = len(pieces[index].ids)
                ids[row, :length] = pieces[index].ids
                mask[row, :length] = 1
            pooled, states = self._run(ids, mask, states=tokens and self.token_dimension > 0)
            vectors[batch] = pooled
            if states is not None:
                for row, index in enumerate(batch):
                    words = np.flatnonzero(np.array(pieces[index].special_tokens_mask) == 0)
                    found[index] = self._token_vectors(states[row, words])

        batches = batches_of([len(piece.ids) for piece in pieces])
        if self.threads > 1 and len(batches) > 1:
            # A batch per thread keeps the cores busier than two threads within each operator.
            with ThreadPoolExecutor(self.threads) as pool:
                list(pool.map(encode, batches))
        else:
            for batch in batches:
                encode(batch)
        return Encoded(vectors, tuple(found) if tokens and self.token_dimension else ())

    def _run(
        self, ids: np.ndarray, mask: np.ndarray, *, states: bool
    ) -> tuple[np.ndarray, np.ndarray | None]:
        known = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        feed = {name: known[name].astype(kind) for name, kind in self._inputs.items()}
        if self._vector and not states:
            return _unit(self._session.run([self._vector], feed)[0]), None
        if self._vector:
            pooled, last = self._session.run([self._vector, self._states], feed)
            return _unit(pooled), last
        (last,) = self._session.run([self._states], feed)
        return _unit(pool(last, mask, self.facts.pooling)), last if states else None

    def _token_vectors(self, states: np.ndarray) -> np.ndarray:
        return np.round(_unit(product(states, self._reduction)) * 127).astype(np.int8)


def batches_of(lengths: Sequence[int]) -> list[list[int]]:
    """Indices in batches of at most BATCH_TOKENS padded tokens, like lengths together."""
    batches: list[list[int]] = []
    for index in sorted(range(len(lengths)), key=lambda index: lengths[index]):
        if batches and (len(batches[-1]) + 1) * lengths[index] <= BATCH_TOKENS:
            batches[-1].append(index)
        else:
            batches.append([index])
    return batches


def pool(states: np.ndarray, mask: np.ndarray, pooling: str) -> np.ndarray:
    """(batch, dimension) from the last layer (batch, tokens, dimension): its first token or the mean."""
    if pooling == "cls":
        return states[:, 0]
    weight = mask[:, :, None].astype(np.float32)
    return (states * weight).sum(axis=1) / np.maximum(weight.sum(axis=1), 1)


def model_file(folder: Path) -> Path:
    """The ONNX file of a text model's folder."""
    for name in ("model.onnx", "onnx/model.onnx"):
        if (folder / name).is_file():
            return folder / name
    raise BadSettings("no model.onnx", where=str(folder), fix="A text model needs it, or onnx/model.onnx.")


def read_facts(folder: Path, *, name: str) -> EncoderFacts:
    """How the model in ``folder`` is used, from its own files; ``encoder.json`` wins."""
    pooling = json_object(folder / "1_Pooling" / "config.json")
    lengths = json_object(folder / "sentence_bert_config.json")
    prompts = json_object(folder / "config_sentence_transformers.json").get("prompts") or {}
    own = json_object(folder / "encoder.json")
    query, passage = _known_prefixes(name)
    try:
        return EncoderFacts(
            pooling=str(own.get("pooling") or ("cls" if pooling.get("pooling_mode_cls_token") else "mean")),
            max_tokens=int(own.get("max_tokens") or lengths.get("max_seq_length") or DEFAULT_MAX_TOKENS),
            query_prefix=str(own.get("query_prefix") or prompts.get("query") or query),
            passage_prefix=str(
                own.get("passage_prefix") or prompts.get("passage") or prompts.get("document") or passage
            ),
            languages=frozenset(own.get("languages") or ()),
        )
    except (TypeError, ValueError, AttributeError) as error:
        raise BadSettings(f"its settings cannot be read ({error})", where=str(folder)) from error


def reduction(dimension: int, token_dimension: int) -> np.ndarray:
    """(dimension, token_dimension) float32 with orthonormal columns: the same on every machine.

    Fixed random directions (Johnson and Lindenstrauss 1984). Principal components fitted on
    general prose were no better (332 questions, 310 paragraphs, best sum of maxima: of 384
    numbers 88.3 % first, of 96 random ones 86.4 %, of 96 principal ones 84.6 %), and random
    ones need no data and favour no subject.
    """
    if token_dimension == dimension:
        return np.eye(dimension, dtype=np.float32)
    if token_dimension == 0:
        return np.zeros((dimension, 0), np.float32)
    draw = np.random.default_rng(20_161_117).standard_normal((dimension, token_dimension))
    return np.linalg.qr(draw)[0].astype(np.float32)


def product(rows: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """``rows @ matrix`` on one core.

    For more than SINGLE_CORE_PRODUCT multiplications OpenBLAS wakes a thread per core, which
    then spin for longer than such a product takes and starve the encoder: a third of its rate.
    """
    step = max(1, SINGLE_CORE_PRODUCT // max(1, matrix.size))
    parts = [rows[begin : begin + step] @ matrix for begin in range(0, len(rows), step)]
    return np.concatenate(parts) if parts else np.zeros((0, matrix.shape[1]), np.float32)


def _known_prefixes(name: str) -> tuple[str, str]:
    """Prefixes that a model family was trained with but does not say in its files."""
    family = name.rpartition("--")[2].lower()
    if family.startswith("bge-") and "-en" in family:
        return "Represent this sentence for searching relevant passages: ", ""
    if "e5-" in family:
        return "query: ", "passage: "
    return "", ""


def _outputs(session, facts: EncoderFacts, folder: Path) -> tuple[str, str, int]:
    """Names of the pooled and of the token output ("" where there is none) and the dimension."""
    by_rank = {len(output.shape): output for output in reversed(session.get_outputs())}
    vector = by_rank.get(2) if facts.pooling == "in-graph" else None
    states = by_rank.get(3)
    chosen = vector or states
    if chosen is None:
        raise BadSettings("its graph has no output to pool", where=str(folder))
    return vector.name if vector else "", states.name if states else "", int(chosen.shape[-1])


def _digest(folder: Path, model: Path) -> str:
    """What decides the vectors: the sources of a prepared model, else the files themselves."""
    manifest = json_object(folder / "manifest.json")
    if manifest.get("sources"):
        told = json.dumps([manifest["recipe"], manifest["sources"]], sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()
    digest = hashlib.sha256()
    for path in (model, folder / "tokenizer.json", folder / "encoder.json"):
        if path.is_file():
            digest.update(path.read_bytes())
    return digest.hexdigest()


def json_object(path: Path) -> dict:
    """What a model's JSON file says; nothing where there is no file.

    Raises:
        ModelCorrupt: it is not JSON.
    """
    if not path.is_file():
        return {}
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ModelCorrupt(f"not JSON ({error})", where=str(path)) from error
    return content if isinstance(content, dict) else {}


def _unit(rows: np.ndarray) -> np.ndarray:
    return rows / np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), 1e-12)
