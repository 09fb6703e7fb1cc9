"""EfficientNet-Lite2 from its torch file to ONNX, without torch.

The graph has batch normalisation folded into the convolutions and its own pixel scaling.
Input ``pixels``: uint8 (batch, 260, 260, 3), RGB. Outputs, all float32:

- ``mean_pool`` and ``max_pool`` (batch, 1280) of the last map,
- ``grid`` (batch, 9, 1280): means of its 3 x 3 parts, row by row,
- ``parts`` (batch, 16, 1248): means of 4 x 4 overlapping parts of block 19's widened map, row by
  row (earlier than the last, it knows better what is where: docs/measured.md),
- ``layer_means`` (batch, 5024): means of the last map and of the widened maps of blocks
  19, 20, 14 and 10 (earlier maps find photographs by words better: docs/measured.md),
- ``depth_means`` (batch, 6960): means of the depthwise maps of blocks 20, 19, 18, 17, 16, 14,
- ``logits`` (batch, 1000): the ImageNet classes.

Tan and Le 2019; the Lite variant (no squeeze-and-excite, ReLU6) by the same authors, 2020.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

SIDE = 260
BLOCKS = 21
STRIDED = (1, 4, 7, 15)  # blocks that halve the map; the stem does too
LAYER_BLOCKS = (19, 20, 14, 10)
DEPTH_BLOCKS = (20, 19, 18, 17, 16, 14)
PARTS_BLOCK = 19
BN_EPSILON = 1e-3


def prepare_efficientnet(weights: Path, folder: Path) -> None:
    """Writes ``model.onnx`` into ``folder``."""
    import onnx

    from clerestory.models.unpickle import read_tensors

    onnx.save(build_graph(read_tensors(weights)), folder / "model.onnx")


def build_graph(tensors: Mapping[str, np.ndarray]):
    """The tower as an ``onnx.ModelProto`` (opset 17)."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    nodes: list[onnx.NodeProto] = []
    constants: list[onnx.TensorProto] = []

    def constant(name: str, value: np.ndarray) -> str:
        constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def node(kind: str, inputs: list[str], output: str, **attributes) -> str:
        nodes.append(helper.make_node(kind, inputs, [output], name=output, **attributes))
        return output

    def convolution(source: str, name: str, norm: str, *, stride: int = 1, active: bool = True) -> str:
        kernel, bias = fold(tensors, name, norm)
        depthwise = kernel.shape[1] == 1 and kernel.shape[0] > 1
        out = node(
            "Conv",
            [source, constant(f"{name}.kernel", kernel), constant(f"{name}.bias", bias)],
            f"{name}.out",
            strides=[stride, stride],
            group=kernel.shape[0] if depthwise else 1,
            auto_pad="SAME_UPPER",
            kernel_shape=list(kernel.shape[2:]),
        )
        return node("Clip", [out, "zero", "six"], f"{name}.active") if active else out

    constant("zero", np.array(0, np.float32))
    constant("six", np.array(6, np.float32))
    constant("centre", np.array(127, np.float32))
    constant("range", np.array(128, np.float32))
    node("Cast", ["pixels"], "pixels_float", to=TensorProto.FLOAT)
    node("Sub", ["pixels_float", "centre"], "pixels_centred")
    node("Div", ["pixels_centred", "range"], "pixels_scaled")
    node("Transpose", ["pixels_scaled"], "planes", perm=[0, 3, 1, 2])

    state = convolution("planes", "_conv_stem", "_bn0", stride=2)
    widened: dict[int, str] = {}
    deep: dict[int, str] = {}
    for block in range(BLOCKS):
        prefix = f"_blocks.{block}."
        inner = state
        if f"{prefix}_expand_conv.weight" in tensors:
            inner = convolution(inner, f"{prefix}_expand_conv", f"{prefix}_bn0")
            widened[block] = inner
        stride = 2 if block in STRIDED else 1
        inner = convolution(inner, f"{prefix}_depthwise_conv", f"{prefix}_bn1", stride=stride)
        deep[block] = inner
        inner = convolution(inner, f"{prefix}_project_conv", f"{prefix}_bn2", active=False)
        narrow = tensors[f"{prefix}_project_conv.weight"].shape[0]
        first = f"{prefix}_expand_conv.weight"
        wide_in = tensors[first].shape[1] if first in tensors else -1
        if stride == 1 and wide_in == narrow:
            inner = node("Add", [inner, state], f"{prefix}sum")
        state = inner
    state = convolution(state, "_conv_head", "_bn1")

    width, classes = tensors["_conv_head.weight"].shape[0], tensors["_fc.weight"].shape[0]
    node("GlobalAveragePool", [state], "mean_map")
    node("Flatten", ["mean_map"], "mean_pool", axis=1)
    node("GlobalMaxPool", [state], "max_map")
    node("Flatten", ["max_map"], "max_pool", axis=1)
    # The last map is 9 x 9 at 260 pixels: nine parts of 3 x 3.
    node("AveragePool", [state], "ninths", kernel_shape=[3, 3], strides=[3, 3])
    constant("ninths_shape", np.array([0, width, 9], np.int64))
    node("Reshape", ["ninths", "ninths_shape"], "ninths_flat")
    node("Transpose", ["ninths_flat"], "grid", perm=[0, 2, 1])
    wide = {block: tensors[f"_blocks.{block}._expand_conv.weight"].shape[0] for block in widened}

    def mean_of(source: str, name: str) -> str:
        node("GlobalAveragePool", [source], f"{name}_map")
        return node("Flatten", [f"{name}_map"], name, axis=1)

    means = [mean_of(widened[block], f"block{block}_mean") for block in LAYER_BLOCKS]
    node("Concat", ["mean_pool", *means], "layer_means", axis=1)
    node(
        "Concat",
        [mean_of(deep[block], f"depth{block}_mean") for block in DEPTH_BLOCKS],
        "depth_means",
        axis=1,
    )
    # Of 9 x 9 places: those of neighbouring parts share a row or column.
    node("AveragePool", [widened[PARTS_BLOCK]], "sixteenths", kernel_shape=[3, 3], strides=[2, 2])
    constant("sixteenths_shape", np.array([0, wide[PARTS_BLOCK], 16], np.int64))
    node("Reshape", ["sixteenths", "sixteenths_shape"], "sixteenths_flat")
    node("Transpose", ["sixteenths_flat"], "parts", perm=[0, 2, 1])
    constant("classes", tensors["_fc.weight"])
    constant("classes_bias", tensors["_fc.bias"])
    node("Gemm", ["mean_pool", "classes", "classes_bias"], "logits", transB=1)

    pixels = helper.make_tensor_value_info("pixels", TensorProto.UINT8, ["batch", SIDE, SIDE, 3])
    shapes = {
        "mean_pool": [width],
        "max_pool": [width],
        "grid": [9, width],
        "parts": [16, wide[PARTS_BLOCK]],
        "layer_means": [width + sum(wide[block] for block in LAYER_BLOCKS)],
        "depth_means": [sum(wide[block] for block in DEPTH_BLOCKS)],
        "logits": [classes],
    }
    outputs = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", *shape])
        for name, shape in shapes.items()
    ]
    graph = helper.make_graph(nodes, "efficientnet-lite2", [pixels], outputs, constants)
    opsets = [helper.make_opsetid("", 17)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=9, producer_name="clerestory")


def fold(tensors: Mapping[str, np.ndarray], name: str, norm: str) -> tuple[np.ndarray, np.ndarray]:
    """Kernel and bias of a convolution with its batch normalisation folded in.

    ``gamma (W x - mean) / sqrt(var + eps) + beta`` is a convolution again.
    """
    scale = tensors[f"{norm}.weight"] / np.sqrt(tensors[f"{norm}.running_var"] + BN_EPSILON)
    kernel = tensors[f"{name}.weight"] * scale[:, None, None, None]
    bias = tensors[f"{norm}.bias"] - tensors[f"{norm}.running_mean"] * scale
    return kernel.astype(np.float32), bias.astype(np.float32)
