"""How long a person waits before anything happens.

    python -m bench.startup [--repeats 5] [--library DIR]

Wall time of fresh processes: importing the package, asking the command for help, and,
with ``--library``, the first search. The first start after an installation also compiles
and is not counted.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

COMMANDS = {
    "python itself": ["-c", "pass"],
    "import clerestory": ["-c", "import clerestory"],
    "clerestory --help": ["-m", "clerestory", "--help"],
    "clerestory status (no library)": ["-m", "clerestory", "--library", "no-such-folder", "status"],
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--library", type=Path, help="also time the first search in this library")
    options = parser.parse_args()
    commands = dict(COMMANDS)
    if options.library:
        search = ["-m", "clerestory", "--library", str(options.library), "search", "relay", "--json"]
        commands["first search"] = search
    figures = {}
    for name, arguments in commands.items():
        times = [timed(arguments) for _ in range(options.repeats + 1)][1:]
        figures[name] = {"median_s": round(statistics.median(times), 3), "least_s": round(min(times), 3)}
        print(f"{name:<32} median {figures[name]['median_s']:.3f} s, least {figures[name]['least_s']:.3f} s")
    print(json.dumps(figures))


def timed(arguments: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False
    )
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
