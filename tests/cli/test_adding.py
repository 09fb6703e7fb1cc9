"""add, sync and finish: what is done, what failed and why, and the exit code for scripts."""

import pytest


def test_files_are_taken_in_and_counted(run, papers):
    ended = run("add", papers)
    assert ended.code == 0
    assert ended.out.startswith("4 files added")
    again = run("add", papers)
    assert again.code == 0
    assert again.out.startswith("4 unchanged")


def test_progress_goes_to_stderr_and_json_to_stdout(run, papers):
    ended = run("add", papers, "--json")
    assert len(ended.json["added"]) == 4
    assert ended.err == ""


def test_a_file_that_cannot_be_read_stops_nothing_and_is_told(run, papers):
    (papers / "broken.pdf").write_bytes(b"%PDF-1.7\nnot really")
    (papers / "empty.txt").touch()
    ended = run("add", papers)
    assert ended.code == 3
    assert "4 files added" in ended.out
    assert "empty.txt" in ended.err and "EmptyFile" in ended.err and "2 files not read." in ended.err


def test_nothing_read_at_all_is_a_failure(run, files):
    (files / "empty.txt").touch()
    assert run("add", files / "empty.txt").code == 1


def test_a_path_that_is_not_there_is_told(run, tmp_path):
    ended = run("add", tmp_path / "nowhere")
    assert ended.code == 1
    assert "nowhere" in ended.err


@pytest.mark.parametrize("option", ["--licence", "--license"])
def test_licence_and_attribution_are_noted(run, papers, option):
    run("add", papers / "dues.png", option, "CC0-1.0", "--attribution", "A. Photographer")
    (asset,) = run("assets", "--json").json
    occurrence = asset["occurrences"][0]
    assert (occurrence["licence"], occurrence["attribution"]) == ("CC0-1.0", "A. Photographer")


def test_reading_of_pictures_can_wait_for_finish(run, papers):
    ended = run("add", papers, "--ocr", "later")
    assert "wait to be read by OCR: run `clerestory finish`" in ended.out
    assert "wait for OCR" in run("status").out
    finished = run("finish")
    assert finished.code == 0
    assert "2 places read by OCR" in finished.out
    assert "wait" not in run("status").out


def test_sync_tells_what_is_gone_and_prunes_when_asked(run, papers):
    run("sync", papers)
    (papers / "parts.csv").unlink()
    assert "1 file is gone from disk" in run("sync", papers).out
    assert "1 file to the trash" in run("sync", papers, "--prune").out
    assert "parts.csv" in run("trash").out


def test_a_password_alone_is_asked_for(run, papers):
    ended = run("add", papers / "note.md", "--password", input="secret\n")
    assert ended.code == 0
    assert "secret" not in ended.out + ended.err


def test_pictures_can_wait_and_finish_looks_at_them(run, papers):
    ended = run("add", papers, "--pictures", "later", "--ocr", "off")
    assert ended.code == 0 and "wait to be looked at: run `clerestory finish`" in ended.out
    assert "wait to be looked at" in run("status").out
    finished = run("finish")
    assert "looked at" in finished.out and "wait to be looked at" not in run("status").out
    assert "pictures" in finished.err  # its progress
