"""Every bench is known to `make bench`, and each says what it is."""

import importlib.util
from pathlib import Path

from bench.__main__ import BENCHES, figures, run

FOLDER = Path(__file__).parents[1] / "bench"


def test_every_bench_is_run():
    there = {path.stem for path in FOLDER.glob("*.py") if not path.stem.startswith("_")}
    assert {bench.name for bench in BENCHES} == there


def test_every_bench_is_a_command_with_a_description():
    for bench in BENCHES:
        spec = importlib.util.find_spec(f"bench.{bench.name}")
        text = Path(spec.origin).read_text(encoding="utf-8")
        assert f"python -m bench.{bench.name}" in text
        assert '__name__ == "__main__"' in text


def test_a_bench_without_its_data_is_left_out_and_said_to_be(tmp_path):
    needing = next(bench for bench in BENCHES if bench.needs_data)
    row = run(needing, tmp_path, None)
    assert row["state"] == "left out"
    assert needing.data[0] in row["why"]


def test_figures_are_what_was_printed_last_or_written(tmp_path):
    printed = tmp_path / "a.txt"
    printed.write_text('a table\n{"hit": 1}\n{broken\ndone\n')
    assert figures(printed, tmp_path) == {"hit": 1}
    printed.write_text("a table\n")
    (tmp_path / "ocr.json").write_text('{"seconds": 0.5}')
    assert figures(printed, tmp_path) == {"ocr": {"seconds": 0.5}}
