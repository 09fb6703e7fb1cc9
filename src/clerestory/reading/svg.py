"""SVG drawings: their title, description and labels as one picture. They are not drawn here.

In: an SVG file. Out: one ``picture`` segment whose place is the whole drawing.
"""

from __future__ import annotations

from clerestory.reading.assembling import assemble
from clerestory.reading.blocks import Block
from clerestory.reading.html_inline import drawing_text
from clerestory.reading.html_tables import local_name
from clerestory.reading.ledger import note
from clerestory.reading.markup_xml import parse_xml
from clerestory.reading.source import Source
from clerestory.reading.text import read_content
from clerestory.settings import ReadingSettings
from clerestory.types import Reading, Region

READER = "svg"
VERSION = "1"


def read(source: Source, settings: ReadingSettings, media_type: str) -> Reading:
    """Raises EmptyFile, TooLarge, UnreadableFile, FileVanished, FileDenied."""
    root = parse_xml(read_content(source, settings), where=source.name)
    title = next(
        (" ".join("".join(one.itertext()).split()) for one in root.iter() if local_name(one) == "title"), ""
    )
    text = drawing_text(root)
    ledger = []
    inner = sum(local_name(one) == "image" for one in root.iter())
    if inner:
        ledger.append(
            note("embedded", "picture", f"{inner:,} pictures inside the drawing were not looked at")
        )
    if not text:
        ledger.append(note("no-text-found", "picture", "a drawing without words", locator=Region()))
    return assemble(
        source,
        media_type=media_type,
        reader=READER,
        version=VERSION,
        settings=settings,
        title=title,
        blocks=[Block("picture", text, Region())],
        ledger=ledger,
    )
