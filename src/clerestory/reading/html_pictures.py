"""Pictures of a page: their addresses, sizes, captions, and how they become blocks.

In: picture elements, and a way to get the bytes of a picture. Out: ``picture`` blocks,
stored objects, requests to read their words, and ledger lines for those without an
address. Decoration is counted, not kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from clerestory.reading.flowing import FlowText
from clerestory.reading.html_inline import drawing_text
from clerestory.reading.html_tables import local_name
from clerestory.reading.ledger import note
from clerestory.reading.objects import Picture, data_uri, derived, look_at
from clerestory.types import DerivedObject, LedgerLine, OcrRequest

DECORATION_PX = 8  # pictures as small as that are bullets, rules and trackers
_ICON_PX = 48  # inline drawings without words up to this width are icons
_OCR_MIN_PX = (100, 40)  # smaller ones carry no words that can be read
_OCR_PRIORITY = 0.5
_MAX_DRAWING_BYTES = 2_000_000

LoadPicture = Callable[[str], bytes | None]


@dataclass(frozen=True, slots=True)
class Image:
    """A picture that was met inside a paragraph and is written after it."""

    target: str
    alt: str
    width: int
    height: int
    content: bytes | None = None
    alternatives: tuple[str, ...] = ()


@dataclass(slots=True)
class Figure:
    """An open figure: its caption, the element that holds it, and what came out of it so far."""

    element: Any
    caption: str
    caption_element: Any
    parts: int = 0


@dataclass(slots=True)
class Found:
    """What a page gave besides its text."""

    objects: dict[str, DerivedObject] = field(default_factory=dict)
    ledger: list[LedgerLine] = field(default_factory=list)
    requests: list[OcrRequest] = field(default_factory=list)
    decorations: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)


def no_pictures(_: str) -> bytes | None:
    """For pages whose pictures lie elsewhere: a reading is made of one asset alone."""
    return None


def write_picture(
    image: Image, flow: FlowText, found: Found, *, figure: Figure | None, load: LoadPicture
) -> None:
    """A block for the picture, or a ledger line that says why there is none."""
    content, target = _content(image, load)
    picture = look_at(content, target) if content is not None else None
    width, height = (picture.width, picture.height) if picture else (image.width, image.height)
    if 0 < (width or image.width) <= DECORATION_PX or 0 < (height or image.height) <= DECORATION_PX:
        found.decorations.append(image.alt or short_address(target))
        return
    if not target:
        reason = "a picture without an address"
        found.ledger.append(note("no-target", "picture", reason, text=image.alt, severity="warning"))
        return
    if target.startswith("data:") and picture is None:
        reason = "an embedded picture that is damaged or of an unknown type"
        found.ledger.append(note("unreadable-picture", "picture", reason, text=image.alt, severity="warning"))
    caption = figure.caption if figure else ""
    digests = _stored(picture, found)
    attributes = {"target": short_address(target)}
    if width and height:
        attributes |= {"width": str(width), "height": str(height)}
    place = flow.add_picture(
        image.alt,
        caption=caption,
        objects=digests,
        attributes=attributes,
        caption_written=figure is not None and figure.parts > 0,
    )
    if figure is not None:
        figure.parts += 1
    if digests and width >= _OCR_MIN_PX[0] and height >= _OCR_MIN_PX[1]:
        context = (caption,) if caption else ()
        found.requests.append(OcrRequest(place, _OCR_PRIORITY, "picture in the text", digests[0], context))


def _content(image: Image, load: LoadPicture) -> tuple[bytes | None, str]:
    """The picture's bytes, if they are at hand, and the address that they have."""
    if image.content is not None:
        return image.content, image.target
    for address in (image.target, *image.alternatives):
        content = data_uri(address) if address.startswith("data:") else load(address)
        if content is not None:
            return content, address
    return None, image.target


def _stored(picture: Picture | None, found: Found) -> tuple[str, ...]:
    if picture is None:
        return ()
    item = derived(picture.content, picture.media_type, "embedded")
    found.objects[item.digest] = item
    return (item.digest,)


def drawing_images(element: Any) -> list[Image]:
    """The pictures that an inline SVG stands for: those inside it, or itself; none for an icon."""
    from lxml import etree

    words = drawing_text(element)
    inner = [one for one in element.iterdescendants() if local_name(one) == "image"]
    if inner:
        return [Image(_address(one), words, pixels(one, "width"), pixels(one, "height")) for one in inner]
    width = pixels(element, "width")
    if not words and (width <= _ICON_PX or element.get("aria-hidden") == "true"):
        return []
    content = etree.tostring(element, with_tail=False)
    kept = content if len(content) <= _MAX_DRAWING_BYTES else None
    return [Image("inline drawing", words, width, pixels(element, "height"), kept)]


def pictures_of(element: Any, name: str) -> list[Image] | None:
    """What a picture element shows (nothing for an icon); None if it is no picture element."""
    if name in {"img", "amp-img", "image"}:
        return [image_of(element)]
    if name == "input":
        return [image_of(element)] if (element.get("type") or "").lower() == "image" else None
    if name == "svg":
        return drawing_images(element)
    if name == "object" and (element.get("type") or "").lower().startswith("image/"):
        words = " ".join("".join(element.itertext()).split())
        return [Image(element.get("data") or "", words, 0, 0)]
    return None


def image_of(element: Any) -> Image:
    """Address, description and stated size.

    Pages that load late keep the address elsewhere, and embed a dot in its place.
    """
    names = ("src", "data-src", "data-original", "data-lazy-src")
    sources = [address for name in names if (address := element.get(name))]
    real = [address for address in sources if not address.startswith("data:")]
    ordered = list(dict.fromkeys(real or sources))
    if not ordered and (listed := element.get("srcset") or element.get("data-srcset") or ""):
        ordered = [listed.split(",")[0].split()[0]] if listed.strip(" ,") else []
    alt = " ".join((element.get("alt") or element.get("title") or "").split())
    first = ordered[0] if ordered else ""
    return Image(
        first, alt, pixels(element, "width"), pixels(element, "height"), alternatives=tuple(ordered[1:])
    )


def _address(element: Any) -> str:
    return (
        element.get("href")
        or element.get("{http://www.w3.org/1999/xlink}href")
        or element.get("xlink:href")
        or ""
    )


def pixels(element: Any, name: str) -> int:
    match = re.match(r"\s*(\d{1,6})(?:\.\d+)?\s*(px)?\s*$", element.get(name) or "")
    return int(match.group(1)) if match else 0


def short_address(target: str) -> str:
    """An address for people: embedded data is named by its type alone."""
    return target.partition(",")[0] if target.startswith("data:") else target
