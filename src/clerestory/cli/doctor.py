"""The command that says what is installed, what is missing and how to get it."""

from __future__ import annotations

import dataclasses

import click

from clerestory.cli.command import FAILED, Where, command, json_option

SIGNS = {"ok": ("ok", "green"), "note": ("note", "yellow"), "missing": ("MISSING", "bold red")}


@command(
    "doctor",
    examples="""
    clerestory doctor
    clerestory doctor --json
    """,
)
@json_option
@click.pass_obj
@click.pass_context
def doctor(ctx: click.Context, where: Where, as_json: bool) -> None:
    """Say what is installed, what is missing and how to get it.

    Looks at Python, the pinned packages, packages with machine code and the system
    libraries they load, the weights of models, free space and the network switch.
    Changes nothing. Exit code 1 when something that is needed is missing.
    """
    from clerestory.cli.checks import all_checks
    from clerestory.cli.output import print_json
    from clerestory.models.weights import default_cache

    checks = list(all_checks(where.settings(), library=where.folder, cache=default_cache()))
    missing = [check for check in checks if check.state == "missing"]
    if as_json:
        print_json({"ok": not missing, "checks": [dataclasses.asdict(check) for check in checks]})
    else:
        _print(checks)
    if missing:
        ctx.exit(FAILED)


def _print(checks) -> None:
    from rich.table import Table
    from rich.text import Text

    from clerestory.cli.output import console, counted

    to = console()
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    group = ""
    for check in checks:
        sign, style = SIGNS[check.state]
        first = Text(check.group if check.group != group else "", style="bold")
        group = check.group
        table.add_row(first, Text(sign, style=style), Text(check.name), Text(check.found))
        if check.fix and check.state != "ok":
            table.add_row("", "", "", Text(f"→ {check.fix}", style="italic"))
    to.print(table)
    missing = sum(check.state == "missing" for check in checks)
    to.print()
    to.print(Text(f"{counted(missing, 'thing')} missing." if missing else "All that is needed is there."))
