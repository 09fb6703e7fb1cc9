"""Voices that speak the stories: programs for speech synthesis that are installed.

In: a text. Out: mono samples in -1..1 at 16 kHz, without the silence around the words. The
programs are ``flite`` (voices slt, rms, awb, kal16) and ``espeak-ng``; neither is part of
Clerestory, and what is spoken is only ever text of the stories.
"""

from __future__ import annotations

import io
import shutil
import subprocess
import tempfile
import wave
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from clerestory.errors import MachineError

RATE = 16_000
LEVEL = 0.08  # root mean square of each line; about -22 dB of full scale
SLOWEST_S = 60  # of one line
_FLITE_VOICES = ("slt", "rms", "awb", "kal16")
_ESPEAK_VOICES = ("en-us", "en-gb+f3")
_AUDIBLE = 0.01


class Voice(Protocol):
    """A way to say a text."""

    @property
    def name(self) -> str: ...

    def speak(self, text: str) -> np.ndarray: ...


@dataclass(frozen=True, slots=True)
class Flite:
    """A voice of flite, which writes to a file only."""

    program: str
    voice: str

    @property
    def name(self) -> str:
        return f"flite-{self.voice}"

    def speak(self, text: str) -> np.ndarray:
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder) / "said.wav"
            _run([self.program, "-voice", self.voice, "-t", text, "-o", str(out)])
            return _levelled(out.read_bytes())


@dataclass(frozen=True, slots=True)
class Espeak:
    """A voice of espeak-ng, a little slower than it speaks by itself."""

    program: str
    voice: str

    @property
    def name(self) -> str:
        return f"espeak-{self.voice}"

    def speak(self, text: str) -> np.ndarray:
        return _levelled(_run([self.program, "-v", self.voice, "-s", "160", "--stdout", "--", text]))


def installed() -> tuple[Voice, ...]:
    """The voices that this machine has.

    Raises:
        MachineError: none.
    """
    voices: list[Voice] = []
    if flite := shutil.which("flite"):
        known = _run([flite, "-lv"]).decode("utf-8", "replace").split()
        voices += [Flite(flite, voice) for voice in _FLITE_VOICES if voice in known]
    if espeak := shutil.which("espeak-ng"):
        voices += [Espeak(espeak, voice) for voice in _ESPEAK_VOICES]
    if not voices:
        raise MachineError(
            "no program speaks on this machine, so no recordings can be made",
            where="flite, espeak-ng",
            fix="Install one: `apt-get install flite espeak-ng`, or `brew install flite espeak-ng`.",
        )
    return tuple(voices)


def _run(command: list[str]) -> bytes:
    try:
        return subprocess.run(command, check=True, capture_output=True, timeout=SLOWEST_S).stdout
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired, OSError) as error:
        raise MachineError(
            "does not speak", where=command[0], fix="Install it anew, or remove it."
        ) from error


def _levelled(content: bytes) -> np.ndarray:
    """The samples of a WAV file at ``RATE`` and ``LEVEL``, from the first to the last audible one."""
    with wave.open(io.BytesIO(content)) as said:
        rate = said.getframerate()
        # A program that writes to a pipe cannot state the length: take all that follows.
        frames = said.readframes(len(content))
    samples = np.frombuffer(frames[: len(frames) // 2 * 2], "<i2").astype(np.float32) / 32768
    loud = np.flatnonzero(np.abs(samples) > _AUDIBLE)
    if not len(loud):
        raise MachineError("says nothing", where="speech synthesis", fix="Install its voices anew.")
    samples = resampled(samples[loud[0] : loud[-1] + 1], rate, RATE)
    return (samples * (LEVEL / np.sqrt(np.mean(samples**2)))).astype(np.float32)


def resampled(samples: np.ndarray, rate: int, wanted: int) -> np.ndarray:
    """The same sound with ``wanted`` samples a second, by cutting or filling its spectrum."""
    if rate == wanted:
        return samples
    count = round(len(samples) * wanted / rate)
    spectrum = np.fft.rfft(samples)
    wide = np.zeros(count // 2 + 1, spectrum.dtype)
    kept = min(len(spectrum), len(wide))
    wide[:kept] = spectrum[:kept]
    return np.fft.irfft(wide, count) * (count / len(samples))
