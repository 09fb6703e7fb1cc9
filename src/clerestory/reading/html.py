"""HTML pages. Places are ranges in the text that is kept with the reading.

In: one page, by itself: style sheets, scripts, frames and pictures that lie elsewhere are
not fetched. Out: its headings, paragraphs, lists, tables and pictures; what a person would
not see goes to the ledger. Embedded pictures (``data:`` addresses) are kept as objects.
"""

from __future__ import annotations

import re
from typing import Any

from clerestory.errors import UnreadableFile
from clerestory.reading import kinds
from clerestory.reading.assembling import assemble
from clerestory.reading.decoding import decode
from clerestory.reading.flowing import FlowText
from clerestory.reading.html_blocks import read_blocks
from clerestory.reading.html_tables import local_name
from clerestory.reading.markup_xml import parse_html, parse_xhtml
from clerestory.reading.source import Source
from clerestory.reading.text import nothing_found, read_content
from clerestory.settings import ReadingSettings
from clerestory.types import Reading

READER = "html"
VERSION = "1"

_DECLARED = re.compile(
    rb"""<\?xml[^>]*encoding\s*=\s*["']([\w.:-]+)|<meta[^>]*charset\s*=\s*["']?\s*([\w.:-]+)""", re.I
)
_HEAD_BYTES = 4096
# Names of <meta> elements, in order of trust, for each fact.
_FACTS = {
    "author": ("author", "dc.creator", "dcterms.creator", "article:author", "citation_author", "byl"),
    "created": (
        *(
            "dc.date",
            "dcterms.created",
            "dcterms.date",
            "article:published_time",
            "citation_publication_date",
        ),
        *("date", "publish-date"),
    ),
    "description": ("description", "dc.description", "og:description"),
    "keywords": ("keywords", "dc.subject"),
    "licence": ("dcterms.license", "dc.rights", "dcterms.rights", "license", "rights", "copyright"),
    "publisher": ("dc.publisher", "dcterms.publisher", "og:site_name"),
    "language": ("dc.language", "dcterms.language"),
}


def read(source: Source, settings: ReadingSettings, media_type: str) -> Reading:
    """Raises EmptyFile, TooLarge, UnreadableFile, FileVanished, FileDenied."""
    content = read_content(source, settings)
    decoded = decode(content, declared=declared_encoding(content[:_HEAD_BYTES]))
    root = parse_page(decoded.text, media_type)
    if root is None:
        raise UnreadableFile("empty, or nested too deeply to be read as HTML", where=source.name)
    flow = FlowText()
    found = read_blocks(root, flow, max_cells=settings.max_table_cells)
    metadata = page_facts(root)
    first = next((block.text for block in flow.blocks if block.kind == "heading"), "")
    return assemble(
        source,
        media_type=media_type,
        reader=READER,
        version=VERSION,
        settings=settings,
        title=metadata.pop("title", "") or first,
        metadata=metadata,
        blocks=flow.blocks,
        objects=list(found.objects.values()),
        ledger=[*decoded.ledger, *found.ledger, *nothing_found(flow.blocks)],
        ocr_requests=found.requests,
        text=flow.text,
    )


def declared_encoding(head: bytes) -> str:
    """What the page says of its encoding in an XML declaration or a ``<meta>``, if anything."""
    match = _DECLARED.search(head)
    return (match.group(1) or match.group(2)).decode("ascii") if match else ""


def parse_page(text: str, media_type: str) -> Any | None:
    """The root element; XHTML that is not well-formed is read as HTML."""
    root = parse_xhtml(text) if media_type == kinds.XHTML else None
    return root if root is not None else parse_html(text)


def page_facts(root: Any) -> dict[str, str]:
    """Title, author, created, licence, … as the page states them."""
    stated: dict[str, list[str]] = {}
    facts: dict[str, str] = {}
    for element in root.iter():
        name = local_name(element)
        if name == "meta":
            key = (element.get("name") or element.get("property") or element.get("itemprop") or "").lower()
            if value := " ".join((element.get("content") or "").split()):
                stated.setdefault(key, []).append(value)
        elif name == "title" and "title" not in facts and local_name(element.getparent()) != "svg":
            facts["title"] = " ".join("".join(element.itertext()).split())
        elif name in {"link", "a"} and "license" in (element.get("rel") or "").lower().split():
            facts.setdefault("licence", element.get("href") or "")
        elif name == "html":
            language = element.get("lang") or element.get("{http://www.w3.org/XML/1998/namespace}lang") or ""
            facts["language"] = language
    for fact, names in _FACTS.items():
        for name in names:
            if name in stated and not facts.get(fact):
                facts[fact] = ", ".join(dict.fromkeys(stated[name]))
    if not facts.get("title") and (shared := stated.get("og:title")):
        facts["title"] = shared[0]
    return {key: value for key, value in facts.items() if value}
