"""Pictures inside documents: kept once by content, sized, hashed, and asked to be read by OCR.

In: the bytes that a document holds for a picture. Out: its digest and facts, or a ledger
line that says why it cannot be shown (drawings of a foreign format, damage). Each distinct
picture gets one OCR request, however often it is shown. Knows no document format.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from clerestory.errors import UnreadableFile
from clerestory.reading import pixels
from clerestory.reading.image import text_priority
from clerestory.reading.ledger import note
from clerestory.reading.metafiles import metafile_text
from clerestory.reading.objects import derived
from clerestory.settings import ReadingSettings
from clerestory.types import DerivedObject, LedgerLine, Locator, OcrRequest

SMALLEST_SIDE = 32  # pixels; smaller ones are bullets, icons and lines
SMALLEST_AREA = 6_000  # pixels; a line of twenty letters needs about as much
HASHED_SIDE = 256  # pixels that the perceptual hash is made from
DOCUMENT_PRIORITY = 0.5  # of what the same picture has as a file: the document has words already
_VECTOR_FORMATS = (
    (b"\x01\x00\x00\x00", "EMF drawing", "image/emf"),
    (b"\xd7\xcd\xc6\x9a", "WMF drawing", "image/wmf"),
    (b"\x01\x00\x09\x00", "WMF drawing", "image/wmf"),
    (b"%!PS", "PostScript drawing", "application/postscript"),
    (b"\xc5\xd0\xd3\xc6", "PostScript drawing", "application/postscript"),
    (b"%PDF", "PDF drawing", "application/pdf"),
    (b"<svg", "SVG drawing", "image/svg+xml"),
    (b"<?xml", "SVG drawing", "image/svg+xml"),
    (b"\x1f\x8b", "compressed drawing", "application/gzip"),
)


@dataclass(frozen=True, slots=True)
class Picture:
    """A kept picture: its digest, plain facts (``width``, ``height``, ``phash``), words drawn in it."""

    digest: str
    facts: Mapping[str, str]
    shown: bool  # decodes to pixels
    text: str = ""  # of a metafile; text in pixels is OCR's


@dataclass(slots=True)
class Pictures:
    """The pictures of one document as they are met."""

    where: str
    settings: ReadingSettings
    objects: list[DerivedObject] = field(default_factory=list)
    requests: list[OcrRequest] = field(default_factory=list)
    ledger: list[LedgerLine] = field(default_factory=list)
    _known: dict[str, Picture] = field(default_factory=dict)

    def add(
        self, content: bytes, *, name: str, locator: Locator, context: tuple[str, ...] = (), ocr: bool = True
    ) -> Picture:
        """Keeps the picture; ``name`` says which one in the ledger."""
        item = derived(content, "", "embedded", locator=locator)
        known = self._known.get(item.digest)
        if known is not None:
            return known
        facts, media_type, shown = self._look(content, name, locator)
        kept = derived(content, media_type, "embedded", locator=locator)
        picture = Picture(kept.digest, facts, shown, "" if shown else metafile_text(content))
        self._known[kept.digest] = picture
        self.objects.append(kept)
        if shown and ocr and self.settings.ocr:
            size = int(facts["width"]), int(facts["height"])
            if min(size) >= SMALLEST_SIDE and size[0] * size[1] >= SMALLEST_AREA:
                priority = round(DOCUMENT_PRIORITY * text_priority(size), 3)
                reason = "a picture in the document may carry text"
                self.requests.append(OcrRequest(locator, priority, reason, kept.digest, context))
        return picture

    def missing(self, why: str, *, locator: Locator | None, severity_warning: bool = True) -> None:
        """A picture that the document names and that is not in it."""
        severity = "warning" if severity_warning else "info"
        self.ledger.append(note("picture-not-shown", "picture", why, locator=locator, severity=severity))  # type: ignore[arg-type]

    def _look(self, content: bytes, name: str, locator: Locator) -> tuple[dict[str, str], str, bool]:
        limit = self.settings.max_pixels
        try:
            with (
                pixels.typed_errors(name),
                pixels.open_picture(content, max_pixels=limit, where=name) as image,
            ):
                size = image.size[::-1] if pixels.orientation(image) >= 5 else image.size
                media_type = _mime(image.format or "")
                seen = pixels.upright(image, max_pixels=limit, where=name, longest_side=HASHED_SIDE)
            facts = {"width": str(size[0]), "height": str(size[1]), "phash": pixels.perceptual_hash(seen)}
            return facts, media_type, True
        except UnreadableFile as error:
            start = content.lstrip()[:8]
            for magic, words, media_type in _VECTOR_FORMATS:
                if start.startswith(magic):
                    self.missing(f"{name} is a {words}, which is kept but not drawn", locator=locator)
                    return {}, media_type, False
            self.missing(f"{name} is kept but cannot be shown: {error.what}", locator=locator)
            return {}, "application/octet-stream", False


def _mime(image_format: str) -> str:
    from PIL import Image

    return Image.MIME.get(image_format, "image/x-unknown")
