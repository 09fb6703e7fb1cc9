"""Progress says a rate and what is left; nothing is divided by zero."""

from __future__ import annotations

from clerestory.ingesting.report import AddReport, Progress, silent


def test_rate_counts_pages_where_there_are_pages():
    assert Progress("read", 2, 10, pages=30, seconds=3.0).rate == 10.0
    assert Progress("hash", 6, 10, seconds=3.0).rate == 2.0
    assert Progress("hash", 0, 10).rate == 0.0


def test_time_left():
    assert Progress("read", 0, 10, seconds=1.0).left_s is None
    assert Progress("read", 4, 10, seconds=2.0).left_s == 3.0
    assert Progress("read", 10, 10, seconds=2.0).left_s == 0.0


def test_silent_listens_to_nothing():
    assert silent(Progress("look", 1, 1)) is None
    assert AddReport().failed == ()
