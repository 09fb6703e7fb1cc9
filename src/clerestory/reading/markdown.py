"""Markdown. Places are ranges in the decoded source file.

In: one Markdown file, by itself: pictures that it refers to lie elsewhere, and each becomes
a ``picture`` segment with its caption and the attribute ``target``. Out: headings,
paragraphs, lists, tables, code and pictures. Whatever else stands in the source (front
matter, comments, names of links, marks without words) is said in the ledger, so that every
character is accounted for.
"""

from __future__ import annotations

from collections.abc import Iterator

from clerestory.reading.assembling import assemble
from clerestory.reading.blocks import Block
from clerestory.reading.decoding import decode
from clerestory.reading.ledger import hidden_text, note
from clerestory.reading.markdown_blocks import MarkdownFound, markdown_blocks
from clerestory.reading.markdown_dialect import Plain, without_marks
from clerestory.reading.markdown_places import uncovered
from clerestory.reading.source import Source
from clerestory.reading.text import nothing_found, read_content
from clerestory.settings import ReadingSettings
from clerestory.types import CharRange, LedgerLine, Reading

READER = "markdown"
VERSION = "1"

# Keys of front matter -> facts of a reading, in order of trust.
_FACTS = {
    "author": ("author", "authors", "by"),
    "created": ("date", "created", "published"),
    "description": ("description", "summary", "abstract"),
    "keywords": ("keywords", "tags"),
    "licence": ("license", "licence", "rights", "copyright"),
    "attribution": ("attribution", "credit", "source"),
    "language": ("lang", "language"),
}


def read(source: Source, settings: ReadingSettings, media_type: str) -> Reading:
    """Raises EmptyFile, TooLarge, FileVanished, FileDenied."""
    decoded = decode(read_content(source, settings))
    plain = without_marks(decoded.text)
    found = markdown_blocks(decoded.text, plain, max_cells=settings.max_table_cells)
    first = next((block for block in found.blocks if block.kind == "heading"), None)
    title = plain.metadata.get("title", "") or (first.text if first and first.level == 1 else "")
    metadata = {
        fact: next((plain.metadata[key] for key in keys if key in plain.metadata), "")
        for fact, keys in _FACTS.items()
    }
    return assemble(
        source,
        media_type=media_type,
        reader=READER,
        version=VERSION,
        settings=settings,
        title=title,
        metadata=metadata,
        blocks=found.blocks,
        objects=list(found.objects.values()),
        ledger=[
            *decoded.ledger,
            *found.ledger,
            *_rest(decoded.text, plain, found),
            *nothing_found(found.blocks),
        ],
    )


def _rest(source: str, plain: Plain, found: MarkdownFound) -> Iterator[LedgerLine]:
    """What the source holds besides its blocks."""
    accounted = list(found.accounted)
    if plain.front:
        place = CharRange(0, plain.front)
        accounted.append(place)
        yield note("front-matter", "text", "facts about the file", locator=place, text=source[: plain.front])
    for start, end, text in plain.comments:
        place = CharRange(start, end)
        accounted.append(place)
        if text:
            yield hidden_text(text, "a comment", locator=place)
    for start, end, target in plain.embedded:
        place = CharRange(start, end)
        accounted.append(place)
        yield note("embedded", "file", f"lies elsewhere: {target}", locator=place)
    covered = [place for block in found.blocks for place in _places(block)]
    marks = list(uncovered(source, [*accounted, *covered]))
    if marks:
        reason = f"{len(marks):,} stretches of marks without words of their own"
        text = "\n".join(source[mark.start : mark.end] for mark in marks)
        yield note("markup", "text", reason, locator=CharRange(marks[0].start, marks[-1].end), text=text)


def _places(block: Block) -> Iterator[CharRange]:
    """The ranges that a block speaks for: its lines, or all of a picture or table."""
    places = [line.locator for line in block.lines]
    if not places or block.kind in {"picture", "table"}:
        places.append(block.locator)
    for place in places:
        if isinstance(place, CharRange):
            yield place
