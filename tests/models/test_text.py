"""Texts to vectors: the default encoder's behaviour, and folders of any other model."""

import numpy as np
import pytest

from clerestory.models.text import load_text_encoder
from clerestory.settings import ModelSettings

pytestmark = pytest.mark.weights


@pytest.fixture(scope="module")
def encoder():
    return load_text_encoder(ModelSettings(threads=1), token_dimension=96)


def test_near_meanings_are_near(encoder):
    passages = encoder.encode_passages(
        ["The cat sleeps on the sofa.", "Interest rates rose in spring.", "Boil the pasta for nine minutes."]
    )
    for query, expected in [("a feline resting", 0), ("monetary policy", 1), ("cooking noodles", 2)]:
        scores = passages.vectors @ encoder.encode_queries([query]).vectors[0]
        assert scores.argmax() == expected


def test_vectors_have_unit_length_and_do_not_depend_on_company(encoder):
    texts = ["one", "two words", "a rather long text about tide gauges and their floats " * 4]
    together = encoder.encode_passages(texts).vectors
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    alone = np.concatenate([encoder.encode_passages([text]).vectors for text in texts])
    # Activations are scaled per batch in 8 bit, so company moves a vector a little.
    assert ((together * alone).sum(axis=1) > 0.97).all()


def test_token_vectors_are_int8_one_row_per_token(encoder):
    encoded = encoder.encode_passages(["tide gauge", ""], tokens=True)
    assert [rows.shape for rows in encoded.tokens] == [(2, 96), (0, 96)]
    assert encoded.tokens[0].dtype == np.int8
    assert np.allclose(np.linalg.norm(encoded.tokens[0].astype(float), axis=1), 127, atol=4)


def test_nothing_in_nothing_out(encoder):
    assert encoder.encode_passages([]).vectors.shape == (0, 384)
