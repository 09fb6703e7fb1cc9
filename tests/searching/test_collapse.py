"""Near-duplicates by text and by picture."""

from clerestory.searching.collapse import Look
from clerestory.types import PageBox, Segment

TEXT = "The tide gauge stands on a granite pier and writes the height of the water every six minutes."


def segment(text="", kind="text", **attributes):
    return Segment("id", kind, text, PageBox(1), 0, attributes=attributes)


def repeats(one, other):
    first, second = Look.of(one), Look.of(other)
    assert first.repeats(second) == second.repeats(first)
    return first.repeats(second)


def test_a_text_with_one_other_word_repeats_it():
    assert repeats(segment(TEXT * 4), segment(TEXT * 3 + TEXT.replace("granite", "basalt")))


def test_other_texts_do_not():
    assert not repeats(segment(TEXT), segment("The harbour master keeps a ledger of dues paid " * 3))


def test_short_texts_recur_without_being_copies():
    assert not repeats(segment("Contents"), segment("Contents"))


def test_a_table_is_no_copy_of_a_text():
    assert not repeats(segment(TEXT), segment(TEXT, kind="table"))


def test_pictures_are_compared_by_their_hash():
    one = segment(kind="picture", phash="ff00ff00ff00ff00")
    assert repeats(one, segment(kind="figure", phash="ff00ff00ff00ff01"))
    assert not repeats(one, segment(kind="picture", phash="00ff00ff00ff00ff"))
    assert not repeats(one, segment(kind="picture", phash="not a hash"))
