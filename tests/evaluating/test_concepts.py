"""Things to take out of a library, and their examples."""

from __future__ import annotations

from clerestory.evaluating.concepts import FITTING, HELD, examples


def test_no_word_is_used_both_to_fit_and_to_measure() -> None:
    fitting = frozenset().union(*(concept.stems for concept in FITTING))
    held = frozenset().union(*(concept.stems for concept in HELD))
    assert not fitting & held


def test_each_concept_has_words_and_a_name_of_its_own() -> None:
    names = [concept.name for concept in (*FITTING, *HELD)]
    assert len(set(names)) == len(names)
    assert all(concept.stems for concept in (*FITTING, *HELD))


def test_one_caption_makes_an_example() -> None:
    dog = next(concept for concept in FITTING if concept.name == "a dog")
    captions = [["A man runs .", "Two puppies play ."], ["A man runs .", "A hot day ."]]
    assert examples(captions, dog.stems) == [True, False]
