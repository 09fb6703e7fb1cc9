import multiprocessing
import subprocess
import sys
import textwrap

import pytest

from clerestory.errors import StoreBusy, UnknownLibrary
from clerestory.storing import folder
from clerestory.storing.folder import LibraryFolder


def test_a_new_library_can_be_opened_again(tmp_path):
    made = LibraryFolder.create(tmp_path / "deep" / "library")
    assert LibraryFolder.open(tmp_path / "deep" / "library") == made
    assert LibraryFolder.create(tmp_path / "deep" / "library") == made
    assert made.readings.is_dir() and made.index.is_dir()


def test_two_libraries_differ(tmp_path):
    assert LibraryFolder.create(tmp_path / "a").identity != LibraryFolder.create(tmp_path / "b").identity


def test_a_folder_with_other_things_is_left_alone(tmp_path):
    (tmp_path / "thesis.docx").write_text("x")
    with pytest.raises(UnknownLibrary, match="something else"):
        LibraryFolder.create(tmp_path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["thesis.docx"]


def test_a_creation_that_was_interrupted_is_taken_up(tmp_path):
    (tmp_path / "readings").mkdir()
    (tmp_path / "writer.lock").touch()
    assert LibraryFolder.create(tmp_path).path == tmp_path


def test_no_library_says_how_to_make_one(tmp_path):
    with pytest.raises(UnknownLibrary, match="Add files"):
        LibraryFolder.open(tmp_path / "nothing")
    (tmp_path / "file").touch()
    with pytest.raises(UnknownLibrary):
        LibraryFolder.open(tmp_path / "file")


@pytest.mark.parametrize("text", ["not toml [", "", "[library]\nformat = 'x'\n", "library = 3"])
def test_a_damaged_head_is_said(tmp_path, text):
    made = LibraryFolder.create(tmp_path)
    made.settings_file.write_text(text)
    with pytest.raises(UnknownLibrary):
        LibraryFolder.open(tmp_path)


def test_a_newer_format_is_refused(tmp_path):
    made = LibraryFolder.create(tmp_path)
    text = made.settings_file.read_text().replace(f"format = {folder.FORMAT}", "format = 99")
    made.settings_file.write_text(text)
    with pytest.raises(UnknownLibrary, match="newer version"):
        LibraryFolder.open(tmp_path)


def test_settings_may_be_written_below_the_head(tmp_path):
    from clerestory import settings

    made = LibraryFolder.create(tmp_path)
    with made.settings_file.open("a") as file:
        file.write("\n[searching]\nlimit = 3\n")
    assert settings.load(made.settings_file, environment={}).searching.limit == 3
    assert LibraryFolder.open(tmp_path) == made


def test_empty_folders_lost_in_a_copy_come_back(tmp_path):
    made = LibraryFolder.create(tmp_path)
    made.temporary.rmdir()
    assert LibraryFolder.open(tmp_path).temporary.is_dir()


def test_one_writer_at_a_time(tmp_path):
    made = LibraryFolder.create(tmp_path)
    busy = pytest.raises(StoreBusy, match=r"this process is writing to it \(add")
    with made.writer("add"), busy, made.writer("sync"):
        pass
    with made.writer("sync"):
        pass


def test_stale_temporary_files_go_when_a_writer_begins(tmp_path):
    made = LibraryFolder.create(tmp_path)
    (made.temporary / "123-abc").write_bytes(b"half")
    with made.writer("add"):
        assert not list(made.temporary.iterdir())


def test_the_lease_of_a_killed_writer_is_free(tmp_path):
    made = LibraryFolder.create(tmp_path)
    code = textwrap.dedent(f"""
        import pathlib, sys
        from clerestory.storing.folder import LibraryFolder
        with LibraryFolder.open(pathlib.Path({str(tmp_path)!r})).writer("add"):
            print("held", flush=True)
            sys.stdin.read()
    """)
    child = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert child.stdout.readline() == "held\n"
        busy = pytest.raises(StoreBusy, match=f"process {child.pid} on .* is writing")
        with busy, made.writer("add"):
            pass
    finally:
        child.kill()
        child.wait()
    with made.writer("add", wait_s=5):
        pass


def _create(path):
    return LibraryFolder.create(path).identity


def test_creating_at_the_same_moment_gives_one_library(tmp_path):
    with multiprocessing.get_context("forkserver").Pool(4) as pool:
        assert len(set(pool.map(_create, [tmp_path / "library"] * 4))) == 1
