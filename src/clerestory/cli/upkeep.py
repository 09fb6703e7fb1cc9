"""Commands that look after a library and its settings: ``verify``, ``reindex`` and ``settings``."""

from __future__ import annotations

import dataclasses

import click

from clerestory.cli.command import FAILED, Where, command, json_option


@command("verify", examples="clerestory verify --json")
@json_option
@click.pass_obj
@click.pass_context
def verify(ctx: click.Context, where: Where, as_json: bool) -> None:
    """Check every stored byte against its digest.

    Also compares the catalogue with the files and the index. Exit code 1 when something
    is not as it should be; each problem says what to do.
    """
    from clerestory.cli.output import clean, counted, duration, print_json
    from clerestory.cli.progress import told

    with where.open() as library, told(quiet=as_json) as listener:
        report = library.verify(listener=listener)
    if as_json:
        print_json({"well": report.well, **dataclasses.asdict(report)})
    else:
        for problem in report.problems:
            click.echo(f"{clean(problem.where)}: {clean(problem.what)}\n  Do: {clean(problem.fix)}")
        looked = f"{counted(report.readings, 'reading')}, {counted(report.objects, 'object')}"
        looked += (
            f", {counted(report.rows, 'index row')} and {counted(report.originals, 'original')} looked at"
        )
        end = "all well" if report.well else counted(len(report.problems), "problem")
        click.echo(f"{looked} in {duration(report.seconds)}: {end}.")
    if not report.well:
        ctx.exit(FAILED)


@command("reindex", examples="clerestory reindex")
@json_option
@click.pass_obj
def reindex(where: Where, as_json: bool) -> None:
    """Build the index again from what was read.

    No file is read again. Use it after changing the text model, or when `verify` says so.
    """
    from clerestory.cli.output import counted, print_json
    from clerestory.cli.progress import told

    with where.open() as library, told(quiet=as_json) as listener:
        library.reindex(listener=listener)
        found = library.status()
    if as_json:
        print_json(found)
    else:
        click.echo(f"Indexed again: {counted(found.segments, 'segment')} of {counted(found.assets, 'file')}.")


@command(
    "settings",
    examples="""
    clerestory settings
    CLERESTORY_SEARCHING_LIMIT=20 clerestory settings --json
    """,
)
@json_option
@click.pass_obj
def settings(where: Where, as_json: bool) -> None:
    """Print every setting, its value and where it comes from.

    The later wins: defaults, your clerestory.toml, the library's clerestory.toml, then
    variables such as CLERESTORY_SEARCHING_LIMIT.
    """
    from clerestory.cli.output import print_json
    from clerestory.settings import ROOMS, user_file

    loaded = where.settings()
    rows = [
        (f"{room}.{name}", value, loaded.origins.get(f"{room}.{name}", "default"))
        for room in ROOMS
        for name, value in dataclasses.asdict(getattr(loaded, room)).items()
    ]
    if as_json:
        print_json({name: {"value": value, "origin": origin} for name, value, origin in rows})
        return
    from rich import box
    from rich.table import Table
    from rich.text import Text

    from clerestory.cli.output import console

    table = Table(box=box.SIMPLE_HEAD)
    table.add_column("setting")
    table.add_column("value")
    table.add_column("origin", overflow="fold")
    for name, value, origin in rows:
        shown = str(value).lower() if isinstance(value, bool) else str(value) or '""'
        table.add_row(Text(name), Text(shown, style="bold" if origin != "default" else ""), Text(origin))
    to = console()
    to.print(table)
    to.print(Text(f"Yours: {user_file()}\nThe library's: {where.folder / 'clerestory.toml'}", style="dim"))
