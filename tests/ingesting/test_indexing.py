"""Rows of the index: what is embedded, what is searched, and where each segment stands."""

from __future__ import annotations

import numpy as np
import pytest
from tests.fakes import TOKEN_DIMENSION, BagOfWords
from tests.scenarios.material import pdf

from clerestory.ingesting.passages import passage
from clerestory.storing.index import RowFilter


@pytest.fixture
def stores(library, files):
    pdf(files / "manual.pdf", word="zirconium")
    (files / "notes.md").write_text("# Finds\n\nA vein of vanadium.")
    library.add(files)
    return library._stores


def test_every_segment_has_its_vector_and_its_tokens(stores, library, files):
    encoder = BagOfWords()
    for name in ("manual.pdf", "notes.md"):
        segments = library.reading(files / name).segments
        table = stores.index.vectors(encoder.space, [s.id for s in segments], tokens=True)
        rows = {row["segment_id"]: row for row in table.to_pylist()}
        for segment in segments:
            wanted = encoder.encode_passages([passage(segment)], tokens=True)
            row = rows[segment.id]
            assert np.allclose(row["vector"], wanted.vectors[0], atol=1e-6)
            tokens = np.frombuffer(row["tokens"], np.int8).reshape(-1, TOKEN_DIMENSION)
            assert (tokens == wanted.tokens[0]).all()


def test_words_and_places_agree(stores, library, files):
    found = stores.index.words(["zirconium"], where=RowFilter(), k=10).to_pylist()
    assert [row["place"] for row in found] == ["p2"]
    pages = stores.index.pages(["zirconium"], where=RowFilter(), k=10).to_pylist()
    assert [row["place"] for row in pages] == ["p2"]
    asset = found[0]["asset"]
    here = stores.index.places([(asset, "p2")]).to_pylist()
    segments = library.reading(files / "manual.pdf").segments
    assert {row["segment_id"] for row in here} == {s.id for s in segments if s.locator.page == 2}


def test_pages_are_found_by_title_file_name_and_headings(stores):
    for term in ("manual", "chapter", "note", "find"):
        assert stores.index.pages([term], where=RowFilter(), k=10).num_rows, term


def test_rows_point_into_the_reading(stores):
    for row in stores.index.words(["vanadium", "zirconium"], where=RowFilter(), k=10).to_pylist():
        (segment,) = stores.readings.segments(row["reading"], [row["row"]])
        assert segment.id == row["segment_id"]
