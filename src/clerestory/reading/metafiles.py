"""Words drawn in Windows metafiles (EMF, WMF), which often hold a table or a diagram.

In: the bytes of a picture. Out: its texts, those of one height on one line, from top to
bottom. Nothing is drawn. Source: MS-EMF 2.3.5 (text records), MS-WMF 2.3.3.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

MAX_RECORDS = 200_000
MAX_CHARACTERS = 100_000
_EMF_MARK = b" EMF"
_EMF_END, _EMF_EXT_A, _EMF_EXT_W, _EMF_SMALL = 14, 83, 84, 108
_SMALL_ANSI, _SMALL_NO_BOUNDS = 0x200, 0x100
_PLACEABLE = b"\xd7\xcd\xc6\x9a"
_WMF_TEXT, _WMF_EXT = 0x0521, 0x0A32
_WMF_CLIPPED = 0x0006  # opaque or clipped: a rectangle stands before the text


def metafile_text(content: bytes) -> str:
    """The words of a metafile; nothing for other files and for damaged ones what came before."""
    if content[40:44] == _EMF_MARK:
        pieces = _emf(content)
    elif content.startswith(_PLACEABLE):
        pieces = _wmf(content, 22)
    elif content[:4] in (b"\x01\x00\x09\x00", b"\x02\x00\x09\x00"):
        pieces = _wmf(content, 0)
    else:
        return ""
    lines: dict[int, list[tuple[int, str]]] = {}
    size = 0
    for x, y, text in pieces:
        text = " ".join(text.replace("\x00", " ").split())
        size += len(text)
        if size > MAX_CHARACTERS:
            break
        if text:
            lines.setdefault(y, []).append((x, text))
    return "\n".join(" ".join(text for _, text in sorted(lines[y])) for y in sorted(lines))


def _emf(content: bytes) -> Iterator[tuple[int, int, str]]:
    position = 0
    for _ in range(MAX_RECORDS):
        if position + 8 > len(content):
            return
        kind, size = struct.unpack_from("<II", content, position)
        if size < 8 or kind == _EMF_END:
            return
        record = content[position : position + size]
        position += size
        if kind in (_EMF_EXT_A, _EMF_EXT_W) and len(record) >= 52:
            x, y, count, offset = struct.unpack_from("<iiII", record, 36)
            wide = kind == _EMF_EXT_W
            yield x, y, _decoded(record[offset : offset + count * (2 if wide else 1)], wide=wide)
        elif kind == _EMF_SMALL and len(record) >= 36:
            x, y, count, options = struct.unpack_from("<iiII", record, 8)
            wide = not options & _SMALL_ANSI
            offset = 36 if options & _SMALL_NO_BOUNDS else 52
            yield x, y, _decoded(record[offset : offset + count * (2 if wide else 1)], wide=wide)


def _wmf(content: bytes, start: int) -> Iterator[tuple[int, int, str]]:
    position = start + 18
    for _ in range(MAX_RECORDS):
        if position + 6 > len(content):
            return
        words, kind = struct.unpack_from("<IH", content, position)
        if words < 3:
            return
        record = content[position + 6 : position + 2 * words]
        position += 2 * words
        if kind == _WMF_TEXT and len(record) >= 2:
            (count,) = struct.unpack_from("<H", record)
            end = 2 + count + count % 2
            y, x = struct.unpack_from("<hh", record, end) if len(record) >= end + 4 else (0, 0)
            yield x, y, _decoded(record[2 : 2 + count], wide=False)
        elif kind == _WMF_EXT and len(record) >= 8:
            y, x, count, options = struct.unpack_from("<hhHH", record)
            offset = 16 if options & _WMF_CLIPPED else 8
            yield x, y, _decoded(record[offset : offset + count], wide=False)


def _decoded(content: bytes, *, wide: bool) -> str:
    return content.decode("utf-16-le" if wide else "cp1252", "ignore")
