"""Spoken captions with voices that hum and a recogniser that knows what each hum says."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.fakes import BagOfWords, ColourNames
from tests.reading.speech.ears import HumActivity, HumRecogniser, hum, recording

from clerestory.errors import MachineError, UnreadableFile
from clerestory.evaluating import spoken_captions
from clerestory.evaluating.contract import Options
from clerestory.models.speech import Heard, Word

COLOURS = {"red": (200, 30, 30), "green": (30, 160, 60), "blue": (30, 60, 200)}
HEIGHTS = {"red": 200, "green": 300, "blue": 400}


class _Voice:
    name = "hum"

    def speak(self, text: str) -> np.ndarray:
        return hum(HEIGHTS[text.split()[1]], 2.0)


class _Recogniser(HumRecogniser):
    """Hears "blue" as "grey"."""

    def transcribe(self, samples: np.ndarray) -> Heard:
        heard = super().transcribe(samples)
        said = {"good": "a red wall", "the": "a green wall", "you": "a grey wall"}
        words = said[heard.words[0].text].split() if heard.words else []
        last_s = heard.words[-1].end_s if heard.words else 0.0
        renamed = [Word(word, 0.3 + n / 10, max(last_s, 0.9), 0.9) for n, word in enumerate(words)]
        return Heard(tuple(renamed), "en", heard.log_probability, 0.95)


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    lines = []
    for name, colour in COLOURS.items():
        Image.new("RGB", (40, 30), colour).save(tmp_path / f"{name}.png")
        lines.append(json.dumps({"image": f"{name}.png", "captions": [f"a {name} wall"]}))
    (tmp_path / "dev.jsonl").write_text("\n".join(lines), encoding="utf-8")
    for name, fake in {
        "load_speech_recogniser": _Recogniser(),
        "load_voice_activity": HumActivity(),
        "load_picture_encoder": ColourNames(),
        "load_text_encoder": BagOfWords(),
    }.items():
        monkeypatch.setattr(spoken_captions, name, lambda *_, fake=fake, **__: fake)
    monkeypatch.setattr(spoken_captions, "RANKS", (1, 10))
    return tmp_path


def test_what_is_misheard_is_lost_and_counted(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spoken_captions, "installed", lambda: (_Voice(),))

    figures = spoken_captions.run(Options(data, data / "out")).figures

    assert figures["written.R@1"].value == 100.0
    assert figures["spoken.R@1"].value == pytest.approx(200 / 3)
    assert figures["spoken.R@10.hum"].value == 100.0
    assert figures["lost.R@10"].value == figures["lost.R@10.hum"].value == 0.0
    assert figures["word_errors"].value == pytest.approx(100 / 9)
    cases = [json.loads(line) for line in (data / "out" / "cases.jsonl").read_text().splitlines()]
    assert {case["case"]: case["details"]["heard"] for case in cases}["blue.png"] == "a grey wall"


def test_recordings_are_taken_where_the_folder_has_them(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none_here() -> None:
        raise MachineError("no program speaks", where="flite", fix="Install one.")

    monkeypatch.setattr(spoken_captions, "installed", none_here)
    with pytest.raises(MachineError, match="no program speaks"):
        spoken_captions.run(Options(data, data / "none"))
    recording(data / "green.wav", hum(300, 2.0))
    line = {"audio": "green.wav", "image": "green.png", "caption": "a green wall"}
    (data / "spoken.jsonl").write_text(json.dumps(line), encoding="utf-8")

    summary = spoken_captions.run(Options(data, data / "out"))

    assert summary.cases == 1
    assert summary.figures["spoken.R@1"].value == 100.0
    assert "spoken.R@10.recorded" in summary.figures


def test_a_recording_of_another_photo_is_told(data: Path) -> None:
    line = {"audio": "a.wav", "image": "else.png", "caption": "a wall"}
    (data / "spoken.jsonl").write_text(json.dumps(line), encoding="utf-8")

    with pytest.raises(UnreadableFile, match=r"else\.png"):
        spoken_captions.run(Options(data, data / "out"))
