"""How often search finds the recording or video that answers, and the second at which it does.

The recordings and videos are made: a synthetic day (``evaluating.day``), spoken by the
voices that this machine has, with noise, pauses and music, and slides and captions in the
videos; the seed decides all of it. The data folder adds real voices that answer nothing:
clips as in ``eval speech`` (``transcripts.jsonl`` and the files that it names), joined by
their source to recordings of about two minutes; an empty folder adds none. All that is
made and the library stay in the ``out`` folder, so that a stopped run goes on.

Each of the 60 questions is searched and asked once. The answer is the line of the story
that says it, or the slide or caption that shows it, from its first second. Figures:

- ``file@1``, ``file@3``: the right file is the first, or among the first three hits;
- ``place.within_2s``: the first hit is in the right file, and its focus begins at most 2 s
  before or after the answer does; ``.said`` and ``.shown`` are the questions whose answer is
  said, or only shown;
- ``place.overlaps``: the focus shares a second with the answer;
- ``passage.holds``: the passage or scene of the first hit holds the answer's beginning;
- ``ask.found``, ``ask.within_2s``: of all questions, those that ``ask`` answers, and those
  whose first citation begins as near to the answer;
- ``ask.refused``: of all questions, those that ``ask`` does not answer where the file that does
  is left out (other files speak of like things, so that this is the hardest kind of refusal).

Uses only what users use: ``Library.add``, ``Library.search`` and ``Library.ask``.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from clerestory.errors import UnreadableFile
from clerestory.evaluating.bootstrap import Score
from clerestory.evaluating.contract import (
    Case,
    CaseProgress,
    Evaluation,
    Options,
    Summary,
    plain,
    preparing,
    run_cases,
)
from clerestory.evaluating.day.files import Format, write
from clerestory.evaluating.day.making import Day, Event, Question, make
from clerestory.evaluating.day.voices import RATE, installed
from clerestory.reading.media.sound import stretch
from clerestory.types import Answer, Filter, Hit, Locator, SearchResult, TimeSpan

if TYPE_CHECKING:
    from clerestory.library import Library

WITHIN_S = 2.0
FILES_AT = (1, 3)
DEPTH = max(FILES_AT)
REAL_S = 120.0  # of a recording that is joined from real clips
REAL_GAP_S = 1.0
_REAL = Format(".opus", "ogg", "libopus", 48_000, 32_000)


def run(options: Options) -> Summary:
    """Make the day and its library under ``out``, then ask.

    Raises:
        MachineError: no program on this machine speaks.
        UnreadableFile: a clip of the data folder, or a made file, could not be read.
        UnsupportedFile: PyAV is not installed.
        StoreBusy, ModelMissing: as ``Library.add``.
    """
    from clerestory.library import Library

    day = prepare(options)
    with Library.open(options.out / "library", settings=options.settings) as library:
        fill(library, options, day)
        named = {Path(one.path).name: info.asset for info in library.assets() for one in info.occurrences}

        def measure(item: Question) -> Case:
            others = Filter(assets=tuple(asset for name, asset in named.items() if name != item.file))
            return judge(
                item,
                library.search(item.text, limit=DEPTH),
                library.ask(item.text),
                without=library.ask(item.text, filter=others),
            )

        return run_cases(
            "recordings",
            options,
            day.questions,
            identify=lambda item: item.id,
            measure=measure,
            settings=plain(options.settings, "models", "reading", "searching"),
        )


def prepare(options: Options) -> Day:
    """The day of the seed under ``out``, and real voices beside it where the data has some."""
    voices = installed()
    listener = options.listener
    day = make(
        options.out / "day",
        seed=options.seed,
        voices=voices,
        told=lambda done, total, name: listener(CaseProgress("prepare: speak", done, total, 0.0, name)),
    )
    if (options.data / "transcripts.jsonl").exists():
        join_real(options.data, options.out / "voices", seed=options.seed)
    return day


def join_real(data: Path, folder: Path, *, seed: int) -> None:
    """The clips of ``data`` as recordings of about two minutes; those that are there are kept."""
    from clerestory.evaluating.speech import read_clips

    random = np.random.default_rng([seed, 6])
    folder.mkdir(parents=True, exist_ok=True)
    number, joined, seconds = 0, [], 0.0
    clips = read_clips(data)
    for position in [*random.permutation(len(clips)), None]:
        if position is not None:
            samples = stretch(clips[position].path, 0.0, None)
            joined += [samples, np.zeros(int(REAL_GAP_S * RATE), np.float32)]
            seconds += len(samples) / RATE + REAL_GAP_S
        if joined and (position is None or seconds >= REAL_S):
            number += 1
            target = folder / f"voices-{number:02d}{_REAL.suffix}"
            if not target.exists():
                part = target.with_suffix(".part")
                write(part, _REAL, np.concatenate(joined))
                part.replace(target)
            joined, seconds = [], 0.0


def fill(library: Library, options: Options, day: Day) -> None:
    """Take in all that was made.

    Raises:
        UnreadableFile: a file of the day could not be read.
    """
    paths = [options.out / "day" / file.name for file in day.files]  # not day.json, which has the answers
    if (options.out / "voices").is_dir():
        paths.append(options.out / "voices")
    library.add(paths, listener=preparing(options.listener))
    library.finish(listener=preparing(options.listener))
    there = {Path(place.path).name for info in library.assets() for place in info.occurrences}
    missing = sorted({file.name for file in day.files} - there)
    if missing:
        raise UnreadableFile(
            f"{len(missing)} of the made files could not be read",
            where=", ".join(missing[:3]),
            fix="`clerestory --library OUT/library ledger` says why.",
        )


def judge(item: Question, result: SearchResult, answer: Answer, *, without: Answer) -> Case:
    """Scores of one question, and what was found; ``without`` was answered without the right file."""
    files = [file_of(hit) for hit in result.hits]
    scores = {f"file@{k}": Score(float(item.file in files[:k])) for k in FILES_AT}
    first = result.hits[0] if result.hits and files[0] == item.file else None
    place = None if first is None else first.focus or first.segment.locator
    near = Score(float(starts_near(place, item.answer)))
    scores["place.within_2s"] = near
    scores[f"place.within_2s.{item.answer.kind}"] = near
    scores["place.overlaps"] = Score(float(overlaps(place, item.answer)))
    scores["passage.holds"] = Score(float(first is not None and holds(first.segment.locator, item.answer)))
    cited = [citation for sentence in answer.sentences for citation in sentence.citations][:1]
    right = [citation for citation in cited if file_of(citation.hit) == item.file]
    scores["ask.found"] = Score(float(answer.found))
    scores["ask.within_2s"] = Score(float(any(starts_near(one.locator, item.answer) for one in right)))
    scores["ask.refused"] = Score(float(not without.found))
    details = {
        "question": item.text,
        "file": item.file,
        "answer": [item.answer.text, item.answer.start_s, item.answer.end_s],
        "voice": item.answer.voice,
        "hits": [
            {"file": file_of(hit), "text": hit.segment.text, "place": _seconds(hit), "parts": dict(hit.parts)}
            for hit in result.hits
        ],
        "ask": [[file_of(one.hit), one.quote, *_span(one.locator)] for one in cited],
        "seconds": result.seconds,
    }
    return Case(item.id, scores, details)


def file_of(hit: Hit) -> str:
    return Path(hit.occurrences[0].path).name


def starts_near(place: Locator | None, answer: Event) -> bool:
    """Whether the place begins at most ``WITHIN_S`` before or after the answer."""
    return isinstance(place, TimeSpan) and abs(place.start_s - answer.start_s) <= WITHIN_S


def overlaps(place: Locator | None, answer: Event) -> bool:
    return isinstance(place, TimeSpan) and place.start_s < answer.end_s and place.end_s > answer.start_s


def holds(place: Locator, answer: Event) -> bool:
    """Whether the answer begins inside the place, or at most a word's length before it."""
    return isinstance(place, TimeSpan) and place.start_s - 0.5 <= answer.start_s < place.end_s


def _seconds(hit: Hit) -> list[float]:
    return [*_span(hit.segment.locator), *_span(hit.focus)]


def _span(place: Locator | None) -> list[float]:
    return [place.start_s, place.end_s] if isinstance(place, TimeSpan) else []


EVALUATION = Evaluation(
    name="recordings",
    help="Whether search finds the recording or video that answers, and the second (shares of 1).",
    data="an empty folder, or transcripts.jsonl with clips of voices that answer nothing",
    run=run,
)
