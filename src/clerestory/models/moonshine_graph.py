"""Moonshine's decoder as ONNX with its cross-attention as an output.

The weights come in the format of onnxruntime, which can write them back as ONNX. Their
decoder holds two branches, one for the first token and one for those after it; both get
one more output, ``cross_attentions`` (batch, layers x heads, tokens, frames), in the order
of the layers: what a word looked at while it was written, at no cost.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from clerestory.errors import ModelCorrupt

LAYERS = 6
ENCODER, DECODER, PIECES = "encoder_model.ort", "decoder_model_merged.ort", "tokenizer.bin"


def prepare_moonshine(sources: Path, folder: Path) -> None:
    """Writes ``encoder.ort``, ``decoder.onnx`` and ``tokenizer.bin`` into ``folder``.

    Raises:
        ModelCorrupt: the decoder is not built as expected.
    """
    import onnx

    plain = folder / "plain.onnx"
    _rewrite(sources / DECODER, plain)
    onnx.save(with_attention(onnx.load(plain)), folder / "decoder.onnx")
    plain.unlink()
    shutil.copyfile(sources / ENCODER, folder / "encoder.ort")
    shutil.copyfile(sources / PIECES, folder / "tokenizer.bin")


def with_attention(model):
    """The decoder with the output ``cross_attentions``; changes and returns ``model``."""
    from onnx import TensorProto, helper

    choices = [node for node in model.graph.node if node.op_type == "If"]
    if len(choices) != 1:
        raise ModelCorrupt("the decoder has no single branch", where=model.graph.name, fix="Pull it again.")
    for branch in choices[0].attribute:
        graph = branch.g
        graph.name = branch.name  # onnxruntime writes it without, and does not read it without
        looks = [f"/model/decoder/layers.{layer}/encoder_attn/Softmax_output_0" for layer in range(LAYERS)]
        name = f"cross_attentions_{branch.name}"
        graph.node.append(helper.make_node("Concat", looks, [name], axis=1))
        graph.output.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, None))
    choices[0].output.append("cross_attentions")
    shape = ["batch_size", "heads", "decoder_sequence_length", "frames"]
    model.graph.output.append(helper.make_tensor_value_info("cross_attentions", TensorProto.FLOAT, shape))
    used = [opset for opset in model.opset_import if opset.domain in ("", "com.microsoft")]
    del model.opset_import[:]
    model.opset_import.extend(used)
    return model


def _rewrite(source: Path, target: Path) -> None:
    """A file of onnxruntime's own format as ONNX."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.optimized_model_filepath = str(target)
    options.log_severity_level = 3
    options.add_session_config_entry("session.save_model_format", "ONNX")
    try:
        onnxruntime.InferenceSession(str(source), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime raises a dozen unrelated classes
        raise ModelCorrupt(
            f"onnxruntime {onnxruntime.__version__} cannot read it ({type(error).__name__})",
            where=str(source),
            fix="Pull it again, with the pinned onnxruntime.",
        ) from error
