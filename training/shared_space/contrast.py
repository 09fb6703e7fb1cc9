"""Pairs pulled together and apart: linear heads that start from canonical correlation.

In: views of photographs and their captions' vectors, and a matrix per side. Out: the two
matrices after some rounds of a symmetric contrastive loss over batches of photographs
(InfoNCE: van den Oord et al. 2018; both directions as in CLIP, Radford et al. 2021). Each
time a photograph is met it is another view of it with another caption, or with a random
mean of its captions. Steps by Adam (Kingma and Ba 2015) in units of a matrix's own size,
falling to zero along a cosine.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

WARM_UP = 10  # steps until the full rate
FIRST_MOMENT, SECOND_MOMENT = 0.9, 0.98


@dataclass(frozen=True, slots=True)
class Schedule:
    """How long and how strongly: all chosen on held-back training photographs."""

    rounds: int = 20
    batch: int = 1000
    rate: float = 0.02
    temperature: float = 0.05
    mixed: float = 0.5  # share of photographs whose captions are mixed


class Adam:
    """Moments of one matrix."""

    def __init__(self, matrix: np.ndarray) -> None:
        self.matrix = matrix.astype(np.float32, copy=True)
        self.size = float(np.sqrt((matrix**2).mean()))
        self.first = np.zeros_like(self.matrix)
        self.second = np.zeros_like(self.matrix)
        self.steps = 0

    def step(self, gradient: np.ndarray, rate: float) -> None:
        self.steps += 1
        self.first += (1 - FIRST_MOMENT) * (gradient - self.first)
        self.second += (1 - SECOND_MOMENT) * (gradient**2 - self.second)
        mean = self.first / (1 - FIRST_MOMENT**self.steps)
        spread = np.sqrt(self.second / (1 - SECOND_MOMENT**self.steps)) + 1e-12
        self.matrix -= rate * self.size * mean / spread


def contrast(
    views: Sequence[np.ndarray],
    captions: np.ndarray,
    start: tuple[np.ndarray, np.ndarray],
    schedule: Schedule,
    *,
    seed: int,
    progress: Callable[[int, float], None],
) -> tuple[np.ndarray, np.ndarray]:
    """Matrices of the picture and the text side.

    ``views``: (n, p) each, centred alike; ``captions`` (n, c, q), centred. ``progress``
    gets the round and its mean loss.
    """
    random = np.random.default_rng(seed)
    count, each = captions.shape[:2]
    stacked = np.stack([view.astype(np.float32) for view in views])
    pictures, texts = Adam(start[0]), Adam(start[1])
    # The last batch of a round is what is left over.
    total = schedule.rounds * -(-count // schedule.batch)
    for turn in range(1, schedule.rounds + 1):
        losses = []
        order = random.permutation(count)
        for begin in range(0, count, schedule.batch):
            rows = order[begin : begin + schedule.batch]
            seen = stacked[random.integers(0, len(stacked), len(rows)), rows]
            shares = _shares(random, len(rows), each, schedule.mixed)
            said = np.einsum("nc,ncq->nq", shares, captions[rows])
            loss, picture_gradient, text_gradient = _gradients(
                seen, said, pictures.matrix, texts.matrix, schedule.temperature
            )
            step = pictures.steps + 1
            falling = 0.5 * (1 + np.cos(np.pi * step / total))
            rate = schedule.rate * min(1.0, step / WARM_UP) * falling
            pictures.step(picture_gradient, rate)
            texts.step(text_gradient, rate)
            losses.append(loss)
        progress(turn, float(np.mean(losses)))
    return pictures.matrix, texts.matrix


def _shares(random: np.random.Generator, count: int, each: int, mixed: float) -> np.ndarray:
    """(count, each): how much of each caption a photograph is met with."""
    several = random.dirichlet(np.ones(each), count)
    single = np.eye(each)[random.integers(0, each, count)]
    return np.where((random.random(count) < mixed)[:, None], several, single).astype(np.float32)


def _gradients(
    seen: np.ndarray, said: np.ndarray, pictures: np.ndarray, texts: np.ndarray, temperature: float
) -> tuple[float, np.ndarray, np.ndarray]:
    """The loss of a batch and its gradients by both matrices."""
    picture, picture_length = _unit(seen @ pictures)
    text, text_length = _unit(said @ texts)
    scores = picture @ text.T / temperature
    by_row = _softmax(scores, axis=1)
    by_column = _softmax(scores, axis=0)
    own = np.eye(len(seen), dtype=np.float32)
    loss = -np.log(np.maximum(np.diag(by_row), 1e-12)).mean()
    slope = (by_row + by_column - 2 * own) / (2 * len(seen) * temperature)
    through_picture = _through_unit(slope @ text, picture, picture_length)
    through_text = _through_unit(slope.T @ picture, text, text_length)
    return float(loss), seen.T @ through_picture, said.T @ through_text


def _unit(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    lengths = np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
    return rows / lengths, lengths


def _softmax(scores: np.ndarray, *, axis: int) -> np.ndarray:
    powers = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


def _through_unit(slope: np.ndarray, unit: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    return (slope - unit * (unit * slope).sum(axis=1, keepdims=True)) / lengths
