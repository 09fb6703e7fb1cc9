"""``clerestory eval ocr``: how much of the printed text is recognised, and where.

The data folder is shaped like the ICDAR 2019 receipts: ``img/NAME.jpg`` and
``box/NAME.csv`` with a line per text line, ``x1,y1,x2,y2,x3,y3,x4,y4,text`` in pixels (the
text may hold commas). Figures, all pooled over pictures:

- ``words``: whitespace-split words of the truth that were found, ignoring case, each as
  often as it occurs;
- ``characters``: characters of the truth that were found in order (longest common
  subsequence, ignoring case; lines of the truth by rows from the top, those of the engine
  in its own reading order; lines are joined by one space);
- ``boxes``: lines of the truth with a found line of their own whose IoU is at least 0.5;
- ``seconds``: mean time per picture; ``seconds.ratio``: our time over RapidOCR's with its
  default settings on the same pictures in the same run, both with all cores;
- ``rapidocr.words``, ``rapidocr.characters``, ``rapidocr.boxes``: what that finds.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from clerestory.errors import UnreadableFile
from clerestory.evaluating.bootstrap import Score
from clerestory.evaluating.contract import Case, Evaluation, Options, Summary, run_cases
from clerestory.models.ocr import OcrEngine, load_ocr_engine
from clerestory.models.ordering import rows_of
from clerestory.models.sessions import usable_cores
from clerestory.types import Box

MIN_IOU = 0.5


@dataclass(frozen=True, slots=True)
class TextBox:
    """A line of text and where it stands, in 0..1."""

    text: str
    box: Box


# A way of reading a picture: RGB uint8 (h, w, 3) to lines in reading order.
Read = Callable[[np.ndarray], list[TextBox]]


def run(options: Options) -> Summary:
    """Measure the engine that the settings name on a folder of labelled pictures.

    Raises:
        UnreadableFile: the folder is not shaped like that.
        ModelMissing: the weights are not on this machine.
    """
    pictures = sorted(options.data.joinpath("img").glob("*.jpg"))
    if not pictures:
        raise UnreadableFile("no img/*.jpg", where=str(options.data), fix="Is --data the right folder?")
    settings = options.settings
    threads = settings.models.threads or usable_cores()
    engine = load_ocr_engine(settings.models, longest_side=settings.reading.ocr_longest_side, threads=threads)
    ours, theirs = reader_of(engine), rapidocr_reader()

    def measure(picture: Path) -> Case:
        pixels = _pixels(picture)
        truth = read_truth(options.data / "box" / f"{picture.stem}.csv", size=pixels.shape[:2])
        scores: dict[str, Score] = {}
        seconds = {}
        details: dict[str, object] = {}
        for prefix, read in (("", ours), ("rapidocr.", theirs)):
            started = time.perf_counter()
            lines = read(pixels)
            seconds[prefix] = time.perf_counter() - started
            details[f"{prefix}lines"] = len(lines)
            scores |= {f"{prefix}{name}": score for name, score in score_lines(truth, lines).items()}
        scores["seconds"] = Score(seconds[""], 1)
        scores["rapidocr.seconds"] = Score(seconds["rapidocr."], 1)
        scores["seconds.ratio"] = Score(seconds[""], seconds["rapidocr."])
        return Case(picture.stem, scores, details)

    warm = np.full((96, 320, 3), 255, np.uint8)
    ours(warm), theirs(warm)
    return run_cases(
        "ocr",
        options,
        pictures,
        identify=lambda picture: picture.stem,
        measure=measure,
        settings={
            "ocr": settings.models.ocr,
            "version": engine.version,
            "longest_side": settings.reading.ocr_longest_side,
            "threads": threads,
        },
    )


def score_lines(truth: Sequence[TextBox], found: Sequence[TextBox]) -> dict[str, Score]:
    """``words``, ``characters`` and ``boxes`` of one picture; ``found`` in reading order."""
    wanted = Counter(word for line in truth for word in line.text.casefold().split())
    had = Counter(word for line in found for word in line.text.casefold().split())
    ordered = [truth[index] for row in rows_of([line.box for line in truth]) for index in row]
    expected = " ".join(line.text.casefold() for line in ordered)
    read = " ".join(line.text.casefold() for line in found)
    return {
        "words": Score((wanted & had).total(), wanted.total()),
        "characters": Score(common_length(expected, read), len(expected)),
        "boxes": Score(matched_boxes([line.box for line in truth], [line.box for line in found]), len(truth)),
    }


def common_length(first: str, second: str) -> int:
    """Length of the longest common subsequence.

    Bit-parallel (Hyyrö 2004): one whole-number operation per character of ``second``.
    """
    places: dict[str, int] = {}
    for position, character in enumerate(first):
        places[character] = places.get(character, 0) | 1 << position
    everything = (1 << len(first)) - 1
    state = everything
    for character in second:
        matches = state & places.get(character, 0)
        state = ((state + matches) | (state - matches)) & everything
    return len(first) - state.bit_count()


def matched_boxes(truth: Sequence[Box], found: Sequence[Box]) -> int:
    """How many boxes of ``truth`` have one of ``found`` to themselves with IoU >= 0.5.

    Best pairs first; at this overlap a box can hardly fit two others.
    """
    pairs = sorted(
        (
            (overlap, t, f)
            for t, expected in enumerate(truth)
            for f, box in enumerate(found)
            if (overlap := iou(expected, box)) >= MIN_IOU
        ),
        reverse=True,
    )
    used_truth: set[int] = set()
    used_found: set[int] = set()
    for _, t, f in pairs:
        if t not in used_truth and f not in used_found:
            used_truth.add(t)
            used_found.add(f)
    return len(used_truth)


def iou(first: Box, second: Box) -> float:
    """Shared area over joint area."""
    width = min(first.x1, second.x1) - max(first.x0, second.x0)
    height = min(first.y1, second.y1) - max(first.y0, second.y0)
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    return shared / (first.area + second.area - shared)


def read_truth(path: Path, *, size: tuple[int, int]) -> list[TextBox]:
    """The labelled lines of a picture of ``size`` (height, width) in pixels."""
    height, width = size
    lines = []
    try:
        content = path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise UnreadableFile("no labels", where=str(path), fix="Is --data the right folder?") from error
    for number, row in enumerate(content.splitlines(), start=1):
        if not row.strip():
            continue
        *numbers, text = row.split(",", 8)
        try:
            corners = [float(value) for value in numbers]
            if len(corners) != 8:
                raise ValueError(numbers)
            xs, ys = corners[0::2], corners[1::2]
            box = Box(min(xs) / width, min(ys) / height, max(xs) / width, max(ys) / height)
        except ValueError as error:
            raise UnreadableFile(f"line {number} is not x1,y1,…,text", where=str(path)) from error
        lines.append(TextBox(text, box))
    return lines


def reader_of(engine: OcrEngine) -> Read:
    def read(pixels: np.ndarray) -> list[TextBox]:
        return [TextBox(line.text, line.box) for line in engine.read(pixels)]

    return read


def rapidocr_reader() -> Read:
    """RapidOCR with its default settings and the weights of its own package.

    Its lines are put in rows, as it gives them in the order of detection.
    """
    from rapidocr import RapidOCR

    engine: Any = RapidOCR(params={"Global.log_level": "critical"})
    logging.getLogger("RapidOCR").setLevel(logging.CRITICAL)

    def read(pixels: np.ndarray) -> list[TextBox]:
        height, width = pixels.shape[:2]
        result = engine(pixels[:, :, ::-1])
        if result.boxes is None or result.txts is None:
            return []
        lines = []
        for quad, text in zip(result.boxes, result.txts, strict=True):
            (x0, y0), (x1, y1) = np.min(quad, axis=0), np.max(quad, axis=0)
            lines.append(TextBox(text, Box(x0 / width, y0 / height, x1 / width, y1 / height)))
        return [lines[index] for row in rows_of([line.box for line in lines]) for index in row]

    return read


def _pixels(path: Path) -> np.ndarray:
    from PIL import Image, ImageOps

    with Image.open(path) as image:
        return np.asarray(ImageOps.exif_transpose(image).convert("RGB"))


EVALUATION = Evaluation(
    name="ocr",
    help="Words, characters and boxes found in labelled pictures, and the time against RapidOCR.",
    data="img/NAME.jpg and box/NAME.csv with x1,y1,…,x4,y4,text per line",
    run=run,
)
