"""The front door: what each method gives, on small real files with fake models."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests import fakes
from tests.conftest import FAKES, OneWorker
from tests.fakes import RED

from clerestory.errors import FileVanished, ModelMissing, StoreBusy, UnknownAsset, UnknownLibrary
from clerestory.ingesting.engines import Engines
from clerestory.library import Library
from clerestory.pictures import AMBER
from clerestory.types import Citation, Filter, PageBox


@pytest.fixture
def manual(files: Path) -> Path:
    """Two pages; on the second a heading, a paragraph, and a blue block at the lower left."""
    from reportlab.lib.colors import blue
    from reportlab.pdfgen.canvas import Canvas

    path = files / "manual.pdf"
    canvas = Canvas(str(path), pagesize=(600, 800))
    canvas.setFont("Helvetica", 12)
    canvas.drawString(60, 700, "The station was built of granite and stands on the northern mole.")
    canvas.showPage()
    canvas.setFont("Helvetica-Bold", 20)
    canvas.drawString(60, 720, "Resetting the gauge")
    canvas.setFont("Helvetica", 12)
    canvas.drawString(60, 690, "Turn the brass key twice and wait until the lamp goes out.")
    canvas.setFillColor(blue)
    canvas.rect(60, 80, 200, 120, fill=1, stroke=0)
    canvas.showPage()
    canvas.save()
    return path


def is_amber(image: Image.Image) -> np.ndarray:
    return (np.abs(np.asarray(image).astype(int) - AMBER) < 12).all(axis=2)


def test_search_gives_the_page_and_box(library, manual):
    library.add(manual)
    hit = library.search("brass key").hits[0]
    assert isinstance(hit.segment.locator, PageBox)
    assert hit.segment.locator.page == 2
    box = hit.segment.locator.box
    assert box.x0 == pytest.approx(0.1, abs=0.02)
    assert 0.05 < box.y0 < box.y1 < 0.2
    assert [Path(place.path).name for place in hit.occurrences] == ["manual.pdf"]


def test_the_picture_of_a_place_is_a_crop_or_the_page_with_a_frame(library, manual):
    library.add(manual)
    hit = library.search("brass key").hits[0]
    crop = library.picture(hit)
    assert crop.width > 3 * crop.height
    page = library.picture(hit, whole_page=True, longest_side=800)
    assert page.size == (600, 800)
    frame = is_amber(page)
    rows, columns = np.nonzero(frame.any(axis=1))[0], np.nonzero(frame.any(axis=0))[0]
    box = hit.segment.locator.box
    assert rows.min() == pytest.approx(box.y0 * 800, abs=6)
    assert rows.max() == pytest.approx(box.y1 * 800, abs=6)
    assert columns.min() == pytest.approx(box.x0 * 600, abs=6)
    assert columns.max() == pytest.approx(box.x1 * 600, abs=6)


def test_a_citation_is_pictured_at_its_own_place(library, manual):
    library.add(manual)
    hit = library.search("brass key").hits[0]
    line = hit.segment.lines[-1]
    page = library.picture(Citation(hit, "…", line.locator), whole_page=True, longest_side=800)
    rows = np.nonzero(is_amber(page).any(axis=1))[0]
    assert rows.min() == pytest.approx(line.locator.box.y0 * 800, abs=6)


def test_a_missing_original_is_said(library, manual):
    library.add(manual)
    hit = library.search("brass key").hits[0]
    manual.unlink()
    with pytest.raises(FileVanished, match="keep"):
        library.picture(hit)


def test_a_kept_original_needs_no_file(library, manual):
    library.add(manual, keep=True)
    hit = library.search("brass key").hits[0]
    manual.unlink()
    assert library.picture(hit, whole_page=True).height == 1200


def test_a_picture_file_is_shown_whole_or_as_region(library, files):
    Image.new("RGB", (400, 300), RED).save(files / "ledger.png")
    library.add(files)
    hit = library.search("guilders").hits[0]
    assert library.picture(hit, whole_page=True).size == (400, 300)
    line = hit.segment.lines[1]
    crop = library.picture(Citation(hit, "…", line.locator))
    assert crop.height < 200


def test_ask_quotes_with_its_place(library, manual):
    library.add(manual)
    answer = library.ask("Turn the brass key twice until the lamp goes out?")
    assert answer.found
    assert "brass key twice" in answer.sentences[0].text
    assert answer.sentences[0].citations[0].locator.page == 2
    assert not library.ask("Who won the cricket match in Melbourne?").found


def test_filters_reach_search(library, manual, files):
    (files / "note.txt").write_text("The brass key is in the drawer.")
    library.add(files)
    hits = library.search("brass key", filter=Filter(media_types=("text/plain",))).hits
    assert [hit.media_type for hit in hits] == ["text/plain"]
    assert library.search("brass key", filter=Filter(path="*.docx")).hits == ()


def test_neighbours_come_as_context(library, files):
    paragraphs = [f"Part {n}. " + f"word{n} " * 110 for n in range(5)]
    (files / "long.txt").write_text("\n\n".join(paragraphs))
    library.add(files)
    hit = library.search("word2", neighbours=1).hits[0]
    assert ["word1" in hit.neighbours[0].text, "word3" in hit.neighbours[1].text] == [True, True]


def test_assets_are_told_by_path_and_digest(library, manual):
    library.add(manual, licence="CC0")
    info = library.asset(manual)
    assert (info.name, info.media_type, info.state, info.pages) == (
        "manual.pdf",
        "application/pdf",
        "indexed",
        2,
    )
    assert library.asset(info.asset[:8]) == info
    assert library.assets() == [info]
    with pytest.raises(UnknownAsset):
        library.asset("nothing.pdf")


def test_the_reading_holds_segments_and_objects_have_bytes(library, manual):
    library.add(manual)
    reading = library.reading(manual)
    assert any("northern mole" in segment.text for segment in reading.segments)
    for item in reading.objects:
        assert library.object_bytes(item.digest)


def test_what_failed_has_a_ledger_and_no_reading(library, files):
    (files / "empty.pdf").write_bytes(b"")
    library.add(files)
    (entry,) = library.ledger(files / "empty.pdf")
    assert (entry.line.code, entry.line.severity) == ("EmptyFile", "error")
    assert library.asset(files / "empty.pdf").state == "failed"
    with pytest.raises(UnknownAsset, match="nothing could be read"):
        library.reading(files / "empty.pdf")


def test_status_counts(library, manual, files):
    (files / "empty.txt").write_text("")
    library.add(files)
    status = library.status()
    assert (status.assets, status.occurrences, status.pages, status.unreadable) == (2, 2, 2, 1)
    assert status.media_types == {"application/pdf": 1}
    assert status.index["words"] == status.segments > 0
    assert status.size_bytes > 0


def test_reindex_rebuilds_without_the_files(open_library, manual):
    library = open_library()
    library.add(manual)
    before = library.search("brass key").hits[0].segment
    manual.unlink()
    library.reindex()
    assert library.search("brass key").hits[0].segment == before
    assert library.verify().well
    library.close()
    assert open_library().search("brass key").hits[0].segment == before


def other_encoder(_):
    return fakes.BagOfWords(name="another")


def test_reindex_switches_to_a_new_encoder(open_library, manual):
    library = open_library()
    library.add(manual)
    library.close()
    library = open_library(engines=replace(FAKES, text=other_encoder))
    library.reindex()
    assert library.status().text_space.startswith("another-")
    assert {"words", "pages", library.status().text_space} == set(library.status().index)
    assert library.search("brass key").hits[0].segment.locator.page == 2
    assert library.verify().well


def test_without_weights_search_finds_words_and_says_so(open_library, manual):
    library = open_library()
    library.add(manual)
    library.close()

    def missing(_):
        raise ModelMissing("weights are not here", fix="`clerestory models pull`")

    library = open_library(engines=Engines(text=missing, ocr=fakes.ocr_engine))
    result = library.search("brass key")
    assert result.hits[0].segment.locator.page == 2
    assert result.notes


def test_a_second_writer_is_told_to_wait(open_library, manual):
    first, second = open_library(), open_library()
    second.add(manual)
    errors = []

    def listen(_):
        try:
            second.remove(manual)
        except StoreBusy as error:
            errors.append(error)

    manual.write_bytes(manual.read_bytes() + b"\n")
    first.add(manual, listener=listen)
    assert errors
    assert second.search("brass key").hits


def test_another_open_library_sees_what_was_added(open_library, manual):
    reader, writer = open_library(), open_library()
    assert reader.search("brass key").hits == ()
    writer.add(manual)
    assert reader.search("brass key").hits


def test_a_library_is_not_made_where_none_is_wanted(tmp_path):
    with pytest.raises(UnknownLibrary):
        Library.open(tmp_path / "nowhere", create=False, settings=OneWorker)
    (tmp_path / "photo.jpg").write_bytes(b"x")
    with pytest.raises(UnknownLibrary):
        Library.open(tmp_path, settings=OneWorker)


def test_the_library_inside_a_folder_is_not_material(open_library, tmp_path, files):
    (files / "a.txt").write_text("granite")
    library = open_library()
    library.add(tmp_path)
    report = library.add(tmp_path)
    assert (report.added, report.unchanged) == ((), 1)
