"""``clerestory eval heat-map``: do words name the part of a picture that they are about?

The data folder holds ``SPLIT.jsonl`` (``image``, ``captions``), as ``eval pictures`` reads it.
Every photo in turn is pasted among others drawn at random, and the region that search would
show for one of its captions is asked for. Figures in percent, over photos:

- ``quadrant``: of four photos side by side, the middle of the region lies in the right one;
  a region that is missing, or as near to another photo, is wrong. Chance is 25;
- ``peak``: the same of the warmest part alone, whether or not it stands out enough for a region;
- ``region.share``: how much of the region lies in the right quadrant, where there is one;
- ``small.quadrant``: the photo is one of sixteen and the right quarter of the whole is asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from clerestory.errors import UnreadableFile, UnsupportedQuery
from clerestory.evaluating.bootstrap import Score
from clerestory.evaluating.contract import Case, Evaluation, Options, Summary, run_cases
from clerestory.evaluating.pictures import Captioned, decode, read_captions
from clerestory.models.picture import load_picture_encoder
from clerestory.models.text import load_text_encoder
from clerestory.searching.heat import heat, regions
from clerestory.types import Box

TILE = 224  # pixels of each photo's side in a composite


@dataclass(frozen=True, slots=True)
class Planted:
    """Photos row by row in a square, the one that is asked for by ``caption`` at ``place``."""

    photos: tuple[int, ...]
    place: int
    caption: int


def run(options: Options) -> Summary:
    """Paste, embed, ask.

    Raises:
        UnreadableFile: the folder is not shaped like that, or a photo cannot be read.
        UnsupportedQuery: the encoder gives no parts of pictures.
        ModelMissing, ModelCorrupt: as ``load_picture_encoder``.
    """
    split = options.split or "dev"
    listing = options.data / f"{split}.jsonl"
    items = read_captions(listing)
    if len(items) < 2:
        raise UnreadableFile("only one photo: nothing to paste it among", where=str(listing))
    pictures = load_picture_encoder(options.settings.models)
    if not pictures.cell_side:
        raise UnsupportedQuery(
            "gives no parts of pictures", where=pictures.space.name, fix="Choose another models.picture."
        )
    text = load_text_encoder(options.settings.models, token_dimension=0)
    four, sixteen = (plant(items, side, seed=options.seed) for side in (2, 4))

    def measure(number: int) -> Case:
        asked = items[number].captions[four[number].caption]
        query = pictures.embed_words([asked], text.encode_queries([asked]).vectors)[0]
        composites = [compose(options, items, planted) for planted in (four[number], sixteen[number])]
        seen = pictures.embed(composites)
        place = four[number].place
        found = regions(query, seen.cells[0])
        small = regions(query, seen.cells[1])
        scores = {
            "quadrant": Score(100.0 * bool(found and quadrant(found[0].box) == place)),
            "peak": Score(100.0 * bool(warmest(heat(query, seen.cells[0])) == place)),
            "small.quadrant": Score(
                100.0 * bool(small and quadrant(small[0].box) == quarter(sixteen[number].place))
            ),
        }
        if found:
            scores["region.share"] = Score(100.0 * inside(found[0].box, place))
        return Case(items[number].image, scores, {"caption": asked, "place": place})

    return run_cases(
        "heat-map",
        options,
        range(len(items)),
        identify=lambda number: items[number].image,
        measure=measure,
        settings={
            "split": split,
            "picture": f"{pictures.space.name} {pictures.space.digest[:12]}",
            "text": options.settings.models.text,
            "parts": pictures.cell_side,
        },
    )


def plant(items: Sequence[Captioned], side: int, *, seed: int) -> list[Planted]:
    """For each photo a square of ``side`` by ``side`` photos that it is one of, no two the same
    where there are enough."""
    random = np.random.default_rng([seed, side])
    planted = []
    for number, item in enumerate(items):
        others = np.delete(np.arange(len(items)), number)
        few = len(others) < side**2 - 1
        drawn = random.choice(others, side**2 - 1, replace=few).tolist()
        place = int(random.integers(side**2))
        photos = [*drawn[:place], number, *drawn[place:]]
        planted.append(Planted(tuple(photos), place, int(random.integers(len(item.captions)))))
    return planted


def compose(options: Options, items: Sequence[Captioned], planted: Planted) -> np.ndarray:
    """The picture (h, w, 3), every photo squeezed into a square of ``TILE``."""
    import cv2

    side = round(len(planted.photos) ** 0.5)
    tiles = [
        cv2.resize(decode(options.data / items[one].image), (TILE, TILE), interpolation=cv2.INTER_AREA)
        for one in planted.photos
    ]
    return np.vstack([np.hstack(tiles[row * side : (row + 1) * side]) for row in range(side)])


def quadrant(box: Box) -> int | None:
    """0 to 3, row by row, by the middle of the box; None on the line between two."""
    across, down = (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2
    if min(abs(across - 0.5), abs(down - 0.5)) < 1e-6:
        return None
    return 2 * (down > 0.5) + (across > 0.5)


def quarter(place: int) -> int:
    """The quadrant of a place (0 to 15) in a square of four by four."""
    return 2 * (place // 4 >= 2) + (place % 4 >= 2)


def warmest(warmth: np.ndarray) -> int | None:
    """The quadrant of the warmest part."""
    side = len(warmth)
    row, column = divmod(int(warmth.argmax()), side)
    return quadrant(Box(column / side, row / side, (column + 1) / side, (row + 1) / side))


def inside(box: Box, place: int) -> float:
    """The share of the box's area that lies in the quadrant."""
    left, top = 0.5 * (place % 2), 0.5 * (place // 2)
    wide = max(0.0, min(box.x1, left + 0.5) - max(box.x0, left))
    high = max(0.0, min(box.y1, top + 0.5) - max(box.y0, top))
    return wide * high / ((box.x1 - box.x0) * (box.y1 - box.y0))


EVALUATION = Evaluation(
    name="heat-map",
    help="Whether words name the part of a picture that they are about (percent).",
    data="SPLIT.jsonl with image and captions (--split, else dev), and the photos",
    run=run,
)
