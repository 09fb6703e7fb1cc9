"""The command ``clerestory``: one group, its commands loaded when they are asked for.

Knows the names of the commands and where they live, so that ``clerestory --help`` and
shell completion start without a store, a model or a picture library.
"""

from __future__ import annotations

import importlib
from dataclasses import replace
from pathlib import Path

import click

from clerestory import __version__
from clerestory.cli.command import Where

# name -> (module, function, section, first line of its help). The line is repeated here so that the list
# of commands loads none of them; a test compares it with the command's own.
COMMANDS: dict[str, tuple[str, str, str, str]] = {
    "add": ("adding", "add", "Fill", "Take in files and folders."),
    "sync": ("adding", "sync", "Fill", "Make the library agree with folders on disk."),
    "finish": ("adding", "finish", "Fill", "Do the reading, listening and looking that was put off."),
    "search": ("searching", "search", "Find", "Find the places that fit words, pictures, or something said."),
    "ask": ("searching", "ask", "Find", "Answer a question by quoting, with the place of each quote."),
    "show": ("showing", "show", "Find", "Show a hit, a place or a file."),
    "open": (
        "taking",
        "open_place",
        "Find",
        "Open a place: a page as a picture, a recording at the second.",
    ),
    "export": (
        "taking",
        "export",
        "Find",
        "Write a place to a file: a picture, or seconds as a clip.",
    ),
    "sheet": ("gathering", "sheet", "Find", "Draw the pictures of the last result on one sheet."),
    "clusters": (
        "gathering",
        "clusters",
        "Find",
        "Part the pictures of the library by what they show.",
    ),
    "copies": ("gathering", "copies", "Look after", "List pictures that are there more than once."),
    "assets": ("listing", "assets", "Look after", "List what is in the library."),
    "status": ("listing", "status", "Look after", "Sum up the library: files, segments, what waits."),
    "ledger": ("listing", "ledger", "Look after", "List what was not read or not understood, and why."),
    "remove": ("trash", "remove", "Look after", "Put files of the library into its trash."),
    "restore": ("trash", "restore", "Look after", "Take files out of the trash."),
    "trash": ("trash", "trash", "Look after", "List the trash."),
    "purge": ("trash", "purge", "Look after", "Delete what is in the trash, for good."),
    "verify": ("upkeep", "verify", "Look after", "Check every stored byte against its digest."),
    "reindex": ("upkeep", "reindex", "Look after", "Build the index again from what was read."),
    "settings": ("upkeep", "settings", "Set up", "Print every setting, its value and where it comes from."),
    "models": ("models", "models", "Set up", "List and fetch the weights of models."),
    "doctor": ("doctor", "doctor", "Set up", "Say what is installed, what is missing and how to get it."),
    "completion": ("completion", "completion", "Set up", "Print the completion script of a shell."),
    "demo": ("demo", "demo", "Set up", "Build a small library and write a report of what it finds."),
    "eval": ("evaluating", "evaluate", "Set up", "Measure how well reading and search work on data."),
}
SECTIONS = ("Fill", "Find", "Look after", "Set up")


class Commands(click.Group):
    """A group whose commands are imported on first use and listed by section."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, function, _, _ = COMMANDS[cmd_name]
        loaded = importlib.import_module(f"clerestory.cli.{module}")
        command = getattr(loaded, function)
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        import difflib

        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            close = difflib.get_close_matches(args[0], COMMANDS, n=1)
            hint = f" Did you mean {close[0]}?" if close else ""
            ctx.fail(f"No such command {args[0]!r}.{hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for section in SECTIONS:
            with formatter.section(section):
                formatter.write_dl([(name, row[3]) for name, row in COMMANDS.items() if row[2] == section])


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 done, 1 failed, 2 wrong usage, 3 partly done.",
)
@click.option(
    "-L",
    "--library",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="CLERESTORY_LIBRARY",
    show_envvar=True,
    default=Path(".clerestory"),
    show_default=True,
    help="The folder that holds the library.",
)
@click.option("--trace", is_flag=True, help="Show the trace of an error.")
@click.version_option(__version__, "--version", message="clerestory %(version)s")
@click.pass_context
def cli(ctx: click.Context, library: Path, trace: bool) -> None:
    """Files in, the exact place out.

    Clerestory reads documents, pictures, recordings and videos into a library on this
    machine, finds the place in them that answers a question, and shows it: the quote, the
    page and the box, the second.

    \b
    Start with:
      clerestory add ~/Documents/manuals
      clerestory ask "Which relay was replaced, and when?"
    """
    ctx.obj = replace(ctx.obj or Where(library), folder=library, trace=trace)


def main() -> None:
    """The entry point of the console script."""
    cli(prog_name="clerestory")
