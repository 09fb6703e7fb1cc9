"""Commands that take things out of a library: ``remove``, ``restore``, ``trash`` and ``purge``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from clerestory.cli.command import Where, command, json_option

if TYPE_CHECKING:
    from clerestory.ingesting.inventory import AssetInfo

_TARGETS = click.argument("targets", nargs=-1, required=True)


@command(
    "remove",
    examples="""
    clerestory remove manuals/old.pdf
    clerestory remove "drafts/*"
    clerestory remove 3fa1c2
    """,
)
@_TARGETS
@json_option
@click.pass_obj
def remove(where: Where, targets: tuple[str, ...], as_json: bool) -> None:
    """Put files of the library into its trash.

    TARGETS are paths, globs of paths, or the beginning of a digest. Originals on disk are
    never touched. What is in the trash answers no query; `restore` takes it back,
    `purge` deletes it for good.
    """
    with where.open() as library:
        _end(library.remove(targets), "to the trash", as_json=as_json)


@command("restore", examples="clerestory restore manuals/old.pdf")
@_TARGETS
@json_option
@click.pass_obj
def restore(where: Where, targets: tuple[str, ...], as_json: bool) -> None:
    """Take files out of the trash."""
    with where.open() as library:
        _end(library.restore(targets), "back in the library", as_json=as_json)


@command("trash", examples="clerestory trash --json")
@json_option
@click.pass_obj
def trash(where: Where, as_json: bool) -> None:
    """List the trash."""
    from clerestory.cli.listing import print_assets
    from clerestory.cli.output import print_json

    with where.open() as library:
        found = library.trash()
    if as_json:
        print_json(found)
    elif found:
        print_assets(found)
    else:
        click.echo("The trash is empty.")


@command(
    "purge",
    examples="""
    clerestory purge
    clerestory purge manuals/old.pdf --yes
    """,
)
@click.argument("targets", nargs=-1)
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
@click.pass_obj
def purge(where: Where, targets: tuple[str, ...], yes: bool, as_json: bool) -> None:
    """Delete what is in the trash, for good.

    With TARGETS only those, else all of the trash. Afterwards their words are in no file
    of the library. Originals on disk are never touched.
    """
    from clerestory.cli.output import counted

    with where.open() as library:
        if not yes:
            waiting = len(targets) or len(library.trash())
            click.confirm(f"Delete {counted(waiting, 'file')} of the trash for good?", abort=True, err=True)
        _end(library.purge(targets or None), "deleted", as_json=as_json)


def _end(assets: list[AssetInfo], done: str, *, as_json: bool) -> None:
    from clerestory.cli.output import clean, counted, print_json

    if as_json:
        print_json(assets)
        return
    for info in assets:
        click.echo(clean(info.name))
    click.echo(f"{counted(len(assets), 'file')} {done}.")
