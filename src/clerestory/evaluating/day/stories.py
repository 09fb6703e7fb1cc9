"""The stories of a made day: who says and shows what, told anew by each seed.

In: the stories beside this module (``recordings.toml``, ``videos.toml``; values for their slots
in ``pools.toml``, small talk in ``chatter.toml``) and a seed. Out: stories as parts in order,
each with the questions that can be asked of it. A story that is told more than once gets
other values each time, which makes one a distractor of the other. It knows neither voices
nor seconds.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import numpy as np

CHATTER = (3, 7)  # lines of small talk at a pause of a recording: at least, and fewer than

_SLOT = re.compile(r"\{(?P<name>[a-z]+)(?P<number>\d+)(?::(?P<low>\d+)-(?P<high>\d+))?\}")
_LINE = re.compile(r"(?P<who>[A-Z]|slide|caption)(?: \[(?P<fact>\w+)\])?: (?P<text>.+)")
_BREAK = re.compile(r"\((?P<kind>pause|music) (?P<seconds>[\d.]+)\)")


@dataclass(frozen=True, slots=True)
class Spoken:
    """A line in a voice ("A", "B", …); ``fact`` names what it answers, else it is empty."""

    who: str
    text: str
    fact: str = ""


@dataclass(frozen=True, slots=True)
class Break:
    """Seconds in which nobody speaks."""

    kind: Literal["pause", "music"]
    seconds: float


@dataclass(frozen=True, slots=True)
class Slide:
    """A new picture: a title and lines below it."""

    title: str
    lines: tuple[str, ...]
    fact: str = ""


@dataclass(frozen=True, slots=True)
class Caption:
    """Text laid over the picture until the next slide or caption."""

    text: str
    fact: str = ""


Part = Spoken | Break | Slide | Caption


@dataclass(frozen=True, slots=True)
class Wordings:
    """Questions in several wordings that the part with this ``fact`` answers."""

    fact: str
    questions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Story:
    """A recording or video before it is spoken. ``setting`` is a kind of sound, or a look of a video."""

    name: str
    kind: Literal["recording", "video"]
    setting: str
    parts: tuple[Part, ...]
    asked: tuple[Wordings, ...]

    @property
    def voices(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(part.who for part in self.parts if isinstance(part, Spoken)))

    def part(self, fact: str) -> int:
        """The position of the part that answers."""
        return next(i for i, part in enumerate(self.parts) if getattr(part, "fact", "") == fact)


def tell(seed: int) -> tuple[Story, ...]:
    """All stories with their slots filled: recordings, then videos."""
    random = np.random.default_rng([seed, 1])
    told: list[Story] = []
    for template in _table("recordings.toml")["story"]:
        for name, slots in _times(template, random):
            story = _story(template, name=name, kind="recording", setting=template["sound"], slots=slots)
            told.append(_with_chatter(story, random))
    for template in _table("videos.toml")["story"]:
        for name, slots in _times(template, random):
            told.append(_story(template, name=name, kind="video", setting=template["look"], slots=slots))
    return tuple(told)


def _with_chatter(story: Story, random: np.random.Generator) -> Story:
    """The story with small talk at its pauses: before the breath, and after it."""
    lines = [str(line) for line in random.permutation(_table("chatter.toml")["lines"])]
    parts: list[Part] = []
    for part in story.parts:
        pausing = isinstance(part, Break) and part.kind == "pause"
        for turn in (0, 1):
            if pausing:
                who = story.voices[0]
                parts += [Spoken(who, lines.pop()) for _ in range(int(random.integers(*CHATTER)))]
            if turn == 0:
                parts.append(part)
    return replace(story, parts=tuple(parts))


@cache
def _table(name: str) -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath(name).read_text(encoding="utf-8"))


def _times(template: Mapping[str, Any], random: np.random.Generator) -> Iterator[tuple[str, dict[str, str]]]:
    """A name and the values of the slots, once per time that it is told; words differ from time to time."""
    wanted: dict[str, re.Match[str]] = {}
    for slot in _SLOT.finditer(template["script"]):
        key = slot["name"] + slot["number"]
        if key not in wanted or slot["low"]:
            wanted[key] = slot
    pools = {
        name: [str(value) for value in random.permutation(values)]
        for name, values in _table("pools.toml").items()
    }
    times = template.get("times", 1)
    for turn in range(1, times + 1):
        numbers: set[int] = set()
        filled = {}
        for key, slot in wanted.items():
            if slot["low"]:
                free = [n for n in range(int(slot["low"]), int(slot["high"]) + 1) if n not in numbers]
                number = int(random.choice(free))
                numbers.add(number)
                filled[key] = str(number)
            else:
                filled[key] = pools[slot["name"]].pop()
        yield (template["name"] if times == 1 else f"{template['name']}-{turn}"), filled


def _story(
    template: Mapping[str, Any],
    *,
    name: str,
    kind: Literal["recording", "video"],
    setting: str,
    slots: Mapping[str, str],
) -> Story:
    def fill(text: str) -> str:
        return _SLOT.sub(lambda slot: slots[slot["name"] + slot["number"]], text)

    lines = [fill(line) for line in template["script"].strip().splitlines()]
    asked = [Wordings(fact, tuple(fill(text) for text in texts)) for fact, *texts in template["questions"]]
    return Story(name, kind, setting, tuple(map(_part, lines)), tuple(asked))


def _part(line: str) -> Part:
    if gap := _BREAK.fullmatch(line):
        return Break("music" if gap["kind"] == "music" else "pause", float(gap["seconds"]))
    matched = _LINE.fullmatch(line)
    if matched is None:
        raise ValueError(f"{line!r} is no line of a story")
    who, fact, text = matched["who"], matched["fact"] or "", matched["text"]
    if who == "slide":
        title, *lines = text.split(" | ")
        return Slide(title, tuple(lines), fact)
    return Caption(text, fact) if who == "caption" else Spoken(who, text, fact)


@dataclass(frozen=True, slots=True)
class Chosen:
    """A question on a fact of a story."""

    story: int
    fact: str
    text: str


def choose(stories: Sequence[Story], *, count: int, seed: int) -> tuple[Chosen, ...]:
    """``count`` questions on different facts, one wording each; every story is asked about in turn.

    Of a video something that is only shown is asked first.
    """
    random = np.random.default_rng([seed, 2])
    waiting = [_in_turn(story, random) for story in stories]
    chosen: list[Chosen] = []
    while len(chosen) < count and any(waiting):
        for index in random.permutation(len(stories)):
            if waiting[index] and len(chosen) < count:
                wordings = waiting[index].pop()
                chosen.append(Chosen(int(index), wordings.fact, str(random.choice(wordings.questions))))
    return tuple(sorted(chosen, key=lambda one: (one.story, stories[one.story].part(one.fact))))


def _in_turn(story: Story, random: np.random.Generator) -> list[Wordings]:
    """What can be asked of a story; the last is to be taken first."""
    asked = [story.asked[k] for k in random.permutation(len(story.asked))]
    shown = [one for one in asked if isinstance(story.parts[story.part(one.fact)], Slide | Caption)]
    return [one for one in asked if one not in shown[:1]] + shown[:1]
