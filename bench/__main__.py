"""Run the benches one after the other, each in a fresh process.

    python -m bench --out bench-out [--data DIR] [--only NAME ...]

``DIR`` holds folders of real data; benches that need one, or a program, which is not there are
left out, and said to be. Prints what each bench prints and a table of all; writes ``NAME.txt`` (the
same), its own files in ``NAME/``, and ``summary.json`` with the machine and, for each
bench, load, time and figures (the JSON that it printed last or wrote). Exit code 1 when one
failed.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Bench:
    """A module of this folder. ``data`` are folders below DIR; ``arguments`` come before them.

    ``{out}`` in an argument is the bench's own folder; ``option`` goes before the data folders.
    ``programs`` have to be installed.
    """

    name: str
    arguments: tuple[str, ...] = ()
    data: tuple[str, ...] = ()
    option: str = ""
    needs_data: bool = False
    programs: tuple[str, ...] = ()


BENCHES = (
    Bench("startup"),
    Bench("text_vectors", ("--out", "{out}"), data=("textbook_biology",)),
    Bench("ocr", ("--out", "{out}"), data=("receipts/img",), needs_data=True),
    Bench("ingest", ("--out", "{out}/figures.json"), data=("mmlongbench",), option="--data"),
    Bench("pictures", ("--out", "{out}/figures.json")),
    Bench("search_scale", ("--out", "{out}"), data=("textbook_biology", "manual_edgetx"), option="--data"),
    Bench("reading_pdf", ("--out", "{out}"), data=("mmlongbench/docs",), needs_data=True),
    Bench("figures_tables", ("--out", "{out}"), data=("mmlongbench/docs",), needs_data=True),
    Bench("reading_coverage", data=("textbook_biology", "manual_edgetx"), needs_data=True),
    Bench("office_coverage", data=("office/normal",), needs_data=True),
    Bench("listening", ("--out", "{out}/figures.json"), data=(".",), option="--data", needs_data=True),
    Bench("media_fuzz", data=("video",)),
    Bench("word_times", ("--out", "{out}/figures.json"), programs=("flite", "espeak-ng")),
    Bench("speech_coverage", data=("speech", "sentiment", "esc10"), needs_data=True),
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--data", type=Path, help="folder with the folders of data")
    parser.add_argument("--only", nargs="*", choices=[bench.name for bench in BENCHES], metavar="NAME")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    rows = []
    for bench in BENCHES:
        if not options.only or bench.name in options.only:
            print(f"== {bench.name}", flush=True)
            rows.append(run(bench, options.out, options.data))
            printed = options.out / f"{bench.name}.txt"
            print(printed.read_text(encoding="utf-8") if printed.exists() else rows[-1]["why"], flush=True)
    machine = {
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "platform": platform.platform(),
        "python": platform.python_version(),
    }
    summary = {"machine": machine, "benches": rows}
    (options.out / "summary.json").write_text(json.dumps(summary, indent=1) + "\n", encoding="utf-8")
    for row in rows:
        print(f"{row['bench']:<20} {row['state']:<10} {row['seconds']:8.1f} s")
    return int(any(row["state"] == "failed" for row in rows))


def run(bench: Bench, out: Path, data: Path | None) -> dict[str, object]:
    folders = [data / name for name in bench.data] if data else []
    there = [str(folder) for folder in folders if folder.is_dir()]
    row: dict[str, object] = {"bench": bench.name, "state": "left out", "seconds": 0.0}
    if bench.needs_data and not there:
        return row | {"why": f"needs --data with {' or '.join(bench.data)}"}
    missing = [program for program in bench.programs if shutil.which(program) is None]
    if missing:
        return row | {"why": f"needs {' and '.join(missing)}"}
    own = out / bench.name
    own.mkdir(exist_ok=True)
    command = [sys.executable, "-m", f"bench.{bench.name}"]
    command += [argument.format(out=own) for argument in bench.arguments]
    if there:
        command += [bench.option, *there] if bench.option else there
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else -1.0
    began = time.monotonic()
    with (out / f"{bench.name}.txt").open("w", encoding="utf-8") as printed:
        done = subprocess.run(command, stdout=printed, stderr=subprocess.STDOUT, check=False)
    seconds = round(time.monotonic() - began, 1)
    state = "done" if done.returncode == 0 else "failed"
    row |= {"state": state, "seconds": seconds, "load_before": load, "command": command[1:]}
    return row | {"figures": figures(out / f"{bench.name}.txt", own)}


def figures(printed: Path, own: Path) -> object:
    """The last line that is JSON, else the JSON files that the bench wrote, by name."""
    for line in reversed(printed.read_text(encoding="utf-8").splitlines()):
        if line.startswith(("{", "[")):
            try:
                return json.loads(line)
            except ValueError:
                continue
    found = {}
    for file in sorted(own.glob("*.json")):
        try:
            found[file.stem] = json.loads(file.read_text(encoding="utf-8"))
        except ValueError as error:
            found[file.stem] = f"not JSON ({error})"
    return found


if __name__ == "__main__":
    sys.exit(main())
