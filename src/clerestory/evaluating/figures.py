"""``clerestory eval figures``: is a figure of a textbook found by its caption, and by its alt text?

The data folder holds ``figures.json`` (a list of ``image``: path in the folder, ``caption`` and
``alt``, either of which may be empty) as the textbooks have. All of its figures are the library.
Figures in percent, over the captions and over the alt texts, with k = 1, 5, 10:

- ``caption.pixels.R@k``, ``alt.pixels.R@k``: the figure is among the first k by what it shows;
- ``caption.words.R@k``, ``alt.words.R@k``: by the words that belong to the figure: the other one of
  caption and alt text (never the one that is asked with), and what is written in the picture;
- ``caption.both.R@k``, ``alt.both.R@k``: by both, as search has it.

Words and both are measured on libraries of one small document per figure, which stay in the
``out`` folder, through ``Library.search``; pixels by the encoder's scores of all figures.
"""

from __future__ import annotations

import base64
import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from clerestory.errors import UnreadableFile
from clerestory.evaluating.bootstrap import Score
from clerestory.evaluating.contract import (
    Case,
    Evaluation,
    Options,
    Summary,
    plain,
    preparing,
    read_json,
    run_cases,
)
from clerestory.evaluating.pictures import embed_files
from clerestory.models.picture import load_picture_encoder
from clerestory.models.text import load_text_encoder

if TYPE_CHECKING:
    from clerestory.library import Library
    from clerestory.types import SearchResult

Asked = Literal["caption", "alt"]
ASKED: tuple[Asked, Asked] = ("caption", "alt")
RANKS = (1, 5, 10)
SEEN = "picture"  # the part of a hit's score that pixels give


@dataclass(frozen=True, slots=True)
class TextbookFigure:
    """``image`` is a path in the data folder."""

    image: str
    caption: str
    alt: str


@dataclass(frozen=True, slots=True)
class Asking:
    """One of the texts of the figure in place ``number``."""

    number: int
    by: Asked
    text: str


def run(options: Options) -> Summary:
    """Embed the figures, build both libraries under ``out``, then ask.

    Raises:
        UnreadableFile: the folder is not shaped like that, or a figure cannot be read.
        StoreBusy, ModelMissing, ModelCorrupt: as ``Library.add``.
    """
    from clerestory.library import Library

    figures = read_figures(options.data / "figures.json")
    asked = [
        Asking(number, by, text)
        for number, figure in enumerate(figures)
        for by in ASKED
        if (text := figure.caption if by == "caption" else figure.alt)
    ]
    places = dict(
        zip(((one.number, one.by) for one in asked), by_pixels(options, figures, asked), strict=True)
    )
    libraries: dict[Asked, Library] = {}
    try:
        for by in ASKED:
            folder = options.out / f"figures-without-{by}"
            documents = write_documents(options.data, folder, figures, without=by)
            libraries[by] = Library.open(options.out / f"library-without-{by}", settings=options.settings)
            libraries[by].add(documents, listener=preparing(options.listener))
            libraries[by].finish(listener=preparing(options.listener))

        def measure(one: Asking) -> Case:
            result = libraries[one.by].search(one.text, limit=len(figures))
            found = {
                "pixels": places[one.number, one.by],
                "words": place_of(one.number, by_words(result)),
                "both": place_of(one.number, [_number(hit.occurrences[0].path) for hit in result.hits]),
            }
            return judge(one, figures[one.number], found)

        return run_cases(
            "figures",
            options,
            asked,
            identify=lambda one: f"{one.number:04d} {one.by}",
            measure=measure,
            settings={
                "figures": len(figures),
                **plain(options.settings, "models", "searching"),
            },
        )
    finally:
        for library in libraries.values():
            library.close()


def read_figures(path: Path) -> list[TextbookFigure]:
    """The figures that have a caption or an alt text, in their own order.

    Raises:
        UnreadableFile
    """
    try:
        figures = [
            TextbookFigure(str(item["image"]), str(item["caption"]).strip(), str(item["alt"]).strip())
            for item in read_json(path)
        ]
    except (KeyError, TypeError) as error:
        raise UnreadableFile(
            f"a figure lacks {error}", where=str(path), fix="Each needs image, caption and alt."
        ) from error
    return [figure for figure in figures if figure.caption or figure.alt]


def by_pixels(options: Options, figures: Sequence[TextbookFigure], asked: Sequence[Asking]) -> list[int]:
    """The place (from 1) of each asked figure among all; of equal scores the worst counts."""
    pictures = load_picture_encoder(options.settings.models)
    text = load_text_encoder(options.settings.models, token_dimension=0)
    seen = embed_files(options, [figure.image for figure in figures], pictures)
    texts = [one.text for one in asked]
    words = pictures.embed_words(texts, text.encode_queries(texts).vectors)
    scores = words @ seen.joint.T - pictures.hub_weight * seen.hub
    own = scores[np.arange(len(asked)), [one.number for one in asked]]
    return [int(place) for place in (scores >= own[:, None]).sum(axis=1)]


def write_documents(data: Path, folder: Path, figures: Sequence[TextbookFigure], *, without: Asked) -> Path:
    """``folder`` with one page per figure: the picture, and its other text below it.

    Raises:
        UnreadableFile: a picture of ``data`` cannot be read.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for number, figure in enumerate(figures):
        page = folder / f"{number:04d}.html"
        if page.exists():
            continue
        source = data / figure.image
        try:
            content = base64.b64encode(source.read_bytes()).decode("ascii")
        except OSError as error:
            raise UnreadableFile(f"it cannot be read ({error.strerror})", where=str(source)) from error
        address = f"data:image/{source.suffix.lower().lstrip('.')};base64,{content}"
        words = html.escape(figure.alt if without == "caption" else figure.caption)
        part = page.with_suffix(".part")
        part.write_text(
            f'<!doctype html><figure><img src="{address}" alt=""><figcaption>{words}</figcaption></figure>',
            encoding="utf-8",
        )
        part.replace(page)
    return folder


def by_words(result: SearchResult) -> list[int]:
    """The order of the figures by what else than pixels speaks for them; those without are left out."""
    scores = {
        _number(hit.occurrences[0].path): sum(value for name, value in hit.parts.items() if name != SEEN)
        for hit in reversed(result.hits)
    }
    return sorted((number for number, score in scores.items() if score > 0), key=lambda n: -scores[n])


def place_of(number: int, order: Sequence[int]) -> int | None:
    """From 1; None where it was not found."""
    order = list(dict.fromkeys(order))
    return order.index(number) + 1 if number in order else None


def judge(one: Asking, figure: TextbookFigure, places: Mapping[str, int | None]) -> Case:
    """``places``: way -> place from 1."""
    scores = {
        f"{one.by}.{way}.R@{k}": Score(100.0 * (place is not None and place <= k))
        for way, place in places.items()
        for k in RANKS
    }
    return Case(f"{one.number:04d} {one.by}", scores, {"image": figure.image, **places})


def _number(path: str) -> int:
    return int(Path(path).stem)


EVALUATION = Evaluation(
    name="figures",
    help="Whether a textbook's figure is found by its caption and by its alt text (percent).",
    data="figures.json with image, caption, alt, and the pictures",
    run=run,
)
