"""What reading makes of the files of a folder, and whether every picture is accounted for.

    python -m bench.reading_coverage FOLDER [FOLDER ...]

Prints a Markdown table, one line per folder: files read and refused, segments by kind,
ledger lines, pictures that the sources refer to and how many of them became a picture
segment or a ledger line. Where a folder holds a ``figures.json`` (module, image, caption,
alt), its captions are compared with those that were attached. ``--list`` names what is missing.
"""

from __future__ import annotations

import argparse
import hashlib
import html
import json
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

from clerestory.errors import ClerestoryError
from clerestory.reading.reader import read
from clerestory.reading.source import Source
from clerestory.settings import ReadingSettings
from clerestory.types import Reading

TEXT_ENDINGS = {".md", ".html", ".htm", ".xhtml", ".epub", ".txt", ".csv", ".tsv", ".json", ".jsonl"}
_PICTURE_ENDINGS = (".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp")
_REFERENCE = re.compile(
    r"<img\b[^>]*?\bsrc\s*=\s*[\"']([^\"']+)|!\[(?:[^\[\]]|\[[^\]]*\])*\]\(\s*<?([^)\s>]+)", re.S | re.I
)


@dataclass(slots=True)
class Coverage:
    files: int = 0
    refused: list[str] = field(default_factory=list)
    segments: Counter[str] = field(default_factory=Counter)
    ledger: Counter[str] = field(default_factory=Counter)
    references: int = 0
    missing: list[str] = field(default_factory=list)
    gold: int = 0
    gold_found: int = 0
    gold_captions: int = 0
    captions_right: int = 0
    wrong: list[str] = field(default_factory=list)


def coverage(folder: Path, settings: ReadingSettings) -> Coverage:
    """Read every text-like file below ``folder`` and count."""
    result = Coverage()
    readings: dict[str, Reading] = {}
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() not in TEXT_ENDINGS or path.name in {
            "figures.json",
            "modules.json",
            "index.jsonl",
        }:
            continue
        result.files += 1
        name = path.relative_to(folder).as_posix()
        try:
            asset = hashlib.sha256(path.read_bytes()).hexdigest()
            reading = read(Source(path, asset, path.name), settings)
        except ClerestoryError as error:
            result.refused.append(f"{name}: {type(error).__name__}: {error.what}")
            continue
        readings[name] = reading
        result.segments.update(segment.kind for segment in reading.segments)
        result.ledger.update(line.code for line in reading.ledger)
        if path.suffix.lower() in {".md", ".html", ".htm"}:
            source = path.read_text(encoding="utf-8", errors="replace")
            _count_references(name, _references(source), reading, result)
        elif path.suffix.lower() == ".epub":
            _count_references(name, _book_pictures(path), reading, result)
    figures = folder / "figures.json"
    if figures.exists():
        _compare(json.loads(figures.read_text(encoding="utf-8")), readings, result)
    return result


def _references(source: str) -> Counter[str]:
    """The pictures that a page or a Markdown file refers to, outside of its code."""
    outside_code = re.sub(r"^(```|~~~).*?^\1|<script\b.*?</script>", "", source, flags=re.S | re.M)
    return Counter(_plain(one or two) for one, two in _REFERENCE.findall(outside_code))


def _book_pictures(path: Path) -> Counter[str]:
    """The pictures that an EPUB holds, by their file names."""
    with zipfile.ZipFile(path) as book:
        return Counter(Path(name).name for name in book.namelist() if name.lower().endswith(_PICTURE_ENDINGS))


def _count_references(name: str, wanted: Counter[str], reading: Reading, result: Coverage) -> None:
    """Every picture of the source, against those that reading accounts for."""
    result.references += sum(wanted.values())
    accounted = Counter(
        target
        for segment in reading.segments
        if segment.kind == "picture" and (stated := _plain(segment.attributes.get("target", "")))
        for target in {stated, Path(stated).name}
    )
    said = "\n".join(f"{line.reason}\n{line.text}" for line in reading.ledger)
    for target, count in wanted.items():
        if accounted[target] < count and target not in unquote(said):
            result.missing.append(f"{name}: {target}")


def _compare(figures: list[dict[str, str]], readings: dict[str, Reading], result: Coverage) -> None:
    for figure in figures:
        result.gold += 1
        reading = readings.get(figure["module"])
        found = [
            segment
            for segment in (reading.segments if reading else ())
            if segment.kind == "picture"
            and Path(segment.attributes.get("target", "")).name == Path(figure["image"]).name
        ]
        result.gold_found += bool(found)
        if figure["caption"]:
            result.gold_captions += 1
            if any(_words(figure["caption"]) == _words(segment.caption) for segment in found):
                result.captions_right += 1
            else:
                result.wrong.append(f"{figure['module']}: {figure['image']}: {figure['caption'][:70]}")


def _plain(target: str) -> str:
    return unquote(re.sub(r"\\([_~*()\[\]])", r"\1", target.replace("&amp;", "&")))


def _words(text: str) -> list[str]:
    """A caption without marks: printed captions are compared by their words."""
    bare = html.unescape(
        re.sub(r"</?(?:sub|sup|em|strong|span|i|b)\b[^>]*>|\{:[^}]*\}|:[a-z]+:(?=`)", "", text)
    )
    return re.findall(r"\w+", bare.casefold())


def rows(results: list[tuple[str, Coverage]]) -> Iterator[str]:
    yield (
        "| folder | files | read | text | table | picture | code | ledger lines | pictures referred to "
        "| accounted for | gold figures found | captions attached |"
    )
    yield "|---" * 12 + "|"
    for name, one in results:
        kinds = [str(one.segments[kind]) for kind in ("text", "table", "picture", "code")]
        gold = f"{one.gold_found}/{one.gold}" if one.gold else "–"
        captions = f"{one.captions_right}/{one.gold_captions}" if one.gold_captions else "–"
        cells = [
            *(name, str(one.files), str(one.files - len(one.refused)), *kinds, str(sum(one.ledger.values()))),
            *(str(one.references), str(one.references - len(one.missing)), gold, captions),
        ]
        yield f"| {' | '.join(cells)} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--list", action="store_true", help="name what is missing, wrong or refused")
    arguments = parser.parse_args()
    results = [(folder.name, coverage(folder, ReadingSettings())) for folder in arguments.folders]
    print("\n".join(rows(results)))
    if arguments.list:
        for name, one in results:
            print(f"\n{name}: ledger {dict(one.ledger)}")
            for label, lines in (("refused", one.refused), ("missing", one.missing), ("caption", one.wrong)):
                for line in lines:
                    print(f"  {label}: {line}")


if __name__ == "__main__":
    main()
