"""What Clerestory needs from the machine, and whether it is there.

Out: a list of checks, each with a state, what was found and how to get what is missing.
Nothing is changed or downloaded. Knows nothing of how checks are printed.
"""

from __future__ import annotations

import importlib
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Literal

from clerestory.settings import Settings

State = Literal["ok", "note", "missing"]

OLDEST_PYTHON = (3, 11)
SPACE_MB = 2000  # the default weights, their preparation and a library of some thousand pages
LEAST_SPACE_MB = 300

# Packages with machine code, besides those of models: that they are installed does not say that they load.
NATIVE = ("lance", "lxml.etree", "numpy", "PIL.Image", "pi_heif", "pyarrow", "pypdfium2")
# Library that a loader may miss -> (Debian/Ubuntu, Fedora) package that brings it.
SYSTEM_PACKAGES = {
    "libgomp.so.1": ("libgomp1", "libgomp"),
    "libstdc++.so.6": ("libstdc++6", "libstdc++"),
    "libz.so.1": ("zlib1g", "zlib"),
    "libGL.so.1": ("libgl1", "mesa-libGL"),
    "libgthread-2.0.so.0": ("libglib2.0-0", "glib2"),
}
_SHARED = re.compile(r"(lib[\w.+-]+\.so[\w.]*)")


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at. ``missing`` is something needed that is not there; ``fix`` says how to get it."""

    group: str
    name: str
    state: State
    found: str
    fix: str = ""


def all_checks(settings: Settings, *, library: Path, cache: Path) -> Iterator[Check]:
    yield python_check(sys.version_info[:3])
    yield from package_checks(wanted())
    yield from native_checks()
    yield from model_checks(settings)
    yield from space_checks(library=library, cache=cache)
    yield offline_check(os.environ)
    yield terminal_check(os.environ)


def python_check(version: tuple[int, ...]) -> Check:
    shown = ".".join(str(part) for part in version)
    if version[:2] >= OLDEST_PYTHON:
        return Check("Python", "version", "ok", shown)
    return Check("Python", "version", "missing", shown, "Install Python 3.11 or newer.")


def wanted(lock: Path | None = None) -> Mapping[str, str]:
    """Package -> version specifier: of the lock beside the source, else of the installed metadata."""
    from packaging.requirements import Requirement

    file = lock or Path(__file__).parents[3] / "requirements" / "runtime.txt"
    if file.is_file():
        text = file.read_text(encoding="utf-8").replace("\\\n", " ")
        lines = [line.partition("--hash")[0].strip() for line in text.splitlines()]
    else:
        lines = metadata.requires("clerestory") or []
    requirements = [Requirement(line) for line in lines if line and not line.startswith(("#", "-"))]
    environment = {"extra": ""}
    return {
        requirement.name: str(requirement.specifier)
        for requirement in requirements
        if requirement.marker is None or requirement.marker.evaluate(environment)
    }


def package_checks(specifiers: Mapping[str, str]) -> Iterator[Check]:
    """A line for each package that is not as wanted, and one for all that are."""
    from packaging.specifiers import SpecifierSet

    install = "Run `make install`, or `pip install clerestory` again."
    fitting = 0
    for name, specifier in sorted(specifiers.items()):
        try:
            found = metadata.version(name)
        except metadata.PackageNotFoundError:
            yield Check("Packages", name, "missing", f"not installed (wanted {specifier or 'any'})", install)
            continue
        if SpecifierSet(specifier).contains(found, prereleases=True):
            fitting += 1
        else:
            yield Check("Packages", name, "note", f"{found}, tested with {specifier}", install)
    yield Check("Packages", "as pinned", "ok", f"{fitting} of {len(specifiers)} packages")


def native_checks(modules: tuple[str, ...] = NATIVE) -> Iterator[Check]:
    """Packages with machine code are loaded, and a system library that they miss is named."""
    loaded = 0
    for name in modules:
        try:
            importlib.import_module(name)
        except ImportError as error:
            yield Check(
                "System", name.partition(".")[0], "missing", _first_line(error), system_fix(str(error))
            )
        else:
            loaded += 1
    yield Check("System", "machine code", "ok", f"{loaded} of {len(modules)} packages load")


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:160]


def system_fix(message: str) -> str:
    """The commands that install the shared library that an import error names."""
    found = _SHARED.search(message)
    if found and found.group(1) in SYSTEM_PACKAGES:
        debian, fedora = SYSTEM_PACKAGES[found.group(1)]
        return f"Debian, Ubuntu: `apt-get install {debian}`; Fedora: `dnf install {fedora}`."
    return "Run `make install` again; it brings packages for this platform."


def model_checks(settings: Settings) -> Iterator[Check]:
    """Weights that the settings name, and what they run on; optional weights only where they are here."""
    from clerestory.models.health import MEDIA_PACKAGES, NATIVE_PACKAGES, SYSTEM_LIBRARIES, check_models

    weights: list[Check] = []
    for found in check_models(settings.models):
        system = found.name in (*SYSTEM_LIBRARIES, *NATIVE_PACKAGES, *MEDIA_PACKAGES)
        if found.optional and found.state == "missing" and not system:
            continue
        state: State = "ok" if found.state == "ready" else "note" if found.optional else "missing"
        detail = f"missing; {found.detail}" if found.state == "missing" and system else found.detail
        group = "Recordings" if found.name in MEDIA_PACKAGES else "System" if system else "Weights"
        check = Check(group, found.name, state, detail, found.fix)
        if system:
            yield check
        else:
            weights.append(check)
    yield from weights


def space_checks(*, library: Path, cache: Path) -> Iterator[Check]:
    for name, folder in (("library", library), ("cache", cache)):
        place = _existing(folder)
        free_mb = shutil.disk_usage(place).free // 1_000_000
        state: State = "ok" if free_mb >= SPACE_MB else "note" if free_mb >= LEAST_SPACE_MB else "missing"
        fix = "" if state == "ok" else f"Free some space: {SPACE_MB:,} MB are comfortable."
        yield Check("Disk", f"{name} folder", state, f"{free_mb / 1000:,.1f} GB free at {folder}", fix)
        if not _writable(place):
            fix = f"Give yourself the right to write to {place}" + (
                ", or set CLERESTORY_CACHE to another folder." if name == "cache" else "."
            )
            yield Check("Disk", f"{name} folder writable", "missing", f"cannot write at {place}", fix)


def _existing(folder: Path) -> Path:
    return next(parent for parent in (folder.resolve(), *folder.resolve().parents) if parent.is_dir())


def _writable(folder: Path) -> bool:
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def offline_check(environment: Mapping[str, str]) -> Check:
    if environment.get("CLERESTORY_OFFLINE", "").lower() in ("", "0", "false", "no", "off"):
        return Check("Network", "downloads", "ok", "only when you run `clerestory models pull`")
    return Check("Network", "downloads", "note", "none: CLERESTORY_OFFLINE is set")


def terminal_check(environment: Mapping[str, str]) -> Check:
    from clerestory.cli.pictures import way_of

    way = way_of(environment, terminal=True)
    words = {"kitty": "kitty's protocol", "iterm": "inline images", "blocks": "half blocks in true colour"}
    return Check("Terminal", "thumbnails", "ok", words.get(way, "none (use --pictures always to try)"))
