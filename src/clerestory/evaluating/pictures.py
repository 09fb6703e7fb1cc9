"""``clerestory eval pictures``: is a photo found by its description, and its description by the photo?

The data folder holds ``SPLIT.jsonl`` (``image``: path in the folder, ``captions``: a list)
for the split that is asked for, as Flickr8k has. All of its photos are the library. Figures
in percent, over captions one way and photos the other:

- ``text_to_image.R@k``: the caption's photo is among the first k of all photos;
- ``image_to_text.R@k``: any of the photo's captions is among the first k of all captions;
- ``text_to_image.median_rank``, ``image_to_text.median_rank``, from 1;
- ``plain.…``: the same by the cosine alone, without the correction for hubs;
- ``cost.photo_ms`` and ``cost.caption_ms``: milliseconds of processor time to embed one.

Ranks are what a user gets: of equal scores the worst place counts.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from clerestory.errors import UnreadableFile
from clerestory.evaluating.bootstrap import SAMPLES, Figure, Score
from clerestory.evaluating.contract import (
    Case,
    CaseProgress,
    Evaluation,
    Options,
    Summary,
    read_lines,
    run_cases,
)
from clerestory.models.picture import PictureEncoder, SeenPictures, load_picture_encoder
from clerestory.models.text import load_text_encoder

RANKS = (1, 5, 10)
AT_ONCE = 32  # photos that are decoded before they are embedded


@dataclass(frozen=True, slots=True)
class Captioned:
    """A photo (path in the data folder) and what people wrote under it."""

    image: str
    captions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Vectors:
    """Photos and captions in one space, and what hubs are corrected by.

    ``photos`` (n, D), ``captions`` (m, D); ``owner`` (m,): the photo of each caption.
    ``photo_hub`` (n,) and ``caption_hub`` (m,) are already weighted.
    """

    photos: np.ndarray
    captions: np.ndarray
    owner: np.ndarray
    photo_hub: np.ndarray
    caption_hub: np.ndarray


@dataclass(frozen=True, slots=True)
class Ranks:
    """Places from 1: ``of_photo`` (m,) for each caption, ``of_caption`` (n,) the best for each photo."""

    of_photo: np.ndarray
    of_caption: np.ndarray


def run(options: Options) -> Summary:
    """Embed the split, then rank every photo and caption.

    Raises:
        UnreadableFile: the folder is not shaped like that, or a photo cannot be read.
        ModelMissing, ModelCorrupt: as ``load_picture_encoder``.
    """
    split = options.split or "dev"
    items = read_captions(options.data / f"{split}.jsonl")
    pictures = load_picture_encoder(options.settings.models)
    vectors, costs = embed(options, items, pictures)
    corrected, plain = rank(vectors), rank(without_hubs(vectors))
    places = np.split(np.arange(len(vectors.owner)), np.cumsum([len(item.captions) for item in items])[:-1])

    def measure(number: int) -> Case:
        scores: dict[str, Score] = {}
        for prefix, ranks in (("", corrected), ("plain.", plain)):
            scores |= {
                f"{prefix}text_to_image.R@{k}": Score(
                    100.0 * int((ranks.of_photo[places[number]] <= k).sum()), len(places[number])
                )
                for k in RANKS
            }
            scores |= {
                f"{prefix}image_to_text.R@{k}": Score(100.0 * bool(ranks.of_caption[number] <= k))
                for k in RANKS
            }
        scores |= {name: Score(milliseconds) for name, milliseconds in costs.items()}
        details = {
            "text_to_image": corrected.of_photo[places[number]].tolist(),
            "image_to_text": int(corrected.of_caption[number]),
        }
        return Case(items[number].image, scores, details)

    return run_cases(
        "pictures",
        options,
        range(len(items)),
        identify=lambda number: items[number].image,
        measure=measure,
        settings={
            "split": split,
            "picture": f"{pictures.space.name} {pictures.space.digest[:12]}",
            "text": options.settings.models.text,
            "photos": len(items),
        },
        more=medians,
    )


def read_captions(path: Path) -> list[Captioned]:
    """The photos of a split, in their own order.

    Raises:
        UnreadableFile
    """
    try:
        items = [Captioned(str(line["image"]), tuple(line["captions"])) for line in read_lines(path)]
    except (KeyError, TypeError) as error:
        raise UnreadableFile(
            f"a line lacks {error}", where=str(path), fix="Each needs image and captions."
        ) from error
    if not items or not all(item.captions for item in items):
        raise UnreadableFile("a photo without captions, or no photo at all", where=str(path))
    return items


def embed(
    options: Options, items: Sequence[Captioned], pictures: PictureEncoder
) -> tuple[Vectors, dict[str, float]]:
    """Vectors of all photos and captions, and the processor milliseconds that one of each took."""
    text = load_text_encoder(options.settings.models, token_dimension=0)
    before = time.process_time()
    seen = embed_files(options, [item.image for item in items], pictures)
    photo_seconds = time.process_time() - before
    captions = [caption for item in items for caption in item.captions]
    before = time.process_time()
    words = pictures.embed_words(captions, text.encode_queries(captions).vectors)
    caption_seconds = time.process_time() - before
    owner = np.repeat(np.arange(len(items)), [len(item.captions) for item in items])
    costs = {
        "cost.photo_ms": 1000 * photo_seconds / len(items),
        "cost.caption_ms": 1000 * caption_seconds / len(captions),
    }
    word_hub = pictures.word_hub_weight * pictures.word_hub(words)
    return Vectors(seen.joint, words, owner, pictures.hub_weight * seen.hub, word_hub), costs


def embed_files(options: Options, images: Sequence[str], pictures: PictureEncoder) -> SeenPictures:
    """Pictures of the data folder, without their parts."""
    seen: list[SeenPictures] = []
    started = time.monotonic()
    for begin in range(0, len(images), AT_ONCE):
        names = images[begin : begin + AT_ONCE]
        seen.append(pictures.embed([decode(options.data / name) for name in names]))
        done = begin + len(names)
        options.listener(CaseProgress("prepare", done, len(images), time.monotonic() - started, names[-1]))
    return SeenPictures(
        joint=np.concatenate([part.joint for part in seen]),
        look=np.concatenate([part.look for part in seen]),
        hub=np.concatenate([part.hub for part in seen]),
        cells=np.zeros((len(images), 0, pictures.space.dimension), np.float32),
        familiar=np.concatenate([part.familiar for part in seen]),
    )


def decode(path: Path) -> np.ndarray:
    """A picture file as upright RGB (h, w, 3).

    Raises:
        UnreadableFile
    """
    from PIL import Image, ImageOps

    try:
        with Image.open(path) as image:
            return np.asarray(ImageOps.exif_transpose(image).convert("RGB"))
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        raise UnreadableFile(f"not a picture ({error})", where=str(path)) from error


def without_hubs(vectors: Vectors) -> Vectors:
    return Vectors(
        vectors.photos,
        vectors.captions,
        vectors.owner,
        np.zeros_like(vectors.photo_hub),
        np.zeros_like(vectors.caption_hub),
    )


def rank(vectors: Vectors) -> Ranks:
    """Where each caption's photo and each photo's best caption stands."""
    cosines = vectors.captions @ vectors.photos.T
    rows = np.arange(len(vectors.owner))
    by_photo = cosines - vectors.photo_hub
    own = by_photo[rows, vectors.owner]
    of_photo = (by_photo >= own[:, None]).sum(axis=1)
    by_caption = cosines - vectors.caption_hub[:, None]
    best = np.full(len(vectors.photos), -np.inf, by_caption.dtype)
    np.maximum.at(best, vectors.owner, by_caption[rows, vectors.owner])
    of_caption = (by_caption > best).sum(axis=0) + 1
    return Ranks(of_photo, of_caption)


def medians(cases: Sequence[Case], seed: int) -> dict[str, Figure]:
    """Median ranks; intervals by drawing photos, with all their captions, anew."""
    random = np.random.default_rng(seed)
    found: dict[str, Figure] = {}
    for name in ("text_to_image", "image_to_text"):
        ranks: list[Any] = [np.atleast_1d(case.details[name]) for case in cases]
        drawn = [
            np.median(np.concatenate([ranks[i] for i in random.integers(0, len(ranks), len(ranks))]))
            for _ in range(SAMPLES // 10)
        ]
        low, high = np.quantile(drawn, [0.025, 0.975])
        value = float(np.median(np.concatenate(ranks)))
        found[f"{name}.median_rank"] = Figure(value, float(low), float(high), len(ranks))
    return found


EVALUATION = Evaluation(
    name="pictures",
    help="Whether a photo is found by its caption, and a caption by its photo (percent).",
    data="SPLIT.jsonl with image and captions (--split, else dev), and the photos",
    run=run,
)
