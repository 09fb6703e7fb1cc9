"""What is kept beside a picture's vector, and which encoder settings name."""

import hashlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from clerestory.errors import BadSettings, ModelMissing
from clerestory.models.picture import (
    StoredPicture,
    eight_bit,
    load_picture_encoder,
    packed,
    unpacked,
    without_cells,
)
from clerestory.models.weights import WeightStore
from clerestory.settings import ModelSettings

DIGEST = hashlib.sha256(b"a picture").hexdigest()
CELLS = arrays.arrays(np.int8, st.tuples(st.integers(0, 50), st.integers(1, 300)))
SHARES = st.floats(-1, 1, width=32)


@given(cells=CELLS, hub=SHARES, familiar=SHARES, bits=st.binary(min_size=8, max_size=8))
def test_what_is_packed_comes_back(cells, hub, familiar, bits):
    found = unpacked(packed(StoredPicture(DIGEST, hub, familiar, cells, bits.hex())))
    assert (found.digest, found.hub, found.familiar, found.phash) == (DIGEST, hub, familiar, bits.hex())
    assert found.cells.shape == cells.shape and (found.cells == cells).all()


@given(cells=CELLS)
def test_without_its_parts_a_picture_is_the_same_and_smaller(cells):
    content = packed(StoredPicture(DIGEST, 0.25, 0.5, cells, "00ff" * 4))
    found = unpacked(without_cells(content))
    assert (found.digest, found.hub, found.familiar, found.phash) == (DIGEST, 0.25, 0.5, "00ff" * 4)
    assert found.cells.shape == (0, cells.shape[1])
    assert len(without_cells(content)) == len(content) - cells.size


def test_unit_vectors_in_eight_bit_keep_their_direction():
    cells = np.random.default_rng(0).standard_normal((20, 256)).astype(np.float32)
    cells /= np.linalg.norm(cells, axis=1, keepdims=True)
    back = eight_bit(cells).astype(np.float32)
    back /= np.linalg.norm(back, axis=1, keepdims=True)
    assert (back * cells).sum(axis=1).min() > 0.99


def test_weights_that_are_missing_say_how_to_get_them(tmp_path):
    settings = ModelSettings()
    with pytest.raises(ModelMissing) as raised:
        load_picture_encoder(settings, store=WeightStore(settings, cache=tmp_path))
    assert "clerestory models pull efficientnet-lite2" in raised.value.fix


def test_an_encoder_of_something_else_is_refused():
    with pytest.raises(BadSettings) as raised:
        load_picture_encoder(ModelSettings(picture="minilm-l6-int8"))
    assert "efficientnet-lite2" in raised.value.fix


def test_a_space_that_is_not_shipped_is_refused(tmp_path):
    with pytest.raises(BadSettings) as raised:
        load_picture_encoder(ModelSettings(picture_words="shared"))
    assert "shared-space" in raised.value.fix
