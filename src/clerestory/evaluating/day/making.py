"""A day of recordings and videos on disk, made from a seed, with what is said and asked.

In: a folder, a seed, voices. Out: files with names that tell nothing ("recording-07.mp3"),
and a ``Day``: for each file what is said and shown from second to second, and the questions
with the seconds at which the answer is said or shown. ``day.json`` keeps it, so that a folder
that is complete is not made again; one that is not is gone on with.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.resources import files as package_files
from pathlib import Path
from typing import Literal

import numpy as np

from clerestory.evaluating.day.files import FILMS, SOUNDS, TELEPHONE, Format, write
from clerestory.evaluating.day.film import frames
from clerestory.evaluating.day.stories import Caption, Chosen, Slide, Spoken, Story, choose, tell
from clerestory.evaluating.day.tape import Tape, record
from clerestory.evaluating.day.voices import Voice

QUESTIONS = 60
STORY_FILES = ("recordings.toml", "videos.toml", "pools.toml", "chatter.toml")
VERSION = 1  # counts up when the same seed and voices no longer give the same day

Told = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class Event:
    """Words that are said, or text that stands on the screen, from second to second."""

    kind: Literal["said", "shown"]
    text: str
    start_s: float
    end_s: float
    voice: str = ""


@dataclass(frozen=True, slots=True)
class MadeFile:
    """A recording or video, the story that it tells, and what happens in it."""

    name: str
    story: str
    kind: Literal["recording", "video"]
    seconds: float
    snr_db: float
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """A question, the file that answers it, and the seconds at which the answer is said or shown."""

    id: str
    text: str
    file: str
    answer: Event


@dataclass(frozen=True, slots=True)
class Day:
    """All files of a day, and what can be asked of them."""

    files: tuple[MadeFile, ...]
    questions: tuple[Question, ...]


def make(
    folder: Path,
    *,
    seed: int,
    voices: Sequence[Voice],
    count: int = QUESTIONS,
    told: Told = lambda done, total, name: None,
) -> Day:
    """The day of this seed in ``folder``; ``told`` hears of each file that is done.

    Raises:
        MachineError: a voice does not speak.
        UnsupportedFile: PyAV is not installed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    of = _digest(seed, voices, count)
    notes = folder / "day.json"
    if notes.exists() and (kept := json.loads(notes.read_text(encoding="utf-8")))["of"] == of:
        return from_json(kept)
    _begin(folder, of)
    stories = tell(seed)
    made: list[MadeFile] = []
    tapes: list[Tape] = []
    for index, (story, form, name) in enumerate(_planned(stories, seed)):
        cast = _cast(story, index, voices, seed)
        tape = record(story, cast, seed=(seed, 3, index))
        if not (folder / name).exists():
            pictures = frames(story, tape, size=form.size) if form.video else ()
            part = folder / f"{name}.part"
            write(part, form, tape.samples, pictures=pictures)
            part.replace(folder / name)
        made.append(_noted(story, tape, name, cast))
        tapes.append(tape)
        told(index + 1, len(stories), name)
    chosen = choose(stories, count=count, seed=seed)
    day = Day(tuple(made), tuple(_asked(number, one, stories, made) for number, one in enumerate(chosen, 1)))
    text = json.dumps({"of": of, **dataclasses.asdict(day)}, indent=1)
    notes.write_text(text + "\n", encoding="utf-8")  # last: where it is, the files are whole
    return day


def _begin(folder: Path, of: str) -> None:
    """Clear the folder, unless a day that decides the same was begun in it."""
    begun = folder / "begun.json"
    if not begun.exists() or json.loads(begun.read_text(encoding="utf-8")) != of:
        for old in (folder / "day.json", *folder.glob("*-[0-9][0-9].*")):
            old.unlink(missing_ok=True)
        begun.write_text(json.dumps(of), encoding="utf-8")


def from_json(value: dict) -> Day:
    """The day that ``day.json`` holds."""
    files = tuple(
        MadeFile(**{**one, "events": tuple(Event(**event) for event in one["events"])})
        for one in value["files"]
    )
    asked = tuple(Question(**{**one, "answer": Event(**one["answer"])}) for one in value["questions"])
    return Day(files, asked)


def _digest(seed: int, voices: Sequence[Voice], count: int) -> str:
    """What decides the day."""
    stories = [
        package_files(__package__).joinpath(f"{n}.toml").read_text("utf-8")
        for n in ("recordings", "videos", "pools")
    ]
    told = json.dumps([VERSION, seed, count, [voice.name for voice in voices], stories])
    return hashlib.sha256(told.encode()).hexdigest()


def _planned(stories: Sequence[Story], seed: int) -> list[tuple[Story, Format, str]]:
    """Each story with the format and name of its file; names are in no order of subjects."""
    random = np.random.default_rng([seed, 4])
    planned = []
    for kind in ("recording", "video"):
        of_kind = [story for story in stories if story.kind == kind]
        numbers = random.permutation(len(of_kind)) + 1
        for story, number in zip(of_kind, numbers, strict=True):
            forms = FILMS if kind == "video" else TELEPHONE if story.setting == "telephone" else SOUNDS
            form = forms[int(number) % len(forms)]
            planned.append((story, form, f"{kind}-{number:02d}{form.suffix}"))
    return planned


def _cast(story: Story, index: int, voices: Sequence[Voice], seed: int) -> dict[str, Voice]:
    """A voice for each speaker, different ones where there are enough; all voices take their turn."""
    order = np.random.default_rng([seed, 5]).permutation(len(voices))
    return {who: voices[order[(index + step) % len(voices)]] for step, who in enumerate(story.voices)}


def _noted(story: Story, tape: Tape, name: str, cast: dict[str, Voice]) -> MadeFile:
    return MadeFile(
        name=name,
        story=story.name,
        kind=story.kind,
        seconds=round(tape.seconds, 3),
        snr_db=round(tape.snr_db, 1),
        events=tuple(_event(story, tape, cue.part, cast) for cue in tape.cues),
    )


def _event(story: Story, tape: Tape, part: int, cast: dict[str, Voice]) -> Event:
    cue, what = tape.cue(part), story.parts[part]
    start_s, end_s = round(cue.start_s, 3), round(cue.end_s, 3)
    match what:
        case Spoken(who, text):
            return Event("said", text, start_s, end_s, cast[who].name)
        case Slide(title, lines):
            return Event("shown", "\n".join((title, *lines)), start_s, end_s)
        case Caption(text):
            return Event("shown", text, start_s, end_s)
        case _:
            raise ValueError("a break says nothing")


def _asked(number: int, one: Chosen, stories: Sequence[Story], made: Sequence[MadeFile]) -> Question:
    story, file = stories[one.story], made[one.story]
    timed = [i for i, part in enumerate(story.parts) if isinstance(part, Spoken | Slide | Caption)]
    return Question(f"q{number:02d}", one.text, file.name, file.events[timed.index(story.part(one.fact))])
