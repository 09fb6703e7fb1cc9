"""Recordings and videos by their bytes: the container, and whether there are moving pictures in it.

In: the first bytes of a file, its name, and its path where a type stands further in. Out: a
media type or nothing. Needs no decoder. The same container is ``audio/…`` where it holds
sound only. Damaged files are for the readers to report.

Sources: ISO/IEC 14496-12 (boxes), RFC 8794 and 9559 (EBML, Matroska), RFC 3533 (Ogg), ISO/IEC
11172-3 and 13818-3 (MPEG audio headers), 13818-7 (ADTS), the ASF specification (2004).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

from clerestory.reading import kinds

_MAGIC = (
    (b"fLaC", kinds.FLAC),
    (b"FLV\x01", kinds.FLV),
    (b"#!AMR", kinds.AMR),
    (b"caff\x00\x01", kinds.CAF),
    (b".snd\x00\x00", kinds.AU),
    (b"\x00\x00\x01\xba", kinds.MPEG),
    (b"riff\x2e\x91\xcf\x11", kinds.WAV),  # Wave64
)
_ISO_STARTS = {b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"}
_TRACKS = b"\x16\x54\xae\x6b"
_EBML = b"\x1a\x45\xdf\xa3"
_ASF = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
_ASF_PICTURES = bytes.fromhex("c0ef19bc4d5bcf11a8fd00805f5c442b")  # stream type of moving pictures
_OGG_PICTURES = (b"\x80theora", b"BBCD\x00", b"OVP80\x01")
_TS_PACKET = 188
_LARGEST_INDEX = 64_000_000  # bytes of an index box that are looked through
_MOST_BOXES = 4096
_UNKNOWN_SIZE = 0xFFFF_0000  # sizes from here on mean that the writer did not know
_LEAST_FRAMES = 3  # of MPEG audio in a row where nothing but their sync word speaks for them

# kbit/s by MPEG version (1, or 2 and 2.5) and layer; index 0 is "free format"
_KILOBITS = {
    (1, 1): (0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (1, 2): (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (1, 3): (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (2, 1): (0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (2, 2): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (2, 3): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_RATES = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}


def media_kind(head: bytes, name: str, path: Path | None = None) -> str:
    """The media type of a recording or video that begins with ``head``, or nothing."""
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    if head[:4] in (b"RIFF", b"RF64", b"BW64"):
        return {b"WAVE": kinds.WAV, b"AVI ": kinds.AVI}.get(head[8:12], "")
    if head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC"):
        return kinds.AIFF
    if head.startswith(b"OggS"):
        return kinds.OGG_VIDEO if any(magic in head[:4096] for magic in _OGG_PICTURES) else kinds.OGG
    if head.startswith(_EBML):
        return _matroska(head)
    if head.startswith(_ASF):
        return kinds.WMV if _ASF_PICTURES in head else kinds.WMA
    if head[4:8] in _ISO_STARTS and (head[4:8] == b"ftyp" or int.from_bytes(head[:4], "big") in _sizes(head)):
        return _iso(head, path)
    if head.startswith(b"ID3"):
        return _tagged(head, path)
    if _is_transport_stream(head):
        return kinds.TS
    return _mpeg_audio(head, name)


def promised_bytes(path: Path) -> int:
    """The size of the whole file by the header of a WAV or AVI; 0 where it does not say."""
    with path.open("rb") as file:
        head = file.read(12)
    size = int.from_bytes(head[4:8], "little")
    known = head[:4] == b"RIFF" and head[8:12] in (b"WAVE", b"AVI ") and 0 < size < _UNKNOWN_SIZE
    return size + 8 if known else 0


def states_length(path: Path) -> bool:
    """Whether an MPEG audio file begins with a frame that tells how many there are."""
    with path.open("rb") as file:
        file.seek(_after_tags(file.read(65_536)))
        first = file.read(4096)
    return any(mark in first for mark in (b"Xing", b"Info", b"VBRI"))


def _matroska(head: bytes) -> str:
    """WebM or Matroska by its document type; the track list stands near the beginning."""
    web = b"\x42\x82\x84webm" in head[:128]
    tracks = _track_types(head)
    silent_film_or_unknown = not tracks or 1 in tracks
    if web:
        return kinds.WEBM if silent_film_or_unknown else kinds.WEBM_AUDIO
    return kinds.MKV if silent_film_or_unknown else kinds.MKA


def _track_types(head: bytes) -> list[int]:
    """1 for moving pictures, 2 for sound, as the Tracks element in ``head`` lists them."""
    at = head.find(_TRACKS)
    while at >= 0:
        # The table of contents before it holds the same four bytes as a reference.
        if found := list(_entries(head, at + len(_TRACKS))):
            return found
        at = head.find(_TRACKS, at + 1)
    return []


def _entries(head: bytes, at: int) -> Iterator[int]:
    size, at = _number(head, at)
    end = min(len(head), at + size)
    while at + 2 < end and head[at] in (0xAE, 0xEC, 0xBF):  # a track, padding, a checksum
        is_track = head[at] == 0xAE
        length, inside = _number(head, at + 1)
        at = inside + length
        while is_track and inside + 2 < min(at, end):
            octets = 9 - head[inside].bit_length() if head[inside] else 1  # of the field's name
            field = head[inside : inside + octets]
            length, inside = _number(head, inside + octets)
            if field == b"\x83":
                yield int.from_bytes(head[inside : inside + length], "big")
            inside += length


def _number(head: bytes, at: int) -> tuple[int, int]:
    """An EBML number and where it ends; what is past the end counts as nothing."""
    if at >= len(head) or not head[at]:
        return 0, at + 1
    octets = 9 - head[at].bit_length()
    value = int.from_bytes(head[at : at + octets], "big") & ((1 << 7 * octets) - 1)
    return value, at + octets


def _sizes(head: bytes) -> range:
    """What the size of a first box without a brand may be, so that text is not taken for one."""
    return range(8, 1 << 31) if head[4:8] in (b"mdat", b"moov") else range(8, 4096)


def _iso(head: bytes, path: Path | None) -> str:
    quick = head[8:12] == b"qt  " or head[4:8] != b"ftyp"
    if head[8:11] in (b"M4A", b"M4B", b"M4P"):
        return kinds.M4A
    pictures = None if path is None else _has_pictures(path)
    if head[8:11] == b"3gp" or head[8:11] == b"3g2":
        return kinds.M4A if pictures is False else kinds.THREE_GP
    if quick:
        return kinds.MOV_AUDIO if pictures is False else kinds.MOV
    return kinds.M4A if pictures is False else kinds.MP4


def _has_pictures(path: Path) -> bool | None:
    """Whether the index lists moving pictures; None where there is no index to be found.

    Pictures of chapters are a track as well, which the sound refers to: they do not count.
    """
    index = _index(path)
    if index is None:
        return None
    chapters: set[int] = set()
    pictures: set[int] = set()
    tracks = 0
    for kind, start, end in _boxes(index, 0, len(index)):
        if kind != b"trak":
            continue
        tracks += 1
        number, handler = tracks, b""
        for inner, inner_start, inner_end in _boxes(index, start, end):
            if inner == b"tkhd":
                wide = index[inner_start : inner_start + 1] == b"\x01"
                at = inner_start + (20 if wide else 12)
                number = int.from_bytes(index[at : at + 4], "big")
            elif inner == b"mdia":
                handler = next(
                    (
                        index[at + 8 : at + 12]
                        for name, at, _ in _boxes(index, inner_start, inner_end)
                        if name == b"hdlr"
                    ),
                    b"",
                )
            elif inner == b"tref":
                for name, at, stop in _boxes(index, inner_start, inner_end):
                    if name == b"chap":
                        whole = (stop - at) // 4
                        chapters.update(struct.unpack_from(f">{whole}I", index, at))
        if handler == b"vide":
            pictures.add(number)
    return bool(pictures - chapters) if tracks else None


def _index(path: Path) -> bytes | None:
    """The content of the ``moov`` box, wherever it stands."""
    with path.open("rb") as file:
        for _ in range(_MOST_BOXES):
            header = file.read(8)
            if len(header) < 8:
                return None
            size, kind = int.from_bytes(header[:4], "big"), header[4:]
            used = 8
            if size == 1:
                size, used = int.from_bytes(file.read(8), "big"), 16
            if kind == b"moov":
                return file.read(min(_LARGEST_INDEX, size - used if size else _LARGEST_INDEX))
            if size < used:
                return None
            file.seek(size - used, 1)
    return None


def _boxes(content: bytes, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Kind, first and last byte (exclusive) of the content of each box from ``start`` to ``end``."""
    while start + 8 <= end:
        size, kind = struct.unpack_from(">I4s", content, start)
        used = 8
        if size == 1 and start + 16 <= end:
            (size,) = struct.unpack_from(">Q", content, start + 8)
            used = 16
        stop = end if size == 0 else start + size
        if stop < start + used:
            return
        yield kind, start + used, min(stop, end)
        start = stop


def _tagged(head: bytes, path: Path | None) -> str:
    """What follows an ID3 tag, which may hold a large picture; MP3 where nothing says otherwise."""
    at = _after_tags(head)
    after = head[at : at + 4]
    if len(after) < 4 and path is not None:
        with path.open("rb") as file:
            file.seek(at)
            after = file.read(4)
    if after == b"fLaC":
        return kinds.FLAC
    return kinds.AAC if _is_adts(after) else kinds.MP3


def _after_tags(head: bytes) -> int:
    at = 0
    while head[at : at + 3] == b"ID3" and at + 10 <= len(head):
        size = 0
        for octet in head[at + 6 : at + 10]:
            size = size << 7 | octet & 0x7F
        at += 10 + size + (10 if head[at + 5] & 0x10 else 0)
    return at


def _is_adts(start: bytes) -> bool:
    return len(start) >= 3 and start[0] == 0xFF and start[1] & 0xF6 == 0xF0 and start[2] >> 2 & 15 < 13


def _is_transport_stream(head: bytes) -> bool:
    """Sync bytes at the pace of packets; with a time code before each it is 192 bytes."""
    for first, step in ((0, _TS_PACKET), (4, _TS_PACKET + 4)):
        marks = head[first : first + 8 * step : step]
        if len(marks) >= 3 and set(marks) == {0x47}:
            return True
    return False


def _mpeg_audio(head: bytes, name: str) -> str:
    """MP3 (layers 1 to 3) or ADTS; padding before the first frame is met in files of that name."""
    if not head or head[:2] == b"\xff\xfe":  # the byte order mark of UTF-16
        return ""
    tries = [0]
    if kinds.claimed(name) in (kinds.MP3, kinds.AAC):
        at = head.find(b"\xff", 1, 16_384)
        while at >= 0 and len(tries) < 64:
            tries.append(at)
            at = head.find(b"\xff", at + 1, 16_384)
    for first in tries:
        at, frames = first, 0
        kind = kinds.AAC if _is_adts(head[first : first + 4]) else kinds.MP3
        while frames < _LEAST_FRAMES and (length := _frame_bytes(head, at)):
            frames += 1
            at += length
        if frames >= _LEAST_FRAMES or (frames and at >= len(head)):
            return kind
    return ""


def _frame_bytes(head: bytes, at: int) -> int:
    """The length of the MPEG audio or ADTS frame at ``at``; 0 where there is none."""
    start = head[at : at + 6]
    if len(start) < 6 or start[0] != 0xFF or start[1] & 0xE0 != 0xE0:
        return 0
    if start[1] & 0xF6 == 0xF0:
        return ((start[3] & 3) << 11 | start[4] << 3 | start[5] >> 5) if _is_adts(start) else 0
    version, layer = start[1] >> 3 & 3, 4 - (start[1] >> 1 & 3)
    bitrate, rate = start[2] >> 4, start[2] >> 2 & 3
    if version == 1 or layer == 4 or bitrate in (0, 15) or rate == 3:
        return 0
    bits = 1000 * _KILOBITS[1 if version == 3 else 2, layer][bitrate]
    hertz, padding = _RATES[version][rate], start[2] >> 1 & 1
    if layer == 1:
        return (12 * bits // hertz + padding) * 4
    return (72 if layer == 3 and version != 3 else 144) * bits // hertz + padding
