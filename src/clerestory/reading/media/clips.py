"""A stretch of a recording or video as a file of its own, cut without coding it anew where that works.

In: a path, seconds, and where the clip shall lie. Out: the clip, with the seconds it really
holds: copied sound begins at a packet, copied pictures at a key frame. It does not know why
somebody wants it.

What is copied: codings whose packets stand for themselves in MP4, WebM, Ogg or MP3. Lossless
sound is cut to the sample and written losslessly. The rest, and pictures whose key frame is
far away, are coded anew (``encoding``).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from clerestory.errors import BadLocator, UnsupportedFile
from clerestory.reading import kinds
from clerestory.reading.media import encoding
from clerestory.reading.media.library import av
from clerestory.reading.media.opening import Opened, opened, packets, seek, typed_errors

# How early copied sound begins, so that decoders are right again when the stretch begins: the bit
# reservoir of MP3 (ISO/IEC 11172-3) spans up to nine frames, Opus asks for 80 ms (RFC 7845, 4.6).
_EARLY_S = Fraction(1, 4)
_FARTHEST_KEY_S = 12  # seconds of unwanted pictures before the stretch that are still copied
_SHORTEST_S = 0.04
_FINE = Fraction(1, 1_000_000)
_SLIVER_S = Fraction(5, 1000)  # a packet of which less is wanted is left out

# coding -> (container as FFmpeg names it, ending, media type)
_M4A, _OGG = ("mp4", ".m4a", kinds.M4A), ("ogg", ".ogg", kinds.OGG)
_SOUNDS = {"aac": _M4A, "alac": _M4A, "opus": _OGG, "vorbis": _OGG, "mp3": ("mp3", ".mp3", kinds.MP3)}
_IN_MP4 = {"h264", "hevc", "av1", "mpeg4"}, {"aac", "mp3", "alac", "ac3", "eac3"}
_IN_WEBM = {"vp8", "vp9", "av1"}, {"opus", "vorbis"}
_BROWSERS_LACK = {"mpeg4", "hevc", "alac", "ac3", "eac3"}


@dataclass(frozen=True, slots=True)
class Clip:
    """``start_s`` and ``end_s`` are seconds of the original between which the clip's content lies.

    Second t of the clip is second ``start_s + t`` of the original.
    """

    path: Path
    media_type: str
    start_s: float
    end_s: float
    reencoded: bool


def clip(
    path: Path,
    start_s: float,
    end_s: float,
    target: Path,
    *,
    pictures: bool,
    playable: bool = False,
) -> Clip:
    """The clip, written whole or not at all. ``target`` gets the ending of what is in it.

    ``pictures`` asks for the moving pictures as well, where there are any; ``playable`` for
    codings that browsers know, coding anew what has others.

    Raises:
        BadLocator: the stretch is empty, or begins after the end.
        UnsupportedFile: it has no sound and no pictures, or is itself what ``target`` names.
        UnreadableFile, FileVanished, FileDenied
    """
    start_s = max(0.0, start_s)
    if end_s - start_s < _SHORTEST_S:
        raise BadLocator(f"{start_s:.3f} to {end_s:.3f} s is too short for a clip", where=path.name)
    with opened(path) as media, typed_errors(path.name):
        seen = media.pictures[0] if pictures and media.pictures else None
        heard = media.sounds[0] if media.sounds else None
        if seen is None and heard is None:
            raise UnsupportedFile("there is no sound in it", where=path.name)
        if seen is None:
            return _sound_clip(media, heard, path, start_s, end_s, target)
        plan = _container(seen, heard, playable=playable)
        if plan is not None and not media.clock_restarts(path):
            key_s = _key_before(media, seen, start_s)
            if key_s is not None and start_s - key_s <= _FARTHEST_KEY_S:
                return _copied(media, path, (seen, heard), plan, (key_s, end_s), target)
    with _whole(path, target, ".webm") as (part, final), typed_errors(path.name):
        span = encoding.film(path, start_s, end_s, part, sound=heard is not None)
    return Clip(final, kinds.WEBM, *span, True)


def _sound_clip(media: Opened, stream: Any, path: Path, start_s: float, end_s: float, target: Path) -> Clip:
    coding = _coding(stream)
    if coding in _SOUNDS and not media.clock_restarts(path):
        early_s = max(0.0, float(Fraction(start_s) - _EARLY_S))
        return _copied(media, path, (None, stream), _SOUNDS[coding], (early_s, end_s), target)
    lossless = coding == "flac" or coding.startswith("pcm_")
    ending, kind = (
        (".flac", kinds.FLAC)
        if coding == "flac"
        else (".wav", kinds.WAV)
        if lossless
        else (".mp3", kinds.MP3)
    )
    with _whole(path, target, ending) as (part, final):
        span = encoding.sound(path, start_s, end_s, part, coding=coding if lossless else "mp3")
    return Clip(final, kind, *span, not lossless)


def _container(seen: Any, heard: Any, *, playable: bool) -> tuple[str, str, str] | None:
    """What can hold both codings as they are, or None."""
    picture, sound = _coding(seen), _coding(heard) if heard is not None else ""
    if playable and {picture, sound} & _BROWSERS_LACK:
        return None
    if picture in _IN_WEBM[0] and sound in {*_IN_WEBM[1], ""}:
        return "webm", ".webm", kinds.WEBM
    if picture in _IN_MP4[0] and sound in {*_IN_MP4[1], ""}:
        return "mp4", ".mp4", kinds.MP4
    return None


def _key_before(media: Opened, stream: Any, start_s: float) -> float | None:
    """The time of the key frame from which the frame at ``start_s`` can be decoded."""
    seek(media, stream, start_s)
    for packet in packets(media, stream):
        if packet.is_keyframe and packet.pts is not None:
            time_s = float(packet.pts * packet.time_base - media.zero)
            return time_s if time_s <= start_s + 1e-6 else None
    return None


def _copied(
    media: Opened,
    path: Path,
    streams: tuple[Any, Any],
    plan: tuple[str, str, str],
    span: tuple[float, float],
    target: Path,
) -> Clip:
    """Packets from ``span[0]`` to ``span[1]``; a picture stream has a key frame at its beginning."""
    form, ending, kind = plan
    wanted = [stream for stream in streams if stream is not None]
    with _whole(path, target, ending) as (part, final):
        library = av()
        # Without a header of its own an MP3 plays from its first sample in every player.
        options = {"write_xing": "0", "id3v2_version": "0"} if form == "mp3" else {}
        with library.open(str(part), "w", format=form, options=options) as output:
            copies = {stream.index: output.add_stream_from_template(stream) for stream in wanted}
            writing = _Writing(media, wanted, copies, output, span)
            start_s, end_s = writing.write()
        if start_s is None:
            part.unlink(missing_ok=True)
            raise BadLocator(f"there is nothing at {span[0]:.3f} s", where=media.container.name)
    return Clip(final, kind, start_s, end_s, False)


class _Writing:
    """Packets on their way from one container to the other."""

    def __init__(
        self,
        media: Opened,
        streams: list[Any],
        copies: dict[int, Any],
        output: Any,
        span: tuple[float, float],
    ) -> None:
        self._media = media
        self._streams = streams
        self._copies = copies
        self._output = output
        self._begin, self._stop = Fraction(span[0]), Fraction(span[1])
        self._leading = streams[0]
        self._first: Fraction | None = None  # stream time that becomes 0
        self._end = Fraction(0)
        sound = next((one for one in streams if one.type == "audio"), None)
        coding = "" if sound is None else _coding(sound)
        # Codings whose packets all hold the same number of samples.
        self._frame_size = sound.codec_context.frame_size if sound and coding in {"aac", "mp3"} else 0
        self._tick = sound.time_base if sound else Fraction(0)
        self._count: int | None = None

    def write(self) -> tuple[float | None, float]:
        seek(self._media, self._leading, float(self._begin))
        open_ends = {stream.index for stream in self._streams}
        waiting: list[Any] = []  # sound that stands in the file before the first picture
        for packet in packets(self._media, *self._streams):
            if packet.stream_index not in open_ends or packet.pts is None or packet.dts is None:
                continue
            decoded_s = packet.dts * packet.time_base - self._media.zero
            if decoded_s >= self._stop:
                open_ends.discard(packet.stream_index)
                if not open_ends:
                    break
                continue
            if self._first is None:
                if packet.stream_index != self._leading.index:
                    waiting.append(packet)
                    continue
                if not self._begins_with(packet):
                    continue
                self._first = packet.pts * packet.time_base
                for earlier in waiting:
                    self._put(earlier)
                waiting.clear()
            self._put(packet)
        if self._first is None:
            return None, 0.0
        lead = Fraction(0)
        context = self._leading.codec_context
        if context.type == "audio" and context.codec.canonical_name == "opus":
            # Its header, which is copied, tells players to leave out this much.
            lead = Fraction(int.from_bytes((context.extradata or bytes(12))[10:12], "little"), 48_000)
        start = self._first - self._media.zero
        return float(start + lead), float(self._end)

    def _begins_with(self, packet: Any) -> bool:
        end_s = (packet.pts + (packet.duration or 0)) * packet.time_base - self._media.zero
        if packet.stream.type == "video":
            return bool(packet.is_keyframe) and end_s > self._begin
        return bool(end_s > self._begin + _SLIVER_S)

    def _put(self, packet: Any) -> None:
        assert self._first is not None
        time = packet.pts * packet.time_base
        if time < self._first:
            return  # sound before the first picture
        length = (packet.duration or 0) * packet.time_base
        if time - self._media.zero < self._stop:  # later ones are there for the pictures between them
            self._end = max(self._end, time + length - self._media.zero)
        packet.stream = self._copies[packet.stream_index]
        shift = self._first / packet.time_base
        if shift.denominator != 1:  # the clip begins between two ticks of this track's clock
            ahead = (packet.dts - packet.pts) * packet.time_base
            packet.duration = round(length / _FINE)
            packet.pts = round((time - self._first) / _FINE)
            packet.dts = packet.pts + round(ahead / _FINE)
            packet.time_base = _FINE
        else:
            packet.pts -= int(shift)
            packet.dts -= int(shift)
        if packet.stream.type == "audio":
            self._even(packet)
        self._output.mux(packet)

    def _even(self, packet: Any) -> None:
        """Sound packets counted by samples where time stamps are rounded to milliseconds."""
        size, rate = self._frame_size, packet.stream.codec_context.sample_rate
        tick = self._tick
        if not size or not rate or tick * rate <= 1:
            return
        at = round(packet.pts * packet.time_base * rate)
        if self._count is not None and abs(at - self._count) <= 2 * tick * rate:
            at = self._count
        packet.time_base = Fraction(1, rate)
        packet.pts = packet.dts = at
        packet.duration = size
        self._count = at + size


class _whole:
    """A file that is there under its name once it is whole: yields (where to write, its name).

    Raises:
        UnsupportedFile: the file of that name is the recording itself.
    """

    def __init__(self, recording: Path, target: Path, ending: str) -> None:
        known = target.suffix.lower() in kinds.BY_ENDING
        self.final = target.with_suffix(ending) if known else target.with_name(target.name + ending)
        self.part = self.final.with_name(f".{self.final.name}.part")
        if self.final.exists() and self.final.samefile(recording):
            raise UnsupportedFile(
                "the clip would be written over the recording itself",
                where=self.final.name,
                fix="Give it another name.",
            )

    def __enter__(self) -> tuple[Path, Path]:
        return self.part, self.final

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self.part.replace(self.final)
        else:
            self.part.unlink(missing_ok=True)


def _coding(stream: Any) -> str:
    context = stream.codec_context
    return "" if context is None else str(context.codec.canonical_name)
