"""Settings from files and the environment: the later wins, and what does not fit is refused with advice."""

import dataclasses
import re
from pathlib import Path

import pytest

from clerestory import settings
from clerestory.errors import BadSettings
from clerestory.settings import ROOMS, Settings, load, user_file


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_nothing_given_is_the_defaults():
    assert load(environment={}) == Settings()
    assert load(environment={}).origins == {}


def test_the_later_wins_and_says_where_it_came_from(tmp_path):
    user = write(
        tmp_path / "user.toml", "[searching]\nlimit = 20\ncandidates = 300\n[reading]\nocr = false\n"
    )
    library = write(tmp_path / "library.toml", "[library]\nformat = 1\n[searching]\nlimit = 30\n")
    loaded = load(user, library, environment={"CLERESTORY_SEARCHING_CANDIDATES": "400"})
    assert (loaded.searching.limit, loaded.searching.candidates, loaded.reading.ocr) == (30, 400, False)
    assert loaded.origins == {
        "searching.limit": str(library),
        "searching.candidates": "CLERESTORY_SEARCHING_CANDIDATES",
        "reading.ocr": str(user),
    }


def test_a_file_that_is_not_there_is_skipped(tmp_path):
    assert load(tmp_path / "none.toml", environment={}) == Settings()


@pytest.mark.parametrize(
    ("word", "value"),
    [("1", True), ("yes", True), ("On", True), ("0", False), ("off", False), ("false", False)],
)
def test_words_for_yes_and_no_in_the_environment(word, value):
    assert load(environment={"CLERESTORY_READING_OCR": word}).reading.ocr is value


def test_variables_that_are_no_settings_are_left_alone():
    others = {"CLERESTORY_LIBRARY": "x", "CLERESTORY_OFFLINE": "1", "CLERESTORY_CACHE": "y", "PATH": "z"}
    assert load(environment=others) == Settings()


@pytest.mark.parametrize(
    ("text", "what", "fix"),
    [
        ("[searchin]\nlimit = 3\n", "unknown section [searchin]", "Did you mean searching?"),
        ("[searching]\nlimits = 3\n", "unknown setting searching.limits", "Did you mean limit?"),
        ("[searching]\nlimit = 'three'\n", "searching.limit = 'three' is not a whole number", ""),
        ("[searching]\nlimit = true\n", "searching.limit = True is not a whole number", ""),
        ("[reading]\nocr = 'perhaps'\n", "reading.ocr = 'perhaps' is not true or false", ""),
        ("[models]\ntext = 3\n", "models.text = 3 is not text", ""),
        ("[ingesting]\nbatch_rows = 0\n", "ingesting.batch_rows = 0 is too small", "At least 1."),
        ("[ingesting]\nworkers = -1\n", "ingesting.workers = -1 is too small", "At least 0."),
        ("[searching]\nlimit = '²'\n", "searching.limit = '²' is not a whole number", ""),
        ("searching = 3\n", "searching is not a section", "Write [searching]."),
        ("limit = = 3", "not a TOML file", ""),
    ],
)
def test_what_does_not_fit_is_refused_with_its_file_and_advice(tmp_path, text, what, fix):
    file = write(tmp_path / "clerestory.toml", text)
    with pytest.raises(BadSettings) as caught:
        load(file, environment={})
    assert what in caught.value.what
    assert caught.value.where == str(file)
    assert caught.value.fix == fix


def test_a_misspelt_variable_is_refused_with_the_nearest():
    with pytest.raises(BadSettings) as caught:
        load(environment={"CLERESTORY_SEARCHNG_LIMIT": "3"})
    assert caught.value.where == "CLERESTORY_SEARCHNG_LIMIT"
    assert "CLERESTORY_SEARCHING" in caught.value.fix


def test_a_setting_that_nobody_has_lists_those_that_exist():
    with pytest.raises(BadSettings) as caught:
        load(environment={"CLERESTORY_MODELS_ZZZZ": "3"})
    assert "threads" in caught.value.fix


def test_every_setting_can_be_set_by_a_variable():
    for room in ROOMS:
        for field in dataclasses.fields(getattr(Settings(), room)):
            value = getattr(getattr(Settings(), room), field.name)
            name = f"CLERESTORY_{room}_{field.name}".upper()
            loaded = load(environment={name: str(value)})
            assert getattr(getattr(loaded, room), field.name) == value, name
            assert loaded.origins == {f"{room}.{field.name}": name}


def test_settings_cannot_be_changed_in_place():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Settings().searching.limit = 3  # type: ignore[misc]


def test_the_docstring_names_the_variables_as_they_are():
    assert re.search(r"CLERESTORY_<ROOM>_<KEY>", settings.__doc__)


def test_the_users_file_is_in_the_configuration_folder_or_where_the_variable_says(tmp_path, monkeypatch):
    monkeypatch.delenv("CLERESTORY_CONFIG", raising=False)
    assert user_file().parts[-2:] == ("clerestory", "clerestory.toml")
    monkeypatch.setenv("CLERESTORY_CONFIG", str(tmp_path / "mine.toml"))
    assert user_file() == tmp_path / "mine.toml"
