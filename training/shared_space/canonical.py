"""Canonical output slices: what the written heads say to fixed inputs, for the tests.

In: a folder of the space. Out: first numbers of each output for inputs that a seed makes, in
the ranges that the tower's outputs have.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

FIRST = 6


def fixed_inputs(shapes: dict[str, list]) -> dict[str, np.ndarray]:
    """Two rows of each input; the same for the same shapes."""
    random = np.random.default_rng(7)
    return {
        name: np.abs(
            random.standard_normal([2, *(one if isinstance(one, int) else 0 for one in shape[1:])])
        ).astype(np.float32)
        for name, shape in sorted(shapes.items())
    }


def slices(folder: Path) -> dict[str, dict[str, list[float]]]:
    """By file, then by output: the first numbers of the second row."""
    import onnxruntime

    found: dict[str, dict[str, list[float]]] = {}
    for path in sorted(folder.rglob("*_head.onnx")):
        session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
        given = fixed_inputs({one.name: one.shape for one in session.get_inputs()})
        names = [one.name for one in session.get_outputs()]
        outputs = dict(zip(names, session.run(names, given), strict=True))
        found[path.relative_to(folder).as_posix()] = {
            name: [round(float(number), 5) for number in value[1].reshape(-1)[:FIRST]]
            for name, value in outputs.items()
        }
    return found
