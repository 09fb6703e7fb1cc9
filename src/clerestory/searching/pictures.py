"""The pictures of a library that fit words, other pictures, or both; each with how sure that is.

In: what is looked for as vectors of an encoder of pictures, and the index. Out: matches by
segment, and the chance that any picture of the library shows what is asked. Words meet pictures
in the joint space, where the score is the cosine less a share of the picture's nearness to
captions in general (CSLS, Conneau et al. 2018): what is near everything answers nothing.
Pictures meet pictures in the space of looks. Knows no text and no ranking of places.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from clerestory.models.picture import StoredPicture, unpacked
from clerestory.searching.candidates import Found, rows
from clerestory.searching.judging import Judge
from clerestory.storing.index import Index, RowFilter
from clerestory.types import Space

if TYPE_CHECKING:
    import pyarrow as pa

    from clerestory.models.picture import PictureEncoder


@dataclass(frozen=True, slots=True)
class Aim:
    """What is looked for among pictures, as unit vectors; None means nothing of the kind.

    ``words`` (D,) are those of ``text``; ``without`` (n, D) are those of the n texts
    ``without_texts``, which name what must not be there. ``joint`` (D,) and ``look`` (L,) are of
    the pictures that are asked with.
    """

    text: str = ""
    words: np.ndarray | None = None
    without_texts: tuple[str, ...] = ()
    without: np.ndarray | None = None
    joint: np.ndarray | None = None
    look: np.ndarray | None = None

    @property
    def empty(self) -> bool:
        return self.words is None and self.joint is None and self.look is None


@dataclass(frozen=True, slots=True)
class Match:
    """A segment by the best of its pictures.

    ``share`` (0..1) is what it counts; ``probability`` that it fits, None where nobody knows.
    ``pictures`` are digests, best first; ``stored`` is what is kept of the first of them.
    """

    share: float
    probability: float | None
    pictures: tuple[str, ...]
    stored: StoredPicture


@dataclass(frozen=True, slots=True)
class Seen:
    """``matched`` is the chance that any picture shows what is asked; None where nobody can tell."""

    matches: Mapping[Found, Match] = field(default_factory=dict)
    matched: float | None = None


@dataclass(frozen=True, slots=True)
class Pictures:
    """n pictures of the library, as the index keeps them: ``vectors`` (n, D), ``looks`` (n, L).

    ``looks`` are 0 for a picture that is not in the space of looks, and have no columns where
    they were not asked for.
    """

    found: Sequence[Found]
    vectors: np.ndarray
    stored: Sequence[StoredPicture]
    looks: np.ndarray

    @property
    def hub(self) -> np.ndarray:
        return np.array([one.hub for one in self.stored], np.float32)


def see(aim: Aim, *, encoder: PictureEncoder, index: Index, where: RowFilter, k: int) -> Seen:
    """The segments whose pictures fit ``aim``: up to ``k`` candidates by each of its vectors."""
    pictures = candidates(aim, encoder=encoder, index=index, where=where, k=k)
    judge = Judge.of(encoder, pictures=index.counts().get(encoder.space.name, 0))
    if not pictures.found:
        known = judge.knows and judge.pictures > 0 and aim.words is not None and aim.joint is None
        return Seen(matched=0.0 if known else None)
    parts: list[np.ndarray] = []
    probability = matched = None
    if aim.words is not None:
        judged = judge.judge(aim.words, aim.text, pictures.vectors, pictures.hub)
        parts.append(judged.share)
        probability = judged.probability
        # Beside a picture words say how what is meant differs: that, nobody has calibrated.
        matched = judged.matched if aim.joint is None else None
    if aim.look is not None:
        parts.append(likeness(pictures.looks @ aim.look))
    elif aim.joint is not None:
        parts.append(likeness(pictures.vectors @ aim.joint))
    share = np.prod(parts, axis=0) ** (1 / len(parts))
    if aim.without is not None:
        for text, vector in zip(aim.without_texts, aim.without, strict=True):
            there = judge.judge(vector, text, pictures.vectors, pictures.hub).share
            share = share * (1 - there)
            probability = None if probability is None else probability * (1 - there)
    return Seen(_by_segment(pictures, share, probability), matched)


def candidates(aim: Aim, *, encoder: PictureEncoder, index: Index, where: RowFilter, k: int) -> Pictures:
    """Every picture of the segments that have one near a vector of ``aim``."""
    near: list[Found] = []
    for vector in (aim.words, aim.joint, _between(aim.words, aim.joint)):
        if vector is not None:
            near += rows(index.near(encoder.space, vector, where=where, k=k))
    if aim.look is not None:
        near += rows(index.near(encoder.look, aim.look, where=where, k=k))
    by_row = {(one.segment_id, one.reading): one for one in near}
    found, vectors, stored = _rows(index, encoder.space, by_row)
    looks = np.zeros((len(found), encoder.look.dimension if aim.look is not None else 0), np.float32)
    if aim.look is not None:
        others, their_looks, kept = _rows(index, encoder.look, by_row)
        number = {(one, two.digest): n for n, (one, two) in enumerate(zip(others, kept, strict=True))}
        for at, (one, picture) in enumerate(zip(found, stored, strict=True)):
            if (other := number.get((one, picture.digest))) is not None:
                looks[at] = their_looks[other]
    return Pictures(found, vectors, stored, looks)


def likeness(cosines: np.ndarray) -> np.ndarray:
    """0..1 from the cosines of looks: two pictures that have nothing in common have about 0."""
    return np.clip(cosines, 0, 1)


def _between(words: np.ndarray | None, joint: np.ndarray | None) -> np.ndarray | None:
    if words is None or joint is None:
        return None
    both = words + joint
    return both / max(float(np.linalg.norm(both)), 1e-12)


def _rows(
    index: Index, space: Space, by_row: Mapping[tuple[str, str], Found]
) -> tuple[list[Found], np.ndarray, list[StoredPicture]]:
    """All pictures of these segments in one space."""
    import pyarrow as pa

    table = index.pictures(space, sorted({segment_id for segment_id, _ in by_row}))
    keys = zip(table["segment_id"].to_pylist(), table["reading"].to_pylist(), strict=True)
    at = [number for number, key in enumerate(keys) if key in by_row]
    table = table.take(pa.array(at, pa.int64()))  # an empty list alone would be of no type
    keys = zip(table["segment_id"].to_pylist(), table["reading"].to_pylist(), strict=True)
    stored = [unpacked(content) for content in table["tokens"].to_pylist()]
    return [by_row[key] for key in keys], matrix(table, space.dimension), stored


def matrix(table: pa.Table, dimension: int) -> np.ndarray:
    """The vectors of the table's rows (n, ``dimension``), without a Python list of every number."""
    column = table["vector"].combine_chunks()
    return column.flatten().to_numpy(zero_copy_only=False).astype(np.float32).reshape(-1, dimension)


def _by_segment(pictures: Pictures, share: np.ndarray, probability: np.ndarray | None) -> dict[Found, Match]:
    """The best picture of each segment, best segments first; what counts nothing is left out."""
    order = sorted(np.flatnonzero(share > 0).tolist(), key=lambda n: (-share[n], pictures.stored[n].digest))
    digests: dict[Found, list[str]] = {}
    for number in order:
        digests.setdefault(pictures.found[number], []).append(pictures.stored[number].digest)
    matches: dict[Found, Match] = {}
    for number in order:
        found = pictures.found[number]
        if found not in matches:
            chance = None if probability is None else float(probability[number])
            matches[found] = Match(
                float(share[number]), chance, tuple(dict.fromkeys(digests[found])), pictures.stored[number]
            )
    return matches
