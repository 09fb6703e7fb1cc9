"""The table of docs/dependencies.md: each pinned package, from its own metadata."""

from __future__ import annotations

import re
from importlib import metadata

from packaging.requirements import Requirement

from clerestory.cli.checks import wanted

# Why each package that we ask for ourselves is there; the others are needed by one of these.
REASONS = {
    "av": "recordings and videos: packets, frames, clips (extra `media`)",
    "charset-normalizer": "guesses the encoding of text files",
    "click": "the command line",
    "huggingface-hub": "fetches a model from a hub when a setting names one; nothing else calls it",
    "jinja2": "the report page, with autoescape",
    "lxml": "XML and HTML, with entities and the network switched off",
    "markdown-it-py": "Markdown with the place of each block",
    "numpy": "vectors and pictures as arrays",
    "onnx": "builds the graphs of models when weights are prepared; only `models pull` calls it",
    "onnxruntime": "runs models on the CPU",
    "opencv-python-headless": "picture geometry before and after text recognition",
    "packaging": "compares installed versions with the lock (doctor)",
    "pebble": "process pools whose tasks can be stopped after a time",
    "pi-heif": "HEIC pictures, without the GPL encoder that pillow-heif carries",
    "pillow": "pictures",
    "platformdirs": "where caches and settings belong on each system",
    "pocketsphinx": "exact word times by forced alignment (extra `media`)",
    "py3langid": "the language of a passage",
    "pyarrow": "readings on disk and rows on their way to the index",
    "pylance": "the index: vectors, full text, filters, in files (imported as `lance`)",
    "pypdfium2": "PDF text, boxes and page pictures",
    "pysubs2": "subtitles inside and beside videos (extra `media`)",
    "rapidocr": "carries the weights of text recognition, and is the yardstick of `eval ocr`",
    "rich": "tables, colours and progress on terminals",
    "snowballstemmer": "word stems in many languages",
    "sqlalchemy": "the catalogue",
    "tokenizers": "word pieces for the text model",
}

# Stated nowhere in the metadata in a form that programs can read; from the licence files in the wheels.
STATED = {
    "av": "BSD-3-Clause; bundles FFmpeg, LGPL-3.0, and encoders, see above",
    "pocketsphinx": "BSD-2-Clause",
    "jinja2": "BSD-3-Clause",
    "pi-heif": "BSD-3-Clause; bundles libheif and libde265, LGPL-3.0",
    "opencv-python-headless": "Apache-2.0; bundles FFmpeg, LGPL-2.1",
    "shapely": "BSD-3-Clause; bundles GEOS, LGPL-2.1",
    "pebble": "LGPL-3.0",
    "pylance": "Apache-2.0",
    "tokenizers": "Apache-2.0",
    "pypdfium2": "BSD-3-Clause and Apache-2.0; bundles PDFium, BSD-3-Clause",
    "colorlog": "MIT",
    "certifi": "MPL-2.0",
    "tqdm": "MPL-2.0 and MIT",
    "onnxruntime": "MIT",
    "flatbuffers": "Apache-2.0",
    "protobuf": "BSD-3-Clause",
}


def rows() -> list[tuple[str, str, str, str, str]]:
    """Name, version, reason, licence, size; those that we ask for first."""
    names = sorted(wanted(), key=lambda name: (name not in REASONS, name))
    needed_by = _needed_by(names)
    found = []
    for name in names:
        distribution = metadata.distribution(name)
        reason = REASONS.get(name) or f"needed by {', '.join(needed_by.get(name, [])) or 'none'}"
        megabytes = sum(file.size or 0 for file in distribution.files or []) / 1e6
        found.append((name, distribution.version, reason, licence(name), f"{megabytes:.1f}"))
    return found


def licence(name: str) -> str:
    facts = metadata.distribution(name).metadata
    if name in STATED:
        return STATED[name]
    if facts.get("License-Expression"):
        return facts["License-Expression"]
    stated = (facts.get("License") or "").strip().splitlines()
    if stated and len(stated[0]) < 60:
        return re.sub(r" License$", "", stated[0])
    classifiers = [c.rpartition("::")[2].strip() for c in facts.get_all("Classifier", []) if "License" in c]
    return re.sub(r" License$", "", "; ".join(classifiers))


def _needed_by(names: list[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name in names:
        for line in metadata.requires(name) or []:
            requirement = Requirement(line)
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                key = re.sub(r"[-_.]+", "-", requirement.name).lower()
                found.setdefault(key, []).append(name)
    return found


def table() -> str:
    lines = ["| package | version | why | licence | MB |", "|---|---|---|---|---:|"]
    lines += [f"| {' | '.join(row)} |" for row in rows()]
    total = sum(float(row[4]) for row in rows())
    lines.append(f"| {len(rows())} packages | | | | {total:.0f} |")
    return "\n".join(lines)
