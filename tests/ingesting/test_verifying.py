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
