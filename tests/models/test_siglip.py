"""An encoder of pictures and words from a folder: a tiny random one in the form of SigLIP's exports."""

import json
import struct

import numpy as np
import pytest
from PIL import Image

from clerestory.errors import BadSettings, ModelCorrupt, ModelMissing
from clerestory.models.picture import load_picture_encoder
from clerestory.models.siglip import TowerFacts, prepared, read_facts
from clerestory.models.weights import WeightStore
from clerestory.settings import ModelSettings

SIDE, D, TOKENS = 8, 6, 5
WORDS = ["<pad>", "<unk>", "</s>", "a", "red", "boat", "dog"]
DRAW = np.random.default_rng(4)
SEEN = DRAW.standard_normal((3 * SIDE * SIDE, D)).astype(np.float32)
SAID = DRAW.standard_normal((len(WORDS), D)).astype(np.float32)


def write(path, inputs, outputs, nodes, constants):
    import onnx
    from onnx import helper, numpy_helper

    path.parent.mkdir(parents=True, exist_ok=True)
    made = [numpy_helper.from_array(value, name) for name, value in constants.items()]
    graph = helper.make_graph(nodes, "tiny", inputs, outputs, made)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), path)


def write_model(folder, *, below="onnx", pooled="pooler_output", dimension=D, bias=True):
    from onnx import TensorProto, helper
    from tokenizers import Tokenizer, models, pre_tokenizers, processors

    value = helper.make_tensor_value_info
    write(
        folder / below / "vision_model.onnx",
        [value("pixel_values", TensorProto.FLOAT, ["b", 3, SIDE, SIDE])],
        [
            value("last_hidden_state", TensorProto.FLOAT, ["b", 1, D]),
            value(pooled, TensorProto.FLOAT, ["b", D]),
        ],
        [
            helper.make_node("Flatten", ["pixel_values"], ["flat"]),
            helper.make_node("MatMul", ["flat", "seen"], [pooled]),
            helper.make_node("Unsqueeze", [pooled, "one"], ["last_hidden_state"]),
        ],
        {"seen": SEEN, "one": np.array([1], np.int64)},
    )
    write(
        folder / below / "text_model.onnx",
        [value("input_ids", TensorProto.INT64, ["b", TOKENS])],
        [value("pooler_output", TensorProto.FLOAT, ["b", dimension])],
        [
            helper.make_node("Gather", ["said", "input_ids"], ["each"]),
            helper.make_node("ReduceMean", ["each"], ["pooler_output"], axes=[1], keepdims=0),
        ],
        {"said": SAID[:, :dimension]},
    )
    made = Tokenizer(models.WordLevel({word: n for n, word in enumerate(WORDS)}, unk_token="<unk>"))
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    made.post_processor = processors.TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 2)])
    made.save(str(folder / "tokenizer.json"))
    size = {"height": SIDE, "width": SIDE}
    seen = {"size": size, "resample": 2, "image_mean": [0.5] * 3, "image_std": [0.5] * 3}
    (folder / "preprocessor_config.json").write_text(json.dumps(seen))
    (folder / "config.json").write_text(json.dumps({"text_config": {"max_position_embeddings": TOKENS}}))
    (folder / "tokenizer_config.json").write_text(json.dumps({"pad_token": {"content": "<pad>"}}))
    if bias:
        logits = {"logit_scale": 2.0, "logit_bias": -3.0}
        (folder / "encoder.json").write_text(json.dumps(logits))


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "tiny siglip"
    made.mkdir()
    write_model(made)
    return made


def load(folder, **options):
    return load_picture_encoder(ModelSettings(picture=f"folder:{folder}", threads=1), **options)


def unit(rows):
    return rows / np.linalg.norm(rows, axis=-1, keepdims=True)


def pictures(count=6):
    draw = np.random.default_rng(1)
    return [draw.integers(0, 255, (9 + n, 20 - n, 3)).astype(np.uint8) for n in range(count)]


def test_pictures_and_words_get_the_vectors_that_the_graphs_give(folder):
    encoder = load(folder)
    seen = encoder.embed(pictures())
    squares = [Image.fromarray(one).resize((SIDE, SIDE), Image.Resampling.BILINEAR) for one in pictures()]
    scaled = np.stack([np.asarray(one, np.float32) / 127.5 - 1 for one in squares]).transpose(0, 3, 1, 2)
    assert np.allclose(seen.joint, unit(scaled.reshape(len(scaled), -1) @ SEEN), atol=1e-4)
    found = encoder.embed_words(["A red boat", "dog", "a red boat on a red dog"])
    wanted = [[3, 4, 5, 2, 0], [6, 2, 0, 0, 0], [3, 4, 5, 1, 2]]
    assert np.allclose(found, unit(SAID[np.array(wanted)].mean(axis=1)), atol=1e-5)
    assert seen.cells.shape == (6, 0, D) and encoder.cell_side == 0
    assert np.array_equal(seen.look, seen.joint)
    assert (seen.hub == 0).all() and (encoder.word_hub(found) == 0).all()
    assert encoder.to_text_vector(found[0]) is None and encoder.background() is None
    assert (encoder.words, encoder.text, encoder.hub_weight) == (True, "", 0.0)


def test_the_probability_is_that_of_the_sigmoid_loss(folder):
    encoder = load(folder)
    assert (encoder.scale, encoder.bias) == (pytest.approx(np.exp(2.0)), -3.0)


def test_scale_and_bias_are_read_from_the_weights_where_nothing_else_says_them(folder):
    (folder / "encoder.json").unlink()
    assert (load(folder).scale, load(folder).bias) == (None, None)
    tensors = {
        "other": bytes(40),
        "logit_scale": struct.pack("<f", 4.5),
        "logit_bias": struct.pack("<f", -12.5),
    }
    header, content = {}, b""
    for name, raw in tensors.items():
        offsets = [len(content), len(content) + len(raw)]
        header[name] = {"dtype": "F32", "shape": [len(raw) // 4], "data_offsets": offsets}
        content += raw
    told = json.dumps(header).encode()
    (folder / "model.safetensors").write_bytes(struct.pack("<Q", len(told)) + told + content)
    assert (load(folder).scale, load(folder).bias) == (pytest.approx(np.exp(4.5)), -12.5)
    (folder / "model.safetensors").write_bytes(b"\xff" * 40)
    with pytest.raises(ModelCorrupt, match="header"):
        load(folder)


def test_a_model_without_a_bias_gives_no_probability(folder):
    (folder / "encoder.json").write_text(json.dumps({"logit_scale": 4.6}))
    assert load(folder).scale is None


def test_nothing_gives_no_rows(folder):
    encoder = load(folder)
    assert encoder.embed([]).joint.shape == (0, D) and encoder.embed_words([]).shape == (0, D)


def test_files_may_lie_in_the_folder_itself_and_projections_are_preferred(tmp_path):
    write_model(tmp_path, below=".", pooled="image_embeds")
    encoder = load_picture_encoder(ModelSettings(picture=str(tmp_path), threads=1))
    assert encoder.embed(pictures(1)).joint.shape == (1, D)


def test_the_space_is_named_after_the_folder_and_what_is_in_it(folder):
    first = load(folder).space
    assert first.encoder == "tiny-siglip" and first.dimension == D
    assert load(folder).space == first and load(folder).look.name != first.name
    (folder / "preprocessor_config.json").write_text(json.dumps({"size": SIDE, "image_mean": [0, 0, 0]}))
    assert load(folder).space.digest != first.digest


def test_a_model_from_a_hub(tmp_path, monkeypatch):
    def fetch(repository, target):
        assert repository == "owner/siglip2-tiny"
        target.mkdir(parents=True)
        write_model(target)

    monkeypatch.setattr("clerestory.models.hub.fetch_hub", fetch)
    settings = ModelSettings(picture="hub:owner/siglip2-tiny", threads=1)
    store = WeightStore(settings, cache=tmp_path, offline=False)
    with pytest.raises(ModelMissing, match="models pull hub:owner/siglip2-tiny"):
        load_picture_encoder(settings, store=store)
    store.pull([settings.picture], listener=lambda _: None)
    encoder = load_picture_encoder(settings, store=store)
    assert encoder.space.encoder == "owner--siglip2-tiny"
    assert encoder.embed(pictures(2)).joint.shape == (2, D)


def test_of_a_hub_only_the_two_models_are_taken(tmp_path, monkeypatch):
    import huggingface_hub as hub

    from clerestory.models.hub import fetch_hub

    asked = []

    def snapshot(repository, *, allow_patterns, local_dir):
        asked.append(allow_patterns)
        write_model(tmp_path / "given")
        (tmp_path / "given").rename(local_dir)

    (tmp_path / "given").mkdir()
    monkeypatch.setattr(hub, "snapshot_download", snapshot)
    fetch_hub("owner/name", tmp_path / "target")
    (patterns,) = asked
    assert "onnx/vision_model.onnx" in patterns and "onnx/model.onnx" not in patterns
    assert (tmp_path / "target" / "onnx" / "text_model.onnx").is_file()


@pytest.mark.parametrize("missing", ["onnx/vision_model.onnx", "onnx/text_model.onnx", "tokenizer.json"])
def test_a_folder_without_its_files_says_what_is_missing(folder, missing):
    (folder / missing).unlink()
    with pytest.raises(BadSettings, match=missing.rpartition("/")[2].replace(".", r"\.")):
        load(folder)


def test_no_such_folder(tmp_path):
    with pytest.raises(BadSettings):
        load(tmp_path / "nowhere")


def test_models_that_do_not_belong_together_are_refused(tmp_path):
    write_model(tmp_path, dimension=4)
    encoder = load(tmp_path)
    with pytest.raises(BadSettings, match="words 4"):
        encoder.embed_words(["dog"])


def test_a_graph_of_something_else_is_refused(folder):
    (folder / "onnx" / "text_model.onnx").rename(folder / "onnx" / "vision_model.onnx")
    write_model_again = folder / "onnx" / "text_model.onnx"
    write_model_again.write_bytes((folder / "onnx" / "vision_model.onnx").read_bytes())
    with pytest.raises(BadSettings, match="pixel_values"):
        load(folder)


@pytest.mark.parametrize("name", ["config.json", "preprocessor_config.json", "encoder.json"])
def test_settings_that_are_no_json_are_a_typed_error(folder, name):
    (folder / name).write_text("{")
    with pytest.raises(ModelCorrupt, match="not JSON"):
        load(folder)


@pytest.mark.parametrize("told", [{"size": "large"}, {"size": {"longest_edge": 8}}, {"image_mean": [0.5]}])
def test_settings_that_make_no_sense_are_a_typed_error(folder, told):
    (folder / "preprocessor_config.json").write_text(json.dumps(told))
    with pytest.raises(BadSettings, match="settings cannot be read"):
        load(folder)


def test_a_middle_cut_keeps_the_proportions_and_loses_the_edges():
    picture = np.zeros((100, 200, 3), np.uint8)
    picture[:, :40] = picture[:, -40:] = 255
    facts = TowerFacts(size=(10, 10), cut=True, mean=(0, 0, 0), deviation=(1, 1, 1))
    assert prepared(picture, facts).max() == 0
    whole = prepared(picture, TowerFacts(size=(10, 10), mean=(0, 0, 0), deviation=(1, 1, 1)))
    assert whole[:, :, 0].min() > 0.9 and whole.shape == (3, 10, 10)


def test_what_clip_says_of_its_pictures_is_understood(tmp_path):
    told = {
        "size": {"shortest_edge": 224},
        "crop_size": {"height": 224, "width": 224},
        "do_center_crop": True,
    }
    told |= {"resample": 3, "image_mean": [0.4, 0.4, 0.4], "do_normalize": True}
    (tmp_path / "preprocessor_config.json").write_text(json.dumps(told))
    facts = read_facts(tmp_path)
    assert (facts.size, facts.cut, facts.resample) == ((224, 224), True, 3)
    assert facts.mean == (0.4, 0.4, 0.4)


def test_a_library_with_such_an_encoder_is_searched(folder, open_library, files):
    from dataclasses import replace

    from tests.conftest import FAKES, OneWorker

    from clerestory.ingesting.engines import load_picture

    for n, one in enumerate(pictures(3)):
        Image.fromarray(np.kron(one, np.ones((8, 8, 1), np.uint8))).save(files / f"{n}.png")
    models = replace(OneWorker.models, picture=f"folder:{folder}", threads=1)
    library = open_library(
        settings=replace(OneWorker, models=models), engines=replace(FAKES, picture=load_picture)
    )
    report = library.add(files, ocr="off")
    assert (report.seen, report.picture_error) == (3, None)
    assert library.status().picture_space.startswith("tiny-siglip")
    assert library.search(images=[files / "1.png"]).hits[0].occurrences[0].path.endswith("1.png")
    assert library.verify().well
