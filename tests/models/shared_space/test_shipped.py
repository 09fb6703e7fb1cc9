"""The shipped heads: they say what the recipe saw them say, and are as small as promised."""

import json
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from training.shared_space.canonical import fixed_inputs, slices

from clerestory.models.picture_words import FOLDERS, artifact
from clerestory.models.word_counts import WordCounts

CANONICAL = json.loads((Path(__file__).parent / "canonical.json").read_text())
SHIPPED = FOLDERS["shared-space"]
MOST_BYTES = 40_000_000


def test_outputs_are_the_canonical_ones():
    found = slices(SHIPPED)
    assert found.keys() == CANONICAL.keys()
    for file, outputs in CANONICAL.items():
        assert found[file].keys() == outputs.keys()
        for name, numbers in outputs.items():
            assert found[file][name] == pytest.approx(numbers, abs=2e-4), (file, name)


@pytest.mark.parametrize("name", list(FOLDERS))
def test_facts_are_those_of_the_files(name):
    facts, folder = artifact(name).facts(), FOLDERS[name]
    picture = onnxruntime.InferenceSession(folder / "picture_head.onnx")
    shapes = {one.name: one.shape[1:] for one in picture.get_outputs()}
    assert shapes["joint"] == [facts.dimension]
    assert shapes["cells"] == [facts.cell_side**2, facts.dimension]
    assert shapes.get("look", [0]) == [facts.look_dimension]
    text = onnxruntime.InferenceSession(folder / "text_head.onnx")
    words = WordCounts.load(folder / "words.json")
    vector = np.full((1, 384), 384**-0.5, np.float32)
    (joint,) = text.run(["joint"], {"vector": vector, "counts": words.counts(["two dogs"])})
    assert joint.shape == (1, facts.dimension) and np.linalg.norm(joint) == pytest.approx(1, abs=1e-3)


def test_an_output_does_not_depend_on_the_batch():
    session = onnxruntime.InferenceSession(SHIPPED / "picture_head.onnx")
    given = fixed_inputs({one.name: one.shape for one in session.get_inputs()})
    both = session.run(["joint"], given)[0]
    one = session.run(["joint"], {name: rows[1:] for name, rows in given.items()})[0]
    assert np.allclose(both[1:], one, atol=1e-5)


def test_heads_are_small():
    assert sum(path.stat().st_size for path in SHIPPED.rglob("*") if path.is_file()) < MOST_BYTES
