"""The two heads: from tower outputs and from text vectors with word counts to one space.

In: what the tower and the text encoder say of training photographs and their captions. Out:
``Heads``, plain matrices. A picture is the square roots of its layers' means (Arandjelović
and Zisserman 2012 for the root), each layer centred and scaled; a text is its vector beside
its weighted word counts. Canonical correlation gives a first pair of matrices, contrastive
rounds from there two more; their unit vectors are joined and turned to the D directions that
hold most of what training pictures and captions are. Beside that everyday part stands the
part of kinds (``kinds.py``), so that a cosine is the weighted sum of both parts' cosines.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from training.shared_space.cca import Moments, correlate
from training.shared_space.contrast import Schedule, contrast
from training.shared_space.kinds import Kinds, kinds, unit

# Layers of ``layer_means`` and ``depth_means`` in their order: width and how much it counts.
LAYERS = (
    *((1280, 1.0), (1248, 1.0), (1248, 0.7), (720, 0.7), (528, 0.4)),
    *((1248, 0.7), (1248, 0.7), (1248, 0.5), (1248, 0.5), (1248, 0.5), (720, 0.4)),
)
CLASSES = 1000  # the logits follow the layers


@dataclass(frozen=True, slots=True)
class Shares:
    """How much of a unit vector the part of kinds is (of its squared length).

    A text of few telling words names a kind of thing rather than a scene; there the everyday
    part, which knows only everyday photographs, counts less. A word tells when the
    vocabulary has it and its weight is over ``telling``.
    """

    picture: float = 0.2
    text: float = 0.15
    name: float = 0.7  # of a text with at most ``few`` telling words
    few: int = 2
    telling: float = 2.0

    def of_texts(self, counts: np.ndarray, idf: np.ndarray) -> np.ndarray:
        """(n, 1)"""
        telling = ((counts > 0) & (idf > self.telling)).sum(axis=1, keepdims=True)
        return np.where(telling <= self.few, self.name, self.text).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that is chosen; all of it on held-back training photographs."""

    layers: Sequence[tuple[int, float]] = LAYERS
    components: int = 1600
    directions: int = 256  # of each pair of matrices
    dimension: int = 256  # of the everyday part
    ridge: tuple[float, float] = (1.0, 1.0)
    power: float = 1.0
    words: float = 0.8  # weight of the counts beside the text vector
    closed: bool = False  # whether the closed form is one of the pairs
    schedules: tuple[Schedule, ...] = (Schedule(), Schedule(temperature=0.1))
    kind_dimension: int = 128
    shares: Shares = Shares()


@dataclass(frozen=True, slots=True)
class Heads:
    """(sqrt(means) - centre) @ maps, unit by pair, @ turn; texts alike; then the kinds.

    ``idf`` (V,) weighs the counts, ``words`` their unit vector; ``text_centre`` is that of
    vector and counts joined.
    """

    centre: np.ndarray
    maps: tuple[np.ndarray, ...]
    idf: np.ndarray
    words: float
    text_centre: np.ndarray
    text_maps: tuple[np.ndarray, ...]
    turn: np.ndarray
    kinds: Kinds
    shares: Shares
    correlations: np.ndarray = field(default_factory=lambda: np.zeros(0))

    def pictures(self, features: np.ndarray) -> np.ndarray:
        """(n, D) unit vectors of tower features: layers' means and logits."""
        layers, logits = split(features)
        everyday = _joined(roots(layers) - self.centre, self.maps, self.turn)
        return beside(everyday, self.kinds.pictures(logits), self.shares.picture)

    def texts(self, vectors: np.ndarray, counts: np.ndarray) -> np.ndarray:
        """(n, D) unit vectors of texts."""
        said = text_features(vectors, counts, self.idf, self.words)
        everyday = _joined(said - self.text_centre, self.text_maps, self.turn)
        return beside(everyday, self.kinds.texts(vectors), self.shares.of_texts(counts, self.idf))


def fit(
    views: Sequence[np.ndarray],
    vectors: np.ndarray,
    counts: np.ndarray,
    recipe: Recipe,
    *,
    names: np.ndarray,
    seed: int = 0,
    progress: Callable[[str], None] = lambda _: None,
) -> Heads:
    """Heads of n photographs with c captions each, in the photographs' order.

    ``views``: tower features (n, F) of each view, the whole frame first; ``vectors``
    (n * c, T) and ``counts`` (n * c, V) of the captions; ``names`` (classes, T) of the classes.
    """
    count = len(views[0])
    first_layers, logits = split(views[0])
    idf = inverse_frequency(counts)
    said = text_features(vectors, counts, idf, recipe.words)
    text_centre = said.mean(axis=0)
    said -= text_centre
    grouped = said.reshape(count, -1, said.shape[1])
    centre, scale, basis = principal(roots(first_layers), recipe)
    seen = [(roots(split(view)[0]) - centre) @ basis for view in views]
    shift = np.mean([part.mean(axis=0) for part in seen], axis=0)
    seen = [part - shift for part in seen]
    progress(f"{basis.shape[1]} components of {len(views)} views")
    pairs = count * len(seen)
    moments = Moments(
        sum(part.T @ part for part in seen).astype(np.float64) / pairs,
        (said.T @ said).astype(np.float64) / len(said),
        sum(part.T @ grouped.mean(axis=1) for part in seen).astype(np.float64) / pairs,
    )
    closed = correlate(moments, dimension=recipe.directions, ridge=recipe.ridge, power=recipe.power)
    first = closed.first.astype(np.float32), closed.second.astype(np.float32)
    found = [first] if recipe.closed else []
    progress(f"closed form: first correlations {np.round(closed.correlations[:3], 2)}")
    for number, schedule in enumerate(recipe.schedules):

        def told(turn: int, loss: float, *, number: int = number, rounds: int = schedule.rounds) -> None:
            if turn % 5 == 0:
                progress(f"contrast {number + 1}: round {turn} of {rounds}, loss {loss:.3f}")

        found.append(contrast(seen, grouped, first, schedule, seed=seed + number, progress=told))
    # The basis and the views' own mean are folded into centre and maps.
    maps = tuple((basis @ pair[0]).astype(np.float32) for pair in found)
    moved = centre + _unfold(basis, scale, shift)
    text_maps = tuple(pair[1].astype(np.float32) for pair in found)
    turn = turning(_side(roots(first_layers) - moved, maps), _side(said, text_maps), recipe.dimension)
    return Heads(
        moved.astype(np.float32),
        maps,
        idf,
        recipe.words,
        text_centre,
        text_maps,
        turn,
        kinds(logits, vectors, names, recipe.kind_dimension),
        recipe.shares,
        closed.correlations,
    )


def split(features: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Layers' means and logits, float32."""
    features = np.asarray(features, np.float32)
    return features[:, :-CLASSES], features[:, -CLASSES:]


def beside(everyday: np.ndarray, of_kind: np.ndarray, share: np.ndarray | float) -> np.ndarray:
    """Unit vectors; a cosine is the sum of both parts', each times the roots of its shares."""
    return np.concatenate([np.sqrt(1 - share) * everyday, np.sqrt(share) * of_kind], axis=1)


def roots(means: np.ndarray) -> np.ndarray:
    return np.sqrt(np.maximum(np.asarray(means, np.float32), 0))


def inverse_frequency(counts: np.ndarray) -> np.ndarray:
    """(V,) log of captions over captions with the word."""
    having = np.maximum((counts > 0).sum(axis=0), 1)
    return np.log(len(counts) / having).astype(np.float32)


def text_features(vectors: np.ndarray, counts: np.ndarray, idf: np.ndarray, words: float) -> np.ndarray:
    """(n, T + V) float32."""
    weighted = counts * idf
    lengths = np.maximum(np.linalg.norm(weighted, axis=1, keepdims=True), 1e-6)
    return np.concatenate([vectors, words * weighted / lengths], axis=1).astype(np.float32)


def principal(rooted: np.ndarray, recipe: Recipe) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Centre (F,), scale (F,) and basis (F, k) with the layers' scales in it."""
    centre = rooted.mean(axis=0)
    scale = np.empty(rooted.shape[1], np.float32)
    begin = 0
    for width, weight in recipe.layers:
        layer = rooted[:, begin : begin + width] - centre[begin : begin + width]
        scale[begin : begin + width] = weight / np.sqrt((layer**2).sum(axis=1).mean())
        begin += width
    if begin != rooted.shape[1]:
        raise ValueError(f"layers of {begin} numbers, features of {rooted.shape[1]}")
    scaled = (rooted - centre) * scale
    values, vectors = np.linalg.eigh((scaled @ scaled.T).astype(np.float64))
    chosen = slice(-1, -min(recipe.components, len(rooted) - 1) - 1, -1)
    lengths = np.sqrt(np.maximum(values[chosen], 1e-9))
    basis = scaled.T @ vectors[:, chosen].astype(np.float32) / lengths.astype(np.float32)
    return centre, scale, scale[:, None] * basis


def turning(pictures: np.ndarray, texts: np.ndarray, dimension: int) -> np.ndarray:
    """(K, D) orthonormal columns: the main directions of pictures and texts together."""
    moments = pictures.T @ pictures / len(pictures) + texts.T @ texts / len(texts)
    _, vectors = np.linalg.eigh(moments.astype(np.float64))
    return np.ascontiguousarray(vectors[:, ::-1][:, :dimension], np.float32)


def _unfold(basis: np.ndarray, scale: np.ndarray, shift: np.ndarray) -> np.ndarray:
    """The feature-side vector whose components are ``shift``; basis = scale * orthonormal."""
    return (basis / scale[:, None] ** 2) @ shift


def _side(centred: np.ndarray, maps: Sequence[np.ndarray]) -> np.ndarray:
    parts = [centred @ part for part in maps]
    return np.concatenate([unit(part) for part in parts], axis=1) / np.sqrt(len(parts))


def _joined(centred: np.ndarray, maps: Sequence[np.ndarray], turn: np.ndarray) -> np.ndarray:
    return unit(_side(centred, maps) @ turn)
