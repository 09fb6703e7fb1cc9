"""Shared by all tests: settings without the user's, and libraries with fake models."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests import fakes

from clerestory.ingesting.engines import Engines
from clerestory.library import Library
from clerestory.settings import IngestingSettings, Settings

FAKES = Engines(
    text=fakes.text_encoder,
    ocr=fakes.ocr_engine,
    speech=fakes.speech,
    voice_activity=fakes.voice_activity,
    picture=fakes.picture,
)
OneWorker = Settings(ingesting=IngestingSettings(workers=1, worker_memory_mb=0))


@pytest.fixture
def open_library(tmp_path: Path) -> Iterator[Callable[..., Library]]:
    """Opens the library of the test, again and again if wanted; all are closed at the end."""
    opened: list[Library] = []

    def open_it(
        *, settings: Settings = OneWorker, engines: Engines = FAKES, name: str = "library"
    ) -> Library:
        library = Library.open(tmp_path / name, settings=settings, engines=engines)
        opened.append(library)
        return library

    yield open_it
    for library in opened:
        library.close()


@pytest.fixture
def library(open_library: Callable[..., Library]) -> Library:
    """A new library with fake models and one worker."""
    return open_library()


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder for a person's files, beside the library."""
    folder = tmp_path / "files"
    folder.mkdir()
    return folder
