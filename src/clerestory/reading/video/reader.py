"""Videos: what their packets tell, and the stretches that are still to be watched and heard.

Video files of every container that FFmpeg reads come in. Nothing is decoded here, so a film is
read in seconds: the reading says what there is and asks for its stretches. Subtitles inside
it or beside it are searchable at once, and give way to scenes as these are watched.
Every second is covered from the first reading on.
"""

from __future__ import annotations

from pathlib import PurePath

from clerestory.reading.assembling import assemble
from clerestory.reading.media.container import probe
from clerestory.reading.objects import derived, look_at
from clerestory.reading.source import Source
from clerestory.reading.video.merging import merge_video
from clerestory.settings import ReadingSettings
from clerestory.types import DerivedObject, Reading

READER = "video"
VERSION = "1"


def read(source: Source, settings: ReadingSettings, media_type: str) -> Reading:
    """The video as it is known before it is watched.

    Raises:
        UnsupportedFile: no moving pictures in it, or nothing that can be decoded.
        UnreadableFile, WrongPassword, TooLarge, FileVanished, FileDenied
    """
    probed = probe(source, settings)
    facts = probed.facts
    picture = facts.pictures[0] if facts.pictures else None
    metadata = {**facts.metadata, "duration_s": f"{facts.duration_s:.3f}"}
    if picture is not None:
        metadata |= {"width": str(picture.width), "height": str(picture.height)}
    content = facts.to_json().encode("utf-8")
    reading = assemble(
        source,
        media_type=media_type,
        reader=READER,
        version=VERSION,
        settings=settings,
        title=facts.metadata.get("title") or PurePath(source.name).stem,
        metadata=metadata,
        objects=[derived(content, "application/json", "facts"), *_cover(probed.cover, source.name)],
        ledger=probed.ledger,
    )
    # Without results it has no scenes yet, but every request and ledger line.
    return merge_video(reading, (), (), settings, object_bytes=lambda _: content)


def _cover(content: bytes | None, name: str) -> list[DerivedObject]:
    picture = look_at(content, name) if content else None
    return [derived(picture.content, picture.media_type, "cover")] if picture else []
