from __future__ import annotations

from pathlib import Path

import pytest
from tests.reading.made import codes, only, reading

from clerestory.errors import UnreadableFile
from clerestory.types import Region

SVG = '<svg xmlns="http://www.w3.org/2000/svg"><title>Flow</title>{}</svg>'


def test_a_drawing_is_found_by_its_words(tmp_path: Path):
    read_ = reading(
        tmp_path, "a.svg", SVG.format("<text><tspan>Tank</tspan> one</text><text>Pump</text><image/>")
    )
    picture = only(read_, "picture")
    assert (picture.text, picture.locator) == ("Flow\nTank one\nPump", Region())
    assert read_.title == "Flow"
    assert codes(read_) == ["embedded"]


def test_a_drawing_without_words_is_said(tmp_path: Path):
    read_ = reading(tmp_path, "a.svg", '<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0"/></svg>')
    assert only(read_, "picture").text == ""
    assert codes(read_) == ["no-text-found"]


def test_entities_are_refused(tmp_path: Path):
    with pytest.raises(UnreadableFile, match="entities"):
        reading(tmp_path, "a.svg", '<!DOCTYPE svg [<!ENTITY a "b">]>' + SVG.format("<text>&a;</text>"))
