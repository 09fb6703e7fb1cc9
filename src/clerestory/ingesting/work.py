"""What the steps of ingesting share: options, the open library, progress, and the report in the making."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from clerestory.errors import ClerestoryError
from clerestory.ingesting.engines import Engines
from clerestory.ingesting.report import AddReport, Failure, Listener, Progress, Stage
from clerestory.ingesting.stores import Stores
from clerestory.ingesting.workers import WorkerPool
from clerestory.settings import Settings

if TYPE_CHECKING:
    from clerestory.models.text import TextEncoder


When = Literal["now", "later", "off"]


@dataclass(frozen=True, slots=True)
class AddOptions:
    """What a caller may ask of ``add``; see ``Library.add``."""

    licence: str = ""
    attribution: str = ""
    password: str | None = field(default=None, repr=False)
    keep: bool = False
    rehash: bool = False
    ocr: When = "now"
    media: When = "now"
    pictures: Literal["now", "later"] = "now"


@dataclass(frozen=True, slots=True)
class Work:
    """What every step of ingesting needs.

    ``encoder`` loads the text encoder when it is first called. ``pool`` starts its workers
    with the first task; the same ones read files, recognise text, hear and watch.
    """

    stores: Stores
    engines: Engines
    encoder: Callable[[], TextEncoder]
    settings: Settings
    pool: WorkerPool
    listener: Listener


class Stopwatch:
    """Progress of one stage, with its seconds."""

    def __init__(self, work: Work, stage: Stage, total: float) -> None:
        self.listener, self.stage, self.total = work.listener, stage, total
        self.done = 0.0
        self.pages = 0
        self._began = time.monotonic()

    def step(self, current: str = "", *, by: float = 1, pages: int = 0) -> None:
        self.done += by
        self.pages += pages
        seconds = time.monotonic() - self._began
        done, total = round(self.done), round(self.total)
        self.listener(Progress(self.stage, done, total, self.pages, seconds, current))


@dataclass(slots=True)
class Tally:
    """The report in the making."""

    added: list[str] = field(default_factory=list)
    unchanged: int = 0
    moved: list[str] = field(default_factory=list)
    failed: dict[str, ClerestoryError] = field(default_factory=dict)
    restored: list[str] = field(default_factory=list)
    pages: int = 0
    segments: int = 0

    def report(self) -> AddReport:
        return AddReport(
            added=tuple(sorted(self.added)),
            unchanged=self.unchanged,
            moved=tuple(sorted(self.moved)),
            failed=tuple(Failure(path, error) for path, error in sorted(self.failed.items())),
            restored=tuple(sorted(self.restored)),
            pages=self.pages,
            segments=self.segments,
        )
