"""``clerestory eval sound-likeness``: do recordings of the same kind of sound find each other?

The data folder is shaped like ESC-10: ``meta.jsonl`` with ``audio`` (a path in the folder),
``label`` and ``fold`` per line; clips of one recording stay in one fold. Each clip is asked for
among the clips of all other folds, so that no recording finds itself; right are those with its
label. The encoder has seen none of them (it was made from sounds that were made up). Figures:

- ``mAP``: mean average precision over all clips; ``mAP.LABEL`` of each kind;
- ``first``: share of clips whose nearest clip is of the same kind;
- ``chance``: mean average precision of an order by chance;
- ``cost.sound_ms``: processor milliseconds for the features of one clip, without decoding.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from clerestory.errors import UnreadableFile
from clerestory.evaluating.bootstrap import Score
from clerestory.evaluating.contract import (
    Case,
    CaseProgress,
    Evaluation,
    Options,
    Summary,
    read_lines,
    run_cases,
)
from clerestory.models.sound_features import sound_features
from clerestory.models.sounds import load_sound_encoder
from clerestory.reading.media.sound import stretch

SHUFFLES = 20


@dataclass(frozen=True, slots=True)
class Clip:
    """A recording: its path in the data folder, what is heard in it, and its fold."""

    audio: str
    label: str
    fold: int


def run(options: Options) -> Summary:
    """Hear every clip once, then rank the others for each.

    Raises:
        UnreadableFile: the folder is not shaped like that, or a clip cannot be decoded.
    """
    clips = _clips(options)
    encoder = load_sound_encoder()
    features, seconds = _features(options, clips)
    cosines = encoder.embed(features) @ encoder.embed(features).T
    labels = np.array([clip.label for clip in clips])
    folds = np.array([clip.fold for clip in clips])

    def measure(number: int) -> Case:
        others = np.flatnonzero(folds != folds[number])
        right = labels[others] == labels[number]
        order = np.argsort(-cosines[number, others], kind="stable")
        precision = average_precision(right[order])
        random = np.random.default_rng([options.seed, number])
        chance = np.mean([average_precision(random.permutation(right)) for _ in range(SHUFFLES)])
        scores = {
            "mAP": Score(precision),
            f"mAP.{labels[number]}": Score(precision),
            "first": Score(float(right[order[0]])),
            "chance": Score(float(chance)),
            "cost.sound_ms": Score(1000 * seconds[number]),
        }
        nearest = [clips[others[place]].audio for place in order[:3]]
        return Case(clips[number].audio, scores, {"label": clips[number].label, "nearest": nearest})

    return run_cases(
        "sound-likeness",
        options,
        range(len(clips)),
        identify=lambda number: clips[number].audio,
        measure=measure,
        settings={"sound": f"{encoder.space.name} {encoder.space.digest[:12]}", "clips": len(clips)},
    )


def average_precision(right: np.ndarray) -> float:
    """Of an order in which ``right`` says for each place whether it belongs; 0 where none does."""
    if not right.any():
        return 0.0
    precision = np.cumsum(right) / np.arange(1, len(right) + 1)
    return float((precision * right).sum() / right.sum())


def _clips(options: Options) -> list[Clip]:
    path = options.data / "meta.jsonl"
    try:
        clips = [Clip(str(one["audio"]), str(one["label"]), int(one["fold"])) for one in read_lines(path)]
    except (KeyError, TypeError, ValueError) as error:
        raise UnreadableFile(
            f"a line is not of that form ({error})", where=str(path), fix="Each needs audio, label and fold."
        ) from error
    if len({clip.fold for clip in clips}) < 2:
        raise UnreadableFile("clips of two folds are needed at least", where=str(path))
    return clips


def _features(options: Options, clips: Sequence[Clip]) -> tuple[np.ndarray, list[float]]:
    """Features of each clip, and the processor seconds that they took."""
    rows, seconds = [], []
    started = time.monotonic()
    for done, clip in enumerate(clips, start=1):
        samples = stretch(options.data / clip.audio)
        before = time.process_time()
        rows.append(sound_features(samples))
        seconds.append(time.process_time() - before)
        options.listener(CaseProgress("prepare", done, len(clips), time.monotonic() - started, clip.audio))
    return np.stack(rows), seconds


EVALUATION = Evaluation(
    name="sound-likeness",
    help="Whether recordings of the same kind of sound find each other (mean average precision).",
    data="meta.jsonl with audio, label and fold per line, and the files that it names (as ESC-10)",
    run=run,
)
