"""Where in a passage or scene the answer is: rarer terms, near tokens, what repeats the question."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from clerestory.searching.focus import TokenVectors, focus, pieces, timed
from clerestory.searching.query import search_terms
from clerestory.types import Box, Line, Segment, TimeSpan

BOX = Box(0.1, 0.8, 0.9, 0.9)


def passage(*sentences, written=(), pause_s=0.2):
    """Each word takes half a second; sentences follow after a pause; then what is written."""
    text, lines, now = "", [], 0.0
    for sentence in sentences:
        for word in sentence.split():
            text += " " * bool(text)
            lines.append(Line(len(text), len(text) + len(word), TimeSpan(now, now + 0.5), 0.9))
            text += word
            now += 0.5
        now += pause_s
    for line, start_s, end_s in written:
        text += "\n\n"
        lines.append(Line(len(text), len(text) + len(line), TimeSpan(start_s, end_s, BOX)))
        text += line
    return Segment(
        "s", "scene", text, TimeSpan(0.0, now), 0, language="en", origin="speech", lines=tuple(lines)
    )


def asked(segment, question, vectors=None):
    found = focus([segment], search_terms(question, ["en"]), [vectors], question=question)
    assert found is not None
    number, span = found
    assert number == 0
    return span


def words_of(segment, span):
    return " ".join(
        segment.text[line.start : line.end]
        for line in segment.lines
        if span.start_s <= line.locator.start_s and line.locator.end_s <= span.end_s
    )


TALK = passage(
    "We walked along the harbour in the rain.",
    "The harbour master keeps a brass key under his cap.",
    "Then we walked home along the harbour wall.",
)


def test_the_sentence_with_the_rarer_words_is_the_focus():
    span = asked(TALK, "Where in the harbour is the brass key?")
    assert words_of(TALK, span) == "The harbour master keeps a brass key under his cap."
    assert span.box is None


def test_a_line_that_is_written_is_the_focus_with_its_box():
    scene = passage("Rub the place and wait a little.", written=[("Let the glue dry 7 minutes", 12.0, 19.0)])
    assert asked(scene, "How long must the glue dry?") == TimeSpan(12.0, 19.0, BOX)


def test_what_only_repeats_the_question_does_not_answer_it():
    talk = passage(
        "And where can I park the car?",
        "Behind the shoe shop, press the green button.",
        "Fine, see you then.",
    )
    assert words_of(talk, asked(talk, "Where can I park the car?")).startswith("Behind the shoe shop")


def test_numbers_in_words_and_in_digits_are_the_same():
    talk = passage("In cabinet thirty two are cups.", "In cabinet forty seven are old maps.")
    assert "maps" in words_of(talk, asked(talk, "What is in cabinet 47?"))


def test_token_vectors_find_other_words_for_the_same():
    talk = passage("The roof is made of slate.", "A pony eats all of the hay.")
    words = [(line.start, line.end) for line in talk.lines]
    pony = next(i for i, line in enumerate(talk.lines) if talk.text[line.start : line.end] == "pony")
    tokens = np.zeros((len(words), 4), np.int8)
    tokens[:, 0] = 127
    tokens[pony] = (0, 127, 0, 0)
    query = np.array([[0, 127, 0, 0]], np.int8)
    span = asked(talk, "Which animal is there?", TokenVectors(query, tokens, words))
    assert "pony" in words_of(talk, span)


def test_a_pause_ends_a_piece_where_no_full_stop_does():
    talk = passage("one two three", "four five six", pause_s=1.5)
    assert [talk.text[piece.start : piece.end] for piece in pieces(talk)] == [
        "one two three",
        "four five six",
    ]


def test_without_times_there_is_no_focus():
    text = Segment("s", "text", "The brass key.", TimeSpan(0, 1), 0)
    assert not timed(text)
    assert focus([text], ["brass"], [None]) is None


def test_of_turns_that_follow_each_other_the_one_that_answers_is_taken():
    turns = [passage("And where can I park the car?"), passage("Behind the shoe shop, press the button.")]
    assert focus(turns, search_terms("Where can I park the car?", ["en"]), [None, None]) == (
        1,
        TimeSpan(0.0, 3.5),
    )


def test_talk_that_names_its_subject_goes_on_about_it():
    talk = passage("The carpenter looked at the beams.", "He wants six thousand pounds.", "It is a lot.")
    assert "pounds" in words_of(talk, asked(talk, "How much does the carpenter ask?"))


def test_a_slide_does_not_go_on_about_what_was_said():
    scene = passage("Birds and reeds and eels.", "The key is brass.", written=[("Thank you all", 9.0, 12.0)])
    assert asked(scene, "key brass thank").box is None


def test_without_a_word_in_common_the_first_piece_is_taken():
    assert asked(
        passage("Several sheep graze quietly here.", "Many ducks swim around there."), "xylophone"
    ) == (TimeSpan(0.0, 2.5))


@given(st.lists(st.lists(st.sampled_from(["roof", "key", "Ends.", "why?", "7"]), min_size=1), min_size=1))
def test_pieces_share_out_all_words_in_order(sentences):
    segment = passage(*map(" ".join, sentences))
    found = pieces(segment)
    covered = [line for piece in found for line in segment.lines if piece.start <= line.start < piece.end]
    assert covered == list(segment.lines)
    assert asked(segment, "Where is the key of the roof?") in [piece.span for piece in found]
