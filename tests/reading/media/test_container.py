"""What is in a recording or video is told, and what is wrong with it."""

from __future__ import annotations

import io
import resource
import struct
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image
from tests.reading.media.made import (
    film,
    hiss,
    mux,
    numbered,
    picture_packets,
    recording,
    sound_packets,
    tone,
)

from clerestory.errors import TooLarge, UnreadableFile, UnsupportedFile, WrongPassword
from clerestory.reading.media.container import Probed, probe
from clerestory.reading.media.facts import Chapter, Cue, MediaFacts, PictureTrack, SoundTrack, SubtitleTrack
from clerestory.reading.media.sound import RATE, samples, stretch
from clerestory.reading.source import Source
from clerestory.settings import ReadingSettings

HEADER = (
    b"[Script Info]\nScriptType: v4.00+\n\n[V4+ Styles]\nFormat: Name, Fontname, Fontsize\n"
    b"Style: Default,Arial,16\n\n[Events]\n"
    b"Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
)


def probed(path: Path, settings: ReadingSettings | None = None) -> Probed:
    return probe(Source(path, "0" * 64, path.name), settings or ReadingSettings())


def codes(found: Probed) -> list[str]:
    return [line.code for line in found.ledger]


@pytest.mark.parametrize(
    ("name", "codec", "rate"),
    [
        ("a.wav", "pcm_s16le", 44_100),
        ("a.mp3", "libmp3lame", 44_100),
        ("a.flac", "flac", 48_000),
        ("a.ogg", "libopus", 48_000),
        ("a.m4a", "aac", 44_100),
        ("a.mka", "aac", 44_100),
        ("a.webm", "libopus", 48_000),
    ],
)
def test_the_duration_is_that_of_the_samples(tmp_path: Path, name: str, codec: str, rate: int):
    path = recording(tmp_path / name, hiss(5.3, rate), rate, codec=codec)
    facts = probed(path).facts
    assert facts.duration_s == pytest.approx(len(stretch(path)) / RATE, abs=0.002)
    assert facts.duration_s == facts.sounds[0].end_s
    assert facts.sounds[0].start_s == pytest.approx(0, abs=0.001)
    assert facts.sounds[0].sample_rate == rate
    assert facts.sounds[0].layout == "mono"
    assert probed(path).ledger == ()


def test_tracks_of_a_film(tmp_path: Path):
    path = film(
        tmp_path / "a.mp4",
        numbered(50),
        sound=hiss(2, 48_000),
        aspect=Fraction(4, 3),
        metadata={"title": "A day\x00 ", "artist": "B. Maker", "comment": "made", "date": "2024-05-06"},
    )
    facts = probed(path).facts
    picture, sound = facts.pictures[0], facts.sounds[0]
    assert (picture.codec, picture.width, picture.height, picture.frames) == ("mpeg4", 213, 96, 50)
    assert (picture.start_s, picture.end_s, picture.fps) == (0.0, 2.0, 25.0)
    assert (sound.codec, sound.channels) == ("aac", 1)
    assert facts.duration_s == 2.0 == facts.stated_duration_s
    assert facts.metadata["title"] == "A day"
    assert facts.metadata["author"] == "B. Maker"
    assert facts.metadata["description"] == "made"
    assert facts.metadata["taken"] == "2024-05-06"


def test_a_turned_video_says_so(tmp_path: Path):
    path = tmp_path / "turned.mp4"
    with av.open(path, "w") as container:
        packets = picture_packets(container, numbered(5))
        container.streams.video[0].set_display_rotation(-90)
        mux(container, packets)
    picture = probed(path).facts.pictures[0]
    assert (picture.width, picture.height, picture.rotation) == (96, 160, 90)


def test_a_cover_is_no_video(tmp_path: Path):
    buffer = io.BytesIO()
    Image.new("RGB", (40, 30), (200, 30, 30)).save(buffer, "PNG")
    for name, codec in (("a.mp3", "libmp3lame"), ("a.m4a", "aac")):
        path = tmp_path / name
        with av.open(path, "w", format="mp4" if name == "a.m4a" else None) as container:
            packets = sound_packets(container, hiss(1, 44_100), 44_100, codec=codec)
            cover = container.add_stream("png", rate=1)
            cover.width, cover.height, cover.pix_fmt = 40, 30, "rgb24"
            cover.disposition = av.stream.Disposition.attached_pic
            frame = av.VideoFrame.from_image(Image.open(buffer))
            mux(container, packets + cover.encode(frame) + cover.encode(None))
        found = probed(path)
        assert found.facts.pictures == ()
        assert found.cover is not None
        assert Image.open(io.BytesIO(found.cover)).size == (40, 30)


def test_chapters_follow_on_each_other(tmp_path: Path):
    path = tmp_path / "a.mkv"
    with av.open(path, "w") as container:
        packets = sound_packets(container, hiss(6, 48_000), 48_000, codec="flac")
        tick = Fraction(1, 1000)
        container.set_chapters(
            [
                {"id": 1, "start": 0, "end": 2500, "time_base": tick, "metadata": {"title": "One"}},
                {"id": 2, "start": 2000, "end": 6000, "time_base": tick, "metadata": {}},
            ]
        )
        mux(container, packets)
    assert probed(path).facts.chapters == (Chapter("One", 0.0, 2.0), Chapter("", 2.0, 6.0))


@pytest.mark.parametrize(
    ("name", "codec"), [("a.mkv", "subrip"), ("b.mkv", "ass"), ("a.mp4", "mov_text"), ("a.webm", "webvtt")]
)
def test_subtitles_inside(tmp_path: Path, name: str, codec: str):
    path = tmp_path / name
    with av.open(path, "w") as container:
        packets = picture_packets(container, numbered(100), codec="libvpx" if name == "a.webm" else "mpeg4")
        stream = container.add_stream(codec)
        stream.codec_context.time_base = Fraction(1, 1000)
        stream.codec_context.subtitle_header = HEADER
        stream.metadata["language"] = "ger"
        for start, end, text in (
            (1000, 2500, b"0,0,Default,,0,0,0,,Hello {\\i1}there{\\i0}\\Nyou"),
            (2600, 3900, b"1,0,Default,,0,0,0,,Bye"),
        ):
            words = av.subtitles.subtitle.SubtitleSet.create(
                text=text, start=0, end=end - start, pts=start * 1000
            )
            packet = stream.codec_context.encode_subtitle(words)
            packet.stream, packet.time_base = stream, Fraction(1, 1000)
            packet.pts = packet.dts = start
            packet.duration = end - start
            packets.append(packet)
        mux(container, packets)
    (track,) = probed(path).facts.subtitles
    assert (track.language, track.source) == ("de", "inside")
    assert track.cues == (Cue(1.0, 2.5, "Hello there\nyou"), Cue(2.6, 3.9, "Bye"))


def test_subtitles_beside(tmp_path: Path):
    path = film(tmp_path / "talk.mp4", numbered(25))
    (tmp_path / "talk.en.srt").write_text("1\n00:00:00,100 --> 00:00:00,900\nGood morning\n")
    (tmp_path / "talk.fr.srt").write_text("this is no subtitle")
    (tmp_path / "talk.part2.srt").write_text("1\n00:00:00,100 --> 00:00:00,900\nAnother film\n")
    found = probed(path)
    assert found.facts.subtitles == (
        SubtitleTrack("en", "", "talk.en.srt", (Cue(0.1, 0.9, "Good morning"),)),
    )
    assert codes(found) == ["UnreadableFile"]


def cut(path: Path, share: float) -> Path:
    content = path.read_bytes()
    short = path.with_name(f"cut-{path.name}")
    short.write_bytes(content[: int(len(content) * share)])
    return short


@pytest.mark.parametrize(
    ("name", "codec", "rate"),
    [
        ("a.wav", "pcm_s16le", 44_100),
        ("a.mp3", "libmp3lame", 44_100),
        ("a.flac", "flac", 48_000),
        ("a.mka", "flac", 48_000),
    ],
)
def test_a_truncated_recording_is_read_as_far_as_it_goes(tmp_path: Path, name: str, codec: str, rate: int):
    path = cut(recording(tmp_path / name, hiss(8, rate), rate, codec=codec), 0.5)
    found = probed(path)
    assert codes(found) == ["truncated"]
    assert found.facts.duration_s == pytest.approx(4, abs=0.3)
    assert len(stretch(path, 0, found.facts.duration_s)) == round(found.facts.duration_s * RATE)


def test_a_film_without_its_index_is_unreadable(tmp_path: Path):
    with pytest.raises(UnreadableFile, match="damaged or cut off"):
        probed(cut(film(tmp_path / "a.mp4", numbered(50), sound=hiss(2, 48_000)), 0.5))


def test_a_wrong_duration_in_the_header(tmp_path: Path):
    path = film(tmp_path / "a.mkv", numbered(50))
    content = path.read_bytes()
    at = content.index(b"\x44\x89\x88") + 3
    (stated,) = struct.unpack_from(">d", content, at)
    path.write_bytes(content[:at] + struct.pack(">d", stated * 9) + content[at + 8 :])
    found = probed(path)
    assert (found.facts.duration_s, found.facts.stated_duration_s) == (2.0, 18.0)
    assert codes(found) == ["truncated"]
    path.write_bytes(content[:at] + struct.pack(">d", stated / 9) + content[at + 8 :])
    assert probed(path).facts.duration_s == 2.0


def test_a_missing_codec(tmp_path: Path):
    path = film(tmp_path / "a.mkv", numbered(25), sound=hiss(1, 48_000))
    content = path.read_bytes()
    path.write_bytes(content.replace(b"A_AAC", b"A_ZZZ"))
    found = probed(path)
    assert codes(found) == ["no-decoder"]
    assert not found.facts.sounds[0].decodable
    with pytest.raises(UnsupportedFile, match="no decoder"):
        stretch(path)
    path.write_bytes(content.replace(b"A_AAC", b"A_ZZZ").replace(b"V_MPEG4/ISO/ASP", b"V_NOBODY/KN/OWS"))
    with pytest.raises(UnsupportedFile, match="no decoder"):
        probed(path)


def test_encrypted_media(tmp_path: Path):
    path = film(tmp_path / "a.mp4", numbered(25), sound=hiss(1, 48_000))
    content = path.read_bytes()
    path.write_bytes(content.replace(b"mp4a", b"enca"))
    found = probed(path)
    assert codes(found) == ["encrypted-track"]
    assert not found.facts.sounds[0].decodable and found.facts.pictures[0].decodable
    path.write_bytes(content.replace(b"mp4a", b"enca").replace(b"mp4v", b"encv"))
    with pytest.raises(WrongPassword, match="copy protection"):
        probed(path)


def test_no_samples_at_all(tmp_path: Path):
    header = recording(tmp_path / "a.wav", tone(1, 16_000), 16_000, codec="pcm_s16le").read_bytes()
    at = header.index(b"data") + 4
    path = tmp_path / "empty.wav"
    path.write_bytes(header[:4] + struct.pack("<I", at - 4) + header[8:at] + bytes(4))
    found = probed(path)
    assert found.facts.duration_s == 0
    assert codes(found) == ["no-samples"]
    assert len(stretch(path)) == 0


def test_channels_and_rates_of_all_sizes(tmp_path: Path):
    for name, codec, rate, layout in (
        ("a.wav", "pcm_s16le", 48_000, "7.1"),
        ("planes.mka", "aac", 48_000, "7.1"),
        ("b.flac", "flac", 192_000, "5.1"),
        ("c.wav", "pcm_alaw", 8_000, "mono"),
    ):
        path = recording(tmp_path / name, tone(1, rate), rate, codec=codec, layout=layout)
        sound = probed(path).facts.sounds[0]
        assert (sound.sample_rate, sound.layout) == (rate, layout)
        assert len(stretch(path)) == pytest.approx(RATE, abs=500)


def test_neither_sound_nor_pictures(tmp_path: Path):
    path = tmp_path / "empty.m4a"
    with av.open(path, "w") as container:
        container.add_stream("aac", rate=44_100).codec_context.open()
        container.start_encoding()
    with pytest.raises(UnsupportedFile, match="neither sound nor moving pictures"):
        probed(path)


def test_gaps_restarts_and_impossible_times_are_said(tmp_path: Path):
    rate = 48_000
    for name, moved_s, code in (("gap.mkv", 5, "gap"), ("jump.mkv", 80_000, "broken-times")):
        path = tmp_path / name
        with av.open(path, "w") as container:
            packets = sound_packets(container, hiss(6, rate), rate, codec="flac")
            for packet in packets:
                if packet.pts * packet.time_base >= 3:
                    packet.pts += moved_s * rate
                    packet.dts = packet.pts
            mux(container, packets)
        found = probed(path)
        assert codes(found)[0] == code
        whole_s = 11 if code == "gap" else 6
        assert found.facts.duration_s == pytest.approx(whole_s, abs=0.1)
        assert len(stretch(path)) == pytest.approx(whole_s * RATE, abs=0.1 * RATE)
    first = recording(tmp_path / "1.ogg", hiss(3, rate), rate, codec="libopus").read_bytes()
    second = recording(tmp_path / "2.ogg", hiss(4, rate), rate, codec="libopus").read_bytes()
    (tmp_path / "joined.ogg").write_bytes(first + second)
    found = probed(tmp_path / "joined.ogg")
    assert codes(found)[0] == "clock-restarts"
    assert found.facts.duration_s == pytest.approx(7, abs=0.05)


def test_sound_that_begins_later(tmp_path: Path):
    path = film(
        tmp_path / "a.mkv", numbered(75), sound=hiss(2, 48_000), sound_codec="flac", sound_start_s=0.8
    )
    facts = probed(path).facts
    assert facts.pictures[0].start_s == 0.0
    assert facts.sounds[0].start_s == pytest.approx(0.8, abs=0.002)
    heard = stretch(path)
    assert not heard[: round(0.79 * RATE)].any() and heard[round(0.82 * RATE) : RATE].any()


def test_a_clock_that_does_not_begin_at_zero(tmp_path: Path):
    path = tmp_path / "a.mkv"
    with av.open(path, "w") as container:
        packets = picture_packets(container, numbered(50))
        packets += sound_packets(container, hiss(2, 48_000), 48_000, codec="flac")
        for packet in packets:
            packet.pts += round(100 / packet.time_base)
            packet.dts += round(100 / packet.time_base)
        mux(container, packets)
    facts = probed(path).facts
    assert facts.duration_s == pytest.approx(2.0, abs=0.002)
    assert facts.pictures[0].start_s == 0.0


def test_longer_than_the_limit(tmp_path: Path):
    path = tmp_path / "a.mkv"
    rate = 48_000
    with av.open(path, "w") as container:
        packets = sound_packets(container, tone(3, rate), rate, codec="flac")
        for number, packet in enumerate(packets):
            packet.pts = packet.dts = number * rate * 1000
        mux(container, packets)
    hours = probed(path).facts.duration_s / 3600
    with pytest.raises(TooLarge, match="max_media_hours"):
        probed(path, ReadingSettings(max_media_hours=int(hours)))


def test_names_that_look_like_commands_are_only_names(tmp_path: Path):
    folder = tmp_path / "concat:a|b"
    folder.mkdir()
    path = recording(folder / "http:%03d.wav", tone(1, 16_000), 16_000, codec="pcm_s16le")
    assert probed(path).facts.duration_s == 1.0
    playlist = tmp_path / "list.m3u8"
    playlist.write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{path}\n#EXT-X-ENDLIST\n")
    with pytest.raises(UnreadableFile):
        probed(playlist)


def test_a_long_recording_takes_little_memory(tmp_path: Path):
    path = tmp_path / "long.flac"
    rate, minutes = 8_000, 25
    with av.open(path, "w") as container:
        stream = container.add_stream("flac", rate=rate, layout="mono")
        silence = np.zeros((1, 4608), np.int16)
        for number in range(minutes * 60 * rate // 4608):
            frame = av.AudioFrame.from_ndarray(silence, format="s16", layout="mono")
            frame.sample_rate, frame.time_base, frame.pts = rate, Fraction(1, rate), number * 4608
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    facts = probed(path).facts
    assert facts.duration_s == pytest.approx(minutes * 60, abs=1)
    assert sum(len(block) for block in samples(path, start_s=0.0)) == pytest.approx(
        minutes * 60 * RATE, rel=1e-3
    )
    assert len(stretch(path, 1300.0, 1310.0)) == 10 * RATE
    grown_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown_kb < 50_000  # all samples together are 96 MB


def test_facts_are_the_same_after_json():
    facts = MediaFacts(
        "matroska",
        12.345678901234567,
        12.0,
        (SoundTrack(0, "opus", 2, "stereo", 48_000, 0.0, 12.3, "en", "Ton", True),),
        (PictureTrack(0, "vp9", 1280, 720, 29.97, 0.0, 12.345678901234567, 90, 370, "und", "", False),),
        (Chapter("Eins", 0.0, 5.0),),
        (SubtitleTrack("de", "", "inside", (Cue(1.0, 2.0, "Grüße\n„dort“"),)),),
        {"title": "x"},
    )
    assert MediaFacts.from_json(facts.to_json()) == facts
