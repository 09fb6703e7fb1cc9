from __future__ import annotations

from clerestory.reading.language import UNKNOWN, detect, document_language

ENGLISH = (
    "The water level is measured by a float that hangs in a pipe, and the clock writes it down every minute. "
)
GERMAN = "Der Wasserstand wird mit einem Schwimmer gemessen, der in einem Rohr hängt, jede Minute. "
JAPANESE = (
    "水位は管の中に吊るされた浮きによって測定され、時計が毎分それを記録します。とても簡単な仕組みです。"
)


def test_each_text_has_its_own_language():
    assert detect([ENGLISH, GERMAN, JAPANESE], document="en") == ["en", "de", "ja"]


def test_short_and_numeric_texts_take_that_of_the_document():
    assert (
        detect(["Motor", "12.5 13.7 99", "", "A1; B2; C3; 0.25; 17%; 18%" * 20], document="de") == ["de"] * 4
    )


def test_a_document_is_judged_by_its_prose():
    assert document_language([GERMAN, GERMAN]) == "de"
    assert document_language([ENGLISH], declared="fr") == "en"


def test_what_a_document_says_of_itself_decides_where_words_do_not():
    assert document_language(["12 34"], declared="pt-BR") == "pt"
    assert document_language(["12 34"], declared="EN_us") == "en"
    assert document_language([], declared="klingon") == UNKNOWN
    assert document_language([]) == UNKNOWN
