"""The files of ``clerestory/models/shared_space`` from fitted heads.

In: ``Heads``, the local map and banks. Out: ``picture_head.onnx``, ``text_head.onnx``,
``words.json``, ``background.safetensors``, ``space.json``; ``models/picture_words.py`` says
what each holds.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from onnx import TensorProto

from training.shared_space.export import Graph, write_tensors
from training.shared_space.heads import Heads, Shares, roots
from training.shared_space.kinds import Kinds

CAPTION_BANK, PHOTO_BANK = 1500, 2000
CELL_SIDE = 4
CELL_RIDGE = 0.3
DEPTHS = 6960  # numbers of ``depth_means``, which follow ``layer_means``
LOOK = 1280
# The numbers against hubs (docs/measured.md) were read on Flickr8k's development photographs in
# an early trial, not on held-back training ones; they were never changed after that.
HUB_NEIGHBOURS, HUB_WEIGHT = 10, 0.5
WORD_HUB_NEIGHBOURS, WORD_HUB_WEIGHT = 100, 0.75
FACTS: dict[str, str | int | float] = {
    "frame": "whole",
    "side": 260,
    "cell_side": CELL_SIDE,
    "look_dimension": LOOK,
    "text": "minilm-l6-int8",
    "hub_neighbours": HUB_NEIGHBOURS,
    "hub_weight": HUB_WEIGHT,
    "word_hub_neighbours": WORD_HUB_NEIGHBOURS,
    "word_hub_weight": WORD_HUB_WEIGHT,
}


@dataclass(frozen=True, slots=True)
class LocalMap:
    """From the roots of a part's means to the space: (x - centre) @ matrix."""

    centre: np.ndarray
    matrix: np.ndarray


@dataclass(frozen=True, slots=True)
class Banks:
    """Unit vectors of training pictures and texts, of which a sample is shipped; and what the
    mean pools (n, 1280) of pictures have in common, which likeness leaves out."""

    photos: np.ndarray
    captions: np.ndarray
    look_centre: np.ndarray


def local_map(parts: np.ndarray, wanted: np.ndarray) -> LocalMap:
    """Ridge regression of what a picture or part of one should be (n, D) on the means (n, F) of
    block 19: parts are seen through the same map."""
    rooted = roots(parts)
    centre = rooted.mean(axis=0)
    rooted -= centre
    moments = (rooted.T @ rooted / len(rooted)).astype(np.float64)
    moments += CELL_RIDGE * np.trace(moments) / len(moments) * np.eye(len(moments))
    between = rooted.T @ (wanted - wanted.mean(axis=0)) / len(rooted)
    return LocalMap(centre, np.linalg.solve(moments, between).astype(np.float32))


def write_space(
    folder: Path,
    name: str,
    heads: Heads,
    parts: LocalMap,
    banks: Banks,
    *,
    stems: Sequence[str],
    seed: int = 0,
) -> None:
    """All files of one space."""
    folder.mkdir(parents=True, exist_ok=True)
    write_picture_head(folder / "picture_head.onnx", heads, parts, banks.look_centre)
    write_text_head(folder / "text_head.onnx", heads)
    directions = np.concatenate(
        [
            np.sqrt(1 - heads.shares.text) * _text_directions(heads),
            np.sqrt(heads.shares.text) * heads.kinds.basis,
        ],
        axis=1,
    )
    write_words(folder, stems, heads.idf)
    write_banks(folder, banks, directions, seed=seed)
    dimension = heads.turn.shape[1] + heads.kinds.basis.shape[1]
    write_facts(folder, name, dimension, len(heads.text_centre) - len(heads.idf), FACTS)


def write_words(folder: Path, stems: Sequence[str], idf: np.ndarray) -> None:
    told = {"stems": list(stems), "idf": [round(float(weight), 4) for weight in idf]}
    (folder / "words.json").write_text(json.dumps(told, indent=0) + "\n", encoding="utf-8")


def write_banks(folder: Path, banks: Banks, directions: np.ndarray, *, seed: int) -> None:
    random = np.random.default_rng(seed)

    def drawn(rows: np.ndarray, count: int) -> np.ndarray:
        return rows[random.choice(len(rows), min(count, len(rows)), False)].astype(np.float16)

    tensors = {"captions": drawn(banks.captions, CAPTION_BANK), "photos": drawn(banks.photos, PHOTO_BANK)}
    tensors["text_directions"] = directions.astype(np.float16)
    write_tensors(folder / "background.safetensors", tensors)


def write_facts(folder: Path, name: str, dimension: int, text_dimension: int, facts: dict) -> None:
    told = {"name": name, "dimension": dimension, "text_dimension": text_dimension, **facts}
    (folder / "space.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


def write_picture_head(path: Path, heads: Heads, parts: LocalMap, look_centre: np.ndarray) -> None:
    graph = Graph()
    graph.node("Concat", ["layer_means", "depth_means"], "means", axis=1)
    graph.node("Sqrt", ["means"], "roots")
    graph.node("Sub", ["roots", graph.constant("centre", heads.centre)], "centred")
    everyday = _joined(graph, "centred", heads.maps, heads.turn)
    of_kind = picture_kinds(graph, heads.kinds)
    share = graph.constant("share", np.array(heads.shares.picture, np.float32))
    _beside(graph, everyday, of_kind, share)
    dimension = heads.turn.shape[1] + heads.kinds.basis.shape[1]
    shapes = add_parts_and_look(graph, parts, look_centre, dimension)
    layers = len(heads.centre) - DEPTHS
    graph.save(
        path,
        inputs={
            "layer_means": [layers],
            "depth_means": [DEPTHS],
            "logits": [len(heads.kinds.names)],
            "parts": [CELL_SIDE**2, len(parts.centre)],
            "mean_pool": [LOOK],
        },
        outputs={"joint": [dimension], **shapes},
        name="picture-head",
    )


def picture_kinds(graph: Graph, kinds: Kinds) -> str:
    """From ``logits`` to the unit vector of kinds."""
    temperature = graph.constant("temperature", np.array(kinds.temperature, np.float32))
    graph.node("Div", ["logits", temperature], "tempered")
    graph.node("Softmax", ["tempered"], "chances", axis=1)
    graph.node("MatMul", ["chances", graph.half("names", kinds.names)], "named")
    graph.node("Sub", ["named", graph.constant("kind_centre", kinds.centre)], "named_centred")
    return graph.unit("named_centred", "kind")


def add_parts_and_look(graph: Graph, parts: LocalMap, look_centre: np.ndarray, dimension: int) -> dict:
    """``cells`` and ``look``, with their shapes."""
    graph.node("Sqrt", ["parts"], "part_roots")
    graph.node("Sub", ["part_roots", graph.constant("part_centre", parts.centre)], "part_centred")
    graph.node("MatMul", ["part_centred", graph.eight("part_map", parts.matrix)], "part_mapped")
    graph.unit("part_mapped", "cells")
    graph.node("Sub", ["mean_pool", graph.constant("look_centre", look_centre)], "look_centred")
    graph.unit("look_centred", "look")
    return {"cells": [CELL_SIDE**2, dimension], "look": [LOOK]}


def write_text_head(path: Path, heads: Heads) -> None:
    graph = Graph()
    graph.node("Mul", ["counts", graph.constant("idf", heads.idf)], "weighted")
    graph.node("ReduceL2", ["weighted"], "length", axes=[1], keepdims=1)
    graph.node("Max", ["length", graph.constant("least", np.array(1e-6, np.float32))], "safe_length")
    graph.node("Div", ["weighted", "safe_length"], "unit_words")
    weight = graph.constant("words_weight", np.array(heads.words, np.float32))
    graph.node("Mul", ["unit_words", weight], "words")
    graph.node("Concat", ["vector", "words"], "both", axis=1)
    graph.node("Sub", ["both", graph.constant("centre", heads.text_centre)], "centred")
    everyday = _joined(graph, "centred", heads.text_maps, heads.turn)
    share = text_share(graph, heads.shares, heads.idf)
    _beside(graph, everyday, text_kinds(graph, heads.kinds), share)
    words = len(heads.idf)
    graph.save(
        path,
        inputs={"vector": [len(heads.text_centre) - words], "counts": [words]},
        outputs={"joint": [heads.turn.shape[1] + heads.kinds.basis.shape[1]]},
        name="text-head",
    )


def text_kinds(graph: Graph, kinds: Kinds) -> str:
    """From ``vector`` to the unit vector of kinds."""
    graph.node("Sub", ["vector", graph.constant("text_kind_centre", kinds.text_centre)], "vector_centred")
    graph.node("MatMul", ["vector_centred", graph.half("kind_basis", kinds.basis)], "vector_turned")
    return graph.unit("vector_turned", "kind")


def text_share(graph: Graph, shares: Shares, idf: np.ndarray) -> str:
    """(n, 1) ``Shares.of_texts`` of ``counts``."""
    graph.node("Greater", ["counts", graph.constant("none", np.array(0, np.float32))], "having")
    graph.node("Cast", ["having"], "had", to=TensorProto.FLOAT)
    telling = graph.constant("telling", (idf > shares.telling).astype(np.float32)[:, None])
    graph.node("MatMul", ["had", telling], "told")
    graph.node("LessOrEqual", ["told", graph.constant("few", np.array(shares.few, np.float32))], "names")
    return graph.node(
        "Where",
        [
            "names",
            graph.constant("share_of_name", np.array(shares.name, np.float32)),
            graph.constant("share_of_text", np.array(shares.text, np.float32)),
        ],
        "share",
    )


def _joined(graph: Graph, source: str, maps: Sequence[np.ndarray], turn: np.ndarray) -> str:
    """Each pair's unit vector, side by side, turned."""
    for number, matrix in enumerate(maps):
        graph.node("MatMul", [source, graph.eight(f"map{number}", matrix)], f"mapped{number}")
        graph.unit(f"mapped{number}", f"unit{number}")
    graph.node("Concat", [f"unit{number}" for number in range(len(maps))], "side", axis=1)
    graph.node("MatMul", ["side", graph.half("turn", turn)], "turned")
    return graph.unit("turned", "everyday")


def _beside(graph: Graph, everyday: str, of_kind: str, share: str) -> None:
    """Ends in ``joint``."""
    graph.node("Sub", [graph.constant("one", np.array(1, np.float32)), share], "other_share")
    for name, part in ((everyday, "other_share"), (of_kind, share)):
        graph.node("Sqrt", [part], f"{name}_weight")
        graph.node("Mul", [name, f"{name}_weight"], f"{name}_weighed")
    graph.node("Concat", [f"{everyday}_weighed", f"{of_kind}_weighed"], "joint", axis=1)


def _text_directions(heads: Heads) -> np.ndarray:
    """(T, D) the linear part of what a text's vector does to the everyday part."""
    width = len(heads.text_centre) - len(heads.idf)
    return np.concatenate([part[:width] for part in heads.text_maps], axis=1) @ heads.turn
