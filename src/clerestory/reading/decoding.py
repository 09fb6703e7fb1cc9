"""Bytes to text: by byte order mark, as UTF-8, by what the file declares, else by a guess that is said.

In: bytes, and the encoding a document declares for itself, if any. Out: text and how sure
its encoding is. Positions in the text count code points; line ends stay as they are.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass

from clerestory.reading.ledger import encoding_assumed, note
from clerestory.reading.sniff import utf16_order
from clerestory.types import LedgerLine

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # begins like the mark of UTF-16, so it is asked first
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SAMPLE = 200_000  # bytes for guessing; more does not change the guess
_NOT_TEXT = {"base64", "bz2", "hex", "quopri", "uu", "zlib", "rot13", "unicode_escape", "raw_unicode_escape"}


@dataclass(frozen=True, slots=True)
class Decoded:
    text: str
    encoding: str
    ledger: tuple[LedgerLine, ...] = ()


def decode(content: bytes, *, declared: str = "") -> Decoded:
    """The text of ``content``; never fails, and says what it had to assume."""
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            return _decoded(content[len(mark) :], encoding)
    if order := utf16_order(content[:4096]):
        return _decoded(content, order, (encoding_assumed(order),))
    try:
        return Decoded(content.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        pass
    if encoding := _known(declared):
        try:
            return Decoded(content.decode(encoding), encoding)
        except UnicodeDecodeError:
            pass  # it does not keep its word; guess below
    encoding = _guess(content)
    text = content.decode(encoding, "replace")
    return Decoded(text, encoding, (encoding_assumed(encoding, replaced=text.count("\ufffd")),))


def _decoded(content: bytes, encoding: str, ledger: tuple[LedgerLine, ...] = ()) -> Decoded:
    text = content.decode(encoding, "replace")
    if (replaced := text.count("\ufffd")) and not ledger:
        reason = f"{replaced:,} places are not valid {encoding}, shown as \N{REPLACEMENT CHARACTER}"
        ledger = (note("undecodable", "text", reason, severity="warning"),)
    return Decoded(text, encoding, ledger)


def _known(encoding: str) -> str:
    """The codec's name if it is one for text, else nothing; Latin-1 is read as browsers do."""
    try:
        name = codecs.lookup(encoding.strip().strip("\"'")).name if encoding else ""
    except (LookupError, ValueError):
        return ""
    return "cp1252" if name in {"iso8859-1", "ascii"} else "" if name in _NOT_TEXT else name


def _guess(content: bytes) -> str:
    # A file that is UTF-8 but for a few bytes is damaged UTF-8, not something rarer.
    sample = content[:_SAMPLE]
    damaged = sample.decode("utf-8", "replace").count("\ufffd")
    multibyte = sum(byte >= 0xC2 for byte in sample)
    if multibyte > 20 and damaged < multibyte / 20:
        return "utf-8"
    from charset_normalizer import from_bytes

    best = from_bytes(sample, steps=5).best()
    name = _known(best.encoding) if best is not None else ""
    return name or "cp1252"
