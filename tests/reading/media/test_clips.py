"""Clips hold what they say they hold, from the second they say."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.reading.media.made import film, hiss, number_of, numbered, recording

from clerestory.errors import BadLocator, UnsupportedFile
from clerestory.reading import kinds
from clerestory.reading.media.clips import Clip, clip
from clerestory.reading.media.frames import decoded
from clerestory.reading.media.sound import RATE, stretch
from clerestory.reading.sniff import media_type

TOLERANCE_S = 0.002  # time stamps of some containers are whole milliseconds, at either end


def sound_is_right(made: Clip, original: Path) -> bool:
    """Whether the clip's sound is the original's from ``start_s`` on (its first 0.3 s may still settle)."""
    heard = stretch(made.path)[round(0.3 * RATE) :][: 2 * RATE]
    around = 0.05
    begin = max(0.0, made.start_s + 0.3 - around)
    there = stretch(original, begin, made.start_s + 0.3 + around + len(heard) / RATE)
    scores = [
        float(np.dot(heard, there[at : at + len(heard)])) for at in range(max(1, len(there) - len(heard)))
    ]
    best = int(np.argmax(scores))
    likeness = scores[best] / np.linalg.norm(heard) / np.linalg.norm(there[best : best + len(heard)])
    return bool(abs(begin + best / RATE - (made.start_s + 0.3)) <= TOLERANCE_S and likeness > 0.95)


@pytest.mark.parametrize(
    ("name", "codec", "rate", "kind", "exact", "again"),
    [
        ("a.wav", "pcm_s16le", 44_100, kinds.WAV, True, False),
        ("a.flac", "flac", 48_000, kinds.FLAC, True, False),
        ("a.mp3", "libmp3lame", 44_100, kinds.MP3, False, False),
        ("a.ogg", "libopus", 48_000, kinds.OGG, False, False),
        ("a.webm", "libopus", 48_000, kinds.OGG, False, False),
        ("a.m4a", "aac", 44_100, kinds.M4A, False, False),
        ("a.mka", "aac", 44_100, kinds.M4A, False, False),
        ("a.aac", "aac", 44_100, kinds.M4A, False, False),
        ("a.wma", "wmav2", 44_100, kinds.MP3, True, True),
    ],
)
def test_clips_of_recordings(
    tmp_path: Path, name: str, codec: str, rate: int, kind: str, exact: bool, again: bool
):
    wide = codec == "wmav2"
    path = recording(
        tmp_path / name,
        hiss(9, rate, seed=3),
        rate,
        codec=codec,
        form="adts" if name.endswith(".aac") else None,
        layout="stereo" if wide else "mono",
        bit_rate=96_000 if wide else None,
    )
    made = clip(path, 3.2, 6.7, tmp_path / f"clip-{name}", pictures=False)
    assert (made.media_type, made.reencoded) == (kind, again)
    assert media_type(made.path.read_bytes()[:65_536], "x", made.path) == kind
    assert kinds.claimed(made.path.name) == kind
    assert 2.8 < made.start_s <= 3.2 and 6.69 <= made.end_s < 6.8
    if exact:
        assert (made.start_s, made.end_s) == (pytest.approx(3.2, abs=1e-4), pytest.approx(6.7, abs=1e-4))
    assert len(stretch(made.path)) / RATE == pytest.approx(made.end_s - made.start_s, abs=0.03)
    assert sound_is_right(made, path)
    assert not list(tmp_path.glob(".*"))


@pytest.mark.parametrize(
    ("name", "codec", "sound_codec", "kind", "again"),
    [
        ("a.mp4", "mpeg4", "aac", kinds.MP4, False),
        ("a.mkv", "mpeg4", "aac", kinds.MP4, False),
        ("a.webm", "libvpx", "libopus", kinds.WEBM, False),
        ("a.avi", "mpeg4", "libmp3lame", kinds.MP4, False),
        ("a.wmv", "wmv2", "mp2", kinds.WEBM, True),
    ],
)
def test_clips_of_videos(tmp_path: Path, name: str, codec: str, sound_codec: str, kind: str, again: bool):
    path = film(
        tmp_path / name, numbered(150), codec=codec, sound=hiss(6, 48_000, seed=2), sound_codec=sound_codec
    )
    made = clip(path, 2.5, 4.5, tmp_path / "made", pictures=True)
    assert made.path.name == f"made{kinds.ending(made.path.name)}"
    assert (made.media_type, made.reencoded) == (kind, again)
    whole = [(one.time_s, one.end_s, number_of(one.grey(160))) for one in decoded(path)]
    seen = [(one.time_s + made.start_s, number_of(one.grey(160))) for one in decoded(made.path)]
    expected = [
        (max(begin, made.start_s), number)
        for begin, end, number in whole
        if end > made.start_s + TOLERANCE_S and begin < made.end_s - TOLERANCE_S
    ]
    assert [number for _, number in seen] == [number for _, number in expected]
    assert all(abs(one[0] - two[0]) <= TOLERANCE_S for one, two in zip(seen, expected, strict=True))
    assert 1.5 < made.start_s <= 2.5 and made.end_s >= 4.5
    if again:
        assert (made.start_s, made.end_s) == (2.5, 4.5)
    assert sound_is_right(made, path)


def test_pictures_that_browsers_lack_are_coded_anew_when_asked(tmp_path: Path):
    path = film(tmp_path / "a.mp4", numbered(50), sound=hiss(2, 48_000))
    assert not clip(path, 0.4, 1.2, tmp_path / "1", pictures=True).reencoded
    made = clip(path, 0.4, 1.2, tmp_path / "2", pictures=True, playable=True)
    assert (made.media_type, made.reencoded, made.start_s) == (kinds.WEBM, True, 0.4)


def test_a_far_key_frame_is_not_copied_from(tmp_path: Path):
    path = film(tmp_path / "a.webm", numbered(150), codec="libvpx", gop=1000, fps=10)
    made = clip(path, 13.5, 14.5, tmp_path / "made", pictures=True)
    assert made.reencoded and made.start_s == 13.5
    assert number_of(next(iter(decoded(made.path))).grey(160)) == 135


def test_the_sound_alone_of_a_video(tmp_path: Path):
    path = film(tmp_path / "a.mp4", numbered(100), sound=hiss(4, 48_000, seed=5))
    made = clip(path, 1.0, 3.5, tmp_path / "made.mp4", pictures=False)
    assert (made.media_type, made.path.name) == (kinds.M4A, "made.m4a")
    assert sound_is_right(made, path)
    silent = film(tmp_path / "silent.mp4", numbered(50))
    with pytest.raises(UnsupportedFile, match="no sound"):
        clip(silent, 0.5, 1.0, tmp_path / "made", pictures=False)
    assert clip(silent, 0.5, 1.0, tmp_path / "made", pictures=True).media_type == kinds.MP4


def test_a_stretch_that_is_none_leaves_no_file(tmp_path: Path):
    path = recording(tmp_path / "a.mp3", hiss(2, 44_100), 44_100, codec="libmp3lame")
    folder = tmp_path / "clips"
    folder.mkdir()
    for start, end in ((1.0, 1.0), (1.5, 1.2), (50.0, 51.0)):
        with pytest.raises(BadLocator):
            clip(path, start, end, folder / "made", pictures=False)
    flac = recording(tmp_path / "a.flac", hiss(2, 44_100), 44_100, codec="flac")
    with pytest.raises(BadLocator):
        clip(flac, 50.0, 51.0, folder / "made", pictures=False)
    video = film(tmp_path / "a.mp4", numbered(25))
    with pytest.raises(BadLocator):
        clip(video, 50.0, 51.0, folder / "made", pictures=True)
    assert not list(folder.iterdir())


@pytest.mark.parametrize("name", ["talk.wav", "talk.mp3"])
def test_the_recording_itself_is_never_written_over(tmp_path: Path, name: str):
    codec = {"talk.wav": "pcm_s16le", "talk.mp3": "libmp3lame"}[name]
    original = recording(tmp_path / name, hiss(2, 44_100), 44_100, codec=codec)
    before = original.read_bytes()
    with pytest.raises(UnsupportedFile, match="recording itself"):
        clip(original, 0.5, 1.5, tmp_path / "talk", pictures=False)
    assert original.read_bytes() == before and [path.name for path in tmp_path.iterdir()] == [name]


def test_an_earlier_file_stays_when_the_clip_fails(tmp_path: Path):
    path = recording(tmp_path / "a.mp3", hiss(2, 44_100), 44_100, codec="libmp3lame")
    (tmp_path / "made.mp3").write_bytes(b"before")
    with pytest.raises(BadLocator):
        clip(path, 50.0, 51.0, tmp_path / "made.mp3", pictures=False)
    assert (tmp_path / "made.mp3").read_bytes() == b"before"
