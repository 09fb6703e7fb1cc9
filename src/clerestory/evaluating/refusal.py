"""``clerestory eval refusal``: are probabilities of pictures right, and is what is not there refused?

The data folder holds ``SPLIT.jsonl`` (``image``, ``captions``), as ``eval pictures`` reads it.
A picture *fits* words when its captions, taken together, have all of them that say something
(compared by stems); it fits a thing (``concepts.HELD``: never used in fitting) when any caption
has one of the thing's words. Nothing of the split is used in fitting.

Probabilities, over the first ``HITS`` pictures of a query in a library of the split's photos:

- ``captions.ece``: expected calibration error over ten equal bins (Guo et al. 2017), queries being
  one caption of each photo; ``captions.ece.first``: of the very first picture alone;
- ``things.ece``, ``things.ece.first``: queries being names of things, in three templates.

Refusal in percent, over things: a library of N pictures is drawn, and drawn again without any
picture that fits. Asked for in the first, a thing is there if two captions of ``LEAST`` pictures
name it; the share of ``false_refusal@N``. In the second nothing fits: ``refused@N``. Libraries
larger than the split are filled up with the folder's other photos (the heads may know these) and
with cuts of all; ``refused`` and ``false_refusal`` are over all sizes.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from clerestory.errors import UnsupportedQuery
from clerestory.evaluating.bootstrap import SAMPLES, Figure, Score
from clerestory.evaluating.concepts import HELD, Concept
from clerestory.evaluating.contract import Case, CaseProgress, Evaluation, Options, Summary, run_cases
from clerestory.evaluating.pictures import AT_ONCE, Captioned, decode, read_captions
from clerestory.models.picture import PictureEncoder, load_picture_encoder
from clerestory.models.text import load_text_encoder
from clerestory.searching.judging import REFUSED_BELOW, Judge
from clerestory.searching.relevance import words
from clerestory.storing.analysis import terms

SIZES = (200, 500, 1000, 5000, 20000)
TEMPLATES = ("a photo of {}", "{}", "a picture that shows {}")
HITS = 10
LEAST = 3  # pictures that have to be there
DRAWN = 3  # libraries of each size
BINS = 10


@dataclass(frozen=True, slots=True)
class Pictures:
    """All rows a library may be drawn of, those of the split first: ``photo`` is its number among
    ``stems``, what each of its captions says."""

    joint: np.ndarray
    hub: np.ndarray
    photo: np.ndarray
    stems: Sequence[Sequence[frozenset[str]]]
    own: int

    def saying(self, wanted: frozenset[str]) -> np.ndarray:
        """(rows,) how many captions have any of ``wanted``."""
        found = [sum(not wanted.isdisjoint(caption) for caption in captions) for captions in self.stems]
        return np.array(found)[self.photo]


def run(options: Options) -> Summary:
    """Embed, then ask for captions and things.

    Raises:
        UnreadableFile: the folder is not shaped like that, or a photo cannot be read.
        UnsupportedQuery: the encoder knows no probabilities.
        ModelMissing, ModelCorrupt: as ``load_picture_encoder``.
    """
    split = options.split or "dev"
    items = read_captions(options.data / f"{split}.jsonl")
    encoder = load_picture_encoder(options.settings.models)
    if not Judge.of(encoder, pictures=1).knows:
        raise UnsupportedQuery(
            "knows no probabilities", where=encoder.space.name, fix="Choose another models.picture."
        )
    pictures = gather(options, split, items, encoder)
    text = load_text_encoder(options.settings.models, token_dimension=0)
    chosen = [item.captions[number % len(item.captions)] for number, item in enumerate(items)]
    things = [(thing, [template.format(thing.name) for template in TEMPLATES]) for thing in HELD]
    asked = chosen + [one for _, several in things for one in several]
    vectors = dict(zip(asked, encoder.embed_words(asked, text.encode_queries(asked).vectors), strict=True))

    def measure(item: int | tuple[Concept, list[str]]) -> Case:
        if isinstance(item, int):
            told = of_caption(encoder, pictures, vectors[chosen[item]], chosen[item])
            return Case(f"caption {items[item].image}", {}, told)
        thing, ways = item
        queries = {way: vectors[way] for way in ways}
        return of_thing(encoder, pictures, thing, queries, seed=options.seed)

    return run_cases(
        "refusal",
        options,
        [*range(len(items)), *things],
        identify=lambda item: (
            f"caption {items[item].image}" if isinstance(item, int) else f"thing {item[0].name}"
        ),
        measure=measure,
        settings={
            "split": split,
            "picture": f"{encoder.space.name} {encoder.space.digest[:12]}",
            "text": options.settings.models.text,
            "pictures": len(pictures.joint),
            "refused_below": REFUSED_BELOW,
        },
        more=errors,
    )


def of_caption(encoder: PictureEncoder, pictures: Pictures, query: np.ndarray, text: str) -> dict:
    """What is told of the first pictures of the split's library, and whether they fit."""
    rows = np.arange(pictures.own)
    verdict, first = judged(encoder, pictures, rows, query, text)
    said = frozenset(words(text))
    fits = [said <= frozenset().union(*pictures.stems[pictures.photo[row]]) for row in first[:HITS]]
    return {"kind": "captions", "told": verdict[0][:HITS], "fits": fits, "matched": verdict[1]}


def of_thing(
    encoder: PictureEncoder,
    pictures: Pictures,
    thing: Concept,
    queries: Mapping[str, np.ndarray],
    *,
    seed: int,
) -> Case:
    """Libraries with and without the thing."""
    saying = pictures.saying(thing.stems)
    random = np.random.default_rng([seed, *thing.name.encode()])
    asked: dict[str, list[bool]] = {}
    for size in SIZES:
        if size > len(saying):
            break
        for _ in range(DRAWN):
            # A library no larger than the split is drawn of it alone.
            whole = pictures.own if size <= pictures.own else len(saying)
            rows = random.permutation(whole)[:size]
            there = bool((saying[rows] >= 2).sum() >= LEAST)
            for text, query in queries.items():
                without = judged(encoder, pictures, rows[saying[rows] == 0], query, text)[0][1]
                for name in (f"refused@{size}", "refused"):
                    asked.setdefault(name, []).append(without < REFUSED_BELOW)
                if there:
                    matched = judged(encoder, pictures, rows, query, text)[0][1]
                    for name in (f"false_refusal@{size}", "false_refusal"):
                        asked.setdefault(name, []).append(matched < REFUSED_BELOW)
    own = np.arange(pictures.own)
    told, fits = [], []
    for text, query in queries.items():
        verdict, first = judged(encoder, pictures, own, query, text)
        told += verdict[0][:HITS]
        fits += [bool(saying[row] > 0) for row in first[:HITS]]
    details = {"kind": "things", "told": told, "fits": fits, "examples": int((saying[own] > 0).sum())}
    scores = {name: Score(100.0 * sum(values), len(values)) for name, values in asked.items()}
    return Case(f"thing {thing.name}", scores, details)


def judged(
    encoder: PictureEncoder, pictures: Pictures, rows: np.ndarray, query: np.ndarray, text: str
) -> tuple[tuple[list[float], float], np.ndarray]:
    """Probabilities of the best of ``rows``, best first, with ``matched``; and those rows."""
    judge = Judge.of(encoder, pictures=len(rows))
    scores = pictures.joint[rows] @ query - encoder.hub_weight * pictures.hub[rows]
    best = rows[np.argsort(-scores, kind="stable")[:100]]
    verdict = judge.judge(query, text, pictures.joint[best], pictures.hub[best])
    told = [] if verdict.probability is None else [round(float(one), 4) for one in verdict.probability]
    return (told, float(verdict.matched or 0.0)), best


def errors(cases: Sequence[Case], seed: int) -> dict[str, Figure]:
    """Calibration errors; intervals by drawing queries anew."""
    random = np.random.default_rng(seed)
    found: dict[str, Figure] = {}
    for kind in ("captions", "things"):
        mine = [case.details for case in cases if case.details["kind"] == kind]
        for name, step in ((f"{kind}.ece", 1), (f"{kind}.ece.first", HITS)):
            told = [np.array(one["told"])[::step] for one in mine]
            fits = [np.array(one["fits"], float)[::step] for one in mine]
            if not mine:
                continue
            drawn = [random.integers(0, len(mine), len(mine)) for _ in range(SAMPLES // 10)]
            again = [
                calibration_error(
                    np.concatenate([told[i] for i in rows]), np.concatenate([fits[i] for i in rows])
                )
                for rows in drawn
            ]
            low, high = np.quantile(again, [0.025, 0.975])
            value = calibration_error(np.concatenate(told), np.concatenate(fits))
            found[name] = Figure(value, float(low), float(high), len(mine))
    captions = [case.details for case in cases if case.details["kind"] == "captions"]
    refused = [one["matched"] < REFUSED_BELOW for one in captions]
    if refused:
        share = 100.0 * float(np.mean(refused))
        half = 196.0 * float(np.std(refused)) / len(refused) ** 0.5
        found["captions.false_refusal"] = Figure(share, share - half, share + half, len(refused))
    return found


def calibration_error(told: np.ndarray, fits: np.ndarray) -> float:
    """Mean distance of what was told from how often it was so, over equal bins, by their size."""
    bins = np.minimum((told * BINS).astype(int), BINS - 1)
    total = 0.0
    for one in np.unique(bins):
        mine = bins == one
        total += float(mine.sum() * abs(told[mine].mean() - fits[mine].mean()))
    return total / len(told)


def gather(options: Options, split: str, items: Sequence[Captioned], encoder: PictureEncoder) -> Pictures:
    """The split's photos, the folder's others, and cuts of all up to the largest size; kept in ``out``."""
    others = [
        item
        for path in sorted(options.data.glob("*.jsonl"))
        if path.stem != split
        for item in read_captions(path)
    ]
    photos = [*items, *others]
    wanted = SIZES[-1] if others else len(photos)
    photo = np.arange(max(wanted, len(photos))) % len(photos)
    listed = [options.data / one.image for one in photos]
    joint, hub = _vectors(options, listed, photo, encoder)
    stems = [[frozenset(terms(caption, "en")) for caption in item.captions] for item in photos]
    return Pictures(joint, hub, photo, stems, len(items))


def _vectors(
    options: Options, paths: Sequence[Path], photo: np.ndarray, encoder: PictureEncoder
) -> tuple[np.ndarray, np.ndarray]:
    """Of each row; the first time a photo comes it is whole, later it is a cut. Finished parts are
    kept, so that a run that was stopped goes on."""
    parts = options.out / "vectors" / encoder.space.digest[:16]
    parts.mkdir(parents=True, exist_ok=True)
    found = []
    started = time.monotonic()
    many = 16 * AT_ONCE
    for begin in range(0, len(photo), many):
        path = parts / f"{begin}.npy"
        rows = range(begin, min(begin + many, len(photo)))
        if not path.exists():
            made = []
            for at in range(rows.start, rows.stop, AT_ONCE):
                some = [
                    cut(decode(paths[photo[row]]), row) if row >= len(paths) else decode(paths[photo[row]])
                    for row in range(at, min(at + AT_ONCE, rows.stop))
                ]
                seen = encoder.embed(some)
                made.append(np.concatenate([seen.joint, seen.hub[:, None]], axis=1))
            whole = path.with_suffix(".part.npy")
            np.save(whole, np.concatenate(made).astype(np.float32))
            whole.replace(path)
        found.append(np.load(path))
        seconds = time.monotonic() - started
        options.listener(CaseProgress("prepare", rows.stop, len(photo), seconds, paths[photo[rows[-1]]].name))
    everything = np.concatenate(found)
    return np.ascontiguousarray(everything[:, :-1]), np.ascontiguousarray(everything[:, -1])


def cut(image: np.ndarray, number: int) -> np.ndarray:
    """A part of half to all of a picture's area, every other one mirrored; the same for a ``number``."""
    random = np.random.default_rng(number)
    height, width = image.shape[:2]
    side = random.uniform(0.5, 1.0) ** 0.5
    wide, high = max(1, int(width * side)), max(1, int(height * side))
    left, top = int(random.integers(width - wide + 1)), int(random.integers(height - high + 1))
    part = image[top : top + high, left : left + wide]
    return np.ascontiguousarray(part[:, ::-1] if number % 2 else part)


EVALUATION = Evaluation(
    name="refusal",
    help="Whether probabilities of pictures are right, and what is not there is refused.",
    data="SPLIT.jsonl with image and captions (--split, else dev), and the photos; others fill it up",
    run=run,
)
