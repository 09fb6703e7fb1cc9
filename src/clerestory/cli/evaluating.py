"""The command that measures: ``eval``."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clerestory.cli.command import Where, command, json_option

if TYPE_CHECKING:
    from clerestory.evaluating.contract import CaseProgress, Summary


@command(
    "eval",
    examples="""
    clerestory eval pages --data DIR/mmlongbench
    clerestory eval ocr --data DIR/receipts --out runs/ocr --json
    """,
)
@click.argument("name")
@click.option(
    "--data", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder with the data."
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for results, one JSON line a case (else one below eval-out); a stopped run goes on from it.",
)
@click.option("--limit", type=click.IntRange(1), help="Only this many cases, drawn by the seed.")
@click.option("--split", default="", help="Part of the data, where it has parts: dev, train, ...")
@click.option("--seed", type=int, default=0, show_default=True, help="Seeds what is drawn and the intervals.")
@json_option
@click.pass_obj
def evaluate(
    where: Where,
    name: str,
    data: Path,
    out: Path | None,
    limit: int | None,
    split: str,
    seed: int,
    as_json: bool,
) -> None:
    """Measure how well reading and search work on data.

    NAME is the kind of measurement; a wrong one lists those that exist. Prints each
    figure with its 95 % bootstrap interval.
    """
    from clerestory.cli.output import print_json
    from clerestory.evaluating.contract import Options
    from clerestory.evaluating.registry import EVALUATIONS

    if name not in EVALUATIONS:
        known = "\n".join(f"  {item.name}: {item.help} Data: {item.data}" for item in EVALUATIONS.values())
        raise click.BadParameter(f"no evaluation is called {name!r}. Known:\n{known}", param_hint="NAME")
    out = out or usual_folder(name, data, split)
    with _told(quiet=as_json) as listener:
        summary = EVALUATIONS[name].run(
            Options(
                data=data,
                out=out,
                settings=where.settings(),
                seed=seed,
                limit=limit,
                split=split,
                listener=listener,
            )
        )
    if as_json:
        print_json(summary.to_json())
    else:
        _print(summary)
        click.echo(f"Cases and summary: {out}")


def usual_folder(name: str, data: Path, split: str = "") -> Path:
    """Where results go unless it is said: the same for the same data, another for other data."""
    place = data.resolve()
    digest = hashlib.sha256(os.fsencode(place)).hexdigest()[:8]
    part = f"-{hashlib.sha256(split.encode()).hexdigest()[:8]}" if split else ""
    return Path("eval-out") / f"{name}-{place.name}-{digest}{part}"


@contextmanager
def _told(*, quiet: bool) -> Iterator[Callable[[CaseProgress], None]]:
    """A bar on stderr where that is a terminal."""
    if quiet or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from clerestory.cli.output import clean, console

    bars = Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[current]}", style="dim"),
        console=console(err=True),
        transient=True,
    )
    tasks: dict[str, Any] = {}

    def listen(progress: CaseProgress) -> None:
        if progress.stage not in tasks:
            tasks[progress.stage] = bars.add_task(progress.stage, current="")
        current = clean(progress.current)[-40:]
        bars.update(tasks[progress.stage], total=progress.total, completed=progress.done, current=current)

    with bars:
        yield listen


def _print(summary: Summary) -> None:
    from rich import box
    from rich.table import Table

    from clerestory.cli.output import console, counted, duration

    table = Table(box=box.SIMPLE_HEAD)
    table.add_column("figure")
    for name in ("value", "95 % interval", "n"):
        table.add_column(name, justify="right")
    for name, value in summary.figures.items():
        table.add_row(name, f"{value.value:.3f}", f"{value.low:.3f} – {value.high:.3f}", f"{value.n:,}")
    console().print(table)
    click.echo(f"{summary.eval}: {counted(summary.cases, 'case')} in {duration(summary.seconds)}.")
