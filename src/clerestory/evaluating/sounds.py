"""``clerestory eval sounds-are-not-words``: how often a recording without a word gets one.

The data folder is shaped like ESC-10: ``meta.jsonl`` with ``audio`` (a path in the folder) and
``label`` per line. Beside its clips the evaluation makes pieces of silence, noise, tones and
music itself (``made_sounds``) and writes them as WAV files. All go the way of any file: the
reader, each stretch heard, everything merged. Figures:

- ``invented``: share of all of them with any word in the final reading;
- ``invented.clips``, ``invented.synthetic``: of the clips, of the made pieces;
- ``invented.silence``, ``.noise``, ``.tones``, ``.music``: of each family of made pieces;
- ``words_per_minute``: invented words per minute of sound.

``--limit`` takes that many of clips and pieces together.
"""

from __future__ import annotations

import dataclasses
import json
import tempfile
import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from clerestory.errors import UnreadableFile
from clerestory.evaluating.bootstrap import Score
from clerestory.evaluating.contract import Case, Evaluation, Options, Summary, draw, run_cases
from clerestory.evaluating.made_sounds import RATE, pieces
from clerestory.models.sessions import usable_cores
from clerestory.models.speech import load_speech_recogniser
from clerestory.models.voice_activity import load_voice_activity
from clerestory.reading.media.merging import merge_media
from clerestory.reading.reader import read
from clerestory.reading.source import Source
from clerestory.reading.speech.listening import Ears, listen
from clerestory.settings import ReadingSettings
from clerestory.types import Reading

PIECES = 220  # ten of each kind


@dataclass(frozen=True, slots=True)
class _Sound:
    """A file without words; ``group`` is "clips", or the family of a made piece."""

    id: str
    path: Path
    group: str
    label: str


def run(options: Options) -> Summary:
    """Hear every clip and piece as a file of its own.

    Raises:
        UnreadableFile: the folder is not shaped like that.
        ModelMissing: the weights are not on this machine.
    """
    settings = options.settings
    threads = settings.models.threads or usable_cores()
    ears = Ears(
        load_speech_recogniser(settings.models, threads=threads),
        load_voice_activity(settings.models, threads=threads),
    )
    clips = _clips(options.data)
    with tempfile.TemporaryDirectory(prefix="clerestory-sounds-") as folder:
        # Only those that are asked for are made: making takes longer than listening.
        made = [_Sound(str(index), Path(folder), "", "") for index in range(PIECES)]
        chosen = draw([*clips, *made], options.limit, seed=options.seed)
        wanted = {int(one.id) for one in chosen if not one.group}
        items = [one for one in chosen if one.group]
        for index, piece in enumerate(pieces(PIECES, seed=options.seed)):
            if index in wanted:
                path = Path(folder) / f"{piece.name}.wav"
                write_wav(path, piece.samples)
                items.append(_Sound(piece.name, path, piece.family, piece.name))

        def measure(sound: _Sound) -> Case:
            reading = heard(sound.path, ears, settings.reading)
            words = words_of(reading)
            scores = {"invented": Score(bool(words), 1)}
            if sound.group == "clips":
                scores["invented.clips"] = Score(bool(words), 1)
            else:
                scores["invented.synthetic"] = Score(bool(words), 1)
                scores[f"invented.{sound.group}"] = Score(bool(words), 1)
            minutes = float(reading.metadata["duration_s"]) / 60
            scores["words_per_minute"] = Score(len(words), minutes)
            kinds = sorted({line.code for line in reading.ledger if line.kind == "time"})
            details = {"label": sound.label, "words": " ".join(words), "kinds": kinds}
            return Case(sound.id, scores, details)

        return run_cases(
            "sounds-are-not-words",
            dataclasses.replace(options, limit=None),
            items,
            identify=lambda sound: sound.id,
            measure=measure,
            settings={
                "speech": settings.models.speech,
                "voice_activity": settings.models.voice_activity,
                "recogniser": ears.recogniser.version,
                "asked": options.limit,
            },
        )


def heard(path: Path, ears: Ears, settings: ReadingSettings) -> Reading:
    """The final reading of a recording, made in this process."""
    source = Source(path, "0" * 64, path.name)
    reading = read(source, settings)
    results = [listen(source, one, ears, settings).to_json() for one in reading.media_requests]
    kept = {item.digest: item.content for item in reading.objects}
    return merge_media(reading, results, settings, object_bytes=kept.__getitem__)


def words_of(reading: Reading) -> list[str]:
    return [word for segment in reading.segments for word in segment.text.split()]


def write_wav(path: Path, samples: np.ndarray) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((np.clip(samples, -1, 1) * 32767).round().astype("<i2").tobytes())


def _clips(folder: Path) -> list[_Sound]:
    listing = folder / "meta.jsonl"
    try:
        lines = [json.loads(line) for line in listing.read_text(encoding="utf-8").splitlines() if line]
        return [
            _Sound(Path(one["audio"]).stem, folder / one["audio"], "clips", one["label"]) for one in lines
        ]
    except FileNotFoundError as error:
        raise UnreadableFile("no such file", where=str(listing), fix="Is --data the right folder?") from error
    except (ValueError, KeyError, TypeError) as error:
        raise UnreadableFile(
            f"not lines of JSON with audio and label ({error})", where=str(listing)
        ) from error


EVALUATION = Evaluation(
    name="sounds-are-not-words",
    help="how often a recording without a word gets one",
    data="meta.jsonl with audio and label per line, as ESC-10",
    run=run,
)
