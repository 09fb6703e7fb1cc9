"""Parting pictures by what they show."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.searching.pictures import paint

from clerestory.searching.clusters import centred, parted, representatives, usual_count
from clerestory.types import Filter


def unit(vectors):
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


@given(st.integers(0, 2**32 - 1), st.integers(1, 40), st.integers(1, 60))
def test_every_picture_is_in_exactly_one_cluster(seed, pictures, count):
    vectors = unit(np.random.default_rng(seed).normal(size=(pictures, 6)))
    members = parted(centred(vectors), count)
    assert sorted(at for one in members for at in one) == list(range(pictures))
    assert len(members) <= min(count, pictures)
    assert members == parted(centred(vectors), count)


def test_equal_pictures_make_one_cluster():
    assert len(parted(unit(np.ones((7, 4))), 3)) == 1
    assert parted(np.empty((0, 4), np.float32), 3) == []


def test_what_is_apart_is_parted():
    random = np.random.default_rng(2)
    middles = random.normal(size=(4, 32))
    labels = np.repeat(np.arange(4), 12)
    members = parted(centred(unit(middles[labels] + 0.2 * random.normal(size=(48, 32)))), 4)
    assert sorted(map(len, members)) == [12] * 4
    assert all(len(set(labels[one])) == 1 for one in members)


@given(st.integers(0, 2**32 - 1), st.integers(1, 30), st.integers(1, 8))
def test_representatives_differ_and_the_middle_one_comes_first(seed, pictures, most):
    vectors = unit(np.random.default_rng(seed).normal(size=(pictures, 5)) + 1)
    chosen, likeness = representatives(vectors, most)
    places = [at for at, _ in chosen]
    assert len(places) == len(set(places)) == min(most, pictures)
    assert chosen[0][1] == max(cosine for _, cosine in chosen)
    assert -1 <= likeness <= chosen[0][1] + 1e-5


def test_more_clusters_for_more_pictures_up_to_an_end():
    assert [usual_count(count) for count in (0, 1, 8, 200, 10**6)] == [1, 1, 2, 10, 60]


@pytest.fixture
def album(library, files):
    reds = {f"red{at}": ("red",) for at in range(4)}
    blues = {f"blue{at}": ("blue",) for at in range(3)}
    paint(files, **reds, **blues)
    library.add(files, ocr="off")
    return library


def names(group):
    return [hit.occurrences[0].path.rpartition("/")[2] for hit in group.hits]


def test_clusters_of_a_library_with_what_stands_for_them(album):
    reds, blues = album.clusters(count=2, pictures=2)
    assert (reds.size, blues.size) == (4, 3)
    assert all(name.startswith("red") for name in names(reds))
    assert all(name.startswith("blue") for name in names(blues))
    assert len(reds.hits) == len(blues.hits) == 2


def test_filters_restrict_what_is_parted(album):
    assert [one.size for one in album.clusters(filter=Filter(path="*blue*"), count=1)] == [3]
    assert album.clusters(filter=Filter(media_types=("video/*",))) == ()
