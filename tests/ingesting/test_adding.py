"""Adding: what changed costs work, what did not costs a stat, and nothing is lost or doubled."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from tests import fakes
from tests.conftest import FAKES, OneWorker
from tests.ingesting.answers import found, rows

from clerestory.errors import DiskFull, EmptyFile, FileVanished, ModelMissing, UnsupportedFile
from clerestory.ingesting.engines import Engines
from clerestory.ingesting.report import Progress
from clerestory.settings import IngestingSettings, Settings


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def names(paths) -> list[str]:
    return [Path(path).name for path in paths]


def test_files_go_in_and_are_found(library, files):
    write(files / "gauge.md", "# Gauge\n\nReset the gauge with the brass key.")
    write(files / "sub/harbour.txt", "The harbour wall is granite.")
    report = library.add(files)
    assert names(report.added) == ["gauge.md", "harbour.txt"]
    assert report.failed == ()
    assert report.segments == 2
    assert found(library, "granite") == ["The harbour wall is granite."]
    assert rows(library) == {"words": 2, "pages": 2, "vectors": 2}
    assert library.verify().well


def test_unchanged_files_cost_a_stat(library, files, monkeypatch):
    write(files / "a.txt", "granite")
    library.add(files)
    monkeypatch.setattr("clerestory.ingesting.hashing.hash_file", None)  # hashing would fail
    library.engines = Engines(text=None, ocr=None)  # and so would a model
    report = library.add(files)
    assert (report.added, report.unchanged) == ((), 1)


def test_a_touched_file_is_hashed_and_not_read(library, files):
    path = write(files / "a.txt", "granite")
    library.add(files)
    os.utime(path, ns=(1, 1))
    report = library.add(files)
    assert (report.added, report.unchanged) == ((), 1)
    assert library.assets()[0].occurrences[0].mtime_ns == 1
    assert rows(library)["words"] == 1


def test_a_moved_file_keeps_its_asset_licence_and_rows(library, files):
    path = write(files / "a.txt", "granite")
    library.add(files, licence="CC BY 4.0")
    before = library.assets()[0]
    path.rename(files / "b.txt")
    report = library.add(files)
    assert names(report.moved) == ["b.txt"]
    after = library.assets()[0]
    assert after.asset == before.asset
    assert [(Path(o.path).name, o.licence) for o in after.occurrences] == [("b.txt", "CC BY 4.0")]
    assert rows(library)["words"] == 1


def test_a_copy_is_one_asset_with_two_paths(library, files):
    write(files / "a.txt", "granite")
    library.add(files)
    write(files / "copy.txt", "granite")
    report = library.add(files)
    assert (names(report.moved), report.unchanged) == (["copy.txt"], 1)
    assert len(library.assets()[0].occurrences) == 2


def test_equal_new_files_are_read_once(library, files):
    write(files / "a.txt", "granite")
    write(files / "b.txt", "granite")
    report = library.add(files)
    assert names(report.added) == ["a.txt", "b.txt"]
    assert (report.segments, rows(library)["words"]) == (1, 1)


def test_a_changed_file_answers_with_its_new_content_only(library, files):
    path = write(files / "a.txt", "The wall is granite.")
    library.add(files)
    write(path, "The wall is limestone now.")
    report = library.add(files)
    assert names(report.added) == ["a.txt"]
    assert found(library, "granite limestone") == ["The wall is limestone now."]
    library.add(files)  # the next writer clears up
    assert len(library.assets()) == 1
    assert library.trash() == []
    assert rows(library) == {"words": 1, "pages": 1, "vectors": 1}
    assert library.verify().well


def test_old_content_answers_until_the_new_one_does(library, files):
    path = write(files / "a.txt", "The wall is granite.")
    library.add(files)
    write(path, "The wall is limestone now.")
    seen: list[list[str]] = []

    def listen(progress: Progress) -> None:
        if progress.stage in ("read", "index"):
            seen.append(found(library, "granite limestone"))

    library.add(files, listener=listen)
    assert seen
    assert all(texts == ["The wall is granite."] for texts in seen)
    assert found(library, "granite limestone") == ["The wall is limestone now."]


def test_a_file_that_becomes_a_copy_of_another_loses_its_old_content(library, files):
    write(files / "a.txt", "granite wall")
    path = write(files / "b.txt", "limestone wall")
    library.add(files)
    write(path, "granite wall")
    library.add(files)
    assert found(library, "wall") == ["granite wall"]
    library.add(files)
    assert [len(info.occurrences) for info in library.assets()] == [2]
    assert library.verify().well


def test_old_content_that_was_kept_goes_to_the_trash(library, files):
    path = write(files / "a.txt", "granite")
    library.add(files, keep=True)
    write(path, "limestone")
    library.add(files)
    library.add(files)
    (old,) = library.trash()
    assert library.object_bytes(old.asset) == b"granite"


def test_a_bad_file_fails_alone_and_is_not_read_again(library, files):
    write(files / "good.txt", "granite")
    write(files / "empty.txt", "")
    (files / "blob.txt").write_bytes(bytes(range(256)) * 64)
    first = library.add(files)
    assert {Path(f.path).name: type(f.error) for f in first.failed} == {
        "blob.txt": UnsupportedFile,
        "empty.txt": EmptyFile,
    }
    assert names(first.added) == ["good.txt"]
    assert {entry.line.code for entry in library.ledger(severity="error")} == {"UnsupportedFile", "EmptyFile"}
    library.engines = Engines(text=None, ocr=None)
    second = library.add(files)
    assert [(f.path, type(f.error)) for f in second.failed] == [(f.path, type(f.error)) for f in first.failed]


def test_a_repaired_file_goes_in_and_leaves_the_ledger(library, files):
    path = write(files / "a.txt", "")
    library.add(files)
    write(path, "granite")
    assert names(library.add(files).added) == ["a.txt"]
    library.add(files)
    assert library.ledger(severity="error") == []
    assert len(library.assets()) == 1


def test_a_file_that_breaks_does_not_answer_with_what_it_held(library, files):
    path = write(files / "a.txt", "granite")
    library.add(files)
    write(path, "")
    assert len(library.add(files).failed) == 1
    assert found(library, "granite") == []


def test_a_missing_path_is_a_failure_without_a_ledger_line(library, files):
    report = library.add([files / "nowhere.txt"])
    assert isinstance(report.failed[0].error, FileVanished)
    assert library.ledger() == []


def test_licence_and_attribution_are_noted_per_path(library, files):
    write(files / "a.txt", "granite")
    library.add(files, licence="CC0", attribution="Harbour office")
    library.add(files)
    place = library.assets()[0].occurrences[0]
    assert (place.licence, place.attribution) == ("CC0", "Harbour office")
    library.add(files, licence="CC BY 4.0")
    place = library.assets()[0].occurrences[0]
    assert (place.licence, place.attribution) == ("CC BY 4.0", "Harbour office")


def test_originals_are_kept_on_request_even_later(library, files):
    write(files / "a.txt", "granite")
    library.add(files)
    assert not library.assets()[0].kept
    library.add(files, keep=True)
    info = library.assets()[0]
    assert info.kept
    assert library.object_bytes(info.asset) == b"granite"
    assert library.verify().well


def test_without_the_text_model_nothing_is_read(open_library, files):
    def missing(_: Settings):
        raise ModelMissing("weights are not here", fix="`clerestory models pull`")

    write(files / "a.txt", "granite")
    library = open_library(engines=Engines(text=missing, ocr=fakes.ocr_engine))
    with pytest.raises(ModelMissing):
        library.add(files)
    assert library.assets() == []


def test_long_documents_are_indexed_in_pieces(open_library, files):
    settings = replace(OneWorker, ingesting=IngestingSettings(workers=1, worker_memory_mb=0, batch_rows=8))
    library = open_library(settings=settings)
    paragraphs = [f"Paragraph {n} " + "says one thing after another " * 25 for n in range(40)]
    write(files / "long.txt", "\n\n".join(paragraphs))
    for n in range(20):
        write(files / f"{n}.txt", f"short text {n}")
    report = library.add(files)
    assert report.segments > 40
    assert rows(library)["words"] == report.segments == rows(library)["vectors"]
    assert library.verify().well


def test_progress_reaches_its_total(library, files):
    for n in range(5):
        write(files / f"{n}.txt", f"text number {n}")
    told: dict[str, Progress] = {}
    library.add(files, listener=lambda progress: told.__setitem__(progress.stage, progress))
    assert {stage: (p.done, p.total) for stage, p in told.items()} == {
        "hash": (5, 5),
        "read": (5, 5),
        "index": (5, 5),
    }


def test_embedding_begins_while_files_are_read(open_library, files):
    settings = replace(OneWorker, ingesting=IngestingSettings(workers=1, worker_memory_mb=0, embed_batch=1))
    library = open_library(settings=settings)
    for n in range(12):
        write(files / f"{n}.txt", f"text number {n}")
    stages: list[str] = []
    library.add(files, listener=lambda progress: stages.append(progress.stage))
    assert stages.index("index") < len(stages) - stages[::-1].index("read") - 1


class Stop(Exception):
    """What a power cut is to a program, as near as a test can come."""


def stopping_at(call: int):
    """A text encoder that dies at its ``call``-th batch."""
    encoder = fakes.BagOfWords()
    calls = 0
    encode = encoder.encode_passages

    def encode_passages(texts, *, tokens=False):
        nonlocal calls
        calls += 1
        if calls == call:
            raise Stop
        return encode(texts, tokens=tokens)

    encoder.encode_passages = encode_passages
    return Engines(text=lambda settings: encoder, ocr=fakes.ocr_engine)


SMALL = replace(OneWorker, ingesting=IngestingSettings(workers=1, worker_memory_mb=0, batch_rows=3))


@pytest.mark.parametrize("call", [1, 2, 4])
def test_an_interrupted_add_goes_on(open_library, files, call):
    for n in range(12):
        write(files / f"{n}.txt", f"granite block {n}")
    library = open_library(settings=SMALL, engines=stopping_at(call))
    with pytest.raises(Stop):
        library.add(files)
    library.close()
    library = open_library()
    report = library.add(files)
    assert len(report.added) + report.unchanged == 12
    assert len(found(library, "granite")) == 12
    assert rows(library) == {"words": 12, "pages": 12, "vectors": 12}
    assert library.verify().well


@pytest.mark.parametrize("step", ["record_reading", "mark_indexed"])
def test_an_end_between_files_and_catalogue_is_repaired(open_library, files, monkeypatch, step):
    path = write(files / "a.txt", "granite wall")
    library = open_library()
    library.add(files)
    write(path, "limestone wall")
    write(files / "b.txt", "slate wall")

    def stop(*_, **__):
        raise Stop

    with monkeypatch.context() as patch:
        patch.setattr(f"clerestory.storing.catalogue.Catalogue.{step}", stop)
        with pytest.raises(Stop):
            library.add(files)
    assert found(library, "wall") == ["granite wall"]
    library.close()
    library = open_library()
    library.add(files)
    assert found(library, "wall") == ["limestone wall", "slate wall"]
    library.add(files)
    assert rows(library) == {"words": 2, "pages": 2, "vectors": 2}
    assert library.verify().well


def test_finish_indexes_what_was_read(open_library, files):
    write(files / "a.txt", "granite")
    library = open_library(engines=stopping_at(1))
    with pytest.raises(Stop):
        library.add(files)
    library.close()
    library = open_library()
    library.finish()
    assert found(library, "granite") == ["granite"]


def test_a_lost_index_is_built_again(open_library, files):
    import shutil

    write(files / "a.txt", "granite")
    library = open_library()
    library.add(files)
    library.close()
    shutil.rmtree(library.path / "index")
    library = open_library()
    assert library.add(files).unchanged == 1
    assert found(library, "granite") == ["granite"]
    assert library.verify().well


def test_damaged_files_of_the_library_are_made_again(open_library, files):
    write(files / "a.txt", "granite")
    library = open_library()
    library.add(files)
    library.close()
    (reading,) = library.path.glob("readings/*/*.arrow")
    content = bytearray(reading.read_bytes())
    content[len(content) // 2] ^= 0xFF
    reading.write_bytes(bytes(content))
    library = open_library()
    assert not library.verify().well
    library.add(files, rehash=True)
    assert library.verify().well
    assert found(library, "granite") == ["granite"]
    assert rows(library)["words"] == 1


def test_a_full_disk_ends_the_add_and_keeps_what_was_acknowledged(open_library, files, monkeypatch):
    write(files / "a.txt", "granite")
    library = open_library()
    library.add(files)
    write(files / "b.txt", "limestone")

    def full(*_, **__):
        raise DiskFull("no space left on the disk")

    with monkeypatch.context() as patch:
        patch.setattr("clerestory.storing.lance.LanceIndex.append", full)
        with pytest.raises(DiskFull):
            library.add(files)
    assert found(library, "granite limestone") == ["granite"]
    library.add(files)
    assert found(library, "granite limestone") == ["granite", "limestone"]


def test_the_number_of_workers_does_not_matter(open_library, files):
    for n in range(6):
        write(files / f"{n}.md", f"# Part {n}\n\nGranite block {n}")
    settings = replace(OneWorker, ingesting=IngestingSettings(workers=2))
    assert len(open_library(settings=settings, engines=FAKES).add(files).added) == 6


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_failure_is_forgotten_when_its_path_can_be_read_again(library, files):
    (files / "known.txt").write_text("granite wall")
    (files / "b.txt").symlink_to("b.txt")
    library.add(files)
    assert [Path(entry.path).name for entry in library.ledger()] == ["b.txt"]
    (files / "b.txt").unlink()
    shutil.copy(files / "known.txt", files / "b.txt")  # content that need not be read
    assert library.add(files).failed == ()
    assert library.ledger() == []
    (files / "known.txt").rename(files.parent / "away")
    (files / "known.txt").symlink_to("known.txt")
    library.add(files)
    assert [Path(entry.path).name for entry in library.ledger()] == ["known.txt"]
    (files / "known.txt").unlink()
    (files.parent / "away").rename(files / "known.txt")  # what it was, to the time stamp
    assert library.add(files).failed == ()
    assert library.ledger() == []
