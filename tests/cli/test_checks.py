"""The doctor finds what is missing and says how to get it."""

import shutil

import pytest

from clerestory.cli import checks
from clerestory.cli.checks import (
    native_checks,
    offline_check,
    package_checks,
    python_check,
    space_checks,
    system_fix,
    wanted,
)
from clerestory.settings import Settings


def test_an_old_python_is_missing_something():
    assert python_check((3, 10, 4)).state == "missing"
    assert python_check((3, 11, 0)).state == "ok"
    assert python_check((4, 0, 0)).state == "ok"


def test_the_lock_is_read_with_its_markers(tmp_path):
    lock = tmp_path / "runtime.txt"
    lock.write_text(
        "anyio==4.16.0 ; sys_platform != 'emscripten' \\\n    --hash=sha256:00\n"
        "colorama==0.4.6 ; sys_platform == 'nowhere' \\\n    --hash=sha256:00\n"
        "click==8.5.0 \\\n    --hash=sha256:00 \\\n    --hash=sha256:11\n# a remark\n"
    )
    assert wanted(lock) == {"anyio": "==4.16.0", "click": "==8.5.0"}


def test_without_a_lock_the_packages_own_metadata_counts(tmp_path):
    assert "click" in wanted(tmp_path / "none.txt")


def test_what_is_installed_here_is_what_is_wanted():
    states = {check.state for check in package_checks(wanted())}
    assert "missing" not in states


def test_a_package_that_is_not_there_or_is_another_version_is_named():
    found = list(package_checks({"no-such-package-xyz": "==1.0", "click": "==0.1"}))
    assert [(check.name, check.state) for check in found] == [
        ("click", "note"),
        ("no-such-package-xyz", "missing"),
        ("as pinned", "ok"),
    ]
    assert all("make install" in check.fix for check in found[:2])


def test_a_module_that_does_not_load_is_missing():
    first, *_ = native_checks(("no_such_module_xyz",))
    assert (first.group, first.name, first.state) == ("System", "no_such_module_xyz", "missing")


@pytest.mark.parametrize(
    ("message", "package"),
    [
        ("libgomp.so.1: cannot open shared object file: No such file or directory", "libgomp1"),
        ("ImportError: libGL.so.1: cannot open shared object file", "libgl1"),
    ],
)
def test_a_missing_system_library_has_its_package_named(message, package):
    assert f"apt-get install {package}" in system_fix(message)


def test_another_failure_points_to_the_installation():
    assert "make install" in system_fix("No module named 'cv2'")


def test_a_full_disk_is_missing_space(tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10**9, 10**9, 50_000_000))
    found = list(space_checks(library=tmp_path / "lib", cache=tmp_path))
    assert [check.state for check in found] == ["missing", "missing"]
    assert "Free some space" in found[0].fix


def test_a_folder_that_does_not_exist_yet_is_judged_by_its_parent(tmp_path):
    found = list(space_checks(library=tmp_path / "a" / "b", cache=tmp_path))
    assert all("writable" not in check.name for check in found)


def test_a_cache_that_cannot_be_written_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(checks, "_writable", lambda _: False)
    found = [check for check in space_checks(library=tmp_path, cache=tmp_path) if "writable" in check.name]
    assert len(found) == 2
    assert "CLERESTORY_CACHE" in found[1].fix


@pytest.mark.parametrize(("value", "state"), [("", "ok"), ("0", "ok"), ("off", "ok"), ("1", "note")])
def test_the_offline_switch_is_told(value, state):
    assert offline_check({"CLERESTORY_OFFLINE": value}).state == state


def test_packages_for_recordings_are_a_group_of_their_own_and_may_be_missing(monkeypatch):
    from clerestory.models import health

    monkeypatch.setattr(health, "MEDIA_PACKAGES", ("no_such_package_xyz",))
    found = {check.name: check for check in checks.model_checks(Settings())}
    check = found["no_such_package_xyz"]
    assert (check.group, check.state) == ("Recordings", "note")
    assert "clerestory[media]" in check.fix
