"""``clerestory eval speech``: how many words are heard wrong, and when they are said.

The data folder holds ``transcripts.jsonl``, a line per clip with ``audio`` (a path in the
folder), ``text`` and, where known, ``speaker``, ``source`` and ``accent``. A clip is
non-native where its accent says so, or its source does (speechocean762); else native.
Texts are compared in the form that ``transcripts.normalised`` describes. Figures, each
with an interval over its cases:

- ``wer.native``, ``wer.non_native``: word errors over words of the truth, the clip given to
  the recogniser as it is; a case is a clip;
- ``listened.wer.native``, ``listened.wer.non_native``: the same for the words that listening
  keeps, after voice activity and after what is not believed;
- ``word_start.within_0.25s``: clips are cut to their sound and joined, with gaps of 0.4 to
  1.5 s between them, to recordings of about 24 s of one kind; these are listened to like a
  stretch of any recording. Of the clips whose first word was recognised, those where it
  begins so near to the end of the gap; a case is a recording;
- ``segment_end.within_0.3s``: of the clips whose last word was recognised, those whose
  utterance ends so near to the beginning of the next gap; ``….native`` and ``….non_native``
  of both;
- ``real_time``: seconds of sound per second of the recogniser.

What lies within a phrase has no known seconds here, so that nothing is said about it.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from clerestory.errors import UnreadableFile
from clerestory.evaluating.bootstrap import Score
from clerestory.evaluating.contract import Case, Evaluation, Options, Summary, run_cases
from clerestory.evaluating.transcripts import WordErrors, normalised, word_errors
from clerestory.models.sessions import usable_cores
from clerestory.models.speech import RATE, Word, load_speech_recogniser
from clerestory.models.voice_activity import load_voice_activity
from clerestory.reading.speech.hearing import Utterance
from clerestory.reading.speech.listening import Ears, hear, quietest
from clerestory.types import MediaRequest, TimeSpan

START_WITHIN_S, END_WITHIN_S = 0.25, 0.3
GAPS_S = (0.4, 1.5)
JOINED_S = 24.0
CUT_WITHIN_S = 3.0  # of the middle, where a clip is too long for the recogniser
EDGE_S = 0.01  # of one value of loudness when a clip is cut to its sound
HUSH = 1e-4  # amplitude of the noise in gaps, -80 dB: no recording is silent to the last bit


@dataclass(frozen=True, slots=True)
class Clip:
    """A line of ``transcripts.jsonl``."""

    path: Path
    text: str
    native: bool

    @property
    def group(self) -> str:
        return "native" if self.native else "non_native"


@dataclass(frozen=True, slots=True)
class Joined:
    """Clips joined with gaps; ``spans`` are their seconds in ``samples``."""

    id: str
    group: str
    clips: tuple[Clip, ...]
    spans: tuple[tuple[float, float], ...]
    samples: np.ndarray


def run(options: Options) -> Summary:
    """Measure the recogniser that the settings name on a folder of clips with transcripts.

    Raises:
        UnreadableFile: the folder is not shaped like that.
        ModelMissing: the weights are not on this machine.
    """
    clips = read_clips(options.data)
    models = options.settings.models
    threads = models.threads or usable_cores()
    ears = Ears(load_speech_recogniser(models, threads=threads), load_voice_activity(models, threads=threads))
    recordings = join(clips, seed=options.seed)

    def measure(item: Clip | Joined) -> Case:
        return _measure_clip(item, ears) if isinstance(item, Clip) else _measure_joined(item, ears)

    items: list[Clip | Joined] = [*clips, *recordings]
    return run_cases(
        "speech",
        options,
        items,
        identify=lambda item: item.id if isinstance(item, Joined) else item.path.name,
        measure=measure,
        settings={
            "speech": f"{ears.recogniser.name} {ears.recogniser.version}",
            "voice_activity": f"{ears.activity.name} {ears.activity.version}",
            "threads": threads,
            "normalisation": "NFKC, lower case, titles and numbers in words, no marks, no hyphens",
        },
    )


def read_clips(data: Path) -> list[Clip]:
    """The clips of the folder in the order of its list."""
    path = data / "transcripts.jsonl"
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise UnreadableFile(
            "no transcripts.jsonl", where=str(data), fix="Is --data the right folder?"
        ) from error
    clips = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            clips.append(Clip(data / row["audio"], str(row["text"]), is_native(row)))
        except (ValueError, KeyError, TypeError) as error:
            raise UnreadableFile(f"line {number} has no audio and text", where=str(path)) from error
    if not clips:
        raise UnreadableFile("no clips", where=str(path), fix="Is --data the right folder?")
    return clips


def is_native(row: dict[str, object]) -> bool:
    """Whether the speaker of a clip grew up with English, as far as its line tells."""
    accent = str(row.get("accent") or "").casefold().replace(" ", "-")
    if accent:
        return not accent.startswith(("non-native", "nonnative", "l2", "foreign"))
    return "speechocean" not in str(row.get("source", "")).casefold()


def join(clips: Sequence[Clip], *, seed: int) -> list[Joined]:
    """The clips of each kind in a drawn order, joined with drawn gaps."""
    draw = np.random.default_rng(seed)
    recordings: list[Joined] = []
    for group in ("native", "non_native"):
        members = [clip for clip in clips if clip.group == group]
        batch: list[tuple[Clip, np.ndarray, float]] = []
        length_s = 0.0
        for index in draw.permutation(len(members)):
            sound = cut_to_sound(samples_of(members[index].path))
            gap_s = float(draw.uniform(*GAPS_S))
            if batch and length_s + gap_s + len(sound) / RATE > JOINED_S:
                recordings.append(_joined(f"{group}-{len(recordings)}", batch, draw))
                batch, length_s = [], 0.0
            batch.append((members[index], sound, gap_s))
            length_s += gap_s + len(sound) / RATE
        if batch:
            recordings.append(_joined(f"{group}-{len(recordings)}", batch, draw))
    return recordings


def cut_to_sound(samples: np.ndarray) -> np.ndarray:
    """The clip from its first sound to its last one, so that its seconds are known.

    Sound is what stands out: 4 % of the loud moments and 2.5 times the quiet ones, in three
    of five neighbouring hundredths.
    """
    hop = round(EDGE_S * RATE)
    count = len(samples) // hop
    if count < 5:
        return samples
    loud = np.sqrt(np.mean(samples[: count * hop].reshape(count, hop).astype(np.float64) ** 2, axis=1))
    threshold = max(0.04 * np.percentile(loud, 99), 2.5 * np.percentile(loud, 5))
    heard = np.flatnonzero(np.convolve(loud > threshold, np.ones(5), mode="same") >= 3)
    if not len(heard):
        return samples
    return samples[heard[0] * hop : (heard[-1] + 1) * hop]


def samples_of(path: Path) -> np.ndarray:
    """The whole sound of a file, float32 mono 16 kHz."""
    from clerestory.reading.media.sound import samples

    blocks = list(samples(path))
    return np.concatenate(blocks) if blocks else np.zeros(0, np.float32)


def score_times(recording: Joined, utterances: Sequence[Utterance]) -> dict[str, Score]:
    """``word_start…`` and ``segment_end…`` of a recording, for all and for its kind of speaker."""
    truth: list[str] = []
    edges = []
    for clip in recording.clips:
        words = normalised(clip.text)
        edges.append((len(truth), len(truth) + len(words) - 1))
        truth += words
    heard: list[str] = []
    places: list[tuple[int, int]] = []  # utterance and word of each normalised word
    for number, utterance in enumerate(utterances):
        for position, word in enumerate(utterance.words):
            parts = normalised(word.text)
            heard += parts
            places += [(number, position)] * len(parts)
    pairs = dict(word_errors(truth, heard).pairs)
    starts = [0, 0]
    ends = [0, 0]
    for (first, last), (start_s, end_s) in zip(edges, recording.spans, strict=True):
        if first in pairs:
            number, position = places[pairs[first]]
            away_s = abs(utterances[number].words[position].start_s - start_s)
            starts = [starts[0] + (away_s <= START_WITHIN_S), starts[1] + 1]
        if last in pairs:
            away_s = abs(utterances[places[pairs[last]][0]].end_s - end_s)
            ends = [ends[0] + (away_s <= END_WITHIN_S), ends[1] + 1]
    scores = {}
    for name, counts in (("word_start.within_0.25s", starts), ("segment_end.within_0.3s", ends)):
        scores[name] = scores[f"{name}.{recording.group}"] = Score(*counts)
    return scores


def _joined(id: str, batch: Sequence[tuple[Clip, np.ndarray, float]], draw: np.random.Generator) -> Joined:
    parts: list[np.ndarray] = []
    spans = []
    length = 0
    for _, sound, gap_s in batch:
        gap = round(gap_s * RATE)
        level = max(float(np.abs(sound).max(initial=0.0)), 1e-6)
        parts += [draw.normal(0, HUSH, gap), sound * (0.5 / level)]
        spans.append(((length + gap) / RATE, (length + gap + len(sound)) / RATE))
        length += gap + len(sound)
    parts.append(draw.normal(0, HUSH, round(GAPS_S[0] * RATE)))
    clips = tuple(clip for clip, _, _ in batch)
    return Joined(id, clips[0].group, clips, tuple(spans), np.concatenate(parts).astype(np.float32))


def _measure_clip(clip: Clip, ears: Ears) -> Case:
    samples = samples_of(clip.path)
    truth = normalised(clip.text)
    started = time.perf_counter()
    words = [word.text for word in _transcribed(samples, ears)]
    seconds = time.perf_counter() - started
    bare = word_errors(truth, normalised(" ".join(words)))
    kept = " ".join(word.text for one in _listened(samples, ears) for word in one.words)
    listened = word_errors(truth, normalised(kept))
    scores = {
        f"wer.{clip.group}": _rate(bare),
        f"listened.wer.{clip.group}": _rate(listened),
        "real_time": Score(len(samples) / RATE, seconds),
    }
    return Case(clip.path.name, scores, {"heard": " ".join(words), "kept": kept, "text": clip.text})


def _measure_joined(recording: Joined, ears: Ears) -> Case:
    utterances = _listened(recording.samples, ears)
    heard = " ".join(word.text for one in utterances for word in one.words)
    return Case(recording.id, score_times(recording, utterances), {"heard": heard})


def _transcribed(samples: np.ndarray, ears: Ears) -> list[Word]:
    """The words of a clip; one longer than the recogniser takes is cut in the middle, where it is quiet."""
    length_s = len(samples) / RATE
    if length_s <= ears.recogniser.longest_s:
        return list(ears.recogniser.transcribe(samples).words)
    begin_s = length_s / 2 - CUT_WITHIN_S
    around = samples[round(begin_s * RATE) : round((length_s / 2 + CUT_WITHIN_S) * RATE)]
    cut = round((begin_s + quietest(around, CUT_WITHIN_S, ears.activity)) * RATE)
    return _transcribed(samples[:cut], ears) + _transcribed(samples[cut:], ears)


def _listened(samples: np.ndarray, ears: Ears) -> tuple[Utterance, ...]:
    length_s = len(samples) / RATE
    request = MediaRequest("listen", TimeSpan(0.0, length_s), 0.0, "evaluation")
    return hear(samples, 0.0, request, ears, start_s=0.0, end_s=length_s).utterances


def _rate(found: WordErrors) -> Score:
    return Score(found.errors, found.words)


EVALUATION = Evaluation(
    name="speech",
    help="Word error rates of native and non-native speakers, and seconds of words and utterances.",
    data="transcripts.jsonl with audio and text per line (speaker, source, accent where known)",
    run=run,
)
