"""Does the recogniser of English know when it hears no English? Error rates, and its two weights.

    python -m bench.speech_coverage DIR/speech DIR/sentiment DIR/esc10 [--out FILE]

English: ``transcripts.jsonl`` of the first folder (native, non-native) and synthetic voices;
not English: the clips with sound of ``items.jsonl`` of the second (acted German), those of
the third that the detector takes for speech (left out by class), and a synthesiser in the
languages of ``speech_coverage.toml``. Without flite and espeak-ng their
kinds are left out. Each kind weighs the same within its side. Every clip is judged by
weights that were fitted without its language, speakers of its fold, or (synthetic English)
voice. Prints one JSON object: the area under the curve, the rates at several thresholds
(``shipped``: with the weights of ``models.coverage``), the weights fitted on all.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np

from clerestory.evaluating.day.voices import Espeak, Flite
from clerestory.evaluating.speech import is_native, samples_of
from clerestory.models.coverage import CONSTANT, HASTE, SURENESS, evidence
from clerestory.models.moonshine import Moonshine, missing_lead
from clerestory.models.voice_activity import load_voice_activity
from clerestory.models.weights import WeightStore
from clerestory.settings import ModelSettings

SPEECH = 0.5  # where the detector takes a sound for speech
THRESHOLDS = (0.1, 0.2, 0.3, 0.5, 0.7)
FOLDS = 5  # of speakers
RIDGE = 0.001  # of the standardised numbers, per unit of weight
ENGLISH_ESPEAK = ("en-us", "en-gb", "en-gb-scotland", "en-us+f3", "en-gb+f4", "en-029")
ENGLISH_FLITE = ("awb", "rms", "slt", "kal16")


@dataclass(frozen=True, slots=True)
class Clip:
    """``left_out`` names what is not fitted on when this clip is judged."""

    kind: str
    english: bool
    left_out: str
    samples: np.ndarray


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("speech", type=Path)
    parser.add_argument("sentiment", type=Path)
    parser.add_argument("sounds", type=Path)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    settings = ModelSettings()
    recogniser = Moonshine(WeightStore(settings).ready(settings.speech), name=settings.speech)
    clips, rows, looped = [], [], []
    for clip in chain(recorded(options.speech, options.sentiment), sounds(options.sounds), synthetic()):
        samples = np.pad(clip.samples, (missing_lead(clip.samples), 0))
        written = recogniser.write(samples)
        clips.append(clip)
        looped.append(written.looped or not written.pieces)
        rows.append((0.0, 0.0) if looped[-1] else evidence(written.log_probabilities, written.attention))
    found = judge(clips, np.array(rows), np.array(looped))
    text = json.dumps(found)
    print(text)
    if options.out:
        options.out.write_text(text + "\n", encoding="utf-8")
    return 0


def recorded(speech: Path, sentiment: Path) -> Iterator[Clip]:
    for row in _lines(speech / "transcripts.jsonl"):
        kind = "native" if is_native(row) else "non-native"
        fold = f"{kind} {sum(str(row['speaker']).encode()) % FOLDS}"
        yield Clip(kind, True, fold, samples_of(speech / row["audio"]))
    for row in _lines(sentiment / "items.jsonl"):
        if row.get("audio"):
            yield Clip("German, acted", False, "German, acted", samples_of(sentiment / row["audio"]))


def sounds(folder: Path) -> Iterator[Clip]:
    detector = load_voice_activity(ModelSettings())
    for path in sorted(folder.glob("*.jsonl")):
        for row in _lines(path):
            samples = samples_of(folder / row["audio"])
            if detector.probabilities(samples).max(initial=0.0) >= SPEECH:
                yield Clip("sound", False, f"sound {row['label']}", samples)


def synthetic() -> Iterator[Clip]:
    said = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    english = said.pop("en")
    if flite := shutil.which("flite"):
        for voice in ENGLISH_FLITE:
            for text in english:
                yield Clip("English, flite", True, f"flite {voice}", Flite(flite, voice).speak(text))
    if espeak := shutil.which("espeak-ng"):
        for voice in ENGLISH_ESPEAK:
            for text in english:
                yield Clip("English, espeak-ng", True, f"espeak {voice}", Espeak(espeak, voice).speak(text))
        for language, texts in said.items():
            for voice in (language, f"{language}+f3"):
                for text in (*texts, " ".join(texts)):
                    sound = Espeak(espeak, voice).speak(text)
                    yield Clip("other, espeak-ng", False, f"espeak {language}", sound)


def judge(clips: list[Clip], numbers: np.ndarray, looped: np.ndarray) -> dict[str, object]:
    kinds = np.array([clip.kind for clip in clips])
    english = np.array([clip.english for clip in clips])
    groups = np.array([clip.left_out for clip in clips])
    weights = np.zeros(len(clips))
    for kind in set(kinds):
        weights[kinds == kind] = 1 / (kinds == kind).sum()
    for side in (True, False):
        weights[english == side] /= weights[english == side].sum()
    scores = np.zeros(len(clips))
    for group in sorted(set(groups)):
        held = groups == group
        used = ~held & ~looped
        scores[held] = _scores(numbers[held], fit(numbers[used], english[used], weights[used]))
    shipped = _scores(numbers, np.array([SURENESS, HASTE, CONSTANT]))

    def wrong(scores: np.ndarray) -> dict[str, dict[str, float]]:
        chances = np.where(looped, 0.0, 1 / (1 + np.exp(-scores)))
        return {
            str(threshold): {
                kind: round(float(np.mean(((chances >= threshold) != english)[kinds == kind])), 3)
                for kind in sorted(set(kinds))
            }
            for threshold in THRESHOLDS
        }

    ranks = np.where(looped, -np.inf, scores)
    everything = fit(numbers[~looped], english[~looped], weights[~looped])
    return {
        "clips": {kind: int((kinds == kind).sum()) for kind in sorted(set(kinds))},
        "area_under_curve": round(area(ranks[english], ranks[~english]), 4),
        "wrong_at": wrong(scores),
        "shipped": wrong(shipped),
        "weights": [round(float(value), 3) for value in everything],
    }


def fit(numbers: np.ndarray, english: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Weights of a logistic with a constant last (Newton's method)."""
    mean, spread = numbers.mean(axis=0), numbers.std(axis=0)
    inputs = np.column_stack([(numbers - mean) / spread, np.ones(len(numbers))])
    ridge = RIDGE * weights.sum() * np.diag([*np.ones(numbers.shape[1]), 0.0])
    values = np.zeros(inputs.shape[1])
    for _ in range(60):
        chance = 1 / (1 + np.exp(-inputs @ values))
        curve = inputs.T @ (inputs * (weights * chance * (1 - chance))[:, None]) + ridge
        values += np.linalg.solve(curve, inputs.T @ (weights * (english - chance)) - ridge @ values)
    return np.append(values[:-1] / spread, values[-1] - (values[:-1] * mean / spread).sum())


def area(above: np.ndarray, below: np.ndarray) -> float:
    """How often one of ``above`` is the larger of a pair."""
    return float(np.mean(above[:, None] > below) + np.mean(above[:, None] == below) / 2)


def _scores(numbers: np.ndarray, values: np.ndarray) -> np.ndarray:
    return numbers @ values[:-1] + values[-1]


def _lines(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


if __name__ == "__main__":
    raise SystemExit(main())
