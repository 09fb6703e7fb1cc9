"""What the catalogue answers with: rows as values, in the library's own words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from clerestory.types import LedgerLine, MediaRequest, OcrRequest

ReadingState = Literal["read", "indexed", "replaced"]
JobState = Literal["waiting", "done"]
JobKind = Literal["recognise", "listen", "watch"]


@dataclass(frozen=True, slots=True)
class AssetRecord:
    """One piece of content. ``removed_at`` is empty unless it lies in the trash.

    ``own_time`` is when it was taken or written according to itself (ISO, may be empty or
    only a year); ``kept`` says that a copy of the original is in the object store.
    """

    asset: str
    size: int
    media_type: str
    title: str
    own_time: str
    added_at: str
    removed_at: str = ""
    kept: bool = False


@dataclass(frozen=True, slots=True)
class ReadingRecord:
    """What is known of a reading without opening it.

    ``read``: on the disk, its rows not yet (or no longer) in the index; ``indexed``: answers
    queries; ``replaced``: a newer one took its place.
    """

    reading: str
    asset: str
    reader: str
    version: str
    settings: str
    state: ReadingState
    segments: int
    pages: int
    read_at: str
    batch: str = ""


@dataclass(frozen=True, slots=True)
class LedgerRecord:
    """A ledger line and what it is about; ``path`` for files that have no reading."""

    line: LedgerLine
    asset: str
    reading: str
    path: str
    noted_at: str


@dataclass(frozen=True, slots=True)
class Job:
    """A place to recognise, or a stretch to hear or watch.

    ``result`` is JSON text made by whoever did it; ``tries`` counts how often a worker was
    lost over it.
    """

    job: int
    asset: str
    kind: JobKind
    request: OcrRequest | MediaRequest
    priority: float
    state: JobState
    result: str = ""
    tries: int = 0


@dataclass(frozen=True, slots=True)
class Counts:
    """The catalogue in numbers; the trash is counted apart."""

    assets: int
    occurrences: int
    segments: int
    pages: int
    unindexed: int  # readings whose rows are not in the index
    unread: int  # assets without a reading
    removed: int
    jobs_waiting: int  # places for OCR
    media_waiting_s: float  # seconds to be heard or watched
    warnings: int
    errors: int


@dataclass(frozen=True, slots=True)
class Forgotten:
    """Digests that nothing in the catalogue refers to any more: their files can go."""

    readings: tuple[str, ...] = ()
    objects: tuple[str, ...] = ()
