"""A space without any captioned photograph: kinds of things alone.

In: the tower's classifier and text vectors of its classes' names. Out: the same files as for
the trained space, which carry no licence but the tower's, the text encoder's and that of the
names. A picture's parts are seen through the same classifier. Much weaker on scenes; on
kinds of things it is as good (``card.md`` has the figures).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from training.shared_space.export import Graph
from training.shared_space.kinds import TEMPERATURE, Kinds, read_names
from training.shared_space.shipping import (
    FACTS,
    LOOK,
    Banks,
    picture_kinds,
    text_kinds,
    write_banks,
    write_facts,
    write_words,
)

DIMENSION = 128
SIDE = 3  # of the tower's ``grid``
TEMPLATE = "a photo of a {}"


def free_kinds(names: np.ndarray) -> Kinds:
    """Kinds whose middle is that of the names: no picture and no caption is needed."""
    middle = names.mean(axis=0)
    _, _, directions = np.linalg.svd(names - middle, full_matrices=False)
    basis = np.ascontiguousarray(directions[:DIMENSION].T, np.float32)
    return Kinds((names @ basis).astype(np.float32), middle @ basis, basis, middle, TEMPERATURE)


def write_free(
    folder: Path, names: np.ndarray, asked: np.ndarray, classifier: tuple[np.ndarray, np.ndarray]
) -> None:
    """``names`` (classes, T) and ``asked`` (the same in a template): text vectors;
    ``classifier``: its rows (classes, F) and bias."""
    folder.mkdir(parents=True, exist_ok=True)
    found = free_kinds(names)
    rows, bias = classifier
    write_picture_head(folder / "picture_head.onnx", found, rows, bias)
    write_text_head(folder / "text_head.onnx", found)
    write_words(folder, [], np.zeros(0))
    # What a class looks like at its purest stands for pictures: its own row, seen by all.
    purest = found.pictures(unit_rows(rows) @ rows.T * np.linalg.norm(rows, axis=1).mean())
    banks = Banks(purest, found.texts(asked), np.zeros(LOOK, np.float32))
    write_banks(folder, banks, found.basis, seed=0)
    facts = {key: value for key, value in FACTS.items() if key != "look_dimension"} | {"cell_side": SIDE}
    write_facts(folder, "shared-space-free", DIMENSION, len(found.basis), facts)


def write_picture_head(path: Path, found: Kinds, rows: np.ndarray, bias: np.ndarray) -> None:
    graph = Graph()
    graph.node("Identity", [picture_kinds(graph, found)], "joint")
    graph.node("MatMul", ["grid", graph.eight("classes", np.ascontiguousarray(rows.T))], "part_classes")
    graph.node("Add", ["part_classes", graph.constant("bias", bias)], "part_logits")
    graph.node("Div", ["part_logits", "temperature"], "part_tempered")
    graph.node("Softmax", ["part_tempered"], "part_chances", axis=2)
    graph.node("MatMul", ["part_chances", "names"], "part_named")
    graph.node("Sub", ["part_named", "kind_centre"], "part_centred")
    graph.unit("part_centred", "cells")
    graph.save(
        path,
        inputs={"logits": [len(rows)], "grid": [SIDE**2, rows.shape[1]]},
        outputs={"joint": [DIMENSION], "cells": [SIDE**2, DIMENSION]},
        name="picture-head",
    )


def write_text_head(path: Path, found: Kinds) -> None:
    graph = Graph()
    graph.node("Identity", [text_kinds(graph, found)], "joint")
    graph.save(
        path,
        inputs={"vector": [len(found.basis)], "counts": ["words"]},
        outputs={"joint": [DIMENSION]},
        name="text-head",
    )


def read_classifier(model: Path) -> tuple[np.ndarray, np.ndarray]:
    """Rows and bias of the tower's last layer, from its prepared file."""
    import onnx
    from onnx import numpy_helper

    held = {one.name: one for one in onnx.load(model).graph.initializer}
    rows, bias = (numpy_helper.to_array(held[name]) for name in ("classes", "classes_bias"))
    return np.asarray(rows, np.float32), np.asarray(bias, np.float32)


def asked_names() -> list[str]:
    return [TEMPLATE.format(name) for name in read_names()]


def unit_rows(rows: np.ndarray) -> np.ndarray:
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)
