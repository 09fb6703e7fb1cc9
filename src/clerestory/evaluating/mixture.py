"""``clerestory eval mixture``: does each kind of thing stay findable in a library of all kinds?

The data folder holds the folders of several sets, each of which may be missing: ``flickr8k``
(``dev.jsonl``: photographs with captions), ``mmlongbench`` (documents with questions and pages),
``receipts`` (``index.json``: scans with ``id``, ``company`` and ``date``), ``textbook_biology``
(figures with captions and alt texts) and ``driving`` (``frames.jsonl``: frames of a drive). All of
them become one library. Each is asked for what it has: a photograph by a caption, a page by a
question, a receipt by who gave it when, a figure that has its caption by its alt text, a frame by
the frame before it. Every question is put to the whole library, and to its own kind alone.
Figures in percent:

- ``KIND.alone.R@k``, ``KIND.mixed.R@k``: what is wanted is among the first k, k = 1, 5, 10;
- ``KIND.lost.R@5``: of all questions, those that are answered among the first 5 alone and not in
  the mixture, less those the other way round;
- ``KIND.own@10``: hits of the mixture among the first 10 that are of the wanted kind.

Uses only what users use: ``Library.add``, ``Library.finish`` and ``Library.search``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from clerestory.errors import UnreadableFile
from clerestory.evaluating.bootstrap import Score
from clerestory.evaluating.contract import (
    Case,
    Evaluation,
    Options,
    Summary,
    plain,
    preparing,
    read_json,
    read_lines,
    run_cases,
)
from clerestory.evaluating.figures import read_figures, write_documents
from clerestory.evaluating.pages import page_of, read_questions
from clerestory.evaluating.pictures import read_captions
from clerestory.types import Filter, Query, SearchResult

if TYPE_CHECKING:
    from clerestory.library import Library

RANKS = (1, 5, 10)
DEPTH = max(RANKS)
PHOTOGRAPHS = 300  # about as many as there are places of the other kinds
FRAMES_APART = 10  # each tenth frame is asked with and left out; its neighbours are wanted


@dataclass(frozen=True, slots=True)
class Wanted:
    """A question for ``kind``. ``places``: file names, with the page where the file has several."""

    id: str
    kind: str
    query: Query
    places: frozenset[tuple[str, int | None]]


@dataclass(frozen=True, slots=True)
class Kind:
    """One set: the files that are added, and what is asked for."""

    name: str
    files: tuple[Path, ...]
    wanted: tuple[Wanted, ...]


def run(options: Options) -> Summary:
    """Build the library of all kinds under ``out``, then ask.

    Raises:
        UnreadableFile: no set is there, or one is not shaped like that.
        StoreBusy, ModelMissing, ModelCorrupt: as ``Library.add``.
    """
    from clerestory.library import Library

    kinds = read_kinds(options)
    with Library.open(options.out / "library", settings=options.settings) as library:
        library.add([file for kind in kinds for file in kind.files], listener=preparing(options.listener))
        library.finish(listener=preparing(options.listener))
        assets = _assets(library, kinds)

        def measure(one: Wanted) -> Case:
            own = assets[one.kind]
            mixed = library.search(one.query, limit=DEPTH)
            alone = library.search(one.query, limit=DEPTH, filter=Filter(assets=tuple(sorted(own))))
            return judge(one, mixed=mixed, alone=alone, own=own)

        return run_cases(
            "mixture",
            options,
            [one for kind in kinds for one in kind.wanted],
            identify=lambda one: f"{one.kind} {one.id}",
            measure=measure,
            settings={
                "files": {kind.name: len(assets[kind.name]) for kind in kinds},
                **plain(options.settings, "models", "reading", "searching"),
            },
        )


def read_kinds(options: Options) -> list[Kind]:
    """The sets that are there.

    Raises:
        UnreadableFile
    """
    data = options.data
    sets = {
        "flickr8k": photographs,
        "mmlongbench": documents,
        "receipts": receipts,
        "driving": frames,
    }
    kinds = [read(data / name) for name, read in sets.items() if (data / name).is_dir()]
    if (data / "textbook_biology").is_dir():
        kinds.append(textbook(data / "textbook_biology", options))
    if not kinds:
        raise UnreadableFile(
            "none of the sets is there", where=str(data), fix=f"Known: {', '.join(sets)}, textbook_biology."
        )
    return kinds


def photographs(folder: Path) -> Kind:
    items = read_captions(folder / "dev.jsonl")[:PHOTOGRAPHS]
    wanted = tuple(
        Wanted(item.image, "photographs", Query(item.captions[0]), _file(item.image)) for item in items
    )
    return Kind("photographs", tuple(folder / item.image for item in items), wanted)


def documents(folder: Path) -> Kind:
    items = read_questions(folder / "questions.json")
    wanted = tuple(
        Wanted(item.id, "pages", Query(item.question), frozenset((item.doc, page) for page in item.pages))
        for item in items
    )
    return Kind("pages", (folder / "docs",), wanted)


def receipts(folder: Path) -> Kind:
    scans = {file.stem: file for file in sorted((folder / "img").iterdir())}
    try:
        items = [
            (str(item["id"]), f"{item['company']} {item['date']}")
            for item in read_json(folder / "index.json")
        ]
        files = [scans[identity] for identity, _ in items]
    except (KeyError, TypeError) as error:
        raise UnreadableFile(f"a receipt lacks {error}", where=str(folder)) from error
    wanted = tuple(
        Wanted(identity, "receipts", Query(text), _file(scans[identity].name)) for identity, text in items
    )
    return Kind("receipts", tuple(files), wanted)


def frames(folder: Path) -> Kind:
    files = [folder / "frames" / Path(str(line["file"])).name for line in read_lines(folder / "frames.jsonl")]
    asked = range(FRAMES_APART // 2, len(files) - 1, FRAMES_APART)
    wanted = tuple(
        Wanted(
            files[at].name,
            "frames",
            Query(images=(files[at].read_bytes(),)),
            _file(files[at - 1].name) | _file(files[at + 1].name),
        )
        for at in asked
    )
    return Kind("frames", tuple(file for at, file in enumerate(files) if at not in asked), wanted)


def textbook(folder: Path, options: Options) -> Kind:
    figures = read_figures(folder / "figures.json")
    pages = write_documents(folder, options.out / "figures", figures, without="alt")
    wanted = tuple(
        Wanted(figure.image, "figures", Query(figure.alt), _file(f"{number:04d}.html"))
        for number, figure in enumerate(figures)
        if figure.alt
    )
    return Kind("figures", (pages,), wanted)


def judge(one: Wanted, *, mixed: SearchResult, alone: SearchResult, own: Iterable[str]) -> Case:
    """``own`` are the assets of the wanted kind."""
    places = {"mixed": _place(one, mixed), "alone": _place(one, alone)}
    scores = {
        f"{one.kind}.{way}.R@{k}": Score(100.0 * (place is not None and place <= k))
        for way, place in places.items()
        for k in RANKS
    }
    there = {way: place is not None and place <= RANKS[1] for way, place in places.items()}
    scores[f"{one.kind}.lost.R@{RANKS[1]}"] = Score(100.0 * (there["alone"] - there["mixed"]))
    ours = set(own)
    hits = [hit.asset in ours for hit in mixed.hits]
    if hits:
        scores[f"{one.kind}.own@{DEPTH}"] = Score(100.0 * sum(hits), len(hits))
    first = [f"{Path(hit.occurrences[0].path).name} {hit.segment.kind}" for hit in mixed.hits]
    return Case(f"{one.kind} {one.id}", scores, {"query": one.query.text, **places, "first": first})


def _place(one: Wanted, result: SearchResult) -> int | None:
    """From 1; of a file that is wanted as a whole any page counts. Where nothing is said to match, the
    nearest count: they are shown."""
    for place, hit in enumerate(result.hits or result.closest, start=1):
        names = {Path(occurrence.path).name for occurrence in hit.occurrences}
        page = page_of(hit.segment.locator)
        if any(name in names and wanted in (None, page) for name, wanted in one.places):
            return place
    return None


def _file(name: str) -> frozenset[tuple[str, int | None]]:
    return frozenset({(Path(name).name, None)})


def _assets(library: Library, kinds: Sequence[Kind]) -> Mapping[str, frozenset[str]]:
    """Kind -> its assets."""
    folders = {kind.name: {str(file.resolve()) for file in kind.files} for kind in kinds}
    found: dict[str, set[str]] = {kind.name: set() for kind in kinds}
    for info in library.assets():
        for occurrence in info.occurrences:
            path = Path(occurrence.path)
            for name, files in folders.items():
                if str(path) in files or str(path.parent) in files:
                    found[name].add(info.asset)
    return {name: frozenset(assets) for name, assets in found.items()}


EVALUATION = Evaluation(
    name="mixture",
    help="Whether photographs, pages, receipts, figures and frames stay findable in one library (percent).",
    data="folders as flickr8k, mmlongbench, receipts, textbook_biology, driving",
    run=run,
)
