"""Seconds per picture of text recognition, against RapidOCR in the same run.

    python -m bench.ocr FOLDER [--pictures N] [--threads N] [--out DIR]

FOLDER holds JPEG or PNG pictures with text, such as the ``img`` folder of scanned receipts.
Each picture is read by our engine, by RapidOCR with its default settings, and by RapidOCR
with our detection size and no turn classifier (what remains is the work of the two
networks and the steps around them). They take turns on every picture.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from clerestory.models.ocr import load_ocr_engine
from clerestory.models.sessions import usable_cores
from clerestory.settings import ModelSettings, ReadingSettings


def rapidocr(parameters: dict[str, object], threads: int) -> Callable[[np.ndarray], object]:
    from rapidocr import RapidOCR

    if parameters:
        parameters = {**parameters, "EngineConfig.onnxruntime.intra_op_num_threads": threads}
    engine = RapidOCR(params={"Global.log_level": "critical", **parameters})
    logging.getLogger("RapidOCR").setLevel(logging.CRITICAL)
    return lambda pixels: engine(pixels[:, :, ::-1])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--pictures", type=int, default=20)
    parser.add_argument("--threads", type=int, default=usable_cores())
    parser.add_argument("--out", type=Path, help="folder for ocr.json")
    options = parser.parse_args()
    side = ReadingSettings().ocr_longest_side
    engine = load_ocr_engine(ModelSettings(), longest_side=side, threads=options.threads)
    same_size = {"Global.use_cls": False, "Det.limit_type": "max", "Det.limit_side_len": side}
    readers = {
        "clerestory": engine.read,
        "rapidocr, default": rapidocr({}, options.threads),
        f"rapidocr, {side} px, no classifier": rapidocr(same_size, options.threads),
    }
    paths = sorted([*options.folder.glob("*.jpg"), *options.folder.glob("*.png")])[: options.pictures]
    if not paths:
        parser.error(f"no pictures in {options.folder}")
    warm = np.full((96, 320, 3), 255, np.uint8)
    for read in readers.values():
        read(warm)
    spent = {name: [0.0, 0.0] for name in readers}
    for path in paths:
        with Image.open(path) as image:
            pixels = np.asarray(ImageOps.exif_transpose(image).convert("RGB"))
        for name, read in readers.items():
            wall, cpu = time.perf_counter(), time.process_time()
            read(pixels)
            spent[name][0] += time.perf_counter() - wall
            spent[name][1] += time.process_time() - cpu
    ours = spent["clerestory"]
    found: dict[str, object] = {"pictures": len(paths), "threads": options.threads}
    found["load"] = round(os.getloadavg()[0], 2)
    print(f"{len(paths)} pictures, {options.threads} threads, load {found['load']}")
    for name, (wall, cpu) in spent.items():
        found[name] = {"s": wall / len(paths), "cpu_s": cpu / len(paths)}
        print(
            f"{name:<36} {wall / len(paths):6.2f} s  {cpu / len(paths):6.2f} CPU-s per picture"
            f"   ours is {ours[0] / wall:.2f} of its time, {ours[1] / cpu:.2f} of its CPU time"
        )
    if options.out:
        options.out.mkdir(parents=True, exist_ok=True)
        (options.out / "ocr.json").write_text(json.dumps(found, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
