"""Derived bytes as objects with their digest, and what pictures say of themselves. Knows no store."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import warnings
from dataclasses import dataclass
from io import BytesIO
from urllib.parse import unquote_to_bytes

from clerestory.reading.sniff import media_type
from clerestory.types import DerivedObject, Locator

_DATA_URI = re.compile(r"data:([\w.+-]+/[\w.+-]+)?((?:;[\w=.+-]+)*),", re.I)


@dataclass(frozen=True, slots=True)
class Picture:
    """Encoded picture bytes with their type by content and size in pixels (0 where it has none)."""

    content: bytes
    media_type: str
    width: int
    height: int


def derived(content: bytes, media_type: str, role: str, *, locator: Locator | None = None) -> DerivedObject:
    """An object whose digest is the SHA-256 (hex) of ``content``."""
    return DerivedObject(hashlib.sha256(content).hexdigest(), media_type, role, content, locator)


def look_at(content: bytes, name: str = "") -> Picture | None:
    """What encoded picture bytes are, from their header alone; None if they are no picture."""
    kind = media_type(content[:4096], name)
    if not kind.startswith("image/"):
        return None
    if kind == "image/svg+xml":
        return Picture(content, kind, 0, 0)
    from PIL import Image, UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # only the header is read
            with Image.open(BytesIO(content)) as image:
                return Picture(content, kind, image.width, image.height)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return Picture(content, kind, 0, 0)


def data_uri(uri: str) -> bytes | None:
    """The bytes inside a ``data:`` address; None if it is none or damaged."""
    match = _DATA_URI.match(uri)
    if match is None:
        return None
    body = uri[match.end() :]
    try:
        if ";base64" in match.group(2).lower():
            return base64.b64decode(re.sub(r"\s+", "", unquote_to_bytes(body).decode("ascii")))
        return unquote_to_bytes(body)
    except (binascii.Error, UnicodeDecodeError):
        return None
