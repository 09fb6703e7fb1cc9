"""The one place that makes a Reading: blocks become segments, objects are kept once, text is storable.

In: what a family module found in an asset. Out: its Reading. Knows no file format.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace

from clerestory.reading.blocks import Block
from clerestory.reading.objects import derived
from clerestory.reading.segmenting import build_segments
from clerestory.reading.sentences import storable
from clerestory.reading.source import Source
from clerestory.settings import ReadingSettings
from clerestory.types import DerivedObject, LedgerLine, OcrRequest, PageInfo, Reading

# Limits decide whether a file is read, not what its reading says.
_LIMITS = {"max_file_mb", "max_pixels", "max_archive_mb", "max_archive_ratio"}


def assemble(
    source: Source,
    *,
    media_type: str,
    reader: str,
    version: str,
    settings: ReadingSettings,
    title: str = "",
    metadata: Mapping[str, str] | None = None,
    pages: Sequence[PageInfo] = (),
    blocks: Sequence[Block] = (),
    objects: Sequence[DerivedObject] = (),
    ledger: Sequence[LedgerLine] = (),
    ocr_requests: Sequence[OcrRequest] = (),
    text: str | None = None,
) -> Reading:
    """A Reading of ``source``.

    ``text`` is the extracted text that the blocks' ``CharRange`` locators count in, kept as
    the object of role ``text``; plain text files need none, since they are that text.
    ``metadata["language"]``, if the file states one, decides where its words do not.
    """
    facts = {key: storable(value).strip() for key, value in (metadata or {}).items()}
    facts = {key: value for key, value in facts.items() if value}
    title = " ".join(storable(title).split())
    kept = {item.digest: item for item in objects}
    if text is not None:
        item = derived(storable(text).encode("utf-8"), "text/plain; charset=utf-8", "text")
        kept[item.digest] = item
    segments = build_segments(
        blocks, asset=source.asset, settings=settings, title=title, language=facts.get("language", "")
    )
    return Reading(
        asset=source.asset,
        media_type=media_type,
        reader=reader,
        version=version,
        settings=settings_digest(settings),
        title=title,
        metadata=facts,
        pages=tuple(pages),
        segments=segments,
        objects=tuple(kept.values()),
        ledger=tuple(
            replace(line, reason=storable(line.reason), text=storable(line.text)) for line in ledger
        ),
        ocr_requests=tuple(ocr_requests) if settings.ocr else (),
    )


def settings_digest(settings: ReadingSettings) -> str:
    """16 hex digits of the settings that change what a reading says."""
    mattering = {key: value for key, value in asdict(settings).items() if key not in _LIMITS}
    content = json.dumps(mattering, sort_keys=True).encode("ascii")
    return hashlib.sha256(content).hexdigest()[:16]
