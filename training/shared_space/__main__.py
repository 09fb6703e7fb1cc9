"""``python -m training.shared_space --data DIR --out OUT``: see, read, fit, write, and score.

``DIR/flickr8k`` holds ``train.jsonl`` (``image``, five ``captions``) and the photographs, and
``dev.jsonl``, which is only scored at the end. The tower's outputs for six views of each
photograph take about 15 minutes of two cores once; they are kept in OUT/features, so that a
run that was stopped goes on; heads and what judges them then take about five minutes.
OUT/space gets the files of the package's ``models/shared_space``; ``--install`` copies them
there, and the canonical output slices to the tests. ``--held-back`` only scores heads on
training photographs that were kept apart, which settings are chosen by. Downloads nothing;
the weights must be pulled (``make weights``).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np

from clerestory.models.picture_tower import PictureTower
from clerestory.models.text import load_text_encoder
from clerestory.models.weights import WeightStore
from clerestory.models.word_counts import WordCounts, stems
from clerestory.settings import ModelSettings
from training.shared_space import canonical, features, free
from training.shared_space.calibration import write_calibration
from training.shared_space.heads import LAYERS, Heads, Recipe, fit
from training.shared_space.kinds import read_names
from training.shared_space.photographs import CAPTIONS, WHOLE, read_photographs
from training.shared_space.scores import recall
from training.shared_space.shipping import LOOK, Banks, local_map, write_space

SEED = 0
VIEWS = (WHOLE, *(f"cut-{number}" for number in range(1, 6)))
SEEN_OFTEN = 8  # a stem counts when that many training captions have it
MOSAICS = 800
HELD_BACK = 1000  # as many as there are development photographs
ROOT = Path(__file__).parents[2]
INSTALLED = ROOT / "src/clerestory/models/shared_space"
CANONICAL = ROOT / "tests/models/shared_space/canonical.json"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--held-back", action="store_true", help="score on training photographs kept apart")
    parser.add_argument("--install", action="store_true")
    options = parser.parse_args()
    started = time.process_time(), time.monotonic()

    def told(message: str) -> None:
        minutes = (time.monotonic() - started[1]) / 60
        print(f"[{minutes:5.1f} min] {message}", file=sys.stderr, flush=True)

    settings = ModelSettings()
    store = WeightStore(settings)
    tower = PictureTower(settings, threads=settings.threads or 2, store=store)
    reader = load_text_encoder(settings, token_dimension=0, store=store)
    cache = features.Cache(
        options.out / "features", lambda name, done, total: told(f"{name}: {done} of {total}")
    )
    photographs = read_photographs(options.data / "flickr8k/train.jsonl")
    captions = [caption for photograph in photographs for caption in photograph.captions]
    vectors = features.of_texts(cache, "train", captions, reader)
    names = features.of_texts(cache, "names", read_names(), reader)
    views = features.of_views(cache, "train", photographs, tower, VIEWS)
    counter = WordCounts(vocabulary(captions))
    counts = counter.counts(captions)
    recipe = Recipe()
    if options.held_back:
        apart(views, vectors, counts, names, recipe, told)
        return
    heads = fit(views, vectors, counts, recipe, names=names, seed=SEED, progress=told)

    photos, texts = heads.pictures(views[0]), heads.texts(vectors, counts)
    chosen = np.random.default_rng(SEED).permutation(len(photographs))[: 4 * MOSAICS].reshape(-1, 4)
    mosaics = features.of_mosaics(cache, photographs, tower, chosen)
    wanted = texts.reshape(len(photographs), CAPTIONS, -1).mean(axis=1)
    parts = local_map(*taught(np.asarray(views[0]), mosaics, chosen, wanted))
    told("parts of pictures fitted")
    look_centre = np.asarray(views[0][:, :LOOK], np.float32).mean(axis=0)
    folder = options.out / "space"
    digest = hashlib.sha256(photos.tobytes() + texts.tobytes()).hexdigest()[:8]
    name = f"shared-space-{digest}"
    write_space(folder, name, heads, parts, Banks(photos, texts, look_centre), stems=counter.stems, seed=SEED)
    calibrate(folder, views, vectors, counts, names, photographs, heads, reader, counter, told)
    asked = features.of_texts(cache, "asked", free.asked_names(), reader)
    classifier = free.read_classifier(store.ready(settings.picture) / "model.onnx")
    free.write_free(folder / "free", names, asked, classifier)
    (folder / "canonical.json").write_text(json.dumps(canonical.slices(folder), indent=1) + "\n")
    told(f"written to {folder}")
    if (options.data / "flickr8k/dev.jsonl").exists():
        score_dev(options.data, cache, tower, reader, heads, counter, (photos, texts))
    if options.install:
        install(folder)
    print(f"{time.process_time() - started[0]:.0f} processor seconds in this run")


def vocabulary(captions: list[str]) -> list[str]:
    """Stems that enough captions have, in the order of the alphabet."""
    having = Counter(stem for caption in captions for stem in set(stems(caption)))
    return sorted(stem for stem, count in having.items() if count >= SEEN_OFTEN)


def taught(
    whole: np.ndarray, mosaics: np.ndarray, chosen: np.ndarray, wanted: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Means of block 19 and what they should be: of whole photographs, and of each quarter of a
    mosaic (the mean of the four parts of its corner), which is about the photograph there."""
    begin = LAYERS[0][0]
    means = whole[:, begin : begin + LAYERS[1][0]].astype(np.float32)
    corners = mosaics.astype(np.float32).reshape(len(mosaics), 2, 2, 2, 2, -1).mean(axis=(2, 4))
    quarters = corners.reshape(-1, means.shape[1])
    return np.concatenate([means, quarters]), np.concatenate([wanted, wanted[chosen.ravel()]])


def calibrate(folder, views, vectors, counts, names, photographs, heads, reader, counter, told) -> None:
    """What scores are judged by, from heads that have not seen what they judge."""

    def fitted(kept: np.ndarray) -> Heads:
        rows = np.repeat(kept, CAPTIONS)
        apart = [np.asarray(view[kept]) for view in views]
        return fit(apart, vectors[rows], counts[rows], Recipe(), names=names, seed=SEED)

    write_calibration(
        folder,
        views[:3],
        vectors,
        counts,
        [photograph.captions for photograph in photographs],
        shipped=heads,
        fit=fitted,
        embed=lambda texts: heads.texts(reader.encode_queries(texts).vectors, counter.counts(texts)),
        progress=told,
    )


def apart(views, vectors, counts, names, recipe: Recipe, told) -> None:
    """Score heads on photographs that they have not seen: what settings are chosen by."""
    order = np.random.default_rng(5).permutation(len(views[0]))
    held = np.zeros(len(order), bool)
    held[order[:HELD_BACK]] = True
    rows = np.repeat(held, CAPTIONS)
    heads = fit(
        [np.asarray(view)[~held] for view in views],
        vectors[~rows],
        counts[~rows],
        recipe,
        names=names,
        seed=SEED,
        progress=told,
    )
    seen, said = heads.pictures(np.asarray(views[0])), heads.texts(vectors, counts)
    print(f"{HELD_BACK} photographs held back: {recall(seen[held], said[rows], seen[~held], said[~rows])}")


def score_dev(data, cache, tower, reader, heads: Heads, counter: WordCounts, banks) -> None:
    photographs = read_photographs(data / "flickr8k/dev.jsonl")
    captions = [caption for photograph in photographs for caption in photograph.captions]
    vectors = features.of_texts(cache, "dev", captions, reader)
    (view,) = features.of_views(cache, "dev", photographs, tower, (WHOLE,))
    seen, said = heads.pictures(view), heads.texts(vectors, counter.counts(captions))
    print(f"{len(photographs)} development photographs: {recall(seen, said, *banks)}")


def install(folder: Path) -> None:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name != "canonical.json":
            target = INSTALLED / path.relative_to(folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
    CANONICAL.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(folder / "canonical.json", CANONICAL)


if __name__ == "__main__":
    main()
