"""The characters of a page with box, size, weight, colour and render mode.

In: PDFium's text page. Out: numpy columns, one row per character in the order of the content
stream, and one row per run (a text object). White space that PDFium adds between words is kept as
white space. Knows nothing of words and lines.

PDFium is asked once per character only for its code, box and run; all else is the run's.
"""

from __future__ import annotations

import ctypes
from collections import deque
from dataclasses import dataclass
from functools import cache
from itertools import repeat
from typing import Any

import numpy as np
import numpy.typing as npt

from clerestory.reading.pdf.calls import address_of, by_address
from clerestory.reading.pdf.geometry import Floats, View

Ints = npt.NDArray[np.int64]

_FORCE_BOLD = 1 << 18
_ITALIC = 1 << 6
_FIXED_PITCH = 1 << 0
_BOLD_WEIGHT = 600
_BOLD_NAMES = ("bold", "black", "heavy", "demi", "cmbx", "-bd")
# Right-to-left scripts with their presentation forms, halves of pairs, and all beyond the basic plane.
_PAIRED = ((0xD800, 0xDFFF), (0x10000, 0xFFFFFFFF))
_NOT_AS_WRITTEN = ((0x590, 0x8FF), (0xFB1D, 0xFDFF), (0xFE70, 0xFEFF), *_PAIRED)


def code_set(*codes: int) -> npt.NDArray[np.bool_]:
    """Some code points of the basic plane, but for its last, as a table that ``among`` looks them up in."""
    table = np.zeros(0x10000, dtype=bool)
    table[list(codes)] = True
    return table


def among(code: Ints, table: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Which code points are in a ``code_set``; many times as fast as ``np.isin``."""
    found: npt.NDArray[np.bool_] = table[np.minimum(code, 0xFFFF)]
    return found


_SPACES = code_set(9, 10, 13, 32, 0xA0)
SOFT_HYPHEN = 2  # PDFium's code for a hyphen at the end of a line
OBLIQUE = 4  # a direction that is no quarter turn


@dataclass(frozen=True, slots=True)
class Run:
    """What the characters of one text object share. ``size`` in points as seen.

    ``turn``: 0 reads to the right, 1 downwards, 2 to the left, 3 upwards, ``OBLIQUE`` otherwise.
    ``colour`` is red, green, blue, opacity in 0..255; ``mode`` the PDF render mode.
    """

    size: float
    turn: int
    bold: bool
    italic: bool
    mono: bool
    mode: int
    colour: tuple[int, int, int, int]
    address: int  # of PDFium's text object, to find its place in the drawing order


@dataclass(frozen=True, slots=True)
class Characters:
    """``code`` (n,) code points; ``box`` (n, 4) points as seen; ``run`` (n,) index into ``runs``, -1 for
    white space that PDFium added."""

    code: Ints
    box: Floats
    run: Ints
    runs: tuple[Run, ...]
    garbled: float  # share of characters without a Unicode meaning


def characters_of(text_page: Any, view: View, *, limit: int) -> Characters:
    """The characters of a pypdfium2 text page; more than ``limit`` are not read."""
    import pypdfium2.raw as pdfium

    raw = text_page.raw
    count = max(0, min(pdfium.FPDFText_CountChars(raw), limit))
    if not count:
        return Characters(np.zeros(0, np.int64), np.zeros((0, 4)), np.zeros(0, np.int64), (), 0.0)
    page = address_of(raw)
    code = _codes(raw, page, count)
    rects = np.zeros((count, 4), np.float32)
    inked = np.flatnonzero(~among(code, _SPACES))  # the others' boxes say nothing
    places = (rects.ctypes.data + inked * rects.strides[0]).tolist()
    calls = _calls()
    deque(map(calls.box, repeat(page), inked.tolist(), places), maxlen=0)
    address = np.fromiter(map(calls.text_object, repeat(page), range(count)), np.uint64, count)

    # FS_RECTF is left, top, right, bottom.
    boxes = rects.astype(np.float64)[:, [0, 3, 2, 1]]
    boxes = view.rects(np.nan_to_num(boxes, nan=0.0, posinf=0.0, neginf=0.0))
    addresses, first, run = np.unique(address, return_index=True, return_inverse=True)
    own = int(addresses[0] == 0)  # white space has no text object; its address is the first
    runs = (_NO_RUN,) * own + _runs(raw, view, addresses[own:].tolist(), first[own:].tolist())
    if own:
        run = np.where(run == 0, -1, run)
    shown = (run >= 0) & ~among(code, _SPACES)
    bad = (code == 0xFFFD) | ((code >= 0xE000) & (code <= 0xF8FF)) | (code >= 0xF0000)
    bad |= (code < 32) & (code != SOFT_HYPHEN)
    garbled = float((bad & shown).sum() / max(int(shown.sum()), 1))
    return Characters(code, boxes, run, runs, garbled)


@dataclass(frozen=True, slots=True)
class _Calls:
    """PDFium's functions that are called for each character or run."""

    box: Any
    code: Any
    text_object: Any
    matrix: Any
    size: Any
    colour: Any
    font: Any
    mode: Any


@cache
def _calls() -> _Calls:
    import pypdfium2.raw as pdfium

    address, number = ctypes.c_void_p, ctypes.c_int

    return _Calls(
        box=by_address(pdfium.FPDFText_GetLooseCharBox, number, address, number, address),
        code=by_address(pdfium.FPDFText_GetUnicode, ctypes.c_uint, address, number),
        text_object=by_address(pdfium.FPDFText_GetTextObject, ctypes.c_size_t, address, number),
        matrix=by_address(pdfium.FPDFText_GetMatrix, number, address, number, address),
        size=by_address(pdfium.FPDFText_GetFontSize, ctypes.c_double, address, number),
        colour=by_address(pdfium.FPDFText_GetFillColor, number, address, number, *[address] * 4),
        font=by_address(pdfium.FPDFTextObj_GetFont, ctypes.c_size_t, address),
        mode=by_address(pdfium.FPDFTextObj_GetTextRenderMode, number, address),
    )


def _codes(raw: Any, page: int, count: int) -> Ints:
    """Code points: ASCII from the page's text as a whole, the rest asked for one by one.

    The text has one UTF-16 unit per character unless the page holds control characters, others beyond
    the basic plane, or text from right to left (there brackets are mirrored): then all are asked for.
    """
    import pypdfium2.raw as pdfium

    units = np.zeros(count + 1, np.uint16)
    buffer = units.ctypes.data_as(ctypes.POINTER(ctypes.c_ushort))
    written = pdfium.FPDFText_GetText(raw, 0, count, buffer)
    get_code = _calls().code
    if written == count + 1:
        code = units[:count].astype(np.int64)
        doubtful = np.flatnonzero((code >= 0x7F) | ((code < 0x20) & ~among(code, _SPACES)))
        asked = np.fromiter(map(get_code, repeat(page), doubtful.tolist()), np.int64, len(doubtful))
        if not any(((asked >= low) & (asked <= high)).any() for low, high in _NOT_AS_WRITTEN):
            code[doubtful] = asked
            return code
    return np.fromiter(map(get_code, repeat(page), range(count)), np.int64, count)


_NO_RUN = Run(0.0, 0, False, False, False, 0, (0, 0, 0, 255), 0)


def _runs(raw: Any, view: View, addresses: list[int], indexes: list[int]) -> tuple[Run, ...]:
    """The text objects at ``addresses``; of each the character with this index is one."""
    calls, page, count = _calls(), address_of(raw), len(addresses)
    matrices = np.zeros((count, 6), np.float32)  # as FS_MATRIX: a, b, c, d, e, f
    colours = np.tile(np.array([0, 0, 0, 255], np.uint32), (count, 1))
    places = _rows_of(matrices)
    has_matrix = np.fromiter(map(calls.matrix, repeat(page), indexes, places), np.int64, count) != 0
    channels = [_rows_of(colours[:, channel:]) for channel in range(4)]
    deque(map(calls.colour, repeat(page), indexes, *channels), maxlen=0)
    sizes = np.fromiter(map(calls.size, repeat(page), indexes), np.float64, count)
    turn, scale = _turns(matrices.astype(np.float64), view)
    size = np.abs(sizes * np.where(has_matrix, scale, 1.0))
    turn = np.where(has_matrix, turn, 0)
    fonts: dict[int, tuple[bool, bool, bool]] = {}
    made = []
    for index, address, font, mode, own_size, own_turn, colour in zip(
        indexes,
        addresses,
        map(calls.font, addresses),
        map(calls.mode, addresses),
        size.tolist(),
        turn.tolist(),
        map(tuple, colours.tolist()),
        strict=True,
    ):
        if font not in fonts:
            fonts[font] = _font(raw, index)
        made.append(Run(own_size, own_turn, *fonts[font], mode, colour, address))
    return tuple(made)


def _rows_of(array: npt.NDArray[Any]) -> range:
    """Addresses of the rows."""
    start, step = array.ctypes.data, array.strides[0]
    return range(start, start + len(array) * step, step)


def _turns(matrices: Floats, view: View) -> tuple[Ints, Floats]:
    """Of text matrices: which way the text reads as seen, and by how much it is larger than its size."""
    a, b, c, d = matrices[:, :4].T
    to_x, to_y = np.array(view.matrix[:2]).T
    x, y = a * to_x[0] + b * to_x[1], a * to_y[0] + b * to_y[1]
    length = np.sqrt(x * x + y * y)
    some = length > 1e-9
    length = np.where(some, length, 1.0)
    x, y = x / length, y / length
    upright, sideways = np.abs(x) > 0.985, np.abs(y) > 0.985
    turn = np.where(upright, np.where(x > 0, 0, 2), np.where(sideways, np.where(y > 0, 1, 3), OBLIQUE))
    return np.where(some, turn, 0), np.sqrt(c * c + d * d)


def _font(raw: Any, index: int) -> tuple[bool, bool, bool]:
    """Bold, italic, fixed pitch: from the flags, the weight, and the name (subsets often lack flags)."""
    import pypdfium2.raw as pdfium

    flags = ctypes.c_int(0)
    length = pdfium.FPDFText_GetFontInfo(raw, index, None, 0, flags)
    name = b""
    if 0 < length < 1000:
        buffer = ctypes.create_string_buffer(length)
        pdfium.FPDFText_GetFontInfo(raw, index, buffer, length, flags)
        name = buffer.value
    lowered = name.decode("utf-8", "replace").lower()
    bold = bool(flags.value & _FORCE_BOLD) or any(part in lowered for part in _BOLD_NAMES)
    bold = bold or lowered.endswith("medi")  # the bold faces of the free Times and Palatino clones
    bold = bold or pdfium.FPDFText_GetFontWeight(raw, index) >= _BOLD_WEIGHT
    italic = bool(flags.value & _ITALIC) or "italic" in lowered or "oblique" in lowered
    mono = bool(flags.value & _FIXED_PITCH) or "mono" in lowered or "courier" in lowered
    return bold, italic, mono
