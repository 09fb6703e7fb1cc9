"""What a space's scores are judged by: ``calibration.safetensors`` beside its other files.

In: photographs and captions of training as heads see them that were fitted without them
(``out_of_fold``: the shipped heads flatter their own training photographs), and the words'
vectors of the shipped heads. Out: the arrays of ``clerestory.searching.relevance``.

One half of the photographs is the bank, the other the library that queries are asked of: names of
things (``evaluating.concepts.FITTING``, never ``HELD``, and single words of captions that are not
in ``HELD``) and captions. A picture fits when its captions have the words; to take a thing out of
a library, every picture goes of which any caption names it. ``matched`` is moved so that a
share of ``REFUSED`` of the queries with an example in the library fall below a half.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from clerestory.evaluating.concepts import FITTING, HELD
from clerestory.models.minilm import read_safetensors
from clerestory.searching.relevance import (
    World,
    hit_features,
    linear,
    match_features,
    words,
)
from clerestory.storing.analysis import terms
from training.shared_space.captions import spelling, vocabulary
from training.shared_space.export import write_tensors
from training.shared_space.regression import regress, ridge, with_constant

FOLDS = 3
BANK = 2000
LEAST = 3  # pictures with a thing for it to be in a library, as in ``evaluating.refusal``
TEMPLATES = ("a photo of {}", "{}", "a picture that shows {}")
SINGLE, CAPTIONS = 250, 600  # single words and captions that are asked for
SIZES = (200, 700, 1500)  # and all pictures there are
CANDIDATES, HITS = 100, 20
FORGOTTEN = 0.1  # of the words: asked for as if no detector knew them
REFUSED = 0.1
# A photograph nearer to the bank than all but this share of unseen ones is called familiar.
STRANGE = 0.02
# Of the kinds of queries, in what is fitted to all of them. Single words are often no thing.
IMPORTANCE = {"thing": 1.0, "word": 0.5, "caption": 0.3}

Told = Callable[[str], None]


class Fitted(Protocol):
    """Heads."""

    def pictures(self, features: np.ndarray) -> np.ndarray: ...

    def texts(self, vectors: np.ndarray, counts: np.ndarray) -> np.ndarray: ...


@dataclass(frozen=True, slots=True)
class Unseen:
    """n photographs in v views, each by heads of a fold without it: ``pictures`` (v, n, D), ``hubs``
    (v, n), ``texts`` (n * c, D) of their captions; ``fold`` (n,)."""

    pictures: np.ndarray
    hubs: np.ndarray
    texts: np.ndarray
    fold: np.ndarray


@dataclass(frozen=True, slots=True)
class Asked:
    """A query, its words that detectors may know, and the photographs (n,) that fit: ``named`` by any
    caption, ``sure`` by two (for a caption: its own)."""

    query: np.ndarray
    words: tuple[str, ...]
    named: np.ndarray
    sure: np.ndarray
    kind: str  # "thing", "word" or "caption"


def write_calibration(
    folder: Path,
    views: Sequence[np.ndarray],
    vectors: np.ndarray,
    counts: np.ndarray,
    captions: Sequence[Sequence[str]],
    *,
    shipped: Fitted,
    fit: Callable[[np.ndarray], Fitted],
    embed: Callable[[Sequence[str]], np.ndarray],
    progress: Told,
) -> None:
    """``calibration.safetensors`` for the space whose other files are in ``folder``; see
    ``out_of_fold`` and ``calibrate``."""
    facts = json.loads((folder / "space.json").read_text(encoding="utf-8"))
    bank = read_safetensors(folder / "background.safetensors")["captions"].astype(np.float32)
    neighbours = int(facts["hub_neighbours"])
    unseen = out_of_fold(
        views,
        vectors,
        counts,
        shipped=shipped,
        fit=fit,
        bank=bank,
        neighbours=neighbours,
        progress=progress,
    )
    arrays = calibrate(
        unseen,
        captions,
        embed,
        hub_weight=float(facts["hub_weight"]),
        neighbours=neighbours,
        progress=progress,
    )
    write_tensors(folder / "calibration.safetensors", arrays)


def out_of_fold(
    views: Sequence[np.ndarray],
    vectors: np.ndarray,
    counts: np.ndarray,
    *,
    shipped: Fitted,
    fit: Callable[[np.ndarray], Fitted],
    bank: np.ndarray,
    neighbours: int,
    progress: Told,
    folds: int = FOLDS,
    seed: int = 0,
) -> Unseen:
    """``fit`` makes heads of the photographs (n,) that are marked; each fold's space is turned onto the
    shipped one (orthogonal Procrustes: Schönemann 1966). ``bank`` (m, D): background captions,
    for hubs."""
    count = len(views[0])
    each = len(vectors) // count
    fold = np.random.default_rng(seed).permutation(np.arange(count) % folds)
    said, seen = shipped.texts(vectors, counts), shipped.pictures(views[0])
    pictures = np.zeros((len(views), *seen.shape), np.float32)
    texts = np.zeros_like(said)
    for number in range(folds):
        kept = fold != number
        of_kept = np.repeat(kept, each)
        heads = fit(kept)
        own = np.concatenate([heads.texts(vectors[of_kept], counts[of_kept]), heads.pictures(views[0][kept])])
        left, _, right = np.linalg.svd(own.T @ np.concatenate([said[of_kept], seen[kept]]))
        turn = left @ right
        for view, features in enumerate(views):
            pictures[view, ~kept] = heads.pictures(features[~kept]) @ turn
        texts[~of_kept] = heads.texts(vectors[~of_kept], counts[~of_kept]) @ turn
        progress(f"fold {number + 1} of {folds}")
    hubs = np.stack([_nearest_mean(view, bank, neighbours) for view in pictures])
    return Unseen(pictures, hubs, texts, fold)


def calibrate(
    unseen: Unseen,
    captions: Sequence[Sequence[str]],
    embed: Callable[[Sequence[str]], np.ndarray],
    *,
    hub_weight: float,
    neighbours: int,
    progress: Told,
    seed: int = 0,
) -> dict[str, np.ndarray]:
    """The arrays. ``captions`` of each photograph; ``embed`` gives the shipped vectors of texts."""
    library = Library.of(unseen, captions, hub_weight, seed)
    asked = list(queries(unseen, captions, library, embed, seed=seed))
    progress(f"{len(asked)} queries, {len(library.stems)} words with a detector")
    evidence = fit_evidence(library, asked, seed)
    hit, match = fit_judgements(library, asked, evidence, seed, progress)
    return library.arrays() | {
        "hub_weight": np.array([hub_weight], np.float32),
        "evidence": evidence.astype(np.float32),
        "hit": hit.astype(np.float32),
        "match": match.astype(np.float32),
        "familiar": familiarity(library, neighbours).astype(np.float32),
    }


@dataclass(frozen=True, slots=True)
class Library:
    """The bank (photographs ``bank``) and the pictures that are asked for: rows ``photo`` of
    ``joint`` with ``hubs``. ``detected`` (V, rows) and ``bank_detected`` (V, k): detectors of
    other folds; ``named`` (V, n) words in captions, ``salience`` (V, n) the share that says them."""

    bank: np.ndarray
    bank_joint: np.ndarray
    bank_hubs: np.ndarray
    photo: np.ndarray
    joint: np.ndarray
    hubs: np.ndarray
    stems: dict[str, int]
    salience: np.ndarray
    bank_detected: np.ndarray
    detected: np.ndarray
    shipped: np.ndarray
    leverage: np.ndarray
    hub_weight: float

    @classmethod
    def of(cls, unseen: Unseen, captions: Sequence[Sequence[str]], hub_weight: float, seed: int) -> Library:
        count = unseen.pictures.shape[1]
        order = np.random.default_rng(seed).permutation(count)
        bank, others = np.sort(order[: min(BANK, count // 2)]), np.sort(order[min(BANK, count // 2) :])
        stems, salience = vocabulary(captions)
        whole = unseen.pictures[0]
        shipped, spread = ridge(whole, salience.T)
        detected = np.zeros((*unseen.pictures.shape[:2], len(stems)), np.float32)
        for number in np.unique(unseen.fold):
            out = unseen.fold == number
            matrix, _ = ridge(whole[~out], salience.T[~out])
            detected[:, out] = with_constant(unseen.pictures[:, out]) @ matrix
        constant = with_constant(whole[bank])
        return cls(
            bank=bank,
            bank_joint=whole[bank],
            bank_hubs=unseen.hubs[0, bank],
            photo=np.tile(others, len(unseen.pictures)),
            joint=unseen.pictures[:, others].reshape(-1, whole.shape[1]),
            hubs=unseen.hubs[:, others].ravel(),
            stems=stems,
            salience=salience,
            bank_detected=np.ascontiguousarray(detected[0, bank].T),
            detected=np.ascontiguousarray(detected[:, others].reshape(-1, len(stems)).T),
            shipped=shipped.T,
            leverage=np.einsum("nd,de,ne->n", constant, spread, constant),
            hub_weight=hub_weight,
        )

    def arrays(self) -> dict[str, np.ndarray]:
        named = self.salience > 0
        shown = self.salience.sum(axis=1) / np.maximum(named.sum(axis=1), 1)
        return {
            "bank": self.bank_joint.astype(np.float16),
            "bank_hubs": self.bank_hubs.astype(np.float32),
            "leverage": self.leverage.astype(np.float32),
            "detectors": self.shipped.astype(np.float16),
            "stems": _eights("\n".join(self.stems).encode("ascii")).view(np.int64),
            "named": _wide(np.packbits(named[:, self.bank], axis=1)),
            "shown": shown.astype(np.float32),
        }

    def ask(self, asked: Asked) -> tuple[World, np.ndarray, np.ndarray]:
        """The query among the bank, and scores and detections of all pictures."""
        rows = [self.stems[word] for word in asked.words if word in self.stems]
        world = World(
            self.bank_joint @ asked.query - self.hub_weight * self.bank_hubs,
            self.bank_detected[rows].T,
            self.salience[rows][:, self.bank].T > 0,
            len(asked.words),
        )
        return world, self.joint @ asked.query - self.hub_weight * self.hubs, self.detected[rows].T


def queries(
    unseen: Unseen,
    captions: Sequence[Sequence[str]],
    library: Library,
    embed: Callable[[Sequence[str]], np.ndarray],
    *,
    seed: int,
) -> Iterator[Asked]:
    """Things, single words, captions; some words as if they were unknown."""
    random = np.random.default_rng(seed)
    stemmed = [[frozenset(terms(caption, "en")) for caption in own] for own in captions]
    there = np.unique(library.photo)

    def of(text: str, stems: frozenset[str], query: np.ndarray, kind: str) -> Asked | None:
        saying = np.array([sum(not stems.isdisjoint(one) for one in own) for own in stemmed])
        if (saying[there] >= 2).sum() < LEAST:
            return None
        known = () if random.random() < FORGOTTEN else tuple(words(text))
        return Asked(query, known or ("",), saying > 0, saying >= 2, kind)

    things = [(template.format(thing.name), thing.stems) for thing in FITTING for template in TEMPLATES]
    held = frozenset().union(*(thing.stems for thing in HELD))
    single = [stem for stem in library.stems if stem not in held]
    chosen = [single[i] for i in random.permutation(len(single))[:SINGLE]]
    spelt = spelling(captions, chosen)
    asked = [
        *((text, stems, "thing") for text, stems in things),
        *((f"a photo of a {spelt[stem]}", frozenset([stem]), "word") for stem in chosen),
    ]
    for (text, stems, kind), query in zip(asked, embed([text for text, _, _ in asked]), strict=True):
        one = of(text, stems, query, kind)
        if one is not None:
            yield one
    each = len(unseen.texts) // len(captions)
    for photo in random.permutation(there)[:CAPTIONS]:
        which = int(random.integers(each))
        said = words(captions[photo][which])
        named = np.array([set(said) <= frozenset().union(*own) for own in stemmed])
        own = np.arange(len(captions)) == photo
        yield Asked(unseen.texts[each * photo + which], tuple(said), named | own, own, "caption")


def fit_evidence(library: Library, asked: Sequence[Asked], seed: int) -> np.ndarray:
    """Weights that tell pictures that fit from those that score as high and do not."""
    features, fits, weights = [], [], []
    whole = len(np.unique(library.photo))
    for one in asked:
        world, scores, detected = library.ask(one)
        first = np.argsort(-scores[:whole])[:CANDIDATES]
        named, sure = one.named[library.photo[first]], one.sure[library.photo[first]]
        clear = first[(named == sure) | (one.kind == "caption")]
        features.append(world.evidence_features(scores[clear], detected[clear]))
        fits.append(one.named[library.photo[clear]])
        weights.append(np.full(len(clear), IMPORTANCE[one.kind]))
    return regress(np.concatenate(features), np.concatenate(fits), np.concatenate(weights))


def fit_judgements(
    library: Library, asked: Sequence[Asked], evidence: np.ndarray, seed: int, progress: Told
) -> tuple[np.ndarray, np.ndarray]:
    """Weights of ``hit`` and ``match``."""
    random = np.random.default_rng(seed + 1)
    hits: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
    matches: list[np.ndarray] = []
    groups: list[tuple[str, int, bool]] = []
    counts: list[int] = []
    importance = {"thing": 1.0, "word": 0.5, "caption": 1.0}
    whole = len(np.unique(library.photo))
    for one in asked:
        world, scores, detected = library.ask(one)
        everything = linear(world.evidence_features(scores, detected), evidence)
        bank = linear(world.evidence_features(world.scores, world.detected), evidence)
        named, sure = one.named[library.photo], one.sure[library.photo]
        for size in (*SIZES, len(scores)):
            # Cuts of the same photograph only where there are not photographs enough.
            several = size > whole
            drawn = random.permutation(len(scores) if several else whole)[:size]
            if one.kind == "caption":
                drawn[0] = np.flatnonzero(sure)[0]  # the whole frame
            for present in (True, False):
                rows = drawn if present else drawn[~named[drawn]]
                if present and sure[rows].sum() < (1 if one.kind == "caption" else LEAST):
                    continue
                if not len(rows):  # all of them have the words
                    continue
                first = rows[np.argsort(-scores[rows])[:CANDIDATES]]
                matches.append(match_features(everything[first], bank, world, len(rows)))
                groups.append((one.kind, size, present))
                counts.append(world.count)
                if present and not several:
                    best = hit_features(everything[first], scores[first], bank, world, len(rows))[:HITS]
                    weight = importance[one.kind] / (1 + np.arange(len(best)))
                    hits.append((best, named[first][:HITS], weight))
    told, fits, firsts = (np.concatenate(part) for part in zip(*hits, strict=True))
    hit = regress(told, fits, firsts)
    features = np.array(matches)
    there = np.array([group[2] for group in groups])
    sizes = Counter(groups)
    # Within a kind each size and each answer counts alike.
    weights = np.array([IMPORTANCE[group[0]] / sizes[group] for group in groups])
    match = regress(features, there, weights)
    # The half is laid where REFUSED of the things, and of the captions, fall below it.
    values = linear(features, match)
    kinds = np.array([group[0] for group in groups])
    cuts, many = [], []
    for kind in ("thing", "caption"):
        mine = (kinds == kind) & there
        cuts.append(float(np.quantile(values[mine], REFUSED)))
        many.append(float(np.median(np.log1p(np.array(counts)[mine]))))
    slope = (cuts[1] - cuts[0]) / (many[1] - many[0])
    match[0] -= cuts[0] - slope * many[0]
    match[1 + MANY] -= slope
    values = linear(features, match)
    for kind in ("thing", "word", "caption"):
        for size in (*SIZES, len(library.photo)):
            mine = (kinds == kind) & np.array([group[1] == size for group in groups])
            progress(
                f"{kind}s of {size}: {(values[mine & ~there] < 0).mean():.0%} refused rightly, "
                f"{(values[mine & there] < 0).mean():.0%} wrongly"
            )
    return hit, match


def familiarity(library: Library, neighbours: int) -> np.ndarray:
    """Mean cosine to the bank's nearest photographs at which a picture is as much familiar as not,
    and how fast that turns: so that the middle photograph is familiar by 0.98."""
    whole = library.joint[: len(np.unique(library.photo))]
    near = _nearest_mean(whole, library.bank_joint, neighbours)
    middle = np.quantile(near, STRANGE)
    return np.array([middle, (np.median(near) - middle) / 4])


MANY = 11  # among the features of ``match``: that of the count of words


def _nearest_mean(rows: np.ndarray, bank: np.ndarray, neighbours: int) -> np.ndarray:
    return np.partition(rows @ bank.T, -neighbours, axis=1)[:, -neighbours:].mean(axis=1)


def _eights(content: bytes) -> np.ndarray:
    return np.frombuffer(content + b"\n" * (-len(content) % 8), np.uint8)


def _wide(bits: np.ndarray) -> np.ndarray:
    """Rows of bytes as eights of bytes."""
    padded = np.pad(bits, ((0, 0), (0, -bits.shape[1] % 8)))
    return np.ascontiguousarray(padded).view(np.int64)
