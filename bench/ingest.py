"""How fast files go in, against the bare libraries doing the same work in the same run.

    python -m bench.ingest --data DIR [--out FILE] [--pages 200] [--scanned 40] [--files 10000]

``--data`` is a folder of PDFs (with ``docs.json`` naming those without a text layer, as
``DIR/mmlongbench`` has; else each file is looked at). Of them a sample by ``--seed`` is measured:

- born-digital pages: pypdfium2 alone taking the text of every page in as many processes,
  the ONNX encoder alone on the same passages, and ``Library.add`` from files to rows of text; what
  looking at their pictures takes then (``Library.finish``) is a figure of its own and in no ratio;
- scanned pages: RapidOCR alone (its default settings, rendered pages) with one engine per core on
  one thread each, and ``Library.add`` with recognition;
- ``Library.add`` over ``--files`` small unchanged files, in this process and as a command.

Prints one JSON object. Wall seconds tell what a person waits; CPU seconds hold on a machine that has
other work too, so both ratios are given.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing import forkserver
from pathlib import Path
from typing import Any

from clerestory import Library
from clerestory.ingesting.engines import Engines, load_ocr
from clerestory.ingesting.passages import passage
from clerestory.ingesting.workers import Limits, WorkerPool, usable_cores
from clerestory.models.text import Encoded
from clerestory.types import Space


@dataclass(frozen=True, slots=True)
class Timed:
    wall_s: float
    cpu_s: float
    value: Any = None


def timed(work: Callable[[], Any]) -> Timed:
    """Wall and CPU seconds, those of ended child processes included."""
    before, began = _cpu(), time.perf_counter()
    value = work()
    return Timed(time.perf_counter() - began, _cpu() - before, value)


def _cpu() -> float:
    """Of this process, of its ended children, and of the ended workers, which the fork server started."""
    own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    used = own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime
    server = getattr(forkserver._forkserver, "_forkserver_pid", None)  # type: ignore[attr-defined]
    stat = Path(f"/proc/{server}/stat")
    if server is None or not stat.exists():  # elsewhere than on Linux workers are not counted
        return used
    ticks = stat.read_text().rpartition(")")[2].split()[11:15]
    return used + sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


def born_digital(documents: Sequence[Path], folder: Path) -> dict[str, Any]:
    library = Library.open(folder)
    ours = timed(lambda: library.add(documents, ocr="off", pictures="later"))
    report = ours.value
    looked = timed(library.finish)
    texts = [
        passage(segment, file_name=info.name)
        for info in library.assets()
        for segment in library.reading(info.asset).segments
    ]
    encoder = library.engines.text(library.settings)
    tokens = encoder.token_dimension > 0
    encode = timed(lambda: encoder.encode_passages(texts, tokens=tokens))
    library.close()
    text = timed(lambda: in_workers(text_of, [(d, (str(d),)) for d in documents]))
    parts = {"pypdfium2 text": text, "encoder": encode}
    return {
        "pages": report.pages,
        "segments": report.segments,
        "failed": len(report.failed),
        **_compared(ours, parts, report.pages),
        "pypdfium2 text: characters": sum(text.value),
        "pictures": looked.value.seen,
        "pictures: s": round(looked.wall_s, 2),
        "pictures: CPU s": round(looked.cpu_s, 2),
    }


def scanned(documents: Sequence[Path], folder: Path) -> dict[str, Any]:
    library = Library.open(folder)
    ours = timed(lambda: library.add(documents, ocr="now", pictures="later"))
    report = ours.value
    library.close()
    side = library.settings.reading.render_longest_side
    tasks = [((d, n), (str(d), n, side)) for d in documents for n in range(_pages(d))]
    theirs = timed(lambda: in_workers(rapidocr_of, tasks))
    return {
        "pages": report.pages,
        "places recognised": report.recognised,
        **_compared(ours, {"RapidOCR": theirs}, report.pages),
    }


def _compared(ours: Timed, parts: dict[str, Timed], pages: int) -> dict[str, Any]:
    slowest = max(parts, key=lambda name: parts[name].wall_s)
    heaviest = max(parts, key=lambda name: parts[name].cpu_s)
    figures: dict[str, Any] = {
        "clerestory: s": round(ours.wall_s, 2),
        "clerestory: CPU s": round(ours.cpu_s, 2),
        "clerestory: pages/s": round(pages / ours.wall_s, 2),
        "clerestory: pages per CPU s": round(pages / ours.cpu_s, 2) if ours.cpu_s else None,
    }
    for name, part in parts.items():
        figures[f"{name}: s"] = round(part.wall_s, 2)
        if part.cpu_s:
            figures[f"{name}: CPU s"] = round(part.cpu_s, 2)
    figures["slowest part"] = slowest
    figures["ratio to the slowest part"] = round(ours.wall_s / parts[slowest].wall_s, 2)
    if parts[heaviest].cpu_s:
        figures["ratio to the slowest part, CPU"] = round(ours.cpu_s / parts[heaviest].cpu_s, 2)
    return figures


def in_workers(function: Callable[..., int], tasks: Sequence[tuple[Any, tuple[Any, ...]]]) -> list[int]:
    """The values, from as many processes as there are cores; their start is counted, as ours is."""
    with WorkerPool(Limits(memory_mb=0)) as pool:
        ends = list(pool.run(function, tasks))
    for end in ends:
        if end.error is not None:
            raise end.error
    return [end.value for end in ends if end.value is not None]


def text_of(path: str) -> int:
    """Characters that pypdfium2 finds in the file."""
    import pypdfium2

    document = pypdfium2.PdfDocument(path)
    count = 0
    for page in document:
        text = page.get_textpage()
        count += len(text.get_text_bounded())
        text.close()
        page.close()
    document.close()
    return count


def rapidocr_of(path: str, number: int, longest_side: int) -> int:
    """Lines that RapidOCR finds on a page, with one engine per process."""
    global _RAPID
    import pypdfium2

    if _RAPID is None:
        from rapidocr import RapidOCR

        _RAPID = RapidOCR(
            params={
                "Global.log_level": "critical",
                "EngineConfig.onnxruntime.intra_op_num_threads": 1,
                "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            }
        )
    document = pypdfium2.PdfDocument(path)
    page = document[number]
    image = page.render(scale=longest_side / max(page.get_size())).to_numpy()
    document.close()
    found = _RAPID(image[:, :, :3])
    return 0 if found.txts is None else len(found.txts)


_RAPID: Any = None


class NoEncoder:
    """For what is about stats alone: all texts have the same vector."""

    space = Space("none", "0" * 64, 8)
    languages: frozenset[str] = frozenset()
    max_tokens = 256
    token_dimension = 0

    def encode_passages(self, texts: Sequence[str], *, tokens: bool = False) -> Encoded:
        import numpy as np

        return Encoded(np.full((len(texts), 8), 8**-0.5, np.float32))

    encode_queries = encode_passages

    def token_places(self, text: str) -> list[tuple[int, int]]:
        return []


def unchanged(count: int, folder: Path) -> dict[str, Any]:
    files = folder / "files"
    for number in range(count):
        path = files / f"{number // 100:03d}" / f"{number}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"File number {number} says that nothing has changed.")
    engines = Engines(text=lambda settings: NoEncoder(), ocr=load_ocr)
    with Library.open(folder / "library", engines=engines) as library:
        first = timed(lambda: library.add(files))
        again = timed(lambda: library.add(files))
        hashed = timed(lambda: library.add(files, rehash=True))
        assert again.value.unchanged == hashed.value.unchanged == count, (again.value, hashed.value)
    library_option = ["--library", str(folder / "library")]
    command = [sys.executable, "-m", "clerestory", *library_option, "add", str(files), "--json"]
    fresh = timed(lambda: subprocess.run(command, check=True, capture_output=True))
    assert json.loads(fresh.value.stdout)["unchanged"] == count, fresh.value.stdout
    return {
        "files": count,
        "first add, without an encoder: s": round(first.wall_s, 2),
        "nothing changed: s": round(again.wall_s, 2),
        "nothing changed, rehash: s": round(hashed.wall_s, 2),
        "nothing changed, as a command: s": round(fresh.wall_s, 2),
        "nothing changed, as a command: CPU s": round(fresh.cpu_s, 2),
    }


def sample(data: Path, *, seed: int, pages: int, with_text: bool) -> list[Path]:
    """Whole documents in an order that the seed gives, until there are about ``pages``."""
    documents = sorted((data / "docs" if (data / "docs").is_dir() else data).glob("*.pdf"))
    listed = data / "docs.json"
    shares = (
        {one["doc"]: one["text_layer_share_first8"] for one in json.loads(listed.read_text())}
        if listed.is_file()
        else {}
    )
    random.Random(seed).shuffle(documents)
    chosen: list[Path] = []
    total = 0
    for document in documents:
        share = shares.get(document.name, 1.0 if text_of(str(document)) > 1000 else 0.0)
        if total >= pages or not (share > 0.8 if with_text else share == 0):
            continue
        chosen.append(document)
        total += _pages(document)
    return chosen


def first_pages(document: Path, count: int, folder: Path) -> Path:
    """A copy of the first ``count`` pages: recognising a whole book would take too long."""
    import pypdfium2

    target = folder / document.name
    source, copy = pypdfium2.PdfDocument(document), pypdfium2.PdfDocument.new()
    copy.import_pages(source, list(range(min(count, len(source)))))
    copy.save(target)
    source.close()
    copy.close()
    return target


def _pages(document: Path) -> int:
    import pypdfium2

    opened = pypdfium2.PdfDocument(document)
    count = len(opened)
    opened.close()
    return count


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, help="a folder of PDFs, such as DIR/mmlongbench")
    parser.add_argument("--out", type=Path, help="write the figures here as well")
    parser.add_argument("--pages", type=int, default=200, help="born-digital pages, 0 for none")
    parser.add_argument("--scanned", type=int, default=40, help="scanned pages, 0 for none")
    parser.add_argument("--files", type=int, default=10_000, help="unchanged files, 0 for none")
    parser.add_argument("--seed", type=int, default=9)
    options = parser.parse_args()
    figures: dict[str, Any] = {"cores": usable_cores(), "load before": round(os.getloadavg()[0], 2)}
    with tempfile.TemporaryDirectory(prefix="clerestory-bench-") as scratch:
        folder = Path(scratch)
        if options.files:
            figures["unchanged"] = unchanged(options.files, folder / "unchanged")
        if options.data and options.pages:
            documents = sample(options.data, seed=options.seed, pages=options.pages, with_text=True)
            figures["born-digital"] = born_digital(documents, folder / "digital")
        if options.data and options.scanned:
            whole = sample(options.data, seed=options.seed, pages=1, with_text=False)
            pages = folder / "pages"
            pages.mkdir()
            documents = [first_pages(one, options.scanned, pages) for one in whole]
            figures["scanned"] = scanned(documents, folder / "scanned")
    figures["load after"] = round(os.getloadavg()[0], 2)
    text = json.dumps(figures, indent=2)
    if options.out:
        options.out.write_text(text + "\n")
    print(text)


if __name__ == "__main__":
    from bench import ingest  # workers find functions by their module's name, which __main__ is not

    ingest.main()
