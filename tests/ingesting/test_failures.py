"""Failures as ledger lines and back."""

from __future__ import annotations

import pytest

from clerestory.errors import (
    DiskFull,
    EmptyFile,
    FileDenied,
    TooLarge,
    UnsupportedFile,
    WorkerDied,
    WorkerTimeout,
    WrongPassword,
)
from clerestory.ingesting.failures import ledger_line, remembered, stays
from clerestory.storing.records import LedgerRecord


def record(error, asset: str = "a") -> LedgerRecord:
    return LedgerRecord(ledger_line(error), asset, "", "/x/f", "")


@pytest.mark.parametrize("kind", [EmptyFile, TooLarge, UnsupportedFile, WrongPassword])
def test_faults_of_the_bytes_stay(kind):
    error = kind("no good", where="/x/f", fix="Do something.")
    assert stays(error)
    (again,) = remembered([record(error)]).values()
    assert type(again) is kind
    assert str(again) == "/x/f: no good. Do something."


@pytest.mark.parametrize("kind", [FileDenied, WorkerDied, WorkerTimeout, DiskFull])
def test_faults_of_the_moment_pass(kind):
    assert not stays(kind("no good"))
    assert remembered([record(kind("no good"))]) == {}


def test_a_password_reopens_the_question():
    locked = record(WrongPassword("encrypted"))
    assert remembered([locked], password=None)
    assert remembered([locked], password="sesame") == {}


def test_lines_of_readings_are_not_failures():
    line = ledger_line(EmptyFile("no bytes"))
    assert remembered([LedgerRecord(line, "a", "reading", "", "")]) == {}
