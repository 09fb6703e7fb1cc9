"""``python -m training.sounds --out DIR``: make the world, learn from it, write the space.

Makes ``SORTS`` sorts, each played ``TIMES`` times (about 10 minutes on one core), in parts that
are kept in ``--out``, so that a run that was stopped goes on. The settings were chosen on
sorts that are held back; ``--choose`` prints that comparison. ``--install`` copies the space to
where the package has it. Nothing is downloaded and no recording is read.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import time
from pathlib import Path

import numpy as np

from clerestory.models.sound_features import COUNT, sound_features
from training.sounds.learning import Learned, found_again, learn
from training.sounds.world import play, sort

SEED = 1
SORTS, TIMES = 1200, 5
HELD_BACK = 0.25
PART = 50  # sorts in one file
DIMENSION, SHRINK = 64, 0.1
CHOICES = [(dimension, shrink) for dimension in (32, 64, 128) for shrink in (0.03, 0.1, 0.3)]
INSTALLED = Path(__file__).parents[2] / "src/clerestory/models/sounds.safetensors"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--sorts", type=int, default=SORTS)
    parser.add_argument("--choose", action="store_true")
    parser.add_argument("--install", action="store_true")
    options = parser.parse_args()
    started = time.process_time()
    played = make(options.out, options.sorts)
    held = played[round(len(played) * (1 - HELD_BACK)) :]
    fitted = played[: len(played) - len(held)]
    for dimension, shrink in CHOICES if options.choose else ():
        score = found_again(learn(fitted, dimension=dimension, shrink=shrink).embed(held))
        print(f"dimension {dimension}, shrink {shrink}: mean average precision {score:.3f}")
    score = found_again(learn(fitted, dimension=DIMENSION, shrink=SHRINK).embed(held))
    path = options.out / "sounds.safetensors"
    write(path, learn(played, dimension=DIMENSION, shrink=SHRINK))
    seconds = time.process_time() - started
    print(f"sorts held back: mean average precision {score:.3f}; {seconds:.0f} processor seconds; {path}")
    if options.install:
        shutil.copyfile(path, INSTALLED)


def make(folder: Path, sorts: int) -> np.ndarray:
    """Features (sorts, ``TIMES``, F) of the world; parts that are there are read."""
    folder.mkdir(parents=True, exist_ok=True)
    parts = []
    for first in range(0, sorts, PART):
        count = min(PART, sorts - first)
        path = folder / f"sorts-{first:05d}-{count}.npy"
        if not path.exists():
            made = np.stack([features_of(number) for number in range(first, first + count)])
            unfinished = path.with_suffix(".part.npy")
            np.save(unfinished, made)
            unfinished.replace(path)
        parts.append(np.load(path))
        print(f"\r{first + count} of {sorts} sorts", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return np.concatenate(parts).astype(np.float64)


def features_of(number: int) -> np.ndarray:
    """(``TIMES``, F): the sort of that number, each time it is played."""
    what, random = sort(number, seed=SEED), np.random.default_rng([SEED + 1, number])
    played = [sound_features(play(what, random)) for _ in range(TIMES)]
    return np.stack(played).reshape(TIMES, COUNT)


def write(path: Path, learned: Learned) -> None:
    """The arrays as a safetensors file."""
    arrays = {"mean": learned.mean, "scale": learned.scale, "matrix": learned.matrix}
    header, body = {}, b""
    for name, values in arrays.items():
        content = np.ascontiguousarray(values, np.float32).tobytes()
        offsets = [len(body), len(body) + len(content)]
        header[name] = {"dtype": "F32", "shape": list(values.shape), "data_offsets": offsets}
        body += content
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(len(text).to_bytes(8, "little") + text + body)


if __name__ == "__main__":
    main()
