"""Pictures that are there more than once."""

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from tests.searching.pictures import painted

from clerestory.ingesting.report import silent
from clerestory.searching.copies import COMPARED, stars
from clerestory.searching.gathering import Gallery, Gathered
from clerestory.types import Filter


def gallery(vectors, assets):
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    pictures = tuple(Gathered(asset, f"reading of {asset}", 0, "00" * 32) for asset in assets)
    far_apart = np.random.default_rng(0).integers(0, 2**63, len(assets), dtype=np.uint64)
    return Gallery(pictures, unit.astype(np.float32), far_apart)


@given(st.integers(0, 2**32 - 1), st.integers(1, 40), st.integers(1, 12))
def test_groups_are_apart_span_files_and_are_the_same_as_their_first(seed, count, assets):
    random = np.random.default_rng(seed)
    kinds = random.integers(0, 3, count)
    vectors = random.normal(size=(3, 8))[kinds] + 0.05 * random.normal(size=(count, 8))
    names = [f"a{name}" for name in random.integers(0, assets, count)]
    told = []
    groups = stars(gallery(vectors, names), lambda a, b: kinds[a] == kinds[b], listener=told.append)
    members = [at for group in groups for at in group]
    assert len(members) == len(set(members))
    for group in groups:
        assert group == sorted(group)
        assert {kinds[at] for at in group} == {kinds[group[0]]}
        assert names[group[0]] not in {names[at] for at in group[1:]}
    assert (told[-1].done, told[-1].total) == (count, count)


def test_of_many_that_look_alike_few_are_compared_closely():
    random = np.random.default_rng(5)
    forms = gallery(
        random.normal(size=(1, 16)) + 0.01 * random.normal(size=(300, 16)), list(map(str, range(300)))
    )
    compared = []
    assert stars(forms, lambda a, b: bool(compared.append((a, b))), listener=silent) == []
    assert len(compared) <= 300 * COMPARED


def test_blocks_do_not_change_what_is_found(monkeypatch):
    random = np.random.default_rng(5)
    vectors = np.repeat(random.normal(size=(9, 16)), 3, axis=0) + 0.02 * random.normal(size=(27, 16))
    these = gallery(vectors, [f"a{at}" for at in range(27)])
    whole = stars(these, lambda a, b: a // 3 == b // 3, listener=silent)
    monkeypatch.setattr("clerestory.searching.copies.BLOCK", 4)
    assert stars(these, lambda a, b: a // 3 == b // 3, listener=silent) == whole
    assert whole == [[at, at + 1, at + 2] for at in range(0, 27, 3)]


def saved(content: bytes, **options) -> bytes:
    out = io.BytesIO()
    with Image.open(io.BytesIO(content)) as picture:
        picture.convert("RGB").resize((90, 90)).save(out, "JPEG", **options)
    return out.getvalue()


@pytest.fixture
def album(library, files):
    original = painted("red", "blue", "white", "yellow", texture="harbour")
    (files / "harbour.png").write_bytes(original)
    (files / "harbour-small.jpg").write_bytes(saved(original, quality=40))
    (files / "gate.png").write_bytes(painted("yellow", "yellow", "blue", "red", texture="gate"))
    (files / "notes.txt").write_text("The gate is painted once a year.")
    library.add(files, ocr="off")
    return library


def test_a_picture_saved_anew_is_a_copy(album):
    (group,) = album.copies()
    assert {hit.occurrences[0].path.rpartition("/")[2] for hit in group.hits} == {
        "harbour.png",
        "harbour-small.jpg",
    }
    assert group.size == 2 and 0.5 < group.likeness <= 1


def test_a_search_shows_it_once(album):
    hits = album.search("red and blue and white").hits
    named = [hit.occurrences[0].path for hit in hits]
    assert sum("harbour" in name for name in named) == 1
    (hit,) = [hit for hit in hits if "harbour" in hit.occurrences[0].path]
    assert hit.also


def test_filters_restrict_what_is_compared(album):
    assert album.copies(filter=Filter(path="*gate*")) == ()
    assert album.copies(filter=Filter(media_types=("video/*",))) == ()


def test_what_is_in_the_trash_is_no_copy(album, files):
    album.remove(files / "harbour-small.jpg")
    assert album.copies() == ()


def test_a_library_without_pictures_says_so(library, files):
    (files / "notes.txt").write_text("The gate is painted once a year.")
    library.add(files)
    assert not library.copies()
