"""What is filled in or noted on a page beside its content: form fields, free text, comments.

In: a PDFium page. Out: words for what is printed on the page (values of fields, free text), and notes
for what only pops up. Knows nothing of the page's own text.
"""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from functools import partial
from typing import Any

from clerestory.reading.pdf.characters import Run
from clerestory.reading.pdf.geometry import Rect, View
from clerestory.reading.pdf.words import Fragment, Word

_MOST = 2000  # annotations of one page
_LONGEST = 20_000  # characters
_COMMENTS = {1, 9, 10, 11, 12, 13, 14, 15}  # FPDF_ANNOT_TEXT, HIGHLIGHT, UNDERLINE, …, INK
_FREE_TEXT, _WIDGET = 3, 20  # FPDF_ANNOT_FREETEXT, FPDF_ANNOT_WIDGET
_HIDDEN = 2  # FPDF_ANNOT_FLAG_HIDDEN


@dataclass(frozen=True, slots=True)
class Filled:
    """``fragments`` are printed on the page; ``comments`` are not."""

    fragments: list[Fragment]
    comments: list[tuple[Rect, str]]


def fields_of(page: Any, view: View) -> Filled:
    import pypdfium2.raw as pdfium

    fragments: list[Fragment] = []
    comments: list[tuple[Rect, str]] = []
    rect = pdfium.FS_RECTF()
    for index in range(min(max(pdfium.FPDFPage_GetAnnotCount(page.raw), 0), _MOST)):
        annotation = pdfium.FPDFPage_GetAnnot(page.raw, index)
        if not annotation:
            continue
        try:
            kind = pdfium.FPDFAnnot_GetSubtype(annotation)
            if pdfium.FPDFAnnot_GetFlags(annotation) & _HIDDEN:
                continue
            if not pdfium.FPDFAnnot_GetRect(annotation, rect):
                continue
            place = view.rect(rect.left, rect.bottom, rect.right, rect.top)
            text = ""
            if kind == _WIDGET and page.formenv is not None:
                form = page.formenv.raw
                text = _string(partial(pdfium.FPDFAnnot_GetFormFieldValue, form, annotation))
            elif kind == _FREE_TEXT or kind in _COMMENTS:
                text = _string(partial(pdfium.FPDFAnnot_GetStringValue, annotation, b"Contents"))
        finally:
            pdfium.FPDFPage_CloseAnnot(annotation)
        text = " ".join(text.split())
        if not text or text == "Off":  # an empty check box
            continue
        if kind in _COMMENTS:
            comments.append((place, text))
        else:
            size = min(10.0, max(4.0, 0.7 * (place[3] - place[1])))
            run = Run(size, 0, False, False, False, 0, (0, 0, 0, 255), 0)
            fragments.append(Fragment((Word(text, place, run, True),), place, size, False, 0))
    return Filled(fragments, comments)


def _string(ask: Any) -> str:
    """A UTF-16 string that PDFium writes to a buffer of the size that it names."""
    length = ask(None, 0)
    if not 2 < length <= 2 * _LONGEST:
        return ""
    buffer = (ctypes.c_ushort * (length // 2))()
    ask(buffer, length)
    return bytes(buffer).decode("utf-16-le", "replace").rstrip("\0")
