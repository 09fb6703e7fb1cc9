from __future__ import annotations

from pathlib import Path

import numpy as np
from training.sounds.learning import found_again, learn
from training.sounds.world import RATE, RHYTHMS, SOURCES, play, sort

from clerestory.models.sound_features import COUNT
from clerestory.models.sounds import SoundEncoder
from training.sounds import __main__ as recipe


def test_a_sort_is_the_same_and_its_playings_differ() -> None:
    first, again, other = sort(5, seed=1), sort(5, seed=1), sort(6, seed=1)

    one, two = (play(first, np.random.default_rng(n)) for n in (1, 2))

    assert str(first) == str(again) != str(other)
    assert np.array_equal(one, play(again, np.random.default_rng(1)))
    assert len(one) != len(two)
    assert np.isfinite(one).all() and 0.05 < np.abs(one).max() <= 0.11 and len(one) > RATE


def test_every_source_and_rhythm_comes_up() -> None:
    layers = [layer for number in range(150) for layer in sort(number, seed=1).layers]

    assert {layer.source for layer in layers} == set(SOURCES)
    assert {layer.rhythm for layer in layers} == set(RHYTHMS)


def test_what_changes_from_one_playing_to_the_next_counts_little() -> None:
    random = np.random.default_rng(1)
    played = np.repeat(random.standard_normal((60, 1, 12)), 4, axis=1)
    played[..., 6:] = 3 * random.standard_normal((60, 4, 6))  # only noise

    learned = learn(played[:40], dimension=6, shrink=0.05)

    assert found_again(played[40:]) < 0.6 < 0.95 < found_again(learned.embed(played[40:]))


def test_the_recipe_goes_on_where_it_was_and_writes_a_space(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(recipe, "PART", 2)
    monkeypatch.setattr(recipe, "TIMES", 2)
    first = recipe.make(tmp_path, 4)
    parts = sorted(tmp_path.glob("*.npy"))
    parts[0].unlink()

    again = recipe.make(tmp_path, 4)

    assert first.shape == (4, 2, COUNT)
    assert np.array_equal(first, again)
    recipe.write(tmp_path / "space", learn(again, dimension=3, shrink=0.3))
    encoder = SoundEncoder(tmp_path / "space")
    assert encoder.embed(again[0].astype(np.float32)).shape == (2, 3)
