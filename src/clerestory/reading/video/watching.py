"""What was seen in one stretch of a video, and its form as JSON (jobs keep it until it is merged).

Seconds are those a player shows. The lists hold only what begins inside the stretch, so
that neighbouring stretches together say everything once; text that stands across a border
is told by both, up to the border. Pictures are digests: their bytes lie in the store.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal

from clerestory.reading.media.requests import request_from_json, request_to_json
from clerestory.types import Box, MediaRequest

CutKind = Literal["cut", "dissolve", "fade"]


@dataclass(frozen=True, slots=True)
class Cut:
    """A new scene begins at ``time_s``; ``start_s`` to ``end_s`` is the change (no time for a hard cut)."""

    time_s: float
    kind: CutKind = "cut"
    start_s: float = 0.0
    end_s: float = 0.0


@dataclass(frozen=True, slots=True)
class KeyFrame:
    """A frame kept as JPEG. ``sharpness`` grows with fine detail; ``hash`` is ``pixels.perceptual_hash``."""

    time_s: float
    digest: str
    sharpness: float
    hash: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Written:
    """Text in the picture, where it stood (0..1 of the frame) and from when until when."""

    text: str
    box: Box
    start_s: float
    end_s: float
    confidence: float


@dataclass(frozen=True, slots=True)
class Strip:
    """A moving preview (animated WebP) of what was between two cuts."""

    start_s: float
    end_s: float
    digest: str


@dataclass(frozen=True, slots=True)
class Watching:
    """What was seen from ``start_s`` to ``end_s``; ``error`` says why nothing could be seen.

    ``frames`` counts the decoded frames of the stretch. ``engine`` names what read the text
    and is empty where nobody looked for any.
    """

    request: MediaRequest
    start_s: float
    end_s: float
    frames: int = 0
    engine: str = ""
    cuts: tuple[Cut, ...] = ()
    keyframes: tuple[KeyFrame, ...] = ()
    written: tuple[Written, ...] = ()
    strips: tuple[Strip, ...] = ()
    error: str = ""

    @classmethod
    def failed(cls, request: MediaRequest, error: str) -> Watching:
        """The stretch that could not be watched."""
        return cls(request, request.locator.start_s, request.locator.end_s, error=error)

    def to_json(self) -> str:
        return json.dumps(
            {
                "request": request_to_json(self.request),
                "start_s": self.start_s,
                "end_s": self.end_s,
                "frames": self.frames,
                "engine": self.engine,
                "cuts": [[cut.time_s, cut.kind, cut.start_s, cut.end_s] for cut in self.cuts],
                "keyframes": [
                    [one.time_s, one.digest, one.sharpness, one.hash, one.width, one.height]
                    for one in self.keyframes
                ],
                "written": [
                    [one.text, list(one.box), one.start_s, one.end_s, one.confidence] for one in self.written
                ],
                "strips": [[one.start_s, one.end_s, one.digest] for one in self.strips],
                "error": self.error,
            },
            ensure_ascii=False,
        )

    @classmethod
    def from_json(cls, text: str) -> Watching:
        value: dict[str, Any] = json.loads(text)
        return cls(
            request_from_json(value["request"]),
            value["start_s"],
            value["end_s"],
            frames=value["frames"],
            engine=value["engine"],
            cuts=tuple(Cut(*one) for one in value["cuts"]),
            keyframes=tuple(KeyFrame(*one) for one in value["keyframes"]),
            written=tuple(
                Written(words, Box(*box), begin_s, until_s, confidence)
                for words, box, begin_s, until_s, confidence in value["written"]
            ),
            strips=tuple(Strip(*one) for one in value["strips"]),
            error=value["error"],
        )


def hard_cut(time_s: float) -> Cut:
    """A change from one frame to the next."""
    return Cut(time_s, "cut", time_s, time_s)
