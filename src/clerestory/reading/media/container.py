"""A media file's tracks, true duration, chapters, subtitles and cover, from its packets alone.

In: a source; subtitle files beside it count as its own. Out: facts and ledger lines. Packets
are walked once; nothing is decoded but subtitles and the first frame of each track, so a
two-hour film takes seconds and constant memory.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from clerestory.errors import InputError, TooLarge, UnreadableFile, UnsupportedFile, WrongPassword
from clerestory.reading.ledger import note
from clerestory.reading.media.facts import Chapter, MediaFacts, PictureTrack, SoundTrack, SubtitleTrack
from clerestory.reading.media.opening import SECOND, Opened, is_cover, opened, packets
from clerestory.reading.media.orientation import seen_size, turns_of
from clerestory.reading.media.signatures import promised_bytes, states_length
from clerestory.reading.media.subtitles import MOST_MB, beside, parse
from clerestory.reading.media.tags import chapter_title, language_of, plain_metadata
from clerestory.reading.media.tracks import Cues, Walk
from clerestory.reading.sentences import storable
from clerestory.reading.source import Source
from clerestory.settings import ReadingSettings
from clerestory.types import LedgerLine, TimeSpan

# A header that promises this much more than there is tells of a file that was cut off.
_LEAST_MISSING_S, _LEAST_MISSING_SHARE = 1.0, 0.02
# Containers without a stated duration: FFmpeg guesses one from the bit rate.
_GUESSING = {"aac", "mp3", "ac3", "eac3", "mpeg", "mpegvideo", "amr"}
_MOST_CHAPTERS = 2000
_MOST_COVER_BYTES = 20_000_000
_MOST_NOTED = 20  # gaps of one track
_ENCRYPTED_TAGS = {"encv", "enca", "drms", "drmi", "aavd"}


@dataclass(frozen=True, slots=True)
class Probed:
    """``cover`` holds the encoded bytes of the picture that comes with a recording."""

    facts: MediaFacts
    cover: bytes | None = None
    ledger: tuple[LedgerLine, ...] = ()


def probe(source: Source, settings: ReadingSettings) -> Probed:
    """What is in the file.

    Raises:
        UnsupportedFile: no sound and no moving pictures, or no decoder for any of them.
        WrongPassword: everything in it is encrypted.
        TooLarge: longer than ``settings.max_media_hours``.
        UnreadableFile, FileVanished, FileDenied
    """
    with opened(source.path, where=source.name) as media:
        return _Probing(media, source, settings).probed()


class _Probing:
    """One walk through an open file."""

    def __init__(self, media: Opened, source: Source, settings: ReadingSettings) -> None:
        self._media = media
        self._source = source
        self._settings = settings
        self._ledger: list[LedgerLine] = []
        self._cover: bytes | None = None
        streams = (*media.sounds, *media.pictures)
        self._walks = {stream.index: Walk(stream, media.zero) for stream in streams}
        self._cues = {stream.index: Cues(stream, media.zero) for stream in media.container.streams.subtitles}

    def probed(self) -> Probed:
        self._refuse_what_cannot_be_decoded()
        self._walk()
        sounds = tuple(
            self._sound(number, self._walks[stream.index]) for number, stream in enumerate(self._media.sounds)
        )
        pictures = tuple(
            self._picture(number, self._walks[stream.index])
            for number, stream in enumerate(self._media.pictures)
        )
        if not any(walk.decodable for walk in self._walks.values()):
            raise UnreadableFile(
                "neither its sound nor its pictures can be decoded",
                where=self._source.name,
                fix="It may be damaged or encrypted.",
            )
        duration_s = max([track.end_s for track in sounds] + [track.end_s for track in pictures])
        limit_s = self._settings.max_media_hours * 3600
        if duration_s > limit_s:
            raise TooLarge(
                f"{duration_s / 3600:,.1f} hours are over the limit of {self._settings.max_media_hours}",
                where=self._source.name,
                fix="Raise reading.max_media_hours to read it.",
            )
        stated_s = max(0.0, (self._media.container.duration or 0) / SECOND)
        self._compare(duration_s, stated_s)
        facts = MediaFacts(
            self._media.container.format.name,
            duration_s,
            stated_s,
            sounds,
            pictures,
            self._chapters(duration_s),
            self._subtitles(),
            plain_metadata(self._media.container.metadata),
        )
        return Probed(facts, self._cover, tuple(self._ledger))

    def _refuse_what_cannot_be_decoded(self) -> None:
        walks = self._walks.values()
        if not walks:
            raise UnsupportedFile("neither sound nor moving pictures in it", where=self._source.name)
        protected = "ASF_Protection_Type" in self._media.container.metadata
        for walk in walks:
            walk.encrypted = protected or _is_encrypted(walk.stream)
        if all(walk.encrypted for walk in walks):
            raise _encrypted(self._source)
        if all(walk.stream.codec_context is None for walk in walks if not walk.encrypted):
            raise UnsupportedFile(
                "there is no decoder for what is in it",
                where=self._source.name,
                fix="Convert it to a common format such as MP4, WebM or MP3.",
            )

    def _walk(self) -> None:
        for packet in packets(self._media, *self._media.container.streams):
            stream = packet.stream
            if stream.type == "video" and is_cover(stream):
                if self._cover is None and 0 < packet.size <= _MOST_COVER_BYTES:
                    self._cover = bytes(packet)
            elif walk := self._walks.get(packet.stream_index):
                walk.follow(packet)
            elif cues := self._cues.get(packet.stream_index):
                cues.follow(packet)
        walks = self._walks.values()
        if all(walk.encrypted for walk in walks):
            raise _encrypted(self._source)
        for name, walk in _named(walks):
            self._note_faults(name, walk)
        if not any(walk.packets for walk in walks):
            reason = "it holds no sound and no pictures, only the frame for them"
            self._ledger.append(note("no-samples", "file", reason, severity="warning"))

    def _note_faults(self, name: str, walk: Walk) -> None:
        lines = []
        if walk.encrypted:
            lines.append(("encrypted-track", "is encrypted and was not read"))
        elif walk.stream.codec_context is None:
            lines.append(("no-decoder", "has a coding for which there is no decoder"))
        elif walk.packets and not walk.decodable:
            lines.append(("undecodable-track", "cannot be decoded"))
        if walk.restarts:
            lines.append(
                ("clock-restarts", f"has time stamps that start again {walk.restarts:,} times; counted on")
            )
        if walk.jumps:
            lines.append(("broken-times", f"has {walk.jumps:,} time stamps that cannot be; counted on"))
        if walk.untimed:
            lines.append(("missing-times", f"has {walk.untimed:,} packets without a time"))
        for code, what in lines:
            self._ledger.append(note(code, "file", f"{name} {what}", severity="warning"))
        for start_s, end_s in walk.gaps[:_MOST_NOTED]:
            reason = f"{name} has nothing for {end_s - start_s:,.1f} s"
            self._ledger.append(note("gap", "file", reason, locator=TimeSpan(start_s, end_s)))
        if len(walk.gaps) > _MOST_NOTED:
            reason = f"{name} has {len(walk.gaps) - _MOST_NOTED:,} gaps more"
            self._ledger.append(note("gap", "file", reason))

    def _sound(self, number: int, walk: Walk) -> SoundTrack:
        stream, context = walk.stream, walk.stream.codec_context
        return SoundTrack(
            number,
            _codec(stream),
            int(getattr(context, "channels", 0) or 0),
            _layout(walk),
            int(getattr(context, "sample_rate", 0) or 0),
            *walk.span(),
            _language(stream),
            storable(stream.metadata.get("title", "")),
            walk.decodable,
        )

    def _picture(self, number: int, walk: Walk) -> PictureTrack:
        stream, context = walk.stream, walk.stream.codec_context
        size, turns = (0, 0), 0
        if walk.first_frame is not None:
            size, turns = seen_size(walk.first_frame, stream), turns_of(walk.first_frame).quarters
        elif context is not None:
            size = (context.width, context.height)
        start_s, end_s = walk.span()
        fps = walk.packets / (end_s - start_s) if end_s > start_s else 0.0
        return PictureTrack(
            number,
            _codec(stream),
            *size,
            round(fps, 3),
            start_s,
            end_s,
            turns * 90,
            walk.packets,
            _language(stream),
            storable(stream.metadata.get("title", "")),
            walk.decodable,
        )

    def _chapters(self, duration_s: float) -> tuple[Chapter, ...]:
        found = []
        for one in self._media.container.chapters()[:_MOST_CHAPTERS]:
            start = float(one["start"] * one["time_base"] - self._media.zero)
            end = float(one["end"] * one["time_base"] - self._media.zero)
            found.append((min(max(0.0, start), duration_s), end, chapter_title(one["metadata"])))
        found.sort(key=lambda one: one[0])
        chapters = []
        for number, (start, end, title) in enumerate(found):
            following = found[number + 1][0] if number + 1 < len(found) else duration_s
            # Writers leave the end out, or let chapters overlap; a chapter lasts until the next one.
            end = following if end <= start or end > following else end
            chapters.append(Chapter(title, start, end))
        return tuple(chapters)

    def _subtitles(self) -> tuple[SubtitleTrack, ...]:
        tracks = []
        for number, cues in enumerate(self._cues.values()):
            if cues.pictures:
                reason = f"subtitle track {number + 1} ({_language(cues.stream)}) holds pictures of words"
                self._ledger.append(note("subtitles-as-pictures", "file", reason))
            elif cues.damaged and not cues.cues:
                reason = f"subtitle track {number + 1} cannot be decoded"
                self._ledger.append(note("undecodable-track", "file", reason, severity="warning"))
            if cues.cues:
                title = storable(cues.stream.metadata.get("title", ""))
                tracks.append(SubtitleTrack(_language(cues.stream), title, "inside", cues.in_order()))
        for path in beside(self._source.path):
            try:
                content = Source(path, "", path.name).read_bytes(MOST_MB)
                tracks.append(parse(content, path.name))
            except InputError as error:
                reason = f"a subtitle file beside it was not read: {error.what}"
                self._ledger.append(note(type(error).__name__, "file", reason, severity="warning"))
        return tuple(tracks)

    def _compare(self, duration_s: float, stated_s: float) -> None:
        if promised := promised_bytes(self._source.path):
            size = self._source.path.stat().st_size
            if size < promised * (1 - _LEAST_MISSING_SHARE):
                reason = f"its header promises {promised:,} bytes, there are {size:,}; it may be cut off"
                self._ledger.append(note("truncated", "file", reason, severity="warning"))
        guessed = self._media.container.format.name in _GUESSING and not states_length(self._source.path)
        if guessed or not stated_s:
            return
        missing_s = stated_s - duration_s
        if abs(missing_s) <= max(_LEAST_MISSING_S, _LEAST_MISSING_SHARE * stated_s):
            return
        reason = f"its header says {stated_s:,.1f} s, there are {duration_s:,.1f} s in it"
        if missing_s > 0:
            line = note("truncated", "file", f"{reason}; it may be cut off", severity="warning")
        else:
            line = note("duration-differs", "file", reason)
        self._ledger.append(line)


def _named(walks: Iterable[Walk]) -> Iterable[tuple[str, Walk]]:
    numbers = {"audio": 0, "video": 0}
    for walk in walks:
        kind = walk.stream.type
        numbers[kind] += 1
        yield f"{'sound' if kind == 'audio' else 'picture'} track {numbers[kind]}", walk


def _is_encrypted(stream: Any) -> bool:
    context = stream.codec_context
    tag = str(context.codec_tag) if context is not None else ""
    return tag.lower() in _ENCRYPTED_TAGS or "enc_key_id" in stream.metadata


def _encrypted(source: Source) -> WrongPassword:
    return WrongPassword(
        "it is encrypted (copy protection)", where=source.name, fix="Add a copy without protection."
    )


def _codec(stream: Any) -> str:
    context = stream.codec_context
    return "unknown" if context is None else str(context.codec.canonical_name)


def _layout(walk: Walk) -> str:
    """As FFmpeg names it; files that count channels without saying which mean the usual ones."""
    context = walk.stream.codec_context
    name = "" if context is None else str(context.layout.name)
    return {"1 channels": "mono", "2 channels": "stereo"}.get(name, name)


def _language(stream: Any) -> str:
    return language_of(stream.language or "")
