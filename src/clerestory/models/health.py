"""Whether this machine can run the models: weights, libraries of the system, packages.

What ``clerestory doctor`` shows; nothing here downloads or repairs.
"""

from __future__ import annotations

import ctypes
import importlib
import sys
from dataclasses import dataclass
from importlib import metadata
from typing import Literal

from clerestory.errors import BadSettings, ModelCorrupt, ModelMissing
from clerestory.models.catalogue import BY_NAME, DEFAULT_NAMES, ENTRIES
from clerestory.models.weights import WeightStore
from clerestory.settings import ModelSettings

# Libraries that wheels we use expect from a Linux system, and who brings them.
SYSTEM_LIBRARIES = {
    "libstdc++.so.6": "apt install libstdc++6, or dnf install libstdc++",
    "libz.so.1": "apt install zlib1g, or dnf install zlib",
    "libgomp.so.1": "apt install libgomp1, or dnf install libgomp",
}
# None of the pinned wheels for x86-64 loads it; other builds of them (a distribution's, other
# processors) do, and slim containers lack it.
SOMETIMES_NEEDED = {"libgomp.so.1"}
# Packages with native code; an import fails where their wheel does not fit the machine.
NATIVE_PACKAGES = ("onnxruntime", "tokenizers", "cv2", "onnx")
# The extra `media`: recordings and videos need the first, exact word times the second.
MEDIA_PACKAGES = ("av", "pocketsphinx")


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at. ``fix`` is empty where all is well.

    ``optional``: nothing that the settings ask for needs it.
    """

    name: str
    state: Literal["ready", "missing", "corrupt"]
    detail: str
    fix: str = ""
    optional: bool = False


def check_models(settings: ModelSettings, *, store: WeightStore | None = None) -> list[Check]:
    """Every entry of the catalogue, models that settings name beside it, and what they run on.

    Verifies all digests, so it reads every weight file once (0.1 s for the defaults).
    """
    store = store or WeightStore(settings)
    chosen = (settings.text, settings.ocr, settings.picture, settings.speech, settings.voice_activity)
    names = [entry.name for entry in ENTRIES]
    names += [name for name in chosen if name not in BY_NAME]
    needed = {*DEFAULT_NAMES, *chosen}
    checks = [_check_weights(name, store, optional=name not in needed) for name in names]
    if settings.picture in BY_NAME:  # others bring their own words
        checks.append(_check_space(settings))
    if sys.platform == "linux":
        checks += [_check_library(name, fix) for name, fix in SYSTEM_LIBRARIES.items()]
    checks += [_check_package(name) for name in NATIVE_PACKAGES]
    fix = "Run `pip install 'clerestory[media]'`; only recordings and videos need it."
    return checks + [_check_package(name, fix=fix, optional=True) for name in MEDIA_PACKAGES]


def _check_weights(name: str, store: WeightStore, *, optional: bool) -> Check:
    entry = BY_NAME.get(name)
    detail = f"{entry.bytes / 1e6:.0f} MB, {entry.licence}" if entry else "not of the catalogue"
    try:
        folder = store.ready(name)
    except ModelCorrupt as error:
        return Check(name, "corrupt", f"{error.what}; {detail}", error.fix, optional)
    except (ModelMissing, BadSettings) as error:
        return Check(name, "missing", f"{error.what}; {detail}", error.fix, optional)
    return Check(name, "ready", f"verified in {folder}; {detail}", optional=optional)


def _check_space(settings: ModelSettings) -> Check:
    """The heads that come with the package; they take vectors of one text model only."""
    from clerestory.models.picture_words import artifact

    name = settings.picture_words
    try:
        space = artifact(name)
        facts = space.facts()
        space.digest()
    except ModelCorrupt as error:
        return Check(name, "corrupt", f"{error.what} ({error.where})", error.fix)
    except BadSettings as error:
        return Check(name, "missing", error.what, error.fix)
    detail = f"comes with Clerestory; {facts.dimension} numbers for pictures and words"
    if settings.text != facts.text:
        fix = f"Set models.text to {facts.text}, or models.picture to a model that reads words itself."
        return Check(
            name, "missing", f"words cannot find pictures with models.text = {settings.text}", fix, True
        )
    return Check(name, "ready", detail)


def _check_library(name: str, fix: str) -> Check:
    try:
        ctypes.CDLL(name)
    except OSError:
        return Check(name, "missing", "library of the system", fix, name in SOMETIMES_NEEDED)
    return Check(name, "ready", "library of the system", optional=name in SOMETIMES_NEEDED)


def _check_package(name: str, *, fix: str = "Run `make install` again.", optional: bool = False) -> Check:
    try:
        module = importlib.import_module(name)
    except (ImportError, OSError) as error:
        return Check(name, "missing", f"cannot be loaded ({error})", fix, optional)
    version = getattr(module, "__version__", None) or metadata.version(name)
    return Check(name, "ready", f"version {version}", optional=optional)
