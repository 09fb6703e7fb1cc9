"""eval: figures with their intervals, and a list of what can be measured."""

import pytest

from clerestory.cli.evaluating import usual_folder
from clerestory.evaluating import registry
from clerestory.evaluating.bootstrap import Score
from clerestory.evaluating.contract import Case, Evaluation, run_cases


@pytest.fixture(autouse=True)
def coins(monkeypatch):
    def toss(options):
        return run_cases(
            "coins",
            options,
            list(range(20)),
            identify=str,
            measure=lambda number: Case(str(number), {"heads": Score(number % 2)}),
            settings={"coin": "fair"},
        )

    monkeypatch.setitem(
        registry.EVALUATIONS, "coins", Evaluation("coins", "How often heads.", "nothing", toss)
    )


def test_figures_are_printed_with_intervals(run, tmp_path):
    ended = run("eval", "coins", "--data", tmp_path, "--out", tmp_path / "out")
    assert ended.code == 0
    assert "heads" in ended.out and "0.500" in ended.out and "20 cases" in ended.out


def test_programs_get_the_contract(run, tmp_path):
    told = run("eval", "coins", "--data", tmp_path, "--out", tmp_path / "out", "--limit", "6", "--json").json
    assert set(told) == {"eval", "data", "cases", "figures", "settings", "seconds"}
    assert told["cases"] == 6
    assert set(told["figures"]["heads"]) == {"value", "low", "high", "n"}
    assert len((tmp_path / "out" / "cases.jsonl").read_text().splitlines()) == 6


def test_a_wrong_name_lists_what_there_is(run, tmp_path):
    ended = run("eval", "dice", "--data", tmp_path, "--out", tmp_path / "out")
    assert ended.code == 2
    assert "coins: How often heads." in ended.err and "pages" in ended.err


def test_a_folder_of_another_run_is_not_continued(run, tmp_path):
    run("eval", "coins", "--data", tmp_path, "--out", tmp_path / "out")
    ended = run("eval", "coins", "--data", tmp_path, "--out", tmp_path / "out", "--seed", "5")
    assert ended.code == 1
    assert "Choose another --out" in ended.err


def test_results_have_a_usual_folder_for_each_data_folder(tmp_path):
    one, other = tmp_path / "a" / "data", tmp_path / "b" / "data"
    assert usual_folder("pages", one) == usual_folder("pages", one)
    assert usual_folder("pages", one) != usual_folder("pages", other)
    assert usual_folder("pages", one).parts[0] == "eval-out"
