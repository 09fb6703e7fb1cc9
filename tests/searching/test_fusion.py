"""Fusion: stated parts that add up, whatever the scores are."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerestory.searching.fusion import Part, fuse, ordered, shares, total

keys = st.text("abcdefgh", min_size=1, max_size=1)
finite = st.floats(allow_nan=False, allow_infinity=False)
anything = st.floats(allow_nan=True, allow_infinity=True)


def parts(values):
    return st.lists(
        st.builds(
            Part,
            st.sampled_from(["words", "vector", "tokens"]),
            st.dictionaries(keys, values, max_size=8),
            st.floats(0, 1),
            st.sampled_from([None, 0.0]),
        ),
        max_size=3,
        unique_by=lambda part: part.name,
    )


@given(parts(anything))
def test_contributions_are_never_nan_nor_beyond_the_weight(given_parts):
    fused = fuse(given_parts)
    assert set(fused) == {key for part in given_parts for key in part.scores}
    weights = {part.name: part.weight for part in given_parts}
    for contributions in fused.values():
        for name, value in contributions.items():
            assert math.isfinite(value)
            assert 0 < value <= weights[name]


@given(parts(finite), st.randoms())
def test_order_of_parts_and_candidates_does_not_matter(given_parts, random):
    shuffled = []
    for part in given_parts:
        items = list(part.scores.items())
        random.shuffle(items)
        shuffled.append(Part(part.name, dict(items), part.weight, part.floor))
    random.shuffle(shuffled)
    assert ordered(fuse(given_parts)) == ordered(fuse(shuffled))


@given(st.dictionaries(keys, st.integers(-1000, 1000), min_size=2, max_size=8), st.data())
def test_a_candidate_whose_score_rises_never_falls(scores, data):
    riser = data.draw(st.sampled_from(sorted(scores)))
    other = {key: data.draw(st.integers(0, 10)) for key in sorted(scores)}
    raised = {**scores, riser: scores[riser] + data.draw(st.integers(0, 1000))}
    floor = data.draw(st.sampled_from([None, 0.0]))

    def rank(words):
        fused = fuse([Part("words", words, 0.5, floor), Part("vector", other, 0.5)])
        return sum(total(fused[key]) > total(fused[riser]) + 1e-12 for key in fused)

    assert rank(raised) <= rank(scores)


@given(st.dictionaries(keys, st.integers(-1000, 1000), max_size=8))
def test_one_part_alone_keeps_its_order(scores):
    best_first = [scores[key] for key in ordered(fuse([Part("words", scores)]))]
    assert best_first == sorted(best_first, reverse=True)


def test_known_answer():
    fused = fuse(
        [
            Part("words", {"a": 8.0, "b": 4.0}, 0.25, floor=0.0),
            Part("vector", {"a": 0.2, "b": 0.6, "c": 0.4}, 0.25),
        ]
    )
    assert fused["a"] == {"words": 0.25}
    assert fused["b"] == {"words": pytest.approx(0.125), "vector": pytest.approx(0.25)}
    assert fused["c"] == {"vector": pytest.approx(0.125)}
    assert ordered(fused) == ["b", "a", "c"]


def test_what_cannot_be_told_apart_counts_alike():
    assert shares({"a": 0.3, "b": 0.3}) == {"a": 1.0, "b": 1.0}
    assert shares({"a": 0.0}, floor=0.0) == {"a": 0.0}
    assert shares({"a": math.nan}) == {}
