"""How much of Office documents is read: words against a count of the raw file, pictures one by one.

    python -m bench.office_coverage FOLDER [--json FILE]

For each document: segments, tables, charts, pictures in the container and how each was
accounted for (a segment shows it, or a ledger line names it), ledger lines, and the share
of the raw file's words that stand in a segment or in the ledger. The raw count knows
nothing of the readers: it takes the character data of the text elements of each part.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

from clerestory.errors import ClerestoryError
from clerestory.reading.reader import read
from clerestory.reading.source import Source
from clerestory.settings import ReadingSettings
from clerestory.types import Reading

ENDINGS = (".docx", ".pptx", ".xlsx", ".odt", ".ods", ".odp", ".rtf")
_TEXT = re.compile(rb"<(?:w:t|a:t|m:t|w:delText|t|text|c:v|dgm:t)(?: [^>]*)?>([^<]*)</", re.S)
_PARTS = {
    ".docx": r"word/(?:document|footnotes|endnotes|comments|header\d*|footer\d*)\.xml"
    r"|word/(?:charts/chart\d*|diagrams/data\d*)\.xml",
    ".pptx": r"ppt/(?:slides/slide\d+|notesSlides/notesSlide\d+|charts/chart\d*|diagrams/data\d*)\.xml"
    r"|ppt/comments/\w+\.xml",
    ".xlsx": r"xl/(?:sharedStrings|comments\d*|charts/chart\d*|drawings/drawing\d*|worksheets/sheet\d+"
    r"|threadedComments/\w+)\.xml",
}
_ENTITIES = {b"&amp;": b"&", b"&lt;": b"<", b"&gt;": b">", b"&quot;": b'"', b"&apos;": b"'"}
_HEADINGS = (
    "file",
    "segments",
    "tables",
    "charts",
    "pictures in file",
    "shown",
    "named in ledger",
    "ledger lines",
    "words",
    "found",
)


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--json", type=Path, help="write the rows here as well")
    options = arguments.parse_args()
    rows = [_row(path) for path in sorted(options.folder.iterdir()) if path.suffix.lower() in ENDINGS]
    print(f"| {' | '.join(_HEADINGS)} |\n|{'---|' * len(_HEADINGS)}")
    for row in rows:
        if "error" in row:
            print(f"| {row['file']} | {row['error']} {'| ' * (len(_HEADINGS) - 1)}|")
            continue
        share = f"{row['found'] / row['words']:.1%}" if row["words"] else "–"
        cells = [row[key] for key in ("file", "segments", "tables", "charts", "pictures", "shown", "named")]
        print(f"| {' | '.join(map(str, [*cells, row['ledger'], row['words'], share]))} |")
    words, found = (sum(row.get(key, 0) for row in rows) for key in ("words", "found"))
    print(f"\n{len(rows)} files, {words} words, {found / max(1, words):.2%} found")
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1), encoding="utf-8")
    return int(any("error" in row for row in rows))


def _row(path: Path) -> dict[str, Any]:
    source = Source(path, hashlib.sha256(path.read_bytes()).hexdigest(), path.name)
    try:
        reading = read(source, ReadingSettings())
    except ClerestoryError as error:
        return {"file": path.name, "error": f"{type(error).__name__}: {error.what}"}
    raw = raw_words(path)
    got = read_words(reading)
    missing = {word: count - got[word] for word, count in raw.items() if got[word] < count}
    media = raw_pictures(path)
    shown = {digest for segment in reading.segments for digest in segment.objects}
    named = " ".join(line.reason for line in reading.ledger if line.kind in ("picture", "figure", "file"))
    rest = [name for name, digest in media.items() if digest not in shown]
    lost = [name for name in rest if name.rpartition("/")[2] not in named]
    first_parts = [s for s in reading.segments if s.attributes.get("part", "1 of").startswith("1 of")]
    return {
        "file": path.name,
        "segments": len(reading.segments),
        "tables": sum(segment.kind == "table" for segment in first_parts),
        "charts": sum("chart" in segment.attributes for segment in first_parts),
        "pictures": len(media),
        "shown": len(media) - len(rest),
        "named": len(rest) - len(lost),
        "lost": lost,
        "ledger": len(reading.ledger),
        "words": sum(raw.values()),
        "found": sum(raw.values()) - sum(missing.values()),
        "missing": sorted(missing, key=lambda word: -missing[word])[:20],
    }


def read_words(reading: Reading) -> Counter[str]:
    """Words of all segments, with captions and table cells, and of what the ledger keeps apart."""
    words: Counter[str] = Counter()
    for segment in reading.segments:
        own = _words(f"{segment.text}\n{segment.caption}")
        if segment.table is not None:  # names of columns stand in every line of the text
            own |= _words(" ".join(cell for row in segment.table.rows for cell in row.cells))
        words += own
    for line in reading.ledger:
        words += _words(line.text)
    return words + _words(" ".join({c for s in reading.segments for c in s.context}))


def raw_words(path: Path) -> Counter[str]:
    """Words in the text elements of the file, each header and footer text counted once."""
    suffix = path.suffix.lower()
    if suffix == ".rtf":
        from striprtf.striprtf import rtf_to_text

        return _words(rtf_to_text(path.read_bytes().decode("latin-1"), errors="ignore"))
    words: Counter[str] = Counter()
    seen: set[bytes] = set()
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        threads = any("threadedComments/" in name for name in names)
        for name in names:
            if threads and re.fullmatch(r"xl/comments\d*\.xml", name):
                continue  # the copy of a thread for old programs
            if not re.fullmatch(_PARTS.get(suffix, r"content\.xml"), name):
                continue
            content = archive.read(name)
            if re.search(r"/(?:header|footer)\d*\.xml", name):
                if content in seen:
                    continue
                seen.add(content)
            text = _office_text(content) if suffix in _PARTS else _opendocument_text(content)
            for entity, character in _ENTITIES.items():
                text = text.replace(entity, character)
            found = _words(text.decode("utf-8", "replace"))
            if "/charts/" in name:  # each series repeats the categories; numbers are shown rounded
                found = Counter({word: 1 for word in found if not word.isdigit()})
            words += found
    return words


def _office_text(content: bytes) -> bytes:
    content = re.sub(rb"<mc:Fallback>.*?</mc:Fallback>", b"", content, flags=re.S)
    breaks = rb"</(?:w:p|a:p|m:oMath|si|c:pt|w:tc|text|threadedComment)>|<w:(?:tab|br)\b[^>]*/>|<a:br\b"
    content = re.sub(breaks, lambda match: b"<t> </t>" + match[0], content)
    return b"".join(match[1] for match in _TEXT.finditer(content))


def _opendocument_text(content: bytes) -> bytes:
    text = re.sub(rb"</text:(?:p|h)>|<text:(?:s|tab|line-break)\b[^>]*>", b" ", content)
    return re.sub(rb"<[^>]+>", b"", text)


def raw_pictures(path: Path) -> dict[str, str]:
    """Name and SHA-256 of each picture in the container."""
    if path.suffix.lower() == ".rtf":
        count = len(re.findall(rb"\\pict\b", path.read_bytes()))
        return {f"picture {number + 1}": "" for number in range(count)}
    with zipfile.ZipFile(path) as archive:
        return {
            name: hashlib.sha256(archive.read(name)).hexdigest()
            for name in archive.namelist()
            if re.search(r"(?:^|/)(?:media|Pictures)/[^/]+$", name)
        }


def _words(text: str) -> Counter[str]:
    return Counter(re.findall(r"\w+", text.casefold()))


if __name__ == "__main__":
    sys.exit(main())
