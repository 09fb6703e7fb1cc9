"""Tags of all containers become the facts that every kind of file has."""

from __future__ import annotations

import builtins

import pytest

from clerestory.errors import UnsupportedFile
from clerestory.reading.media.library import av
from clerestory.reading.media.tags import language_of, plain_metadata


def test_facts():
    assert plain_metadata(
        {
            "TITLE": " Tide  gauge\n",
            "artist": "A. Keeper",
            "com.apple.quicktime.creationdate": "2024-05-06T10:20:30+0200",
            "location": "+48.1372-011.5756+520/",
            "major_brand": "isom",
            "copyright": "CC BY 4.0",
        }
    ) == {
        "title": "Tide gauge",
        "author": "A. Keeper",
        "taken": "2024-05-06T10:20:30",
        "latitude": "48.137200",
        "longitude": "-11.575600",
        "licence": "CC BY 4.0",
    }


@pytest.mark.parametrize("never_set", ["1904-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "soon", ""])
def test_clocks_that_were_never_set_say_nothing(never_set: str):
    assert plain_metadata({"creation_time": never_set, "date": "2023"}) == {"taken": "2023"}


@pytest.mark.parametrize(
    ("stated", "expected"),
    [("ger", "de"), ("deu", "de"), ("ENG", "en"), ("pt-BR", "pt"), ("gsw", "gsw"), ("", "und"), ("?", "und")],
)
def test_languages(stated: str, expected: str):
    assert language_of(stated) == expected


def test_without_the_extra_the_command_that_helps_is_named(monkeypatch: pytest.MonkeyPatch):
    usual = builtins.__import__

    def without(name: str, *rest: object, **named: object) -> object:
        if name == "av":
            raise ImportError(name)
        return usual(name, *rest, **named)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(UnsupportedFile, match=r"pip install 'clerestory\[media\]'"):
        av()
