from hypothesis import given
from hypothesis import strategies as st

from clerestory.storing.analysis import pairs, terms


def test_english_is_folded_stemmed_and_freed_of_stop_words():
    found = terms("The pumps were delivered; Pumping isn't allowed.", "en")
    assert found == ["pump", "deliv", "pump", "allow"]


def test_unknown_languages_get_the_english_rules():
    assert terms("running dogs", "und") == terms("running dogs", "xx") == ["run", "dog"]


def test_regional_codes_count_as_their_language():
    assert terms("die Häuser", "de-AT") == terms("die Häuser", "de") == ["haus"]


def test_codes_and_numbers_stay_whole():
    assert terms("K4 v2.0.1 3.2.1 12.5 1990s 5kg", "en") == [
        *("k4", "v2.0.1", "3.2.1", "12.5", "1990s", "1990", "5kg", "5"),
    ]


def test_thousands_are_written_without_separators():
    assert terms("1,234.5 1,234,567 1.234.567 1.234,5", "en") == ["1234.5", "1234567", "1234567", "1234.5"]


def test_a_comma_is_decimal_where_it_is_written_so():
    assert terms("3,5", "de") == ["3.5"]
    assert terms("3,5", "en") == ["3", "5"]


def test_hyphenated_words_are_found_whole_and_by_their_parts():
    assert terms("COVID-19", "en") == ["covid", "19", "covid19"]
    assert set(terms("database", "en")) < set(terms("data-base", "en"))
    assert terms("snake_case", "en") == ["snake", "case", "snakecas"]


def test_initials_are_one_word_that_also_stands_without_dots():
    assert terms("U.S. U.S.A.", "en") == ["us", "usa"]
    assert terms("US", "en") == ["us"]


def test_apostrophes_of_any_shape():
    assert terms("the dog’s O'Neill", "en") == ["dog", "oneil"]
    assert terms("l’eau de l'océan", "fr") == ["eau", "ocean"]


def test_accents_do_not_matter():
    assert terms("café naïve", "en") == terms("cafe naive", "en")
    assert terms("cafe\u0301", "en") == terms("caf\u00e9", "en")


def test_compatibility_forms_and_invisible_characters():
    assert terms("ﬁnd x² Data\u00adbase", "en") == terms("find x2 database", "en")


def test_scripts_without_spaces_give_pairs():
    assert terms("東京都に行く 2023年", "ja") == ["東京", "京都", "都に", "に行", "行く", "2023", "年"]
    assert terms("猫", "zh") == ["猫"]


def test_hindi_words_are_not_cut_at_their_marks():
    assert len(terms("हिन्दी", "hi")) == 1


def test_only_stop_words_give_nothing():
    assert terms("to be or not to be", "en") == []
    assert terms("", "en") == []


@given(st.text(), st.sampled_from(["en", "de", "fr", "ja", "ar", "hi", "th", "tr", "und"]))
def test_terms_survive_being_joined_by_spaces(text, language):
    found = terms(text, language)
    assert " ".join(found).split() == found
    assert all(0 < len(term) <= 64 for term in found)


@given(st.text(alphabet="abcXYZ 12-.,'é東"), st.sampled_from(["en", "fr"]))
def test_case_and_surrounding_space_do_not_matter(text, language):
    assert terms(text.upper(), language) == terms(f"  {text.upper().lower()}\n", language)


@given(st.lists(st.sampled_from(["pump", "the", "K4", "3.5", "data-base", "東京"]), max_size=8))
def test_the_terms_of_a_text_are_those_of_its_words(words):
    assert terms(" ".join(words), "en") == [term for word in words for term in terms(word, "en")]


def test_neighbours_are_joined_in_order():
    assert pairs(terms("the topic of Unit 14", "en")) == ["topic_unit", "unit_14"]
    assert pairs(["one"]) == []
