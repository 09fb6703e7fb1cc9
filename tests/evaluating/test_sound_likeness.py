from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from clerestory.errors import UnreadableFile
from clerestory.evaluating import sound_likeness
from clerestory.evaluating.contract import Options
from clerestory.evaluating.sound_likeness import average_precision
from clerestory.evaluating.sounds import write_wav

RATE = 16_000


def _folder(folder: Path, *, folds: tuple[int, ...] = (1, 1, 2, 2)) -> Path:
    random = np.random.default_rng(1)
    clock = np.arange(2 * RATE) / RATE
    lines = []
    for label in ("hum", "hiss"):
        for number, fold in enumerate(folds):
            samples = random.standard_normal(len(clock)) * 0.1
            if label == "hum":
                samples = samples * 0.05 + 0.3 * np.sin(2 * np.pi * random.uniform(100, 120) * clock)
            path = folder / f"{label}-{number}.wav"
            write_wav(path, samples)
            lines.append(json.dumps({"audio": path.name, "label": label, "fold": fold}))
    (folder / "meta.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return folder


def test_sounds_of_one_kind_find_each_other(tmp_path: Path) -> None:
    data = _folder(tmp_path)

    summary = sound_likeness.run(Options(data, tmp_path / "out"))

    assert summary.cases == 8
    assert summary.figures["mAP"].value == 1.0
    assert summary.figures["mAP.hum"].n == 4
    assert summary.figures["first"].value == 1.0
    assert summary.figures["chance"].value < 0.95
    case = json.loads((tmp_path / "out" / "cases.jsonl").read_text(encoding="utf-8").splitlines()[0])
    # Only clips of other folds are asked.
    assert set(case["details"]["nearest"]) <= {"hum-2.wav", "hum-3.wav", "hiss-2.wav", "hiss-3.wav"}


def test_one_fold_alone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="two folds"):
        sound_likeness.run(Options(_folder(tmp_path, folds=(1, 1)), tmp_path / "out"))


def test_lines_of_another_form_are_told(tmp_path: Path) -> None:
    (tmp_path / "meta.jsonl").write_text('{"audio": "a.wav"}', encoding="utf-8")

    with pytest.raises(UnreadableFile, match="label"):
        sound_likeness.run(Options(tmp_path, tmp_path / "out"))


@pytest.mark.parametrize(
    ("right", "precision"),
    [([1, 1, 0, 0], 1.0), ([0, 1], 0.5), ([1, 0, 1], (1 + 2 / 3) / 2), ([0, 0], 0.0), ([], 0.0)],
)
def test_average_precision(right: list[int], precision: float) -> None:
    assert average_precision(np.array(right, bool)) == pytest.approx(precision)
