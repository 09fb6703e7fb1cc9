"""Commands that tell what a library holds: ``assets``, ``status`` and ``ledger``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from clerestory.cli.command import Where, command, json_option

if TYPE_CHECKING:
    from clerestory.ingesting.inventory import AssetInfo, LedgerEntry, LibraryStatus
    from clerestory.types import LedgerLine, Severity


@command("assets", examples="clerestory assets --json")
@json_option
@click.pass_obj
def assets(where: Where, as_json: bool) -> None:
    """List what is in the library."""
    from clerestory.cli.output import print_json

    with where.open() as library:
        found = library.assets()
    if as_json:
        print_json(found)
    elif found:
        print_assets(found)
    else:
        click.echo("The library is empty. Fill it with `clerestory add PATH…`.")


def print_assets(found: Sequence[AssetInfo]) -> None:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    from clerestory.cli.output import console, flat, size

    table = Table(box=box.SIMPLE_HEAD)
    table.add_column("file", overflow="fold")
    table.add_column("type", style="dim")
    table.add_column("size", justify="right")
    table.add_column("pages", justify="right")
    table.add_column("segments", justify="right")
    table.add_column("state")
    table.add_column("digest", style="dim")
    for info in found:
        waits = ["for OCR"] if info.pending else []
        waits += ["to be heard"] if info.pending_s else []
        state: str = f"waits {' and '.join(waits)}" if waits else info.state
        if info.errors or info.warnings:
            state += f", {info.errors + info.warnings} in the ledger"
        table.add_row(
            Text(flat(info.name)),
            info.media_type.rpartition("/")[2][:24],
            size(info.size),
            f"{info.pages:,}" if info.pages else "",
            f"{info.segments:,}",
            state,
            info.asset[:8],
        )
    console().print(table)


@command("status", examples="clerestory status")
@json_option
@click.pass_obj
def status(where: Where, as_json: bool) -> None:
    """Sum up the library: files, segments, what waits."""
    from clerestory.cli.output import print_json

    with where.open() as library:
        found = library.status()
    if as_json:
        print_json(found)
    else:
        print_status(found)


def print_status(found: LibraryStatus) -> None:
    from clerestory.cli.moments import length
    from clerestory.cli.output import clean, counted, size

    click.echo(
        f"{clean(found.folder)}: {counted(found.assets, 'file')}, {counted(found.pages, 'page')}, "
        f"{counted(found.segments, 'segment')}, {size(found.size_bytes)}."
    )
    not_understood = sum(count for severity, count in found.ledger.items() if severity != "info")
    if not_understood:
        click.echo(
            f"{counted(not_understood, 'thing was', 'things were')} not understood: `clerestory ledger`."
        )
    if found.pending or found.unindexed:
        click.echo(
            f"{counted(found.pending, 'place')} wait for OCR and {counted(found.unindexed, 'file')} "
            "for the index: `clerestory finish`."
        )
    if found.unseen:
        click.echo(f"Pictures of {counted(found.unseen, 'file')} wait to be looked at: `clerestory finish`.")
    if found.pending_s:
        click.echo(f"{length(found.pending_s)} wait to be heard or watched: `clerestory finish`.")
    if found.removed:
        click.echo(f"{counted(found.removed, 'file')} in the trash: `clerestory trash`.")


@command(
    "ledger",
    examples="""
    clerestory ledger
    clerestory ledger manuals/gauge.pdf --severity warning
    """,
)
@click.argument("target", required=False)
@click.option("--severity", type=click.Choice(["info", "warning", "error"]), help="Only this severity.")
@click.option("--every", is_flag=True, help="Each line by itself; else lines of one kind are gathered.")
@json_option
@click.pass_obj
def ledger(where: Where, target: str | None, severity: Severity | None, every: bool, as_json: bool) -> None:
    """List what was not read or not understood, and why.

    TARGET is a path or the beginning of a digest; without it, the whole library. Text
    that was kept apart, such as text that no reader of the page can see, is quoted.
    """
    from clerestory.cli.output import print_json

    with where.open() as library:
        entries = library.ledger(target, severity=severity)
        names = {info.asset: info.name for info in library.assets()}
    if as_json:
        print_json(entries)
    else:
        print_ledger(entries, names, every=every)


def print_ledger(entries: Sequence[LedgerEntry], names: dict[str, str], *, every: bool = False) -> None:
    """Lines by severity, the worst first; those of one file and kind as one, unless ``every``."""
    from rich.text import Text

    from clerestory.cli.output import clean, console, counted, flat, print_indented
    from clerestory.locators import describe

    styles = {"error": "bold red", "warning": "yellow", "info": "dim"}
    to = console()
    for group in gathered(entries, every=every):
        entry, line = group[0], group[0].line
        # Equal files are one asset: a line about one of their paths is named by that path.
        name = Path(entry.path).name or names.get(entry.asset) or entry.asset[:12]
        place = describe(name, line.locator) if line.locator is not None else name
        more = f" and {counted(len(group) - 1, 'other place')}" if len(group) > 1 else ""
        if line.kind == "time":
            more = stretches_words([item.line for item in group])
        head = Text(f"{line.severity:<8}", style=styles[line.severity])
        head.append(flat(place), style="bold")
        head.append(f"{more}  {flat(line.code)}", style="dim")
        to.print(head, soft_wrap=True)
        print_indented(to, Text(clean(line.reason)), 8)
        if line.text:
            kept = Text(f"kept apart: “{flat(line.text)[:200]}”", style="italic")
            print_indented(to, kept, 8)
    to.print(Text(f"{counted(len(entries), 'line')}." if entries else "Everything was read and understood."))


def stretches_words(lines: Sequence[LedgerLine]) -> str:
    """What follows the first of several stretches of one recording: " and 12 others, 01:34 in all"."""
    from clerestory.cli.moments import length
    from clerestory.cli.output import counted
    from clerestory.types import TimeSpan

    spans = [line.locator for line in lines if isinstance(line.locator, TimeSpan)]
    if not spans:
        return ""
    total = length(sum(span.end_s - span.start_s for span in spans))
    return f" and {counted(len(spans) - 1, 'other')}, {total} in all" if len(spans) > 1 else f", {total}"


def gathered(entries: Sequence[LedgerEntry], *, every: bool) -> list[list[LedgerEntry]]:
    """Lines of one file, severity, code and reason together; of stretches of time whatever the reason."""
    worst = {"error": 0, "warning": 1, "info": 2}
    groups: dict[tuple[object, ...], list[LedgerEntry]] = {}
    for number, entry in enumerate(entries):
        line = entry.line
        reason = "" if line.kind == "time" else line.reason  # it may tell of one stretch alone
        kind = (entry.asset, entry.path, line.severity, line.code, reason)
        groups.setdefault((*kind, number) if every else kind, []).append(entry)
    return sorted(groups.values(), key=lambda group: worst[group[0].line.severity])
