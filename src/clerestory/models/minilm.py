"""all-MiniLM-L6-v2 from its safetensors file to one ONNX file in 8 bit, without torch.

The graph is written with ``onnx.helper`` in onnxruntime's fused operators (Attention,
SkipLayerNormalization, BiasGelu; they exist on the CPU provider only), then its matrices
become int8 with one scale per output channel; one scale per matrix costs six points of
cosine (docs/measured.md). Word vectors become int8 with one scale per word.

Inputs of the graph: ``input_ids`` and ``attention_mask``, int32 (batch, tokens).
Outputs: ``vector`` float32 (batch, 384), unit length, mean of the tokens;
``states`` float32 (batch, tokens, 384), the last layer.

Model: Wang et al. 2020 (MiniLM), fine-tuned by the sentence-transformers authors, 2021.
"""

from __future__ import annotations

import json
import logging
import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np

HEADS = 12
LAYERS = 6
EPSILON = 1e-12
MAX_TOKENS = 256  # as the model was trained and published
FUSED = "com.microsoft"


def prepare_minilm(weights: Path, tokenizer: Path, folder: Path) -> None:
    """Writes ``model.onnx``, ``tokenizer.json`` and ``encoder.json`` into ``folder``."""
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    model = build_graph(read_safetensors(weights))
    raw = folder / "raw.onnx"
    onnx.save(model, raw)
    with _quiet_root():
        quantize_dynamic(
            raw,
            folder / "model.onnx",
            op_types_to_quantize=["MatMul", "Attention"],
            per_channel=True,
            weight_type=QuantType.QInt8,
            # Shape inference does not know the fused operators, so the type is told (1 = float).
            extra_options={"MatMulConstBOnly": True, "DefaultTensorType": onnx.TensorProto.FLOAT},
        )
    raw.unlink()
    (folder / "tokenizer.json").write_bytes(tokenizer.read_bytes())
    facts = {"pooling": "in-graph", "max_tokens": MAX_TOKENS, "languages": ["en"]}
    (folder / "encoder.json").write_text(json.dumps(facts), encoding="utf-8")


@contextmanager
def _quiet_root() -> Iterator[None]:
    """Keeps back the quantiser's advice about shapes, which fused graphs cannot follow."""
    root = logging.getLogger()
    level = root.level
    root.setLevel(logging.ERROR)
    try:
        yield
    finally:
        root.setLevel(level)


def read_safetensors(path: Path) -> dict[str, np.ndarray]:
    """Tensors by name: eight bytes of header length, a JSON header, raw numbers.

    Only the types that our weights use; nothing is executed.
    """
    kinds = {"F32": np.float32, "F16": np.float16, "I64": np.int64}
    content = path.read_bytes()
    (length,) = struct.unpack_from("<Q", content)
    header = json.loads(content[8 : 8 + length])
    tensors = {}
    for name, facts in header.items():
        if name == "__metadata__":
            continue
        begin, end = facts["data_offsets"]
        raw = content[8 + length + begin : 8 + length + end]
        tensors[name] = np.frombuffer(raw, kinds[facts["dtype"]]).reshape(facts["shape"])
    return tensors


def build_graph(tensors: Mapping[str, np.ndarray]):
    """The float graph as an ``onnx.ModelProto``; word vectors are int8 already."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    nodes: list[onnx.NodeProto] = []
    constants: list[onnx.TensorProto] = []

    def constant(name: str, value: np.ndarray) -> str:
        constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def node(kind: str, inputs: list[str], output: str, *, fused: bool = False, **attributes) -> str:
        made = helper.make_node(kind, inputs, [output], domain=FUSED if fused else "", **attributes)
        made.name = output
        nodes.append(made)
        return output

    def weight(name: str) -> np.ndarray:
        return tensors[name].astype(np.float32)

    words = weight("embeddings.word_embeddings.weight")
    scale = np.abs(words).max(axis=1, keepdims=True) / 127
    scale[scale == 0] = 1
    constant("words", np.round(words / scale).astype(np.int8))
    constant("word_scales", scale.astype(np.float32))
    # Every text is one sequence, so its token type (0) is part of the position.
    constant(
        "positions",
        weight("embeddings.position_embeddings.weight")
        + weight("embeddings.token_type_embeddings.weight")[0],
    )
    constant("zero", np.array([0], np.int64))
    constant("two", np.array([2], np.int64))
    constant("one", np.array([1], np.int64))

    node("Gather", ["words", "input_ids"], "word_int8")
    node("Cast", ["word_int8"], "word_float", to=TensorProto.FLOAT)
    node("Gather", ["word_scales", "input_ids"], "word_scale")
    node("Mul", ["word_float", "word_scale"], "word")
    node("Shape", ["input_ids"], "shape")
    node("Slice", ["shape", "one", "two", "zero"], "tokens")
    node("Slice", ["positions", "zero", "tokens", "zero"], "position")
    node("Add", ["word", "position"], "embedded")
    constant("embedding_norm", weight("embeddings.LayerNorm.weight"))
    constant("embedding_norm_bias", weight("embeddings.LayerNorm.bias"))
    state = node(
        "LayerNormalization",
        ["embedded", "embedding_norm", "embedding_norm_bias"],
        "layer_in",
        axis=-1,
        epsilon=EPSILON,
    )

    for layer in range(LAYERS):
        prefix, name = f"encoder.layer.{layer}.", f"layer{layer}_"
        parts = ("query", "key", "value")
        constant(
            f"{name}qkv",
            np.concatenate([weight(f"{prefix}attention.self.{part}.weight").T for part in parts], axis=1),
        )
        constant(
            f"{name}qkv_bias",
            np.concatenate([weight(f"{prefix}attention.self.{part}.bias") for part in parts]),
        )
        node(
            "Attention",
            [state, f"{name}qkv", f"{name}qkv_bias", "attention_mask"],
            f"{name}attended",
            fused=True,
            num_heads=HEADS,
        )
        for step, source, residual in (
            ("attention.output", f"{name}attended", state),
            ("output", f"{name}activated", f"{name}attention.output_normed"),
        ):
            if step == "output":
                constant(f"{name}inner", weight(f"{prefix}intermediate.dense.weight").T)
                constant(f"{name}inner_bias", weight(f"{prefix}intermediate.dense.bias"))
                node("MatMul", [residual, f"{name}inner"], f"{name}inner_out")
                node("BiasGelu", [f"{name}inner_out", f"{name}inner_bias"], source, fused=True)
            constant(f"{name}{step}", weight(f"{prefix}{step}.dense.weight").T)
            constant(f"{name}{step}_bias", weight(f"{prefix}{step}.dense.bias"))
            constant(f"{name}{step}_norm", weight(f"{prefix}{step}.LayerNorm.weight"))
            constant(f"{name}{step}_norm_bias", weight(f"{prefix}{step}.LayerNorm.bias"))
            node("MatMul", [source, f"{name}{step}"], f"{name}{step}_out")
            state = node(
                "SkipLayerNormalization",
                [f"{name}{step}_out", residual]
                + [f"{name}{step}{suffix}" for suffix in ("_norm", "_norm_bias", "_bias")],
                f"{name}{step}_normed",
                fused=True,
                epsilon=EPSILON,
            )

    # Mean over the tokens that are there: its length does not matter, as it becomes 1.
    node("Cast", ["attention_mask"], "mask", to=TensorProto.FLOAT)
    node("Unsqueeze", ["mask", "one"], "mask_row")
    node("MatMul", ["mask_row", state], "sum_row")
    node("Squeeze", ["sum_row", "one"], "sum")
    node("LpNormalization", ["sum"], "vector", axis=-1, p=2)
    node("Identity", [state], "states")

    width = words.shape[1]
    ids = [
        helper.make_tensor_value_info(name, TensorProto.INT32, ["batch", "tokens"])
        for name in ("input_ids", "attention_mask")
    ]
    outputs = [
        helper.make_tensor_value_info("vector", TensorProto.FLOAT, ["batch", width]),
        helper.make_tensor_value_info("states", TensorProto.FLOAT, ["batch", "tokens", width]),
    ]
    graph = helper.make_graph(nodes, "minilm", ids, outputs, constants)
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid(FUSED, 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=9, producer_name="clerestory")
