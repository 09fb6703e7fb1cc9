"""What ingesting tells while it works (``Progress``) and when it ends (``AddReport``)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from clerestory.errors import ClerestoryError

Stage = Literal["look", "hash", "read", "index", "see", "recognise", "listen", "verify", "compare"]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one stage is.

    ``done`` and ``total`` count files (``look``, ``hash``, ``read``), segments (``index``),
    pictures (``see``), places to recognise (``recognise``), seconds of recordings and videos to
    hear and to watch (``listen``; a second of a video counts twice), stored files (``verify``)
    or pictures that are compared (``compare``);
    ``total`` may grow while it is not known yet. ``pages`` counts pages read so far; ``seconds``
    since the stage began; ``current`` names what ended last.
    """

    stage: Stage
    done: int
    total: int
    pages: int = 0
    seconds: float = 0.0
    current: str = ""

    @property
    def rate(self) -> float:
        """Pages per second where pages are counted, else items per second (``listen``: times real time)."""
        return (self.pages or self.done) / self.seconds if self.seconds > 0 else 0.0

    @property
    def left_s(self) -> float | None:
        """Seconds left at the speed so far; None before anything is done."""
        return self.seconds / self.done * (self.total - self.done) if self.done else None


Listener = Callable[[Progress], None]


def silent(_: Progress) -> None:
    """The listener of callers who do not want to know."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A path that was not taken in, and why."""

    path: str
    error: ClerestoryError


@dataclass(frozen=True, slots=True)
class AddReport:
    """What ``add``, ``sync`` or ``finish`` did.

    ``added`` are files whose content is new, ``unchanged`` cost a stat, ``moved`` are files
    whose content was known under another path (moves and copies), ``failed`` says why for
    each path, ``gone`` are known paths below the given ones that ``sync`` did not find, and
    ``removed`` those of them that ``sync(prune=True)`` put into the trash. ``restored`` came
    back from there. ``recognised`` counts places read by OCR and ``pending`` those still
    waiting (``finish`` reads them); ``ocr_error`` says why none can be read. ``listened_s``
    are seconds of recordings and videos that were heard and watched (a second of a video
    counts twice), ``pending_s`` those still waiting; ``media_error`` says why some cannot be.
    ``seen`` counts pictures that can now be found by what they show; of ``unseen`` files the
    pictures still wait (``finish`` looks at them), and ``picture_error`` says why they must.
    ``retry`` counts places and stretches over which a worker was lost: they wait, and
    ``finish`` tries them again, a few times at most.
    """

    added: tuple[str, ...] = ()
    unchanged: int = 0
    moved: tuple[str, ...] = ()
    failed: tuple[Failure, ...] = ()
    gone: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    restored: tuple[str, ...] = ()
    pages: int = 0
    segments: int = 0
    recognised: int = 0
    pending: int = 0
    ocr_error: ClerestoryError | None = None
    listened_s: float = 0.0
    pending_s: float = 0.0
    media_error: ClerestoryError | None = None
    seen: int = 0
    unseen: int = 0
    picture_error: ClerestoryError | None = None
    retry: int = 0
    seconds: float = 0.0
