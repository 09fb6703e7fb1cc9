"""XML and XHTML without surprises: no network, no entities of their own, no bombs.

In: bytes or text. Out: an lxml element. A document type is never loaded; entities that it
declares are refused in ``parse_xml`` and left as literal text in ``parse_xhtml``.
"""

from __future__ import annotations

import re
from html.entities import html5
from typing import Any

from clerestory.errors import UnreadableFile

_DOCTYPE = re.compile(r"<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>", re.S | re.I)
_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]*);")
_XML_ENTITIES = {"amp", "lt", "gt", "quot", "apos"}


def parse_xml(content: bytes, *, where: str, part: str = "") -> Any:
    """The root element.

    Raises:
        UnreadableFile: not well-formed, or it declares entities.
    """
    from lxml import etree

    name = part or "the file"
    if re.search(rb"<!ENTITY", content) or re.search(rb"<\x00!\x00E\x00N\x00T\x00I\x00T\x00Y", content):
        raise UnreadableFile(f"{name} declares XML entities, which are not expanded", where=where)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise UnreadableFile(f"{name} is not well-formed XML ({error})", where=where) from error
    if root is None:
        raise UnreadableFile(f"{name} holds no XML", where=where)
    return root


def parse_xhtml(text: str) -> Any | None:
    """The root element of an XHTML text, or None if it is not well-formed.

    The named characters of HTML are known without a document type; other entities stay as
    they are written.
    """
    from lxml import etree

    text = _DOCTYPE.sub("", text.lstrip("\ufeff"), count=1)
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", text, count=1)
    text = _ENTITY.sub(_character, text)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        return etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


def parse_html(text: str) -> Any | None:
    """The root element of an HTML text, mended as browsers do.

    None if nothing is in it, or if it is nested so deeply (2048) that the parser gives up:
    what it has built by then lacks the rest without saying so.
    """
    from lxml import etree

    parser = etree.HTMLParser(encoding="utf-8", no_network=True, huge_tree=True)
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    given_up = any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log)
    return None if given_up else root


def _character(match: re.Match[str]) -> str:
    name = match.group(1)
    if name in _XML_ENTITIES:
        return match.group()
    known = html5.get(f"{name};")
    if known is None:
        return f"&amp;{name};"
    return known.replace("&", "&amp;").replace("<", "&lt;")
