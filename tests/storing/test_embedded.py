"""Which readings are in a space: waiting, noted, gone again."""

from __future__ import annotations

import pytest
from tests.storing.makers import digest, reading

from clerestory.storing.catalogue import Catalogue
from clerestory.types import DerivedObject, LedgerLine, Space

SPACE, OTHER = Space("seen", "a" * 64, 8), Space("heard", "b" * 64, 8)
CROP = {"objects": (DerivedObject(digest("crop"), "image/jpeg", "crop", b""),)}
ROLES = frozenset({"crop", "thumbnail"})
LINE = LedgerLine("picture-not-seen", "warning", "picture", "it is damaged")


@pytest.fixture
def catalogue(tmp_path):
    opened = Catalogue(tmp_path / "catalogue.sqlite")
    yield opened
    opened.close()


def answering(catalogue, name, **facts):
    catalogue.record_reading(digest(f"reading {name}"), reading(name, **facts))
    catalogue.mark_indexed([digest(f"reading {name}")], "text")
    return digest(f"reading {name}")


def waiting(catalogue, space=SPACE, **options):
    return [one.reading for one in catalogue.embedded.waiting(space, roles=ROLES, **options)]


def test_readings_with_pictures_wait_once_they_answer(catalogue):
    assert not catalogue.embedded.any_to_embed(roles=ROLES)
    answering(catalogue, "plain")
    catalogue.record_reading(digest("reading late"), reading("late", **CROP))
    assert waiting(catalogue) == [] and not catalogue.embedded.any_to_embed(roles=ROLES)
    shown = answering(catalogue, "shown", **CROP)
    assert waiting(catalogue) == waiting(catalogue, OTHER) == [shown]
    assert catalogue.embedded.any_to_embed(roles=ROLES)
    assert waiting(catalogue, assets=[digest("plain")]) == []
    assert waiting(catalogue, assets=[digest("shown")]) == [shown]


def test_what_is_noted_waits_no_more_and_counts(catalogue):
    one, two = (answering(catalogue, name, **CROP) for name in ("one", "two"))
    catalogue.embedded.record(SPACE, {one: 3, "purged": 1}, batch="b")
    assert waiting(catalogue) == [two] and len(waiting(catalogue, OTHER)) == 2
    assert catalogue.embedded.rows(SPACE) == {one: 3} and catalogue.embedded.count(SPACE) == 3
    assert "b" in catalogue.heard_batches()
    catalogue.embedded.record(SPACE, {one: 4, two: 0}, batch="c")
    assert catalogue.embedded.rows(SPACE) == {one: 4, two: 0}
    catalogue.embedded.forget(SPACE, [one])
    assert waiting(catalogue) == [one]
    catalogue.embedded.forget(SPACE)
    assert len(waiting(catalogue)) == 2 and catalogue.embedded.count(OTHER) == 0


def test_lines_replace_earlier_ones_and_stay_where_there_are_none(catalogue):
    one = answering(catalogue, "one", **CROP)
    for _ in range(2):
        catalogue.embedded.record(SPACE, {one: 0}, batch="b", lines={one: [LINE]}, code=LINE.code)
    assert [record.line for record in catalogue.ledger()] == [LINE]
    catalogue.embedded.record(SPACE, {one: 0}, batch="c")
    assert len(catalogue.ledger()) == 1
    catalogue.embedded.record(SPACE, {one: 1}, batch="d", lines={}, code=LINE.code)
    assert catalogue.ledger() == []


def test_what_stops_answering_waits_again_when_it_is_back(catalogue):
    one = answering(catalogue, "one", **CROP)
    catalogue.embedded.record(SPACE, {one: 2}, batch="b")
    catalogue.remove([digest("one")])
    assert waiting(catalogue) == [] and catalogue.embedded.count(SPACE) == 0
    catalogue.restore([digest("one")])
    catalogue.mark_indexed([one], "again")
    assert waiting(catalogue) == [one] and catalogue.embedded.rows(SPACE) == {}
    catalogue.embedded.record(SPACE, {one: 2}, batch="c")
    newer = digest("newer")
    catalogue.record_reading(newer, reading("one", version="2", **CROP))
    catalogue.mark_indexed([newer], "newer")
    assert waiting(catalogue) == [newer] and catalogue.embedded.count(SPACE) == 0
