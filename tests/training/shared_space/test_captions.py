"""Words of captions: counted by photograph, spelt as most spell them."""

import pytest
from training.shared_space.captions import LEAST_PHOTOS, spelling, vocabulary

CAPTIONS = [["a dog runs", "the dogs run", "snow"]] * LEAST_PHOTOS + [["a cat"], ["a dog", "a dog", "grass"]]


def test_words_of_enough_photographs_are_known_by_the_share_of_captions_that_say_them():
    stems, salience = vocabulary(CAPTIONS)
    assert list(stems) == ["dog", "run", "snow"]
    assert salience.shape == (3, len(CAPTIONS))
    assert salience[stems["dog"], 0] == pytest.approx(2 / 3) and salience[stems["run"], -1] == 0


def test_a_stem_is_spelt_as_it_is_most_often():
    assert spelling(CAPTIONS, ["dog", "zebra"]) == {"dog": "dog", "zebra": "zebra"}
