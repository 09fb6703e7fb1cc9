"""Where somebody speaks: a probability for every 32 milliseconds of sound.

Silero VAD (Silero Team 2021), a whole sequence in one call of its graph (``silero_graph``).
Frames of 512 samples, each seen with the 64 samples before it; the state is carried from one
call to the next, so a long recording gives the same numbers whatever the batch.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

from clerestory.errors import BadSettings
from clerestory.models.catalogue import BY_NAME
from clerestory.models.sessions import open_session, usable_cores
from clerestory.models.silero_graph import BINS, SPECTRA, STATE
from clerestory.models.weights import WeightStore
from clerestory.settings import ModelSettings

RATE = 16_000
FRAME = 512  # samples
CONTEXT = 64  # samples before the frame
WINDOW, HOP = 256, 128  # samples of a spectrum
BATCH_FRAMES = 2048  # 66 s: 4 MB of spectra
SPECTRA_FRAMES = 256  # are transformed at a time: what stays in a core's cache


class VoiceActivity(Protocol):
    name: str
    version: str
    frame_s: float

    def probabilities(self, samples: np.ndarray) -> np.ndarray:
        """Float32 (frames,) in 0..1; frame i covers ``frame_s`` seconds from ``i * frame_s``.

        ``samples``: float32 (n,), mono, 16 kHz. The last frame is filled up with silence.
        """
        ...


def load_voice_activity(
    settings: ModelSettings, *, threads: int = 1, store: WeightStore | None = None
) -> VoiceActivity:
    """The detector that ``settings.voice_activity`` names.

    Raises:
        ModelMissing, ModelCorrupt: see ``WeightStore.ready``.
        BadSettings: no such detector.
    """
    entry = BY_NAME.get(settings.voice_activity)
    if entry is None or entry.role != "voice-activity":
        known = ", ".join(entry.name for entry in BY_NAME.values() if entry.role == "voice-activity")
        raise BadSettings(
            f"models.voice_activity = {settings.voice_activity!r} is no known detector",
            fix=f"Known: {known}.",
        )
    model = (store or WeightStore(settings)).ready(entry.name) / "model.onnx"
    session = open_session(model, threads=threads or usable_cores(), arena=False)
    return Silero(session, name=entry.name)


class Silero:
    """Silero VAD. Holds an onnxruntime session."""

    version = "1"
    frame_s = FRAME / RATE

    def __init__(self, session, *, name: str) -> None:
        self.name = name
        self._session = session

    def probabilities(self, samples: np.ndarray) -> np.ndarray:
        if not len(samples):
            return np.zeros(0, np.float32)
        frames = -(-len(samples) // FRAME)
        padded = np.zeros(CONTEXT + frames * FRAME, np.float32)
        padded[CONTEXT : CONTEXT + len(samples)] = samples
        hidden = cell = np.zeros((1, 1, STATE), np.float32)
        parts = []
        for begin in range(0, frames, BATCH_FRAMES):
            batch = padded[begin * FRAME : CONTEXT + (begin + BATCH_FRAMES) * FRAME]
            seen = {"magnitudes": magnitudes(batch), "h": hidden, "c": cell}
            part, hidden, cell = self._session.run(None, seen)
            parts.append(part)
        return np.concatenate(parts)


def magnitudes(padded: np.ndarray) -> np.ndarray:
    """Float32 (frames, spectra x bins) of float32 samples: ``CONTEXT``, then whole frames.

    Each frame has spectra every ``HOP`` samples from its context on; for the last one its
    end is mirrored.
    """
    frames = (len(padded) - CONTEXT) // FRAME
    result = np.empty((frames, SPECTRA, BINS), np.float32)
    turns = 2 * np.pi * np.arange(WINDOW, dtype=np.float64) / WINDOW
    weights = (0.5 - 0.5 * np.cos(turns)).astype(np.float32)
    whole = np.lib.stride_tricks.sliding_window_view(padded, CONTEXT + FRAME)[::FRAME]
    inside = WINDOW - CONTEXT  # of the last spectrum
    windows = np.empty((min(frames, SPECTRA_FRAMES), SPECTRA, WINDOW), np.float32)
    for begin in range(0, frames, SPECTRA_FRAMES):
        seen = whole[begin : begin + SPECTRA_FRAMES]
        part = windows[: len(seen)]
        for place in range(SPECTRA - 1):
            part[:, place] = seen[:, place * HOP : place * HOP + WINDOW]
        part[:, -1, :inside] = seen[:, -inside:]
        part[:, -1, inside:] = seen[:, -2 : -2 - CONTEXT : -1]
        part *= weights
        spectra = np.fft.rfft(part, axis=2)
        power = result[begin : begin + len(seen)]
        np.square(spectra.real, out=power)
        power += np.square(spectra.imag)
        np.sqrt(power, out=power)
    return result.reshape(frames, SPECTRA * BINS)
