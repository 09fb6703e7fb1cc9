"""EPUB books. Places are ranges in the text of all chapters, which is kept with the reading.

In: an EPUB file. Out: its chapters in reading order (the spine), read like web pages, with
the pictures that the book carries kept as objects. Parts that are missing or damaged, and
pictures that no chapter shows, are said in the ledger. Books under digital rights
management are refused. Source: EPUB 3.3 (W3C 2023) and OPF 2.0.1.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

from clerestory.errors import UnreadableFile, UnsupportedFile
from clerestory.reading import kinds
from clerestory.reading.archive import Archive, open_archive
from clerestory.reading.assembling import assemble
from clerestory.reading.decoding import decode
from clerestory.reading.flowing import FlowText
from clerestory.reading.html import declared_encoding, parse_page
from clerestory.reading.html_blocks import read_blocks
from clerestory.reading.html_pictures import Found
from clerestory.reading.html_tables import local_name
from clerestory.reading.ledger import note
from clerestory.reading.markup_xml import parse_xml
from clerestory.reading.objects import derived, look_at
from clerestory.reading.source import Source
from clerestory.reading.text import nothing_found
from clerestory.settings import ReadingSettings
from clerestory.types import LedgerLine, Reading

READER = "epub"
VERSION = "1"

_PAGE_TYPES = {"application/xhtml+xml", "text/html", "application/x-dtbook+xml", "text/x-oeb1-document"}
_FONT_SCRAMBLING = {"http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC"}
_HEAD_BYTES = 4096
# Dublin Core names -> facts of a reading.
_FACTS = {
    "creator": "author",
    "date": "created",
    "rights": "licence",
    "language": "language",
    "publisher": "publisher",
    "description": "description",
    "subject": "keywords",
    "identifier": "identifier",
    "source": "attribution",
}


@dataclass(frozen=True, slots=True)
class _Item:
    """A file of the book: where it is in the archive, its stated type and properties."""

    path: str
    media_type: str
    properties: tuple[str, ...]


@dataclass(slots=True)
class _Book:
    """What the package document says."""

    title: str = ""
    facts: dict[str, str] = field(default_factory=dict)
    items: dict[str, _Item] = field(default_factory=dict)
    spine: list[_Item] = field(default_factory=list)
    cover: str = ""  # archive path of the cover picture
    labels: dict[str, str] = field(
        default_factory=dict
    )  # archive path of a chapter -> its name in the contents
    ledger: list[LedgerLine] = field(default_factory=list)


def read(source: Source, settings: ReadingSettings, media_type: str) -> Reading:
    """Raises UnreadableFile, UnsupportedFile (rights management), TooLarge, FileVanished, FileDenied."""
    with open_archive(source, settings) as archive:
        files = _Files(archive)
        _refuse_protected(files, source)
        book = _package(files, source)
        flow = FlowText()
        gathered, shown = _chapters(files, book, flow, settings, source)
        _unshown_pictures(files, book, gathered, shown)
    return assemble(
        source,
        media_type=media_type,
        reader=READER,
        version=VERSION,
        settings=settings,
        title=book.title,
        metadata=book.facts,
        blocks=flow.blocks,
        objects=list(gathered.objects.values()),
        ledger=[*book.ledger, *gathered.ledger, *nothing_found(flow.blocks)],
        ocr_requests=gathered.requests,
        text=flow.text,
    )


class _Files:
    """The archive's members under the names that documents use for them."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        self.folded = {name.casefold(): name for name in archive.names}

    def find(self, path: str) -> str:
        """The member for a path: as written, unquoted, or in other letters' case; else nothing."""
        for candidate in (path, unquote(path)):
            if candidate in self.archive:
                return candidate
        return self.folded.get(unquote(path).casefold(), "")

    def beside(self, member: str, address: str) -> str:
        """The member that an address in another member speaks of; nothing if it is outside."""
        parts = urlsplit(address)
        if parts.scheme or parts.netloc or not parts.path:
            return ""
        return self.find(posixpath.normpath(posixpath.join(posixpath.dirname(member), parts.path)))

    def read(self, member: str) -> bytes:
        return self.archive.read(member)


def _refuse_protected(files: _Files, source: Source) -> None:
    if not (member := files.find("META-INF/encryption.xml")):
        return
    root = parse_xml(files.read(member), where=source.name, part=member)
    for element in root.iter():
        algorithm = element.get("Algorithm") if local_name(element) == "encryptionmethod" else None
        if algorithm and algorithm not in _FONT_SCRAMBLING:
            raise UnsupportedFile(
                "the book is under digital rights management", where=source.name, fix="Add a copy without it."
            )


def _package(files: _Files, source: Source) -> _Book:
    """The package document: facts, files, order.

    Raises:
        UnreadableFile: there is none, or nothing to read in it.
    """
    container = files.find("META-INF/container.xml")
    if not container:
        raise UnreadableFile("no META-INF/container.xml, so no book", where=source.name)
    root = parse_xml(files.read(container), where=source.name, part=container)
    paths = [element.get("full-path") or "" for element in root.iter() if local_name(element) == "rootfile"]
    member = next((found for path in paths if (found := files.find(path))), "")
    if not member:
        raise UnreadableFile("its package document is missing", where=source.name)
    root = parse_xml(files.read(member), where=source.name, part=member)
    book = _Book()
    cover_id = ""
    order: list[tuple[str, str]] = []
    for element in root.iter():
        name = local_name(element)
        text = " ".join("".join(element.itertext()).split()) if name in {"title", *_FACTS} else ""
        if name == "title" and not book.title:
            book.title = text
        elif name in _FACTS and text:
            fact = _FACTS[name]
            several = fact in {"author", "keywords"} and fact in book.facts
            book.facts[fact] = f"{book.facts[fact]}, {text}" if several else book.facts.get(fact, text)
        elif name == "meta" and element.get("name") == "cover":
            cover_id = element.get("content") or ""
        elif name == "item":
            path = files.beside(member, element.get("href") or "")
            properties = tuple((element.get("properties") or "").split())
            stated = element.get("media-type") or ""
            if not path:
                reason = f"{element.get('href')} is in the book's list but not in the file"
                book.ledger.append(note("missing-part", "file", reason, severity="warning"))
                continue
            book.items[element.get("id") or path] = _Item(path, stated, properties)
        elif name == "itemref":
            order.append((element.get("idref") or "", element.get("linear") or ""))
    book.spine = [book.items[identity] for identity, _ in order if identity in book.items]
    if not book.spine:
        raise UnreadableFile("its reading order names nothing that is in the file", where=source.name)
    for item in book.items.values():
        if "cover-image" in item.properties:
            book.cover = item.path
    if not book.cover and cover_id in book.items:
        book.cover = book.items[cover_id].path
    _contents(files, book, source)
    return book


def _contents(files: _Files, book: _Book, source: Source) -> None:
    """Names of chapters from the table of contents (EPUB 3 navigation or NCX)."""
    for item in book.items.values():
        navigation = "nav" in item.properties
        if not navigation and item.media_type != "application/x-dtbncx+xml":
            continue
        root = _page(files, item, source) if navigation else _xml(files, item.path, source, book)
        if root is None:
            continue
        for element in root.iter():
            name = local_name(element)
            if navigation and name == "a" and element.get("href"):
                label, address = "".join(element.itertext()), element.get("href")
            elif name == "navpoint":
                inner = {local_name(one): one for one in element if local_name(one)}
                if not {"navlabel", "content"} <= set(inner):
                    continue
                label, address = "".join(inner["navlabel"].itertext()), inner["content"].get("src") or ""
            else:
                continue
            if member := files.beside(item.path, address):
                book.labels.setdefault(member, " ".join(label.split()))


def _xml(files: _Files, member: str, source: Source, book: _Book) -> Any | None:
    try:
        return parse_xml(files.read(member), where=source.name, part=member)
    except UnreadableFile as error:  # only names of chapters are lost with it
        book.ledger.append(note("UnreadableFile", "file", error.what, severity="warning"))
        return None


def _page(files: _Files, item: _Item, source: Source) -> Any | None:
    content = files.read(item.path)
    text = decode(content, declared=declared_encoding(content[:_HEAD_BYTES])).text
    return parse_page(text, kinds.HTML if item.media_type == "text/html" else kinds.XHTML)


def _chapters(
    files: _Files, book: _Book, flow: FlowText, settings: ReadingSettings, source: Source
) -> tuple[Found, set[str]]:
    """Write all chapters to ``flow``; returns what they gave and which pictures they show."""
    gathered = Found()
    shown: set[str] = set()
    failed: list[UnreadableFile] = []
    for number, item in enumerate(book.spine, 1):
        flow.place = number
        if item.media_type not in _PAGE_TYPES:
            _picture_page(files, item, flow, gathered, shown)
            continue
        try:
            root = _page(files, item, source)
        except UnreadableFile as error:  # TooLarge too ends the book: it speaks of all of it
            if type(error) is not UnreadableFile:
                raise
            failed.append(error)
            gathered.ledger.append(note("UnreadableFile", "file", error.what, severity="error"))
            continue
        if root is None:
            reason = f"{item.path} is empty, or nested too deeply"
            gathered.ledger.append(note("empty-part", "file", reason, severity="warning"))
            continue

        def load(address: str, chapter: str = item.path) -> bytes | None:
            member = files.beside(chapter, address)
            if not member:
                return None
            shown.add(member)
            return files.read(member)

        before = len(flow.blocks)
        label = book.labels.get(item.path, "")
        if label and not _begins_with_heading(root):
            flow.add_text("heading", label, level=1)
        found = read_blocks(
            root,
            flow,
            max_cells=settings.max_table_cells,
            load=load,
            sheets=list(_sheets(files, item.path, root)),
            unit=item.path,
        )
        if len(flow.blocks) == before and not found.ledger:
            gathered.ledger.append(note("empty-part", "file", f"{item.path} holds nothing to read"))
        gathered.objects.update(found.objects)
        gathered.ledger.extend(found.ledger)
        gathered.requests.extend(found.requests)
    if failed and len(failed) == len(book.spine):
        raise failed[0]
    return gathered, shown


def _begins_with_heading(root: Any) -> bool:
    """Whether a heading is among the first things that the chapter says."""
    words = 0
    for element in root.iter():
        name = local_name(element)
        if name in {"h1", "h2", "h3", "h4", "h5", "h6"}:
            return True
        if name in {"p", "li", "td", "blockquote"}:
            words += sum(len(text) for text in element.itertext())
            if words > 200:
                return False
    return False


def _sheets(files: _Files, chapter: str, root: Any) -> Iterator[str]:
    for element in root.iter():
        if local_name(element) == "link" and "stylesheet" in (element.get("rel") or ""):
            member = files.beside(chapter, element.get("href") or "")
            if member:
                yield decode(files.read(member)).text


def _picture_page(files: _Files, item: _Item, flow: FlowText, gathered: Found, shown: set[str]) -> None:
    """A picture that stands in the reading order by itself."""
    shown.add(item.path)
    digest = _keep(files, item.path, gathered)
    if digest:
        flow.add_picture("", objects=(digest,), attributes={"target": item.path})
        return
    reason = f"{item.path} is of type {item.media_type}, for which there is no reader"
    gathered.ledger.append(note("UnsupportedFile", "file", reason, severity="warning"))


def _unshown_pictures(files: _Files, book: _Book, gathered: Found, shown: set[str]) -> None:
    """Pictures that no chapter shows, often the cover: kept where they are the cover, said in any case."""
    for item in book.items.values():
        if not item.media_type.startswith("image/") or item.path in shown:
            continue
        if item.path == book.cover and (digest := _keep(files, item.path, gathered)):
            reason = f"the cover, which no chapter shows: {item.path} (kept as object {digest[:12]})"
        else:
            reason = f"in the book, but shown by no chapter: {item.path}"
        gathered.ledger.append(note("not-shown", "picture", reason))
    readable: Sequence[_Item] = [item for item in book.items.values() if item.media_type in _PAGE_TYPES]
    for item in readable:
        if item not in book.spine:
            reason = f"not in the reading order: {item.path}"
            gathered.ledger.append(note("not-in-order", "file", reason))


def _keep(files: _Files, member: str, gathered: Found) -> str:
    picture = look_at(files.read(member), member)
    if picture is None:
        return ""
    item = derived(picture.content, picture.media_type, "embedded")
    gathered.objects[item.digest] = item
    return item.digest
