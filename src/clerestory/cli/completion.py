"""The command that prints a shell's completion script."""

from __future__ import annotations

import click

from clerestory.cli.command import command


@command(
    "completion",
    examples="""
    clerestory completion bash >> ~/.bashrc
    clerestory completion zsh >> ~/.zshrc
    clerestory completion fish > ~/.config/fish/completions/clerestory.fish
    """,
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the completion script of a shell.

    Commands, options and the values of options are then completed by the Tab key.
    """
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    assert kind is not None  # click knows all three
    root = ctx.find_root()
    click.echo(kind(root.command, {}, "clerestory", "_CLERESTORY_COMPLETE").source())
