"""The two heads as ONNX graphs, and the small files beside them.

In: ``Heads`` and banks. Out: the files of ``clerestory/models/shared_space``, which
``space.json`` describes. Matrices are kept in eight bits per column with a scale each, or
in sixteen where that is not enough; onnxruntime widens them when it opens the file.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET = 17


class Graph:
    """Nodes and constants of a graph that is being put together."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def constant(self, name: str, value: np.ndarray) -> str:
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def node(self, kind: str, inputs: list[str], output: str, **attributes) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [output], name=output, **attributes))
        return output

    def half(self, name: str, value: np.ndarray) -> str:
        """A constant stored in sixteen bits, used in thirty-two."""
        stored = self.constant(f"{name}.f16", value.astype(np.float16))
        return self.node("Cast", [stored], name, to=TensorProto.FLOAT)

    def eight(self, name: str, value: np.ndarray) -> str:
        """A matrix stored in eight bits with a scale per column."""
        scale = np.maximum(np.abs(value).max(axis=0), 1e-12) / 127
        stored = self.constant(f"{name}.i8", np.round(value / scale).astype(np.int8))
        wide = self.node("Cast", [stored], f"{name}.wide", to=TensorProto.FLOAT)
        return self.node("Mul", [wide, self.constant(f"{name}.scale", scale.astype(np.float32))], name)

    def unit(self, source: str, name: str) -> str:
        return self.node("LpNormalization", [source], name, axis=-1, p=2)

    def save(self, path: Path, *, inputs: dict[str, list], outputs: dict[str, list], name: str) -> None:
        def told(shapes: dict[str, list]) -> list[onnx.ValueInfoProto]:
            return [
                helper.make_tensor_value_info(key, TensorProto.FLOAT, ["batch", *shape])
                for key, shape in shapes.items()
            ]

        graph = helper.make_graph(self.nodes, name, told(inputs), told(outputs), self.constants)
        model = helper.make_model(
            graph,
            opset_imports=[helper.make_opsetid("", OPSET)],
            ir_version=9,
            producer_name="clerestory",
        )
        onnx.checker.check_model(model)
        onnx.save(model, path)


def write_tensors(path: Path, tensors: dict[str, np.ndarray]) -> None:
    """A safetensors file: 8 bytes of header length, a JSON header, the raw numbers."""
    import json

    kinds = {"float16": "F16", "float32": "F32", "int8": "I8", "int32": "I32", "int64": "I64"}
    header: dict[str, dict] = {}
    offset = 0
    for name in sorted(tensors):
        value = tensors[name]
        header[name] = {
            "dtype": kinds[str(value.dtype)],
            "shape": list(value.shape),
            "data_offsets": [offset, offset + value.nbytes],
        }
        offset += value.nbytes
    told = json.dumps(header, separators=(",", ":"), sort_keys=True).encode()
    told += b" " * (-len(told) % 8)
    with path.open("wb") as file:
        file.write(len(told).to_bytes(8, "little") + told)
        for name in sorted(tensors):
            file.write(np.ascontiguousarray(tensors[name]).tobytes())
