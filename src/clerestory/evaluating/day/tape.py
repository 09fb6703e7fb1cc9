"""A story on the clock: its sound, what is said when, what is shown when.

In: a story, a voice for each of its speakers, a seed. Out: mono samples at 16 kHz and cues.
Noise fits the story's setting (a telephone's narrow band, wind, the hum of a workshop), its
level is drawn from the seed. It knows no file format.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from clerestory.evaluating.day.stories import Break, Caption, Slide, Story
from clerestory.evaluating.day.voices import LEVEL, RATE, Voice

LEAD_S = (0.5, 2.0)  # before the first word
GAP_S = (0.25, 0.8)  # between two lines
SLIDE_S = (0.6, 1.2)  # a slide stands before it is spoken of
TAIL_S = 1.2
# Noise below speech, in dB, by setting: (least, most).
SNR_DB = {
    "room": (18, 28),
    "hall": (15, 25),
    "radio": (25, 35),
    "telephone": (12, 20),
    "kitchen": (14, 22),
    "workshop": (10, 18),
    "outside": (10, 18),
    "plain": (20, 30),
    "dark": (20, 30),
}
_PITCHES = (220.0, 247.5, 275.0, 330.0, 366.7, 440.0)


@dataclass(frozen=True, slots=True)
class Cue:
    """When a part of the story is said or stands on the screen; ``part`` is its position."""

    part: int
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Tape:
    """The sound of a story; ``snr_db`` is speech over noise. ``seconds`` is the length of all."""

    samples: np.ndarray
    cues: tuple[Cue, ...]
    snr_db: float

    @property
    def seconds(self) -> float:
        return len(self.samples) / RATE

    def cue(self, part: int) -> Cue:
        return next(cue for cue in self.cues if cue.part == part)


def record(story: Story, cast: Mapping[str, Voice], *, seed: tuple[int, ...]) -> Tape:
    """The story spoken by its ``cast``; the same seed and voices give the same samples."""
    random = np.random.default_rng(seed)
    pieces: list[np.ndarray] = [_still(random.uniform(*LEAD_S))]
    cues: list[Cue] = []
    shown: list[tuple[int, int]] = []  # what stands on the screen: its part and first sample
    now = len(pieces[0])
    for number, part in enumerate(story.parts):
        if isinstance(part, Slide):
            start = 0 if number == 0 else now
            cues += _ended(shown, start)
            shown = [(number, start)]
            more = [_still(random.uniform(*SLIDE_S))]
        elif isinstance(part, Caption):
            cues += _ended(shown[1:], now)
            shown = [*shown[:1], (number, now)]
            more = [_still(random.uniform(*SLIDE_S))]
        elif isinstance(part, Break):
            more = [_still(part.seconds) if part.kind == "pause" else music(part.seconds, random)]
        else:
            samples = cast[part.who].speak(part.text)
            cues.append(Cue(number, now / RATE, (now + len(samples)) / RATE))
            more = [samples, _still(random.uniform(*GAP_S))]
        pieces += more
        now += sum(map(len, more))
    pieces.append(_still(TAIL_S))
    samples = np.concatenate(pieces)
    cues += _ended(shown, len(samples))
    snr_db = float(random.uniform(*SNR_DB[story.setting]))
    heard = samples + _noise(story.setting, len(samples), random) * (LEVEL / 10 ** (snr_db / 20))
    if story.setting == "telephone":
        heard = _band(heard, 300.0, 3400.0)
    return Tape(
        np.clip(heard, -0.98, 0.98).astype(np.float32), tuple(sorted(cues, key=lambda cue: cue.part)), snr_db
    )


def _ended(shown: list[tuple[int, int]], end: int) -> list[Cue]:
    return [Cue(part, start / RATE, end / RATE) for part, start in shown]


def _still(seconds: float) -> np.ndarray:
    return np.zeros(int(seconds * RATE), np.float32)


def music(seconds: float, random: np.random.Generator) -> np.ndarray:
    """A simple tune: notes with overtones over a held fifth, at the level of speech."""
    count = int(seconds * RATE)
    clock = np.arange(count) / RATE
    tune = 0.3 * np.sin(2 * np.pi * 110 * clock) + 0.2 * np.sin(2 * np.pi * 165 * clock)
    beat = int(random.uniform(0.22, 0.45) * RATE)
    for start in range(0, count, beat):
        part = clock[: min(2 * beat, count - start)]
        pitch = float(random.choice(_PITCHES))
        note = sum(np.sin(2 * np.pi * pitch * k * part) / k**1.5 for k in range(1, 6))
        tune[start : start + len(part)] += note * np.exp(-part * 4)
    edge = np.clip(np.minimum(clock, seconds - clock) / 0.15, 0, 1)
    return (tune * edge * (LEVEL / np.sqrt(np.mean(tune**2)))).astype(np.float32)


def _noise(setting: str, count: int, random: np.random.Generator) -> np.ndarray:
    """Noise of mean power 1."""
    clock = np.arange(count) / RATE
    if setting in ("outside", "dark"):  # wind: dull, in gusts
        noise = _coloured(count, 1.6, random)
        noise = noise * (0.5 + np.sin(np.pi * clock / random.uniform(3, 7)) ** 2)
    elif setting == "workshop":
        noise = _coloured(count, 0.8, random)
        hum = random.choice([50.0, 60.0])
        noise = noise / noise.std() + 0.5 * sum(np.sin(2 * np.pi * hum * k * clock) / k for k in (1, 2, 3, 5))
    elif setting == "kitchen":  # something fries: bright crackle
        noise = _coloured(count, 0.3, random) * (0.6 + 0.8 * (random.random(count) > 0.995))
    elif setting == "telephone":
        noise = _coloured(count, 0.2, random)
    else:
        noise = _coloured(count, 1.0, random)
    return noise / np.sqrt(np.mean(noise**2))


def _coloured(count: int, slope: float, random: np.random.Generator) -> np.ndarray:
    """Noise whose power falls with frequency to the power of ``slope``."""
    spectrum = np.fft.rfft(random.standard_normal(count))
    frequencies = np.maximum(np.fft.rfftfreq(count, 1 / RATE), 30.0)
    return np.fft.irfft(spectrum * frequencies ** (-slope / 2), count)


def _band(samples: np.ndarray, low: float, high: float) -> np.ndarray:
    spectrum = np.fft.rfft(samples)
    frequencies = np.fft.rfftfreq(len(samples), 1 / RATE)
    spectrum[(frequencies < low) | (frequencies > high)] = 0
    return np.fft.irfft(spectrum, len(samples))
