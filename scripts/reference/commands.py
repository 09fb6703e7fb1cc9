"""docs/cli.md from the commands themselves."""

from __future__ import annotations

import click

from clerestory.cli.main import COMMANDS, SECTIONS, cli

HEAD = """# Commands

Made from the commands by `scripts/make_docs.py`; the suite checks that it is current.

Which library is meant: `--library DIR`, else the variable `CLERESTORY_LIBRARY`, else
`./.clerestory`. Results go to standard output, progress and errors to standard error.
`--json` prints one JSON value for programs. Exit codes: 0 done, 1 failed, 2 wrong usage,
3 partly done (some files could not be read; the ledger says which and why).
"""


def page() -> str:
    parts = [HEAD, block(help_of(cli, ["clerestory"]))]
    for section in SECTIONS:
        parts.append(f"## {section}")
        for name, row in COMMANDS.items():
            if row[2] == section:
                command = cli.get_command(click.Context(cli), name)
                parts += described(command, ["clerestory", name])
    return "\n\n".join(part.strip() for part in parts) + "\n"


def described(command: click.Command, path: list[str]) -> list[str]:
    parts = [f"### {' '.join(path)}", block(help_of(command, path))]
    if isinstance(command, click.Group):
        for name in command.list_commands(click.Context(command)):
            parts += described(command.commands[name], [*path, name])
    return parts


def help_of(command: click.Command, path: list[str]) -> str:
    # The width is fixed, so that the page does not depend on the terminal it was made in.
    settings = {**cli.context_settings, "max_content_width": 80, "terminal_width": 80}
    parent = None
    for name in path[:-1]:
        parent = click.Context(click.Group(name), info_name=name, parent=parent, **settings)
    context = click.Context(command, info_name=path[-1], parent=parent, **settings)
    return command.get_help(context)


def block(text: str) -> str:
    lines = "\n".join(line.rstrip() for line in text.splitlines())
    return f"```text\n{lines}\n```"
