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


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """``run("add", "file")`` is ``clerestory --library … add file`` with fakes."""
    monkeypatch.setenv("CLERESTORY_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("CLERESTORY_CONFIG", str(tmp_path / "none.toml"))
    monkeypatch.chdir(tmp_path)

    def run_it(*arguments: str | Path, input: str | None = None) -> Ended:
        where = Where(tmp_path, engines=FAKES, fixed=OneWorker)
        done = CliRunner().invoke(
            cli, ["--library", str(tmp_path / "library"), *map(str, arguments)], obj=where, input=input
        )
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return Ended(done.exit_code, done.stdout, done.stderr)

    return run_it


@pytest.fixture
def papers(files: Path) -> Path:
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
