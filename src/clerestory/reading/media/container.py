"""A media file's tracks, true duration, chapters, subtitles and cover, from its packets alone.

In: a source. Out: facts and ledger lines. Packets are walked once, nothing is decoded but
subtitles, so a two-hour film takes seconds and constant memory.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from clerestory.errors import UnsupportedFile
from clerestory.reading.ledger import note
from clerestory.reading.media.facts import Chapter, MediaFacts, PictureTrack, SoundTrack
from clerestory.reading.media.library import av
from clerestory.reading.media.opening import SECOND, Opened, is_cover, opened, seconds
from clerestory.reading.source import Source
from clerestory.settings import ReadingSettings
from clerestory.types import LedgerLine


@dataclass(frozen=True, slots=True)
class Probed:
    """``cover`` holds the encoded bytes of the picture that comes with a recording."""

    facts: MediaFacts
    cover: bytes | None = None
    ledger: tuple[LedgerLine, ...] = ()


@dataclass(slots=True)
class _Walked:
    start: Fraction | None = None
    end: Fraction = field(default_factory=Fraction)
    packets: int = 0


def probe(source: Source, settings: ReadingSettings) -> Probed:
    """What is in the file.

    Raises:
        UnsupportedFile: no sound and no moving pictures, or no decoder for any of them.
        UnreadableFile, WrongPassword, TooLarge, FileVanished, FileDenied
    """
    with opened(source.path, where=source.name) as media:
        if not media.sounds and not media.pictures:
            raise UnsupportedFile("neither sound nor moving pictures in it", where=source.name)
        walked = {stream.index: _Walked() for stream in (*media.sounds, *media.pictures)}
        cover, ledger = _walk(media, walked)
        sounds = tuple(
            SoundTrack(
                number,
                stream.codec_context.name,
                stream.codec_context.channels,
                stream.codec_context.layout.name,
                stream.codec_context.sample_rate,
                float(walked[stream.index].start or 0),
                float(walked[stream.index].end),
                stream.language or "und",
            )
            for number, stream in enumerate(media.sounds)
        )
        pictures = tuple(
            PictureTrack(
                number,
                stream.codec_context.name,
                stream.codec_context.width,
                stream.codec_context.height,
                float(stream.average_rate or 0),
                float(walked[stream.index].start or 0),
                float(walked[stream.index].end),
                0,
                walked[stream.index].packets,
                stream.language or "und",
            )
            for number, stream in enumerate(media.pictures)
        )
        facts = MediaFacts(
            media.container.format.name,
            max([track.end_s for track in sounds] + [track.end_s for track in pictures]),
            (media.container.duration or 0) / SECOND,
            sounds,
            pictures,
            tuple(
                Chapter(
                    one["metadata"].get("title", ""),
                    float(one["start"] * one["time_base"] - media.zero),
                    float(one["end"] * one["time_base"] - media.zero),
                )
                for one in media.container.chapters()
            ),
            (),
            dict(media.container.metadata),
        )
        return Probed(facts, cover, tuple(ledger))


def _walk(media: Opened, walked: dict[int, _Walked]) -> tuple[bytes | None, list[LedgerLine]]:
    cover = None
    ledger: list[LedgerLine] = []
    try:
        for packet in media.container.demux():
            if packet.stream.type == "video" and is_cover(packet.stream):
                cover = cover or bytes(packet) or None
                continue
            track = walked.get(packet.stream_index)
            if track is None or (packet.pts is None and packet.dts is None):
                continue
            _follow(track, packet, media.zero)
    except av().error.FFmpegError as error:
        reason = f"it cannot be read to its end ({error.strerror})"
        ledger.append(note("truncated", "file", reason, severity="warning"))
    return cover, ledger


def _follow(track: _Walked, packet: Any, zero: Fraction) -> None:
    begin = seconds(packet.pts if packet.pts is not None else packet.dts, packet.stream) - zero
    end = begin + seconds(packet.duration or 0, packet.stream)
    track.start = begin if track.start is None else min(track.start, begin)
    track.end = max(track.end, end)
    track.packets += 1
