"""Samples of any stretch are those that the whole has there, whatever the container."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.reading.media.made import hiss, mux, recording, sound_packets, tone

from clerestory.errors import FileVanished, UnreadableFile, UnsupportedFile
from clerestory.reading.media.sound import RATE, loudness, samples, stretch

SECONDS = 9.3
# name, encoder, sampling rate, seconds by which the container does not know the encoder's delay
CONTAINERS = [
    ("a.wav", "pcm_s16le", 44_100, 0.0),
    ("phone.wav", "pcm_mulaw", 8_000, 0.0),
    ("studio.wav", "pcm_s24le", 192_000, 0.0),
    ("a.aiff", "pcm_s16be", 44_100, 0.0),
    ("a.flac", "flac", 48_000, 0.0),
    ("a.mp3", "libmp3lame", 44_100, 0.0),
    ("low.mp3", "libmp3lame", 22_050, 0.0),
    ("a.ogg", "libopus", 48_000, 0.0),
    ("a.m4a", "aac", 44_100, 0.0),
    ("a.aac", "aac", 44_100, 1024 / 44_100),
    ("a.wma", "wmav2", 44_100, 0.0456),
    ("a.webm", "libopus", 48_000, 0.0),
    ("a.mka", "aac", 44_100, 0.0),
    ("mp3.mka", "libmp3lame", 44_100, 0.0),
    ("flac.mka", "flac", 44_100, 0.0),
    ("a.mov", "aac", 48_000, 0.0),
    ("opus.mp4", "libopus", 48_000, 0.0),
    ("a.avi", "libmp3lame", 44_100, 1105 / 44_100),
    ("a.ts", "aac", 48_000, 1024 / 48_000),
    ("a.flv", "aac", 44_100, 1024 / 44_100),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sounds")
    for name, codec, rate, _ in CONTAINERS:
        wide = codec == "wmav2"
        recording(
            folder / name,
            hiss(SECONDS, rate, seed=1),
            rate,
            codec=codec,
            form="adts" if name.endswith(".aac") else None,
            layout="stereo" if wide else "mono",
            bit_rate=96_000 if wide else None,
        )
    return folder


@pytest.mark.parametrize(("name", "codec", "rate", "late_s"), CONTAINERS)
def test_samples_lie_where_they_were_recorded(folder: Path, name: str, codec: str, rate: int, late_s: float):
    whole = stretch(folder / name)
    assert abs(len(whole) / RATE - SECONDS) < 0.1
    original = stretch(
        recording(folder / f"{name}.wav", hiss(SECONDS, rate, seed=1), rate, codec="pcm_s16le")
    )
    piece = whole[RATE : 3 * RATE]
    likeness = [float(np.dot(piece, original[RATE - back : 3 * RATE - back])) for back in range(RATE // 10)]
    assert int(np.argmax(likeness)) / RATE == pytest.approx(late_s, abs=0.0006)


@pytest.mark.parametrize("name", [name for name, *_ in CONTAINERS])
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(start=st.floats(0, SECONDS), length=st.floats(0, 3))
def test_a_stretch_is_the_slice_of_the_whole(folder: Path, name: str, start: float, length: float):
    whole = stretch(folder / name)
    end = start + length
    part = stretch(folder / name, start, end)
    assert len(part) == round(end * RATE) - round(start * RATE)
    expected = np.zeros(len(part), np.float32)
    there = whole[round(start * RATE) : round(end * RATE)]
    expected[: len(there)] = there
    # Decoders of lossy codings draw noise (AAC's PNS) from where they began.
    assert float(np.abs(part - expected).max(initial=0)) < 0.02


def test_blocks_are_about_a_second_and_together_the_whole(folder: Path):
    blocks = list(samples(folder / "a.m4a"))
    assert all(len(block) <= 1.2 * RATE for block in blocks)
    assert (np.concatenate(blocks) == stretch(folder / "a.m4a")).all()


def test_beyond_the_end_there_are_zeros(folder: Path):
    beyond = stretch(folder / "a.wav", SECONDS - 1, SECONDS + 2)
    assert len(beyond) == 3 * RATE
    assert beyond[:RATE].any() and not beyond[RATE + 10 :].any()
    assert not stretch(folder / "a.wav", 100, 101).any()


def test_another_rate_keeps_the_times(folder: Path):
    assert len(stretch(folder / "a.wav", 1.0, 2.5, rate=22_050)) == round(1.5 * 22_050)


def test_an_odd_rate_is_as_exact(tmp_path: Path):
    path = recording(tmp_path / "odd.wav", hiss(8, 44_101), 44_101, codec="pcm_s16le")
    assert np.abs(stretch(path, 4.2, 5.1) - stretch(path)[67_200:81_600]).max() < 1e-3


def test_channels_are_mixed_with_the_centre_in_front_and_no_low_effects(tmp_path: Path):
    rate = 48_000
    channels = np.zeros((8, rate), np.float32)
    channels[2] = tone(1, rate, hertz=500)  # centre of 7.1
    channels[3] = 1.0  # low effects
    path = recording(tmp_path / "a.wav", channels, rate, codec="pcm_s16le", layout="7.1")
    mixed = stretch(path)[1000:-1000]
    assert 0.08 < np.abs(mixed).max() < 0.2
    assert abs(float(mixed.mean())) < 1e-3


def test_gaps_in_the_time_stamps_are_zeros_and_said(tmp_path: Path):
    path = tmp_path / "gap.mkv"
    rate = 48_000
    with av.open(path, "w") as container:
        packets = sound_packets(container, hiss(6, rate), rate, codec="flac")
        for packet in packets:
            if packet.pts * packet.time_base >= 3:
                packet.pts += 2 * rate  # two seconds in which nothing was recorded
                packet.dts = packet.pts
        mux(container, packets)
    gaps: list[tuple[float, float]] = []
    whole = stretch(path, gaps=gaps)
    assert len(whole) == pytest.approx(8 * RATE, abs=100)
    assert not whole[round(3.2 * RATE) : round(4.9 * RATE)].any()
    assert whole[: 3 * RATE].any() and whole[round(5.2 * RATE) :].any()
    assert len(gaps) == 1
    assert gaps[0] == (pytest.approx(3.0, abs=0.1), pytest.approx(5.0, abs=0.1))
    part = stretch(path, 4.5, 6.5)
    assert np.abs(part - whole[round(4.5 * RATE) : round(6.5 * RATE)]).max() < 0.02


def test_overlaps_are_dropped(tmp_path: Path):
    path = tmp_path / "overlap.mkv"
    rate = 48_000
    with av.open(path, "w") as container:
        packets = sound_packets(container, hiss(6, rate), rate, codec="flac")
        for packet in packets:
            if packet.pts * packet.time_base >= 3:
                packet.pts -= rate // 2
                packet.dts = packet.pts
        mux(container, packets)
    assert len(stretch(path)) == pytest.approx(5.5 * RATE, abs=100)


def test_a_track_that_begins_later_has_silence_before(tmp_path: Path):
    path = tmp_path / "late.mkv"
    rate = 48_000
    with av.open(path, "w") as container:
        packets = sound_packets(container, hiss(3, rate), rate, codec="flac")
        late = sound_packets(container, hiss(3, rate), rate, codec="flac", start_s=1.5)
        mux(container, packets + late)
    second = stretch(path, track=1)
    assert len(second) == pytest.approx(4.5 * RATE, abs=100)
    assert not second[: round(1.49 * RATE)].any()
    assert second[round(1.55 * RATE) :].any()


def test_joined_files_whose_clock_starts_again_go_on(tmp_path: Path):
    first = recording(tmp_path / "1.ogg", hiss(3, 48_000, seed=1), 48_000, codec="libopus")
    second = recording(tmp_path / "2.ogg", hiss(4, 48_000, seed=2), 48_000, codec="libopus")
    joined = tmp_path / "joined.ogg"
    joined.write_bytes(first.read_bytes() + second.read_bytes())
    whole = stretch(joined)
    assert len(whole) == pytest.approx(7 * RATE, abs=300)
    part = stretch(joined, 4.0, 6.0)
    assert (part == whole[4 * RATE : 6 * RATE]).all()


def test_damage_inside_is_a_gap_not_the_end(tmp_path: Path):
    path = recording(tmp_path / "a.mp3", hiss(8, 44_100), 44_100, codec="libmp3lame")
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 8000] = bytes(8000)
    path.write_bytes(content)
    gaps: list[tuple[float, float]] = []
    whole = stretch(path, 0.0, 8.0, gaps=gaps)
    assert len(whole) == 8 * RATE
    assert whole[: 3 * RATE].any() and whole[round(5.5 * RATE) : 7 * RATE].any()
    assert np.isfinite(whole).all()


def test_what_is_not_there_is_said(tmp_path: Path):
    path = recording(tmp_path / "a.wav", tone(1, 16_000), 16_000, codec="pcm_s16le")
    with pytest.raises(UnsupportedFile, match="no sound track 1"):
        stretch(path, track=1)
    with pytest.raises(FileVanished):
        stretch(tmp_path / "gone.wav")
    (tmp_path / "noise.wav").write_bytes(b"RIFF" + bytes(2000))
    with pytest.raises(UnreadableFile):
        stretch(tmp_path / "noise.wav")


def test_loudness_is_in_decibels_of_full_scale():
    signal = np.concatenate([tone(0.5, RATE), np.zeros(RATE // 2 + 40, np.float32)])
    levels = loudness(signal)
    assert len(levels) == 11
    assert levels[1] == pytest.approx(20 * np.log10(0.5 / 2**0.5), abs=0.1)
    assert (levels[5:] == -100).all()
    assert len(loudness(np.zeros(0, np.float32))) == 0
