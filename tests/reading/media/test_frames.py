"""Frames of any stretch are those that the whole has there, seen as a player shows them."""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.reading.media.made import film, hiss, mux, number_of, numbered, picture_packets

from clerestory.errors import FileVanished, UnreadableFile, UnsupportedFile
from clerestory.reading.media.frames import decoded, frame_at, frames

COUNT = 80
CONTAINERS = [
    ("a.mp4", {"codec": "mpeg4"}),
    ("b.mp4", {"codec": "mpeg4", "options": {"bf": "2"}}),
    ("a.mov", {"codec": "mpeg4"}),
    ("b.mkv", {"codec": "mpeg4", "options": {"bf": "2"}}),
    ("8.webm", {"codec": "libvpx", "gop": 40, "sound_codec": "libopus"}),
    ("9.webm", {"codec": "libvpx-vp9", "gop": 200, "sound_codec": "libopus"}),
    ("a.avi", {"codec": "mpeg4", "sound_codec": "libmp3lame"}),
    ("a.ts", {"codec": "mpeg2video", "sound_codec": "mp2"}),
    ("a.wmv", {"codec": "wmv2", "sound_codec": "mp2"}),
    ("vfr.mkv", {"codec": "mpeg4", "vfr": True}),
    ("vfr.mp4", {"codec": "mpeg4", "vfr": True}),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("films")
    for name, options in CONTAINERS:
        options = dict(options)
        options.setdefault("sound_codec", "aac")
        times = None
        if options.pop("vfr", False):
            times = uneven_times(COUNT)
        film(folder / name, numbered(COUNT), sound=hiss(COUNT / 25, 48_000), times_ms=times, **options)
    return folder


def uneven_times(count: int) -> list[int]:
    chance = random.Random(3)
    times = [0]
    while len(times) < count:
        times.append(times[-1] + chance.choice([20, 33, 40, 120, 400]))
    return times


@pytest.mark.parametrize("name", [name for name, _ in CONTAINERS])
@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(share=st.floats(0, 1), length=st.floats(0, 1.5))
def test_a_stretch_has_the_frames_of_the_whole(folder: Path, name: str, share: float, length: float):
    whole = [(one.time_s, number_of(one.grey(160))) for one in decoded(folder / name)]
    assert [number for _, number in whole] == list(range(COUNT))
    start = share * whole[-1][0]
    part = [
        (one.time_s, number_of(one.rgb(160)))
        for one in decoded(folder / name, start_s=start, end_s=start + length)
    ]
    assert part == [one for one in whole if start <= one[0] < start + length]


@pytest.mark.parametrize("name", ["b.mp4", "9.webm", "vfr.mkv", "a.ts"])
def test_the_frame_at_a_time_is_the_one_that_stands_there(folder: Path, name: str):
    whole = list(frames(folder / name, longest_side=160))
    for number in (0, 1, 30, COUNT - 1):
        middle = (whole[number].time_s + whole[number].end_s) / 2
        found = frame_at(folder / name, middle, longest_side=160)
        assert number_of(found.image) == number
        assert found.time_s == whole[number].time_s
    assert number_of(frame_at(folder / name, 1000.0, longest_side=160).image) == COUNT - 1
    assert number_of(frame_at(folder / name, -5.0, longest_side=160).image) == 0


def test_frames_follow_on_each_other(folder: Path):
    for name in ("vfr.mkv", "b.mp4"):
        whole = list(decoded(folder / name))
        assert all(one.time_s < one.end_s for one in whole)
        assert all(one.end_s == two.time_s for one, two in pairwise(whole))
    times = [one.time_s for one in decoded(folder / "vfr.mkv")]
    assert times == [pytest.approx(time / 1000) for time in uneven_times(COUNT)]


def test_turned_videos_are_upright(tmp_path: Path):
    image = np.zeros((64, 96, 3), np.uint8)
    image[:20] = (250, 250, 250)  # a white bar on top
    path = tmp_path / "turned.mp4"
    with av.open(path, "w") as container:
        packets = picture_packets(container, [image] * 5)
        container.streams.video[0].set_display_rotation(-90)
        mux(container, packets)
    shown = frame_at(path, 0.0, longest_side=96).image
    assert shown.shape == (96, 64, 3)
    right = shown[:, -12:].mean()
    assert right > 200 > 60 > shown[:, :32].mean()  # turned clockwise, what was on top is on the right


def test_pixels_that_are_not_square_are_stretched(tmp_path: Path):
    path = film(tmp_path / "wide.mkv", numbered(5, size=(96, 96)), aspect=Fraction(16, 9))
    one = next(iter(decoded(path)))
    assert one.size == (round(96 * 16 / 9), 96)
    assert one.rgb(1000).shape == (96, 171, 3)
    assert one.grey(57).shape == (32, 57)


def test_frames_of_changing_size_come_as_they_are(tmp_path: Path):
    small, large = tmp_path / "1.ts", tmp_path / "2.ts"
    film(small, numbered(40, size=(160, 96)), codec="mpeg2video")
    film(large, numbered(40, size=(320, 192)), codec="mpeg2video")
    joined = tmp_path / "joined.ts"
    joined.write_bytes(small.read_bytes() + large.read_bytes())
    seen = list(decoded(joined))
    assert {one.size for one in seen} == {(160, 96), (320, 192)}
    times = [one.time_s for one in seen]
    assert times == sorted(times)
    assert times[-1] == pytest.approx(3.16, abs=0.1)


def test_a_video_of_one_frame(tmp_path: Path):
    path = film(tmp_path / "one.mp4", numbered(1))
    (only,) = decoded(path)
    assert only.time_s == 0.0 < only.end_s
    assert number_of(frame_at(path, 3.0, longest_side=160).image) == 0


def test_a_damaged_stretch_loses_only_its_frames(tmp_path: Path):
    path = film(tmp_path / "a.mkv", numbered(COUNT), gop=5)
    content = bytearray(path.read_bytes())
    content[len(content) // 2 : len(content) // 2 + 3000] = bytes(3000)
    path.write_bytes(content)
    found = [number_of(one.grey(160)) for one in decoded(path)]
    assert found[:10] == list(range(10))
    times = [one.time_s for one in decoded(path)]
    assert all(one < two for one, two in pairwise(times))


def test_what_is_not_there_is_said(tmp_path: Path, folder: Path):
    with pytest.raises(UnsupportedFile, match="no picture track 1"):
        list(decoded(folder / "a.mp4", track=1))
    with pytest.raises(FileVanished):
        frame_at(tmp_path / "gone.mp4", 0.0, longest_side=100)
    (tmp_path / "noise.mp4").write_bytes(b"\0\0\0\x18ftypisom" + bytes(3000))
    with pytest.raises(UnreadableFile):
        list(decoded(tmp_path / "noise.mp4"))
