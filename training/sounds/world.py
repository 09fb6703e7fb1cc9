"""Sounds that are made up: sorts of them, each drawn once, and played anew every time.

In: a sort's number. Out: mono samples of 16 kHz. A sort has one or two layers; a layer is a
source (noise, a tone with partials, an engine's pulses, struck modes, grains, a call that
glides) through resonances, in a rhythm (steady, swelling, ticking, a few events, a shower).
Played anew, the random parts differ, numbers move by some per cent, and the place changes:
distance and room as a smooth filter and echoes, pitch, background noise, where it is cut.
Nothing here is taken from recordings; the ranges are wide on purpose.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

RATE = 16_000
SECONDS = (3.0, 7.0)

Random = np.random.Generator


@dataclass(frozen=True, slots=True)
class Layer:
    """What sounds and when; numbers are drawn once for a sort.

    ``tilt`` is how the power falls with frequency (exponent); ``formants``: (n, 3) of centre
    in Hz, bandwidth in octaves, gain in dB; ``pace`` events per second; ``decay_s`` how long
    an event rings; ``glide`` octaves that the pitch moves in an event.
    """

    source: str
    rhythm: str
    pitch_hz: float
    partials: int
    tilt: float
    formants: np.ndarray
    pace: float
    attack_s: float
    decay_s: float
    regular: float
    glide: float
    vibrato: float
    breath: float
    loudness_db: float


@dataclass(frozen=True, slots=True)
class Sort:
    """A kind of sound: its layers, and how loud the place behind it is (dB below it)."""

    layers: tuple[Layer, ...]
    background_db: float


def sort(number: int, *, seed: int) -> Sort:
    """The sort of that number: the same for the same seed."""
    random = np.random.default_rng([seed, number])
    count = 1 if random.random() < 0.7 else 2
    return Sort(tuple(_layer(random) for _ in range(count)), float(random.uniform(15, 60)))


def play(what: Sort, random: Random) -> np.ndarray:
    """The sort as it sounds once, somewhere: float32 of a few seconds."""
    length = int(random.uniform(*SECONDS) * RATE)
    total = np.zeros(length)
    for layer in what.layers:
        sound = _sounding(_moved(layer, random), random, length)
        level = np.sqrt((sound**2).mean()) + 1e-12
        total += sound / level * 10 ** ((layer.loudness_db + random.normal(0, 2)) / 20)
    return _somewhere(total, what.background_db + random.normal(0, 6), random)


def _layer(random: Random) -> Layer:
    bands = int(random.integers(0, 5))
    formants = np.stack(
        [
            np.exp(random.uniform(np.log(100), np.log(7500), bands)),
            random.uniform(0.1, 1.5, bands),
            random.uniform(-12, 30, bands),
        ],
        axis=1,
    )
    return Layer(
        source=str(random.choice(list(SOURCES))),
        rhythm=str(random.choice(list(RHYTHMS))),
        pitch_hz=float(np.exp(random.uniform(np.log(70), np.log(2500)))),
        partials=int(np.exp(random.uniform(0, np.log(40)))),
        tilt=float(random.uniform(-0.5, 2.5)),
        formants=formants,
        pace=float(np.exp(random.uniform(np.log(0.25), np.log(12)))),
        attack_s=float(np.exp(random.uniform(np.log(0.001), np.log(0.2)))),
        decay_s=float(np.exp(random.uniform(np.log(0.005), np.log(1.0)))),
        regular=float(random.random()),
        glide=float(random.normal(0, 0.7) * (random.random() < 0.5)),
        vibrato=float(random.uniform(0, 0.08) * (random.random() < 0.4)),
        breath=float(random.uniform(0, 0.5)),
        loudness_db=float(random.uniform(-10, 0)),
    )


def _moved(layer: Layer, random: Random) -> Layer:
    """The same layer from another source of its sort: each number a little different."""

    def near(value: float, octaves: float) -> float:
        return float(value * 2 ** random.normal(0, octaves))

    formants = layer.formants.copy()
    if len(formants):
        formants[:, 0] *= 2 ** (random.normal(0, 0.1, len(formants)) + random.normal(0, 0.15))
        formants[:, 2] += random.normal(0, 3, len(formants))
    return Layer(
        layer.source,
        layer.rhythm,
        near(layer.pitch_hz, 0.3),
        max(1, round(near(layer.partials, 0.3))),
        layer.tilt + random.normal(0, 0.25),
        formants,
        near(layer.pace, 0.4),
        near(layer.attack_s, 0.5),
        near(layer.decay_s, 0.5),
        float(np.clip(layer.regular + random.normal(0, 0.1), 0, 1)),
        near(layer.glide, 0.3),
        near(layer.vibrato, 0.3),
        float(np.clip(near(layer.breath, 0.5), 0, 1)),
        layer.loudness_db,
    )


def _sounding(layer: Layer, random: Random, length: int) -> np.ndarray:
    if layer.rhythm in ("steady", "swelling"):
        sound = SOURCES[layer.source](layer, random, length)
        return _resonant(sound, layer) * RHYTHMS[layer.rhythm](layer, random, length)
    total = np.zeros(length)
    starts = RHYTHMS[layer.rhythm](layer, random, length)
    span = min(length, int((layer.attack_s + 5 * layer.decay_s) * RATE) + 64)
    kinds = [_resonant(SOURCES[layer.source](layer, random, span), layer) for _ in range(min(len(starts), 4))]
    clock = np.arange(span) / RATE
    envelope = np.minimum(clock / layer.attack_s, 1) * np.exp(
        -np.maximum(clock - layer.attack_s, 0) / layer.decay_s
    )
    for start in starts.astype(int):
        event = kinds[random.integers(len(kinds))] * envelope * 10 ** (random.normal(0, 3) / 20)
        part = event[: length - start]
        total[start : start + len(part)] += part
    return total + 1e-6 * random.standard_normal(length)


# Sources


def _noise(layer: Layer, random: Random, length: int) -> np.ndarray:
    return _tilted(random.standard_normal(length), layer.tilt)


def _pitched(layer: Layer, random: Random, length: int) -> np.ndarray:
    clock = np.arange(length) / RATE
    bend = layer.glide * (clock / max(clock[-1], 1e-6)) + layer.vibrato * np.sin(2 * np.pi * 5.5 * clock)
    phase = 2 * np.pi * np.cumsum(layer.pitch_hz * 2 ** (bend + random.normal(0, 0.05))) / RATE
    sound = np.zeros(length)
    for partial in range(1, layer.partials + 1):
        if layer.pitch_hz * partial > 7000:
            break
        sound += np.sin(partial * phase + random.uniform(0, 6.28)) * partial ** (-layer.tilt / 2)
    return sound + layer.breath * np.abs(sound).mean() * random.standard_normal(length)


def _engine(layer: Layer, random: Random, length: int) -> np.ndarray:
    """Pulses at a fraction of the pitch, each a little different."""
    period = RATE / (layer.pitch_hz / 8)
    count = int(length / period) + 2
    places = np.cumsum(period * (1 + 0.05 * (1 - layer.regular) * random.standard_normal(count)))
    sound = np.zeros(length)
    inside = places[places < length].astype(int)
    sound[inside] = 1 + 0.3 * random.standard_normal(len(inside))
    return _tilted(sound, layer.tilt) + layer.breath * 0.1 * _tilted(random.standard_normal(length), 1.0)


def _struck(layer: Layer, random: Random, length: int) -> np.ndarray:
    """Modes of a body that is hit: partials out of tune, the higher the shorter."""
    clock = np.arange(length) / RATE
    sound = np.zeros(length)
    for mode in range(min(layer.partials, 12)):
        hz = layer.pitch_hz * (1 + 0.9 * mode**1.2 + 0.1 * random.standard_normal())
        if not 20 < hz < 7500:
            continue
        sound += np.sin(2 * np.pi * hz * clock + random.uniform(0, 6.28)) * np.exp(
            -clock * (1 + mode) * 0.3 / layer.decay_s
        )
    return sound + layer.breath * np.exp(-clock / 0.004) * random.standard_normal(length)


def _grains(layer: Layer, random: Random, length: int) -> np.ndarray:
    """Clicks by chance, many a second: drops, crackling, gravel."""
    each_s = 10 * layer.pitch_hz / 70
    clicks = np.where(random.random(length) < each_s / RATE, random.standard_normal(length) ** 3, 0.0)
    ring = np.exp(-np.arange(400) / (0.3 + 200 * layer.breath**2)) * random.standard_normal(400)
    size = length + 400
    sound = np.fft.irfft(np.fft.rfft(clicks, size) * np.fft.rfft(ring, size), size)[:length]
    return sound + 1e-3 * _tilted(random.standard_normal(length), layer.tilt)


def _call(layer: Layer, random: Random, length: int) -> np.ndarray:
    """A voice-like call: pulses of a gliding pitch, rough by chance."""
    clock = np.arange(length) / RATE
    arch = np.sin(np.pi * np.clip(clock / (0.01 + 2 * layer.decay_s), 0, 1))
    pitch = layer.pitch_hz * 2 ** (layer.glide * arch + 0.03 * np.cumsum(random.normal(0, 0.01, length)))
    phase = np.cumsum(np.clip(pitch, 40, 3500)) / RATE
    pulses = np.exp(-8 * (phase % 1.0)) - 0.12
    rough = 1 + layer.breath * np.sin(2 * np.pi * phase / 2 + 1)
    return _tilted(pulses * rough, layer.tilt / 2) + 0.1 * layer.breath * random.standard_normal(length)


SOURCES: dict[str, Callable[[Layer, Random, int], np.ndarray]] = {
    "noise": _noise,
    "pitched": _pitched,
    "engine": _engine,
    "struck": _struck,
    "grains": _grains,
    "call": _call,
}


# Rhythms: a curve of loudness, or where events begin


def _steady(layer: Layer, random: Random, length: int) -> np.ndarray:
    return np.ones(length)


def _swelling(layer: Layer, random: Random, length: int) -> np.ndarray:
    clock = np.arange(length) / RATE
    pace = layer.pace / 3
    wander = np.interp(clock, np.arange(0, 12), random.normal(0, 0.3, 12))
    return 10 ** (-(10 + 20 * layer.breath) / 20 * (1 + np.sin(2 * np.pi * (pace * clock + wander))))


def _ticking(layer: Layer, random: Random, length: int) -> np.ndarray:
    period = RATE / layer.pace
    starts = np.arange(random.uniform(0, period), length, period)
    starts = starts + random.normal(0, 0.02 * period * (1 - layer.regular) + 1, len(starts))
    return _inside(starts, length, random)


def _events(layer: Layer, random: Random, length: int) -> np.ndarray:
    count = int(random.integers(1, 5))
    return _inside(np.sort(random.uniform(0, 0.9 * length, count)), length, random)


def _bouts(layer: Layer, random: Random, length: int) -> np.ndarray:
    """Some events in a row, then a pause."""
    starts = []
    at = random.uniform(0, 0.3 * length)
    while at < length:
        for _ in range(int(random.integers(2, 6))):
            starts.append(at)
            at += RATE / layer.pace * random.uniform(0.8, 1.2)
        at += random.uniform(0.5, 2.5) * RATE
    return _inside(np.array(starts), length, random)


def _shower(layer: Layer, random: Random, length: int) -> np.ndarray:
    count = random.poisson(layer.pace * 3 * length / RATE) + 1
    return _inside(np.sort(random.uniform(0, length, count)), length, random)


def _inside(starts: np.ndarray, length: int, random: Random) -> np.ndarray:
    starts = starts[(starts >= 0) & (starts < length - 64)]
    return starts if len(starts) else np.array([random.uniform(0, 0.5 * length)])


RHYTHMS: dict[str, Callable[[Layer, Random, int], np.ndarray]] = {
    "steady": _steady,
    "swelling": _swelling,
    "ticking": _ticking,
    "events": _events,
    "bouts": _bouts,
    "shower": _shower,
}


# Filters


def _tilted(sound: np.ndarray, tilt: float) -> np.ndarray:
    hz = np.maximum(np.fft.rfftfreq(len(sound), 1 / RATE), 30.0)
    return np.fft.irfft(np.fft.rfft(sound) * (hz / 1000) ** (-tilt / 2), len(sound))


def _resonant(sound: np.ndarray, layer: Layer) -> np.ndarray:
    if not len(layer.formants):
        return sound
    octave = np.log2(np.maximum(np.fft.rfftfreq(len(sound), 1 / RATE), 30.0))
    gain = np.zeros(len(octave))
    for centre, width, peak in layer.formants:
        gain += peak * np.exp(-(((octave - np.log2(centre)) / width) ** 2))
    return np.fft.irfft(np.fft.rfft(sound) * 10 ** (gain / 20), len(sound))


def _somewhere(sound: np.ndarray, background_db: float, random: Random) -> np.ndarray:
    """Another distance, microphone, room, noise and cut."""
    spectrum = np.fft.rfft(sound)
    along = np.linspace(0, 1, len(spectrum)) ** 0.5
    gain = sum(random.normal(0, 3) * np.cos(np.pi * order * along) for order in range(1, 4))
    sound = np.fft.irfft(spectrum * 10 ** (gain / 20), len(sound))
    if random.random() < 0.4:
        wet = random.standard_normal(int(0.3 * RATE)) * np.exp(
            -np.arange(int(0.3 * RATE)) / RATE / random.uniform(0.02, 0.15)
        )
        size = len(sound) + len(wet)
        echo = np.fft.irfft(np.fft.rfft(sound, size) * np.fft.rfft(wet, size), size)[: len(sound)]
        sound = sound + random.uniform(0.1, 0.8) * echo * sound.std() / (echo.std() + 1e-9)
    level = np.sqrt((sound**2).mean()) + 1e-12
    noise = _tilted(random.standard_normal(len(sound)), random.uniform(0, 2))
    sound = sound / level + noise / noise.std() * 10 ** (-max(background_db, 3.0) / 20)
    return (0.1 * sound / np.abs(sound).max()).astype(np.float32)
