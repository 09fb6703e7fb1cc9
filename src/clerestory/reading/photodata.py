"""What a picture file says of itself: EXIF, XMP, IPTC and PNG text in, plain facts out.

Keys: ``taken`` (ISO 8601, local time unless an offset is stored), ``latitude`` and
``longitude`` (decimal degrees, north and east positive), ``altitude_m``, ``camera``,
``lens``, ``title``, ``description``, ``author``, ``licence``, ``attribution``,
``keywords``, ``software``. Later sources fill only what earlier ones left empty: XMP is
written by people, so it comes first. Damaged blocks are skipped; the picture still counts.
Sources: CIPA DC-008 (Exif 3.0), ISO 16684-1 (XMP), IPTC-IIM 4.2.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from clerestory.reading.pixels import DECODER_ERRORS

if TYPE_CHECKING:
    from PIL.Image import Image

EXIF_BLOCK, GPS_BLOCK = 0x8769, 0x8825
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
# (namespace, name) of XMP properties -> our key
_XMP_KEYS = {
    ("http://purl.org/dc/elements/1.1/", "title"): "title",
    ("http://purl.org/dc/elements/1.1/", "description"): "description",
    ("http://purl.org/dc/elements/1.1/", "creator"): "author",
    ("http://purl.org/dc/elements/1.1/", "subject"): "keywords",
    ("http://purl.org/dc/elements/1.1/", "rights"): "licence",
    ("http://ns.adobe.com/xap/1.0/rights/", "UsageTerms"): "licence",
    ("http://ns.adobe.com/xap/1.0/rights/", "WebStatement"): "licence",
    ("http://creativecommons.org/ns#", "license"): "licence",
    ("http://creativecommons.org/ns#", "attributionName"): "attribution",
    ("http://ns.adobe.com/photoshop/1.0/", "Credit"): "attribution",
    ("http://ns.adobe.com/photoshop/1.0/", "DateCreated"): "taken",
}
_IPTC_KEYS = {
    (2, 5): "title",
    (2, 25): "keywords",
    (2, 80): "author",
    (2, 110): "attribution",
    (2, 116): "licence",
    (2, 120): "description",
}
_PNG_KEYS = {
    "Title": "title",
    "Author": "author",
    "Description": "description",
    "Comment": "description",
    "Copyright": "licence",
    "Software": "software",
}
# What cameras and programs write into ImageDescription when nobody wrote anything.
_EMPTY_DESCRIPTIONS = re.compile(
    r"(OLYMPUS DIGITAL CAMERA|SONY DSC|DIGITAL CAMERA|KONICA MINOLTA.*|default|"
    r"Created with GIMP|Screenshot|[\W_]*)\s*",
    re.I,
)


def photo_metadata(image: Image) -> dict[str, str]:
    """The facts that the opened picture's metadata blocks state; nothing is decoded."""
    facts: dict[str, str] = {}
    sources: tuple[Callable[[Image], Mapping[str, str]], ...] = (_xmp, _exif, _gps, _iptc, _png)
    for source in sources:
        try:
            found = source(image)
        except DECODER_ERRORS:
            continue  # a damaged block says nothing; the others may
        for key, value in found.items():
            value = _clean(value)
            if value and not (key == "description" and _EMPTY_DESCRIPTIONS.fullmatch(value)):
                facts.setdefault(key, value)
    if "licence" in facts and "attribution" not in facts and "author" in facts:
        facts["attribution"] = facts["author"]
    return facts


def _exif(image: Image) -> dict[str, str]:
    exif = image.getexif()
    block = exif.get_ifd(EXIF_BLOCK)
    maker, model = _text(exif.get(0x010F)), _text(exif.get(0x0110))
    camera = model if model.casefold().startswith(maker.casefold()) else f"{maker} {model}"
    return {
        "description": _text(exif.get(0x010E)),
        "camera": camera,
        "lens": _text(block.get(0xA434)),
        "software": _text(exif.get(0x0131)),
        "author": _text(exif.get(0x013B)),
        "licence": _text(exif.get(0x8298)),
        "title": _text(exif.get(0x9C9B), "utf-16-le"),
        "taken": _time(block.get(0x9003) or block.get(0x9004) or exif.get(0x0132), block.get(0x9011)),
    }


def _gps(image: Image) -> dict[str, str]:
    gps = image.getexif().get_ifd(GPS_BLOCK)
    facts = {}
    for key, value, reference, limit in (("latitude", 2, 1, 90), ("longitude", 4, 3, 180)):
        degrees = _degrees(gps.get(value), _text(gps.get(reference)))
        if degrees is not None and abs(degrees) <= limit:
            facts[key] = f"{degrees:.6f}"
    # 0, 0 is what devices without a fix write
    if len(facts) < 2 or all(float(value) == 0 for value in facts.values()):
        return {}
    if gps.get(6) is not None:
        below = gps.get(5) in (1, b"\x01")
        facts["altitude_m"] = f"{-float(gps[6]) if below else float(gps[6]):.1f}"
    return facts


def _degrees(value: Any, reference: str) -> float | None:
    if not isinstance(value, tuple) or len(value) != 3:
        return None
    degrees, minutes, seconds = (float(part) for part in value)
    total = degrees + minutes / 60 + seconds / 3600
    if total != total:  # 0/0 in a rational
        return None
    return -total if reference.upper() in ("S", "W") else total


def _time(value: Any, offset: Any) -> str:
    """Exif "2024:05:06 12:34:56" as "2024-05-06T12:34:56" with its offset; "" when it is none."""
    match = re.match(r"(\d{4})[:\-/](\d\d)[:\-/](\d\d)[ T](\d\d):(\d\d)(?::(\d\d))?", _text(value))
    if not match or match[1] == "0000" or match[2] == "00":
        return ""
    zone = re.fullmatch(r"[+-]\d\d:\d\d", _text(offset))
    local = f"{match[1]}-{match[2]}-{match[3]}T{match[4]}:{match[5]}:{match[6] or '00'}"
    return local + zone[0] if zone else local


def _xmp(image: Image) -> dict[str, str]:
    packet = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp") or b""
    if isinstance(packet, str):
        packet = packet.encode()
    return xmp_facts(packet)


def xmp_facts(packet: bytes) -> dict[str, str]:
    """Our keys from an XMP packet; empty when there is none or it is not XML."""
    from lxml import etree

    start, end = packet.find(b"<"), packet.rfind(b">")
    if start < 0 or end < start:
        return {}
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True)
    root = etree.fromstring(packet[start : end + 1], parser)
    if root is None:
        return {}
    facts: dict[str, str] = {}
    for description in root.iter(f"{{{_RDF}}}Description"):
        properties = [(etree.QName(child), _rdf_text(child)) for child in description if _named(child)]
        properties += [(etree.QName(name), str(value)) for name, value in description.attrib.items()]
        for name, value in properties:
            key = _XMP_KEYS.get((name.namespace or "", name.localname))
            if key and value:
                facts.setdefault(key, value)
    return facts


def _named(element: Any) -> bool:
    return isinstance(element.tag, str)


def _rdf_text(element: Any) -> str:
    """A property's text: of the x-default or first language, or the items of a list."""
    items = [_clean(item.text) for item in element.iter(f"{{{_RDF}}}li")]
    if not items:
        return _clean(element.text) or element.get(f"{{{_RDF}}}resource", "")
    alternatives = element.find(f"{{{_RDF}}}Alt") is not None
    return items[0] if alternatives else ", ".join(item for item in items if item)


def _iptc(image: Image) -> dict[str, str]:
    from PIL.ImageFile import ImageFile
    from PIL.IptcImagePlugin import getiptcinfo

    if not isinstance(image, ImageFile):
        return {}
    facts: dict[str, str] = {}
    for record, value in (getiptcinfo(image) or {}).items():
        key = _IPTC_KEYS.get(record)
        if key:
            parts: Iterable[Any] = value if isinstance(value, list) else [value]
            facts[key] = ", ".join(_text(part) for part in parts)
    return facts


def _png(image: Image) -> dict[str, str]:
    texts = getattr(image, "text", None)
    if not isinstance(texts, dict):
        return {}
    facts = {_PNG_KEYS[name]: str(value) for name, value in texts.items() if name in _PNG_KEYS}
    if "Creation Time" in texts:
        facts["taken"] = _time(texts["Creation Time"], "")
    return facts


def _text(value: Any, encoding: str = "utf-8") -> str:
    if isinstance(value, bytes):
        try:
            return _clean(value.decode(encoding))
        except UnicodeDecodeError:
            return _clean(value.decode("latin-1"))
    if isinstance(value, tuple) and value and all(isinstance(part, int) for part in value):
        return _text(bytes(part & 0xFF for part in value), encoding)
    return _clean(value) if isinstance(value, str) else ""


def _clean(value: str | None) -> str:
    return re.sub(r"[\x00-\x1f\x7f\ufffd]+|\s+", " ", value or "").strip()[:2000]
