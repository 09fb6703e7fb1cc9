"""What a container says of itself and what its packets show, and the form as JSON that is kept.

Seconds are those a player shows: 0 is the beginning of what is presented. It does not know
how they are found.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class SoundTrack:
    """``index`` counts the sound tracks of the file from 0; ``layout`` as FFmpeg names it ("7.1")."""

    index: int
    codec: str
    channels: int
    layout: str
    sample_rate: int
    start_s: float
    end_s: float
    language: str = "und"
    title: str = ""
    decodable: bool = True


@dataclass(frozen=True, slots=True)
class PictureTrack:
    """``index`` counts the moving-picture tracks from 0; ``width`` and ``height`` are as seen:

    upright and with square pixels. ``fps`` is the mean over the track; ``rotation`` the
    degrees, counted clockwise, by which a player turns the stored frames.
    """

    index: int
    codec: str
    width: int
    height: int
    fps: float
    start_s: float
    end_s: float
    rotation: int = 0
    frames: int = 0
    language: str = "und"
    title: str = ""
    decodable: bool = True


@dataclass(frozen=True, slots=True)
class Chapter:
    title: str
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Cue:
    """Words of a subtitle and the seconds they stand there; lines are parted by line feeds."""

    start_s: float
    end_s: float
    text: str


@dataclass(frozen=True, slots=True)
class SubtitleTrack:
    """``source`` is "inside", or the name of the file beside."""

    language: str
    title: str
    source: str
    cues: tuple[Cue, ...] = ()


@dataclass(frozen=True, slots=True)
class MediaFacts:
    """One recording or video.

    ``duration_s`` is the end of what is presented; ``stated_duration_s`` what the header
    claims (0 where it claims nothing).
    """

    container: str
    duration_s: float
    stated_duration_s: float = 0.0
    sounds: tuple[SoundTrack, ...] = ()
    pictures: tuple[PictureTrack, ...] = ()
    chapters: tuple[Chapter, ...] = ()
    subtitles: tuple[SubtitleTrack, ...] = ()
    metadata: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_json(cls, text: str | bytes) -> MediaFacts:
        value: dict[str, Any] = json.loads(text)
        value["sounds"] = tuple(SoundTrack(**one) for one in value["sounds"])
        value["pictures"] = tuple(PictureTrack(**one) for one in value["pictures"])
        value["chapters"] = tuple(Chapter(**one) for one in value["chapters"])
        value["subtitles"] = tuple(
            SubtitleTrack(
                one["language"], one["title"], one["source"], tuple(Cue(**cue) for cue in one["cues"])
            )
            for one in value["subtitles"]
        )
        return cls(**value)
