"""Voices that need no program: a hum as long as the text."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from clerestory.evaluating.day.voices import RATE


@dataclass(frozen=True, slots=True)
class Hum:
    name: str
    pitch: float

    def speak(self, text: str) -> np.ndarray:
        clock = np.arange(len(text) * RATE // 100) / RATE
        return (0.1 * np.sin(2 * np.pi * self.pitch * clock)).astype(np.float32)


LOW, HIGH = Hum("low", 120.0), Hum("high", 240.0)
