"""Search over many segments: time per query, recall of the vector index, memory, first search.

    python -m bench.search_scale --out DIR [--data FOLDER ...] [--segments 200000] [--queries 400]

Builds a library of ``--segments`` segments below ``--out`` (kept: the next run measures it
again) and measures it in a fresh process, through ``Library.search`` with the real encoder and
without any cache of results. With ``--data`` the segments are real ones of the files there, varied:
each copy has a quarter of its words replaced by others of the same files, and its vector moved by
0.6 in a random direction (cosine 0.86 to where it was). Queries are stretches of 6 to 14 words of
segments that were held out, each asked once. Without ``--data`` words and vectors are made up
(Zipf's law; clusters in 32 dimensions).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    from clerestory import Library
    from clerestory.models.text import TextEncoder

SEED = 9
SEGMENTS_PER_ASSET = 40
SEGMENTS_PER_PAGE = 4
REPLACED_WORDS = 0.25
MOVED = 0.6
RECALL_QUERIES = 200


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--data", type=Path, nargs="*", default=[])
    parser.add_argument("--library", type=Path, help="take the segments of this library instead")
    parser.add_argument("--segments", type=int, default=200_000)
    parser.add_argument("--queries", type=int, default=400)
    parser.add_argument("--originals", type=int, default=5000, help="real segments to vary")
    parser.add_argument("--stage", choices=["build", "ask"], help=argparse.SUPPRESS)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    if options.stage == "build":
        build(options)
    elif options.stage == "ask":
        ask(options.out, options.queries)
    else:
        # Each in a process of its own: peak memory and the first search are measured there.
        stages = ["ask"] if (options.out / "queries.npz").is_file() else ["build", "ask"]
        for stage in stages:
            command = [sys.executable, "-m", "bench.search_scale", *sys.argv[1:], "--stage", stage]
            subprocess.run(command, check=True)


# Building


@dataclass(frozen=True, slots=True)
class Originals:
    """Segments to vary, and held-out queries."""

    texts: list[str]
    vectors: np.ndarray
    tokens: list[np.ndarray]
    queries: list[str]
    query_vectors: np.ndarray


def save(originals: Originals, path: Path) -> None:
    import numpy as np

    np.savez(
        path,
        texts=np.array(originals.texts),
        vectors=originals.vectors,
        tokens=np.concatenate(originals.tokens),
        lengths=np.array([len(tokens) for tokens in originals.tokens]),
        queries=np.array(originals.queries),
        query_vectors=originals.query_vectors,
    )


def loaded(path: Path) -> Originals:
    import numpy as np

    kept = np.load(path)
    tokens = np.split(kept["tokens"], np.cumsum(kept["lengths"])[:-1])
    texts, queries = ([str(text) for text in kept[name]] for name in ("texts", "queries"))
    return Originals(texts, kept["vectors"], tokens, queries, kept["query_vectors"])


def build(options: argparse.Namespace) -> None:
    import numpy as np

    from clerestory.ingesting.indexing import Indexer, ToIndex
    from clerestory.ingesting.stores import Stores
    from clerestory.settings import IngestingSettings
    from clerestory.storing.folder import LibraryFolder

    random = np.random.default_rng(SEED)
    queries = max(options.queries + 100, RECALL_QUERIES)
    kept = options.out / "originals.npz"
    if kept.is_file():
        originals = loaded(kept)
    elif options.library:
        originals = of_library(options.library, options.originals, queries, random)
    elif options.data:
        originals = real(options.data, options.originals, queries, random)
    else:
        originals = made_up(options.originals, queries, random)
    save(originals, kept)
    stores = Stores.open(LibraryFolder.create(options.out / "library"))
    encoder = Varying(originals, random)
    started, cpu = time.perf_counter(), time.process_time()
    with stores.writing("bench"):
        indexer = Indexer(stores, encoder, IngestingSettings(batch_rows=5000))
        identities: list[str] = []
        for number in range(options.segments // SEGMENTS_PER_ASSET):
            made = encoder.reading(number)
            identities += [segment.id for segment in made.segments]
            digest = stores.readings.write(made)
            stores.catalogue.record_reading(digest, made, occurrences=[occurrence(made.asset, number)])
            indexer.add(ToIndex(digest, made.asset, len(made.segments), f"report {number}.pdf"))
        indexer.flush()
        appended = time.process_time() - cpu
        stores.index.maintain(budget_s=3600)
    print(
        f"built {len(identities):,} segments in {time.perf_counter() - started:.0f} s; "
        f"CPU {appended:.0f} s to write and append, {time.process_time() - cpu - appended:.0f} s to index; "
        f"index {megabytes(options.out / 'library' / 'index'):,.0f} MB",
        flush=True,
    )
    position = {identity: row for row, identity in enumerate(identities)}
    vectors = np.zeros((len(identities), encoder.space.dimension), np.float32)
    for identity, vector in encoder.given.items():
        vectors[position[identity]] = vector
    exact = np.argsort(-(originals.query_vectors[:RECALL_QUERIES] @ vectors.T), axis=1)[:, :10]
    np.savez(
        options.out / "queries.npz",
        texts=np.array(originals.queries),
        vectors=originals.query_vectors,
        exact=np.array(identities)[exact],
    )


class Varying:
    """Gives each segment a varied text, and as its encoder the vector that belongs to it."""

    languages: frozenset[str] = frozenset()
    max_tokens = 256

    def __init__(self, originals: Originals, random: np.random.Generator) -> None:
        encoder = real_encoder()  # whose space it is: it will ask the queries
        self.space = encoder.space
        self.token_dimension = encoder.token_dimension
        self.originals = originals
        self.random = random
        self.words = " ".join(originals.texts).split()
        self.given: dict[str, np.ndarray] = {}
        self._known: dict[str, list[tuple[str, int]]] = {}  # text -> its segments and their originals

    def reading(self, number: int):
        from clerestory.types import Box, PageBox, PageInfo, Reading, Segment

        asset = hashlib.sha256(f"asset {number}".encode()).hexdigest()
        title = " ".join(self._some_words(5))
        segments = []
        for row in range(SEGMENTS_PER_ASSET):
            original = int(self.random.integers(len(self.originals.texts)))
            text = self._varied(self.originals.texts[original])
            identity = hashlib.sha256(f"{asset} {row}".encode()).hexdigest()[:32]
            self._known.setdefault(text, []).append((identity, original))
            page, part = divmod(row, SEGMENTS_PER_PAGE)
            box = Box(0.1, part / SEGMENTS_PER_PAGE, 0.9, (part + 1) / SEGMENTS_PER_PAGE)
            place = PageBox(page + 1, box)
            segments.append(Segment(identity, "text", text, place, row, context=(title,), language="en"))
        pages = tuple(PageInfo(n + 1, 595, 842) for n in range(SEGMENTS_PER_ASSET // SEGMENTS_PER_PAGE))
        facts = ("application/pdf", "bench", "1", "")
        return Reading(asset, *facts, title=title, pages=pages, segments=tuple(segments))

    def encode_passages(self, texts: Sequence[str], *, tokens: bool = False):
        import numpy as np

        from clerestory.models.text import Encoded

        vectors, all_tokens = [], []
        for text in texts:
            identity, original = self._known[text.split("\n")[-1]].pop()
            vector = self.originals.vectors[original]
            step = self.random.normal(size=vector.shape)
            moved = vector + MOVED * step / np.linalg.norm(step)
            vector = (moved / np.linalg.norm(moved)).astype(np.float32)
            self.given[identity] = vector
            vectors.append(vector)
            all_tokens.append(self.random.permutation(self.originals.tokens[original]))
        return Encoded(np.array(vectors), tuple(all_tokens) if tokens else ())

    def encode_queries(self, texts: Sequence[str], *, tokens: bool = False):
        raise NotImplementedError("queries are asked with the real encoder")

    def _varied(self, text: str) -> str:
        words = text.split()
        replaced = self.random.random(len(words)) < REPLACED_WORDS
        others = iter(self._some_words(int(replaced.sum())))
        return " ".join(next(others) if new else word for word, new in zip(words, replaced, strict=True))

    def _some_words(self, count: int) -> list[str]:
        return [self.words[at] for at in self.random.integers(len(self.words), size=count)]


def real(folders: Sequence[Path], count: int, queries: int, random: np.random.Generator) -> Originals:
    """Segments of the files in ``folders``, as the readers give them."""
    texts, asked = divided(
        (text for folder in folders for text in texts_below(folder)), count, queries, random
    )
    encoder = real_encoder()
    encoded = encoder.encode_passages(texts, tokens=True)
    return Originals(
        texts, encoded.vectors, list(encoded.tokens), asked, encoder.encode_queries(asked).vectors
    )


def of_library(folder: Path, count: int, queries: int, random: np.random.Generator) -> Originals:
    """Segments of a library, with the vectors that it has."""
    import numpy as np

    from clerestory.ingesting.stores import Stores
    from clerestory.storing.folder import LibraryFolder

    stores = Stores.open(LibraryFolder.open(folder))
    identities = {
        " ".join(segment.text.split()): segment.id
        for digest in stores.catalogue.indexed_readings()
        for segment in stores.readings.load(digest).segments
        if len(segment.text.split()) >= 15
    }
    texts, asked = divided(identities, count, queries, random)
    encoder = real_encoder()
    table = stores.index.vectors(encoder.space, [identities[text] for text in texts], tokens=True)
    rows = {identity: row for row, identity in enumerate(table["segment_id"].to_pylist())}
    texts = [text for text in texts if identities[text] in rows]
    order = [rows[identities[text]] for text in texts]
    vectors = np.stack(table["vector"].to_numpy()).astype(np.float32)[order]
    flat = table["tokens"].to_pylist()
    tokens = [np.frombuffer(flat[row], np.int8).reshape(-1, encoder.token_dimension) for row in order]
    return Originals(texts, vectors, tokens, asked, encoder.encode_queries(asked).vectors)


def divided(
    found: Iterable[str], count: int, queries: int, random: np.random.Generator
) -> tuple[list[str], list[str]]:
    """Texts to vary, and stretches of held-out ones to ask."""
    texts = sorted({" ".join(text.split()) for text in found})
    random.shuffle(texts)
    held_out = [text for text in texts if len(text.split()) >= 20][:queries]
    kept = [text for text in texts if text not in set(held_out)][:count]
    print(f"{len(kept):,} segments to vary, {len(held_out)} held out", flush=True)
    asked = []
    for text in held_out:
        words = text.split()
        length = int(random.integers(6, 15))
        start = int(random.integers(max(1, len(words) - length)))
        asked.append(" ".join(words[start : start + length]))
    return kept, asked


def real_encoder() -> TextEncoder:
    from clerestory.ingesting.engines import load_text
    from clerestory.settings import Settings

    return load_text(Settings())


def texts_below(folder: Path) -> Iterator[str]:
    from clerestory.errors import ClerestoryError
    from clerestory.reading.reader import read
    from clerestory.reading.source import Source
    from clerestory.settings import ReadingSettings

    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        try:
            reading = read(Source(path, digest, path.name), ReadingSettings(ocr=False))
        except ClerestoryError as error:
            print(f"left out: {path.name}: {error.what}", file=sys.stderr)
            continue
        yield from (segment.text for segment in reading.segments if len(segment.text.split()) >= 15)


def made_up(count: int, queries: int, random: np.random.Generator) -> Originals:
    import numpy as np

    encoder = real_encoder()
    dimension = encoder.space.dimension
    to_full = random.normal(size=(32, dimension))
    centres = random.normal(size=(2000, 32))

    def some(number: int) -> tuple[list[str], np.ndarray]:
        near = centres[random.integers(len(centres), size=number)] + 0.4 * random.normal(size=(number, 32))
        vectors = near @ to_full + random.normal(size=(number, dimension))
        numbers = np.minimum(random.zipf(1.15, (number, 160)), 60_000)
        texts = [" ".join(f"word{n}" for n in row[: random.integers(40, 161)]) for row in numbers]
        return texts, (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)

    texts, vectors = some(count)
    asked, query_vectors = some(queries)
    tokens = [
        random.integers(-60, 61, (len(text.split()), encoder.token_dimension)).astype(np.int8)
        for text in texts
    ]
    return Originals(texts, vectors, tokens, [" ".join(q.split()[:10]) for q in asked], query_vectors)


def occurrence(asset: str, number: int):
    from clerestory.types import Occurrence

    return Occurrence(asset, f"/bench/report {number}.pdf", 1, 1)


# Measuring


def ask(out: Path, queries: int) -> None:
    load = os.getloadavg()[0]
    started, cpu = time.perf_counter(), time.process_time()
    from clerestory import Library

    imported = time.perf_counter() - started
    library = Library.open(out / "library", create=False)
    library.search("where the first words are asked")
    first_s, first_cpu_s = time.perf_counter() - started, time.process_time() - cpu

    import numpy as np

    kept = np.load(out / "queries.npz")
    texts = [str(text) for text in kept["texts"]]
    walls, cpus = [], []
    found = 0
    for text in texts[:queries]:
        started, cpu = time.perf_counter(), time.process_time()
        found += bool(library.search(text).hits)
        walls.append(time.perf_counter() - started)
        cpus.append(time.process_time() - cpu)
    figures = {
        "segments": library.status().segments,
        "queries": len(walls),
        "queries with hits": found,
        "p50 ms": float(np.percentile(walls, 50) * 1e3),
        "p95 ms": float(np.percentile(walls, 95) * 1e3),
        "CPU ms per query": float(np.mean(cpus) * 1e3),
        "first search s": first_s,
        "first search CPU s": first_cpu_s,
        "import s": imported,
        "peak memory MB": peak_mb(),
        **recall(library, kept["vectors"], kept["exact"]),
        **parts(library, texts[queries : queries + 100], kept["vectors"][queries : queries + 100]),
        "peak memory MB, with all parts": peak_mb(),
        "load average before": load,
        "load average after": os.getloadavg()[0],
    }
    (out / "search_scale.json").write_text(json.dumps(figures, indent=1))
    for name, value in figures.items():
        print(f"| {name} | {value:.3f} |" if isinstance(value, float) else f"| {name} | {value:,} |")


def recall(library: Library, vectors: np.ndarray, exact: np.ndarray) -> dict[str, float]:
    """Share of the ten nearest that are among the ten best, asking for 10 and for 200."""
    from clerestory.storing.index import EVERYTHING

    index, space = library._stores.index, library._stores.catalogue.spaces.current("text")
    assert space is not None
    shares = {}
    for k in (10, 200):
        hits = 0
        for vector, truth in zip(vectors, exact, strict=False):
            nearest = index.near(space, vector, where=EVERYTHING, k=k)["segment_id"].to_pylist()[:10]
            hits += len(set(nearest) & set(truth))
        shares[f"recall@10 of near(k={k})"] = hits / exact.size
    return shares


def parts(library: Library, texts: Sequence[str], vectors: np.ndarray) -> dict[str, float]:
    """Median milliseconds of each call to the index, alone."""
    import numpy as np

    from clerestory.storing.analysis import terms
    from clerestory.storing.index import EVERYTHING, RowFilter

    index, space = library._stores.index, library._stores.catalogue.spaces.current("text")
    assert space is not None
    assets = tuple(sorted(library._stores.catalogue.indexed_readings().values()))
    some, half = RowFilter(assets=assets[:20]), RowFilter(assets=assets[::2])
    times: dict[str, list[tuple[float, float]]] = {}

    def timed(name: str, call: Callable[[], pa.Table]) -> pa.Table:
        started, cpu = time.perf_counter(), time.process_time()
        result = call()
        times.setdefault(name, []).append((time.perf_counter() - started, time.process_time() - cpu))
        return result

    for text, vector in zip(texts, vectors, strict=True):
        asked = terms(text, "en")
        found = timed("words", partial(index.words, asked, where=EVERYTHING, k=200))
        places = timed("pages", partial(index.pages, asked, where=EVERYTHING, k=200))
        timed("near", partial(index.near, space, vector, where=EVERYTHING, k=200))
        pairs = list(zip(places["asset"].to_pylist(), places["place"].to_pylist(), strict=True))[:30]
        timed("places, 30 pages", partial(index.places, pairs))
        identities = found["segment_id"].to_pylist()[:60]
        timed("tokens, 60 segments", partial(index.tokens, space, identities))
        timed("words, 20 assets", partial(index.words, asked, where=some, k=200))
        timed("near, 20 assets", partial(index.near, space, vector, where=some, k=200))
        timed("words, half of the assets", partial(index.words, asked, where=half, k=200))
        timed("near, half of the assets", partial(index.near, space, vector, where=half, k=200))
    figures = {}
    for name, pairs_ in times.items():
        wall, cpu = np.median(np.array(pairs_), axis=0)
        figures[f"{name}: ms"], figures[f"{name}: CPU ms"] = float(wall * 1e3), float(cpu * 1e3)
    return figures


def peak_mb() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1e6 if sys.platform == "darwin" else 1e3)


def megabytes(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


if __name__ == "__main__":
    main()
