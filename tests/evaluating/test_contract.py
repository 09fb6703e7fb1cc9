"""One JSON line per case, resumable; a summary of the agreed shape."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from clerestory.errors import BadSettings, UnreadableFile
from clerestory.evaluating.bootstrap import Score
from clerestory.evaluating.contract import Case, Options, draw, read_json, run_cases

ITEMS = [f"q{i}" for i in range(8)]


def options(tmp_path: Path, **changes) -> Options:
    return replace(Options(data=tmp_path / "data", out=tmp_path / "out"), **changes)


def run(asked: Options, *, fail_at: str = "", measured: list[str] | None = None, settings=None):
    def measure(item: str) -> Case:
        if item == fail_at:
            raise KeyboardInterrupt
        if measured is not None:
            measured.append(item)
        return Case(item, {"hit": Score(float(item in "q0 q1"))}, {"text": "line\u2028separator"})

    return run_cases("toy", asked, ITEMS, identify=str, measure=measure, settings=settings or {"knob": 1})


def test_summary_has_the_agreed_shape(tmp_path):
    summary = run(options(tmp_path)).to_json()
    assert list(summary) == ["eval", "data", "cases", "figures", "settings", "seconds"]
    assert summary["eval"] == "toy"
    assert summary["cases"] == 8
    assert summary["figures"]["hit"] == {
        "value": 0.25,
        "low": 0.0,
        "high": pytest.approx(0.625, abs=0.13),
        "n": 8,
    }
    assert json.loads((tmp_path / "out" / "summary.json").read_text()) == summary


def test_a_stopped_run_goes_on_where_it_was(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        run(options(tmp_path), fail_at="q5")
    measured: list[str] = []
    summary = run(options(tmp_path), measured=measured)
    assert measured == ["q5", "q6", "q7"]
    assert summary.cases == 8
    lines = (tmp_path / "out" / "cases.jsonl").read_text(encoding="utf-8").rstrip("\n").split("\n")
    assert [json.loads(line)["case"] for line in lines] == ITEMS


def test_a_line_cut_off_by_a_kill_is_measured_again(tmp_path):
    run(options(tmp_path))
    path = tmp_path / "out" / "cases.jsonl"
    path.write_bytes(path.read_bytes()[:-10])
    (tmp_path / "out" / "summary.json").unlink()
    measured: list[str] = []
    run(options(tmp_path), measured=measured)
    assert measured == ["q7"]
    assert len(path.read_text(encoding="utf-8").rstrip("\n").split("\n")) == 8


def test_a_finished_run_is_measured_anew(tmp_path):
    run(options(tmp_path))
    measured: list[str] = []
    run(options(tmp_path), measured=measured)
    assert measured == ITEMS


def test_a_run_is_not_continued_with_other_settings(tmp_path):
    run(options(tmp_path))
    with pytest.raises(BadSettings, match="other settings"):
        run(options(tmp_path), settings={"knob": 2})


def test_progress_counts_every_case(tmp_path):
    seen = []
    run(options(tmp_path, listener=seen.append))
    assert [(p.done, p.total, p.stage) for p in seen] == [(i, 8, "measure") for i in range(1, 9)]


def test_a_sample_is_drawn_by_seed_and_keeps_the_order(tmp_path):
    first = draw(ITEMS, 3, seed=1)
    assert first == draw(ITEMS, 3, seed=1) == sorted(first)
    assert len({tuple(draw(ITEMS, 3, seed=seed)) for seed in range(10)}) > 1
    assert run(options(tmp_path, limit=3)).cases == 3


def test_missing_data_is_said_with_a_fix(tmp_path):
    with pytest.raises(UnreadableFile, match="--data"):
        read_json(tmp_path / "questions.json")
