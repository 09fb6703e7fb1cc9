"""The decoder with its attention: a small model of two branches, and files that are none."""

import numpy as np
import onnxruntime
import pytest
from onnx import TensorProto, helper

from clerestory.errors import ModelCorrupt
from clerestory.models.moonshine_graph import DECODER, LAYERS, prepare_moonshine, with_attention

WEIGHTS = {"one": 1.0, "two": 2.0}


def branch(weight):
    """What the decoder computes, cut down to its looks: one softmax per layer."""
    nodes = []
    for layer in range(LAYERS):
        name = f"/model/decoder/layers.{layer}/encoder_attn/Softmax_output_0"
        scaled = f"scaled{layer}"
        nodes.append(helper.make_node("Mul", ["scores", weight], [scaled]))
        nodes.append(helper.make_node("Softmax", [scaled], [name], axis=-1))
    nodes.append(helper.make_node("Identity", ["scores"], [f"same_{weight}"]))
    output = helper.make_tensor_value_info(f"same_{weight}", TensorProto.FLOAT, None)
    return helper.make_graph(nodes, f"graph_{weight}", [], [output])


def model(*, choices=1):
    chosen = [
        helper.make_node("If", ["first"], [f"same{n}"], then_branch=branch("one"), else_branch=branch("two"))
        for n in range(choices)
    ]
    graph = helper.make_graph(
        chosen,
        "decoder",
        [
            helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["b", 8, "q", "t"]),
            helper.make_tensor_value_info("first", TensorProto.BOOL, []),
        ],
        [helper.make_tensor_value_info("same0", TensorProto.FLOAT, None)],
        [
            helper.make_tensor(name, TensorProto.FLOAT, [], [value])
            for name, value in (("one", 1.0), ("two", 2.0))
        ],
    )
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.training", 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=8)


def test_the_looks_of_all_layers_come_out_of_both_branches():
    changed = with_attention(model())
    assert [opset.domain for opset in changed.opset_import] == [""]
    session = onnxruntime.InferenceSession(changed.SerializeToString(), providers=["CPUExecutionProvider"])
    scores = np.random.default_rng(0).standard_normal((1, 8, 1, 5)).astype(np.float32)
    for first, weight in ((True, 1.0), (False, 2.0)):
        (looks,) = session.run(["cross_attentions"], {"scores": scores, "first": np.array(first)})
        expected = np.exp(weight * scores) / np.exp(weight * scores).sum(axis=-1, keepdims=True)
        assert looks.shape == (1, LAYERS * 8, 1, 5)
        assert np.allclose(looks, np.concatenate([expected] * LAYERS, axis=1), atol=1e-6)


def test_another_kind_of_decoder_is_refused():
    with pytest.raises(ModelCorrupt, match="single branch"):
        with_attention(model(choices=2))


def test_a_file_that_onnxruntime_cannot_read_is_told(tmp_path):
    (tmp_path / DECODER).write_bytes(b"no model")
    with pytest.raises(ModelCorrupt, match="cannot read"):
        prepare_moonshine(tmp_path, tmp_path)
