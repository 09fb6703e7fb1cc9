"""Commands that fill a library: ``add``, ``sync`` and ``finish``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from clerestory.cli.command import (
    FAILED,
    PARTLY_DONE,
    Where,
    command,
    json_option,
    password_option,
    say_error,
)

if TYPE_CHECKING:
    from clerestory.ingesting.report import AddReport

When = Literal["now", "later", "off"]

_PATHS = click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
_OPTIONS = (
    click.option("--licence", "--license", default="", metavar="TEXT", help="Licence of these files."),
    click.option("--attribution", default="", metavar="TEXT", help="Whom to name when they are shown."),
    password_option,
    click.option("--keep", is_flag=True, help="Copy the originals into the library."),
    click.option(
        "--rehash", is_flag=True, help="Read every file again to compare, whatever its time stamp says."
    ),
    click.option(
        "--ocr",
        type=click.Choice(["now", "later", "off"]),
        default="now",
        show_default=True,
        help="When scanned pages and pictures are read.",
    ),
    click.option(
        "--media",
        type=click.Choice(["now", "later", "off"]),
        default="now",
        show_default=True,
        help="When recordings are heard and videos watched.",
    ),
    click.option(
        "--pictures",
        type=click.Choice(["now", "later"]),
        default="now",
        show_default=True,
        help="When pictures are looked at for what they show.",
    ),
)


def _fill_options(function):
    for option in reversed(_OPTIONS):
        function = option(function)
    return _PATHS(json_option(function))


@command(
    "add",
    examples="""
    clerestory add ~/Documents/manuals
    clerestory add photos/ --licence CC-BY-4.0 --attribution "A. Photographer"
    clerestory add scans/ --ocr later
    clerestory add meetings/ --media later
    clerestory add slides/ --pictures later
    clerestory add contract.pdf --password
    """,
)
@_fill_options
@click.pass_obj
@click.pass_context
def add(
    ctx: click.Context,
    where: Where,
    paths: tuple[Path, ...],
    licence: str,
    attribution: str,
    password: str | None,
    keep: bool,
    rehash: bool,
    ocr: When,
    media: When,
    pictures: Literal["now", "later"],
    as_json: bool,
) -> None:
    """Take in files and folders.

    Files that did not change cost a look at their time stamp; moved files are
    recognised; changed files replace what was known of them. A file that cannot be read
    stops nothing: it is listed with the reason, here and in the ledger. The library is
    made if there is none.
    """
    from clerestory.cli.progress import told

    with where.open(create=True) as library, told(quiet=as_json) as listener:
        report = library.add(
            paths,
            licence=licence,
            attribution=attribution,
            password=password,
            keep=keep,
            rehash=rehash,
            ocr=ocr,
            media=media,
            pictures=pictures,
            listener=listener,
        )
    _end(ctx, report, as_json=as_json)


@command(
    "sync",
    examples="""
    clerestory sync ~/Documents/manuals
    clerestory sync ~/Documents/manuals --prune
    """,
)
@click.option("--prune", is_flag=True, help="Move to the trash what is gone from these folders.")
@click.option("--force", is_flag=True, help="Prune even when a whole folder is gone or empty.")
@_fill_options
@click.pass_obj
@click.pass_context
def sync(
    ctx: click.Context,
    where: Where,
    paths: tuple[Path, ...],
    prune: bool,
    force: bool,
    licence: str,
    attribution: str,
    password: str | None,
    keep: bool,
    rehash: bool,
    ocr: When,
    media: When,
    pictures: Literal["now", "later"],
    as_json: bool,
) -> None:
    """Make the library agree with folders on disk.

    Like add, and says which files are gone from these folders; --prune puts them into the
    trash. A folder that is gone or empty as a whole (a disk that is not mounted) is
    refused unless --force is given.
    """
    from clerestory.cli.progress import told

    with where.open(create=True) as library, told(quiet=as_json) as listener:
        report = library.sync(
            paths,
            prune=prune,
            force=force,
            licence=licence,
            attribution=attribution,
            password=password,
            keep=keep,
            rehash=rehash,
            ocr=ocr,
            media=media,
            pictures=pictures,
            listener=listener,
        )
    _end(ctx, report, as_json=as_json)


@command("finish", examples="clerestory finish")
@password_option
@json_option
@click.pass_obj
@click.pass_context
def finish(ctx: click.Context, where: Where, password: str | None, as_json: bool) -> None:
    """Do the reading, listening and looking that was put off.

    Reads the pages and pictures, hears and watches the recordings and videos, and looks at
    the pictures that wait after `add --ocr later`, `--media later`, `--pictures later` or an
    add that was stopped, and indexes what an earlier run could not. After a change of
    models.picture it looks at all pictures anew; until then the old model's vectors answer.
    """
    from clerestory.cli.progress import told

    with where.open() as library, told(quiet=as_json) as listener:
        report = library.finish(password=password, listener=listener)
    _end(ctx, report, as_json=as_json)


def _end(ctx: click.Context, report: AddReport, *, as_json: bool) -> None:
    from clerestory.cli.output import plain, print_json

    if as_json:
        print_json(plain(report))
    else:
        print_report(report)
    errors = (report.ocr_error, report.media_error, report.picture_error)
    if report.failed or any(error is not None for error in errors):
        worked = report.added or report.moved or report.unchanged or report.recognised or report.listened_s
        worked = worked or report.seen
        ctx.exit(PARTLY_DONE if worked else FAILED)


def print_report(report: AddReport) -> None:
    """What was done in a line, what failed on stderr, and what to do about what waits."""
    from clerestory.cli.moments import length
    from clerestory.cli.output import clean, counted, duration

    parts = []
    if report.added:
        parts.append(f"{counted(len(report.added), 'file')} added")
    if report.moved:
        parts.append(f"{counted(len(report.moved), 'path')} of known content")
    if report.unchanged:
        parts.append(f"{report.unchanged:,} unchanged")
    if report.restored:
        parts.append(f"{counted(len(report.restored), 'file')} out of the trash")
    if report.removed:
        parts.append(f"{counted(len(report.removed), 'file')} to the trash")
    if report.recognised:
        parts.append(f"{counted(report.recognised, 'place')} read by OCR")
    if report.seen:
        parts.append(f"{counted(report.seen, 'picture')} looked at")
    if report.listened_s:
        parts.append(f"{length(report.listened_s)} of sound and pictures taken in")
    if report.pages:
        parts.append(counted(report.pages, "page"))
    if report.segments:
        parts.append(counted(report.segments, "segment"))
    click.echo(f"{' · '.join(parts) or 'Nothing to do'} · {duration(report.seconds)}")
    for failure in report.failed:
        error = failure.error
        click.echo(
            f"Not read: {clean(failure.path)}\n  {type(error).__name__}: {clean(error.what)}", err=True
        )
        if error.fix:
            click.echo(f"  Do: {clean(error.fix)}", err=True)
    if report.failed:
        click.echo(f"{counted(len(report.failed), 'file')} not read.", err=True)
    if report.gone and not report.removed:
        gone = counted(len(report.gone), "file is", "files are")
        click.echo(
            f"{gone} gone from disk and still in the library: `sync --prune` puts them into the trash."
        )
    if report.ocr_error is not None:
        click.echo("Text in pictures was not read.", err=True)
        say_error(report.ocr_error)
    if report.pending:
        waiting = counted(report.pending, "place")
        click.echo(f"{waiting} wait to be read by OCR: run `clerestory finish`.")
    if report.picture_error is not None:
        click.echo("Pictures were not looked at: they are found by their words alone.", err=True)
        say_error(report.picture_error)
    if report.unseen:
        waiting = counted(report.unseen, "file")
        click.echo(f"Pictures of {waiting} wait to be looked at: run `clerestory finish`.")
    if report.media_error is not None:
        click.echo("Recordings and videos were not heard or watched.", err=True)
        say_error(report.media_error)
    if report.pending_s:
        click.echo(f"{length(report.pending_s)} wait to be heard or watched: run `clerestory finish`.")
    if report.retry:
        lost = counted(report.retry, "place or stretch", "places or stretches")
        click.echo(f"{lost} took too long or too much memory; `clerestory finish` tries again.", err=True)
