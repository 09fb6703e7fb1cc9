"""Whether the clip that is exported for a hit holds the words of the hit.

The library and questions are those of ``eval recordings`` (see there for the data folder);
where ``out`` is the folder of such a run, its library is used, and the results of this one
lie in ``clips`` inside of it. The first hits of each question whose focus is
something said are exported as clips, the focus alone, as they are cut for a person. All
clips then go into a second library, where they are recognised anew, without any knowledge
of where they come from. Figures:

- ``held``: clips in whose words the words of the focus are found, one stretch of them in
  order, with at most one word in ten wrong (Levenshtein distance to the best stretch, over
  the words of the focus; short ones may have one wrong word; both normalised as in ``eval
  speech``);
- ``held.roughly``: the same with at most three words in ten wrong: a recogniser that hears the
  same sound twice seldom says the same twice, while a clip of other seconds has other words;
- ``words``: the words of the focus that are found that way, over all of them;
- ``direct.held``, ``direct.held.roughly``, ``direct.words``: the same for the sound of the same
  seconds taken from the original to the sample, which shows what is not said twice;
- ``reencoded``: clips for which the container did not allow to copy the packets;
- ``native.…``: the same of people who grew up with English: each native clip of the data folder
  is asked for by its own words, in the recordings that its voice was joined to. Their words are
  recognised right, so that these figures tell what a clip lacks from what is misheard twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from clerestory.evaluating.bootstrap import Score
from clerestory.evaluating.contract import Case, CaseProgress, Evaluation, Options, Summary, plain, run_cases
from clerestory.evaluating.day.files import Format, write
from clerestory.evaluating.day.making import Day
from clerestory.evaluating.recordings import fill, prepare
from clerestory.evaluating.speech import read_clips
from clerestory.evaluating.transcripts import normalised
from clerestory.reading.media.sound import stretch
from clerestory.types import Citation, Hit, Segment, TimeSpan

if TYPE_CHECKING:
    from clerestory.library import Library

HITS = 3  # of each question
WRONG = 0.1  # of the words of the focus
ALIKE = 0.5  # share of the words of a native clip that the passage has that is found for them
ROUGHLY_WRONG = 0.3
MARGIN_S = 0.5  # before and after the focus, as people get it
_DIRECT = Format(".flac", "flac", "flac", 16_000, 0)


@dataclass(frozen=True, slots=True)
class Cut:
    """A focus that was cut out twice: the clip's file, and the same seconds to the sample.

    ``native``: said by a native speaker, not by a synthetic voice or an unknown one.
    """

    id: str
    words: str
    clip: Path
    direct: Path
    reencoded: bool
    native: bool = False


def run(options: Options) -> Summary:
    """Cut out the hits of all questions, and recognise the clips anew.

    Raises:
        What ``eval recordings`` raises.
    """
    from clerestory.library import Library

    day = prepare(options)
    settings = replace(options.settings, reading=replace(options.settings.reading, watch=False))
    with Library.open(options.out / "library", settings=options.settings) as library:
        fill(library, options, day)
        cuts = cut(library, day, options) + cut_native(library, options)
    own = replace(options, out=options.out / "clips")
    with Library.open(own.out / "library", settings=settings) as again:
        again.add([one.clip for one in cuts] + [one.direct for one in cuts])
        again.finish()

        def measure(item: Cut) -> Case:
            return judge(item, clip=heard(again, item.clip), direct=heard(again, item.direct))

        return run_cases(
            "clips",
            own,
            cuts,
            identify=lambda item: item.id,
            measure=measure,
            settings=plain(options.settings, "models", "reading"),
        )


def cut(library: Library, day: Day, options: Options) -> list[Cut]:
    """The spoken foci of all questions' hits, each once, as files under ``out``."""
    folder = options.out / "clips" / "files"
    folder.mkdir(parents=True, exist_ok=True)
    cuts: dict[tuple[str, float], Cut] = {}
    for number, question in enumerate(day.questions, start=1):
        for rank, hit in enumerate(library.search(question.text, limit=HITS).hits, start=1):
            span = spoken_focus(hit)
            if span is not None and (hit.asset, span.start_s) not in cuts:
                target = folder / f"{question.id}-{rank}"
                cuts[hit.asset, span.start_s] = _cut(library, hit, span, target)
        options.listener(CaseProgress("prepare: cut", number, len(day.questions), 0.0, question.id))
    return list(cuts.values())


def cut_native(library: Library, options: Options) -> list[Cut]:
    """The focus that is found for the words of each native clip of the data, where it is that clip."""
    if not (options.data / "transcripts.jsonl").exists():
        return []
    folder = options.out / "clips" / "files"
    cuts = []
    for number, clip in enumerate((one for one in read_clips(options.data) if one.native), start=1):
        for hit in library.search(clip.text, limit=1).hits:
            span = spoken_focus(hit)
            if span is not None and says(hit.segment, clip.text):
                name = f"native-{number:02d}"
                cuts.append(replace(_cut(library, hit, span, folder / name), native=True))
    return cuts


def says(segment: Segment, text: str) -> bool:
    """Whether at least ``ALIKE`` of the words of ``text`` are said in the segment, in order."""
    wanted = normalised(text)
    return wrong_words(wanted, normalised(segment.text)) <= (1 - ALIKE) * len(wanted)


def _cut(library: Library, hit: Hit, span: TimeSpan, target: Path) -> Cut:
    words = words_within(hit.segment, span)
    clip = library.clip(Citation(hit, words, span), target, margin_s=MARGIN_S)
    direct = target.with_name(f"{target.name}-direct{_DIRECT.suffix}")
    samples = stretch(library.original(hit), max(0.0, span.start_s - MARGIN_S), span.end_s + MARGIN_S)
    write(direct, _DIRECT, samples)
    return Cut(target.name, words, clip.path, direct, clip.reencoded)


def spoken_focus(hit: Hit) -> TimeSpan | None:
    """The focus of the hit, unless it has none or it is written in the picture."""
    return hit.focus if isinstance(hit.focus, TimeSpan) and hit.focus.box is None else None


def words_within(segment: Segment, span: TimeSpan) -> str:
    """The words that are said in ``span``."""
    timed = ((line, line.locator) for line in segment.lines if isinstance(line.locator, TimeSpan))
    return " ".join(
        segment.text[line.start : line.end]
        for line, when in timed
        if when.box is None and span.start_s <= when.start_s and when.end_s <= span.end_s
    )


def heard(library: Library, path: Path) -> str:
    """All that was recognised in a file of the library."""
    return " ".join(map(_said, library.reading(path).segments))


def _said(segment: Segment) -> str:
    return segment.text if segment.origin == "speech" else ""


def judge(item: Cut, *, clip: str, direct: str) -> Case:
    """Whether the words of the focus are in what was recognised of its clip."""
    wanted = normalised(item.words)
    scores = {}
    group = "native." if item.native else ""
    for prefix, text in ((group, clip), (f"{group}direct.", direct)):
        wrong = min(len(wanted), wrong_words(wanted, normalised(text)))
        scores[f"{prefix}held"] = Score(float(wrong <= max(1, WRONG * len(wanted))))
        scores[f"{prefix}held.roughly"] = Score(float(wrong <= max(1, ROUGHLY_WRONG * len(wanted))))
        scores[f"{prefix}words"] = Score(float(len(wanted) - wrong), float(len(wanted)))
    scores[f"{group}reencoded"] = Score(float(item.reencoded))
    return Case(item.id, scores, {"words": item.words, "clip": clip, "direct": direct})


def wrong_words(wanted: Sequence[str], text: Sequence[str]) -> int:
    """The fewest edits from ``wanted`` to some stretch of ``text`` (Sellers 1980)."""
    row = [0] * (len(text) + 1)  # a stretch may begin anywhere
    for count, word in enumerate(wanted, start=1):
        before, row = row, [count]
        for position, other in enumerate(text):
            row.append(min(before[position] + (word != other), before[position + 1] + 1, row[position] + 1))
    return min(row)  # and end anywhere


EVALUATION = Evaluation(
    name="clips",
    help="Whether clips that are exported for hits hold the words of the hits (shares of 1).",
    data="as for recordings",
    run=run,
)
