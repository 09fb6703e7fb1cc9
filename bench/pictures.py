"""How fast photographs become findable by what they show, against the bare tower in the same run.

    python -m bench.pictures [--photos 400] [--folder FOLDER] [--out FILE]

Makes ``--photos`` JPEGs of 500 pixels (scenes of shapes, shades and grain, 30 to 60 kB each), or takes
those of ``--folder``, and measures, all with one worker per core and one thread per worker:

- the bare tower: ONNX Runtime on pictures that are decoded and squared already, in batches;
- the stage: ``Library.finish`` over photographs whose texts can be found already, from files to rows
  (decode, tower, heads, index);
- the whole: ``Library.add`` from files to rows of texts and pictures (hash, read, thumbnail, text
  vectors, and the stage), without recognition of text.

Prints one JSON object. Wall seconds tell what a person waits; CPU seconds hold on a machine that has
other work too, so both ratios are given.
"""

from __future__ import annotations

import argparse
import io
import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from bench.ingest import timed
from clerestory import Library
from clerestory.ingesting.workers import Limits, WorkerPool, usable_cores
from clerestory.settings import ModelSettings

LONGEST, SHORTEST = 500, 375  # pixels, as photographs on photo sites are handed out
BATCH = 8


def photograph(number: int) -> bytes:
    """A JPEG that costs what a photograph costs: shades, edges, and grain that does not compress away."""
    from PIL import Image, ImageDraw

    draw = np.random.default_rng(number)
    size = (LONGEST, SHORTEST) if number % 3 else (SHORTEST, LONGEST)
    coarse = draw.integers(0, 255, (5, 6, 3)).astype(np.uint8)
    image = Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC)
    pen = ImageDraw.Draw(image)
    for _ in range(25):
        x, y = (int(draw.integers(0, side)) for side in size)
        across, down = (int(side) for side in draw.integers(10, 120, 2))
        colour = tuple(int(shade) for shade in draw.integers(0, 255, 3))
        (pen.ellipse if draw.random() < 0.5 else pen.rectangle)((x, y, x + across, y + down), fill=colour)
    grain = draw.normal(0, 7, (size[1], size[0], 1))
    pixels = np.clip(np.asarray(image, np.float32) + grain, 0, 255).astype(np.uint8)
    content = io.BytesIO()
    Image.fromarray(pixels).save(content, "JPEG", quality=85)
    return content.getvalue()


def tower(paths: list[str], runs: int) -> int:
    """In a worker: the bare graph over these pictures ``runs`` times; how many were seen."""
    from PIL import Image

    from clerestory.models.picture_tower import PictureTower, whole_square

    opened = PictureTower(ModelSettings(), threads=1)
    squares = np.stack([whole_square(np.asarray(Image.open(path).convert("RGB"))) for path in paths])
    for _ in range(runs):
        opened._session.run(["layer_means"], {"pixels": squares})
    return runs * len(paths)


def bare(paths: list[Path], count: int) -> int:
    """``count`` pictures in all, by a worker per core, each with its own few of them decoded once."""
    cores = usable_cores()
    each = count // cores // BATCH
    tasks = [(core, ([str(path) for path in paths[core::cores][:BATCH]], each)) for core in range(cores)]
    with WorkerPool(Limits(memory_mb=0)) as pool:
        ends = list(pool.run(tower, tasks))
    for end in ends:
        if end.error is not None:
            raise end.error
    return sum(end.value for end in ends if end.value is not None)


def measured(paths: list[Path], folder: Path) -> dict[str, Any]:
    tower_alone = timed(lambda: bare(paths, len(paths)))
    warm_up = timed(lambda: bare(paths, BATCH * usable_cores()))  # what starting workers and decoding costs
    with Library.open(folder / "stage") as library:
        library.add(paths, ocr="off", pictures="later")
        stage = timed(library.finish)
    with Library.open(folder / "whole") as library:
        whole = timed(lambda: library.add(paths, ocr="off"))
        there = library.status()
    count, seen = len(paths), stage.value.seen
    if seen != count or whole.value.seen != count or there.unseen:
        raise SystemExit(f"{count} photographs, {seen} and {whole.value.seen} seen")
    figures: dict[str, Any] = {"photographs": count, "cores": usable_cores()}
    figures["kilobytes each"] = round(sum(path.stat().st_size for path in paths) / count / 1000, 1)
    for name, one, pictures in (
        ("bare tower", tower_alone, tower_alone.value),
        ("stage", stage, count),
        ("whole", whole, count),
    ):
        figures[f"{name}: s"] = round(one.wall_s, 2)
        figures[f"{name}: CPU s"] = round(one.cpu_s, 2)
        figures[f"{name}: photographs/s"] = round(pictures / one.wall_s, 1)
        figures[f"{name}: CPU ms per photograph"] = round(1000 * one.cpu_s / pictures, 1)
    figures["start of the workers: CPU s"] = round(warm_up.cpu_s, 2)
    for name, one in (("stage", stage), ("whole", whole)):
        share = tower_alone.value / count
        figures[f"{name}: ratio to the bare tower"] = round(one.wall_s * share / tower_alone.wall_s, 2)
        figures[f"{name}: ratio to the bare tower, CPU"] = round(one.cpu_s * share / tower_alone.cpu_s, 2)
    return figures


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--photos", type=int, default=400)
    parser.add_argument("--folder", type=Path, help="a folder of photographs, instead of making some")
    parser.add_argument("--out", type=Path, help="also write the figures there")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        top = Path(made)
        if options.folder:
            paths = sorted(
                path for path in options.folder.rglob("*") if path.suffix.lower() in (".jpg", ".jpeg")
            )
            paths = paths[: options.photos]
        else:
            (top / "photographs").mkdir()
            paths = [top / "photographs" / f"{number:04d}.jpg" for number in range(options.photos)]
            for number, path in enumerate(paths):
                path.write_bytes(photograph(number))
        figures = measured(paths, top)
    told = json.dumps(figures, indent=1)
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(told, encoding="utf-8")
    print(told)
    return 0


if __name__ == "__main__":
    from bench import pictures  # workers find functions by their module's name, which __main__ is not

    raise SystemExit(pictures.main())
