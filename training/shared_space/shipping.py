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

from training.shared_space.export import Graph, write_tensors
from training.shared_space.heads import Heads, roots

CAPTION_BANK, PHOTO_BANK = 1500, 2000
CELL_SIDE = 3
CELL_RIDGE = 1.0
# Corrections for hubs: chosen on held-back training photographs (MODELS of docs/measured.md).
FACTS = {
    "frame": "whole",
    "cell_side": CELL_SIDE,
    "text": "minilm-l6-int8",
    "hub_neighbours": 10,
    "hub_weight": 0.5,
    "word_hub_neighbours": 100,
    "word_hub_weight": 0.75,
}


@dataclass(frozen=True, slots=True)
class LocalMap:
    """From the roots of a part's means of the last layer to the space: (x - centre) @ matrix."""

    centre: np.ndarray
    matrix: np.ndarray


def local_map(last_means: np.ndarray, captions: np.ndarray) -> LocalMap:
    """Ridge regression of the mean caption's direction (n, D) on whole photographs (n, 1280);
    parts of a photograph are then seen through the same map."""
    rooted = roots(last_means)
    centre = rooted.mean(axis=0)
    rooted -= centre
    moments = (rooted.T @ rooted / len(rooted)).astype(np.float64)
    moments += CELL_RIDGE * np.trace(moments) / len(moments) * np.eye(len(moments))
    wanted = rooted.T @ (captions - captions.mean(axis=0)) / len(rooted)
    return LocalMap(centre, np.linalg.solve(moments, wanted).astype(np.float32))


def write_space(
    folder: Path,
    name: str,
    heads: Heads,
    parts: LocalMap,
    *,
    stems: Sequence[str],
    photos: np.ndarray,
    captions: np.ndarray,
    seed: int = 0,
) -> None:
    """All files of one space; ``photos`` and ``captions`` (unit, of training) are drawn from."""
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(seed)
    caption_bank = captions[random.choice(len(captions), min(CAPTION_BANK, len(captions)), False)]
    photo_bank = photos[random.choice(len(photos), min(PHOTO_BANK, len(photos)), False)]
    write_picture_head(folder / "picture_head.onnx", heads, parts)
    write_text_head(folder / "text_head.onnx", heads)
    told = {"stems": list(stems), "idf": [round(float(weight), 4) for weight in heads.idf]}
    (folder / "words.json").write_text(json.dumps(told, indent=0) + "\n", encoding="utf-8")
    vector_width = len(heads.text_centre) - len(heads.idf)
    directions = np.concatenate([part[:vector_width] for part in heads.text_maps], axis=1) @ heads.turn
    write_tensors(
        folder / "background.safetensors",
        {
            "captions": caption_bank.astype(np.float16),
            "photos": photo_bank.astype(np.float16),
            "text_directions": directions.astype(np.float16),
        },
    )
    facts = {
        "name": name,
        "dimension": heads.turn.shape[1],
        "text_dimension": vector_width,
        **FACTS,
    }
    (folder / "space.json").write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")


def write_picture_head(path: Path, heads: Heads, parts: LocalMap) -> None:
    graph = Graph()
    graph.node("Sqrt", ["layer_means"], "roots")
    graph.node("Sub", ["roots", graph.constant("centre", heads.centre)], "centred")
    _joined(graph, "centred", heads.maps, heads.turn)
    graph.node("Sqrt", ["grid"], "cell_roots")
    graph.node("Sub", ["cell_roots", graph.constant("cell_centre", parts.centre)], "cell_centred")
    graph.node("MatMul", ["cell_centred", graph.eight("cell_map", parts.matrix)], "cell_mapped")
    graph.unit("cell_mapped", "cells")
    dimension = heads.turn.shape[1]
    graph.save(
        path,
        inputs={"layer_means": [len(heads.centre)], "grid": [CELL_SIDE**2, len(parts.centre)]},
        outputs={"joint": [dimension], "cells": [CELL_SIDE**2, dimension]},
        name="picture-head",
    )


def write_text_head(path: Path, heads: Heads) -> None:
    graph = Graph()
    graph.node("Mul", ["counts", graph.constant("idf", heads.idf)], "weighted")
    graph.node("ReduceL2", ["weighted"], "length", axes=[1], keepdims=1)
    graph.node("Max", ["length", graph.constant("least", np.float32(1e-6))], "safe_length")
    graph.node("Div", ["weighted", "safe_length"], "unit_words")
    graph.node("Mul", ["unit_words", graph.constant("share", np.float32(heads.words))], "words")
    graph.node("Concat", ["vector", "words"], "both", axis=1)
    graph.node("Sub", ["both", graph.constant("centre", heads.text_centre)], "centred")
    _joined(graph, "centred", heads.text_maps, heads.turn)
    words = len(heads.idf)
    graph.save(
        path,
        inputs={"vector": [len(heads.text_centre) - words], "counts": [words]},
        outputs={"joint": [heads.turn.shape[1]]},
        name="text-head",
    )


def _joined(graph: Graph, source: str, maps: Sequence[np.ndarray], turn: np.ndarray) -> None:
    """Each pair's unit vector, side by side, turned; ends in ``joint``."""
    for number, matrix in enumerate(maps):
        graph.node("MatMul", [source, graph.eight(f"map{number}", matrix)], f"mapped{number}")
        graph.unit(f"mapped{number}", f"unit{number}")
    graph.node("Concat", [f"unit{number}" for number in range(len(maps))], "side", axis=1)
    graph.node("MatMul", ["side", graph.half("turn", turn)], "turned")
    graph.unit("turned", "joint")
