"""Transcripts, waveforms and stretches of a player stand where they belong in time."""

import re

import numpy as np
from tests.cli.test_moments import CAPTION, spoken

from clerestory.cli import players
from clerestory.cli.players import Player
from clerestory.reading.media.displays import waveform
from clerestory.types import LedgerLine, Line, Reading, Segment, TimeSpan


def test_the_outline_is_high_where_it_is_loud():
    peaks = np.concatenate([np.full(300, 0.05), np.full(300, 0.9)])
    path = players.outline(waveform(peaks, start_s=0, end_s=60))
    heights = [float(number) for number in re.findall(r"v([\d.]+)", path)]
    half = len(heights) // 2
    assert max(heights[: half - 5]) < 15 < 80 < min(heights[half + 5 :]) <= 100


def test_a_part_of_the_outline_is_that_of_a_cut():
    peaks = np.concatenate([np.full(300, 0.05), np.full(300, 0.9)])
    loud = players.outline(waveform(peaks, start_s=0, end_s=60), 0.6, 1.0)
    assert min(float(number) for number in re.findall(r"v([\d.]+)", loud)) > 80


def test_the_transcript_lights_matches_and_the_cited_sentence():
    passage = spoken("The radar was fitted on Thursday. It is high above.")
    first, second = players.spoken([passage], query="radar", cited=TimeSpan(10.0, 12.9))
    assert (first.cited, second.cited) == (True, False)
    assert [token.words for token in first.tokens if token.lit] == ["radar"]
    assert "".join(token.words for token in second.tokens) == "It is high above."
    whole = players.spoken([passage], query="", cited=passage.locator)
    assert not any(line.cited for line in whole)


def test_of_said_and_written_only_what_was_cited_is_lit():
    said = spoken("Take the fuse out. Wait.", kind="scene")
    text = said.text + "\n1 Take out fuse F1"
    line = Line(len(said.text) + 1, len(text), TimeSpan(10.0, 15.0, CAPTION), 0.98)
    scene = Segment("s", "scene", text, TimeSpan(8, 30), 0, language="en", lines=(*said.lines, line))
    lit = [line for line in players.spoken([scene], query="", cited=TimeSpan(10, 15, CAPTION)) if line.cited]
    assert [line.written for line in lit] == [True]


def test_stretches_lie_in_percent_of_the_whole():
    silence = LedgerLine("silence", "info", "time", "silence", TimeSpan(50, 100))
    reading = Reading(
        "a", "audio/mpeg", "audio", "1", "x", segments=(spoken("Well then."),), ledger=(silence,)
    )
    found = players.stretches(reading, 100.0)
    assert [(one.kind, one.left, one.width) for one in found][1] == ("silence", 50.0, 50.0)
    assert found[0].kind == "passage" and found[0].left == 10.0


def test_links_of_a_cut_count_from_its_beginning():
    place = players.stretch("place", TimeSpan(65, 70), 60.0, 80.0)
    player = Player("a.mp3", "audio", "media/a.mp3", 60.0, 80.0, 65.0, 70.0, "01:05–01:10", place)
    assert player.source == "media/a.mp3#t=5.00,10.00"
    assert player.link(72.5) == "media/a.mp3#t=12.50"
    assert (place.left, place.width) == (25.0, 25.0)
