"""Damaged recordings and videos end in a reading or a typed error, within time and memory."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from bench.media_fuzz import fuzz, mutated, seeds
from hypothesis import given
from hypothesis import strategies as st

from clerestory.ingesting.workers import Limits


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return seeds(tmp_path_factory.mktemp("whole"))


def test_no_damage_stops_the_run(tmp_path: Path, whole: list[Path]):
    limits = Limits(workers=2, memory_mb=2048, seconds=60)
    result = fuzz(whole, tmp_path, count=24, seed=7, limits=limits)
    assert result["failures"] == []
    assert sum(result["outcomes"].values()) >= result["files"]
    assert result["peak_mb"] < 600
    assert not list(tmp_path.iterdir())


@given(st.binary(min_size=1, max_size=4000), st.binary(min_size=1, max_size=4000), st.integers())
def test_the_same_seed_does_the_same_damage(content: bytes, other: bytes, seed: int):
    first = mutated(content, other, random.Random(seed))
    assert first == mutated(content, other, random.Random(seed))
