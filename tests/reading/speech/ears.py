"""Models of hearing with known answers: a hum is speech, and how high it is says which words."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np

from clerestory.models.speech import Heard, Word
from clerestory.reading.speech.listening import Ears

RATE = 16_000
SAID = {200: "good morning everybody.", 300: "the tide is high,", 400: "you", 500: "guten Morgen zusammen."}


class HumActivity:
    """Speech is where there is a tone below 600 Hz."""

    name, version, frame_s = "hum", "1", 0.032

    def probabilities(self, samples: np.ndarray) -> np.ndarray:
        count = -(-len(samples) // 512)
        frames = np.pad(samples, (0, count * 512 - len(samples))).reshape(count, 512)
        return np.array([0.95 if _height(frame) else 0.02 for frame in frames], np.float32)


class HumRecogniser:
    """The words of ``SAID`` for each hum, spread evenly over it."""

    name, version, languages, longest_s = "hum", "1", frozenset({"en"}), 30.0

    def __init__(self) -> None:
        self.lengths_s: list[float] = []

    def transcribe(self, samples: np.ndarray) -> Heard:
        self.lengths_s.append(len(samples) / RATE)
        heights = [_height(samples[i : i + 512]) for i in range(0, len(samples) - 511, 512)]
        words: list[Word] = []
        start = 0
        for index in range(1, len(heights) + 1):
            if index < len(heights) and heights[index] == heights[start]:
                continue
            said = SAID.get(heights[start], "").split()
            step = (index - start) * 512 / RATE / max(1, len(said))
            begin = start * 512 / RATE
            if (index - start) > 3:
                words += [
                    Word(word, begin + n * step, begin + (n + 1) * step, 0.9) for n, word in enumerate(said)
                ]
            start = index
        covered = 0.1 if any(word.text == "guten" for word in words) else 0.95
        return Heard(tuple(words), "en", -0.1 - 10 * _off(samples), covered)


def ears() -> Ears:
    return Ears(HumRecogniser(), HumActivity())


def hum(height: int, seconds: float) -> np.ndarray:
    return (0.5 * np.sin(2 * np.pi * height * np.arange(round(seconds * RATE)) / RATE)).astype(np.float32)


def silence(seconds: float) -> np.ndarray:
    return np.zeros(round(seconds * RATE), np.float32)


def hiss(seconds: float) -> np.ndarray:
    return (0.05 * np.random.default_rng(0).standard_normal(round(seconds * RATE))).astype(np.float32)


def recording(path: Path, *parts: np.ndarray) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((np.concatenate(parts) * 32767).astype("<i2").tobytes())
    return path


def _off(samples: np.ndarray) -> float:
    """How far, by its share, the main tone is from the nearest known one: it is heard with doubt."""
    if not len(samples):
        return 0.0
    height = np.abs(np.fft.rfft(samples)).argmax() * RATE / len(samples)
    return min(abs(height - hz) / hz for hz in SAID) if height else 0.0


def _height(frame: np.ndarray) -> int:
    if np.abs(frame).max(initial=0.0) < 0.3:
        return 0
    # The best match of the known heights: a frame is too short for an exact one.
    clock = np.arange(len(frame)) / RATE
    fits = {hz: abs(np.sum(frame * np.exp(-2j * np.pi * hz * clock))) for hz in SAID}
    return max(fits, key=lambda hz: fits[hz])
