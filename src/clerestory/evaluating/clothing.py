"""``clerestory eval clothing``: what is left of the space outside everyday photos?

The data folder holds ``items.jsonl`` (``image``, ``label``) and pictures of a few kinds of
one thing, as the clothing data set has. No picture of it is trained on. Figures in percent:

- ``zero_shot.top1``: the picture's label, put as it is into one template ("a photo of a
  …"), scores best of all labels, as search scores words for a picture;
- ``zero_shot.plain.top1``: the same by the cosine alone;
- ``by_label.P@10``: pictures of the label among the first ten that its words find;
- ``look.P@5``: of the five pictures most like it, those with the same label;
- ``joint.P@5``: the same in the space of words.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from clerestory.errors import UnreadableFile
from clerestory.evaluating.bootstrap import Score
from clerestory.evaluating.contract import Case, Evaluation, Options, Summary, read_lines, run_cases
from clerestory.evaluating.pictures import embed_files
from clerestory.models.picture import load_picture_encoder
from clerestory.models.text import load_text_encoder

TEMPLATE = "a photo of a {}"
NEIGHBOURS = 5
FIRST = 10


@dataclass(frozen=True, slots=True)
class Labelled:
    """A picture (path in the data folder) and what kind of thing it shows."""

    image: str
    label: str


def run(options: Options) -> Summary:
    """Embed all pictures and labels, then judge every picture.

    Raises:
        UnreadableFile: the folder is not shaped like that, or a picture cannot be read.
        ModelMissing, ModelCorrupt: as ``load_picture_encoder``.
    """
    items = read_items(options.data / "items.jsonl")
    labels = sorted({item.label for item in items})
    truth = np.array([labels.index(item.label) for item in items])
    pictures = load_picture_encoder(options.settings.models)
    text = load_text_encoder(options.settings.models, token_dimension=0)
    seen = embed_files(options, [item.image for item in items], pictures)
    asked = [TEMPLATE.format(label) for label in labels]
    words = pictures.embed_words(asked, text.encode_queries(asked).vectors)
    cosines = seen.joint @ words.T
    chosen = (cosines - pictures.word_hub_weight * pictures.word_hub(words)).argmax(axis=1)
    plain = cosines.argmax(axis=1)
    by_look = same_label(seen.look, truth, NEIGHBOURS)
    by_joint = same_label(seen.joint, truth, NEIGHBOURS)
    found = np.argsort(-(cosines - pictures.hub_weight * seen.hub[:, None]), axis=0)[:FIRST]

    def measure(number: int) -> Case:
        label = truth[number]
        scores = {
            "zero_shot.top1": Score(100.0 * bool(chosen[number] == label)),
            "zero_shot.plain.top1": Score(100.0 * bool(plain[number] == label)),
            "by_label.P@10": Score(100.0 * float((truth[found[:, label]] == label).mean())),
            "look.P@5": Score(100.0 * by_look[number]),
            "joint.P@5": Score(100.0 * by_joint[number]),
        }
        return Case(items[number].image, scores, {"label": labels[label], "chosen": labels[chosen[number]]})

    return run_cases(
        "clothing",
        options,
        range(len(items)),
        identify=lambda number: items[number].image,
        measure=measure,
        settings={
            "picture": f"{pictures.space.name} {pictures.space.digest[:12]}",
            "text": options.settings.models.text,
            "template": TEMPLATE,
            "labels": labels,
        },
    )


def read_items(path: Path) -> list[Labelled]:
    """The pictures in their own order.

    Raises:
        UnreadableFile
    """
    try:
        items = [Labelled(str(line["image"]), str(line["label"])) for line in read_lines(path)]
    except (KeyError, TypeError) as error:
        raise UnreadableFile(
            f"a line lacks {error}", where=str(path), fix="Each needs image and label."
        ) from error
    if len(items) <= NEIGHBOURS:
        raise UnreadableFile(f"only {len(items)} pictures", where=str(path))
    return items


def same_label(vectors: np.ndarray, truth: np.ndarray, count: int) -> np.ndarray:
    """(n,) share of each vector's ``count`` nearest others that have its label."""
    likeness = vectors @ vectors.T
    np.fill_diagonal(likeness, -np.inf)
    nearest = np.argsort(-likeness, axis=1)[:, :count]
    return (truth[nearest] == truth[:, None]).mean(axis=1)


EVALUATION = Evaluation(
    name="clothing",
    help="Whether pictures of a kind are told apart by words and by likeness (percent).",
    data="items.jsonl with image and label, and the pictures",
    run=run,
)
