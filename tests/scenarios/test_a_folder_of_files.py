"""The whole story of a folder: in, found at the right place, changed, removed, restored, rebuilt."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.scenarios.material import everything

from clerestory.types import CellRange, CharRange, PageBox, Region, Slide


def first(library, words: str):
    hits = library.search(words).hits
    return (Path(hits[0].occurrences[0].path).name, hits[0].segment) if hits else (None, None)


def test_from_files_to_places_and_back(open_library, files):
    words = everything(files)
    library = open_library()
    report = library.add(files, licence="CC BY 4.0", attribution="The makers")
    assert report.failed == ()
    assert len(report.added) == len(words)
    for name, word in words.items():
        assert first(library, word)[0] == name, word
    assert library.search("samarium").hits == ()  # scripts are not text

    # Each at its place.
    assert first(library, "zirconium")[1].locator.page == 2
    assert isinstance(first(library, "zirconium")[1].locator, PageBox)
    assert first(library, "xenon")[1].locator.number == 2
    assert isinstance(first(library, "xenon")[1].locator, Slide)
    cells = first(library, "wolfram")[1].locator
    assert isinstance(cells, CellRange) and cells.sheet == "Costs"
    assert isinstance(first(library, "guilders")[1].locator, Region)
    assert isinstance(first(library, "yttrium")[1].locator, CharRange)
    notes = first(library, "vanadium")[1]
    assert isinstance(notes.locator, CharRange)
    assert "vanadium" in (files / "notes.md").read_text()[notes.locator.start : notes.locator.end]
    hit = library.search("rhenium").hits[0]
    assert (hit.occurrences[0].licence, hit.occurrences[0].attribution) == ("CC BY 4.0", "The makers")

    # Nothing to do the second time.
    report = library.add(files)
    assert (report.added, report.unchanged, report.failed) == ((), len(words), ())

    # A file changes: its old words are gone, its new ones are found.
    (files / "plain.txt").write_text("The osmium is kept in the attic.")
    assert [Path(path).name for path in library.add(files).added] == ["plain.txt"]
    assert library.search("rhenium").hits == ()
    assert first(library, "osmium")[0] == "plain.txt"

    # Out and back.
    library.remove(files / "manual.pdf")
    assert library.search("zirconium").hits == ()
    library.restore(files / "manual.pdf")
    assert first(library, "zirconium")[1].locator.page == 2

    # The same after a rebuild and in a new process' eyes.
    library.reindex()
    assert library.verify().well
    library.close()
    library = open_library()
    words["plain.txt"] = "osmium"
    for name, word in words.items():
        assert first(library, word)[0] == name, word


def test_every_place_has_a_picture_or_says_why(open_library, files):
    from clerestory.errors import UnsupportedFile

    words = everything(files)
    library = open_library()
    library.add(files)
    shown = set()
    for name, word in words.items():
        hit = library.search(word).hits[0]
        try:
            assert library.picture(hit).width > 0
            shown.add(name)
        except UnsupportedFile as error:
            assert error.fix
    assert {"manual.pdf", "ledger.png"} <= shown


@pytest.mark.weights
def test_with_the_real_models(tmp_path, files):
    from tests.scenarios.material import picture_of

    from clerestory import Library

    everything(files)
    picture_of(files / "plate.png", "TYPE TG-40", "Serial 88217", "Max. 24 volts")
    with Library.open(tmp_path / "real") as library:
        report = library.add(files)
        assert report.failed == ()
        assert report.pending == 0
        name, segment = first(library, "serial number of the type plate")
        assert name == "plate.png"
        assert "88217" in segment.text
        assert segment.origin == "ocr"
        # By meaning: no word of the question stands in the document.
        assert first(library, "precious metals stored beneath the house")[0] == "plain.txt"
        answer = library.ask("Where is the rhenium kept?")
        assert answer.found
        assert "cellar" in answer.sentences[0].text
        assert not library.ask("Who painted the ceiling of the Sistine Chapel?").found
        assert library.verify().well
