"""The space of pictures and words with small random heads: the sums are those of the file format."""

import hashlib
import json
import struct

import numpy as np
import pytest

from clerestory.errors import ModelCorrupt
from clerestory.models.picture import load_picture_encoder
from clerestory.models.picture_words import FOLDERS, Artifact, SharedSpace, nearest_mean, unit
from clerestory.settings import ModelSettings

D, T, TOWER, LOOK = 6, 5, 7, 1280
STEMS = ["dog", "sea", "run"]


class Tower:
    """Numbers that are the picture's mean colour, times fixed directions."""

    name, threads = "colours", 1
    digest = hashlib.sha256(b"tower").hexdigest()

    def __init__(self):
        self.frames = []

    def run(self, images, outputs, *, frame="whole"):
        self.frames.append(frame)
        means = np.array([image.reshape(-1, 3).mean(axis=0) / 255 for image in images], np.float32)
        draw = np.random.default_rng(3)
        made = {
            "layer_means": means.reshape(-1, 3) @ draw.random((3, TOWER), np.float32),
            "mean_pool": means.reshape(-1, 3) @ draw.random((3, LOOK), np.float32),
        }
        return {name: made[name] for name in outputs}


def save(path, tensors):
    """As safetensors: eight bytes of header length, a JSON header, raw numbers."""
    kinds = {"float16": "F16", "float32": "F32"}
    header, content = {}, b""
    for name, tensor in tensors.items():
        begin, content = len(content), content + tensor.tobytes()
        offsets = [begin, len(content)]
        header[name] = {"dtype": kinds[tensor.dtype.name], "shape": tensor.shape, "data_offsets": offsets}
    told = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(told)) + told + content)


def linear(path, inputs, output, matrices, *, cells=0):
    """``output`` = sum of the inputs times their matrices; ``cells`` copies of it as parts."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    nodes, constants, parts = [], [], []
    for name, matrix in zip(inputs, matrices, strict=True):
        constants.append(numpy_helper.from_array(matrix, f"{name}.matrix"))
        nodes.append(helper.make_node("MatMul", [name, f"{name}.matrix"], [f"{name}.part"]))
        parts.append(f"{name}.part")
    nodes.append(helper.make_node("Sum", parts, [output]))
    outputs = [helper.make_tensor_value_info(output, TensorProto.FLOAT, ["n", D])]
    if cells:
        constants.append(numpy_helper.from_array(np.array([0, 1, D], np.int64), "one"))
        nodes.append(helper.make_node("Reshape", [output, "one"], ["single"]))
        nodes.append(helper.make_node("Concat", ["single"] * cells, ["cells"], axis=1))
        outputs.append(helper.make_tensor_value_info("cells", TensorProto.FLOAT, ["n", cells, D]))
    fed = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", matrix.shape[0]])
        for name, matrix in zip(inputs, matrices, strict=True)
    ]
    graph = helper.make_graph(nodes, "head", fed, outputs, constants)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), path)


@pytest.fixture
def folder(tmp_path):
    draw = np.random.default_rng(1)
    made = tmp_path / "space"
    made.mkdir()
    facts = {"dimension": D, "cell_side": 2, "frame": "middle", "text": "texts", "hub_weight": 0.5}
    facts |= {"word_hub_weight": 0.75, "hub_neighbours": 2, "word_hub_neighbours": 3}
    (made / "space.json").write_text(json.dumps(facts))
    random = [
        draw.standard_normal(shape).astype(np.float32) for shape in [(TOWER, D), (T, D), (len(STEMS), D)]
    ]
    linear(made / "picture_head.onnx", ["layer_means"], "joint", random[:1], cells=4)
    linear(made / "text_head.onnx", ["vector", "counts"], "joint", random[1:])
    (made / "words.json").write_text(json.dumps({"stems": {stem: n for n, stem in enumerate(STEMS)}}))
    banks = {"captions": unit(draw.standard_normal((9, D))), "photos": unit(draw.standard_normal((8, D)))}
    banks["text_directions"] = draw.standard_normal((T, D)).astype(np.float32)
    banks = {name: bank.astype(np.float16) for name, bank in banks.items()}
    save(made / "background.safetensors", banks)
    return made


@pytest.fixture
def space(folder):
    return SharedSpace(Artifact("random", folder), Tower(), threads=1)


def pictures(count):
    draw = np.random.default_rng(2)
    return [draw.integers(0, 255, (30 + n, 40, 3)).astype(np.uint8) for n in range(count)]


def test_pictures_get_unit_vectors_parts_and_their_nearness_to_captions(space):
    seen = space.embed(pictures(5))
    assert seen.joint.shape == (5, D) and seen.look.shape == (5, LOOK) and seen.cells.shape == (5, 4, D)
    for rows in (seen.joint, seen.look, seen.cells):
        assert rows.dtype == np.float32
        assert np.allclose(np.linalg.norm(rows, axis=-1), 1, atol=1e-5)
    assert np.allclose(seen.cells[:, 2], seen.joint, atol=1e-6)
    captions = space.background().captions
    assert np.allclose(seen.hub, np.sort(seen.joint @ captions.T)[:, -2:].mean(axis=1), atol=1e-6)
    assert (seen.familiar == 1).all()
    assert space._tower.frames == ["middle"]


def test_a_picture_has_the_same_vector_alone_and_among_others(space):
    several = pictures(4)
    assert np.allclose(space.embed(several).joint[2], space.embed([several[2]]).joint[0], atol=1e-5)


def test_no_pictures_and_no_words_give_no_rows(space):
    seen = space.embed([])
    assert (seen.joint.shape, seen.look.shape) == ((0, D), (0, LOOK))
    assert (seen.cells.shape, len(seen)) == ((0, 4, D), 0)
    assert space.embed_words([], np.zeros((0, T), np.float32)).shape == (0, D)


def test_words_count_beside_their_vector(space):
    vectors = unit(np.random.default_rng(5).standard_normal((3, T)))
    found = space.embed_words(["a dog runs", "the sea", "nothing of it"], vectors)
    assert np.allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)
    other = space.embed_words(["the sea", "the sea", "nothing of it"], vectors)
    assert not np.allclose(found[0], other[0], atol=1e-3)
    assert np.allclose(found[1:], other[1:], atol=1e-6)
    photos = space.background().photos
    assert np.allclose(space.word_hub(found), np.sort(found @ photos.T)[:, -3:].mean(axis=1), atol=1e-6)


def test_words_without_their_vectors_are_an_error(space):
    with pytest.raises(ValueError, match="texts"):
        space.embed_words(["a dog"])
    with pytest.raises(ValueError, match="texts"):
        space.embed_words(["a dog", "a cat"], np.ones((1, T), np.float32))


def test_a_direction_back_into_the_space_of_texts(space):
    back = space.to_text_vector(space.embed(pictures(1)).joint[0])
    assert back.shape == (T,) and np.linalg.norm(back) == pytest.approx(1, abs=1e-5)


def test_the_space_is_another_when_anything_that_decides_vectors_is_another(folder):
    def name():
        return SharedSpace(Artifact("random", folder), Tower(), threads=1).space.name

    first = name()
    assert name() == first
    (folder / "calibration.safetensors").write_bytes(b"\x00")  # judges scores and makes no vectors
    assert name() == first
    for file in ("words.json", "space.json"):
        (folder / file).write_text((folder / file).read_text() + " ")
        assert name() != first
        first = name()


def test_calibration_comes_from_its_own_file(folder, space):
    assert space.background().calibration == {}
    save(folder / "calibration.safetensors", {"weights": np.arange(3, dtype=np.float32)})
    again = SharedSpace(Artifact("random", folder), Tower(), threads=1)
    assert again.background().calibration["weights"].tolist() == [0, 1, 2]


@pytest.mark.parametrize("damage", ["{", '{"dimension": 6}', '{"frame": "half"}'])
def test_facts_that_cannot_be_read_are_a_typed_error(folder, damage):
    (folder / "space.json").write_text(damage)
    with pytest.raises(ModelCorrupt) as raised:
        SharedSpace(Artifact("random", folder), Tower(), threads=1)
    assert "space.json" in raised.value.where


def test_a_missing_head_is_a_typed_error(folder):
    (folder / "text_head.onnx").unlink()
    with pytest.raises(ModelCorrupt, match=r"text_head\.onnx"):
        SharedSpace(Artifact("random", folder), Tower(), threads=1)


@pytest.mark.parametrize("content", [b"", b"not numbers", b"\x02" + bytes(7) + b"{}"])
def test_damaged_numbers_are_a_typed_error(folder, content):
    (folder / "background.safetensors").write_bytes(content)
    broken = SharedSpace(Artifact("random", folder), Tower(), threads=1)
    with pytest.raises(ModelCorrupt, match=r"cannot be read|not all there"):
        broken.embed(pictures(1))


def test_the_mean_of_the_nearest_where_there_are_fewer_than_asked_for():
    rows = unit(np.random.default_rng(0).standard_normal((2, 4)))
    bank = unit(np.random.default_rng(1).standard_normal((3, 4)))
    assert np.allclose(nearest_mean(rows, bank, 10), (rows @ bank.T).mean(axis=1), atol=1e-6)
    assert nearest_mean(rows, bank[:0], 10).tolist() == [0, 0]


@pytest.mark.weights
@pytest.mark.parametrize("name", FOLDERS)
def test_the_shipped_spaces_open_and_keep_their_form(name):
    from clerestory.models.text import load_text_encoder

    encoder = load_picture_encoder(ModelSettings(picture_words=name, threads=1))
    seen = encoder.embed([*pictures(2), np.full((300, 400, 3), 128, np.uint8)])
    facts = json.loads((FOLDERS[name] / "space.json").read_text())
    assert seen.joint.shape == (3, facts["dimension"])
    assert seen.cells.shape == (3, facts["cell_side"] ** 2, facts["dimension"])
    for rows in (seen.joint, seen.look, seen.cells, seen.hub):
        assert np.isfinite(rows).all()
    texts = ["a dog runs on the beach", "children play football"]
    text = load_text_encoder(ModelSettings(threads=1), token_dimension=0)
    words = encoder.embed_words(texts, text.encode_queries(texts).vectors)
    assert words.shape == (2, facts["dimension"]) and encoder.text == ModelSettings().text
    assert encoder.to_text_vector(words[0]).shape == (facts["text_dimension"],)
    assert encoder.background().photos.shape[1] == facts["dimension"]
