"""Text in pictures: recognised after the rest, merged into readings, resumed after an end."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from tests import fakes
from tests.conftest import OneWorker
from tests.fakes import BLUE, GREEN, RED
from tests.ingesting.answers import found, rows

from clerestory.errors import ModelMissing
from clerestory.ingesting import enriching, recognising
from clerestory.ingesting.engines import Engines
from clerestory.settings import IngestingSettings, ReadingSettings, Settings


def paint(path: Path, colour: tuple[int, int, int]) -> Path:
    Image.new("RGB", (400, 300), colour).save(path)
    return path


def scan(path: Path, *colours: tuple[int, int, int]) -> Path:
    """A PDF without a text layer, a page per colour."""
    pages = [Image.new("RGB", (600, 800), colour) for colour in colours]
    pages[0].save(path, save_all=True, append_images=pages[1:])
    return path


def test_a_picture_is_found_by_the_text_in_it(library, files):
    paint(files / "ledger.png", RED)
    report = library.add(files)
    assert (report.recognised, report.pending, report.ocr_error) == (1, 0, None)
    (text,) = found(library, "guilders")
    assert text == "crimson ledger of harbour dues\ntotal 4711 guilders"
    (segment,) = library.reading(files / "ledger.png").segments
    assert segment.origin == "ocr"
    assert [line.confidence for line in segment.lines] == pytest.approx([0.95, 0.95])
    assert rows(library)["words"] == 1
    assert library.verify().well


def test_a_scan_is_found_page_by_page(library, files):
    scan(files / "scan.pdf", RED, GREEN, BLUE)
    report = library.add(files)
    assert report.recognised == 3
    reading = library.reading(files / "scan.pdf")
    pages = {s.locator.page for s in reading.segments if "estuary" in s.text}
    assert pages == {3}
    assert reading.ocr_requests == ()
    assert library.verify().well


def test_later_and_finish(library, files):
    paint(files / "ledger.png", RED)
    report = library.add(files, ocr="later")
    assert (report.recognised, report.pending) == (0, 1)
    assert found(library, "guilders") == []
    report = library.finish()
    assert (report.recognised, report.pending) == (1, 0)
    assert len(found(library, "guilders")) == 1
    assert library.finish().recognised == 0


def test_off_asks_for_nothing(library, files):
    paint(files / "ledger.png", RED)
    assert library.add(files, ocr="off").pending == 0


def test_the_setting_turns_it_off(open_library, files):
    library = open_library(settings=replace(OneWorker, reading=ReadingSettings(ocr=False)))
    paint(files / "ledger.png", RED)
    report = library.add(files)
    assert (report.recognised, report.pending) == (0, 0)


def test_nothing_found_is_in_the_ledger(library, files):
    paint(files / "blank.png", (255, 255, 255))
    library.add(files)
    assert "no-text-found" in {entry.line.code for entry in library.ledger()}


def no_weights(_: Settings):
    raise ModelMissing("weights of text recognition are not here", fix="`clerestory models pull`")


def test_without_weights_places_wait_and_the_rest_goes_in(open_library, files):
    (files / "a.txt").write_text("granite")
    paint(files / "ledger.png", RED)
    library = open_library(engines=Engines(text=fakes.text_encoder, ocr=no_weights))
    report = library.add(files)
    assert isinstance(report.ocr_error, ModelMissing)
    assert (len(report.added), report.pending) == (2, 1)
    assert found(library, "granite") == ["granite"]
    library.close()
    assert open_library().add(files).recognised == 1


class DyingEngine(fakes.PaintedText):
    def read(self, image):
        raise MemoryError


def dying(_: Settings):
    return DyingEngine()


def test_a_place_that_kills_its_worker_is_tried_again_and_then_in_the_ledger(open_library, files):
    paint(files / "ledger.png", RED)
    library = open_library(engines=Engines(text=fakes.text_encoder, ocr=dying))
    ends = [library.add(files), library.finish(), library.finish(), library.finish()]
    assert [(end.recognised, end.retry, end.pending) for end in ends] == [
        (0, 1, 1),
        (0, 1, 1),
        (1, 0, 0),
        (0, 0, 0),
    ]
    assert "not-recognised" in {entry.line.code for entry in library.ledger()}


def test_a_place_whose_worker_died_is_read_by_a_later_run(open_library, files):
    paint(files / "ledger.png", RED)
    library = open_library(engines=Engines(text=fakes.text_encoder, ocr=dying))
    assert library.add(files).retry == 1
    library.close()
    library = open_library()
    assert library.finish().recognised == 1
    assert len(found(library, "guilders")) == 1


def test_a_file_that_changes_before_it_is_recognised_waits(open_library, files):
    path = scan(files / "scan.pdf", RED)
    library = open_library()
    library.add(files, ocr="later")
    scan(path, BLUE, BLUE)
    assert library.finish().pending == 1
    assert found(library, "azure guilders") == []


def test_an_original_that_is_away_waits(open_library, files):
    path = scan(files / "scan.pdf", RED)
    library = open_library()
    library.add(files, ocr="later")
    away = path.rename(files / "away.bin")
    report = library.finish()
    assert (report.recognised, report.pending) == (0, 1)
    away.rename(path)
    assert library.finish().recognised == 1
    assert len(found(library, "guilders")) == 1


def test_results_of_an_interrupted_run_are_not_lost(open_library, files, monkeypatch):
    scan(files / "scan.pdf", RED, GREEN, BLUE)
    library = open_library()

    class Stop(Exception):
        pass

    ended = []

    def stop(merging, job, value, error):
        merging.work.stores.catalogue.jobs.finish(job, value)
        ended.append(job)
        if len(ended) == 2:
            raise Stop

    with monkeypatch.context() as patch:
        patch.setattr(recognising._Merging, "result", stop)
        with pytest.raises(Stop):
            library.add(files)
    library.close()
    library = open_library()
    report = library.add(files)
    assert report.recognised == 1
    assert len(found(library, "guilders hedgerows estuary")) == 3
    assert library.verify().well


def test_results_that_only_miss_their_merge_are_merged(open_library, files, monkeypatch):
    scan(files / "scan.pdf", RED)
    library = open_library()
    with monkeypatch.context() as patch:
        patch.setattr(recognising._Merging, "_merge", lambda merging, asset: merging.results.pop(asset))
        library.add(files)
    assert found(library, "guilders") == []
    report = library.finish()
    assert report.recognised == 0
    assert len(found(library, "guilders")) == 1


def test_long_scans_become_findable_as_they_are_read(open_library, files, monkeypatch):
    monkeypatch.setattr(recognising, "MERGE_RESULTS", 2)
    monkeypatch.setattr(enriching, "FLUSH_S", 0.0)
    scan(files / "scan.pdf", RED, GREEN, BLUE, RED, GREEN)
    library = open_library()
    seen = []

    def listen(progress):
        if progress.stage == "recognise":
            seen.append(len(found(library, "guilders hedgerows estuary")))

    library.add(files, listener=listen)
    assert seen == sorted(seen)
    assert 0 < seen[2] < 5
    assert len(found(library, "guilders hedgerows estuary")) == 5
    assert library.verify().well


def test_readings_that_overtake_each_other_in_one_batch_leave_one(open_library, files, monkeypatch):
    monkeypatch.setattr(recognising, "MERGE_RESULTS", 2)
    library = open_library(settings=replace(OneWorker, ingesting=IngestingSettings(workers=1, embed_batch=1)))
    scan(files / "scan.pdf", RED, GREEN, BLUE, RED, GREEN, BLUE)
    library.add(files)
    assert len(found(library, "guilders hedgerows estuary")) == 6
    assert rows(library)["words"] == library.status().segments
    assert library.verify().well


def test_unchanged_segments_keep_their_vectors(open_library, files):
    from reportlab.pdfgen.canvas import Canvas

    encoder = fakes.BagOfWords()
    encoded: list[str] = []
    encode = encoder.encode_passages

    def encode_passages(texts, *, tokens=False):
        encoded.extend(texts)
        return encode(texts, tokens=tokens)

    encoder.encode_passages = encode_passages
    canvas = Canvas(str(files / "mixed.pdf"), pagesize=(600, 800))
    text = canvas.beginText(50, 700)
    for n in range(8):
        text.textLine(f"Line {n} of the printed page says where the granite came from and what it cost.")
    canvas.drawText(text)
    canvas.showPage()
    canvas.drawInlineImage(Image.new("RGB", (600, 800), RED), 0, 0, 600, 800)
    canvas.showPage()
    canvas.save()
    library = open_library(engines=Engines(text=lambda settings: encoder, ocr=fakes.ocr_engine))
    library.add(files)
    assert sum("granite" in text for text in encoded) == 1
    assert len(found(library, "granite")) == 1
    assert len(found(library, "guilders")) >= 1
    assert library.verify().well
