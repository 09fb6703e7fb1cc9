"""Sounds without a word, made from a seed: silence, noise, tones and music.

In: a kind, a generator of random numbers, a length. Out: mono samples of 16 kHz in -1..1.
What is called music is simple and of many kinds (chords, arpeggios, plucked strings,
drums, bells, an organ, tones that are sung): enough to lead a recogniser astray, no
measure of real music. It does not know who listens.

Plucked strings after Karplus and Strong 1983; the vowels' formants are Peterson and Barney's
means for men (1952).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

RATE = 16_000
LOUDEST = 0.9  # of full scale
SCALE = (0, 2, 4, 5, 7, 9, 11)  # half tones of a major scale
CHORDS = ((0, 4, 7), (0, 3, 7), (0, 4, 7, 10), (0, 5, 7), (0, 3, 6))
VOWELS = {"a": (730, 1090, 2440), "e": (530, 1840, 2480), "i": (270, 2290, 3010), "o": (570, 840, 2410)}

Random = np.random.Generator
Maker = Callable[[Random, int], np.ndarray]


@dataclass(frozen=True, slots=True)
class Piece:
    """A made sound: ``family`` is silence, noise, tones or music."""

    name: str
    family: str
    samples: np.ndarray


def pieces(count: int, *, seed: int, seconds: tuple[float, float] = (6.0, 20.0)) -> Iterator[Piece]:
    """``count`` pieces, one kind after the other, each of its own length and loudness."""
    kinds = [(family, name, make) for family, makers in FAMILIES.items() for name, make in makers.items()]
    for index in range(count):
        family, name, make = kinds[index % len(kinds)]
        random = np.random.default_rng([seed, index])
        samples = make(random, int(random.uniform(*seconds) * RATE))
        if family != "silence":
            samples = _at_level(samples, random.uniform(0.05, LOUDEST))
        yield Piece(f"{family}-{name}-{index:03d}", family, samples.astype(np.float32))


# Silence


def _nothing(random: Random, length: int) -> np.ndarray:
    return np.zeros(length)


def _dither(random: Random, length: int) -> np.ndarray:
    return random.integers(-1, 2, length) / 32768


def _room(random: Random, length: int) -> np.ndarray:
    return _at_level(_coloured(random, length, 1.5), 10 ** random.uniform(-3.5, -2.5))


# Noise


def _white(random: Random, length: int) -> np.ndarray:
    return random.standard_normal(length)


def _pink(random: Random, length: int) -> np.ndarray:
    return _coloured(random, length, 1.0)


def _brown(random: Random, length: int) -> np.ndarray:
    return _coloured(random, length, 2.0)


def _gusts(random: Random, length: int) -> np.ndarray:
    """Noise that swells and sinks as wind does, at the pace of syllables or slower."""
    pace = random.uniform(0.2, 5.0)
    return _coloured(random, length, 1.2) * (0.5 + 0.5 * np.sin(2 * np.pi * pace * _clock(length))) ** 2


def _crackle(random: Random, length: int) -> np.ndarray:
    clicks = np.where(
        random.random(length) < random.uniform(0.0003, 0.003), random.standard_normal(length), 0
    )
    return np.convolve(clicks, np.exp(-np.arange(160) / 24), mode="same") + 0.002 * random.standard_normal(
        length
    )


def _hum(random: Random, length: int) -> np.ndarray:
    return _tone(length, random.choice([50.0, 60.0]), partials=8) + 0.02 * random.standard_normal(length)


# Tones


def _sine(random: Random, length: int) -> np.ndarray:
    return np.sin(2 * np.pi * random.uniform(80, 4000) * _clock(length))


def _sweep(random: Random, length: int) -> np.ndarray:
    first, last = random.uniform(80, 400), random.uniform(800, 4000)
    swing = 0.5 - 0.5 * np.cos(2 * np.pi * _clock(length) / random.uniform(1.0, 8.0))
    return np.sin(2 * np.pi * np.cumsum(first + (last - first) * swing) / RATE)


def _beeps(random: Random, length: int) -> np.ndarray:
    period = random.uniform(0.15, 1.2)
    on = (_clock(length) % period) < period * random.uniform(0.3, 0.7)
    return np.sin(2 * np.pi * random.uniform(300, 2500) * _clock(length)) * _smooth(on)


def _keys(random: Random, length: int) -> np.ndarray:
    """A telephone that is dialled: two tones at a time."""
    low, high = (697, 770, 852, 941), (1209, 1336, 1477)
    samples = np.zeros(length)
    for start in range(0, length, RATE // 4):
        part = _clock(min(RATE // 6, length - start))
        pair = random.choice(low), random.choice(high)
        samples[start : start + len(part)] = np.sum([np.sin(2 * np.pi * f * part) for f in pair], axis=0)
    return samples


def _siren(random: Random, length: int) -> np.ndarray:
    pitch = random.uniform(500, 900) * 2 ** (
        0.5 * np.sin(2 * np.pi * random.uniform(0.2, 3) * _clock(length))
    )
    phase = 2 * np.pi * np.cumsum(pitch) / RATE
    return np.sum([np.sin(k * phase) / k for k in range(1, 5)], axis=0)


# Music


def _chords(random: Random, length: int) -> np.ndarray:
    def play(start: int, span: int) -> np.ndarray:
        root = _pitch(random, 48, 64)
        notes = [root * 2 ** (step / 12) for step in CHORDS[random.integers(len(CHORDS))]]
        return np.sum([_tone(span, note, partials=6) for note in notes], axis=0) * _swell(span, 0.05, 0.3)

    return _in_turn(random, length, play, beats=(1.0, 2.5))


def _arpeggios(random: Random, length: int) -> np.ndarray:
    root = _pitch(random, 52, 68)
    chord = CHORDS[random.integers(len(CHORDS))]

    def play(start: int, span: int) -> np.ndarray:
        note = root * 2 ** ((random.choice(chord) + 12 * random.integers(0, 2)) / 12)
        return _tone(span, note, partials=5) * _swell(span, 0.005, 0.7)

    return _in_turn(random, length, play, beats=(0.12, 0.3))


def _strings(random: Random, length: int) -> np.ndarray:
    def play(start: int, span: int) -> np.ndarray:
        return _plucked(random, span, _pitch(random, 45, 76))

    return _in_turn(random, length, play, beats=(0.2, 0.6))


def _drums(random: Random, length: int) -> np.ndarray:
    def play(start: int, span: int) -> np.ndarray:
        clock = _clock(span)
        if random.random() < 0.5:  # a deep drum, whose pitch falls
            return np.sin(2 * np.pi * np.cumsum(60 + 90 * np.exp(-clock * 30)) / RATE) * np.exp(-clock * 12)
        return 0.6 * random.standard_normal(span) * np.exp(-clock * random.uniform(15, 60))

    return _in_turn(random, length, play, beats=(0.15, 0.5))


def _bells(random: Random, length: int) -> np.ndarray:
    partials = (0.56, 0.92, 1.19, 1.71, 2.0, 2.74, 3.0, 3.76, 4.07)

    def play(start: int, span: int) -> np.ndarray:
        clock, note = _clock(span), _pitch(random, 60, 80)
        strokes = [np.sin(2 * np.pi * note * p * clock) * np.exp(-clock * (1 + p)) / p for p in partials]
        return np.sum(strokes, axis=0)

    return _in_turn(random, length, play, beats=(0.5, 1.5))


def _organ(random: Random, length: int) -> np.ndarray:
    def play(start: int, span: int) -> np.ndarray:
        root, beat = _pitch(random, 40, 55), 1 + 0.05 * np.sin(2 * np.pi * 6 * _clock(span))
        voices = [root * 2 ** (step / 12) for step in (0, *random.choice(SCALE[1:], 2, replace=False), 12)]
        return (
            np.sum([_tone(span, note, partials=10) for note in voices], axis=0)
            * beat
            * _swell(span, 0.1, 0.1)
        )

    return _in_turn(random, length, play, beats=(0.6, 2.0))


def _sung(random: Random, length: int) -> np.ndarray:
    """Vowels held on notes with vibrato: a choir without words."""

    def play(start: int, span: int) -> np.ndarray:
        formants = VOWELS[str(random.choice(list(VOWELS)))]
        return _vowel(random, span, _pitch(random, 43, 69), formants) * _swell(span, 0.08, 0.15)

    return _in_turn(random, length, play, beats=(0.4, 1.6))


def _band(random: Random, length: int) -> np.ndarray:
    parts = [_at_level(make(random, length), 0.4) for make in (_chords, _strings, _drums)]
    return np.sum(parts, axis=0)


FAMILIES: dict[str, dict[str, Maker]] = {
    "silence": {"nothing": _nothing, "dither": _dither, "room": _room},
    "noise": {
        "white": _white,
        "pink": _pink,
        "brown": _brown,
        "gusts": _gusts,
        "crackle": _crackle,
        "hum": _hum,
    },
    "tones": {"sine": _sine, "sweep": _sweep, "beeps": _beeps, "keys": _keys, "siren": _siren},
    "music": {
        "chords": _chords,
        "arpeggios": _arpeggios,
        "strings": _strings,
        "drums": _drums,
        "bells": _bells,
        "organ": _organ,
        "sung": _sung,
        "band": _band,
    },
}


# What they are made of


def _clock(length: int) -> np.ndarray:
    return np.arange(length) / RATE


def _at_level(samples: np.ndarray, peak: float) -> np.ndarray:
    highest = np.abs(samples).max(initial=0.0)
    return samples * (peak / highest) if highest else samples


def _coloured(random: Random, length: int, slope: float) -> np.ndarray:
    """Noise whose power falls with frequency to the power of ``slope``."""
    spectrum = np.fft.rfft(random.standard_normal(length))
    frequencies = np.maximum(np.fft.rfftfreq(length, 1 / RATE), 20.0)
    return np.fft.irfft(spectrum * frequencies ** (-slope / 2), length)


def _pitch(random: Random, low: int, high: int) -> float:
    """A note of a major scale between two MIDI numbers, in Hz."""
    note = int(random.integers(low, high))
    while note % 12 not in SCALE:
        note += 1
    return float(440 * 2 ** ((note - 69) / 12))


def _tone(length: int, pitch: float, *, partials: int) -> np.ndarray:
    phase = 2 * np.pi * pitch * _clock(length)
    audible = [k for k in range(1, partials + 1) if k * pitch < RATE / 2]
    return np.sum([np.sin(k * phase) / k for k in audible], axis=0)


def _swell(length: int, attack_s: float, release: float) -> np.ndarray:
    """An envelope: up in ``attack_s``, down over the last ``release`` of the note."""
    clock, end = _clock(length), length / RATE
    return np.clip(clock / attack_s, 0, 1) * np.clip((end - clock) / (release * end), 0, 1)


def _smooth(gate: np.ndarray) -> np.ndarray:
    window = np.hanning(80)
    return np.convolve(gate.astype(float), window / window.sum(), mode="same")


def _plucked(random: Random, length: int, pitch: float) -> np.ndarray:
    """A string: a burst of noise that runs through a delay and is smoothed each time."""
    period = max(2, int(RATE / pitch))
    burst = random.uniform(-1, 1, period)
    rounds = [burst]
    for _ in range(length // period):
        last = rounds[-1]
        rounds.append(0.498 * (last + np.roll(last, 1)))
    return np.concatenate(rounds)[:length]


def _vowel(random: Random, length: int, pitch: float, formants: Sequence[int]) -> np.ndarray:
    """Harmonics of a note with vibrato, each as loud as the vowel's formants let it through."""
    vibrato = 2 ** (
        random.uniform(0.1, 0.6) / 12 * np.sin(2 * np.pi * random.uniform(4.5, 6.5) * _clock(length))
    )
    phase = 2 * np.pi * np.cumsum(pitch * vibrato) / RATE
    harmonics = range(1, int(min(4000, RATE / 2) / pitch))
    loud = [sum(1 / (1 + ((k * pitch - f) / 80) ** 2) for f in formants) / k**0.5 for k in harmonics]
    return np.sum([a * np.sin(k * phase) for k, a in zip(harmonics, loud, strict=True)], axis=0)


def _in_turn(
    random: Random, length: int, play: Callable[[int, int], np.ndarray], *, beats: tuple[float, float]
) -> np.ndarray:
    """Notes one after the other, as long as a beat or two of a tempo that stays."""
    beat = random.uniform(*beats)
    samples = np.zeros(length)
    start = 0
    while start < length:
        span = min(int(beat * random.choice([0.5, 1, 1, 2]) * RATE), length - start)
        if span > 64 and (not start or random.random() > 0.1):  # now and then a rest
            samples[start : start + span] += play(start, span)
        start += max(span, 64)
    return samples
