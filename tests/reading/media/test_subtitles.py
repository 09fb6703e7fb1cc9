"""Subtitle files become cues without styling, and find their video by its name."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerestory.errors import UnreadableFile
from clerestory.reading.media.facts import Cue
from clerestory.reading.media.subtitles import beside, parse, plain_words

SRT = (
    "1\n00:00:01,000 --> 00:00:02,500\nHello <i>there</i>\nsecond &amp; line\n\n"
    "2\n00:01:02,600 --> 00:01:03,900\n{\\an8}Bye\n"
)
VTT = (
    "WEBVTT\n\nNOTE not shown\n\n00:01.000 --> 00:02.500 align:start\n"
    "<v Anna>Hallo <00:01.500><c>dort</c>\n\n"
    "00:00:02.600 --> 00:00:03.900\nTschüß\n"
)
ASS = (
    "[Script Info]\nScriptType: v4.00+\n\n[V4+ Styles]\nFormat: Name, Fontname\nStyle: Default,Arial\n\n"
    "[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
    "Dialogue: 0,0:00:03.00,0:00:04.00,Default,,0,0,0,,later\n"
    "Dialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,{\\b1}Hi{\\b0}\\Nyou\n"
    "Comment: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,not said\n"
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_srt(encoding: str):
    track = parse(SRT.encode(encoding), "talk.de.srt")
    assert (track.language, track.source) == ("de", "talk.de.srt")
    assert track.cues == (Cue(1.0, 2.5, "Hello there\nsecond & line"), Cue(62.6, 63.9, "Bye"))


def test_vtt_and_ass():
    assert parse(VTT.encode(), "a.vtt").cues == (Cue(1.0, 2.5, "Hallo dort"), Cue(2.6, 3.9, "Tschüß"))
    track = parse(ASS.encode(), "talk.en.sdh.ass")
    assert (track.language, track.title) == ("en", "sdh")
    assert track.cues == (Cue(1.0, 2.0, "Hi\nyou"), Cue(3.0, 4.0, "later"))


def test_an_old_encoding():
    text = "1\n00:00:01,000 --> 00:00:02,000\nDas Gefühl fährt über größere Brücken, schöne Grüße\n"
    assert "Gefühl" in parse(text.encode("cp1252"), "a.srt").cues[0].text


@pytest.mark.parametrize("content", [b"", b"nothing here", b"WEBVTT\n\n", bytes(range(256)) * 9])
def test_what_is_none_is_said(content: bytes):
    with pytest.raises(UnreadableFile):
        parse(content, "a.srt")


@given(st.binary(max_size=300), st.sampled_from([SRT, VTT, ASS]), st.integers(0, 200))
def test_damaged_files_are_read_or_refused(junk: bytes, whole: str, at: int):
    content = whole.encode()
    try:
        track = parse(content[:at] + junk + content[at:], "a.srt")
    except UnreadableFile:
        return
    assert all(0 <= cue.start_s <= cue.end_s and cue.text for cue in track.cues)


def test_beside(tmp_path: Path):
    for name in (
        "Talk.mp4",
        "talk.srt",
        "TALK.de.VTT",
        "talk.en.sdh.ass",
        "talk.part2.srt",
        "talks.srt",
        "a.srt",
    ):
        (tmp_path / name).write_text("x")
    (tmp_path / "talk.fr.srt").mkdir()
    found = [path.name for path in beside(tmp_path / "Talk.mp4")]
    assert sorted(found) == sorted(["talk.srt", "TALK.de.VTT", "talk.en.sdh.ass"])
    assert beside(tmp_path / "gone" / "a.mp4") == ()


def test_words_without_tags():
    assert plain_words("{\\i1}a{\\i0} <b>b</b>\\N\\h c  &lt;d&gt;\n\n") == "a b\nc <d>"
    assert plain_words("1 < 2 and 3 > 2") == "1 < 2 and 3 > 2"
