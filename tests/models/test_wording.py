from __future__ import annotations

import builtins

import pytest

from clerestory.models.wording import UNKNOWN, load_wording


def test_usual_words_are_likelier() -> None:
    wording = load_wording()

    assert wording is not None
    assert wording.plausibility("A black dog runs.") > wording.plausibility("A black dot runs.")
    assert wording.plausibility("the dog") > wording.plausibility("dog the")


def test_words_that_are_not_known_have_a_floor() -> None:
    wording = load_wording()

    assert wording is not None
    assert UNKNOWN <= wording.plausibility("qzxv qzxv qzxv") < -8
    assert wording.plausibility("") > UNKNOWN


def test_without_the_package_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def refusing(name, *arguments, before=builtins.__import__):
        if name == "pocketsphinx":
            raise ImportError(name)
        return before(name, *arguments)

    monkeypatch.setattr(builtins, "__import__", refusing)
    load_wording.cache_clear()
    try:
        assert load_wording() is None
    finally:
        load_wording.cache_clear()
