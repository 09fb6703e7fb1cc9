"""What all commands share: which library is meant, ``--json``, and how errors reach people.

In: the folder given on the command line. Out: an open library, or a message of three
parts (what, where, what to do next) on stderr and exit code 1. Knows no command.
"""

from __future__ import annotations

import errno
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from clerestory.errors import ClerestoryError, DiskFull, MachineError

if TYPE_CHECKING:
    from clerestory.ingesting.engines import Engines
    from clerestory.library import Library
    from clerestory.settings import Settings

FAILED = 1
PARTLY_DONE = 3

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Where:
    """The folder of the library that a command line means, and whether traces are wanted.

    ``engines`` and ``fixed`` settings are given by programs that run commands in process.
    """

    folder: Path
    trace: bool = False
    engines: Engines | None = None
    fixed: Settings | None = None

    def open(self, *, create: bool = False) -> Library:
        """The library, opened; ``create`` makes it where there is none."""
        from clerestory.library import Library

        return Library.open(self.folder, create=create, settings=self.fixed, engines=self.engines)

    def settings(self) -> Settings:
        """Settings as the library would have them; its folder need not exist."""
        from clerestory.settings import load, user_file

        if self.fixed is not None:
            return self.fixed
        return load(user_file(), self.folder / "clerestory.toml")


class Command(click.Command):
    """A command whose errors end as a message for people, or as JSON where ``--json`` was asked."""

    def invoke(self, ctx: click.Context) -> Any:
        where = ctx.find_object(Where)
        try:
            return super().invoke(ctx)
        except ClerestoryError as error:
            if where is not None and where.trace:
                raise
            say_error(error, as_json=bool(ctx.params.get("as_json")))
        except (click.exceptions.ClickException, click.exceptions.Exit, click.Abort):
            raise  # click knows what to say
        except OSError as error:
            if error.errno == errno.EPIPE or (where is not None and where.trace):
                raise  # a reader such as head has seen enough: click ends quietly
            say_error(_from_system(error), as_json=bool(ctx.params.get("as_json")))
        except KeyboardInterrupt:
            click.echo("Stopped. What was done is kept; the same command goes on from there.", err=True)
        except Exception as error:  # the edge of the process: a defect, said as one
            if where is not None and where.trace:
                raise
            from clerestory.cli.output import clean

            click.echo(
                f"Error: {type(error).__name__}: {clean(str(error))}\n"
                "  This is a defect of Clerestory. `clerestory --trace …` shows where; please report it.",
                err=True,
            )
        ctx.exit(FAILED)


def _from_system(error: OSError) -> ClerestoryError:
    where = str(error.filename or "")
    if error.errno == errno.ENOSPC:
        return DiskFull("no space left", where=where, fix="Free some space and run it again.")
    return MachineError(
        error.strerror or str(error), where=where, fix="Look at the path and the rights to it."
    )


def command(
    name: str, *, examples: str = "", group: click.Group | None = None
) -> Callable[[Callable[..., Any]], click.Command]:
    """Decorator: a command named ``name`` whose help ends with ``examples``, one a line."""
    epilog = f"\b\nExamples:\n{_indented(examples)}" if examples else None
    make = click.command if group is None else group.command
    return make(name, cls=Command, epilog=epilog)


def _indented(examples: str) -> str:
    return "\n".join(f"  {line.strip()}" for line in examples.strip().splitlines())


def json_option(function: F) -> F:
    return click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")(function)


def password_option(function: F) -> F:
    return click.option(
        "--password",
        prompt=True,
        prompt_required=False,
        hide_input=True,
        default=None,
        help="Opens encrypted files; asked for when the option stands alone.",
    )(function)


def say_error(error: ClerestoryError, *, as_json: bool = False) -> None:
    """The three parts of an error on stderr, and as an object on stdout for programs."""
    from clerestory.cli.output import clean, print_json

    if as_json:
        print_json({"error": error})
    click.echo(f"Error: {clean(error.what)}", err=True)
    if error.where:
        click.echo(f"  Where: {clean(error.where)}", err=True)
    if error.fix:
        click.echo(f"  Do:    {clean(error.fix)}", err=True)
