"""Silero's voice detector as dense layers: the same numbers for less than a third of the time.

The published graph convolves four spectra per frame with kernels of three, which runtimes
for CPUs do frame by frame. Over so few places a convolution is a plain matrix, and a
whole recording goes through it in one product. The spectra themselves, a convolution too
there, are left to a fast Fourier transform outside of the graph. In: the published file.
Out: a graph from magnitudes (frames, 4 x 129) and the state to probabilities and the new
state. It does not know sound.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from clerestory.errors import ModelCorrupt

SPECTRA, BINS = 4, 129  # of a frame
STATE = 128  # numbers of the recurrent state
STRIDES = (1, 2, 2, 1)  # of the four convolutions
_KERNEL = 3
_OPSET = 16
_RECURRENT = ("onnx::LSTM_209", "onnx::LSTM_210", "onnx::LSTM_211")


def prepare_silero(published: Path, folder: Path) -> None:
    """Writes ``model.onnx`` into ``folder``.

    Raises:
        ModelCorrupt: the file is no such detector.
    """
    import onnx

    onnx.save(dense(published), folder / "model.onnx")


def dense(path: Path):
    """An ``onnx.ModelProto``: ``magnitudes``, ``h``, ``c`` to ``speech_probs``, ``hn``, ``cn``.

    Raises:
        ModelCorrupt: the file is no such detector.
    """
    import onnx
    from google.protobuf.message import DecodeError
    from onnx import TensorProto, helper, numpy_helper

    try:
        tensors = onnx.load(str(path)).graph.initializer
        weights = {tensor.name: numpy_helper.to_array(tensor) for tensor in tensors}
        matrices = _matrices(weights)
        recurrent = [weights[name] for name in _RECURRENT]
        last, bias = weights["output.weight"][0], weights["output.bias"]
    except (DecodeError, KeyError, ValueError, IndexError) as error:
        raise ModelCorrupt(
            f"it has not the layers of Silero VAD ({type(error).__name__})",
            where=str(path),
            fix="Pull it again.",
        ) from error
    nodes = []
    constants = [*zip(("w", "r", "b"), recurrent, strict=True), ("last", last), ("bias", bias)]
    constants += [("one", np.array([1])), ("rows", np.array([-1, STATE])), ("flat", np.array([-1]))]
    before = "magnitudes"
    for layer, (matrix, offset) in enumerate(matrices):
        constants += [(f"matrix{layer}", matrix), (f"offset{layer}", offset)]
        nodes.append(helper.make_node("Gemm", [before, f"matrix{layer}", f"offset{layer}"], [f"sum{layer}"]))
        before = f"layer{layer}"
        nodes.append(helper.make_node("Relu", [f"sum{layer}"], [before]))
    nodes += [
        helper.make_node("Unsqueeze", [before, "one"], ["sequence"]),
        helper.make_node(
            "LSTM", ["sequence", "w", "r", "b", "", "h", "c"], ["states", "hn", "cn"], hidden_size=STATE
        ),
        helper.make_node("Reshape", ["states", "rows"], ["hidden"]),
        helper.make_node("Relu", ["hidden"], ["positive"]),
        helper.make_node("Gemm", ["positive", "last", "bias"], ["logits"]),
        helper.make_node("Sigmoid", ["logits"], ["column"]),
        helper.make_node("Reshape", ["column", "flat"], ["speech_probs"]),
    ]

    def float_value(name: str, shape: list[str | int]):
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)

    state: list[str | int] = [1, 1, STATE]
    graph = helper.make_graph(
        nodes,
        "silero",
        [
            float_value("magnitudes", ["frames", SPECTRA * BINS]),
            float_value("h", state),
            float_value("c", state),
        ],
        [float_value("speech_probs", ["frames"]), float_value("hn", state), float_value("cn", state)],
        [numpy_helper.from_array(value, name) for name, value in constants],
    )
    opsets = [helper.make_opsetid("", _OPSET)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=8)


def _matrices(weights: dict[str, np.ndarray]) -> list[tuple[np.ndarray, np.ndarray]]:
    """A matrix and an offset for each convolution; places are the outer index on both sides."""
    places = SPECTRA
    layers = []
    for layer, stride in enumerate(STRIDES):
        kernel, bias = weights[f"encoder.{layer}.weight"], weights[f"encoder.{layer}.bias"]
        matrix = as_matrix(kernel, places=places, stride=stride)
        places = matrix.shape[1] // len(bias)
        layers.append((matrix, np.tile(bias, places)))
    if layers[0][0].shape[0] != SPECTRA * BINS or places != 1:
        raise ValueError("other shapes")
    return layers


def as_matrix(kernel: np.ndarray, *, places: int, stride: int) -> np.ndarray:
    """The convolution of ``places`` places, one zero at each end, as a matrix from the right."""
    channels_out, channels_in, width = kernel.shape
    if width != _KERNEL:
        raise ValueError(f"a kernel of {width}")
    count = (places + 2 - _KERNEL) // stride + 1
    matrix = np.zeros((places, channels_in, count, channels_out), np.float32)
    for out in range(count):
        for tap in range(_KERNEL):
            place = out * stride + tap - 1
            if 0 <= place < places:
                matrix[place, :, out] = kernel[:, :, tap].T
    return matrix.reshape(places * channels_in, count * channels_out)
