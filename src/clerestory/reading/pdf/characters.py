"""The characters of a page with box, size, weight, colour and render mode.

In: PDFium's text page. Out: numpy columns, one row per character in the order of the content
stream, and one row per run (a text object). White space that PDFium adds between words is kept as
white space. Knows nothing of words and lines.

PDFium is asked once per character only for its code, box and run; all else is the run's.
"""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from clerestory.reading.pdf.geometry import Floats, View

Ints = npt.NDArray[np.int64]

_FORCE_BOLD = 1 << 18
_ITALIC = 1 << 6
_FIXED_PITCH = 1 << 0
_BOLD_WEIGHT = 600
_BOLD_NAMES = ("bold", "black", "heavy", "demi", "cmbx", "-bd")
_SPACES = (9, 10, 13, 32, 0xA0)
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
    indexes = range(count)
    rects = (pdfium.FS_RECTF * count)()
    get_box = pdfium.FPDFText_GetLooseCharBox
    for index, rect in zip(indexes, rects, strict=True):
        get_box(raw, index, rect)
    get_code = pdfium.FPDFText_GetUnicode
    code = np.fromiter((get_code(raw, index) for index in indexes), np.int64, count)
    # Through pypdfium2's own signature each call builds a pointer object; an address is enough.
    get_object = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int)(
        ctypes.cast(pdfium.FPDFText_GetTextObject, ctypes.c_void_p).value or 0
    )
    handle = ctypes.cast(raw, ctypes.c_void_p)
    address = np.fromiter((get_object(handle, index) or 0 for index in indexes), np.uint64, count)

    # FS_RECTF is left, top, right, bottom.
    boxes = np.frombuffer(rects, np.float32).reshape(count, 4).astype(np.float64)[:, [0, 3, 2, 1]]
    boxes = view.rects(np.nan_to_num(boxes, nan=0.0, posinf=0.0, neginf=0.0))
    addresses, first, run = np.unique(address, return_index=True, return_inverse=True)
    fonts: dict[int, tuple[bool, bool, bool]] = {}
    runs = tuple(
        _run(raw, int(start), int(known), view, fonts) if known else _NO_RUN
        for known, start in zip(addresses, first, strict=True)
    )
    if addresses[0] == 0:
        run = np.where(run == 0, -1, run)
    shown = (run >= 0) & ~np.isin(code, _SPACES)
    bad = (code == 0xFFFD) | ((code >= 0xE000) & (code <= 0xF8FF)) | (code >= 0xF0000)
    bad |= (code < 32) & (code != SOFT_HYPHEN)
    garbled = float((bad & shown).sum() / max(int(shown.sum()), 1))
    return Characters(code, boxes, run, runs, garbled)


_NO_RUN = Run(0.0, 0, False, False, False, 0, (0, 0, 0, 255), 0)


def _run(raw: Any, index: int, address: int, view: View, fonts: dict[int, tuple[bool, bool, bool]]) -> Run:
    import pypdfium2.raw as pdfium

    matrix = pdfium.FS_MATRIX()
    turn, scale = 0, 1.0
    if pdfium.FPDFText_GetMatrix(raw, index, matrix):
        x, y = view.direction(matrix.a, matrix.b)
        length = (x * x + y * y) ** 0.5
        if length > 1e-9:
            x, y = x / length, y / length
            if abs(x) > 0.985:
                turn = 0 if x > 0 else 2
            elif abs(y) > 0.985:
                turn = 1 if y > 0 else 3
            else:
                turn = OBLIQUE
        scale = (matrix.c * matrix.c + matrix.d * matrix.d) ** 0.5
    size = float(pdfium.FPDFText_GetFontSize(raw, index)) * scale
    text_object = ctypes.cast(address, pdfium.FPDF_PAGEOBJECT)
    font = pdfium.FPDFTextObj_GetFont(text_object)
    key = ctypes.cast(font, ctypes.c_void_p).value or 0
    if key not in fonts:
        fonts[key] = _font(raw, index)
    bold, italic, mono = fonts[key]
    red, green, blue, opacity = (ctypes.c_uint(value) for value in (0, 0, 0, 255))
    pdfium.FPDFText_GetFillColor(raw, index, red, green, blue, opacity)
    return Run(
        size=abs(size),
        turn=turn,
        bold=bold,
        italic=italic,
        mono=mono,
        mode=int(pdfium.FPDFTextObj_GetTextRenderMode(text_object)),
        colour=(red.value, green.value, blue.value, opacity.value),
        address=address,
    )


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
