"""What every evaluation shares: a data folder in, one JSON line per case out, a summary.

``run_cases`` measures cases one after the other and writes each to ``cases.jsonl`` in
the ``out`` folder as soon as it is done, so that a run that was stopped goes on where it
was (a finished one is measured anew). ``run.json`` says what was measured with which
settings, and a folder is never continued with other ones. ``summary.json`` holds what
``--json`` prints. It does not know what a case is.
"""

from __future__ import annotations

import dataclasses
import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from clerestory.errors import BadSettings, UnreadableFile
from clerestory.evaluating.bootstrap import Figure, Score, figure
from clerestory.ingesting.report import Progress
from clerestory.settings import Settings

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class CaseProgress:
    """How far a run is. ``stage`` is "prepare" (``done`` of ``total`` files) or "measure" (cases)."""

    stage: str
    done: int
    total: int
    seconds: float = 0.0
    current: str = ""


Listener = Callable[[CaseProgress], None]


def silent(_: CaseProgress) -> None:
    """The listener of callers who do not want to know."""


def preparing(listener: Listener) -> Callable[[Progress], None]:
    """What tells ``listener`` how far the library is that a run asks."""

    def listen(progress: Progress) -> None:
        done, total, seconds = progress.done, progress.total, progress.seconds
        listener(CaseProgress(f"prepare: {progress.stage}", done, total, seconds, progress.current))

    return listen


@dataclass(frozen=True, slots=True)
class Options:
    """What a run is asked for.

    ``data`` is the folder of the evaluation, ``out`` gets all results; ``limit`` takes
    only that many cases, drawn with ``seed`` (which also seeds the intervals). ``split``
    is the part of the data that is meant, where it has parts; "" is the usual one.
    """

    data: Path
    out: Path
    settings: Settings = field(default_factory=Settings)
    seed: int = 0
    limit: int | None = None
    split: str = ""
    listener: Listener = silent


@dataclass(frozen=True, slots=True)
class Case:
    """One measured case: scores by figure name, and details for whoever looks into it."""

    id: str
    scores: Mapping[str, Score]
    details: Mapping[str, Any] = field(default_factory=dict)
    seconds: float = 0.0

    def to_json(self) -> dict[str, Any]:
        scores = {name: list(score) for name, score in self.scores.items()}
        return {
            "case": self.id,
            "scores": scores,
            "details": dict(self.details),
            "seconds": round(self.seconds, 4),
        }

    @classmethod
    def from_json(cls, line: Mapping[str, Any]) -> Case:
        scores = {name: Score(*pair) for name, pair in line["scores"].items()}
        return cls(line["case"], scores, line["details"], line["seconds"])


@dataclass(frozen=True, slots=True)
class Summary:
    """The outcome of a run; ``to_json`` is what ``clerestory eval NAME --json`` prints."""

    eval: str
    data: str
    cases: int
    figures: Mapping[str, Figure]
    settings: Mapping[str, Any]
    seconds: float

    def to_json(self) -> dict[str, Any]:
        return {
            "eval": self.eval,
            "data": self.data,
            "cases": self.cases,
            "figures": {name: dataclasses.asdict(value) for name, value in self.figures.items()},
            "settings": dict(self.settings),
            "seconds": round(self.seconds, 3),
        }


@dataclass(frozen=True, slots=True)
class Evaluation:
    """An entry of the registry: ``clerestory eval NAME`` calls ``run``."""

    name: str
    help: str
    data: str  # what the data folder must hold
    run: Callable[[Options], Summary]


def run_cases(
    name: str,
    options: Options,
    items: Sequence[Item],
    *,
    identify: Callable[[Item], str],
    measure: Callable[[Item], Case],
    settings: Mapping[str, Any],
    more: Callable[[Sequence[Case], int], Mapping[str, Figure]] | None = None,
) -> Summary:
    """Measure every item that ``out`` does not hold yet, and sum up.

    ``settings`` are the ones that matter to the figures; they are part of the summary and
    decide whether an earlier run may be continued. ``more`` gives figures that are no ratio
    of sums, from the cases and the seed.

    Raises:
        BadSettings: ``out`` holds a run of other data or with other settings.
    """
    chosen = draw(items, options.limit, seed=options.seed)
    settings = {**settings, "seed": options.seed, "limit": options.limit}
    options.out.mkdir(parents=True, exist_ok=True)
    _claim(options.out, {"eval": name, "data": str(options.data.resolve()), "settings": settings})
    path = options.out / "cases.jsonl"
    if (options.out / "summary.json").exists():  # that run was finished: this is a new one
        path.unlink(missing_ok=True)
        (options.out / "summary.json").unlink()
    known = {case.id: case for case in _finished(path)}
    started = time.monotonic()
    cases = []
    with path.open("a", encoding="utf-8") as lines:
        for position, item in enumerate(chosen, start=1):
            case = known.get(identify(item))
            if case is None:
                before = time.perf_counter()
                case = measure(item)
                case = dataclasses.replace(case, seconds=time.perf_counter() - before)
                lines.write(json.dumps(case.to_json(), ensure_ascii=False) + "\n")
                lines.flush()
            cases.append(case)
            seconds = time.monotonic() - started
            options.listener(CaseProgress("measure", position, len(chosen), seconds, case.id))
    summary = Summary(
        eval=name,
        data=str(options.data),
        cases=len(cases),
        figures={**figures(cases, seed=options.seed), **(more(cases, options.seed) if more else {})},
        settings=settings,
        seconds=sum(case.seconds for case in cases),
    )
    _write_json(options.out / "summary.json", summary.to_json())
    return summary


def figures(cases: Iterable[Case], *, seed: int = 0) -> dict[str, Figure]:
    """A figure for each score name, over the cases that have it; names in order of appearance."""
    scores: dict[str, list[Score]] = {}
    for case in cases:
        for name, score in case.scores.items():
            scores.setdefault(name, []).append(score)
    return {name: figure(values, seed=seed) for name, values in scores.items()}


def draw(items: Sequence[Item], limit: int | None, *, seed: int) -> list[Item]:
    """All items, or ``limit`` of them chosen by ``seed``; always in their own order."""
    if limit is None or limit >= len(items):
        return list(items)
    chosen = np.random.default_rng(seed).permutation(len(items))[:limit]
    return [items[i] for i in sorted(chosen)]


def read_json(path: Path) -> Any:
    """The content of a JSON file of a data folder.

    Raises:
        UnreadableFile: it is not there or not JSON.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise UnreadableFile("no such file", where=str(path), fix="Is --data the right folder?") from error
    except ValueError as error:
        raise UnreadableFile(f"not JSON ({error})", where=str(path)) from error


def read_lines(path: Path) -> list[Any]:
    """The values of a file with one JSON value a line.

    Raises:
        UnreadableFile: it is not there or not such a file.
    """
    try:
        return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]
    except FileNotFoundError as error:
        raise UnreadableFile("no such file", where=str(path), fix="Is --data the right folder?") from error
    except ValueError as error:
        raise UnreadableFile(f"not JSON lines ({error})", where=str(path)) from error


def plain(settings: Settings, *rooms: str) -> dict[str, Any]:
    """The named rooms' settings as plain values."""
    return {room: dataclasses.asdict(getattr(settings, room)) for room in rooms}


def _claim(out: Path, run: Mapping[str, Any]) -> None:
    """Write ``run.json``, or check that the one there describes the same run."""
    path = out / "run.json"
    if not path.exists():
        _write_json(path, run)
        return
    earlier = read_json(path)
    if earlier != json.loads(json.dumps(run)):
        differing = sorted(key for key in run if run[key] != earlier.get(key))
        raise BadSettings(
            f"holds a run with other {' and '.join(differing)}",
            where=str(out),
            fix="Choose another --out, or delete this folder.",
        )


def _finished(path: Path) -> list[Case]:
    """The cases of an earlier run; a last line that was cut off by a kill is dropped."""
    if not path.exists():
        return []
    content = path.read_bytes()
    whole = content[: content.rfind(b"\n") + 1]
    if len(whole) != len(content):
        path.write_bytes(whole)
    return [Case.from_json(json.loads(line)) for line in whole.decode("utf-8").split("\n") if line]


def _write_json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
