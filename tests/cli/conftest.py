"""Running commands in process, with fake models and a library of its own."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from PIL import Image
from tests.conftest import FAKES, OneWorker
from tests.fakes import BLUE, RED

from clerestory.cli.command import Where
from clerestory.cli.main import cli


@dataclass(frozen=True)
class Ended:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Command = Callable[..., Ended]


def invoke(library: Path, arguments: tuple[str | Path, ...], input: str | None = None) -> Ended:
    """``clerestory --library … arguments`` in this process, with fakes."""
    done = CliRunner().invoke(
        cli,
        ["--library", str(library), *map(str, arguments)],
        obj=Where(library, engines=FAKES, fixed=OneWorker),
        input=input,
    )
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return Ended(done.exit_code, done.stdout, done.stderr)


@pytest.fixture
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cache, settings and working folder of the test's own."""
    monkeypatch.setenv("CLERESTORY_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("CLERESTORY_CONFIG", str(tmp_path / "none.toml"))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def run(tmp_path: Path, alone: None) -> Command:
    """``run("add", "file")`` is ``clerestory --library … add file`` on a library of the test's own."""
    return lambda *arguments, input=None: invoke(tmp_path / "library", arguments, input)


@pytest.fixture
def papers(files: Path) -> Path:
    return write_papers(files)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ``files`` and the ``library`` that holds them, for tests that change neither."""
    folder = tmp_path_factory.mktemp("filled")
    (folder / "files").mkdir()
    papers = write_papers(folder / "files")
    (papers / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(40))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CLERESTORY_CACHE", str(folder / "cache"))
        assert invoke(folder / "library", ("add", papers)).code == 3
    return folder


@pytest.fixture
def ask_filled(filled: Path, alone: None) -> Command:
    """``run`` on the shared library."""
    return lambda *arguments, input=None: invoke(filled / "library", arguments, input)


def write_papers(files: Path) -> Path:
    """A note about a relay, a list of parts, and two painted pictures whose text the fake reader knows."""
    (files / "note.md").write_text(
        "# Pier\n\n## Maintenance\n\nRelay K4 was exchanged on 12 March 2025 by I. Varga.\n\n"
        "## Safety\n\nNever open the well hatch when the swell is high.\n",
        encoding="utf-8",
    )
    (files / "parts.csv").write_text("Part,Name,Price\nTG3-210,Relay K4,14.80\nTG3-211,Fuse F1,0.90\n")
    Image.new("RGB", (320, 200), RED).save(files / "dues.png")
    Image.new("RGB", (320, 200), BLUE).save(files / "tides.png")
    return files
