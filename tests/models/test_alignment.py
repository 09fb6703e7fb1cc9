"""Aligned words: what is spelled how, what is believed, and the aligner on sounds without words."""

import numpy as np
import pytest

from clerestory.models.alignment import agreed, load_aligner, spelled
from clerestory.models.speech import RATE, Word


def words(*spans):
    return tuple(Word(f"w{n}", start, end, 0.9) for n, (start, end) in enumerate(spans))


def test_words_are_spelled_for_the_dictionary():
    assert spelled("42-line") == ["forty", "two", "line"]
    assert spelled("“Don’t,") == ["don't"]
    assert spelled("15th") == ["fifteenth"]
    assert spelled("♪") == []


def test_words_move_where_both_agree():
    heard = words((0.0, 0.5), (0.5, 1.0), (1.0, 1.6))
    moved = agreed(heard, [(0.05, 0.45), (0.55, 1.02), (1.1, 1.5)])
    assert [(w.start_s, w.end_s) for w in moved] == [(0.05, 0.45), (0.55, 1.02), (1.1, 1.5)]
    assert [(w.text, w.confidence) for w in moved] == [(w.text, w.confidence) for w in heard]


def test_one_that_disagrees_stays_and_many_that_do_undo_all():
    heard = words(*[(n, n + 1.0) for n in range(10)])
    shifted = [(n + 0.1, n + 1.1) for n in range(10)]
    one = agreed(heard, [*shifted[:4], (9.0, 9.5), *shifted[5:]])
    assert one[0].start_s == 0.1 and one[4].end_s <= one[5].start_s
    assert agreed(heard, [(n + 0.5, n + 1.5) for n in range(10)]) == heard


def test_words_never_lie_over_each_other():
    heard = words((0.0, 0.4), (0.4, 0.8), (0.8, 1.2), (1.2, 1.6), (1.6, 2.0), (2.0, 2.4))
    moved = agreed(heard, [(0.0, 0.6), (0.6, 0.7), (3.0, 3.5), (1.1, 1.7), (1.7, 2.1), (2.1, 2.3)])
    edges = [edge for word in moved for edge in (word.start_s, word.end_s)]
    assert edges == sorted(edges)


@pytest.mark.parametrize("length", [0, 100, RATE // 10, RATE])
def test_sound_that_says_nothing_leaves_the_words(length):
    aligner = load_aligner()
    if aligner is None:
        pytest.skip("pocketsphinx is not installed")
    heard = (Word("Hello", 0.0, 0.02, 0.5), Word("there.", 0.02, 0.04, 0.5))
    result = aligner.refine(np.zeros(length, np.float32), heard)
    assert [word.text for word in result] == ["Hello", "there."]
    unknown = (Word("Xyzzyqua", 0.0, 0.5, 0.5),)
    assert aligner.refine(np.zeros(length, np.float32), unknown) == unknown
    assert aligner.refine(np.zeros(length, np.float32), ()) == ()
