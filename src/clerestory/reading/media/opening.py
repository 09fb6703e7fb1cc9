"""A media file opened for reading: only its own bytes, only known containers, on the player's clock.

In: a path. Out: an open container with its tracks and the time at which a player's clock
shows zero. Errors of FFmpeg become ours here. It does not know what is read.
"""

from __future__ import annotations

import errno
import gc
import mmap
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any

from clerestory.errors import FileDenied, FileVanished, UnreadableFile
from clerestory.reading.media.library import av

# Containers by FFmpeg's names. Playlists and other formats that name further files are not
# among them, so that a file cannot make us read another one.
_FORMATS = (
    "wav,w64,aiff,au,caf,mp3,flac,ogg,aac,ac3,eac3,amr,ape,wv,tta,tak,asf,"
    "mov,matroska,avi,mpegts,mpeg,mpegvideo,flv,mxf,dv,rm"
)
_MOST_PIXELS = 36_000_000  # of one frame (8K); FFmpeg refuses larger ones before it allots memory
SECOND = 1_000_000  # ticks of the clock that containers count by
JITTER_S = 0.01  # time stamps are believed once they are this far from the count of samples
RESTART_S = 1.0  # a longer step back is a clock that starts again: what follows goes on after
JUMP_S = 3600.0  # a longer step ahead is a broken time stamp, not a gap
_LATEST_S = 1e8  # three years; larger numbers do not fit into every time stamp
_MOST_ERRORS = 16  # of reading, in one walk through a file; a damaged one may have any number
_OGG_PAGE = b"OggS\x00"  # the capture pattern and the version
_OGG_FIRST = b"OggS\x00\x02"  # with the flag of a track's first page alone
# Formats that are joined by putting one file behind the other, time stamps and all.
_JOINABLE = {"ogg", "mpegts", "mpeg", "flv"}


@dataclass(frozen=True, slots=True)
class Opened:
    """``zero`` is the stream time in seconds at which a player's clock shows 0."""

    container: Any
    sounds: tuple[Any, ...]
    pictures: tuple[Any, ...]
    zero: Fraction

    def clock_restarts(self, path: Path) -> bool:
        """Whether time stamps start again somewhere inside, so that seeking by them leads astray."""
        if self.container.format.name not in _JOINABLE:
            return False
        state = path.stat()
        return _clock_restarts(path, state.st_size, state.st_mtime_ns)


@contextmanager
def opened(path: Path, *, where: str = "") -> Iterator[Opened]:
    """The container at ``path``, closed at the end.

    Raises:
        UnreadableFile, UnsupportedFile, FileVanished, FileDenied
    """
    where = where or path.name
    # A closed container and its tracks point at each other, and with them decoders and their pictures
    # lie in memory until the collector comes, which counts objects and not their size.
    gc.collect()
    try:
        path.open("rb").close()  # FFmpeg's own errors of these kinds mean other things as well
    except FileNotFoundError as error:
        raise FileVanished("the file is gone", where=where, fix="Add it again.") from error
    except PermissionError as error:
        raise FileDenied("no permission to read", where=where) from error
    with typed_errors(where):
        # An absolute "file:" address: a name such as "concat:a|b" or "http://…" is no command.
        container = av().open(
            f"file:{path.absolute()}",
            mode="r",
            options={
                "format_whitelist": _FORMATS,
                "protocol_whitelist": "file",
                "max_pixels": str(_MOST_PIXELS),
            },
            metadata_errors="replace",
        )
        try:
            sounds = tuple(stream for stream in container.streams.audio)
            pictures = tuple(stream for stream in container.streams.video if not is_cover(stream))
            for stream in (*sounds, *pictures):
                if stream.codec_context is not None:
                    stream.codec_context.thread_count = 1  # stretches are decoded side by side instead
            yield Opened(container, sounds, pictures, _zero(container, (*sounds, *pictures)))
        finally:
            container.close()


@contextmanager
def typed_errors(where: str) -> Iterator[None]:
    """FFmpeg's errors as ours."""
    library = av()
    try:
        yield
    except library.error.FFmpegError as error:
        if error.errno == errno.ENOMEM:  # of this process, now: another one may have enough
            raise MemoryError(f"{where}: no memory left for decoding") from error
        what = f"not a recording or video that can be decoded ({error.strerror})"
        raise UnreadableFile(what, where=where, fix="It may be damaged or cut off.") from error


def packets(media: Opened, *streams: Any) -> Iterator[Any]:
    """The packets of ``streams`` to the end, beyond damaged places where the container allows.

    Raises:
        UnreadableFile: not one packet could be read.
    """
    errors = 0
    seen = False
    while True:
        try:
            for packet in media.container.demux(streams):
                seen = True
                yield packet
            return
        except (av().error.FFmpegError, IndexError) as error:
            # Up to PyAV 18.1 the IndexError comes at the end where tracks appeared on the way; asked
            # again, it gives out what the decoders still hold.
            errors += 1
            if not seen and errors > 1:
                if isinstance(error, IndexError):
                    return
                raise
            if errors >= _MOST_ERRORS:
                return


def damaged_packet() -> tuple[type[Exception], ...]:
    """What decoding one packet may raise; the next one may be whole."""
    return (av().error.FFmpegError, ValueError, OverflowError)


def seek(media: Opened, stream: Any, time_s: float) -> None:
    """To the last place at or before ``time_s`` of the player's clock from which decoding can begin."""
    library = av()
    start = stream.start_time if stream.start_time is not None else 0
    ticks = int((Fraction(min(time_s, _LATEST_S)) + media.zero) / stream.time_base)
    if time_s <= 0:  # well before the first packet, which may lie before zero itself
        ticks = min(ticks, start) - int(1 / stream.time_base)
    try:
        media.container.seek(ticks, stream=stream, backward=True)
    except library.error.FFmpegError:
        # Before the first index entry, or no index at all.
        media.container.seek(start, stream=stream, backward=True, any_frame=True)


@lru_cache(maxsize=8)
def _clock_restarts(path: Path, size: int, mtime_ns: int) -> bool:
    with path.open("rb") as file:
        ogg = file.read(4) == b"OggS"
    if ogg:
        return _is_chained(path)
    last: dict[int, int] = {}
    with opened(path) as media:
        steps = {
            stream.index: int(Fraction(RESTART_S) / (stream.time_base or Fraction(1, SECOND)))
            for stream in (*media.sounds, *media.pictures)
        }
        for packet in packets(media, *media.sounds, *media.pictures):
            ticks = packet.dts if packet.dts is not None else packet.pts
            if ticks is None:
                continue
            if ticks < last.get(packet.stream_index, ticks) - steps[packet.stream_index]:
                return True
            last[packet.stream_index] = ticks
    return False


def _is_chained(path: Path) -> bool:
    """Whether an Ogg file has pages that begin a track behind pages that go on with one (RFC 3533, 4)."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        at, begun = 0, False
        while (at := content.find(_OGG_PAGE, at)) >= 0:
            if at + 5 >= len(content):
                return False
            first = bool(content[at + 5] & 2)
            if first and begun:
                return True
            if not first:
                begun = True
                at = content.find(_OGG_FIRST, at)
                if at < 0:
                    return False
                continue
            at += len(_OGG_PAGE)
    return False


def is_cover(stream: Any) -> bool:
    """Whether a picture stream is one picture that comes with the file, such as the cover of an album."""
    flags = av().stream.Disposition
    return bool(stream.disposition & (flags.attached_pic | flags.timed_thumbnails | flags.still_image))


def seconds(ticks: int, stream: Any) -> Fraction:
    return ticks * (stream.time_base or Fraction(1, SECOND))


def _zero(container: Any, streams: tuple[Any, ...]) -> Fraction:
    """The earliest presentation among sounds and pictures, as players rebase their clock."""
    starts = [seconds(stream.start_time, stream) for stream in streams if stream.start_time is not None]
    if starts:
        return min(starts)
    return Fraction(container.start_time or 0, SECOND)
