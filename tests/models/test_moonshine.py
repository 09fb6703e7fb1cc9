"""Pieces to words, loops, what is heard where nobody speaks; the real weights on made sounds."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerestory.errors import ModelCorrupt
from clerestory.models.moonshine import HOP, LEAD_S, missing_lead, read_pieces, repeated, words_of
from clerestory.models.speech import RATE, load_speech_recogniser
from clerestory.settings import ModelSettings

SPACE = "▁".encode()


def test_pieces_join_to_words_and_marks_stay_on_the_word_before():
    pieces = [SPACE + b"wood", b"cut", b"ters", b",", SPACE + b"of", SPACE, b"4", b"2", SPACE + b"-", SPACE]
    assert words_of(pieces) == [("woodcutters,", 0, 4), ("of", 4, 5), ("42-", 5, 10)]


def test_letters_in_several_pieces_are_put_together():
    euro = "€5".encode()
    assert words_of([SPACE, euro[:1], euro[1:3], euro[3:]]) == [("€5", 0, 4)]
    assert words_of([]) == []


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_pieces_are_read_as_they_were_written(pieces):
    content = b"".join(
        (bytes([len(p)]) if len(p) < 128 else bytes([len(p) % 128 + 128, len(p) // 128])) + p for p in pieces
    )
    assert read_pieces(content, where="here") == pieces


def test_a_cut_off_list_of_pieces_is_said_to_be():
    with pytest.raises(ModelCorrupt, match="too early"):
        read_pieces(b"\x05abc", where="here")


def test_loops_are_found_and_repetition_that_people_use_is_not():
    assert repeated([7, 7, 7, 7, 7]) == 0
    assert repeated([1, 7, 7, 7, 7, 7, 7]) == 5
    assert repeated([1, 2, 3, 4, 1, 2, 3, 4]) == 0
    assert repeated([9, 1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4]) == 8
    assert repeated([]) == 0


@given(st.lists(st.integers(0, 3), max_size=60))
def test_what_is_cut_as_a_loop_was_said_before(pieces):
    extra = repeated(pieces)
    if extra:
        whole = pieces[: len(pieces) - extra]
        tail = pieces[len(whole) :]
        assert any(tail == (whole[-n:] * len(tail))[: len(tail)] for n in range(1, 13))


def test_the_first_sound_gets_silence_before_it():
    sound = np.random.default_rng(0).normal(0, 0.1, RATE).astype(np.float32)
    assert missing_lead(sound) == int(LEAD_S * RATE)
    late = np.concatenate([np.zeros(RATE, np.float32), sound])
    assert missing_lead(late) == 0
    short = np.concatenate([np.zeros(4 * HOP, np.float32), sound])
    assert missing_lead(short) == int(LEAD_S * RATE) - 4 * HOP
    assert missing_lead(np.zeros(0, np.float32)) == int(LEAD_S * RATE)


@pytest.fixture(scope="module")
def moonshine():
    return load_speech_recogniser(ModelSettings())


@pytest.mark.weights
@pytest.mark.parametrize("length", [0, 1, 1023, 1024, RATE // 10, 10 * RATE, 30 * RATE])
def test_any_length_is_heard(moonshine, length):
    hum = (0.1 * np.sin(np.arange(length) / RATE * 2 * np.pi * 220)).astype(np.float32)
    heard = moonshine.transcribe(hum)
    edges = [edge for word in heard.words for edge in (word.start_s, word.end_s)]
    assert edges == sorted(edges) and all(0 <= edge <= length / RATE + 1e-6 for edge in edges)
    assert all(0 <= word.confidence <= 1 for word in heard.words)


@pytest.mark.weights
def test_noise_is_not_taken_for_english(moonshine):
    draw = np.random.default_rng(0)
    noise = draw.normal(0, 0.1, 6 * RATE).astype(np.float32)
    chord = sum(np.sin(np.arange(6 * RATE) / RATE * 2 * np.pi * tone) for tone in (220, 277, 330))
    for sound in (np.zeros(6 * RATE, np.float32), noise, (0.1 * chord).astype(np.float32)):
        heard = moonshine.transcribe(sound)
        assert heard.covered < 0.5 and heard.language == "und"


@pytest.mark.weights
def test_the_same_samples_give_the_same_words(moonshine):
    draw = np.random.default_rng(1)
    sound = draw.normal(0, 0.1, 3 * RATE).astype(np.float32)
    assert moonshine.transcribe(sound) == moonshine.transcribe(sound)
