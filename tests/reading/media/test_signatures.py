"""Recordings and videos are told by their bytes, and whether there are moving pictures in them."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest
from tests.reading.media.made import film, hiss, mux, numbered, recording, sound_packets

from clerestory.reading import kinds
from clerestory.reading.media.signatures import media_kind, promised_bytes, states_length
from clerestory.reading.sniff import media_type


def kind_of(path: Path) -> str:
    """By content alone: the name says nothing."""
    return media_type(path.read_bytes()[:65_536], "unnamed", path)


@pytest.mark.parametrize(
    ("name", "codec", "form", "expected"),
    [
        ("a.wav", "pcm_s16le", None, kinds.WAV),
        ("a.w64", "pcm_s16le", None, kinds.WAV),
        ("a.mp3", "libmp3lame", None, kinds.MP3),
        ("bare.mp3", "libmp3lame", None, kinds.MP3),
        ("a.mp2", "mp2", "mp2", kinds.MP3),
        ("a.aac", "aac", "adts", kinds.AAC),
        ("a.flac", "flac", None, kinds.FLAC),
        ("a.ogg", "libopus", None, kinds.OGG),
        ("a.m4a", "aac", None, kinds.M4A),
        ("a.mp4", "aac", None, kinds.M4A),
        ("a.mov", "aac", None, kinds.MOV_AUDIO),
        ("a.3gp", "aac", None, kinds.M4A),
        ("a.mka", "flac", None, kinds.MKA),
        ("a.webm", "libopus", None, kinds.WEBM_AUDIO),
        ("a.wma", "wmav2", None, kinds.WMA),
        ("a.aiff", "pcm_s16be", None, kinds.AIFF),
        ("a.caf", "pcm_s16le", None, kinds.CAF),
        ("a.au", "pcm_s16be", None, kinds.AU),
    ],
)
def test_recordings(tmp_path: Path, name: str, codec: str, form: str | None, expected: str):
    wide = codec == "wmav2"
    path = recording(
        tmp_path / name,
        hiss(1, 44_100 if codec != "libopus" else 48_000),
        44_100 if codec != "libopus" else 48_000,
        codec=codec,
        form=form,
        layout="stereo" if wide else "mono",
        bit_rate=96_000 if wide else None,
        container_options={"write_xing": "0", "id3v2_version": "0"} if name == "bare.mp3" else None,
    )
    assert kind_of(path) == expected


@pytest.mark.parametrize(
    ("name", "codec", "expected"),
    [
        ("a.mp4", "mpeg4", kinds.MP4),
        ("a.mov", "mpeg4", kinds.MOV),
        ("a.3gp", "mpeg4", kinds.THREE_GP),
        ("a.mkv", "mpeg4", kinds.MKV),
        ("a.webm", "libvpx", kinds.WEBM),
        ("a.avi", "mpeg4", kinds.AVI),
        ("a.wmv", "wmv2", kinds.WMV),
        ("a.flv", "flv", kinds.FLV),
        ("a.ts", "mpeg2video", kinds.TS),
        ("a.mpg", "mpeg2video", kinds.MPEG),
    ],
)
def test_videos(tmp_path: Path, name: str, codec: str, expected: str):
    sound = hiss(1, 48_000) if name in ("a.mp4", "a.mkv") else None
    path = film(tmp_path / name, numbered(30, size=(176, 144)), codec=codec, sound=sound)
    assert kind_of(path) == expected


def test_sound_in_a_container_for_both_is_read_as_sound_without_a_word(tmp_path: Path):
    for name in ("a.mp4", "a.webm", "a.mkv"):
        codec = "libopus" if name == "a.webm" else "aac"
        path = recording(tmp_path / name, hiss(1, 48_000), 48_000, codec=codec)
        assert kind_of(path).startswith("audio/")
        assert kind_of(path).partition("/")[2] == kinds.claimed(name).partition("/")[2]


def test_pictures_of_chapters_are_no_moving_pictures(tmp_path: Path):
    path = film(tmp_path / "book.mp4", numbered(3), sound=hiss(1, 48_000))
    content = path.read_bytes()
    assert kind_of(path) == kinds.MP4
    # The sound's track gets a reference to the pictures' track as its chapters.
    at = content.index(b"moov") - 4
    moov = content[at:]
    tracks = moov.split(b"trak")
    sound = next(number for number, part in enumerate(tracks) if b"soun" in part)
    reference = b"\0\0\0\x14tref\0\0\0\x0cchap\0\0\0\x01"
    size = int.from_bytes(tracks[sound - 1][-4:], "big")
    tracks[sound - 1] = tracks[sound - 1][:-4] + (size + len(reference)).to_bytes(4, "big")
    tracks[sound] = reference + tracks[sound]
    moov = b"trak".join(tracks)
    moov = (int.from_bytes(moov[:4], "big") + len(reference)).to_bytes(4, "big") + moov[4:]
    path.write_bytes(content[:at] + moov)
    assert kind_of(path) == kinds.M4A


def test_mp3_behind_a_tag_with_a_large_picture(tmp_path: Path):
    frames = recording(
        tmp_path / "a.mp3",
        hiss(1, 44_100),
        44_100,
        codec="libmp3lame",
        container_options={"id3v2_version": "0"},
    ).read_bytes()
    size = 200_000
    octets = bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0))
    tag = b"ID3\x04\0\0" + octets + bytes(size)
    (tmp_path / "b.mp3").write_bytes(tag + frames)
    assert kind_of(tmp_path / "b.mp3") == kinds.MP3
    (tmp_path / "c.mp3").write_bytes(tag + b"fLaC" + bytes(100))
    assert kind_of(tmp_path / "c.mp3") == kinds.FLAC


def test_padding_before_the_first_frame_is_met_under_the_name(tmp_path: Path):
    frames = recording(
        tmp_path / "a.mp3",
        hiss(1, 44_100),
        44_100,
        codec="libmp3lame",
        container_options={"id3v2_version": "0"},
    ).read_bytes()
    assert media_kind(bytes(700) + frames, "a.mp3") == kinds.MP3
    assert media_kind(bytes(700) + frames, "a.bin") == ""


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xfeh\0e\0l\0l\0o\0",
        b"\xff\xfb" + bytes(500),
        b"G" + b"ood text " * 300,
        b"free as in speech",
        b"moov was here",
        b"RIFF\0\0\0\0ACON",
        b"OggS"[:3],
        bytes(1000),
        np.random.default_rng(0).bytes(5000),
    ],
)
def test_what_only_looks_like_it_is_none(content: bytes):
    assert media_kind(content, "x") == ""


def test_headers_say_how_much_there_should_be(tmp_path: Path):
    path = recording(tmp_path / "a.wav", hiss(1, 16_000), 16_000, codec="pcm_s16le")
    assert promised_bytes(path) == path.stat().st_size
    tagged = recording(tmp_path / "a.mp3", hiss(1, 16_000), 16_000, codec="libmp3lame")
    assert promised_bytes(tagged) == 0
    assert states_length(tagged)
    assert not states_length(path)


def test_a_film_without_sound_and_a_matroska_with_two_sounds(tmp_path: Path):
    assert kind_of(film(tmp_path / "silent.mkv", numbered(3))) == kinds.MKV
    path = tmp_path / "two.mka"
    with av.open(path, "w", format="matroska") as container:
        packets = sound_packets(container, hiss(1, 48_000), 48_000, codec="flac")
        packets += sound_packets(container, hiss(1, 48_000), 48_000, codec="flac")
        mux(container, packets)
    assert kind_of(path) == kinds.MKA
