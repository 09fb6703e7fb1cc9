"""The ONNX graph of MiniLM against plain numpy, on small random weights."""

import json
import math
import struct

import numpy as np
import pytest

from clerestory.models.minilm import HEADS, LAYERS, build_graph, prepare_minilm, read_safetensors
from clerestory.models.sessions import open_session
from clerestory.models.text import OnnxTextEncoder

WIDTH, INNER, WORDS = 48, 64, 40


def random_tensors():
    draw = np.random.default_rng(0)

    def numbers(*shape, around=0.0):
        return (draw.standard_normal(shape) * 0.3 + around).astype(np.float32)

    tensors = {
        "embeddings.word_embeddings.weight": numbers(WORDS, WIDTH),
        "embeddings.position_embeddings.weight": numbers(512, WIDTH),
        "embeddings.token_type_embeddings.weight": numbers(2, WIDTH),
        "embeddings.LayerNorm.weight": numbers(WIDTH, around=1),
        "embeddings.LayerNorm.bias": numbers(WIDTH),
    }
    for layer in range(LAYERS):
        prefix = f"encoder.layer.{layer}."
        shapes = {f"attention.self.{part}": (WIDTH, WIDTH) for part in ("query", "key", "value")}
        shapes |= {"attention.output.dense": (WIDTH, WIDTH)}
        shapes |= {"intermediate.dense": (INNER, WIDTH), "output.dense": (WIDTH, INNER)}
        for name, shape in shapes.items():
            tensors[f"{prefix}{name}.weight"] = numbers(*shape)
            tensors[f"{prefix}{name}.bias"] = numbers(shape[0])
        for name in ("attention.output", "output"):
            tensors[f"{prefix}{name}.LayerNorm.weight"] = numbers(WIDTH, around=1)
            tensors[f"{prefix}{name}.LayerNorm.bias"] = numbers(WIDTH)
    return tensors


def reference(tensors, ids):
    """BERT's encoder (Devlin et al. 2018) for one text without padding; (tokens, WIDTH)."""

    def dense(x, name):
        return x @ tensors[f"{name}.weight"].T + tensors[f"{name}.bias"]

    def norm(x, name):
        centred = x - x.mean(axis=-1, keepdims=True)
        scaled = centred / np.sqrt((centred**2).mean(axis=-1, keepdims=True) + 1e-12)
        return scaled * tensors[f"{name}.weight"] + tensors[f"{name}.bias"]

    erf = np.vectorize(math.erf)
    x = tensors["embeddings.word_embeddings.weight"][ids]
    x = x + tensors["embeddings.position_embeddings.weight"][: len(ids)]
    x = norm(x + tensors["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
    for layer in range(LAYERS):
        prefix = f"encoder.layer.{layer}."
        q, k, v = (
            dense(x, f"{prefix}attention.self.{part}").reshape(len(ids), HEADS, -1).transpose(1, 0, 2)
            for part in ("query", "key", "value")
        )
        scores = q @ k.transpose(0, 2, 1) / math.sqrt(q.shape[-1])
        weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
        weights /= weights.sum(axis=-1, keepdims=True)
        attended = (weights @ v).transpose(1, 0, 2).reshape(len(ids), -1)
        x = norm(
            x + dense(attended, f"{prefix}attention.output.dense"), f"{prefix}attention.output.LayerNorm"
        )
        inner = dense(x, f"{prefix}intermediate.dense")
        inner = 0.5 * inner * (1 + erf(inner / math.sqrt(2)))
        x = norm(x + dense(inner, f"{prefix}output.dense"), f"{prefix}output.LayerNorm")
    return x


def unit(x):
    return x / np.linalg.norm(x, axis=-1, keepdims=True)


def write_safetensors(path, tensors):
    header, offset = {"__metadata__": {"format": "pt"}}, 0
    for name, array in tensors.items():
        header[name] = {
            "dtype": "F32",
            "shape": list(array.shape),
            "data_offsets": [offset, offset + array.nbytes],
        }
        offset += array.nbytes
    told = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(told)) + told + b"".join(a.tobytes() for a in tensors.values()))
    return path


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory):
    from tokenizers import Tokenizer, models, pre_tokenizers, processors

    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *(f"w{number}" for number in range(WORDS - 4))]
    made = Tokenizer(models.WordLevel({word: place for place, word in enumerate(words)}, unk_token="[UNK]"))
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    made.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    path = tmp_path_factory.mktemp("tokenizer") / "tokenizer.json"
    made.save(str(path))
    return path


def test_the_float_graph_is_the_reference(tmp_path):
    import onnx

    tensors = random_tensors()
    onnx.save(build_graph(tensors), tmp_path / "m.onnx")
    session = open_session(tmp_path / "m.onnx")
    ids = np.array([[2, 9, 17, 30, 3], [2, 5, 3, 0, 0]], np.int32)
    mask = np.array([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0]], np.int32)
    vectors, states = session.run(["vector", "states"], {"input_ids": ids, "attention_mask": mask})
    for row, length in enumerate((5, 3)):
        expected = reference(tensors, ids[row, :length])
        # Words are kept in 8 bit with a scale each, hence the tolerance.
        assert (unit(states[row, :length]) * unit(expected)).sum(axis=-1).min() > 0.999
        assert unit(expected.mean(axis=0)) @ vectors[row] > 0.9995


def test_the_prepared_folder_is_an_encoder_near_the_reference(tmp_path, tokenizer):
    tensors = random_tensors()
    weights = write_safetensors(tmp_path / "model.safetensors", tensors)
    assert np.array_equal(
        read_safetensors(weights)["embeddings.LayerNorm.bias"], tensors["embeddings.LayerNorm.bias"]
    )
    prepare_minilm(weights, tokenizer, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "encoder.json",
        "model.onnx",
        "model.safetensors",
        "tokenizer.json",
    ]
    encoder = OnnxTextEncoder(tmp_path, label="small", token_dimension=WIDTH, threads=2)
    encoded = encoder.encode_passages(["w1 w2 w3 w4", "w9"], tokens=True)
    expected = reference(tensors, np.array([2, 5, 6, 7, 8, 3]))
    assert encoded.vectors[0] @ unit(expected.mean(axis=0)) > 0.97
    assert (unit(encoded.tokens[0].astype(float)) * unit(expected[1:-1])).sum(axis=-1).min() > 0.9
    assert encoder.languages == {"en"} and encoder.max_tokens == 256
