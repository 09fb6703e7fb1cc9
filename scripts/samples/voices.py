"""Speech and sounds of the samples, as mono samples at 16 kHz.

Speech is made by flite, a development tool (Debian, Ubuntu: ``apt-get install flite``;
its voices slt and rms come from the CMU Arctic recordings, free for any use). Surf and
bell are computed from fixed seeds.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import wave
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

RATE = 16_000
SPEECH_LEVEL = 0.09  # root mean square of each sentence; about -21 dB of full scale


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence in a voice, and the pause after it. ``text`` is written for the voice to read."""

    voice: str
    text: str
    pause_s: float = 0.45


@dataclass(frozen=True, slots=True)
class Sounded:
    """Samples that are no speech."""

    name: str
    samples: np.ndarray


@dataclass(frozen=True, slots=True)
class Cue:
    """What is heard from where to where."""

    start_s: float
    end_s: float
    text: str


def speak(text: str, voice: str, *, stretch: float = 1.06) -> np.ndarray:
    """Float samples of ``text``; ``stretch`` above 1 speaks slower."""
    program = shutil.which("flite")
    if program is None:
        raise SystemExit("flite is not installed. Debian, Ubuntu: apt-get install flite")
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "said.wav"
        options = ["-voice", voice, "--setf", f"duration_stretch={stretch}", "-t", text, "-o", str(out)]
        subprocess.run([program, *options], check=True, capture_output=True)
        with wave.open(str(out)) as said:
            if said.getframerate() != RATE:
                raise SystemExit(f"flite's voice {voice} does not speak at {RATE} Hz")
            pcm = np.frombuffer(said.readframes(said.getnframes()), dtype="<i2")
    samples = _without_silence(pcm.astype(np.float32) / 32768)
    return samples * (SPEECH_LEVEL / float(np.sqrt(np.mean(samples**2))))


def _without_silence(samples: np.ndarray) -> np.ndarray:
    loud = np.flatnonzero(np.abs(samples) > 0.01)
    return samples[max(0, loud[0] - RATE // 50) : loud[-1] + RATE // 20]


def surf(seconds: float, *, seed: int, level: float = 0.06) -> np.ndarray:
    """Waves that run up a beach: dull noise that swells every four seconds or so."""
    count = int(seconds * RATE)
    chance = np.random.default_rng(seed)
    spectrum = np.fft.rfft(chance.standard_normal(count))
    frequency = np.fft.rfftfreq(count, 1 / RATE)
    spectrum /= (1 + frequency / 300) ** 1.1
    noise = np.fft.irfft(spectrum, count)
    t = np.arange(count) / RATE
    swell = 0.35 + 0.65 * np.sin(np.pi * t / 4.1) ** 4
    edge = np.clip(np.minimum(t, seconds - t) / 0.6, 0, 1)
    wave_ = noise * swell * edge
    return (level * wave_ / np.sqrt(np.mean(wave_**2))).astype(np.float32)


def bell(strokes: int, *, every_s: float = 1.3, level: float = 0.2) -> np.ndarray:
    """A harbour bell, struck ``strokes`` times."""
    t = np.arange(int(2.4 * RATE)) / RATE
    partials = ((0.5, 1.0, 1.1), (1.0, 0.8, 1.6), (1.19, 0.6, 2.2), (2.0, 0.45, 3.0), (2.74, 0.3, 4.4))
    stroke = sum(
        loud * np.exp(-fall * t) * np.sin(2 * np.pi * 620 * ratio * t) for ratio, loud, fall in partials
    )
    out = np.zeros(int(((strokes - 1) * every_s + 2.4) * RATE))
    for number in range(strokes):
        at = int(number * every_s * RATE)
        out[at : at + len(stroke)] += stroke
    return (level * out / np.abs(out).max()).astype(np.float32)


def tape(parts: Iterable[Said | Sounded | float]) -> tuple[np.ndarray, tuple[Cue, ...]]:
    """All parts one after the other (a number is a silence in seconds), and what is heard when."""
    pieces: list[np.ndarray] = []
    cues: list[Cue] = []
    now = 0
    for part in parts:
        if isinstance(part, float):
            pieces.append(np.zeros(int(part * RATE), dtype=np.float32))
            now += len(pieces[-1])
            continue
        samples = speak(part.text, part.voice) if isinstance(part, Said) else part.samples
        words = part.text if isinstance(part, Said) else f"({part.name})"
        cues.append(Cue(round(now / RATE, 2), round((now + len(samples)) / RATE, 2), words))
        pieces.append(samples)
        if isinstance(part, Said):
            pieces.append(np.zeros(int(part.pause_s * RATE), dtype=np.float32))
        now += sum(map(len, pieces[-2:] if isinstance(part, Said) else pieces[-1:]))
    samples = np.concatenate(pieces)
    room = np.random.default_rng(40).standard_normal(len(samples)) * 0.0007  # no room is quite still
    return np.clip(samples + room, -0.98, 0.98).astype(np.float32), tuple(cues)
