"""OpenDocument files (.odt, .ods, .odp): which kind it is, and its Reading.

In: an asset that is an OpenDocument package. Out: its Reading. Encrypted ones are refused
with a typed error. Source: OASIS OpenDocument 1.3.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePath

from clerestory.reading import kinds
from clerestory.reading.archive import open_archive
from clerestory.reading.assembling import assemble
from clerestory.reading.captions import attach_captions
from clerestory.reading.embedded import Pictures
from clerestory.reading.opendocument_parts import Parts, open_parts
from clerestory.reading.opendocument_sheets import SheetsWalk
from clerestory.reading.opendocument_slides import SlidesWalk
from clerestory.reading.opendocument_text import TextWalk
from clerestory.reading.sheets import with_sheet_name
from clerestory.reading.source import Source
from clerestory.settings import ReadingSettings
from clerestory.types import Reading

READER = "opendocument"
VERSION = "1"


def read(source: Source, settings: ReadingSettings, media_type: str) -> Reading:
    """The document's reading.

    Raises:
        UnreadableFile, TooLarge, WrongPassword, FileVanished, FileDenied
    """
    with open_archive(source, settings) as archive:
        parts = open_parts(archive, source.name)
        pictures = Pictures(source.name, settings)
        if media_type == kinds.ODS:
            sheets = SheetsWalk(parts, pictures, settings.max_table_cells)
            sheets.run()
            reading = _reading(source, settings, media_type, parts, sheets, blocks=sheets.blocks)
            return replace(reading, segments=tuple(with_sheet_name(one) for one in reading.segments))
        if media_type == kinds.ODP:
            slides = SlidesWalk(parts, pictures, settings.max_pages)
            slides.run()
            return _reading(
                source, settings, media_type, parts, slides, blocks=slides.blocks, title=slides.title
            )
        text = TextWalk(parts, pictures)
        text.run()
        blocks = attach_captions(text.flow.blocks)
        title = text.title or next((b.text for b in blocks if b.kind == "heading" and b.level == 1), "")
        return _reading(
            source, settings, media_type, parts, text, blocks=blocks, title=title, text=text.flow.text
        )


def _reading(
    source: Source,
    settings: ReadingSettings,
    media_type: str,
    parts: Parts,
    walk: TextWalk | SlidesWalk | SheetsWalk,
    *,
    blocks: list,
    title: str = "",
    text: str | None = None,
) -> Reading:
    metadata = parts.metadata()
    for part in parts.pictures():
        if part not in walk.used:
            reason = f"{part} is in the file but not shown on its own (a preview, a background or a rest)"
            walk.pictures.missing(reason, locator=None, severity_warning=False)
    return assemble(
        source,
        media_type=media_type,
        reader=READER,
        version=VERSION,
        settings=settings,
        title=metadata.get("title", "") or title or PurePath(source.name).stem,
        metadata=metadata,
        pages=walk.pages if isinstance(walk, SlidesWalk) else (),
        blocks=blocks,
        objects=walk.pictures.objects,
        ledger=[*walk.pictures.ledger, *walk.ledger],
        ocr_requests=walk.pictures.requests,
        text=text,
    )
