"""Licence and attribution from a PDF's XMP packet.

In: the file. Out: plain facts. PDFium does not read XMP; the packet is meant to be found by scanning the
file for its marks (ISO 16684-1, 7.3.2), where it is neither compressed nor encrypted. Knows nothing of pages.
"""

from __future__ import annotations

import mmap
from pathlib import Path

_OPEN, _CLOSE = b"<x:xmpmeta", b"</x:xmpmeta>"
_LARGEST = 2_000_000  # bytes of a packet
_DC = "{http://purl.org/dc/elements/1.1/}"
_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_RIGHTS = "{http://ns.adobe.com/xap/1.0/rights/}"
_CC = "{http://creativecommons.org/ns#}"


def rights_in(path: Path) -> dict[str, str]:
    """``licence``, ``rights``, ``attribution``, ``title`` and ``author`` as far as the packet has them."""
    packet = _packet(path)
    if not packet:
        return {}
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True, huge_tree=False)
    root = etree.fromstring(packet, parser)
    if root is None:
        return {}
    facts = {
        "licence": _value(root, f"{_CC}license") or _value(root, f"{_RIGHTS}WebStatement"),
        "rights": _value(root, f"{_DC}rights") or _value(root, f"{_RIGHTS}UsageTerms"),
        "attribution": _value(root, f"{_CC}attributionName"),
        "title": _value(root, f"{_DC}title"),
        "author": _value(root, f"{_DC}creator"),
    }
    if not facts["licence"]:
        facts["licence"] = facts["rights"]
    return {key: " ".join(value.split()) for key, value in facts.items() if value.strip()}


def _packet(path: Path) -> bytes:
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        start = content.rfind(_OPEN)
        if start < 0:
            return b""
        end = content.find(_CLOSE, start, start + _LARGEST)
        return content[start : end + len(_CLOSE)] if end > 0 else b""


def _value(root: object, name: str) -> str:
    """Text of the first element or attribute of that name; of a list its entries, of languages the first."""
    for element in root.iter("*"):  # type: ignore[attr-defined]
        attribute = element.get(name)
        if attribute:
            return str(attribute)
        if element.tag == name:
            resource = element.get(f"{_RDF}resource")
            if resource:
                return str(resource)
            entries = [entry.text or "" for entry in element.iter(f"{_RDF}li")]
            if entries:
                alternatives = element.find(f"{_RDF}Alt") is not None
                return entries[0] if alternatives else ", ".join(entry for entry in entries if entry)
            return element.text or ""
    return ""
