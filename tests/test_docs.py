"""The documents are true: code blocks run, reference pages are current, everything is mentioned.

Console blocks are run with real weights in one folder per document that holds ``papers``,
the samples of the demo. A line of output in a block must appear in what the command
printed; "…" in it stands for anything. Lines of other programs (make, pip) are not run.
"""

import contextlib
import dataclasses
import io
import re
import runpy
import shlex
import shutil
from importlib import resources
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from clerestory.cli.main import COMMANDS, cli
from clerestory.errors import ClerestoryError
from clerestory.settings import ROOMS, Settings

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
RUN = [ROOT / "README.md", ROOT / "docs" / "tour.md", ROOT / "docs" / "models.md"]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
OTHER_PROGRAMS = ("make ", ".venv/bin/python scripts/")


def name_of(page: Path) -> str:
    return page.name


def blocks(page: Path, *languages: str) -> list[tuple[str, str]]:
    return [block for block in BLOCK.findall(page.read_text(encoding="utf-8")) if block[0] in languages]


def steps(text: str) -> list[tuple[str, list[str]]]:
    """Commands of a console block, each with the lines that it is said to print."""
    found: list[tuple[str, list[str]]] = []
    for line in text.splitlines():
        if line.startswith("$ "):
            found.append((line[2:].partition("   #")[0].strip(), []))
        elif found and line.strip():
            found[-1][1].append(line.strip())
    return found


def is_printed(line: str, printed: str) -> bool:
    pattern = ".*".join(re.escape(part) for part in line.split("…"))
    return any(re.search(pattern, shown) for shown in printed.splitlines())


@pytest.mark.weights
@pytest.mark.parametrize("page", RUN, ids=name_of)
def test_code_blocks_run_and_print_what_they_say(page, tmp_path, monkeypatch):
    papers = tmp_path / "papers"
    papers.mkdir()
    for sample in resources.files("clerestory.cli").joinpath("samples").iterdir():
        with resources.as_file(sample) as file:
            shutil.copyfile(file, papers / file.name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CLERESTORY_CONFIG", str(tmp_path / "none.toml"))
    monkeypatch.delenv("CLERESTORY_LIBRARY", raising=False)
    for language, text in blocks(page, "console", "python"):
        if language == "python":
            (tmp_path / "block.py").write_text(text, encoding="utf-8")
            with contextlib.redirect_stdout(io.StringIO()):
                runpy.run_path(str(tmp_path / "block.py"))
            continue
        for command, lines in steps(text):
            if command.startswith(OTHER_PROGRAMS):
                continue
            program, *arguments = shlex.split(command)
            assert program == "clerestory", f"{page.name} runs {program}"
            done = CliRunner().invoke(cli, arguments, prog_name="clerestory")
            assert done.exit_code == 0, f"{command}: {done.output}"
            for line in lines:
                assert is_printed(line, done.stdout), f"{command} did not print {line!r} but:\n{done.stdout}"


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_code_block_says_what_it_is_and_only_runnable_ones_have_prompts(page):
    for language, text in BLOCK.findall(page.read_text(encoding="utf-8")):
        assert language in ("console", "python", "text", "toml"), f"{page.name}: {language}"
        if language == "console":
            for command, _ in steps(text):
                assert command.startswith(("clerestory ", *OTHER_PROGRAMS)), command
                assert page in RUN or not command.startswith("clerestory "), f"{page.name} is not run"
        if language == "python":
            compile(text, page.name, "exec")
            assert page in RUN, f"{page.name} is not run"


def test_the_reference_pages_are_current():
    made = runpy.run_path(str(ROOT / "scripts" / "make_docs.py"))
    old = [path.name for path in made["stale"]()]
    assert not old, f"run `make docs`: {old} are not current"


def test_every_command_has_a_heading():
    headings = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    for name in COMMANDS:
        assert f"### clerestory {name}\n" in headings
        command = cli.get_command(click.Context(cli), name)
        if isinstance(command, click.Group):
            for child in command.list_commands(click.Context(command)):
                assert f"### clerestory {name} {child}\n" in headings


def test_every_setting_and_every_error_is_described():
    text = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    for room in ROOMS:
        for field in dataclasses.fields(getattr(Settings(), room)):
            assert f"`{room}.{field.name}`" in text

    def kinds(kind=ClerestoryError):
        yield kind
        for child in kind.__subclasses__():
            yield from kinds(child)

    for kind in kinds():
        assert f"### {kind.__name__}\n" in text


def test_every_pinned_package_is_listed_with_a_reason_and_a_licence_that_asks_nothing_of_users():
    rows = {
        row[0]: row
        for row in re.findall(
            r"^\| ([\w.-]+) \| (\S+) \| (.+?) \| (.+?) \| [\d.]+ \|$",
            (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8"),
            re.MULTILINE,
        )
    }
    lock = (ROOT / "requirements" / "runtime.txt").read_text(encoding="utf-8")
    everywhere = re.findall(r"^([\w.-]+)==\S+ \\$", lock, re.MULTILINE)  # without a marker
    assert len(everywhere) > 50
    for name in everywhere:
        assert name in rows, f"{name} is missing in docs/dependencies.md: run `make docs`"
    for name, _, reason, licence in rows.values():
        assert reason and reason != "needed by none", name
        assert not re.search(r"(?<!L)A?GPL", licence), f"{name}: {licence}"


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_to_files_that_are_there(page):
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_picture_of_the_readme_is_small():
    picture = ROOT / "docs" / "images" / "report.png"
    assert picture.stat().st_size < 300_000
