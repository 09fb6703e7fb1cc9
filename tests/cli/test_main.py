"""The command as a whole: its list of commands, its help, its way with mistakes."""

import click
import pytest

from clerestory import __version__
from clerestory.cli.main import COMMANDS, SECTIONS, cli


def every_command():
    for name in COMMANDS:
        command = cli.get_command(click.Context(cli), name)
        yield name, command
        if isinstance(command, click.Group):
            for child in command.list_commands(click.Context(command)):
                yield f"{name} {child}", command.commands[child]


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_says_the_same_as_the_command_itself(name):
    command = cli.get_command(click.Context(cli), name)
    assert command.name == name
    assert COMMANDS[name][2] in SECTIONS
    assert command.help.strip().split("\n")[0] == COMMANDS[name][3]


@pytest.mark.parametrize(("name", "command"), list(every_command()), ids=lambda value: str(value)[:20])
def test_every_command_has_help_and_those_that_tell_something_speak_json(name, command):
    assert command.help
    options = {option for parameter in command.params for option in parameter.opts}
    if not isinstance(command, click.Group) and name not in ("open", "completion"):
        assert "--json" in options
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, f"{name} {parameter.opts}"


@pytest.mark.parametrize(("name", "command"), list(every_command()), ids=lambda value: str(value)[:20])
def test_every_command_shows_an_example(name, command):
    if not isinstance(command, click.Group):
        assert "clerestory " in (command.epilog or "")


def test_the_version_is_told(run):
    assert run("--version").out == f"clerestory {__version__}\n"


def test_a_misspelt_command_is_wrong_usage_with_a_hint(run):
    ended = run("serach", "relay")
    assert ended.code == 2
    assert "Did you mean search?" in ended.err


def test_a_wrong_option_is_wrong_usage(run):
    assert run("search", "relay", "--limit", "0").code == 2
    assert run("search").code == 2


def test_an_error_has_three_parts_on_stderr_and_an_object_for_programs(run):
    ended = run("status")
    assert ended.code == 1 and ended.out == ""
    assert ended.err.startswith("Error: ")
    assert "  Where: " in ended.err and "  Do:    " in ended.err
    error = run("status", "--json").json["error"]
    assert error["name"] == "UnknownLibrary" and error["fix"]


def test_trace_raises_what_happened(run):
    from clerestory.errors import UnknownLibrary

    with pytest.raises(UnknownLibrary):
        run("--trace", "status")


def test_the_library_can_come_from_the_environment(tmp_path, monkeypatch):
    from click.testing import CliRunner

    monkeypatch.setenv("CLERESTORY_LIBRARY", str(tmp_path / "elsewhere"))
    done = CliRunner().invoke(cli, ["status"])
    assert done.exit_code == 1
    assert "elsewhere" in done.stderr


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_its_completion_script(run, shell):
    ended = run("completion", shell)
    assert ended.code == 0
    assert "_CLERESTORY_COMPLETE" in ended.out


def test_completion_offers_commands_and_choices(tmp_path, monkeypatch):
    from click.shell_completion import BashComplete

    complete = BashComplete(cli, {}, "clerestory", "_CLERESTORY_COMPLETE")
    assert [item.value for item in complete.get_completions([], "se")] == ["search", "settings"]
    kinds = [item.value for item in complete.get_completions(["search", "--kind"], "")]
    assert "figure" in kinds


def test_a_defect_is_said_as_one_without_a_trace(run, monkeypatch):
    from clerestory.cli.command import Where

    def broken(*_, **__):
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr(Where, "open", broken)
    ended = run("status")
    assert ended.code == 1
    assert "ZeroDivisionError" in ended.err and "defect" in ended.err and "--trace" in ended.err


def test_being_interrupted_ends_with_a_word(run, monkeypatch):
    from clerestory.cli.command import Where

    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(Where, "open", interrupted)
    ended = run("status")
    assert ended.code == 1
    assert "What was done is kept" in ended.err
