"""Progress bars on stderr: files, pages, media time, rate and what is left.

In: the ``Progress`` that ingesting tells. Out: one bar per stage, only on a terminal;
elsewhere one line per stage when it ends. Knows nothing of what is done.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clerestory.cli.output import clean, counted, duration
from clerestory.locators import clock

if TYPE_CHECKING:
    from clerestory.ingesting.report import Listener, Progress

WORDS = {
    "look": ("Looking at", "files"),
    "hash": ("Hashing", "files"),
    "read": ("Reading", "files"),
    "index": ("Indexing", "segments"),
    "see": ("Looking at", "pictures"),
    "recognise": ("Recognising text", "places"),
    "listen": ("Listening and watching", "seconds"),
    "verify": ("Verifying", "objects"),
    "compare": ("Comparing", "pictures"),
}


def amount(progress: Progress) -> str:
    """ "12/61 files · 1,204 pages · 8.3 pages/s · 2 min 5 s left"; media in their own time."""
    if progress.stage == "listen":
        return _media_amount(progress)
    _, things = WORDS.get(progress.stage, (progress.stage, "items"))
    parts = [
        f"{progress.done:,}/{progress.total:,} {things}" if progress.total else f"{progress.done:,} {things}"
    ]
    if progress.pages:
        parts.append(counted(progress.pages, "page"))
    if progress.rate:
        parts.append(f"{progress.rate:,.1f} {'pages' if progress.pages else things}/s")
    if progress.done < progress.total and progress.left_s is not None:
        parts.append(f"{duration(progress.left_s)} left")
    return " · ".join(parts)


def _media_amount(progress: Progress) -> str:
    """ "12:05 of 1:02:30 · 14.2 × real time · 3 min 30 s left"."""
    parts = [f"{clock(progress.done)} of {clock(progress.total)}"]
    if progress.rate:
        parts.append(f"{progress.rate:.1f} × real time")
    if progress.done < progress.total and progress.left_s is not None:
        parts.append(f"{duration(progress.left_s)} left")
    return " · ".join(parts)


@contextmanager
def told(*, quiet: bool = False) -> Iterator[Listener]:
    """A listener that draws bars while the block runs."""
    if quiet:
        yield lambda _: None
    elif sys.stderr.isatty():
        with _bars() as listener:
            yield listener
    else:
        yield _lines()


@contextmanager
def _bars() -> Iterator[Listener]:
    from rich.progress import BarColumn, SpinnerColumn, TextColumn
    from rich.progress import Progress as Bars

    from clerestory.cli.output import console

    bars = Bars(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        TextColumn("{task.fields[amount]}"),
        TextColumn("{task.fields[current]}", style="dim"),
        console=console(err=True),
        transient=True,
        refresh_per_second=8,
    )
    tasks: dict[str, Any] = {}

    def listen(progress: Progress) -> None:
        words, _ = WORDS.get(progress.stage, (progress.stage, ""))
        if progress.stage not in tasks:
            tasks[progress.stage] = bars.add_task(words, amount="", current="")
        bars.update(
            tasks[progress.stage],
            total=progress.total or None,
            completed=progress.done,
            amount=amount(progress),
            current=clean(Path(progress.current).name)[-40:],
        )

    with bars:
        yield listen


def _lines() -> Listener:
    """One line per stage at its end and every half minute: logs of scheduled runs stay readable."""
    said: dict[str, float] = {}
    last: dict[str, str] = {}

    def listen(progress: Progress) -> None:
        ended = progress.total > 0 and progress.done >= progress.total
        now = time.monotonic()
        if ended or now - said.get(progress.stage, now - progress.seconds) >= 30:
            words, _ = WORDS.get(progress.stage, (progress.stage, ""))
            line = f"{words}: {amount(progress)}"
            if last.get(progress.stage) != line:
                click.echo(line, err=True)
            said[progress.stage], last[progress.stage] = now, line

    return listen
