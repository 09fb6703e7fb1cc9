"""``clerestory eval medical``: pictures of another world, among themselves and against photographs.

The data folder holds ``records.jsonl`` (``image``, ``view``, ``patientid``) and pictures, as the
chest X-ray collection of Cohen et al. (2020) has; beside it there may be ``flickr8k`` with
``dev.jsonl``. Nothing of it is trained on. Figures in percent:

- ``look.view.P@5``, ``joint.view.P@5``: of the five pictures most like one, by their looks and in
  the space of words, those of the same view; pictures of the same patient are left out. Views of
  fewer than ``LEAST`` patients are not asked for, but are among what is searched;
- ``chance.view.P@5``: what five random ones would have;
- ``look.patient.R@5``: of patients with several pictures, another one of theirs is among the first five;
- ``words.view.P@10``: the words for a view ("a lateral chest X-ray") find pictures of it;
- ``outside.AUC``: how surely a picture of this world is told from a photograph by how familiar the
  encoder finds it (100 always, 50 never), where photographs are beside it; ``outside.charts.AUC``
  and ``outside.receipts.AUC``: the same of such folders beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from clerestory.errors import UnreadableFile
from clerestory.evaluating.bootstrap import SAMPLES, Figure, Score
from clerestory.evaluating.contract import Case, Evaluation, Options, Summary, read_lines, run_cases
from clerestory.evaluating.pictures import embed_files, read_captions
from clerestory.models.picture import PictureEncoder, load_picture_encoder
from clerestory.models.text import load_text_encoder

NEIGHBOURS = 5
FOUND = 10
LEAST = 5  # patients
PHOTOGRAPHS = 300
STRANGERS = ("charts", "receipts")
# What one would say for the source's abbreviations.
SPOKEN = {
    "PA": "a frontal chest X-ray",
    "AP": "a frontal chest X-ray",
    "AP Supine": "a chest X-ray of a patient lying down",
    "AP Erect": "a frontal chest X-ray",
    "L": "a lateral chest X-ray",
    "Axial": "an axial CT slice of the chest",
    "Coronal": "a coronal CT slice of the chest",
}


@dataclass(frozen=True, slots=True)
class Record:
    """A picture (path in the data folder), what it was taken from, and of whom."""

    image: str
    view: str
    patient: str


def run(options: Options) -> Summary:
    """Embed everything, then ask each picture for others.

    Raises:
        UnreadableFile: the folder is not shaped like that, or a picture cannot be read.
        ModelMissing, ModelCorrupt: as ``load_picture_encoder``.
    """
    records = read_records(options)
    encoder = load_picture_encoder(options.settings.models)
    seen = embed_files(options, [record.image for record in records], encoder)
    views = np.array([record.view for record in records])
    patients = np.array([record.patient for record in records])
    same_view = views[:, None] == views
    others = patients[:, None] != patients
    nearest = {
        name: np.argsort(-np.where(others, vectors @ vectors.T, -np.inf), axis=1)[:, :NEIGHBOURS]
        for name, vectors in (("look", seen.look), ("joint", seen.joint))
    }
    alike = seen.look @ seen.look.T
    np.fill_diagonal(alike, -np.inf)
    first = np.argsort(-alike, axis=1)[:, :NEIGHBOURS]
    several = {view: len(set(patients[views == view])) for view in np.unique(views)}
    asked = words(options, encoder, seen.joint, seen.hub, views) if encoder.words else {}

    def measure(number: int) -> Case:
        scores: dict[str, Score] = {}
        view = views[number]
        if view and several[view] >= LEAST:
            for name, rows in nearest.items():
                scores[f"{name}.view.P@5"] = Score(100.0 * float(same_view[number, rows[number]].mean()))
            chance = (same_view[number] & others[number]).sum() / others[number].sum()
            scores["chance.view.P@5"] = Score(100.0 * float(chance))
        if (~others[number]).sum() > 1:
            scores["look.patient.R@5"] = Score(100.0 * bool((~others[number, first[number]]).any()))
        return Case(records[number].image, scores, {"view": view, "familiar": float(seen.familiar[number])})

    photographs = familiar_photographs(options, encoder)
    stranger = familiar_strangers(options, encoder) if len(photographs) else {}

    def more(cases: Sequence[Case], seed: int) -> dict[str, Figure]:
        found = {name: Figure(value, *ends, count) for name, (value, ends, count) in asked.items()}
        if len(photographs):
            ours = np.array([case.details["familiar"] for case in cases])
            found["outside.AUC"] = told_apart(ours, photographs, seed=seed)
            for name, strange in stranger.items():
                found[f"outside.{name}.AUC"] = told_apart(strange, photographs, seed=seed)
        return found

    return run_cases(
        "medical",
        options,
        range(len(records)),
        identify=lambda number: records[number].image,
        measure=measure,
        settings={
            "picture": f"{encoder.space.name} {encoder.space.digest[:12]}",
            "text": options.settings.models.text,
            "photographs": len(photographs),
        },
        more=more,
    )


def read_records(options: Options) -> list[Record]:
    """The pictures in their own order; one without a view has "".

    Raises:
        UnreadableFile
    """
    path = options.data / "records.jsonl"
    try:
        found = [
            Record(str(line["image"]), str(line.get("view") or "").strip("?"), str(line["patientid"]))
            for line in read_lines(path)
        ]
    except (KeyError, TypeError, AttributeError) as error:
        raise UnreadableFile(
            f"a line lacks {error}", where=str(path), fix="Each needs image and patientid."
        ) from error
    if len({record.patient for record in found}) < 2:
        raise UnreadableFile("pictures of fewer than two patients", where=str(path))
    return found


def words(
    options: Options, encoder: PictureEncoder, joint: np.ndarray, hub: np.ndarray, views: np.ndarray
) -> dict[str, tuple[float, tuple[float, float], int]]:
    """``words.view.P@10``: mean over ways of saying a view, of ones with ten pictures; the interval
    by drawing the ways anew."""
    spoken: dict[str, set[str]] = {}
    for view, phrase in SPOKEN.items():
        spoken.setdefault(phrase, set()).add(view)
    text = load_text_encoder(options.settings.models, token_dimension=0)
    phrases = [phrase for phrase, of in spoken.items() if np.isin(views, list(of)).sum() >= FOUND]
    if not phrases:
        return {}
    queries = encoder.embed_words(phrases, text.encode_queries(phrases).vectors)
    shares = []
    for phrase, query in zip(phrases, queries, strict=True):
        rows = np.argsort(-(joint @ query - encoder.hub_weight * hub))[:FOUND]
        shares.append(100.0 * float(np.isin(views[rows], list(spoken[phrase])).mean()))
    random = np.random.default_rng(options.seed)
    drawn = np.array(shares)[random.integers(0, len(shares), (SAMPLES, len(shares)))].mean(axis=1)
    low, high = np.quantile(drawn, [0.025, 0.975])
    return {"words.view.P@10": (float(np.mean(shares)), (float(low), float(high)), len(shares))}


def familiar_photographs(options: Options, encoder: PictureEncoder) -> np.ndarray:
    """How familiar photographs beside the data are, if there are any."""
    beside = options.data.resolve().parent / "flickr8k"
    if not (beside / "dev.jsonl").is_file():
        return np.zeros(0)
    photos = read_captions(beside / "dev.jsonl")[:PHOTOGRAPHS]
    there = Options(beside, options.out, options.settings, listener=options.listener)
    return embed_files(there, [photo.image for photo in photos], encoder).familiar


def familiar_strangers(options: Options, encoder: PictureEncoder) -> dict[str, np.ndarray]:
    """How familiar the pictures of other folders beside the data are, by folder."""
    found = {}
    for name in STRANGERS:
        beside = options.data.resolve().parent / name
        images = sorted(
            path for path in beside.rglob("*") if path.suffix.lower() in (".png", ".jpg", ".webp")
        )
        if images:
            there = Options(beside, options.out, options.settings, listener=options.listener)
            names = [str(path.relative_to(beside)) for path in images[:PHOTOGRAPHS]]
            found[name] = embed_files(there, names, encoder).familiar
    return found


def told_apart(strange: np.ndarray, known: np.ndarray, *, seed: int) -> Figure:
    """The area under the curve in percent, equal ones counting half; the interval by drawing both anew."""
    random = np.random.default_rng(seed)

    def area(first: np.ndarray, second: np.ndarray) -> float:
        below = np.searchsorted(np.sort(first), second)
        upto = np.searchsorted(np.sort(first), second, side="right")
        return 100.0 * float((below + upto).mean() / 2 / len(first))

    drawn = [area(random.choice(strange, len(strange)), random.choice(known, len(known))) for _ in range(500)]
    low, high = np.quantile(drawn, [0.025, 0.975])
    return Figure(area(strange, known), float(low), float(high), len(strange) + len(known))


EVALUATION = Evaluation(
    name="medical",
    help="Whether pictures of another world are found by likeness, and told from photographs.",
    data="records.jsonl with image, view and patientid, and the pictures; flickr8k beside it",
    run=run,
)
