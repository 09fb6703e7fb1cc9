"""The container that Word, PowerPoint and Excel files share: parts, relationships, properties.

In: an archive that has been checked against the limits. Out: parts as XML or bytes, what
they point to, and the document's metadata. Relationships that lead outside the file are
never followed. Source: ECMA-376 part 2 (Open Packaging Conventions).
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from clerestory.errors import UnreadableFile
from clerestory.reading.archive import Archive, open_archive
from clerestory.reading.elements import Element, attribute, local
from clerestory.reading.ledger import note
from clerestory.reading.markup_xml import parse_xml
from clerestory.reading.source import Source
from clerestory.settings import ReadingSettings
from clerestory.types import LedgerLine

MAX_XML_MB = 256  # of one part that is held as a tree; trees take about ten times their text
_CORE = {
    "title": "title",
    "creator": "author",
    "subject": "subject",
    "description": "description",
    "keywords": "keywords",
    "created": "created",
    "modified": "modified",
    "language": "language",
    "category": "category",
}
_RIGHTS = {"rights", "copyright", "license", "licence"}  # names of custom properties

# Office's "strict" variant differs from the common one in its namespaces only.
_STRICT = re.compile(rb"http://purl\.oclc\.org/ooxml/(\w+)/([\w/]+)")
_COMMON = {
    b"officeDocument/relationships": b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    b"officeDocument/math": b"http://schemas.openxmlformats.org/officeDocument/2006/math",
}


@dataclass(frozen=True, slots=True)
class Relationship:
    """What a part points to: ``target`` is a part's name, or an address when ``external``."""

    kind: str  # the last word of the relationship's type
    target: str
    external: bool


@dataclass(slots=True)
class Package:
    """An open Office document. ``ledger`` gathers what was wrong with its parts."""

    archive: Archive
    name: str
    ledger: list[LedgerLine] = field(default_factory=list)
    _relationships: dict[str, dict[str, Relationship]] = field(default_factory=dict)
    _lower: dict[str, str] = field(default_factory=dict)

    def __contains__(self, part: str) -> bool:
        return part in self.archive

    def bytes_of(self, part: str) -> bytes:
        return self.archive.read(part)

    def xml(self, part: str) -> Element:
        """A part that the document cannot be read without.

        Raises:
            UnreadableFile, TooLarge, WrongPassword
        """
        content = self.archive.read(part, max_mb=MAX_XML_MB)
        return parse_xml(with_common_names(content), where=self.name, part=part)

    def optional_xml(self, part: str) -> Element | None:
        """A part that the document can be read without; if it is damaged the ledger says so."""
        if part not in self.archive:
            return None
        try:
            return self.xml(part)
        except UnreadableFile as error:
            self.ledger.append(note("part-not-read", "text", error.what, severity="warning"))
            return None

    def relationships(self, part: str) -> dict[str, Relationship]:
        """By id; of the package itself for the part ""."""
        known = self._relationships.get(part)
        if known is None:
            folder, _, base = part.rpartition("/")
            root = self.optional_xml(posixpath.join(folder, "_rels", f"{base}.rels"))
            known = {}
            for one in root if root is not None else ():
                if local(one) == "Relationship":
                    external = attribute(one, "TargetMode").lower() == "external"
                    target = attribute(one, "Target")
                    kind = attribute(one, "Type").rpartition("/")[2]
                    place = target if external else self._resolved(folder, target)
                    known[attribute(one, "Id")] = Relationship(kind, place, external)
            self._relationships[part] = known
        return known

    def related(self, part: str, kind: str) -> list[str]:
        """Parts that ``part`` points to by a relationship of this kind and that exist."""
        found = self.relationships(part).values()
        return [one.target for one in found if one.kind == kind and not one.external and one.target in self]

    def main_part(self, usual: str) -> str:
        """The part that holds the document.

        Raises:
            UnreadableFile: there is none.
        """
        parts = self.related("", "officeDocument")
        if not parts and usual not in self:
            raise UnreadableFile(f"there is no {usual} in it", where=self.name)
        return parts[0] if parts else usual

    def media(self) -> list[str]:
        """Names of all picture parts, whoever points to them."""
        return [name for name in self.archive.names if "/media/" in f"/{name}"]

    def metadata(self) -> dict[str, str]:
        """Title, author, dates, language and rights as the file states them."""
        facts: dict[str, str] = {}
        for part in self.related("", "core-properties"):
            root = self.optional_xml(part)
            for one in root if root is not None else ():
                if (key := _CORE.get(local(one))) and one.text and one.text.strip():
                    facts.setdefault(key, one.text.strip())
        for part in self.related("", "custom-properties"):
            root = self.optional_xml(part)
            for one in root if root is not None else ():
                if attribute(one, "name").lower() in _RIGHTS:
                    facts.setdefault("licence", "".join(one.itertext()).strip())
        for part in self.related("", "extended-properties"):
            root = self.optional_xml(part)
            for one in root if root is not None else ():
                if local(one) == "Company" and one.text and one.text.strip():
                    facts.setdefault("company", one.text.strip())
        return facts

    def _resolved(self, folder: str, target: str) -> str:
        target = target.partition("#")[0].replace("\\", "/")
        joined = target if target.startswith("/") else posixpath.join("/", folder, target)
        part = posixpath.normpath(joined).lstrip("/")
        if part in self.archive:
            return part
        if not self._lower:
            self._lower = {name.lower(): name for name in self.archive.names}
        return self._lower.get(part.lower(), part)


@contextmanager
def open_package(source: Source, settings: ReadingSettings) -> Iterator[Package]:
    """The document's parts.

    Raises:
        UnreadableFile, TooLarge, FileVanished, FileDenied
    """
    with open_archive(source, settings) as archive:
        if "[Content_Types].xml" not in archive:
            raise UnreadableFile("no Office document: it has no list of content types", where=source.name)
        yield Package(archive, source.name)


def with_common_names(content: bytes) -> bytes:
    """XML of the strict variant with the namespaces of the common one."""
    return _STRICT.sub(_common, content) if b"purl.oclc.org/ooxml" in content else content


def _common(match: re.Match[bytes]) -> bytes:
    family, rest = match[1], match[2]
    known = _COMMON.get(family + b"/" + rest)
    if known or (family == b"officeDocument" and rest.startswith(b"relationships/")):
        return known or _COMMON[b"officeDocument/relationships"] + rest.removeprefix(b"relationships")
    return b"http://schemas.openxmlformats.org/" + family + b"/2006/" + rest
