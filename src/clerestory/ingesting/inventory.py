"""What a library holds, as values for people and programs: assets, ledger entries, status, verification."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from clerestory.types import LedgerLine, Occurrence

# ``failed``: its bytes are known and no reader could read them; the ledger says why.
AssetState = Literal["indexed", "read", "failed"]


@dataclass(frozen=True, slots=True)
class AssetInfo:
    """One asset as the catalogue knows it.

    ``own_time`` is when it was taken or written according to the file itself (ISO 8601, or
    empty); ``added_at`` and ``removed_at`` are ISO 8601 in UTC, the latter empty unless it is
    in the trash. ``pending`` counts places that wait for OCR, ``pending_s`` seconds that wait
    to be heard or watched, ``warnings`` and ``errors`` its ledger lines of these severities.
    ``occurrences`` are newest first; one in the trash keeps them.
    """

    asset: str
    title: str
    media_type: str
    size: int
    state: AssetState
    pages: int = 0
    segments: int = 0
    own_time: str = ""
    added_at: str = ""
    removed_at: str = ""
    kept: bool = False
    pending: int = 0
    pending_s: float = 0.0
    warnings: int = 0
    errors: int = 0
    occurrences: tuple[Occurrence, ...] = ()
    metadata: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What people call it: the file name of its newest occurrence, else its title, else its digest."""
        if self.occurrences:
            return self.occurrences[0].path.replace("\\", "/").rsplit("/", 1)[-1]
        return self.title or self.asset[:12]


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """A ledger line and what it is about: an asset, or a path whose bytes are not even known."""

    line: LedgerLine
    asset: str = ""
    path: str = ""
    noted_at: str = ""


@dataclass(frozen=True, slots=True)
class LibraryStatus:
    """Counts. ``size_bytes`` is what the library folder takes; ``removed`` assets are in the trash.

    ``pending`` places wait for OCR, ``pending_s`` seconds of recordings and videos to be heard
    or watched, ``unindexed`` readings for the index, and pictures of ``unseen`` ones to be looked
    at: ``finish`` does all of it. ``picture_space`` is empty while no picture was looked at.
    ``unreadable`` are assets that no reader could read.
    """

    folder: str
    assets: int = 0
    occurrences: int = 0
    pages: int = 0
    segments: int = 0
    removed: int = 0
    unreadable: int = 0
    pending: int = 0
    pending_s: float = 0.0
    unindexed: int = 0
    unseen: int = 0
    media_types: Mapping[str, int] = field(default_factory=dict)
    ledger: Mapping[str, int] = field(default_factory=dict)  # lines by severity
    index: Mapping[str, int] = field(default_factory=dict)  # rows by table
    text_space: str = ""
    picture_space: str = ""
    size_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in a library that is not as it should be, where, and what to do."""

    what: str
    where: str
    fix: str


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """What ``verify`` looked at and what it found wrong.

    ``originals`` are where they were seen and unchanged; ``away`` are paths where they are
    not, which is no problem of the library (`sync` takes note of it). ``written``: another
    process wrote meanwhile, so rows that seemed to be left over were not judged.
    """

    readings: int = 0
    objects: int = 0
    rows: int = 0
    originals: int = 0
    away: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    written: bool = False
    seconds: float = 0.0

    @property
    def well(self) -> bool:
        return not self.problems
