"""Settings: one frozen dataclass per room, from TOML files and the environment.

Order, the later wins: defaults, the user's ``clerestory.toml`` (platform configuration
folder), the library's ``clerestory.toml``, environment variables
``CLERESTORY_<ROOM>_<KEY>``, then what the caller passes. Unknown keys are errors that
suggest the nearest name. Nothing here is global: ``load`` returns a value.
"""

from __future__ import annotations

import dataclasses
import difflib
import os
import re
import tomllib
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from clerestory.errors import BadSettings

ENVIRONMENT_PREFIX = "CLERESTORY_"
# Variables of the same prefix that are not settings of a room.
_OTHER_VARIABLES = {"CLERESTORY_LIBRARY", "CLERESTORY_OFFLINE", "CLERESTORY_CACHE", "CLERESTORY_CONFIG"}


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """Which model serves each role: a catalogue name, a local folder, or ``hub:owner/name``."""

    text: str = "minilm-l6-int8"
    ocr: str = "ppocr-v6-small"
    picture: str = "efficientnet-lite2"
    picture_words: str = "shared-space"  # or "shared-space-free", trained without research-only data
    speech: str = "moonshine-tiny-en"
    voice_activity: str = "silero-vad-16k"
    folder: str = ""  # a folder that is searched before the cache
    threads: int = 0  # per model; 0 = the number of usable cores


@dataclass(frozen=True, slots=True)
class ReadingSettings:
    """How files become segments, and where reading stops."""

    segment_words: int = 120  # aim; a segment ends at a paragraph or sentence near it
    ocr: bool = True
    ocr_thin_words: int = 20  # pages with fewer words of text layer are read by OCR first
    ocr_longest_side: int = 960  # pixels for text detection; see docs/measured.md
    render_longest_side: int = 1400  # pixels of a page rendered for OCR
    crop_longest_side: int = 1200  # pixels of a stored crop
    max_file_mb: int = 2048
    max_pages: int = 10_000
    max_pixels: int = 120_000_000
    max_archive_mb: int = 2048  # unpacked size of a ZIP-based document
    max_archive_ratio: int = 400  # unpacked size to packed size, per entry above 1 MB
    max_table_cells: int = 2_000_000
    listen: bool = True  # transcribe recordings and the sound of videos
    watch: bool = True  # look at the pictures of videos
    listen_stretch_s: int = 300  # heard at a time: what a killed run does again at most
    watch_stretch_s: int = 120
    max_media_hours: int = 48


@dataclass(frozen=True, slots=True)
class IngestingSettings:
    workers: int = 0  # reading processes; 0 = the number of usable cores
    worker_memory_mb: int = 4096
    worker_seconds: int = 600  # per file and stage
    batch_rows: int = 1000
    embed_batch: int = 32


@dataclass(frozen=True, slots=True)
class SearchingSettings:
    limit: int = 10
    candidates: int = 100  # per candidate list; 50 loses pages, 200 finds no more (docs/measured.md)
    late_interaction: bool = True  # re-rank by token vectors
    token_dimension: int = 96  # dimension of stored token vectors; 0 stores none
    rerank: int = 30  # pages that late interaction re-ranks


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings. ``origins`` maps "room.key" to where its value came from."""

    models: ModelSettings = field(default_factory=ModelSettings)
    reading: ReadingSettings = field(default_factory=ReadingSettings)
    ingesting: IngestingSettings = field(default_factory=IngestingSettings)
    searching: SearchingSettings = field(default_factory=SearchingSettings)
    origins: Mapping[str, str] = field(default_factory=dict, compare=False)


# Whole numbers of which none, or no limit, means something; the others count at least one.
_MAY_BE_ZERO = frozenset(
    {
        *("models.threads", "ingesting.workers", "ingesting.worker_memory_mb"),
        *("reading.ocr_thin_words", "searching.token_dimension", "searching.rerank"),
    }
)

ROOMS = {f.name: f for f in dataclasses.fields(Settings) if f.name != "origins"}


def load(*files: Path, environment: Mapping[str, str] | None = None) -> Settings:
    """Settings from TOML ``files`` in order (missing ones are skipped), then the environment.

    Raises:
        BadSettings: a file is not TOML, or a key or value does not fit.
    """
    values: dict[str, dict[str, object]] = {room: {} for room in ROOMS}
    origins: dict[str, str] = {}
    for file in files:
        try:
            table = tomllib.loads(file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            continue
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise BadSettings(f"not a TOML file ({error})", where=str(file)) from error
        table.pop("library", None)  # format version and identity of a library, not a setting
        for room, entries in table.items():
            if room not in ROOMS:
                raise BadSettings(f"unknown section [{room}]", where=str(file), fix=_nearest(room, ROOMS))
            if not isinstance(entries, dict):
                raise BadSettings(f"{room} is not a section", where=str(file), fix=f"Write [{room}].")
            for key, value in entries.items():
                values[room][key] = _checked(room, key, value, where=str(file))
                origins[f"{room}.{key}"] = str(file)
    for name, raw in sorted((os.environ if environment is None else environment).items()):
        if not name.startswith(ENVIRONMENT_PREFIX) or name in _OTHER_VARIABLES:
            continue
        room, _, key = name.removeprefix(ENVIRONMENT_PREFIX).lower().partition("_")
        if room not in ROOMS:
            known = [f"{ENVIRONMENT_PREFIX}{known.upper()}" for known in ROOMS] + sorted(_OTHER_VARIABLES)
            raise BadSettings("unknown variable", where=name, fix=_nearest(name, known))
        values[room][key] = _checked(room, key, raw, where=name)
        origins[f"{room}.{key}"] = name
    rooms = {room: _class_of(room)(**entries) for room, entries in values.items()}
    return Settings(**rooms, origins=origins)  # type: ignore[arg-type]


def user_file() -> Path:
    """The user's settings file: ``CLERESTORY_CONFIG``, else in the platform's configuration folder."""
    chosen = os.environ.get("CLERESTORY_CONFIG")
    if chosen:
        return Path(chosen).expanduser()
    import platformdirs  # 10 ms that `import clerestory` need not pay

    return Path(platformdirs.user_config_dir("clerestory", appauthor=False)) / "clerestory.toml"


def _class_of(room: str) -> type:
    factory = ROOMS[room].default_factory
    return typing.cast(type, factory)


def _checked(room: str, key: str, value: object, *, where: str) -> object:
    """The value as its field's type; text from the environment is converted."""
    kinds = typing.get_type_hints(_class_of(room))
    if key not in kinds:
        raise BadSettings(f"unknown setting {room}.{key}", where=where, fix=_nearest(key, kinds))
    kind = kinds[key]
    if kind is bool and isinstance(value, str):
        words = {"1": True, "true": True, "yes": True, "on": True}
        words |= {"0": False, "false": False, "no": False, "off": False}
        if value.lower() in words:
            return words[value.lower()]
    elif kind is int and isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,18}", value):
        return _counted(room, key, int(value), where=where)
    elif kind is float and isinstance(value, (str, int)) and not isinstance(value, bool):
        try:
            return float(value)
        except ValueError:
            pass
    elif kind is int and isinstance(value, int) and not isinstance(value, bool):
        return _counted(room, key, value, where=where)
    elif kind is not int and isinstance(value, kind):
        return value
    raise BadSettings(f"{room}.{key} = {value!r} is not {_article(kind.__name__)}", where=where)


def _counted(room: str, key: str, value: int, *, where: str) -> int:
    least = 0 if f"{room}.{key}" in _MAY_BE_ZERO else 1
    if value < least:
        raise BadSettings(f"{room}.{key} = {value} is too small", where=where, fix=f"At least {least}.")
    return value


def _article(name: str) -> str:
    return {"int": "a whole number", "bool": "true or false", "str": "text", "float": "a number"}[name]


def _nearest(name: str, known: typing.Iterable[str]) -> str:
    known = list(known)
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return f"Did you mean {close[0]}?" if close else f"Known: {', '.join(sorted(known))}."
