"""Any other text model: a folder with an ONNX file, as a hub would bring it."""

import json
from itertools import chain
from pathlib import Path

import numpy as np
import pytest

from clerestory.errors import BadSettings, ModelCorrupt
from clerestory.models.text import batches_of, load_text_encoder, read_facts, reduction
from clerestory.models.weights import WeightStore
from clerestory.settings import ModelSettings

WIDTH = 16
WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "query", "passage", ":", "red", "green", "blue"]


def write_model(folder, *, pooling="mean", prompts=None, name="model.onnx", outputs="states"):
    """A model whose last layer is a table look-up: its answers can be worked out by hand."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper
    from tokenizers import Tokenizer, models, pre_tokenizers, processors

    table = np.random.default_rng(1).standard_normal((len(WORDS), WIDTH)).astype(np.float32)
    ids = [
        helper.make_tensor_value_info(n, TensorProto.INT64, ["b", "t"])
        for n in ("input_ids", "attention_mask", "token_type_ids")
    ]
    out = helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, ["b", "t", WIDTH])
    graph = helper.make_graph(
        [helper.make_node("Gather", ["table", "input_ids"], ["last_hidden_state"])],
        "look-up",
        ids,
        [out],
        [numpy_helper.from_array(table, "table")],
    )
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    onnx.save(
        helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), folder / name
    )
    made = Tokenizer(models.WordLevel({word: n for n, word in enumerate(WORDS)}, unk_token="[UNK]"))
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    made.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    made.save(str(folder / "tokenizer.json"))
    (folder / "1_Pooling").mkdir(exist_ok=True)
    (folder / "1_Pooling" / "config.json").write_text(
        json.dumps({"pooling_mode_cls_token": pooling == "cls"})
    )
    (folder / "sentence_bert_config.json").write_text(json.dumps({"max_seq_length": 5}))
    if prompts:
        (folder / "config_sentence_transformers.json").write_text(json.dumps({"prompts": prompts}))
    return table


def unit(x):
    return x / np.linalg.norm(x, axis=-1, keepdims=True)


def load(folder, token_dimension=0):
    return load_text_encoder(ModelSettings(text=str(folder), threads=1), token_dimension=token_dimension)


def test_mean_pooling_prefixes_and_length_come_from_the_folder(tmp_path):
    table = write_model(tmp_path, prompts={"query": "query : ", "passage": "passage : "})
    encoder = load(tmp_path, token_dimension=WIDTH)
    passage = encoder.encode_passages(["red"], tokens=True)
    assert np.allclose(passage.vectors[0], unit(table[[2, 5, 6, 7, 3]].mean(axis=0)), atol=1e-5)
    query = encoder.encode_queries(["blue red green"])  # cut to five tokens with its prefix
    assert np.allclose(query.vectors[0], unit(table[[2, 4, 6, 9, 3]].mean(axis=0)), atol=1e-5)
    assert np.array_equal(passage.tokens[0], np.round(unit(table[[5, 6, 7]]) * 127).astype(np.int8))
    assert encoder.max_tokens == 5 and encoder.languages == frozenset()
    assert encoder.space.dimension == WIDTH and encoder.space.encoder == tmp_path.name


def test_first_token_pooling(tmp_path):
    table = write_model(tmp_path, pooling="cls", name="onnx/model.onnx")
    assert np.allclose(load(tmp_path).encode_passages(["red"]).vectors[0], unit(table[2]), atol=1e-5)


def test_the_space_changes_with_the_model_and_not_with_the_place(tmp_path):
    for name in ("a", "b", "c"):
        (tmp_path / name).mkdir()
        write_model(tmp_path / name)
    (tmp_path / "c" / "encoder.json").write_text('{"query_prefix": "query : "}')
    digests = [load(tmp_path / name).space.digest for name in ("a", "b", "c")]
    assert digests[0] == digests[1] != digests[2]


def test_a_hub_model_is_one_line_of_settings(tmp_path, monkeypatch):
    def fetch(repository, target):
        target.mkdir(parents=True)
        write_model(target)

    monkeypatch.setattr("clerestory.models.hub.fetch_hub", fetch)
    settings = ModelSettings(text="hub:owner/bge-tiny-en-v9", threads=1)
    store = WeightStore(settings, cache=tmp_path, offline=False)
    store.pull([settings.text], listener=lambda _: None)
    encoder = load_text_encoder(settings, token_dimension=8, store=store)
    assert encoder.space.encoder == "owner--bge-tiny-en-v9"
    assert encoder.encode_queries(["red"], tokens=True).tokens[0].shape[1] == 8


def test_the_hub_client_is_asked_for_data_only(tmp_path, monkeypatch):
    import huggingface_hub as hub

    from clerestory.models.hub import fetch_hub

    def snapshot(repository, *, allow_patterns, local_dir):
        assert repository == "owner/name"
        others = {*allow_patterns} - {"model.bin"}  # of CTranslate2, which unpickles nothing
        assert not any("bin" in pattern or "py" in pattern or pattern == "*" for pattern in others)
        if "model.onnx" in allow_patterns:
            write_model(Path(local_dir))

    monkeypatch.setattr(hub, "snapshot_download", snapshot)
    fetch_hub("owner/name", tmp_path / "target")
    assert (tmp_path / "target" / "model.onnx").exists()
    for bad in ("owner", "../x/y", "a/b/c", "a/.."):
        with pytest.raises(BadSettings, match="owner/name"):
            fetch_hub(bad, tmp_path / "bad")


def test_folders_without_their_files_say_what_is_missing(tmp_path):
    with pytest.raises(BadSettings, match=r"model\.onnx"):
        load(tmp_path)
    write_model(tmp_path)
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(ModelCorrupt, match="not a tokenizer"):
        load(tmp_path)
    (tmp_path / "tokenizer.json").unlink()
    with pytest.raises(BadSettings, match=r"tokenizer\.json"):
        load(tmp_path)
    (tmp_path / "model.onnx").write_bytes(b"no model")
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(ModelCorrupt, match="cannot open"):
        load(tmp_path)


def test_known_families_get_the_prefixes_they_were_trained_with(tmp_path):
    assert read_facts(tmp_path, name="intfloat--multilingual-e5-small").passage_prefix == "passage: "
    assert read_facts(tmp_path, name="BAAI--bge-small-en-v1.5").query_prefix.startswith("Represent this")
    assert read_facts(tmp_path, name="owner--other").query_prefix == ""


def test_reductions_are_orthonormal_and_always_the_same():
    matrix = reduction(384, 96)
    assert np.allclose(matrix.T @ matrix, np.eye(96), atol=1e-5)
    assert np.array_equal(matrix, reduction(384, 96))
    assert np.array_equal(reduction(16, 16), np.eye(16))
    assert reduction(16, 0).shape == (16, 0)


def test_batches_hold_every_text_once_and_like_lengths_together():
    lengths = [300, 5, 7, 290, 600, 6]
    batches = batches_of(lengths)
    assert sorted(chain(*batches)) == list(range(6))
    assert batches == [[1, 5, 2], [3], [0], [4]]
