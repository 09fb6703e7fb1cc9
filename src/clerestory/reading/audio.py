"""Recordings: what their packets tell, and the stretches that are still to be heard.

Audio files of every container that FFmpeg reads come in. Nothing is decoded here, so a file of
twelve hours is read in seconds: the reading says what there is, holds the subtitles that lie
inside or beside the file as passages, and asks for stretches to be heard. What is heard in
them goes into the reading later (``speech.merging``). Every second is covered from the
first reading on.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePath

from clerestory.reading.assembling import assemble
from clerestory.reading.media.container import probe
from clerestory.reading.media.facts import MediaFacts
from clerestory.reading.media.requests import planned
from clerestory.reading.objects import derived, look_at
from clerestory.reading.source import Source
from clerestory.reading.speech.passages import passages
from clerestory.settings import ReadingSettings
from clerestory.types import DerivedObject, MediaRequest, Reading

READER = "audio"
VERSION = "1"


def read(source: Source, settings: ReadingSettings, media_type: str) -> Reading:
    """The recording as it is known before it is heard.

    Raises:
        UnsupportedFile: no sound in it, or none that can be decoded.
        UnreadableFile, TooLarge, WrongPassword, FileVanished, FileDenied
    """
    probed = probe(source, settings)
    facts = probed.facts
    title = facts.metadata.get("title") or PurePath(source.name).stem
    objects = [derived(facts.to_json().encode("utf-8"), "application/json", "facts")]
    objects += _cover(probed.cover, source.name)
    reading = assemble(
        source,
        media_type=media_type,
        reader=READER,
        version=VERSION,
        settings=settings,
        title=title,
        metadata={**facts.metadata, "duration_s": f"{facts.duration_s:.3f}"},
        objects=objects,
        ledger=probed.ledger,
    )
    requests = listening_plan(facts, settings)
    segments, ledger = passages(
        [], requests, facts=facts, asset=source.asset, title=reading.title, settings=settings
    )
    return replace(
        reading, segments=segments, ledger=(*reading.ledger, *ledger), media_requests=tuple(requests)
    )


def listening_plan(facts: MediaFacts, settings: ReadingSettings) -> list[MediaRequest]:
    """The stretches to be heard; none where there is nothing that can be."""
    if not settings.listen or not any(track.decodable for track in facts.sounds):
        return []
    return planned("listen", facts.duration_s, settings.listen_stretch_s, reason="not heard yet")


def _cover(content: bytes | None, name: str) -> list[DerivedObject]:
    picture = look_at(content, name) if content else None
    return [derived(picture.content, picture.media_type, "cover")] if picture else []
