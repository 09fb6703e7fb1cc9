"""Every kind of damage is found, and each finding says what to do."""

from __future__ import annotations

import pytest
from tests.scenarios.material import pdf


@pytest.fixture
def filled(library, files):
    pdf(files / "manual.pdf", word="zirconium")
    (files / "a.txt").write_text("granite")
    library.add(files, keep=True)
    assert library.verify().well
    return library


def problems(library) -> list[str]:
    report = library.verify()
    assert all(problem.where and problem.fix for problem in report.problems)
    return sorted(problem.what for problem in report.problems)


def test_what_was_looked_at_is_counted(filled):
    report = filled.verify()
    assert (report.readings, report.originals, report.away) == (2, 2, ())
    assert report.objects >= 2
    assert report.rows == sum(filled.status().index.values())


def test_a_missing_reading(filled):
    next(filled.path.glob("readings/*/*.arrow")).unlink()
    assert problems(filled) == ["a reading is missing or damaged"]


def test_a_changed_object(filled):
    kept = filled._stores.objects.path(filled.assets()[0].asset)
    kept.write_bytes(b"x" + kept.read_bytes()[1:])
    assert problems(filled) == ["a stored file is missing or damaged"]


def test_rows_that_are_lost_or_left_over(filled):
    index, catalogue = filled._stores.index, filled._stores.catalogue
    reading = sorted(catalogue.indexed_readings())[0]
    index.remove_readings([reading])
    assert problems(filled) == [
        "1 readings lack rows among the pages",
        "1 readings lack rows among the vectors",
        "1 readings lack rows among the words",
    ]
    filled.reindex()
    assert filled.verify().well
    catalogue.unmark_indexed([reading])
    assert "1 readings have left rows among the words" in problems(filled)


def test_originals_that_are_away_are_told_and_are_no_problem(filled, files):
    (files / "a.txt").unlink()
    report = filled.verify()
    assert report.well
    assert report.away == (str(files / "a.txt"),)


def test_pages_that_are_lost(filled):
    filled._stores.index._pages.delete("reading", sorted(filled._stores.catalogue.indexed_readings()))
    assert problems(filled) == ["2 readings lack rows among the pages"]
    filled.reindex()
    assert filled.verify().well


def test_a_writer_at_work_is_no_problem(filled, open_library, files):
    """Rows come before the catalogue knows of them, and go after: neither is a finding meanwhile."""
    other = open_library()
    reports = []

    def look(progress):
        if progress.stage == "index":
            reports.append(other.verify())

    (files / "a.txt").write_text("basalt")
    (files / "b.txt").write_text("slate")
    filled.add(files, listener=look)
    assert reports and all(report.well for report in reports)
    assert any(report.written for report in reports)
    report = other.verify()
    assert report.well and not report.written


def test_rows_without_a_word_from_the_catalogue_are_not_judged_while_it_is_written(filled):
    reading = sorted(filled._stores.catalogue.indexed_readings())[0]
    filled._stores.catalogue.unmark_indexed([reading])
    with filled._stores.folder.writer("test"):
        assert filled.verify().well
    assert not filled.verify().well
