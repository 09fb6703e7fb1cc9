"""``clerestory eval scenes``: are scenes cut where films are cut, and is read what is written?

The data folder holds ``videos.jsonl`` and the videos that it names, like the corpora's
``video``. The evaluation makes its own test films from spans of them that hold no cut (see
``footage``) and from drawn shots, seeded; a case is a film, read and watched as any other
video is. Half of the films are watched in stretches of twenty seconds, so that borders count.

- ``cuts.f1``: hard cuts found within two frames (twice the hits over hits and all that were
  to be found or were found); ``cuts.precision``, ``cuts.recall``;
- ``changes.found``: dissolves and fades in which one new scene begins, within two frames of
  their span; one found elsewhere counts against ``cuts.f1``;
- ``pan.one_scene``: slow pans and zooms that are not cut inside;
- ``captions.found``: captions read (four of five characters) with beginning and end within
  half a second; ``captions.read``: read, whenever;
- ``speed``: seconds of film per second of watching on one core.
"""

from __future__ import annotations

import dataclasses
import difflib
import hashlib
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from clerestory.evaluating.bootstrap import Score
from clerestory.evaluating.contract import Case, Evaluation, Options, Summary, run_cases
from clerestory.evaluating.films import Caption, Change, Film, make
from clerestory.evaluating.footage import quiet_spans
from clerestory.models.ocr import OcrEngine, load_ocr_engine
from clerestory.reading.media.merging import merge_media
from clerestory.reading.reader import read
from clerestory.reading.source import Source
from clerestory.reading.video.viewing import watch
from clerestory.settings import ReadingSettings
from clerestory.types import Reading, TimeSpan

FILMS = 12
FRAMES = 2
CAPTION_S = 0.5
SAME_TEXT = 0.8
SHORT_STRETCH_S = 20
_GAP_S = 0.3  # a caption that stands over a cut is told in both scenes


@dataclasses.dataclass(frozen=True, slots=True)
class Seen:
    """A line of writing and when it stood there."""

    text: str
    start_s: float
    end_s: float


def run(options: Options) -> Summary:
    """Make the films, watch them, compare.

    Raises:
        UnreadableFile: the folder is not shaped like that.
        ModelMissing: the weights are not on this machine.
        UnsupportedFile: the package that reads videos is not installed.
    """
    spans = quiet_spans(options.data)
    settings = options.settings
    engine = load_ocr_engine(settings.models, longest_side=settings.reading.ocr_longest_side, threads=1)
    with tempfile.TemporaryDirectory(prefix="clerestory-scenes-") as folder:

        def measure(number: int) -> Case:
            random = np.random.default_rng([options.seed, number])
            film = make(Path(folder) / f"film-{number}", spans, random, number=number)
            reading = settings.reading
            if number % 2:
                reading = dataclasses.replace(reading, watch_stretch_s=SHORT_STRETCH_S)
            started = time.perf_counter()
            seen = watched(film.path, engine, dataclasses.replace(reading, listen=False))
            seconds = time.perf_counter() - started
            film.path.unlink()
            case = compare(f"film-{number:02}", film, seen)
            return dataclasses.replace(case, scores={**case.scores, "speed": Score(film.seconds, seconds)})

        return run_cases(
            "scenes",
            options,
            range(FILMS),
            identify=lambda number: f"film-{number:02}",
            measure=measure,
            settings={
                "ocr": settings.models.ocr,
                "version": engine.version,
                "spans": len(spans),
                "stretch_s": [settings.reading.watch_stretch_s, SHORT_STRETCH_S],
            },
        )


def watched(path: Path, engine: OcrEngine, settings: ReadingSettings) -> Reading:
    """The reading of a video after all of it was watched."""
    kept: dict[str, bytes] = {}

    def put(content: bytes) -> str:
        digest = hashlib.sha256(content).hexdigest()
        kept[digest] = content
        return digest

    source = Source(path, hashlib.sha256(path.read_bytes()).hexdigest(), path.name)
    reading = read(source, settings)
    results = [
        watch(source, request, settings, ocr=engine, put=put).to_json() for request in reading.media_requests
    ]
    facts = {item.digest: item.content for item in reading.objects}
    return merge_media(reading, results, settings, object_bytes=facts.__getitem__)


def compare(name: str, film: Film, reading: Reading) -> Case:
    """Scores of one film."""
    borders = borders_of(reading)
    slack_s = (FRAMES + 0.1) / film.fps  # times in a container are rounded to milliseconds
    hard = [change.start_s for change in film.changes if change.kind == "cut"]
    soft = [change for change in film.changes if change.kind != "cut"]
    hits, rest = matched(hard, borders, slack_s)
    begun, rest = _begun(soft, rest, slack_s)
    lines = lines_of(reading)
    found = [found_caption(caption, lines) for caption in film.captions]
    whole = [span for span in film.pans if not _cut_inside(span, film.changes, borders, slack_s)]
    missed = [time_s for time_s in hard if time_s not in hits]
    return Case(
        name,
        {
            "cuts.f1": Score(2 * len(hits), 2 * len(hits) + len(missed) + len(rest)),
            "cuts.precision": Score(len(hits), len(hits) + len(rest)),
            "cuts.recall": Score(len(hits), len(hard)),
            "changes.found": Score(len(begun), len(soft)),
            "pan.one_scene": Score(len(whole), len(film.pans)),
            "captions.found": Score(found.count("found"), len(found)),
            "captions.read": Score(len(found) - found.count("not read"), len(found)),
        },
        {
            "size": [film.width, film.height],
            "fps": film.fps,
            "codec": film.codec,
            "seconds": round(film.seconds, 2),
            "shots": list(film.shots),
            "cuts missed": [round(time_s, 2) for time_s in missed],
            "cuts invented": [round(time_s, 2) for time_s in rest],
            "changes missed": [dataclasses.asdict(one) for one in soft if one not in begun],
            "captions": [
                {**dataclasses.asdict(caption), "outcome": outcome}
                for caption, outcome in zip(film.captions, found, strict=True)
                if outcome != "found"
            ],
            "lines": len(lines),
        },
    )


def borders_of(reading: Reading) -> list[float]:
    """When new scenes begin, but for the first."""
    borders: list[float] = []
    scene = ""
    for segment in reading.segments:
        if segment.kind == "scene" and segment.attributes["scene"] != scene:
            if scene and isinstance(segment.locator, TimeSpan):
                borders.append(segment.locator.start_s)
            scene = segment.attributes["scene"]
    return borders


def lines_of(reading: Reading) -> list[Seen]:
    """Written lines; one that is told in neighbouring scenes is one again."""
    lines: list[Seen] = []
    for segment in reading.segments:
        for line in segment.lines:
            place = line.locator
            if not isinstance(place, TimeSpan) or place.box is None:
                continue
            text = segment.text[line.start : line.end]
            before = next(
                (one for one in lines if one.text == text and abs(one.end_s - place.start_s) <= _GAP_S), None
            )
            if before is None:
                lines.append(Seen(text, place.start_s, place.end_s))
            else:
                lines[lines.index(before)] = Seen(text, before.start_s, place.end_s)
    return lines


def matched(
    truth: Sequence[float], found: Sequence[float], slack_s: float
) -> tuple[list[float], list[float]]:
    """Times of ``truth`` that have one of ``found`` to themselves; and what of ``found`` is left."""
    pairs = sorted((abs(t - f), t, f) for t in truth for f in found if abs(t - f) <= slack_s)
    hits: list[float] = []
    rest = list(found)
    for _, expected, time_s in pairs:
        if expected not in hits and time_s in rest:
            hits.append(expected)
            rest.remove(time_s)
    return hits, rest


def found_caption(caption: Caption, lines: Sequence[Seen]) -> str:
    """ "found", "wrong time" or "not read"."""
    same = [line for line in lines if _ratio(caption.text, line.text) >= SAME_TEXT]
    near = [line for line in same if line.start_s < caption.end_s and line.end_s > caption.start_s]
    if not near:
        return "not read"
    for line in near:
        if max(abs(line.start_s - caption.start_s), abs(line.end_s - caption.end_s)) <= CAPTION_S:
            return "found"
    best = max(near, key=lambda line: line.end_s - line.start_s)
    return f"wrong time: {best.start_s:.2f} to {best.end_s:.2f}"


def _begun(
    soft: Sequence[Change], found: Sequence[float], slack_s: float
) -> tuple[list[Change], list[float]]:
    """Dissolves and fades in which a scene begins; a second one in the same stays in the rest."""
    begun: list[Change] = []
    rest = list(found)
    for change in soft:
        inside = [x for x in rest if change.start_s - slack_s <= x <= change.end_s + slack_s]
        if inside:
            begun.append(change)
            rest.remove(inside[0])
    return begun, rest


def _cut_inside(
    span: tuple[float, float], changes: Sequence[Change], borders: Sequence[float], slack_s: float
) -> bool:
    inside = [x for x in borders if span[0] < x < span[1]]
    return any(not any(one.start_s - slack_s <= x <= one.end_s + slack_s for one in changes) for x in inside)


def _ratio(first: str, second: str) -> float:
    one, other = ("".join(x for x in text.casefold() if x.isalnum()) for text in (first, second))
    return difflib.SequenceMatcher(None, one, other, autojunk=False).ratio()


EVALUATION = Evaluation(
    "scenes",
    "cuts, pans and captions of test films joined from known shots",
    "videos.jsonl and the videos that it names",
    run,
)
