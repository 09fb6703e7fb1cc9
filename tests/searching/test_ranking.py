"""Of what was heard, half of the weight of words goes to their sound."""

from __future__ import annotations

from clerestory.searching.candidates import Found, Place
from clerestory.searching.ranking import OpenLibrary, _as_heard, _pronounced
from clerestory.settings import SearchingSettings
from clerestory.types import Segment, TimeSpan


class Readings:
    def __init__(self, segments):
        self._segments = segments

    def segments(self, digest, rows):
        return [self._segments[digest][row] for row in rows]


def heard(text, *, kind="passage", origin="speech", language="en"):
    return Segment("s", kind, text, TimeSpan(0, 9), 0, origin=origin, language=language)


def test_only_what_was_heard_in_english_is_compared_by_its_sound():
    kept = {
        "right": [heard("six bee hives"), heard("beside the fair trees")],
        "wrong": [heard("a wall of stone")],
        "subtitles": [heard("the pear trees", origin="native")],
        "german": [heard("die Birnen", language="de")],
        "text": [heard("the pear trees", kind="text", origin="native")],
    }
    on_places = {
        Place(name, ""): [Found(name, name, row, Place(name, ""), one.kind) for row, one in enumerate(some)]
        for name, some in kept.items()
    }
    library = OpenLibrary(None, Readings(kept), None, None, SearchingSettings())
    found = _pronounced("Where are the pear trees?", on_places, on_places, library)
    assert set(found) == {Place("right", ""), Place("wrong", "")}
    assert found[Place("right", "")] == 1.0 > found[Place("wrong", "")]
    assert _pronounced("Where?", {}, {}, library) == {}


def test_sound_takes_its_weight_from_words():
    parts = _as_heard({"words": 0.25, "page-words": 0.2, "vector": 0.25}, 0.5)
    assert parts == {"words": 0.125, "page-words": 0.1, "vector": 0.25, "pronounced": 0.125}
    best = _as_heard({"words": 0.25, "page-words": 0.25, "vector": 0.25, "tokens": 0.25}, 1.0)
    assert sum(best.values()) == 1.0
